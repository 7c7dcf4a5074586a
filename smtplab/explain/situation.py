"""What is to be explained, as one value: the reply, what it answered, and the session around it as far as known.

`reading` makes it from whatever `explain` is given; all sentences are then chosen by `Situation.keys` and filled with
`names`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.enhanced_codes import parse_enhanced_code
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import BROUGHT_BY, OFFERED
from smtplab.protocol.extensions.auth import AUTH_LINE, MECHANISMS
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.machine import DATA_END, NO_COMMANDS, UNASKED, Kind, Machine, Requirement, Transition
from smtplab.protocol.paths import PathArgument, parse_mail_argument
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command, Reply

_ANSWERED_LIKE = {BDAT_LAST: DATA_END, AUTH_LINE: "AUTH"}
"""Events whose replies mean what the replies to another mean, where nothing more special is said of them."""


def keyword_of(event: str) -> tuple[str, ...]:
    """The extension that brings an event, so that its rows can say when it may come, announced or not.

    >>> keyword_of("BDAT-LAST"), keyword_of("MAIL")
    (('CHUNKING',), ())
    """
    return (BROUGHT_BY[event],) if event in BROUGHT_BY else ()


_NAMES_THE_NEED = {
    "tls": re.compile(r"tls|encrypt|secure", re.IGNORECASE),
    "identity": re.compile(r"auth|log ?in|log ?on", re.IGNORECASE),
}
"""What a server's words behind 530 speak of; for people, since the code alone does not tell."""

_CHOOSES_REPLY = re.compile(r"-> (?:[^,]*, )*(?:[2-5][0-9]{2}(?![0-9])|codes differ)")
"""A fault's text form, when it brings a reply of its own or another code into the server's."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A reply and what is known around it.

    Attributes
    ----------
    code : int
        0 when there is no reply code.
    reply : Reply or None
    event : str
        What was answered: a verb, CONNECT, DATA-END, UNASKED, LOST; empty when unknown.
    command : Command or None
    row : Transition or None
        The table's row; without a session that of the usual state, None where nothing can be said.
    before, after : Session or None
        None without a session.
    machine : Machine
    why, cure : str
        Why no reply came and what helps, as whoever waited for it says; empty otherwise.
    was_due : bool
        False when none was to come, as to a line of mail data.
    sent : bytes
        What was sent for it; empty when unknown.
    forced : str
        The fault that an instructor had set and that made this happen, in its text form; empty when none did.
    """

    code: int
    reply: Reply | None
    event: str
    command: Command | None
    row: Transition | None
    before: Session | None
    after: Session | None
    machine: Machine
    why: str = ""
    cure: str = ""
    was_due: bool = True
    sent: bytes = b""
    forced: str = ""

    @property
    def is_reply_forced(self) -> bool:
        """True when the fault chose the reply that was read, and not only how or when it came."""
        return self.reply is not None and _CHOOSES_REPLY.search(self.forced) is not None

    @property
    def reply_class(self) -> str:
        """``1yz`` to ``5yz``; ``none`` when there is no reply code."""
        return f"{self.code // 100}yz" if 100 <= self.code < 600 else "none"

    @property
    def changed_nothing(self) -> bool:
        """True when the step left the session as it was; a refusal that is only remembered changes nothing."""
        row = self.row
        return row is not None and row.next_state is None and not row.forgets and row.remembers in ("", "refused-path")

    @property
    def verb(self) -> str:
        """The verb that was answered, also where an extension tells forms of it apart; empty when it is none known."""
        verb = self.command.verb if self.command is not None else self.event
        return verb if verb in COMMANDS else ""

    @property
    def near(self) -> str:
        """The command that an unknown verb was probably meant to be; empty when none is like it."""
        if self.command is None or self.event in COMMANDS or self.event in NO_COMMANDS:
            return ""
        from difflib import get_close_matches

        return next(iter(get_close_matches(self.event[:20], BASE, 1, 0.6)), "")

    @property
    def mechanism(self) -> str:
        """The mechanism of the login under way, when it is one that smtplab knows; no other word of a login is told."""
        said = self.before.login[0] if self.before is not None and self.before.login else ""
        if self.event == "AUTH" and self.command is not None:
            said = self.command.argument or ""
        mechanism = said.split()[0].upper() if said.split() else ""
        return mechanism if mechanism in MECHANISMS else ""

    @property
    def path(self) -> PathArgument | None:
        """What a MAIL or RCPT said, the path alone where the rest cannot be read; None when this is neither."""
        argument = self.command.argument or "" if self.command is not None else ""
        path, bracket, _ = argument.partition(">")
        return self._read(argument) or self._read(path + bracket)

    def _read(self, argument: str) -> PathArgument | None:
        if self.event not in ("MAIL", "RCPT"):
            return None
        try:
            return parse_mail_argument(argument, "FROM:" if self.event == "MAIL" else "TO:", True)
        except ProtocolError:
            return None

    @property
    def is_wrong_behind_path(self) -> bool:
        """True for a MAIL or RCPT whose path can be read, but not what stands behind it."""
        return self.path is not None and self.command is not None and not self._read(self.command.argument or "")

    @property
    def parameter(self) -> str:
        """The keyword behind a path that is probably meant: the first that nobody announced, else the first."""
        keywords = [keyword for keyword, _ in self.path.parameters] if self.path is not None else []
        unannounced = [keyword for keyword in keywords if keyword not in self._announced_parameters]
        return next(iter(unannounced or keywords), "")

    @property
    def _announced_parameters(self) -> set[str]:
        announced = self.before.announced if self.before is not None else ()
        used = [OFFERED[keyword] for keyword, _ in announced if keyword in OFFERED]
        of_verb = [e.mail_parameters if self.event == "MAIL" else e.rcpt_parameters for e in used]
        return {parameter.keyword for parameters in of_verb for parameter in parameters}

    @property
    def extension_missing(self) -> bool:
        """True for a command of an extension that the server of this session did not announce to the client."""
        session = self.before
        if session is None or session.client_name is None:
            return False
        return not session.machine(self.machine.edition).extensions.issuperset(keyword_of(self.event))

    @property
    def guard(self) -> Requirement | None:
        """The guard that explains a refusal in sequence: one that always holds, or of the two 530 the one meant."""
        if self.before is None or not self.machine.in_sequence(self.before.state, self.event):
            return None
        if self.code == 503:
            return self.before.unmet(self.machine, self.event)
        policies = frozenset({"tls": "tls", "identity": "login"}[fact] for fact in (self.needed,) if fact)
        return self.before.unmet(self.machine, self.event, policies) if self.code == 530 else None

    @property
    def needed(self) -> str:
        """What a 530 asks for, ``tls`` or ``identity``: what the session has not, and the server's words name."""
        if self.code != 530:
            return ""
        open_facts = [fact for fact in _NAMES_THE_NEED if self.before is None or not self.before.knows(fact)]
        words = self.reply.text if self.reply is not None else ""
        named = [fact for fact in open_facts if _NAMES_THE_NEED[fact].search(words)]
        return next(iter(named or (open_facts if len(open_facts) == 1 else [])), "")

    @property
    def marks(self) -> Iterator[str]:
        """Words for what is special here; a text may be kept for such a case."""
        if self.row is not None and self.row.kind in (Kind.VIOLATION, Kind.DISCOURAGED):
            yield str(self.row.kind)
        if self.command is not None and self.event not in COMMANDS and self.event not in NO_COMMANDS:
            if self.near:
                yield "near"
            yield "unknown" if self.event else "empty"
        yield from self._marks_of_extensions()
        if self.before is not None and self.after is not None:
            yield from self._marks_of_session(self.before, self.after)
        if not self.was_due:
            yield "not-due"
        if self.reply is not None and len(self.reply.lines) > 1:
            yield "lines"
        for code in self.enhanced_codes:
            class_, _, finer = code.partition(".")
            if class_ == str(self.code)[:1]:
                yield finer
        # A count that cannot be read makes a server close too; only an enhanced status code tells that from the rest.
        if self.event == UNASKED and not self.enhanced_codes and self.before and self.before.announces("CHUNKING"):
            yield "chunking"

    def _marks_of_extensions(self) -> Iterator[str]:
        """What the words of an extension make special: a parameter, a mechanism, octets that nobody declared."""
        if self.needed:
            yield self.needed
        if self.event == AUTH_LINE and self.command is not None and self.command.argument == "*":
            yield "cancelled"
        if self.mechanism:
            yield self.mechanism
        transaction = self.before.transaction if self.before is not None else None
        if self.path is not None:
            asked = any(keyword == "SMTPUTF8" for keyword, _ in self.path.parameters)
            if not self.path.path.is_ascii and not asked and not (transaction and transaction.has("SMTPUTF8")):
                yield "utf8"
            if self.is_wrong_behind_path:
                yield "behind-path"
            if self.path.parameters and self.parameter not in self._announced_parameters and self.before is not None:
                yield "unannounced"
            if self.path.parameters:
                yield "parameters"
                yield from (f"{keyword}={(value or '').upper()}" for keyword, value in self.path.parameters)
                yield from (keyword for keyword, _ in self.path.parameters)
        if transaction is not None and self.event in (DATA_END, BDAT_LAST) and not self.sent.isascii():
            body = self.sent.partition(b"\r\n\r\n")[2] if transaction.has("SMTPUTF8") else self.sent
            declared = any(transaction.has("BODY", value) for value in ("8BITMIME", "BINARYMIME"))
            yield from () if body.isascii() or declared else ("eight-bit",)

    def _marks_of_session(self, before: Session, after: Session) -> Iterator[str]:
        transaction = before.transaction or after.transaction
        if before.transaction is not None and before.transaction.forward_paths:
            yield "others"
        if transaction is not None and transaction.reverse_path.is_null:
            yield "null"
        if before.transaction is not None:
            yield "open"
        if before.identity is not None:
            yield "login"
        if before.client_name is not None:
            yield "again"
        if before.announces("PIPELINING"):
            yield "pipelining"
        if after.announced:
            yield "extensions"

    @property
    def enhanced_codes(self) -> tuple[str, ...]:
        """Enhanced status codes at the start of the reply's lines, each once (RFC 2034 section 4)."""
        lines = self.reply.lines if self.reply is not None else ()
        return tuple(dict.fromkeys(str(code) for line in lines if (code := parse_enhanced_code(line))))

    @property
    def announces_enhanced_codes(self) -> bool:
        """True in a session whose EHLO answer has told that replies carry them; there they are no news."""
        return self.before is not None and self.before.announces("ENHANCEDSTATUSCODES")

    def keys(self, *, known: str | None = None) -> Iterator[str]:
        """Names under which a section may hold a text for this situation, the most telling first.

        They go from ``450 RCPT`` over ``450`` to ``4yz``; before each such round stands one with a mark of the
        session, such as ``450 RCPT others``. `known` is put in before the class, for codes that only the tables know.
        Marks end with what an enhanced status code adds: ``550 RCPT 7.1`` comes before ``550 RCPT``.
        For what is no command (the greeting, the final dot) the event tells more than the code: ``4yz DATA-END``
        comes before ``450``. An event that is answered like another is looked for under its own name first.
        """
        event, marks = self.event if self.event in COMMANDS or self.event in NO_COMMANDS else "", tuple(self.marks)
        if event in _ANSWERED_LIKE:
            yield from _with_marks([f"{self.code} {event}", f"{self.reply_class} {event}"], marks)
            event = _ANSWERED_LIKE[event]
        exact, by_class = f"{self.code} {event}", f"{self.reply_class} {event}"
        by_code = [str(self.code)] if known is None else [str(self.code), known]
        names = [exact, by_class, *by_code] if event in NO_COMMANDS else [exact, *by_code, by_class]
        yield from _with_marks([*names, self.reply_class], marks)


def _with_marks(names: Sequence[str], marks: Sequence[str]) -> Iterator[str]:
    for mark in marks:
        yield from (f"{name} {mark}" for name in names)
    yield from names
