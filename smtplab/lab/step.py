"""The lab as one pure function: `step(world, session, input)` gives the next world, the next session, and actions.

No socket, thread or clock is here: time comes in with each input. Whoever runs a connection (a loop over sockets, a
call in a test, a browser's kernel) feeds inputs and carries out actions. Octets may come in any split; replies to
one input leave as one segment (RFC 2821 sections 2.3.7, 3, 4.1.1.4, 4.5.3.2; RFC 2920 section 3.2).
"""

from dataclasses import dataclass

from smtplab.lab.message import Message
from smtplab.lab.replies import reply
from smtplab.lab.responder import respond, respond_to_data
from smtplab.lab.world import World
from smtplab.protocol.extensions import OFFERED, mail_line_octets
from smtplab.protocol.limits import COMMAND_LINE_OCTETS
from smtplab.protocol.machine import CONNECT, DATA_END, LOST, UNASKED, State, machine
from smtplab.protocol.session import Session
from smtplab.protocol.wire import CRLF, MAIL_DATA_START, Command, Reply, cut_mail_data, format_reply, parse_command

_LONGEST_LINE = mail_line_octets(OFFERED)
"""Octets of the longest command line that any world can allow."""

_PIECE = 4096
"""Octets up to which arriving mail data is joined to the piece before, so that tiny segments do not pile up."""


@dataclass(frozen=True, slots=True)
class Octets:
    """Octets came from the client."""

    octets: bytes
    now: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The time of `deadline` has come."""

    now: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone."""

    now: float


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The server is to stop: 421, then close (section 3.9)."""

    now: float


Input = Octets | Tick | Lost | Shutdown


@dataclass(frozen=True, slots=True)
class Send:
    """Send these octets as one segment."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """Keep this message: the 250 after the final dot is on its way."""

    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection once all was sent."""


Action = Send | Deliver | Close


@dataclass(frozen=True, slots=True)
class ServerSession:
    """A session as the server holds it: state and facts, and octets that cannot be decided yet.

    Attributes
    ----------
    session : Session
    heard_s : float
        When the client was last heard.
    refusal : str or None
        Words for a 554 greeting, for a client that is to be turned away.
    uncut : bytes
        The beginning of a command line.
    dropped : int
        Octets of the present line that were thrown away because it is too long.
    pieces : tuple of bytes
        Mail data so far, dots removed, kept up to the largest message.
    held : bytes
        Mail data that may be the beginning of the end.
    size : int
        Octets of mail data so far, kept or not.
    """

    session: Session
    heard_s: float
    refusal: str | None = None
    uncut: bytes = b""
    dropped: int = 0
    pieces: tuple[bytes, ...] = ()
    held: bytes = b""
    size: int = 0


def open_session(world: World, *, now: float, refusal: str | None = None) -> ServerSession:
    """A session that stands before its greeting; a Tick is due at once and sends it.

    Examples
    --------
    >>> world = World()
    >>> world, session, actions = step(world, open_session(world, now=0.0), Tick(0.0))
    >>> actions
    [Send(octets=b'220 lab.example SMTP service ready\\r\\n')]
    """
    return ServerSession(Session(), now, refusal)


def deadline(world: World, session: ServerSession) -> float | None:
    """When a Tick is due, on the clock of the inputs; None for a closed session."""
    if session.session.state is State.CLOSED:
        return None
    if session.session.state is State.CONNECTED:
        return session.heard_s
    return session.heard_s + world.idle_s


def step(world: World, session: ServerSession, given: Input) -> tuple[World, ServerSession, list[Action]]:
    """One step of the server.

    Parameters
    ----------
    world : World
    session : ServerSession
    given : Octets, Tick, Lost or Shutdown

    Returns
    -------
    (World, ServerSession, list of Action)
        Actions in the order in which they are to be carried out.
    """
    if session.session.state is State.CLOSED:
        return world, session, []
    run = _Run(world, session, given.now)
    if isinstance(given, Lost):
        run.move(LOST, None, None)
    elif isinstance(given, Shutdown):
        run.close_unasked("closing.shutdown")
    elif session.session.state is State.CONNECTED:
        run.greet(session.refusal)
        if isinstance(given, Octets):
            run.read(given.octets)
    elif isinstance(given, Octets):
        run.read(given.octets)
    elif given.now >= session.heard_s + world.idle_s:
        run.close_unasked("closing.idle")
    return run.world, run.result(), run.actions()


class _Run:
    """The variables of one step; nothing of it outlives the call."""

    def __init__(self, world: World, before: ServerSession, now: float) -> None:
        self.world, self.before, self.now = world, before, now
        self.session = before.session
        self.machine = machine(world.edition)
        self.heard_s = before.heard_s
        self.uncut, self.dropped = before.uncut, before.dropped
        self.pieces, self.held, self.size = before.pieces, before.held, before.size
        self.segment: list[bytes] = []
        self.messages: list[Message] = []

    def result(self) -> ServerSession:
        return ServerSession(self.session, self.heard_s, self.before.refusal, self.uncut, self.dropped,
                             self.pieces, self.held, self.size)

    def actions(self) -> list[Action]:
        actions: list[Action] = [Deliver(message) for message in self.messages]
        if self.segment:
            actions.append(Send(b"".join(self.segment)))
        if self.session.state is State.CLOSED:
            actions.append(Close())
        return actions

    def move(self, event: str, command: Command | None, answer: Reply | None) -> None:
        """Send the reply and follow the table."""
        row = self.machine.transition(self.session.state, event, answer.code if answer else None)
        self.session = self.session.after(row, command, answer)
        if answer is not None:
            self.segment.append(format_reply(answer))

    def greet(self, refusal: str | None) -> None:
        self.heard_s = self.now
        if refusal is not None:
            self.move(CONNECT, None, reply("greeting.stranger", domain=self.world.domain, reason=refusal))
        elif not self.world.takes_mail:
            self.move(CONNECT, None, reply("greeting.no-mail", domain=self.world.domain))
        else:
            self.move(CONNECT, None, reply("greeting", domain=self.world.domain))

    def close_unasked(self, name: str) -> None:
        event = CONNECT if self.session.state is State.CONNECTED else UNASKED
        self.move(event, None, reply(name, domain=self.world.domain))

    def read(self, octets: bytes) -> None:
        """Take octets apart as far as they go: lines while commands are awaited, mail data after 354."""
        self.heard_s = self.now
        while octets and self.session.state is not State.CLOSED:
            octets = self.read_mail_data(octets) if self.session.state is State.MAIL_DATA else self.read_lines(octets)

    def read_lines(self, octets: bytes) -> bytes:
        """Answer each complete line; gives what stands behind a DATA that was taken."""
        octets = self.uncut + octets
        start = 0
        while (end := octets.find(CRLF, start)) >= 0:
            self.answer_line(octets[start:end])
            start = end + 2
            if self.session.state is State.MAIL_DATA or self.session.state is State.CLOSED:
                self.uncut = b""
                return octets[start:]
        self.uncut = octets[start:]
        limit = _LONGEST_LINE
        if len(self.uncut) > limit:  # keep the verb, and the last octet, which may be half a CRLF; never make one
            self.dropped += len(self.uncut) - limit
            self.uncut = self.uncut[: limit - 1].replace(b"\r", b"?") + self.uncut[-1:]
        return b""

    def answer_line(self, line: bytes) -> None:
        command = parse_command(line)
        limit = self.line_limit(command.verb)
        if len(line) + self.dropped + 2 > limit:
            self.dropped = 0
            answer = reply("line.too-long", limit=limit)
        else:
            self.world, answer = respond(self.world, self.session, command, self.now)
        self.move(command.verb, command, answer)
        if self.session.state is State.MAIL_DATA:
            self.pieces, self.held, self.size = (), MAIL_DATA_START, -len(MAIL_DATA_START)

    def line_limit(self, verb: str) -> int:
        """Octets a command line may have, CRLF included; extensions raise it for MAIL (4.5.3.1)."""
        return mail_line_octets(self.world.extensions) if verb == "MAIL" else COMMAND_LINE_OCTETS

    def read_mail_data(self, octets: bytes) -> bytes:
        data, self.held, rest = cut_mail_data(self.held, octets)
        self.size += len(data)
        if data and self.size <= self.world.max_message_octets:
            last = self.pieces[-1] if self.pieces else b""
            joined = self.pieces and len(last) + len(data) <= _PIECE
            self.pieces = (*self.pieces[:-1], last + data) if joined else (*self.pieces, data)
        if rest is None:
            return b""
        self.end_mail_data()
        return rest

    def end_mail_data(self) -> None:
        transaction = self.session.transaction
        assert transaction is not None  # DATA got 354 only in a transaction
        mail_data = b"".join(self.pieces)[len(MAIL_DATA_START):]
        self.world, answer = respond_to_data(self.world, transaction, mail_data, self.size)
        if answer.is_positive:
            self.messages.append(Message(transaction.reverse_path, transaction.forward_paths, mail_data,
                                         self.session.client_name or "", self.world.domain))
        self.move(DATA_END, None, answer)
        self.pieces, self.held, self.size = (), b"", 0
