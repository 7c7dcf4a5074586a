"""How what a client says is read in one step: lines while commands are awaited, mail data after 354, octets of BDAT.

Octets come in any split. What cannot be decided yet stays in the session, and what comes while the server is busy
waits (RFC 2821 sections 2.3.7, 4.1.1.4, 4.5.3.1; RFC 3030 section 2; RFC 4954 section 4).
"""

from functools import lru_cache

from smtplab.lab.answering import Answering
from smtplab.lab.mail_data import respond_to_data
from smtplab.lab.replies import reply
from smtplab.lab.responder import respond, respond_to_chunk
from smtplab.lab.sending import PIECE
from smtplab.lab.server_session import MESSAGE_BEGINS
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import line_octets
from smtplab.protocol.extensions.auth import AUTH_LINE, AUTH_LINE_OCTETS
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.machine import AUTH_EXCHANGE, CLOSED, DATA_END, MAIL_DATA, TLS_HANDSHAKE, State
from smtplab.protocol.wire import CRLF, MAIL_DATA_START, Command, cut_mail_data, decode, parse_command


@lru_cache(maxsize=256)
def _line_limit(verb: str, extensions: tuple[str, ...]) -> int:
    return line_octets(verb, extensions)


@lru_cache(maxsize=256)
def _longest_line(extensions: tuple[str, ...]) -> int:
    """Octets of the longest line that a world with these extensions can allow."""
    return max(line_octets(verb, extensions) for verb in ("MAIL", "RCPT", "AUTH", AUTH_LINE))


class Reading(Answering):
    """One step, as far as it reads what the client says and has it answered."""

    def read(self, octets: bytes) -> None:
        """Take octets apart as far as they go: lines while commands are awaited, mail data after 354 or BDAT."""
        self.heard_s = self.now
        while octets and not self.in_handshake and self.session.state is not CLOSED:
            if self.sending.is_busy:
                self.sending.keep(octets, len(octets))
                return
            if self.chunk is not None:
                octets = self.read_chunk(octets)
            elif self.session.state is MAIL_DATA:
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
            if start < len(octets) and self.is_read_otherwise():
                self.uncut = b""
                return octets[start:]
        self.uncut = octets[start:]
        if self.uncut and len(self.uncut) > (limit := _longest_line(self.world.extensions)):
            # keep the verb, and the last octet, which may be half a CRLF; never make one
            self.dropped += len(self.uncut) - limit
            self.uncut = self.uncut[: limit - 1].replace(b"\r", b"?") + self.uncut[-1:]
        return b""

    def is_read_otherwise(self) -> bool:
        """True when the next octets are no command line."""
        return (self.session.state is MAIL_DATA or self.session.state is CLOSED
                or self.chunk is not None or self.in_handshake or self.sending.is_busy)

    def answer_line(self, line: bytes) -> None:
        in_exchange = self.session.state is AUTH_EXCHANGE
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
            if is_framed and self.session.state is not CLOSED:
                self.close_unasked("closing.chunk")
        elif not (is_framed and self.begins_chunk(command)):
            self.choose_fault(event, command)
            self.settle(event, command, *respond(self.world, self.session, self.machine, command, self.now))
        if self.session.state is MAIL_DATA:
            self.pieces, self.held, self.size = MESSAGE_BEGINS
        elif self.session.state is TLS_HANDSHAKE:
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
        world, answer = respond_to_chunk(
            self.world, self.session, self.machine, command, self.now, mail_data, self.size,
        )
        self.settle(event, command, world, answer, mail_data if is_last else None)
        if self.session.state is not State.CHUNKS:
            self.pieces, self.size = (), 0

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

    def keep(self, data: bytes) -> None:
        """Count mail data, and keep it while the message is not too large."""
        self.size += len(data)
        if data and self.size <= self.world.max_message_octets:
            last = self.pieces[-1] if self.pieces else b""
            joined = self.pieces and len(last) + len(data) <= PIECE
            self.pieces = (*self.pieces[:-1], last + data) if joined else (*self.pieces, data)
