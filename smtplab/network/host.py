"""What all sessions of one server share: the world, the accepted messages, the records; safe from any thread.

Both the server over sockets and the one in memory stand on this.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from queue import Empty, SimpleQueue
from time import sleep
from typing import Literal

from smtplab.lab import Faults, Input, Octets, ServerSession, Tick, World, deadline, open_session
from smtplab.lab.outbox import EMPTY
from smtplab.network.copies import Kept, Place
from smtplab.network.mailbox import Messages
from smtplab.network.record import Hosted, Progress, SessionRecord
from smtplab.network.resume import ahead_of, kept_at, stood_up
from smtplab.network.stepping import Stepping
from smtplab.network.tls import TlsLayer
from smtplab.protocol.transcript import Entry

Extensions = tuple[str, ...] | Literal["all"]
OFFERED_BY_DEFAULT: Extensions = World().extensions


def world_of(world: World | None, edition: int, extensions: Extensions) -> World:
    """The world given, or else the class-room world of this edition with these extensions."""
    return World(edition=edition, extensions=extensions) if world is None else world  # type: ignore[arg-type]


EntryListener = Callable[[int, Entry], object]

TAKE_UP_S = 2.0
"""The longest time until a connection that was made is accepted."""


class Host(Stepping):
    """The shared part of a server's sessions; safe to use from any thread.

    Parameters
    ----------
    world : World
    on_entry : callable, optional
        Called with session number and `Entry` for whatever happens, in the thread that runs the server.
    """

    def __init__(self, world: World, on_entry: EntryListener | None = None) -> None:
        if not isinstance(world, World):
            raise TypeError(f"world is {world!r}; it must be a World, such as World(takes_mail=False).")
        if on_entry is not None and not callable(on_entry):
            raise TypeError(f"on_entry is {on_entry!r}; it must be a function of a session's number and an entry.")
        super().__init__(world, on_entry is not None)
        self._on_entry = on_entry
        self._lock = threading.Lock()
        self._count = 0
        self.fault_listeners: list[Callable[[], object]] = []
        self._resumed: Hosted | None = None
        self._taken_up: SimpleQueue[None] = SimpleQueue()  # no interrupt can break it, as it can an Event

    @property
    def messages(self) -> Messages:
        """The messages accepted so far."""
        with self._lock:
            return Messages(self._messages)

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        """Records of the sessions, open and closed, in the order of connecting."""
        with self._lock:
            snapshots = self._records.snapshots()
        return tuple(record() for record in snapshots)

    @contextmanager
    def _between_steps(self) -> Iterator[None]:
        """The lock, for a change; then the thread that waits for it has its turn.

        A lock let go and taken again at once never comes to who waits: a loop that sets faults would stop the server.
        """
        with self._lock:
            yield
        sleep(0)

    def change(self, options: dict[str, object]) -> None:
        """Give the world other options, between two steps."""
        known = {field.name for field in fields(World)}
        for name in options:
            if name not in known:
                raise TypeError(f"A World has no option {name!r}; it has {', '.join(sorted(known))}.")
        with self._between_steps():
            self.world = replace(self.world, **options)  # type: ignore[arg-type]

    def change_faults(self, how: Callable[[Faults], Faults]) -> None:
        """Give the world other faults, between two steps."""
        with self._between_steps():
            self.world = self.world.with_faults(how(self.world.faults))
        for listener in tuple(self.fault_listeners):
            listener()

    def record_of(self, address: str | int) -> SessionRecord | None:
        """The record of the last session from this address, or of this number; None when there is none."""
        with self._lock:
            hosted = self._records.find(address)
            snapshot = hosted.snapshot() if hosted is not None else None
        return snapshot() if snapshot is not None else None

    def noted_since(self, address: str | int, entry: int) -> tuple[Entry, ...]:
        """The record of such a session from some entry on; none of one that is forgotten."""
        with self._lock:
            hosted = self._records.find(address)
            entries = hosted.entries[entry:] if hosted is not None else []
        return tuple(Entry(*each) for each in entries)

    def progress_of(self, address: str | int) -> Progress | None:
        """How far such a session has come, which is asked more quickly than its record; None when there is none."""
        with self._lock:
            hosted = self._records.find(address)
            return hosted.progress() if hosted is not None else None

    def standing(self, address: str | int) -> tuple[World, ServerSession] | None:
        """The world, and the session from this address, or of this number, as they stand now; None when it is gone."""
        with self._lock:
            hosted = self._records.find(address)
            return (self.world, hosted.session) if hosted is not None and hosted.open else None

    def open(self, peer: str, now: float, refusal: str | None = None) -> Hosted:
        """Take a connection; `begin` gives what is to be sent first."""
        with self._lock:
            if self._resumed is not None and refusal is None:
                hosted, self._resumed = self._resumed, None
                hosted.peer = peer
                self._taken_up.put(None)
            else:
                self._count += 1
                hosted = Hosted(self._count, peer, open_session(self.world, now=now, refusal=refusal), now)
            self._records.add(hosted)
            return hosted

    def begin(self, hosted: Hosted, now: float) -> bytes:
        """The first octets of a session over its connection: the greeting, or what was under way at a fork."""
        ahead, hosted.ahead = hosted.ahead, b""
        return ahead + self.give(hosted, Tick(now))

    def kept_at(self, address: str | int, place: Place) -> Kept:
        """What another host needs to go on with a session from some place.

        Parameters
        ----------
        address : str or int
            As for `record_of`.
        place : Place

        Raises
        ------
        ValueError
            When the server has not kept so much.
        """
        with self._lock:
            return kept_at(self._records.find(address), place, self._messages, self._authority)

    def resume(self, kept: Kept) -> float:
        """Go on with a session that stood on another host, as soon as the next connection comes; gives the time there.

        From a copy that stood before the place, the session hears once more what it had heard until there.

        Raises
        ------
        ValueError
            When it then says something else: whatever had changed meanwhile has not been kept.
        """
        copy, place = kept.copy, kept.place
        self.world, self._messages, self._authority = copy.world, kept.messages, kept.authority
        self.have_fired = any(entry[5] for entry in kept.entries)
        hosted = stood_up(kept)
        self._count = 1
        self._records.count(hosted)
        if copy.session.in_handshake and copy.session.outbox is EMPTY:
            hosted.tls = TlsLayer(self.authority.server_context(self.world.certificate, self.world.domain))
        now = self._hear_again(hosted, place, copy.now)
        hosted.ahead = ahead_of(hosted, place)
        self._resumed = hosted
        return now

    def _hear_again(self, hosted: Hosted, place: Place, now: float) -> float:
        """Let a session hear what is missing to its place, in the time that it takes to answer; gives the time then."""
        left = place.heard[hosted.heard:]
        if left:
            self._note(hosted, "C", left, now, "", hosted.layer)
            self._step(hosted, Octets(left, now))
        while hosted.said < len(place.said) and (hosted.session.outbox.held or hosted.session.outbox.glued):
            due = deadline(self.world, hosted.session)
            now = now if due is None else max(now, due)
            self._step(hosted, Tick(now))
        return now

    def wait_for_it(self) -> None:
        """Wait until the connection is here that goes on with the session given to `resume`."""
        with suppress(Empty):
            self._taken_up.get(timeout=TAKE_UP_S)

    def receive(self, hosted: Hosted, octets: bytes, now: float) -> bytes:
        """Take octets as they came from the wire; gives those to send. Inside TLS both layers are recorded."""
        return self.give(hosted, Octets(octets, now))

    def give(self, hosted: Hosted, given: Input) -> bytes:
        """Take one step: gives the octets to send; `hosted.open` is False once the connection is to be closed.

        An exception in the lab ends only this session, with a 421 that does not tell its text; it is kept in `errors`.
        One of the listener is kept there too and ends nothing.
        """
        with self._lock:
            segment = self._hear(hosted, given) if type(given) is Octets else self._step(hosted, given)
            if self._on_entry is None:
                return segment
            happened = self._records.take_happened()
        for entry in happened:  # outside the lock, for the listener may ask for messages or sessions
            try:
                self._on_entry(hosted.number, entry)
            except Exception as error:
                self.errors.append(error)
        return segment
