"""A dialogue folded into exchanges: which octets were a command, which reply answered it, where the session then stood.

Nothing here decides; a `Dialogue` only reads what went over the wire, in order, as a client sees it (RFC 2821
sections 3.1, 4.1.1.4, 4.2, 4.3; RFC 2920 section 3.1). What a client sent is cut into commands or mail data only as
far as replies decide it: octets behind a DATA stay uncut until the 354, or a refusal, has come. A reply with
nothing due is unasked.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import (
    AUTH_EXCHANGE,
    CONNECT,
    CONNECTED,
    DATA_END,
    FRAMED_BY,
    LOST,
    MAIL_DATA,
    TLS_HANDSHAKE,
    UNASKED,
    Machine,
    Transition,
    machine,
)
from smtplab.protocol.session import Session
from smtplab.protocol.wire import (
    CRLF,
    MAIL_DATA_START,
    Command,
    Reply,
    cut_mail_data,
    decode,
    find_reply_end,
    parse_command,
    read_reply,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One step of a session: what was sent, what answered, and what it changed.

    Attributes
    ----------
    event : str
        A verb as sent (upper case), or CONNECT, DATA-END, UNASKED, LOST, or an event that an extension brings.
    command : Command or None
        None for events that are no command; a line of a login exchange is the argument of a command AUTH-LINE.
    sent : bytes
        The command line with its CRLF and what belongs to it behind (BDAT), or the mail data with its final dot, as
        on the wire.
    reply : Reply or None
        None for LOST and for a TLS handshake.
    row : Transition
        The table's row for this step.
    before, after : Session
    edition : {2821, 5321}
        The one whose table the row is from.
    forced : str
        The fault that made it happen, where the record tells; empty otherwise.
    """

    event: str
    command: Command | None
    sent: bytes
    reply: Reply | None
    row: Transition
    before: Session
    after: Session
    edition: int = 2821
    forced: str = ""

    @property
    def moved(self) -> bool:
        """True when the session stands elsewhere than before."""
        return self.before.state is not self.after.state


class Due(NamedTuple):
    """A reply that must still come: for which event, and what was sent for it."""

    event: str
    command: Command | None
    sent: bytes


class Dialogue:
    r"""Reads both directions of one connection.

    Parameters
    ----------
    edition : {2821, 5321}

    Examples
    --------
    >>> dialogue = Dialogue()
    >>> [e.event for e in dialogue.received(b"220 lab.example\r\n")]
    ['CONNECT']
    >>> dialogue.sent(b"HELO me.example\r\n")
    >>> dialogue.received(b"250 lab.example\r\n")[0].after.state
    <State.READY: 'READY'>
    """

    def __init__(self, edition: int = 2821) -> None:
        self._edition = edition
        self.machine: Machine = machine(edition)
        self.session = Session()
        self.exchanges: list[Exchange] = []
        self.due: deque[Due] = deque([Due(CONNECT, None, b"")])
        self._uncut = b""
        self._mail_data: list[bytes] | None = None
        self._held = b""
        self._partial_reply = b""
        self._looked = 0
        self._missing, self._piece = 0, list[bytes]()
        self._forced = ""

    @classmethod
    def after(cls, exchanges: Sequence[Exchange], edition: int) -> "Dialogue":
        """The dialogue as it stood after these exchanges, with nothing else under way."""
        dialogue = cls.of(exchanges[-1].after, edition)
        dialogue.exchanges = list(exchanges)
        return dialogue

    @classmethod
    def of(cls, session: Session, edition: int) -> "Dialogue":
        """The dialogue of a session that stands so, with nothing under way; what came before is not known."""
        dialogue = cls(edition)
        dialogue.session, dialogue.machine = session, session.machine(edition)
        if session.state is not CONNECTED:
            dialogue.due.clear()
        if session.state is MAIL_DATA:
            dialogue._expect_mail_data()
        return dialogue

    def _expect_mail_data(self) -> None:
        self._mail_data, self._held = [], MAIL_DATA_START

    def _begin_mail_data(self, exchange: Exchange) -> None:
        if self.session.state is MAIL_DATA and exchange.moved:
            self._expect_mail_data()

    @property
    def is_quiet(self) -> bool:
        """True when no reply is due: the client may think, the server waits."""
        return not self.due

    @property
    def in_mail_data(self) -> bool:
        """True when the octets sent next are mail data: 354 has come and the final dot has not gone out."""
        return self._mail_data is not None

    @property
    def partial_reply(self) -> bytes:
        """Octets received that make no complete reply yet."""
        return self._partial_reply

    @property
    def uncut(self) -> bytes:
        """Octets sent that are no complete line yet, or stand behind a DATA that was not answered."""
        return b"".join((self._uncut, *self._piece))

    def take(self, direction: str, octets: bytes, event: str = "", forced: str = "") -> list[Exchange]:
        """Take note of one entry of a record: what the client sent (C), the server (S), or an event (-)."""
        self._forced = forced or self._forced
        if direction == "C":
            self.sent(octets)
        elif direction == "S":
            return self.received(octets)
        elif event == "lost":
            return [self.lost()]
        elif event in ("tls", "tls failed"):
            return [self.tls(event == "tls")]
        return []

    def sent(self, octets: bytes) -> None:
        """Take note of octets the client sent."""
        if self._missing > len(octets):  # a piece of a message in many segments: not looked at before it is whole
            self._piece.append(octets)
            self._missing -= len(octets)
            return
        self._uncut = b"".join((self._uncut, *self._piece, octets))
        self._missing, self._piece = 0, []
        self._cut()

    def received(self, octets: bytes) -> list[Exchange]:
        """Take note of octets the server sent; gives the exchanges they complete."""
        come = self._partial_reply + octets
        new: list[Exchange] = []
        start = 0
        looked, has_ended = find_reply_end(come, start, self._looked)
        while has_ended:
            new.append(self._answer(read_reply(come[start:looked])))
            start = looked
            looked, has_ended = find_reply_end(come, start, start)
        self._partial_reply, self._looked = come[start:], looked - start
        return new

    def lost(self) -> Exchange:
        """Take note that the connection is gone without a 221 or 421."""
        return self._record(Due(LOST, None, b""), None)

    def tls(self, is_up: bool) -> Exchange:
        """Take note that a TLS handshake succeeded or failed. What was sent or came ahead of it counts no more."""
        self._uncut = self._partial_reply = b""
        self._missing, self._piece = 0, []
        self._looked = 0
        self.machine = self.session.machine(self._edition, "STARTTLS")  # it may come before any announcement
        return self._record(Due(TLS_UP if is_up else TLS_FAILED, None, b""), None)

    def _answer(self, reply: Reply) -> Exchange:
        due = self.due.popleft() if self.due else Due(UNASKED, None, b"")
        exchange = self._record(due, reply)
        self._begin_mail_data(exchange)
        if self._uncut:
            self._cut()
        return exchange

    def _record(self, due: Due, reply: Reply | None) -> Exchange:
        before = self.session
        table = before.table_for(self.machine, due.event, reply)
        row = table.transition(before.state, due.event, None if reply is None else reply.code)
        self.session = before.after(row, due.command, reply)
        if self.session is not before:
            self.machine = self.session.machine(self._edition)
        forced, self._forced = self._forced, ""
        exchange = Exchange(
            due.event, due.command, due.sent, reply, row, before, self.session, self._edition, forced,
        )
        self.exchanges.append(exchange)
        return exchange

    def _cut(self) -> None:
        """Cut what can be decided: mail data up to its end, and lines up to a DATA that is not answered."""
        if self._mail_data is not None:
            self._mail_data.append(self._uncut)
            _, self._held, rest = cut_mail_data(self._held, self._uncut)
            self._uncut = rest or b""
            if rest is None:
                return
            sent = b"".join(self._mail_data)
            self._mail_data = None
            self.due.append(Due(DATA_END, None, sent[: len(sent) - len(rest)]))
        start = 0
        while start < len(self._uncut) and not self._waits_for_a_reply():
            end = self._uncut.find(CRLF, start)
            if end < 0:
                break
            event, command = self._read(self._uncut[start:end])
            if self.due and self._is_framed_by_a_reply(command):
                break
            end += 2 + self._octets_behind(command)
            if end > len(self._uncut):
                self._missing = end - len(self._uncut)
                break
            self.due.append(Due(event, command, self._uncut[start:end]))
            start = end
        self._uncut = self._uncut[start:]

    def _waits_for_a_reply(self) -> bool:
        """True while only a reply can tell how the next octets are to be read; nobody reads those of a handshake."""
        if self.due:
            return self.machine.decides(self.due[-1].event)
        return self.session.state is TLS_HANDSHAKE

    def _is_framed_by_a_reply(self, command: Command) -> bool:
        """True for a BDAT that nobody announced: octets follow it where a server takes it all the same."""
        keyword = FRAMED_BY.get(command.verb)
        return keyword is not None and not self.session.announces(keyword)

    def _read(self, line: bytes) -> tuple[str, Command]:
        """A line as the session reads it now: a command, or a line of a login exchange; and the event that it is."""
        if self.session.state is AUTH_EXCHANGE:
            return AUTH_LINE, Command(AUTH_LINE, decode(line), line)
        command = parse_command(line)
        return self.machine.event_of(command), command

    def _octets_behind(self, command: Command) -> int:
        try:
            return self.machine.octets_behind(command) or 0
        except ProtocolError:  # nobody knows; the server says so, and closes
            return 0
