"""The rules by which `conformance` judges one exchange (RFC 2821 sections 2.3.7, 3.1-3.5, 4.1.1-4.1.4, 4.2-4.3, 4.5).

Two sources judge: the machine's table (may this command come now?) and the evidence (which reply may answer it?).
Of the rules about the code one is enough: the first that finds a departure, or else the first that speaks. Those about
the form of a reply come on top. A rule is silent where the RFC leaves room, and where a good reason for the reply is on
the wire, such as a bad argument. Of the extensions it reads rows and guards as they stand in the table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Literal

from smtplab.protocol.commands import BASE, COMMANDS, check_argument
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.enhanced_codes import parse_enhanced_code
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import KNOWN, OFFERED, line_octets
from smtplab.protocol.extensions.enhancedstatuscodes import may_carry
from smtplab.protocol.limits import REPLY_LINE_OCTETS
from smtplab.protocol.machine import CONNECT, DATA_END, UNASKED, Kind, Machine, State, Transition
from smtplab.protocol.paths import parse_client_name, parse_mail_argument
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.scanner import require_printable_ascii, require_printable_utf8
from smtplab.protocol.sequences import Standing, listed
from smtplab.protocol.wire import CRLF, Reply, decode

Strength = Literal["MUST", "SHOULD", "MAY"]


class Fault(StrEnum):
    """What a finding is about."""

    OUT_OF_SEQUENCE = "accepted out of sequence"
    WRONG_REFUSAL = "refused with a code that says something else"
    REFUSED_IN_SEQUENCE = "refused although in sequence"
    REQUIRED = "required command not recognised or not implemented"
    ANNOUNCED = "announced extension refused as unknown"
    UNASKED = "reply to no command"
    NOT_A_CODE = "not a reply code"
    NOT_LISTED = "code not listed for the command"
    ARGUMENT = "argument taken or refused against the grammar"
    REPLY_FORM = "malformed reply"
    LINE_END = "line ended without CRLF"
    ENHANCED = "enhanced status code missing, out of place or of another class"


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange to be judged.

    Attributes
    ----------
    exchange : Exchange
    reply : Reply
        The one of the exchange.
    machine : Machine
        Of the edition to judge by.
    mail_may_wait : bool
        True when a message has failed and no RSET came since: then 503 to MAIL is arguable (4.1.4).
    """

    exchange: Exchange
    reply: Reply
    machine: Machine
    mail_may_wait: bool

    @property
    def code(self) -> int:
        return self.reply.code

    @property
    def event(self) -> str:
        return self.exchange.event

    @property
    def name(self) -> str:
        special = {CONNECT: "The connection", DATA_END: "The message", UNASKED: "No command", "": "An empty line"}
        return special.get(self.event, self.event[:20])

    @property
    def state(self) -> State:
        return self.exchange.before.state

    @property
    def is_in_sequence(self) -> bool:
        return self.machine.in_sequence(self.state, self.event)

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 400

    @property
    def is_too_long(self) -> bool:
        """The line is longer than a server must take, so 500 is in order."""
        keywords = [keyword for keyword, _ in self.exchange.before.announced]
        line = self.exchange.sent.partition(CRLF)[0]
        return len(line) + len(CRLF) > line_octets(self.event, keywords)

    @property
    def takes_utf8(self) -> bool:
        """Letters outside ASCII may stand in the line (RFC 6531 sections 3.3 and 3.7.4.2)."""
        return self.event in ("MAIL", "RCPT", "VRFY", "EXPN") and self.exchange.before.announces("SMTPUTF8")

    @property
    def has_invalid_characters(self) -> bool:
        require = require_printable_utf8 if self.takes_utf8 else require_printable_ascii
        try:
            require(decode(self.exchange.sent.removesuffix(CRLF)))
        except ProtocolError:
            return True
        return False

    @property
    def says_unknown(self) -> bool:
        """500 or 502 that can only mean the command itself: the line gives no other reason."""
        return self.code in (500, 502) and not self.is_too_long and not self.grammar_error

    @property
    def grammar_error(self) -> str:
        """Why the argument does not parse; empty when it does, or when its grammar is not known here."""
        command = self.exchange.command
        if command is None:
            return ""
        argument = command.argument or ""
        try:
            check_argument(command)
            if self.event in ("EHLO", "HELO"):
                parse_client_name(argument)
            elif self.event == "MAIL":
                parse_mail_argument(argument, "FROM:", self.takes_utf8)
            elif self.event == "RCPT":
                parse_mail_argument(argument, "TO:", self.takes_utf8)
        except ProtocolError as error:
            return error.text
        return ""

    def by_edition(self, section_2821: str, section_5321: str) -> str:
        return section_5321 if self.machine.edition == 5321 else section_2821


Verdict = tuple[Fault, Strength, str, str]
"""What, strength, section, text."""


def judge(step: Step) -> Iterator[Verdict]:
    """What there is to say about one exchange."""
    rules = (
        _not_a_code, _unasked, _after_a_refusing_greeting, _out_of_sequence, _wrong_refusal, _announced, _required,
        _refused_in_sequence, _argument, _not_listed,
    )
    if step.state is not State.CLOSED or step.event == UNASKED:
        verdicts = filter(None, (rule(step) for rule in rules))
        yield from sorted(verdicts, key=lambda verdict: verdict[1] == "MAY")[:1]
    yield from _reply_form(step)
    if step.exchange.before.announces("ENHANCEDSTATUSCODES") and 200 <= step.code < 600:
        yield from islice(_enhanced_codes(step), 1)


def _enhanced_codes(step: Step) -> Iterator[Verdict]:
    """RFC 2034 section 4: on each line of nearly every reply, of the reply's own class; never with a 3yz."""
    section, found = "RFC 2034 4", [parse_enhanced_code(line) for line in step.reply.lines]
    if not may_carry(step.event, step.code):
        if any(found) and step.code // 100 == 3:
            yield Fault.ENHANCED, "MUST", section, f"{step.name} got {step.code} with an enhanced code; 3yz has none."
        return
    if any(code is not None and not code.agrees_with(step.code) for code in found):
        yield Fault.ENHANCED, "MUST", section, f"{step.name} got {step.code} with an enhanced code of another class."
    if not all(found):
        text = f"{step.name} got {step.code} with a line that lacks the enhanced code that EHLO announced."
        yield Fault.ENHANCED, "SHOULD", section, text


def _not_a_code(step: Step) -> Verdict | None:
    if 200 <= step.code < 600:
        return None
    text = f"{step.name} got a reply that does not begin with three digits from 200 to 599."
    return Fault.NOT_A_CODE, "MUST", step.by_edition("4.3.2", "4.2"), text


def _unasked(step: Step) -> Verdict | None:
    if step.event != UNASKED or step.code == 421:
        return None
    return Fault.UNASKED, "MUST", "4.2", f"{step.code} came with no command due; a command has exactly one reply."


def _after_a_refusing_greeting(step: Step) -> Verdict | None:
    if step.state is not State.REFUSED or step.event in ("QUIT", UNASKED) or step.code in (421, 503, 521):
        return None
    if step.code == 500 and step.is_too_long:  # 4.3.2 lets any command get that
        return None
    text = f"{step.name} got {step.code} after a refusing greeting; anything but QUIT gets 503 then."
    return Fault.OUT_OF_SEQUENCE if step.is_positive else Fault.WRONG_REFUSAL, "SHOULD", "3.1", text


def _out_of_sequence(step: Step) -> Verdict | None:
    if not step.is_positive:
        return None
    guard = step.exchange.before.unmet(step.machine, step.event)  # those of a site's policy are not on the wire
    if guard is not None:
        text = f"{step.name} got {step.code} where {guard.section} wants {guard.code}."
        return Fault.OUT_OF_SEQUENCE, _strength(guard.strength), guard.section, text
    row = None if step.is_in_sequence else _row_against(step)
    if row is None:
        return None
    text = f"{step.name} got {step.code} in state {step.state}, where it is out of sequence."
    if row.kind is Kind.DISCOURAGED and step.exchange.before.announces("PIPELINING"):
        return Fault.OUT_OF_SEQUENCE, "SHOULD", "RFC 2920 3.2", text
    return Fault.OUT_OF_SEQUENCE, _strength(row.strength), row.section(step.machine.edition), text


def _row_against(step: Step) -> Transition | None:
    """The row that speaks against a positive reply: its own, or the 503 that this command gets in this state."""
    own, refusal = (step.machine.transition(step.state, step.event, code) for code in (step.code, 503))
    if own.event == step.event and own.kind in (Kind.VIOLATION, Kind.DISCOURAGED):
        return own
    return refusal if (refusal.event, refusal.reply) == (step.event, 503) else None


def _strength(stated: str) -> Strength:
    """That of a row or guard; where the RFC only describes, or leaves the choice, a remark is all there is to say."""
    return "MUST" if stated == "MUST" else "SHOULD" if stated == "SHOULD" else "MAY"


def _wrong_refusal(step: Step) -> Verdict | None:
    if step.is_in_sequence or step.event not in ("MAIL", "RCPT") or not step.says_unknown:
        return None
    text = f"{step.name} came out of sequence and got {step.code}; 503 says that."
    return Fault.WRONG_REFUSAL, "MUST", "4.1.4", text


def _announced(step: Step) -> Verdict | None:
    spec = COMMANDS.get(step.event)
    if spec is None or not step.exchange.before.announces(spec.announced_by) or not step.says_unknown:
        return None
    text = f"{step.name} got {step.code}, yet the answer to EHLO announced {spec.announced_by}."
    return Fault.ANNOUNCED, "MUST", "4.2.4", text


def _required(step: Step) -> Verdict | None:
    spec = COMMANDS.get(step.event)
    if spec is None or not spec.is_required(step.machine.edition) or not (step.is_in_sequence and step.says_unknown):
        return None
    text = f"{step.name} got {step.code}, but every server must have it."
    if step.event == "VRFY":  # 4.3.2 lists 502, 3.5.3 speaks of less than full compliance: the RFC is of two minds
        return Fault.REQUIRED, "SHOULD" if step.code == 500 else "MAY", "3.5.3; 4.5.1", text
    if step.event == "EHLO" or listed(step.machine.edition, step.event, step.code).standing is Standing.LISTED:
        return Fault.REQUIRED, "MAY", "4.1.4; 3.2", f"{text} The client can go on with HELO."
    return Fault.REQUIRED, "MUST", "4.3.2; 4.5.1", text


def _refused_in_sequence(step: Step) -> Verdict | None:
    if step.event not in BASE or not step.is_in_sequence or step.is_positive or step.code == 421:
        return None
    if step.is_too_long or step.grammar_error or step.has_invalid_characters:
        return None
    before = step.exchange.before
    if step.event == "RSET" and step.code == 530 and (before.announces("STARTTLS") or before.client_name is None):
        return None  # RFC 3207 section 4 does not exempt RSET; before EHLO nobody knows what would be announced
    text = f"{step.name} got {step.code} in state {step.state}, where it is in sequence."
    if step.event in ("RSET", "QUIT"):
        section = "4.1.1.5" if step.event == "RSET" else "4.1.1.10"
        return Fault.REFUSED_IN_SEQUENCE, "MUST", section, text
    if step.event == "NOOP":
        return Fault.REFUSED_IN_SEQUENCE, "SHOULD", "4.1.1.9", text
    if step.code != 503 or step.event == "DATA" or (step.event == "MAIL" and step.mail_may_wait):
        return None
    if step.event == "EHLO":
        return Fault.REFUSED_IN_SEQUENCE, "MUST", "4.1.4", text
    return Fault.REFUSED_IN_SEQUENCE, "SHOULD", "4.3.1" if step.event in ("HELO", "MAIL", "RCPT") else "4.1.4", text


def _argument(step: Step) -> Verdict | None:
    error = step.grammar_error
    if not error or not step.is_positive:
        return None
    if step.event in BASE and COMMANDS[step.event].argument == "none":
        text = f"{step.name} with an argument got {step.code}; 501 keeps room for extensions."
        return Fault.ARGUMENT, "SHOULD", "4.3.2", text
    if step.event in ("MAIL", "RCPT") and step.has_invalid_characters:
        text = f"{step.name} with characters outside printable ASCII got {step.code} instead of 501."
        return Fault.ARGUMENT, "MUST", "4.1.2", text
    text = f"{step.name} got {step.code} although the grammar does not allow its argument. {error}"
    return Fault.ARGUMENT, "MAY", "4.1.1; 4.1.2", text


def _not_listed(step: Step) -> Verdict | None:
    known = step.event in (*BASE, CONNECT, DATA_END)
    if not known or listed(step.machine.edition, step.event, step.code).standing is not Standing.NOT_LISTED:
        return None
    code = REPLY_CODES.get(step.code)
    if code is None or not code.verified:
        return Fault.NOT_LISTED, "SHOULD", "4.2", f"{step.name} got {step.code}, a code that no RFC defines."
    text = f"{step.name} got {step.code}, which section 4.3.2 does not list for it."
    return Fault.NOT_LISTED, "SHOULD" if step.is_positive else "MAY", "4.3.1; 4.3.2", text


_REPLY_LINE = re.compile(rb"([0-9]{3})([ -]|\Z)")


def _reply_form(step: Step) -> Iterator[Verdict]:
    """What is wrong with the octets of a reply, whatever its code."""
    octets = step.reply.octets
    if not octets or step.code == 0:
        return
    lines = octets.removesuffix(CRLF).split(CRLF)
    subject = f"{step.name} got a reply that"
    starts = [_REPLY_LINE.match(line) for line in lines]
    if any(start is None or int(start[1]) != step.code for start in starts):
        yield Fault.REPLY_FORM, "MUST", "4.2.1", f"{subject} has lines with differing codes or none."
    if any(b"\r" in line or b"\n" in line for line in lines):
        text = f"{subject} has a CR or LF that is not part of CRLF."
        yield Fault.REPLY_FORM, "MUST", step.by_edition("2.3.7", "2.3.8"), text
    if any(len(line) + 2 > REPLY_LINE_OCTETS for line in lines):
        text = f"{subject} has a line of more than {REPLY_LINE_OCTETS} octets."
        yield Fault.REPLY_FORM, "SHOULD", step.by_edition("4.5.3.1", "4.5.3.1.5"), text
    if len(lines[-1]) == 3:
        yield Fault.REPLY_FORM, "SHOULD", "4.2", f"{subject} ends with the bare code, without a blank or text."
    announced = _announced_by(lines[1:]) if step.is_positive else frozenset()
    if step.event == "HELO" and announced:
        yield Fault.REPLY_FORM, "MUST", "3.2", f"{subject} lists extensions; only the answer to EHLO may."
    if step.event == "EHLO" and step.exchange.before.tls and "STARTTLS" in announced:
        yield Fault.REPLY_FORM, "MUST", "RFC 3207 4.2", f"{subject} offers STARTTLS although TLS is there already."


def _announced_by(lines: list[bytes]) -> frozenset[str]:
    words = {line[4:].split(b" ")[0].decode("ascii", "replace").upper() for line in lines}
    return frozenset(word for word in words if word in KNOWN or word in OFFERED)
