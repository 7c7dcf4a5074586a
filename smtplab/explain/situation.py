"""What is to be explained, as one value: the reply, what it answered, and the session around it as far as known.

Whatever `explain` is given (a number, a line somebody pasted, a `Reply`, an `Exchange`, the news that no reply came)
becomes a `Situation`; all sentences are then chosen by `Situation.keys` and filled with `names`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from smtplab.explain.catalogue import text
from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.enhanced_codes import parse_enhanced_code
from smtplab.protocol.machine import CONNECT, DATA_END, NO_COMMANDS, Kind, Machine, State, Transition, machine
from smtplab.protocol.reply_codes import read_code
from smtplab.protocol.sequences import Standing, entries, listed
from smtplab.protocol.session import Session
from smtplab.protocol.wire import REPLY_CLASSES, Command, Reply, cut_reply, encode, parse_command


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
    def near(self) -> str:
        """The command that an unknown verb was probably meant to be; empty when none is like it."""
        if self.command is None or self.event in COMMANDS:
            return ""
        from difflib import get_close_matches

        return next(iter(get_close_matches(self.event[:20], BASE, 1, 0.6)), "")

    @property
    def marks(self) -> Iterator[str]:
        """Words for what is special here; a text may be kept for such a case."""
        if self.row is not None and self.row.kind in (Kind.VIOLATION, Kind.DISCOURAGED):
            yield str(self.row.kind)
        if self.command is not None and self.event not in COMMANDS:
            if self.near:
                yield "near"
            yield "unknown" if self.event else "empty"
        if self.before is not None and self.after is not None:
            yield from self._marks_of_session(self.before, self.after)
        if not self.was_due:
            yield "not-due"
        if self.reply is not None and len(self.reply.lines) > 1:
            yield "lines"

    def _marks_of_session(self, before: Session, after: Session) -> Iterator[str]:
        transaction = before.transaction or after.transaction
        if before.transaction is not None and before.transaction.forward_paths:
            yield "others"
        if transaction is not None and transaction.reverse_path.is_null:
            yield "null"
        if before.transaction is not None:
            yield "open"
        if before.client_name is not None:
            yield "again"
        if after.announced:
            yield "extensions"

    @property
    def enhanced_codes(self) -> tuple[str, ...]:
        """Enhanced status codes at the start of the reply's lines, each once (RFC 2034 section 4)."""
        lines = self.reply.lines if self.reply is not None else ()
        return tuple(dict.fromkeys(str(code) for line in lines if (code := parse_enhanced_code(line))))

    def keys(self, *, known: str | None = None) -> Iterator[str]:
        """Names under which a section may hold a text for this situation, the most telling first.

        They go from ``450 RCPT`` over ``450`` to ``4yz``; before each such round stands one with a mark of the
        session, such as ``450 RCPT others``. `known` is put in before the class, for codes that only the tables know.
        For what is no command (the greeting, the final dot) the event tells more than the code: ``4yz DATA-END``
        comes before ``450``.
        """
        event = self.event if self.event in COMMANDS or self.event in NO_COMMANDS else ""
        exact, by_class = f"{self.code} {event}", f"{self.reply_class} {event}"
        by_code = [str(self.code)] if known is None else [str(self.code), known]
        names = [exact, by_class, *by_code] if event in NO_COMMANDS else [exact, *by_code, by_class]
        names.append(self.reply_class)
        for mark in self.marks:
            yield from (f"{name} {mark}" for name in names)
        yield from names


def read_situation(what: object, command: str | Command | None, edition: int) -> Situation:
    """Read whatever `explain` takes.

    Raises
    ------
    ValueError, TypeError
        With a sentence that says why this is no reply, and what is.
    """
    table = machine(edition)
    if isinstance(what, Exchange):
        return _of_exchange(what, table)
    if isinstance(what, Reply):
        if what.exchange is not None and command is None:
            return _of_exchange(what.exchange, table)
        return _of_reply(what, command, table)
    why = getattr(what, "why", None)
    if why is not None and not hasattr(what, "code"):
        return Situation(0, None, "", None, None, None, None, table, str(why), getattr(what, "cure", ""),
                         getattr(what, "was_due", True))
    if isinstance(what, str):
        return _of_reply(_read_reply(what), command, table)
    return _of_reply(Reply(read_code(what).code, ()), command, table)  # type: ignore[arg-type]  # it tells a wrong type


def _of_exchange(exchange: Exchange, table: Machine) -> Situation:
    code = exchange.reply.code if exchange.reply is not None else 0
    return Situation(code, exchange.reply, exchange.event, exchange.command, exchange.row, exchange.before,
                     exchange.after, table)


def _of_reply(reply: Reply, command: str | Command | None, table: Machine) -> Situation:
    said = _read_command(command)
    event = said.verb if said is not None else ""
    if said is None and (only := _only_event(table.edition, reply.code)):
        event = only
    if said is not None and event in NO_COMMANDS:
        said = None
    known_state = _usual_state(table, event, reply.code) if event in table.events else None
    row = None
    if REPLY_CLASSES.get(reply.code // 100) and (known_state is not None or reply.code == 421):
        row = table.transition(known_state or State.READY, event, reply.code)
    return Situation(reply.code, reply, event, said, row, None, None, table)


def _read_reply(pasted: str) -> Reply:
    """A reply as somebody copied it: the lines of one reply, the last hyphen forgiven."""
    lines = pasted.strip().splitlines() or [""]
    word = lines[0].strip().partition(" ")[0].partition("-")[0]
    if word == pasted.strip():
        return Reply(read_code(word).code, ())
    octets = b"".join(encode(line.strip()) + b"\r\n" for line in lines)
    cut = cut_reply(octets)
    if cut is None:  # only the first lines of a longer reply were copied
        reply = Reply(int(lines[0].strip()[:3]), tuple(line.strip()[4:] for line in lines), octets)
    else:
        reply, end = cut
        if end < len(octets) and reply.code:
            raise ValueError(text("error.several-replies", first=reply.code))
    return replace(reply, code=read_code(str(reply.code) if reply.code else word).code)


def _read_command(command: object) -> Command | None:
    if command is None or isinstance(command, Command):
        return command
    if not isinstance(command, str):
        raise TypeError(text("error.command-type", type=type(command).__name__))
    return parse_command(b"DATA-END" if command.strip() == "." else encode(command.strip()))


@lru_cache(maxsize=256)
def _only_event(edition: int, code: int) -> str:
    """What a code answers when the edition lists it for one command only: 354 is for DATA, but 500 is for any."""
    if listed(edition, "", code).standing is Standing.GENERAL:
        return ""
    labels = {entry.label: entry.events[0] for entry in entries(edition) if entry.code == code}
    return next(iter(labels.values())) if len(labels) == 1 else ""


@lru_cache(maxsize=1024)
def _usual_state(table: Machine, event: str, code: int) -> State | None:
    """The state to think of when there is no session: the first in which the event is in sequence, for 503 is not."""
    wanted = code != 503 or event in (CONNECT, DATA_END) or table.in_sequence(State.GREETED, event)
    states = (State.GREETED, *State) if not wanted else tuple(State)
    return next((state for state in states if table.in_sequence(state, event) is wanted), None)
