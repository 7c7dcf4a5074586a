"""The one table: which reply to which event moves a session where (RFC 2821 sections 3.1, 3.3, 4.1.1, 4.1.4, 4.3.2).

A row is a `Transition`. The server obeys these rows, diagrams draw them, the console lights them, conformance and
exercises judge by them: there is no other copy. Two kinds of shorthand keep the table small, and both are rows too.
A row may speak for a class of replies (``2yz``); a row with an exact code beats it. A row may speak for any state or
any event; a row that names them beats it. With those, every state, event and code has exactly one row.

Which reply *may* answer which command is not here but in `sequences`. What a row does to the facts of a session is
carried out by `session`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from smtplab.protocol.wire import REPLY_CLASSES

ANY = "*"
"""In a row: any state, or any event."""

EDITIONS = (2821, 5321)


class State(StrEnum):
    """Where a session stands. RFC 2821 names no states; these names follow its sections 3.1, 3.3 and 4.1.4."""

    CONNECTED = "CONNECTED"
    GREETED = "GREETED"
    READY = "READY"
    SENDER_KNOWN = "SENDER_KNOWN"
    RECIPIENTS_KNOWN = "RECIPIENTS_KNOWN"
    MAIL_DATA = "MAIL_DATA"
    REFUSED = "REFUSED"
    CLOSED = "CLOSED"


class Kind(StrEnum):
    """What sort of step a row is."""

    NORMAL = "normal"
    ABORT = "abort"
    REFUSE = "refuse"
    DISCOURAGED = "discouraged"
    VIOLATION = "violation"


CONNECT, DATA_END, UNASKED, LOST = "CONNECT", "DATA-END", "UNASKED", "LOST"
"""Events that are no command: the connection, the final dot, a reply nobody asked for, the connection's loss."""

NO_COMMANDS = (CONNECT, DATA_END, UNASKED, LOST)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes
    ----------
    state : State or ``"*"``
        Where the session stands before.
    event : str
        A verb, CONNECT, DATA-END, UNASKED, LOST, or ``"*"``.
    reply : int, str or None
        An exact code, a class such as ``"2yz"``, or None where no reply belongs to the event.
    next_state : State or None
        None: the session stays where it is.
    forgets : frozenset of str
        Which facts end with this step: ``"transaction"``, ``"client"`` (its name and what was announced to it).
    remembers : str
        Which fact begins: ``"client"``, ``"reverse-path"``, ``"forward-path"``, ``"refused-path"`` or nothing.
    kind : Kind
        Rows of kind violation follow what servers do although the RFC forbids it; diagrams leave them out.
    strength : str
        MUST, SHOULD, MAY, or empty where the RFC only describes.
    sections : tuple of (int, str)
        Edition and the sections in it; a row holds for just these editions.
    """

    state: State | str
    event: str
    reply: int | str | None
    next_state: State | None
    kind: Kind
    sections: tuple[tuple[int, str], ...]
    forgets: frozenset[str] = frozenset()
    remembers: str = ""
    strength: str = ""

    def section(self, edition: int) -> str:
        """The sections of one edition, for example ``"4.1.1.4; 3.3"``."""
        return dict(self.sections)[edition]


TRANSACTION = frozenset({"transaction"})
EVERYTHING = frozenset({"transaction", "client"})

_IN_SESSION = (State.GREETED, State.READY, State.SENDER_KNOWN, State.RECIPIENTS_KNOWN)
_IN_TRANSACTION = (State.SENDER_KNOWN, State.RECIPIENTS_KNOWN)


def _in(rfc2821: str, rfc5321: str = "") -> tuple[tuple[int, str], ...]:
    return ((2821, rfc2821), (5321, rfc5321 or rfc2821))


def _base_rows() -> Iterator[Transition]:
    """The base protocol, in the order of a session."""
    normal, abort, refuse, violation = Kind.NORMAL, Kind.ABORT, Kind.REFUSE, Kind.VIOLATION

    # The greeting (3.1). A server that refuses must still wait for QUIT.
    greeting = _in("3.1; 4.3.1; 4.3.2")
    yield Transition(State.CONNECTED, CONNECT, 220, State.GREETED, normal, greeting)
    yield Transition(State.CONNECTED, CONNECT, 554, State.REFUSED, refuse, _in("3.1; 4.3.2"))
    yield Transition(State.CONNECTED, CONNECT, 521, State.REFUSED, refuse, ((5321, "RFC 7504 3"),))
    yield Transition(State.CONNECTED, CONNECT, "2yz", State.GREETED, violation, greeting)
    for reply in ("3yz", "4yz", "5yz"):
        yield Transition(State.CONNECTED, CONNECT, reply, State.REFUSED, violation, greeting)
    yield Transition(State.REFUSED, ANY, 503, None, refuse, _in("3.1"), strength="SHOULD")

    # The client names itself; a second EHLO acts like RSET (4.1.4).
    for verb in ("EHLO", "HELO"):
        for state in _IN_SESSION:
            kind = abort if state in _IN_TRANSACTION else normal
            sections = _in("4.1.1.1; 4.1.4; 4.3.2")
            yield Transition(state, verb, "2yz", State.READY, kind, sections, EVERYTHING, "client")

    # The mail transaction (3.3): MAIL, RCPT, DATA, the final dot.
    mail, rcpt, data = _in("3.3; 4.1.1.2; 4.3.2"), _in("3.3; 4.1.1.3; 4.3.2"), _in("3.3; 4.1.1.4; 4.3.2")
    order = _in("4.1.4; 3.3; 4.3.2")
    to_sender = (State.SENDER_KNOWN, TRANSACTION, "reverse-path")
    to_recipients = (State.RECIPIENTS_KNOWN, frozenset[str](), "forward-path")
    yield _step(State.READY, "MAIL", "2yz", to_sender, normal, mail)
    for state in (State.GREETED, *_IN_TRANSACTION):
        yield Transition(state, "MAIL", 503, None, refuse, order, strength="MUST")
        # 4.1.4 binds the client to EHLO first, and the server only where it cannot process the command.
        yield _step(state, "MAIL", "2yz", to_sender, violation, order, "" if state is State.GREETED else "MUST")
    for state in _IN_TRANSACTION:
        yield _step(state, "RCPT", "2yz", to_recipients, normal, rcpt)
        for reply in ("4yz", "5yz"):  # remembered, since DATA with every recipient refused is 554 rather than 503
            yield Transition(state, "RCPT", reply, None, refuse, rcpt, remembers="refused-path")
    for state in (State.GREETED, State.READY):
        yield Transition(state, "RCPT", 503, None, refuse, order, strength="MUST")
        yield _step(state, "RCPT", "2yz", to_recipients, violation, order, "MUST")
    yield Transition(State.RECIPIENTS_KNOWN, "DATA", "3yz", State.MAIL_DATA, normal, data)
    # 3.3 only says MAY about refusing DATA without a recipient, so 354 is poor but no violation there.
    yield Transition(State.SENDER_KNOWN, "DATA", "3yz", State.MAIL_DATA, Kind.DISCOURAGED, _in("3.3; 4.3.2"))
    for state in (State.GREETED, State.READY, State.SENDER_KNOWN):
        yield Transition(state, "DATA", 503, None, refuse, order, strength="MAY")
        yield Transition(state, "DATA", 554, None, refuse, _in("3.3; 4.3.2"), strength="MAY")
    for state in (State.GREETED, State.READY):
        yield Transition(state, "DATA", "3yz", State.MAIL_DATA, violation, order)
    done = _in("4.1.1.4; 4.2.5; 4.3.2")
    yield Transition(State.MAIL_DATA, DATA_END, "2yz", State.READY, normal, done, TRANSACTION)
    for reply in ("4yz", "5yz"):  # success or not, the transaction is over and its buffers are empty
        yield Transition(State.MAIL_DATA, DATA_END, reply, State.READY, refuse, done, TRANSACTION)
    yield Transition(State.MAIL_DATA, DATA_END, "3yz", State.READY, violation, done, TRANSACTION)

    # Start again (4.1.1.5).
    rset = _in("4.1.1.5; 4.1.4; 4.3.2")
    for state in (State.GREETED, State.READY):
        yield Transition(state, "RSET", "2yz", None, normal, rset)
    for state in _IN_TRANSACTION:
        yield Transition(state, "RSET", "2yz", State.READY, abort, rset, TRANSACTION)

    # Questions: they touch nothing, and need no EHLO (4.1.4).
    for verb, sections in (
        ("VRFY", _in("4.1.1.6; 3.5; 4.3.2")),
        ("EXPN", _in("4.1.1.7; 3.5; 4.3.2")),
        ("HELP", _in("4.1.1.8; 4.3.2")),
        ("NOOP", _in("4.1.1.9; 4.3.2")),
    ):
        for state in _IN_SESSION:
            yield Transition(state, verb, "2yz", None, normal, sections)

    # The end.
    for state in (*_IN_SESSION, State.REFUSED):
        kind = abort if state in _IN_TRANSACTION else normal
        closing = _in("4.1.1.10; 3.9; 4.3.2", "4.1.1.10; 3.8; 4.3.2")
        yield Transition(state, "QUIT", "2yz", State.CLOSED, kind, closing, EVERYTHING)

    # What holds everywhere. An exact code in any state beats a class in a named one: 421 closes, whatever it answers.
    closing = _in("3.9; 4.3.2", "3.8; 4.3.2")
    yield Transition(ANY, ANY, 421, State.CLOSED, abort, closing, EVERYTHING)
    yield Transition(ANY, LOST, None, State.CLOSED, abort, _in("3.9; 4.1.1.10", "3.8; 4.1.1.10"), EVERYTHING)
    for reply in ("4yz", "5yz"):
        yield Transition(ANY, ANY, reply, None, refuse, _in("4.1.4; 4.2.1"))
    for reply in ("2yz", "3yz"):
        yield Transition(ANY, ANY, reply, None, violation, _in("4.3.2"))


def _step(
    state: State, event: str, reply: str, to: tuple[State, frozenset[str], str],
    kind: Kind, sections: tuple[tuple[int, str], ...], strength: str = "",
) -> Transition:
    next_state, forgets, remembers = to
    return Transition(state, event, reply, next_state, kind, sections, forgets, remembers, strength)


class Machine:
    """The rows of one edition, and the way to look one up. Make it with `machine`."""

    def __init__(self, edition: int, extensions: frozenset[str], rows: tuple[Transition, ...]) -> None:
        self.edition = edition
        self.extensions = extensions
        self.rows = rows
        self.events = tuple(dict.fromkeys(row.event for row in rows if row.event != ANY))
        self._by_key = {(row.state, row.event, row.reply): row for row in rows}
        self._in_sequence = {(row.state, row.event) for row in rows if row.kind in (Kind.NORMAL, Kind.ABORT)}
        self._found: dict[tuple[str, str, int | None], Transition] = {}

    def __repr__(self) -> str:
        return f"machine({self.edition}, {sorted(self.extensions)})"

    def transition(self, state: State, event: str, code: int | None) -> Transition:
        """The one row for this step: exact code before class, named state before any, named event before any.

        Parameters
        ----------
        state : State
        event : str
            Any verb, known or not, or CONNECT, DATA-END, UNASKED, LOST.
        code : int or None
            None only with LOST. A code outside 200-599 is read as a refusal: nothing changes.

        Examples
        --------
        >>> row = machine().transition(State.READY, "MAIL", 250)
        >>> row.next_state, row.kind
        (<State.SENDER_KNOWN: 'SENDER_KNOWN'>, <Kind.NORMAL: 'normal'>)
        """
        key = (state, event, code)
        found = self._found.get(key)
        if found is None:
            found = self._look_up(state, event, code)
            if event in self.events:  # any other verb is the learner's, and there is no end of those
                self._found[key] = found
        return found

    def _look_up(self, state: State, event: str, code: int | None) -> Transition:
        replies = (None,) if code is None else (code, REPLY_CLASSES.get(code // 100, "5yz"))
        for reply in replies:
            for row_state, row_event in ((state, event), (ANY, event), (state, ANY), (ANY, ANY)):
                row = self._by_key.get((row_state, row_event, reply))
                if row is not None:
                    return row
        raise KeyError(f"{event} needs a reply code: only LOST has none.")

    def next_state(self, state: State, event: str, code: int | None) -> State:
        """Where the session stands after the step; total for codes 200 to 599.

        >>> machine().next_state(State.SENDER_KNOWN, "RSET", 250)
        <State.READY: 'READY'>
        """
        return self.transition(state, event, code).next_state or state

    def in_sequence(self, state: State, event: str) -> bool:
        """True when the RFC lets this command come now: some reply would carry it out.

        >>> machine().in_sequence(State.READY, "RCPT")
        False
        """
        return (state, event) in self._in_sequence

    def refuses_all(self, state: State) -> bool:
        """True when the table has a refusal for any command in this state, known or not: after a 554 greeting (3.1).

        >>> [str(state) for state in State if machine().refuses_all(state)]
        ['REFUSED']
        """
        return (state, ANY, 503) in self._by_key

    def commands_in_sequence(self, state: State) -> tuple[str, ...]:
        """The verbs that may come now, in the table's order; none before the greeting and during mail data."""
        return tuple(e for e in self.events if e not in NO_COMMANDS and self.in_sequence(state, e))


@lru_cache
def machine(edition: int = 2821, extensions: frozenset[str] = frozenset()) -> Machine:
    """The machine of an edition of the RFC, with the extensions in use.

    Parameters
    ----------
    edition : {2821, 5321}
    extensions : frozenset of str
        EHLO keywords. Those that add no events (SIZE) change nothing here.

    Raises
    ------
    ValueError
        For an edition that is neither.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition is {edition!r}; smtplab knows RFC 2821 and RFC 5321: write 2821 or 5321.")
    rows = tuple(row for row in _base_rows() if edition in dict(row.sections))
    return Machine(edition, extensions, rows)


def transition_rows(edition: int = 2821) -> list[dict[str, object]]:
    """The table as plain rows, one a transition, for printing or a DataFrame."""
    return [
        {
            "state": str(row.state), "event": row.event, "reply": row.reply,
            "next_state": str(row.next_state or "(same)"), "kind": str(row.kind),
            "forgets": ", ".join(sorted(row.forgets)), "remembers": row.remembers,
            "strength": row.strength, "sections": row.section(edition),
        }
        for row in machine(edition).rows
    ]
