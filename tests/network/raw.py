"""A client without manners: a bare socket to a server of the lab."""

import socket
from types import TracebackType


class Raw:
    """Sends octets as told and reads until what is wanted has come."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.heard = b""

    def read_until(self, wanted: bytes) -> bytes:
        """All heard so far, once it holds what is wanted."""
        while wanted not in self.heard:
            octets = self.socket.recv(65536)
            assert octets, f"the connection ended; heard {self.heard[-300:]!r}"
            self.heard += octets
        return self.heard

    def read_all(self) -> bytes:
        """All heard until the server ends the connection."""
        pieces = [self.heard]
        while octets := self.socket.recv(65536):
            pieces.append(octets)
        self.heard = b"".join(pieces)
        return self.heard

    def say(self, octets: bytes) -> None:
        """Send it all."""
        self.socket.sendall(octets)

    def ask(self, octets: bytes, replies: int = 1) -> bytes:
        """Send and read so many reply lines; only for replies of one line each."""
        before = len(self.heard)
        self.say(octets)
        while self.heard.count(b"\r\n", before) < replies:
            octets = self.socket.recv(65536)
            assert octets, "the connection ended"
            self.heard += octets
        return self.heard[before:]

    def __enter__(self) -> "Raw":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()
