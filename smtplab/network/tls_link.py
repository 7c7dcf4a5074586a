"""The client's end of a connection inside TLS: a link over another link."""

from collections.abc import Callable

from smtplab.explain.catalogue import text
from smtplab.network.link import Link
from smtplab.network.tls import TlsLayer, why_failed

_READ = 65536

Overhear = Callable[[str, bytes], object]
"""Told direction and octets of whatever a listener on the way can see."""


class TlsLink:
    """What is said goes through a `TlsLayer`, whose octets go over the link below.

    Parameters
    ----------
    below : Link
    layer : TlsLayer
        The client's end; the handshake is still to come.
    overhear : callable
    """

    def __init__(self, below: Link, layer: TlsLayer, overhear: Overhear) -> None:
        self._below, self.layer, self._overhear = below, layer, overhear
        self.clock, self.address = below.clock, below.address
        self._unsent = b""
        self._said = b""

    def shake_hands(self, timeout_s: float, server_name: str) -> str:
        """Carry out the handshake; gives why it failed, in a sentence, and nothing when it succeeded."""
        until = self.clock() + timeout_s
        self.layer.go_on()
        while not self.layer.is_up and self.layer.failure is None:
            self._flush()
            left = until - self.clock()
            if left <= 0:
                return text("tls.silence", timeout_s=f"{timeout_s:g}")
            if self._below.wait(left, bool(self._unsent)):
                self._take()
        self._flush()  # the last word of the handshake, or why it failed
        return "" if self.layer.failure is None else why_failed(self.layer.failure, server_name)

    # An interrupt may come behind any call of a function, and octets that it takes away, or sends again, cannot be made
    # good inside TLS. So whatever it cuts short ends the connection, and behind the last call stands only `return`.

    def send(self, octets: bytes) -> int:
        """As `Link` says; nothing more is taken while the octets of what was said before have not gone out."""
        try:
            self._flush()
            if self._unsent:
                raise BlockingIOError
            self.layer.say(octets)
            self._flush()
            taken = len(octets)
        except OSError:
            raise
        except BaseException:
            self._give_up()
            raise
        return taken

    def receive(self, most: int) -> bytes:
        """As `Link` says."""
        try:
            if not self._has_come():
                self._take()
            if not self._has_come():
                raise BlockingIOError
        except OSError:
            raise
        except BaseException:
            self._give_up()
            raise
        said, self._said = self._said[:most], self._said[most:]
        return said

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        """As `Link` says; what has not gone out goes meanwhile."""
        until = self.clock() + timeout_s
        while not self._has_come() and self._unsent:
            if self._below.wait(max(0.0, until - self.clock()), True):
                return True
            try:
                self._flush()
            except BaseException:
                self._give_up()
                raise
            if self.clock() >= until:
                return False
        return self._has_come() or self._below.wait(max(0.0, until - self.clock()), to_send)

    def _give_up(self) -> None:
        """End the connection as if the other end had gone."""
        self._below.close()
        self._unsent, self._said = b"", b""
        self.layer.is_over = True

    def watch(self, changed: Callable[[], bool]) -> None:
        """As `Link` says."""
        self._below.watch(changed)

    def close(self) -> None:
        """As `Link` says, with a goodbye when that can go out at once."""
        if self.layer.is_up:
            self.layer.close()
            self._flush()
        self._below.close()

    def _has_come(self) -> bool:
        return bool(self._said) or self.layer.is_over

    def _take(self) -> None:
        try:
            octets = self._below.receive(_READ)
        except BlockingIOError:
            return
        except OSError:  # torn off: the same as the end, but for the goodbye
            octets = b""
        if octets:
            self._overhear("S", octets)
        self._said += self.layer.received(octets)

    def _flush(self) -> None:
        self._unsent += self.layer.outgoing()
        while self._unsent:
            try:
                sent = self._below.send(self._unsent)
            except BlockingIOError:
                return
            except OSError:  # the other end is gone; what it said before may still be there to read
                self._unsent = b""
                return
            self._overhear("C", self._unsent[:sent])
            self._unsent = self._unsent[sent:]
