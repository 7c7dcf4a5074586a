"""What all sessions of one server share: the world, the accepted messages, the records; and one step of a session.

Both the server over sockets and the one in memory stand on this. Nothing about SMTP is decided here: `step` of the
lab is the server, and this carries out its actions.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Self

from smtplab.lab import Close, Deliver, Input, Lost, Message, Octets, Send, World, open_session, step
from smtplab.lab.replies import reply
from smtplab.network.mailbox import Messages
from smtplab.network.record import Hosted, SessionRecord
from smtplab.protocol.transcript import Direction, Entry
from smtplab.protocol.wire import format_reply

KEPT_OCTETS = 4 * 1024 * 1024
"""What one record may hold: a message of the largest size fits."""

KEPT_IN_ALL = 64 * 1024 * 1024
"""What the records of one server may hold together; at half of it the oldest closed sessions are forgotten."""

ENTRY_OCTETS = 160
"""What an entry costs beside its octets."""

EntryListener = Callable[[int, Entry], object]


class Host:
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
        self.world = world
        self.errors: deque[Exception] = deque(maxlen=100)
        self._on_entry = on_entry
        self._happened: list[Entry] = []
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._hosted: dict[int, Hosted] = {}
        self._count = self._kept = 0

    @property
    def messages(self) -> Messages:
        """The messages accepted so far."""
        with self._lock:
            return Messages(self._messages)

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        """Records of the sessions, open and closed, in the order of connecting."""
        with self._lock:
            snapshots = [hosted.snapshot() for hosted in self._hosted.values()]
        return tuple(record() for record in snapshots)

    def change(self, options: dict[str, object]) -> None:
        """Give the world other options, between two steps."""
        known = {field.name for field in fields(World)}
        for name in options:
            if name not in known:
                raise TypeError(f"A World has no option {name!r}; it has {', '.join(sorted(known))}.")
        with self._lock:
            self.world = replace(self.world, **options)  # type: ignore[arg-type]

    def open(self, peer: str, now: float, refusal: str | None = None) -> Hosted:
        """Begin a session; its first Tick sends the greeting."""
        with self._lock:
            if self._kept > KEPT_IN_ALL // 2:
                self._forget()
            self._count += 1
            hosted = Hosted(self._count, peer, open_session(self.world, now=now, refusal=refusal), now)
            self._hosted[hosted.number] = hosted
            return hosted

    def _forget(self) -> None:
        for hosted in [hosted for hosted in self._hosted.values() if not hosted.open]:
            self._kept -= hosted.kept
            del self._hosted[hosted.number]
            if self._kept <= KEPT_IN_ALL // 4:
                return

    def give(self, hosted: Hosted, given: Input) -> bytes:
        """Take one step: gives the octets to send; `hosted.open` is False once the connection is to be closed.

        An exception in the lab ends only this session, with a 421 that does not tell its text; it is kept in `errors`.
        One of the listener is kept there too and ends nothing.
        """
        segment = b""
        with self._lock:
            if type(given) is Octets:
                self._note(hosted, "C", given.octets, given.now)
            try:
                self.world, hosted.session, actions = step(self.world, hosted.session, given)
            except Exception as error:
                self.errors.append(error)
                actions = [Send(format_reply(reply("closing.fault", domain=self.world.domain))), Close()]
            for action in actions:
                if type(action) is Send:
                    segment += action.octets
                    self._note(hosted, "S", action.octets, given.now)
                elif type(action) is Deliver:
                    self._messages.append(action.message)
                else:
                    hosted.open = False
                    self._note(hosted, "-", b"", given.now, "lost" if type(given) is Lost else "closed")
            happened, self._happened = self._happened, []
        if self._on_entry is not None:  # outside the lock, for it may ask for messages or sessions
            for entry in happened:
                try:
                    self._on_entry(hosted.number, entry)
                except Exception as error:
                    self.errors.append(error)
        return segment

    def _note(self, hosted: Hosted, direction: Direction, octets: bytes, now: float, event: str = "") -> None:
        cost = len(octets) + ENTRY_OCTETS
        time_s = now - hosted.began
        if hosted.kept + cost <= KEPT_OCTETS and self._kept + cost <= KEPT_IN_ALL:
            hosted.entries.append((direction, octets, time_s, event))
            hosted.kept += cost
            self._kept += cost
        else:
            hosted.truncated = True
        if self._on_entry is not None:
            self._happened.append(Entry(direction, octets, time_s, event))


class Hosting(ABC):
    """What a server shows of its host, over sockets and in memory alike; as a context manager it closes at the end."""

    _host: Host

    @abstractmethod
    def close(self) -> None:
        """Send 421 to every open session. May be called twice."""

    @property
    def messages(self) -> Messages:
        """The messages accepted so far: each stands here before its 250 is sent."""
        return self._host.messages

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        """A record of each session, in the order of connecting."""
        return self._host.sessions

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self._host.world

    @property
    def errors(self) -> tuple[Exception, ...]:
        """Faults of the lab itself; each ended a session with a 421."""
        return tuple(self._host.errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
