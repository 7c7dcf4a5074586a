"""Server and client in one process without a socket or a thread, on a clock that stands still between steps.

What a client sends is answered before `send` returns. When it waits for a reply that is not due yet, the clock jumps
to the server's next deadline: a delay of 30 s takes no time, and the transcript is that of a real connection.
"""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any

from smtplab.lab import Input, Lost, Shutdown, Tick, World, deadline
from smtplab.network.client import Client
from smtplab.network.copies import Kept
from smtplab.network.host import OFFERED_BY_DEFAULT, EntryListener, Extensions, Host, world_of
from smtplab.network.hosting import Hosting
from smtplab.network.loop import check_seconds
from smtplab.network.record import Hosted


class MemoryServer(Hosting):
    """A server with the interface of `LoopbackServer`, reached by `connect` only. Make it with `memory_server`."""

    def __init__(self, world: World, on_entry: EntryListener | None = None) -> None:
        self._host = Host(world, on_entry)
        self._ends: list[MemoryLink] = []
        self._is_open = True
        self.now = 0.0

    @property
    def is_open(self) -> bool:
        """True until `close`."""
        return self._is_open

    def change(self, **options: object) -> None:
        """Give the world other options; running sessions go on in it."""
        self._host.change(options)

    def _wake(self) -> None:
        """It never sleeps."""

    def _clock(self) -> float:
        return self.now

    def connect(self, **options: Any) -> Client:
        """A new `Client` of this server; options are those of `Client`."""
        if not self._is_open:
            raise ConnectionRefusedError("This server is closed. Make a new one with memory_server().")
        return Client("memory", 0, link=self._open(), keeps=self, **self._for_clients(options))

    def _like(self, kept: Kept) -> "MemoryServer":
        server = MemoryServer(kept.copy.world)
        server.now = server._host.resume(kept)
        return server

    def _open(self) -> "MemoryLink":
        end = MemoryLink(self, self._host.open("memory", self.now))
        self._ends.append(end)
        self._arrive(end, self._host.begin(end.hosted, self.now))
        return end

    def advance(self, seconds: float) -> None:
        """Let time pass: whatever falls due meanwhile happens, in order."""
        check_seconds(seconds)
        until = self.now + seconds
        while (due := self.next_due()) <= until:
            self._tick(due)
        self.now = until

    def next_due(self) -> float:
        """When something falls due; infinity when nothing does."""
        return min((self._due(end) for end in self._ends), default=inf)

    def _due(self, end: "MemoryLink") -> float:
        due = deadline(self.world, end.hosted.session)
        return inf if due is None else max(due, self.now)

    def _tick(self, now: float) -> None:
        self.now = now
        for end in [end for end in self._ends if self._due(end) <= now]:
            self.give(end, Tick(now))

    def give(self, end: "MemoryLink", given: Input) -> None:
        """One step of one session; what it sends arrives at once."""
        self._arrive(end, self._host.give(end.hosted, given))

    def receive(self, end: "MemoryLink", octets: bytes) -> None:
        """Octets of one client, as they came over the wire."""
        self._arrive(end, self._host.receive(end.hosted, octets, self.now))

    def _arrive(self, end: "MemoryLink", segment: bytes) -> None:
        if segment:
            end.inbox.append(segment)
        if not end.hosted.open:
            self._ends.remove(end)
            end.inbox.append(b"")
        end.tell()

    def close(self) -> None:
        """Send 421 to every open session. May be called twice."""
        self._is_open = False
        for end in tuple(self._ends):
            self.give(end, Shutdown(self.now))

    def __repr__(self) -> str:
        return "<MemoryServer>" if self.is_open else "<MemoryServer, closed>"


class MemoryLink:
    """A client's end of a connection inside the process."""

    def __init__(self, server: MemoryServer, hosted: Hosted) -> None:
        self._server = server
        self.hosted = hosted
        self.inbox: deque[bytes] = deque()
        self.address: str | int = hosted.number
        self._changed: Callable[[], bool] | None = None

    def clock(self) -> float:
        """The server's clock."""
        return self._server.now

    def send(self, octets: bytes) -> int:
        """As `Link` says."""
        if not self.hosted.open:
            raise BrokenPipeError
        changed, self._changed = self._changed, None  # the client reads the answer itself: nothing comes unasked
        self._server.receive(self, octets)
        self._changed = changed
        return len(octets)

    def receive(self, most: int) -> bytes:
        """As `Link` says; a segment comes whole."""
        return self.inbox.popleft() if self.inbox else b""

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        """As `Link` says: time passes on the server's clock only, and none for room to send, which there always is."""
        until = self._server.now + timeout_s
        while not to_send and not self.inbox and timeout_s and self._server.now < until:
            self._server.advance(min(self._server.next_due(), until) - self._server.now)
        return bool(self.inbox)

    def watch(self, changed: Callable[[], bool]) -> None:
        """As `Link` says."""
        self._changed = changed

    def tell(self) -> None:
        """Let the client look, when it watches."""
        if self._changed is not None:
            self._changed()

    def close(self) -> None:
        """As `Link` says."""
        if self.hosted.open:
            self._server.give(self, Lost(self._server.now))


def memory_server(
    world: World | None = None, *, edition: int = 2821, extensions: Extensions = OFFERED_BY_DEFAULT,
    on_entry: EntryListener | None = None,
) -> MemoryServer:
    """A server without socket, thread or clock of its own.

    Parameters
    ----------
    world : World, optional
        The class-room world by default.
    edition : {2821, 5321}
        The RFC that the default world follows.
    extensions : tuple of str, or "all"
        What the default world offers.
    on_entry : callable, optional
        Called as ``on_entry(session_number, entry)`` for everything that goes over the wire.

    Examples
    --------
    >>> server = memory_server()
    >>> client = server.connect()
    >>> server.advance(600)
    >>> print(client.transcript)
    S: 220 lab.example SMTP service ready
    S: 421 lab.example waited too long for a command; closing
    -- closed
    <BLANKLINE>
    """
    return MemoryServer(world_of(world, edition, extensions), on_entry)
