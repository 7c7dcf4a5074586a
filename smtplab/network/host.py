"""What all sessions of one server share: the world, the accepted messages, the records; and one step of a session.

Both the server over sockets and the one in memory stand on this. Nothing about SMTP is decided here: `step` of the
lab is the server, and this carries out its actions.
"""

import ssl
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Literal, Self

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
    TlsFailed,
    TlsUp,
    World,
    open_session,
    step,
)
from smtplab.lab.replies import reply
from smtplab.network.certificates import Authority
from smtplab.network.fork import Copy, Forked, Place, check_step, place_after
from smtplab.network.mailbox import Messages
from smtplab.network.record import Hosted, SessionRecord
from smtplab.network.resumed import Resumed
from smtplab.network.tls import TlsLayer, client_context
from smtplab.protocol.transcript import Direction, Entry, Layer
from smtplab.protocol.wire import format_reply

if TYPE_CHECKING:
    from smtplab.network.client import Client
    from smtplab.network.server_faults import ServerFaults

KEPT_OCTETS = 8 * 1024 * 1024
"""What one record may hold: a message of the largest size fits."""

KEPT_IN_ALL = 64 * 1024 * 1024
"""What the records of one server may hold together; at half of it the oldest closed sessions are forgotten."""

ENTRY_OCTETS, COPY_OCTETS = 160, 700
"""What an entry costs beside its octets, and a copy to go back to."""

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
        self._expected: Resumed | None = None
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
        """Begin a session; its first Tick sends the greeting."""
        with self._lock:
            if self._kept > KEPT_IN_ALL // 2:
                self._forget()
            self._count += 1
            hosted = Hosted(self._count, peer, open_session(self.world, now=now, refusal=refusal), now)
            self._hosted[hosted.number] = hosted
            if self._expected is not None and refusal is None:
                self._resume(hosted, self._expected)
                self._expected = None
                self._taken_up.set()
            return hosted

    def copy_at(self, address: str | int, place: Place, heard: bytes) -> Resumed:
        """A session as it stood at some place, to be gone on with on another host.

        Parameters
        ----------
        address : str or int
            As for `record_of`.
        place : Place
        heard : bytes
            All that was heard since the last handshake, up to that place.

        Raises
        ------
        ValueError
            When the server has not kept so much.
        """
        with self._lock:
            hosted = self._find(address)
            copies = hosted.copies if hosted else []
            last = next((at for at in reversed(range(len(copies))) if copies[at].fits(place)), None)
            if hosted is None or last is None:
                raise ValueError(text("fork.not_kept"))
            copy = copies[last]
            resumed = Resumed(copies[: last + 1], place, hosted.began, hosted.entries[: copy.entries],
                              self._messages[: copy.messages], self._authority)
        resumed.go_on(heard[copy.heard :])
        return resumed

    def expect(self, resumed: Resumed) -> None:
        """Let the next connection go on with a session that stood on another host."""
        self._authority, self._messages, self._expected = resumed.authority, resumed.messages, resumed

    def wait_for_it(self) -> None:
        """Wait until the connection that `expect` waits for is here."""
        self._taken_up.wait(TAKE_UP_S)

    def _resume(self, hosted: Hosted, resumed: Resumed) -> None:
        hosted.session, hosted.began, hosted.entries = resumed.session, resumed.began, resumed.entries
        hosted.copies = resumed.copies
        hosted.handshakes, hosted.heard, hosted.said = resumed.place
        hosted.kept = sum(len(entry[1]) + ENTRY_OCTETS for entry in resumed.entries)
        hosted.kept += COPY_OCTETS * len(resumed.copies)
        self._kept += hosted.kept
        if resumed.session.in_handshake:
            hosted.tls = TlsLayer(self.authority.server_context(self.world.certificate, self.world.domain))
        self._keep_copy(hosted, resumed.now)

    def _forget(self) -> None:
        for hosted in [hosted for hosted in self._hosted.values() if not hosted.open]:
            self._kept -= hosted.kept
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
                self._note(hosted, "C", given.octets, given.now, layer="" if is_readable else "outside")
            segment = self._step(hosted, given)
            happened = self._take_happened()
        self._tell(hosted, happened)
        return segment

    def _step(self, hosted: Hosted, given: Input) -> bytes:
        """One step of the lab, its actions carried out; gives the octets for the wire."""
        if type(given) is Octets:
            hosted.heard += len(given.octets)
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
        if actions or type(given) is TlsUp:
            self._keep_copy(hosted, given.now)
        return segment

    def _keep_copy(self, hosted: Hosted, now: float) -> None:
        """Keep how all stands, so that the session can be gone on with from here another time."""
        if hosted.truncated:
            return
        hosted.kept += COPY_OCTETS
        self._kept += COPY_OCTETS
        hosted.copies.append(Copy(hosted.handshakes, hosted.heard, hosted.said, self.world, hosted.session, now,
                                  len(hosted.entries), len(self._messages)))

    def _say(self, hosted: Hosted, said: Send, now: float) -> bytes:
        """What goes out for what is said: the same in the clear, something else inside TLS."""
        self.have_fired = self.have_fired or bool(said.forced)
        layer = hosted.tls
        if layer is None:
            self._note(hosted, "S", said.octets, now, forced=said.forced, meant=said.meant)
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


class Hosting(ABC):
    """What a server shows of its host, over sockets and in memory alike; as a context manager it closes at the end."""

    _host: Host

    @property
    def faults(self) -> "ServerFaults":
        """What is made to happen on this server: ``server.faults.add("RCPT#2 -> 452")``."""
        from smtplab.network.server_faults import ServerFaults

        return ServerFaults(self._host, self._wake)

    @abstractmethod
    def _wake(self) -> None:
        """Let the server look at its time limits anew."""

    def record_of(self, client: "Client") -> SessionRecord | None:
        """This server's record of a client's session; None when it is another's, or forgotten."""
        return self._host.record_of(client.address) if client.keeps is self else None

    def fork(self, client: "Client", at: int, **options: Any) -> "Client":
        """A client whose session goes on as this one stood after a step, on a copy of this server (`Client.fork`)."""
        steps = check_step(client, at)
        place, heard = place_after(steps)
        resumed = self._host.copy_at(client.address, place, heard)
        server = self._copy(resumed)
        forked = server.connect(continues=client.conversation_after(steps, place), **options)
        server._host.wait_for_it()
        forked.forked = Forked(at, True, tls_is_copied=resumed.session.session.tls)
        return forked

    @abstractmethod
    def _copy(self, resumed: Resumed) -> "Hosting":
        """A server like this one, whose next connection goes on with that session."""

    @abstractmethod
    def connect(self, **options: Any) -> "Client":
        """A new `Client` of this server; options are those of `Client`."""

    @abstractmethod
    def advance(self, seconds: float) -> None:
        """Let the server's clock jump: whatever falls due meanwhile happens (delays, greylisting, idle limits)."""

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

    def _for_clients(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options of a `Client` of this server: its edition, and what it needs for TLS."""
        world = self.world
        known: dict[str, Any] = {"edition": world.edition, "implicit_tls": world.implicit_tls}
        if world.implicit_tls or "STARTTLS" in world.extensions:
            known |= {"authority": self.authority, "server_name": world.domain}
        return {**known, **options}

    @property
    def authority(self) -> bytes:
        """The certificate of whoever signs this server's certificates, as PEM: what another program is to trust."""
        return self._host.authority.pem

    def trust(self) -> ssl.SSLContext:
        """How a client that trusts this server's authority judges certificates: for `smtplib` and other programs."""
        return client_context(self.authority, verify=True)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """Faults of the lab itself; each ended a session with a 421."""
        return tuple(self._host.errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
