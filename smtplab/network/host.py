"""What all sessions of one server share: the world, the accepted messages, the records; and one step of a session.

Both the server over sockets and the one in memory stand on this. Nothing about SMTP is decided here: `step` of the
lab is the server, and this carries out its actions.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Literal

from smtplab.explain.catalogue import text
from smtplab.lab import (
    Abort,
    Close,
    Deliver,
    Faults,
    Input,
    Lost,
    Message,
    Octets,
    Send,
    StartTls,
    Tick,
    TlsFailed,
    TlsUp,
    World,
    deadline,
    open_session,
    step,
)
from smtplab.lab.outbox import EMPTY
from smtplab.lab.replies import reply
from smtplab.network.certificates import Authority
from smtplab.network.copies import HostedCopy, Kept, Place, find, said_since_handshake
from smtplab.network.mailbox import Messages
from smtplab.network.record import Hosted, SessionRecord
from smtplab.network.tls import TlsLayer
from smtplab.protocol.transcript import Direction, Entry, Layer
from smtplab.protocol.wire import CRLF, format_reply

KEPT_OCTETS = 8 * 1024 * 1024
"""What one record may hold: a message of the largest size fits."""

KEPT_IN_ALL = 64 * 1024 * 1024
"""What the records of one server may hold together; at half of it the oldest closed sessions are forgotten."""

KEPT_COPIES = 5000
"""How many steps of one session can be gone back to; beyond, the older half is let go."""

ENTRY_OCTETS, COPY_OCTETS = 160, 900
"""What an entry costs beside its octets, and a copy to go back to: 650 after NOOP, 860 in a mail, 1,370 after EHLO."""

Extensions = tuple[str, ...] | Literal["all"]
OFFERED_BY_DEFAULT: Extensions = World().extensions


def world_of(world: World | None, edition: int, extensions: Extensions) -> World:
    """The world given, or else the class-room world of this edition with these extensions."""
    return World(edition=edition, extensions=extensions) if world is None else world  # type: ignore[arg-type]


EntryListener = Callable[[int, Entry], object]


TAKE_UP_S = 2.0
"""The longest time until a connection that was made is accepted."""


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
        self._authority: Authority | None = None
        self._making_authority = threading.Lock()
        self._count = self._kept = 0
        self.have_fired = False
        self.fault_listeners: list[Callable[[], object]] = []
        self._resumed: Hosted | None = None
        self._taken_up = threading.Event()

    @property
    def authority(self) -> Authority:
        """Whoever signs this server's certificates; made when TLS is first asked for."""
        with self._making_authority:  # two first clients must not trust two of them
            if self._authority is None:
                self._authority = Authority()
            return self._authority

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

    def change_faults(self, how: Callable[[Faults], Faults]) -> None:
        """Give the world other faults, between two steps."""
        with self._lock:
            self.world = self.world.with_faults(how(self.world.faults))
        for told in tuple(self.fault_listeners):
            told()

    def record_of(self, address: str | int) -> SessionRecord | None:
        """The record of the last session from this address, or of this number; None when there is none."""
        with self._lock:
            hosted = self._find(address)
            snapshot = hosted.snapshot() if hosted is not None else None
        return snapshot() if snapshot is not None else None

    def _find(self, address: str | int) -> Hosted | None:
        found = (hosted for hosted in reversed(self._hosted.values()) if address in (hosted.peer, hosted.number))
        return next(found, None)

    def open(self, peer: str, now: float, refusal: str | None = None) -> Hosted:
        """Take a connection; `begin` gives what is to be sent first."""
        with self._lock:
            if self._kept > KEPT_IN_ALL // 2:
                self._forget()
            if self._resumed is not None and refusal is None:
                hosted, self._resumed = self._resumed, None
                hosted.peer = peer
                self._taken_up.set()
            else:
                self._count += 1
                hosted = Hosted(self._count, peer, open_session(self.world, now=now, refusal=refusal), now)
            self._hosted[hosted.number] = hosted
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
            hosted = self._find(address)
            found = find(hosted.copies, place) if hosted is not None else None
            if hosted is None or found is None:
                raise ValueError(text("fork.not_kept"))
            is_at_end = found == len(hosted.copies) - 1 and hosted.copies[found][1] < len(place.heard)
            if hosted.truncated and is_at_end:  # what the session heard since belongs to steps that were not kept
                raise ValueError(text("fork.not_kept"))
            copies = hosted.copies[: found + 1]
            entries, messages = copies[-1][6:]
            return Kept(place, copies, hosted.began, hosted.entries[:entries], self._messages[:messages],
                        self._authority)

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
        hosted = Hosted(1, "", copy.session, kept.began)
        hosted.handshakes, hosted.heard, hosted.said = copy[:3]
        hosted.entries, hosted.copies = kept.entries, kept.copies
        hosted.kept = sum(len(entry[1]) + ENTRY_OCTETS for entry in kept.entries)
        hosted.open = not copy.session.is_over
        hosted.layer = "inside" if copy.session.session.tls else ""
        self._count, self._kept = 1, hosted.kept + COPY_OCTETS * len(kept.copies)
        if copy.session.in_handshake and copy.session.outbox is EMPTY:
            hosted.tls = TlsLayer(self.authority.server_context(self.world.certificate, self.world.domain))
        now = self._hear_again(hosted, place, copy.now)
        said = said_since_handshake(hosted.entries)
        if not said.startswith(place.said):
            raise ValueError(text("fork.not_kept"))
        hosted.ahead = said[len(place.said):]
        self._resumed = hosted
        return now

    def _hear_again(self, hosted: Hosted, place: Place, now: float) -> float:
        """Let a session hear what is missing to its place, in the time that it takes to answer; gives the time then."""
        left = place.heard[hosted.heard:]
        if left:
            self._note(hosted, "C", left, now, layer=hosted.layer)
            self._step(hosted, Octets(left, now))
        while hosted.said < len(place.said) and (hosted.session.outbox.held or hosted.session.outbox.glued):
            due = deadline(self.world, hosted.session)
            now = now if due is None else max(now, due)
            self._step(hosted, Tick(now))
        return now

    def wait_for_it(self) -> None:
        """Wait until the connection is here that goes on with the session given to `resume`."""
        self._taken_up.wait(TAKE_UP_S)

    def _forget(self) -> None:
        for hosted in [hosted for hosted in self._hosted.values() if not hosted.open]:
            self._kept -= hosted.kept + COPY_OCTETS * len(hosted.copies)
            del self._hosted[hosted.number]
            if self._kept <= KEPT_IN_ALL // 4:
                return

    def receive(self, hosted: Hosted, octets: bytes, now: float) -> bytes:
        """Take octets as they came from the wire; gives those to send. Inside TLS both layers are recorded."""
        if hosted.tls is None:
            return self.give(hosted, Octets(octets, now))
        with self._lock:
            self._note(hosted, "C", octets, now, layer="outside")
            segment = self._receive_tls(hosted, hosted.tls, octets, now)
            happened = self._take_happened()
        self._tell(hosted, happened)
        return segment

    def _receive_tls(self, hosted: Hosted, layer: TlsLayer, octets: bytes, now: float) -> bytes:
        was_up = layer.is_up
        said = layer.received(octets)
        segment = self._outside(hosted, layer, now)
        if layer.failure is not None:
            return segment + self._step(hosted, TlsFailed(now))
        if layer.is_up and not was_up:
            self._note(hosted, "-", b"", now, "tls")
            segment += self._step(hosted, TlsUp(now))
        if said:
            self._note(hosted, "C", said, now, layer="inside")
            segment += self._step(hosted, Octets(said, now))
        if layer.is_over and hosted.open:
            segment += self._step(hosted, Lost(now))
        return segment

    def give(self, hosted: Hosted, given: Input) -> bytes:
        """Take one step: gives the octets to send; `hosted.open` is False once the connection is to be closed.

        An exception in the lab ends only this session, with a 421 that does not tell its text; it is kept in `errors`.
        One of the listener is kept there too and ends nothing.
        """
        with self._lock:
            if type(given) is Octets:
                is_readable = not hosted.session.in_handshake  # else a fault keeps the handshake back
                self._note(hosted, "C", given.octets, given.now, layer=hosted.layer if is_readable else "outside")
            segment = self._step(hosted, given)
            happened = self._take_happened()
        self._tell(hosted, happened)
        return segment

    def _step(self, hosted: Hosted, given: Input) -> bytes:
        """One step of the lab, its actions carried out; gives the octets for the wire."""
        before: HostedCopy | None = None
        if type(given) is Octets:
            octets = given.octets
            if -1 < octets.find(CRLF) < len(octets) - 2 or hosted.session.outbox is not EMPTY:  # a fork may cut these
                before = (hosted.handshakes, hosted.heard, hosted.said, self.world, hosted.session, given.now,
                          len(hosted.entries) - 1, len(self._messages))
            hosted.heard += len(octets)
        elif type(given) is TlsUp:
            hosted.handshakes, hosted.heard, hosted.said = hosted.handshakes + 1, 0, 0
        try:
            self.world, hosted.session, actions = step(self.world, hosted.session, given)
        except Exception as error:
            self.errors.append(error)
            actions = [Send(format_reply(reply("closing.fault", domain=self.world.domain))), Close()]
        segment = b""
        for action in actions:
            if type(action) is Send:
                hosted.said += len(action.octets)
                segment += self._say(hosted, action, given.now)
            elif type(action) is Deliver:
                self._messages.append(action.message)
            elif type(action) is StartTls:
                try:
                    hosted.tls = TlsLayer(self.authority.server_context(action.certificate, self.world.domain))
                except Exception as error:  # no certificate can be made here: only this session suffers
                    self.errors.append(error)
                    segment += self._close(hosted, given)
                else:
                    if action.octets:
                        segment += self._receive_tls(hosted, hosted.tls, action.octets, given.now)
            else:
                segment += self._close(hosted, given, is_lost=type(action) is Abort)
        if hosted.truncated:
            return segment
        if before is not None and (actions or hosted.session.outbox is not EMPTY):
            hosted.copies.append(before)
            self._kept += COPY_OCTETS
        if actions or type(given) is TlsUp:
            hosted.copies.append((hosted.handshakes, hosted.heard, hosted.said, self.world, hosted.session, given.now,
                                  len(hosted.entries), len(self._messages)))
            self._kept += COPY_OCTETS
            if len(hosted.copies) > KEPT_COPIES or self._kept > KEPT_IN_ALL:
                self._let_go(hosted)
        return segment

    def _let_go(self, hosted: Hosted) -> None:
        """Let the older half of the steps go that could be gone back to."""
        gone = len(hosted.copies) // 2
        del hosted.copies[:gone]
        self._kept -= COPY_OCTETS * gone

    def _say(self, hosted: Hosted, said: Send, now: float) -> bytes:
        """What goes out for what is said: the same in the clear, something else inside TLS."""
        self.have_fired = self.have_fired or bool(said.forced)
        layer = hosted.tls
        if layer is None:
            self._note(hosted, "S", said.octets, now, layer=hosted.layer, forced=said.forced, meant=said.meant)
            return said.octets
        if not layer.is_up:  # a fault amid a handshake: no word can be said
            return b""
        layer.say(said.octets)
        outside = self._outside(hosted, layer, now)
        self._note(hosted, "S", said.octets, now, layer="inside", forced=said.forced, meant=said.meant)
        return outside

    def _outside(self, hosted: Hosted, layer: TlsLayer, now: float) -> bytes:
        octets = layer.outgoing()
        if octets:
            self._note(hosted, "S", octets, now, layer="outside")
        return octets

    def _close(self, hosted: Hosted, given: Input, *, is_lost: bool = False) -> bytes:
        hosted.open = False
        layer = hosted.tls
        goodbye = b""
        is_lost = is_lost or type(given) is Lost
        if layer is not None and layer.is_up and not is_lost:
            layer.close()
            goodbye = self._outside(hosted, layer, given.now)
        if type(given) is TlsFailed or (layer is not None and not layer.is_up):
            self._note(hosted, "-", b"", given.now, "tls failed")
        self._note(hosted, "-", b"", given.now, "lost" if is_lost else "closed")
        return goodbye

    def _take_happened(self) -> list[Entry]:
        happened, self._happened = self._happened, []
        return happened

    def _tell(self, hosted: Hosted, happened: list[Entry]) -> None:
        """Tell the listener, outside the lock, for it may ask for messages or sessions."""
        for entry in happened if self._on_entry is not None else ():
            try:
                self._on_entry(hosted.number, entry)  # type: ignore[misc]  # there is one, or nothing is told
            except Exception as error:
                self.errors.append(error)

    def _note(
        self, hosted: Hosted, direction: Direction, octets: bytes, now: float, event: str = "", layer: Layer = "",
        forced: str = "", meant: bytes | None = None,
    ) -> None:
        cost = len(octets) + ENTRY_OCTETS
        time_s = now - hosted.began
        if hosted.kept + cost <= KEPT_OCTETS and self._kept + cost <= KEPT_IN_ALL:
            hosted.entries.append((direction, octets, time_s, event, layer, forced, meant))
            hosted.kept += cost
            self._kept += cost
        else:
            hosted.truncated = True
        if self._on_entry is not None:
            self._happened.append(Entry(direction, octets, time_s, event, layer, forced, meant))
