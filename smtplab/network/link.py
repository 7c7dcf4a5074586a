"""What a client holds in its hand: the end of a connection, over a socket. `memory` has the other kind."""

import contextlib
import selectors
import socket
import threading
import weakref
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from smtplab.network.poller import IN, OUT, waiter


class Link(Protocol):
    """The end of a connection.

    Attributes
    ----------
    address : str or int
        By which the server knows this end: address and port; for one in memory its session's number.
    """

    address: str | int

    def clock(self) -> float:
        """Seconds, from any beginning."""

    def send(self, octets: bytes) -> int:
        """Take some of the octets without waiting; gives how many. BlockingIOError for none, OSError when gone."""

    def receive(self, most: int) -> bytes:
        """Octets that have come; none means the end. BlockingIOError when there is nothing yet."""

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        """Wait until there is something to receive, or, when asked, room to send; True for the first."""

    def watch(self, changed: Callable[[], bool]) -> None:
        """Call the bound method whenever something has come unasked, until it gives False."""

    def close(self) -> None:
        """Hang up."""


class SocketLink:
    """A connection over TCP."""

    clock = staticmethod(monotonic)

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout_s)
        except ConnectionRefusedError as error:
            sentence = f"Nothing listens on {host}:{port}. Is the server running, and is this its port?"
            raise ConnectionRefusedError(error.errno, sentence) from None
        except TimeoutError:
            raise TimeoutError(f"{host}:{port} did not answer within {timeout_s:g} s.") from None
        except (OSError, UnicodeError) as error:  # no such name, no way to it, or no name at all
            reason = getattr(error, "strerror", None) or "it is no name of a host"
            raise OSError(getattr(error, "errno", None), f"{host}:{port} cannot be reached: {reason}.") from None
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address: str | int = "{}:{}".format(*self._socket.getsockname()[:2])
        self.send, self.receive = self._socket.send, self._socket.recv
        self._to_receive, self._to_do_either = waiter(self._socket, IN), waiter(self._socket, IN | OUT)
        self._over: socket.socket | None = None

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        """As `Link` says."""
        return self._to_do_either(timeout_s) != OUT if to_send else bool(self._to_receive(timeout_s))

    def watch(self, changed: Callable[[], bool]) -> None:
        """As `Link` says, in a daemon thread; without one, when none can be had."""
        over, self._over = socket.socketpair()
        ends = self._socket.dup(), over
        watcher = threading.Thread(
            target=_watch, args=(*ends, weakref.WeakMethod(changed)), name="smtplab client", daemon=True,
        )
        try:
            watcher.start()
        except RuntimeError:  # "can't start new thread": the client still looks when it is used
            for end in ends:
                end.close()

    def close(self) -> None:
        """As `Link` says."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._over is not None:
            self._over.close()


def _watch(
    connection: socket.socket, over: socket.socket, changed: "weakref.WeakMethod[Callable[[], bool]]"
) -> None:
    """Call whenever something has come, until that says no or `over` ends.

    Both sockets are the watcher's own, so that it never waits on a number that names another file by now. And `over`
    ends with the link, even when an interrupt kept that from being closed.
    """
    with connection, over, selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        selector.register(over, selectors.EVENT_READ)
        while all(key.fileobj is connection for key, _ in selector.select()):
            call = changed()
            if call is None or not call():
                return
            del call
