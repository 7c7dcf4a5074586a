"""The lab as one pure function: `step(world, session, input)` gives the next world, the next session, and actions.

No socket, thread or clock is here: time comes in with each input. Whoever runs a connection (a loop over sockets, a
call in a test, a browser's kernel) feeds inputs and carries out actions. Octets may come in any split; replies to
one input leave as one segment (RFC 2821 sections 2.3.7, 3, 4.1.1.4, 4.5.3.2; RFC 2920 section 3.2). Inside TLS the
octets are those that were said; whoever runs the connection encrypts them (RFC 3207).
"""

from functools import lru_cache
from math import inf

from smtplab.lab.actions import Action, Deliver
from smtplab.lab.extensions import dressing
from smtplab.lab.faults import Fault, Way
from smtplab.lab.faults.fault import TLS
from smtplab.lab.inputs import Input, Lost, Octets, Shutdown, Tick, TlsFailed, TlsUp
from smtplab.lab.mail_data import respond_to_data
from smtplab.lab.message import Message, protocol_of
from smtplab.lab.outbox import EMPTY
from smtplab.lab.replies import reply
from smtplab.lab.responder import respond, respond_to_chunk
from smtplab.lab.sending import PIECE, Sending
from smtplab.lab.server_session import ServerSession
from smtplab.lab.world import World
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import line_octets
from smtplab.protocol.extensions.auth import AUTH_LINE, AUTH_LINE_OCTETS
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import CONNECT, DATA_END, LOST, UNASKED, State
from smtplab.protocol.wire import (
    CRLF,
    MAIL_DATA_START,
    Command,
    Reply,
    cut_mail_data,
    decode,
    format_reply,
    parse_command,
)


@lru_cache(maxsize=256)
def _line_limit(verb: str, extensions: tuple[str, ...]) -> int:
    return line_octets(verb, extensions)


@lru_cache(maxsize=256)
def _longest_line(extensions: tuple[str, ...]) -> int:
    """Octets of the longest line that a world with these extensions can allow."""
    return max(line_octets(verb, extensions) for verb in ("MAIL", "RCPT", "AUTH", AUTH_LINE))


def step(world: World, session: ServerSession, given: Input) -> tuple[World, ServerSession, list[Action]]:
    """One step of the server.

    Parameters
    ----------
    world : World
    session : ServerSession
    given : Octets, Tick, Lost, Shutdown, TlsUp or TlsFailed

    Returns
    -------
    (World, ServerSession, list of Action)
        Actions in the order in which they are to be carried out.

    Examples
    --------
    >>> from smtplab.lab.server_session import open_session
    >>> world = World()
    >>> world, session, actions = step(world, open_session(world, now=0.0), Tick(0.0))
    >>> actions
    [Send(octets=b'220 lab.example SMTP service ready\\r\\n', forced='', meant=None)]
    """
    if session.session.state is State.CLOSED and session.is_over:
        return world, session, []
    run = _Run(world, session, given.now)
    if isinstance(given, Lost):
        run.leave()
    elif session.outbox is not EMPTY and run.keeps_back(given):
        pass
    elif isinstance(given, TlsUp):
        run.go_on_inside_tls()
    elif isinstance(given, TlsFailed):
        run.give_up_tls()
    elif session.in_handshake:
        run.wait_for_tls(given)
    elif isinstance(given, Shutdown):
        run.close_unasked("closing.shutdown")
    elif session.session.state is State.CONNECTED:
        run.begin(given)
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
        self.machine = self.session.machine(world.edition)
        self.heard_s = before.heard_s
        self.uncut, self.dropped = before.uncut, before.dropped
        self.pieces, self.held, self.size = before.pieces, before.held, before.size
        self.chunk, self.chunk_left = before.chunk, before.chunk_left
        self.in_handshake = before.in_handshake
        self.counted = before.counted
        self.sending = Sending(before.outbox, now)
        self.fault: Fault | None = None
        self.messages: list[Message] = []

    def result(self) -> ServerSession:
        outbox = self.sending.outbox(self.session.state is State.CLOSED)
        return ServerSession(self.session, self.heard_s, self.before.refusal, self.uncut, self.dropped,
                             self.pieces, self.held, self.size, self.chunk, self.chunk_left, self.in_handshake,
                             self.counted, outbox)

    def actions(self) -> list[Action]:
        actions = self.sending.actions(self.session.state is State.CLOSED)
        return [*map(Deliver, self.messages), *actions] if self.messages else actions

    def choose_fault(self, event: str, command: Command | None) -> None:
        """Count an event, and see which fault happens with it."""
        if event == TLS and command is not None:
            event = ""  # typed by somebody: a verb that nobody knows
        counted = self.counted.with_event(event)
        before = self.world.faults
        if before.set:
            self.fault, faults, counted = before.choose(event, command, self.session, counted)
            if faults is not before:
                self.world = self.world.with_faults(faults)
        self.counted = counted

    def settle(
        self, event: str, command: Command | None, world: World, answer: Reply, mail_data: bytes | None = None
    ) -> None:
        """Answer an event as was decided, or as a fault forces; world and messages follow what is answered."""
        if self.fault is not None and self.fault.what.reply is not None:
            decided, answer = answer, self.fault.what.reply.reply
            world = world if decided.is_positive is answer.is_positive else self.world
        self.world = world
        if mail_data is not None and answer.reply_class == "2yz":
            self.deliver(mail_data)
        self.move(event, command, answer)

    def move(self, event: str, command: Command | None, answer: Reply | None) -> None:
        """Send the reply and follow the table."""
        before, fault, self.fault = self.session, self.fault, None
        table = self.machine if fault is None else before.table_for(self.machine, event, answer)
        row = table.transition(before.state, event, answer.code if answer else None)
        self.session = before.after(row, command, answer)
        if self.session is not before:
            self.machine = self.session.machine(self.world.edition)
        if row.remembers == "reverse-path":
            self.counted = self.counted.with_mail_begun()
        if answer is not None:
            for behaviour in dressing(self.world.extensions):
                if behaviour.dress is not None and before.announces(behaviour.extension.keyword):
                    answer = behaviour.dress(event, answer)
            if fault is None:
                self.sending.say(format_reply(answer))
            else:
                self.sending.say_with(format_reply(answer), fault)
        if fault is not None and not {Way.DROP_BEFORE, Way.DROP_AFTER}.isdisjoint(fault.what.ways):
            self.drop()

    def drop(self) -> None:
        """Let the connection be lost once all was sent."""
        self.sending.drops = True
        if self.session.state is not State.CLOSED:
            self.move(LOST, None, None)

    def leave(self) -> None:
        """Let the connection be lost now."""
        self.sending.forget()
        self.drop()

    def keeps_back(self, given: Input) -> bool:
        """See to what a fault keeps back; True when nothing else is to be done now."""
        sending, was = self.sending, self.before.outbox
        if isinstance(given, Shutdown):
            sending.release(inf)
            if sending.is_silent:
                self.leave()
            return self.session.state is State.CLOSED
        if isinstance(given, Octets):
            if sending.is_busy and not sending.keep(given.octets, self.world.max_message_octets + PIECE):
                self.leave()
            return sending.is_busy or sending.drops
        if isinstance(given, Tick):
            unread = sending.release(self.now)
            if was.held and not sending.is_busy:  # only now the client can be expected to go on
                self.heard_s = self.now
            if was.is_silent and not was.held and self.now >= self.heard_s + self.world.idle_s:
                self.leave()
            elif unread:
                self.read(unread)
            return bool(was.held) or was.is_silent
        return False

    def begin(self, given: Input) -> None:
        """Greet; with implicit TLS ask for the handshake first."""
        if self.world.implicit_tls and not self.session.tls:
            self.start_tls()
            return
        self.greet(self.before.refusal)
        if isinstance(given, Octets):
            self.read(given.octets)

    def start_tls(self) -> None:
        """Ask for a handshake. What came ahead of it is thrown away, since anybody may have written it."""
        self.choose_fault(TLS, None)
        fault, self.fault = self.fault, None
        self.sending.shake_hands(self.world.certificate, fault)
        if fault is not None and Way.DROP_BEFORE in fault.what.ways:
            self.drop()
        self.in_handshake = True
        self.heard_s = self.now
        self.uncut, self.dropped = b"", 0

    def wait_for_tls(self, given: Input) -> None:
        """Inside a handshake no word can be said: too long a wait, and a shutdown, end it without one."""
        if isinstance(given, Shutdown) or (isinstance(given, Tick) and self.now >= self.heard_s + self.world.idle_s):
            self.give_up_tls()

    def give_up_tls(self) -> None:
        self.machine = self.session.machine(self.world.edition, "STARTTLS")
        self.move(TLS_FAILED, None, None)

    def go_on_inside_tls(self) -> None:
        self.in_handshake = False
        self.heard_s = self.now
        is_first = self.session.state is State.CONNECTED
        self.machine = self.session.machine(self.world.edition, "STARTTLS")  # it may come before any announcement
        self.move(TLS_UP, None, None)
        if is_first:
            self.greet(self.before.refusal)

    def greet(self, refusal: str | None) -> None:
        self.heard_s = self.now
        if refusal is not None:
            self.move(CONNECT, None, reply("greeting.stranger", domain=self.world.domain, reason=refusal))
            return
        name = "greeting"
        if self.world.never_takes_mail and self.world.edition == 5321:  # RFC 7504 came after RFC 2821
            name = "greeting.never"
        elif self.world.never_takes_mail or not self.world.takes_mail:
            name = "greeting.no-mail"
        self.choose_fault(CONNECT, None)
        self.settle(CONNECT, None, self.world, reply(name, domain=self.world.domain))

    def close_unasked(self, name: str) -> None:
        if self.world.implicit_tls and not self.session.tls:  # nothing is said in the clear
            self.give_up_tls()
            return
        event = CONNECT if self.session.state is State.CONNECTED else UNASKED
        self.move(event, None, reply(name, domain=self.world.domain))

    def read(self, octets: bytes) -> None:
        """Take octets apart as far as they go: lines while commands are awaited, mail data after 354 or BDAT."""
        self.heard_s = self.now
        while octets and not self.in_handshake and self.session.state is not State.CLOSED:
            if self.sending.is_busy:
                self.sending.keep(octets, len(octets))
                return
            if self.chunk is not None:
                octets = self.read_chunk(octets)
            elif self.session.state is State.MAIL_DATA:
                octets = self.read_mail_data(octets)
            else:
                octets = self.read_lines(octets)

    def read_lines(self, octets: bytes) -> bytes:
        """Answer each complete line; gives what stands behind one that changes how octets are read."""
        octets = self.uncut + octets
        start = 0
        while (end := octets.find(CRLF, start)) >= 0:
            self.answer_line(octets[start:end])
            start = end + 2
            if self.is_read_otherwise():
                self.uncut = b""
                return octets[start:]
        self.uncut = octets[start:]
        limit = _longest_line(self.world.extensions)
        if len(self.uncut) > limit:  # keep the verb, and the last octet, which may be half a CRLF; never make one
            self.dropped += len(self.uncut) - limit
            self.uncut = self.uncut[: limit - 1].replace(b"\r", b"?") + self.uncut[-1:]
        return b""

    def is_read_otherwise(self) -> bool:
        """True when the next octets are no command line."""
        return (self.session.state is State.MAIL_DATA or self.session.state is State.CLOSED
                or self.chunk is not None or self.in_handshake or self.sending.is_busy)

    def answer_line(self, line: bytes) -> None:
        in_exchange = self.session.state is State.AUTH_EXCHANGE
        command = Command(AUTH_LINE, decode(line), line) if in_exchange else parse_command(line)
        event = AUTH_LINE if in_exchange else self.machine.event_of(command)
        limit = _line_limit(event, self.world.extensions)
        is_framed = self.machine.has_octets_behind(command.verb)
        if len(line) + self.dropped + 2 > limit:
            self.dropped = 0
            self.choose_fault(event, command)
            of_login = event in ("AUTH", AUTH_LINE) and limit == AUTH_LINE_OCTETS
            answer = reply("auth.line" if of_login else "line.too-long", limit=limit)
            self.settle(event, command, self.world, answer)
            if is_framed and self.session.state is not State.CLOSED:
                self.close_unasked("closing.chunk")
        elif not (is_framed and self.begins_chunk(command)):
            self.choose_fault(event, command)
            self.settle(event, command, *respond(self.world, self.session, command, self.now))
        if self.session.state is State.MAIL_DATA:
            self.pieces, self.held, self.size = (), MAIL_DATA_START, -len(MAIL_DATA_START)
        elif self.session.state is State.TLS_HANDSHAKE:
            self.start_tls()

    def begins_chunk(self, command: Command) -> bool:
        """True when octets belong to this command: whatever it gets, they are swallowed first (RFC 3030 section 2)."""
        try:
            octets = self.machine.octets_behind(command)
        except ProtocolError as error:  # where the next command begins is not known any more
            self.move(command.verb, command, reply("chunk.unreadable", problem=error.text))
            self.close_unasked("closing.chunk")
            return True
        if self.session.state is not State.CHUNKS:
            self.pieces, self.size = (), 0
        self.chunk, self.chunk_left = command, octets or 0
        if not octets:
            self.read_chunk(b"")
        return True

    def read_chunk(self, octets: bytes) -> bytes:
        """Swallow what belongs to a BDAT, kept only as far as a message may be large."""
        taken = octets[: self.chunk_left]
        self.chunk_left -= len(taken)
        self.keep(taken)
        if not self.chunk_left and self.chunk is not None:
            command, self.chunk = self.chunk, None
            self.end_chunk(command)
        return octets[len(taken):]

    def end_chunk(self, command: Command) -> None:
        event = self.machine.event_of(command)
        is_last = event == BDAT_LAST
        mail_data = b"".join(self.pieces) if is_last else b""  # before the last it is not looked at
        self.choose_fault(event, command)
        world, answer = respond_to_chunk(self.world, self.session, command, self.now, mail_data, self.size)
        self.settle(event, command, world, answer, mail_data if is_last else None)
        if self.session.state is not State.CHUNKS:
            self.pieces, self.size = (), 0

    def keep(self, data: bytes) -> None:
        """Count mail data, and keep it while the message is not too large."""
        self.size += len(data)
        if data and self.size <= self.world.max_message_octets:
            last = self.pieces[-1] if self.pieces else b""
            joined = self.pieces and len(last) + len(data) <= PIECE
            self.pieces = (*self.pieces[:-1], last + data) if joined else (*self.pieces, data)

    def deliver(self, mail_data: bytes) -> None:
        transaction = self.session.transaction
        if transaction is None or not transaction.forward_paths:
            return  # taken although nobody is to have it, as only a fault can make a server do
        self.messages.append(Message(
            transaction.reverse_path, transaction.forward_paths, mail_data, self.session.client_name or "",
            self.world.domain, transaction.parameters, transaction.forward_parameters, protocol_of(self.session),
        ))

    def read_mail_data(self, octets: bytes) -> bytes:
        data, self.held, rest = cut_mail_data(self.held, octets)
        self.keep(data)
        if rest is None:
            return b""
        self.end_mail_data()
        return rest

    def end_mail_data(self) -> None:
        transaction = self.session.transaction
        mail_data = b"".join(self.pieces)[len(MAIL_DATA_START):]
        self.choose_fault(DATA_END, None)
        if transaction is None or not transaction.forward_paths:  # a fault forced the 354
            world, answer = self.world, reply("data.no-recipients")
        else:
            world, answer = respond_to_data(self.world, transaction, mail_data, self.size, self.now)
        self.settle(DATA_END, None, world, answer, mail_data)
        self.pieces, self.held, self.size = (), b"", 0
