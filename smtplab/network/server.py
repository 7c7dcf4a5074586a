"""A mail server on 127.0.0.1 for as long as it is wanted: in a notebook cell, in a test, in a terminal."""

import contextlib
import socket
import threading
import weakref
from queue import Empty
from typing import Any

from smtplab.lab import World
from smtplab.network.address import LOOPBACK, check_listening
from smtplab.network.client import Client
from smtplab.network.copies import Kept
from smtplab.network.host import OFFERED_BY_DEFAULT, EntryListener, Extensions, Host, world_of
from smtplab.network.hosting import Hosting
from smtplab.network.loop import Loop, check_seconds

CLOSE_TIMEOUT_S = 2.0

SERVED_S = 2.0
"""How long a jump of the clock waits for a busy server."""


class LoopbackServer(Hosting):
    """The lab's server behind a TCP port of this machine; one daemon thread runs all its sessions.

    It listens from the moment it is made until `close`, the end of its ``with`` block, or the end of Python. Then
    open sessions get a 421 (RFC 2821 section 3.9). A connection that is proved to be another user's is greeted 554.

    Parameters
    ----------
    world : World, optional
        What the server is: its mailboxes and options; the class-room world by default.
    edition : {2821, 5321}
        The RFC that the default world follows.
    extensions : tuple of str, or "all"
        What the default world offers.
    port : int
        0, the default, takes any free one.
    host : str
        Nothing but ``"127.0.0.1"`` is accepted.
    on_entry : callable, optional
        Called as ``on_entry(session_number, entry)`` for everything that goes over the wire, in the server's thread.

    Raises
    ------
    TypeError, ValueError
        For an argument that cannot be.
    OSError
        When the port is taken.

    Examples
    --------
    >>> with LoopbackServer() as server, server.connect() as client:
    ...     print(client.send("NOOP"))
    250 OK, nothing done
    """

    def __init__(
        self, world: World | None = None, *, edition: int = 2821, extensions: Extensions = OFFERED_BY_DEFAULT,
        port: int = 0, host: str = LOOPBACK, on_entry: EntryListener | None = None,
    ) -> None:
        check_listening(host, port)
        self._host = Host(world_of(world, edition, extensions), on_entry)
        listener = _listen(port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._loop = Loop(self._host, listener, woken)
        self._thread = threading.Thread(target=self._loop.run, name=f"smtplab server on port {self.port}", daemon=True)
        # Neither the thread nor the end of Python may need this object: a server that nobody holds is closed. That is
        # settled before the thread starts, for an interrupt may come while Python waits for it to have started. Should
        # one come ahead of `_stop`, the waker goes with this object, who alone holds it, and so the loop ends as well.
        self._stop = weakref.finalize(self, _stop, weakref.ref(self._waker), self._thread)
        try:
            self._thread.start()
        except RuntimeError as error:
            if not str(error).startswith("can't"):  # an interrupt amid the lock by which Python waits for the start
                raise KeyboardInterrupt from None
            self._stop.detach()
            self._waker.close()
            self._loop.release()
            raise RuntimeError("This machine lets no further thread start; close other servers or notebooks.") from None

    @property
    def is_open(self) -> bool:
        """True until `close`."""
        return self._stop.alive

    def change(self, **options: object) -> None:
        """Give the world other options, for example ``change(takes_mail=False)``; running sessions go on in it."""
        self._host.change(options)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # it is waking already, or gone
            self._waker.send(b"\0")

    def _clock(self) -> float:
        return self._loop.now()

    def advance(self, seconds: float) -> None:
        """Let the server's clock jump by so many seconds, without waiting for them; what falls due is said at once."""
        check_seconds(seconds)
        served = self._loop.advance(seconds)
        self._wake()
        if self.is_open and threading.current_thread() is not self._thread:  # a listener's turn ends after it
            with contextlib.suppress(Empty):
                served.get(timeout=SERVED_S)

    def connect(self, **options: Any) -> Client:
        """A new `Client` of this server; options are those of `Client`."""
        return Client(self.host, self.port, keeps=self, **self._for_clients(options))

    def _like(self, kept: Kept) -> "LoopbackServer":
        server = LoopbackServer(kept.copy.world)
        try:
            server._loop.set_clock(server._host.resume(kept))
        except ValueError:
            server.close()
            raise
        return server

    def close(self) -> None:
        """Send 421 to every open session, close, and wait for the thread to end. May be called twice."""
        self._waker.close()  # an interrupt may have come ahead of it, the last time
        self._stop()

    def __repr__(self) -> str:
        return f"<LoopbackServer at {self.host}:{self.port}>" if self.is_open else "<LoopbackServer, closed>"


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port and hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where another program could share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif port:  # so that a server comes back at once on the port it just had
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"Port {port} of {LOOPBACK} cannot be had: another program uses it, "
                                   "or a server not closed. Take port=0 for any free one.") from None
    return listener


def _stop(waker: "weakref.ref[socket.socket]", thread: threading.Thread) -> None:
    held = waker()
    if held is None:  # it goes together with the server, and the thread ends with it
        return
    held.close()
    with contextlib.suppress(RuntimeError):  # it is this very thread, or is only just starting and will see the end
        thread.join(CLOSE_TIMEOUT_S)
