"""The one table: which reply to which event moves a session where (RFC 2821 sections 3.1, 3.3, 4.1.1, 4.1.4, 4.3.2).

A row is a `Transition`. The server obeys these rows, diagrams draw them, the console lights them, conformance and
exercises judge by them: there is no other copy. Two kinds of shorthand keep the table small, and both are rows too.
A row may speak for a class of replies (``2yz``); a row with an exact code beats it. A row may speak for any state or
any event; a row that names them beats it. With those, every state, event and code has exactly one row.

The base protocol's rows stand in `base_rows`, those of an extension in its file; a machine is made from both. Which
reply *may* answer which command is not here but in `sequences`. What a row does to the facts of a session is
carried out by `session`.
"""

from functools import lru_cache

from smtplab.protocol.base_rows import base_rows
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.transition import (
    ANY,
    AUTH_EXCHANGE,
    CLOSED,
    CONNECT,
    CONNECTED,
    DATA_END,
    LOST,
    MAIL_DATA,
    TLS_HANDSHAKE,
    UNASKED,
    Kind,
    Requirement,
    State,
    Transition,
)
from smtplab.protocol.wire import REPLY_CLASSES, Command

__all__ = [
    "ANY", "AUTH_EXCHANGE", "CLOSED", "CONNECT", "CONNECTED", "DATA_END", "EDITIONS", "FRAMED_BY", "LOST",
    "MAIL_DATA", "NO_COMMANDS", "TLS_HANDSHAKE", "UNASKED", "Kind", "Machine", "Requirement", "State", "Transition",
    "machine", "transition_rows",
]

EDITIONS = (2821, 5321)

NO_COMMANDS = frozenset((
    CONNECT, DATA_END, UNASKED, LOST, *(event for extension in OFFERED.values() for event in extension.events),
))
"""Every event that is no command, also those that extensions bring."""


_READS_NO_COMMANDS = (MAIL_DATA, AUTH_EXCHANGE, TLS_HANDSHAKE)
"""States in which what the client sends is no command."""

_DECIDING = frozenset(
    row.event for row in (*base_rows(), *(row for extension in OFFERED.values() for row in extension.rows()))
    if row.next_state in _READS_NO_COMMANDS or row.state in _READS_NO_COMMANDS[1:] or row.remembers == "client"
)

FRAMED_BY = {
    verb: keyword for keyword, extension in OFFERED.items() if extension.octets_behind for verb in extension.verbs
}
"""Commands that octets may follow as a part of them, and the extension that each belongs to."""


class Machine:
    """The rows of one edition, and the way to look one up. Make it with `machine`."""

    def __init__(self, edition: int, extensions: frozenset[str]) -> None:
        brought = [extension for keyword, extension in OFFERED.items() if keyword in extensions]
        rows = (*base_rows(), *(row for extension in brought for row in extension.rows()))
        self.edition = edition
        self.extensions = extensions
        led_to = {ANY, CONNECTED, *(row.next_state for row in rows)}  # another extension may bring the state
        self.rows = tuple(row for row in rows if edition in dict(row.sections) and row.state in led_to)
        self.requirements = tuple(needed for extension in brought for needed in extension.requirements)
        self.events = tuple(dict.fromkeys(row.event for row in self.rows if row.event != ANY))
        self.states = tuple(state for state in State if any(state in (row.state, row.next_state) for row in self.rows))
        self._readers = {verb: extension for extension in brought for verb in extension.verbs}
        self._framers = {verb: found.octets_behind for verb, found in self._readers.items() if found.octets_behind}
        self._by_key = {(row.state, row.event, row.reply): row for row in self.rows}
        self._in_sequence = {(row.state, row.event) for row in self.rows if row.kind in (Kind.NORMAL, Kind.ABORT)}
        self._found: dict[tuple[str, str, int | None], Transition] = {}

    def __repr__(self) -> str:
        return f"machine({self.edition}, {sorted(self.extensions)})"

    def transition(self, state: State, event: str, code: int | None) -> Transition:
        """The one row for this step: exact code before class, named state before any, named event before any.

        Parameters
        ----------
        state : State
        event : str
            Any verb, known or not, or an event that is no command.
        code : int or None
            None only with LOST and other events that no reply belongs to. A code outside 200-599 is read as a
            refusal: nothing changes.

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
        raise KeyError(f"{event} needs a reply code: only LOST has none, or a TLS handshake.")

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

    def event_of(self, command: Command) -> str:
        """The event that a command is: its verb, unless an extension tells forms of it apart.

        Nobody can type an event that is no command: such a verb is one that nobody knows, and is given in lower case.

        >>> table = machine(2821, frozenset({"CHUNKING"}))
        >>> [table.event_of(Command("BDAT", said, b"")) for said in ("9", "9 LAST")]
        ['BDAT', 'BDAT-LAST']
        >>> table.event_of(Command("BDAT-LAST", "9", b"BDAT-LAST 9"))
        'bdat-last'
        """
        extension = self._readers.get(command.verb)
        if extension is not None:
            return extension.event_of(command)
        return command.verb if command.verb not in NO_COMMANDS else command.verb.lower()

    def has_octets_behind(self, verb: str) -> bool:
        """True for a command that octets may follow as a part of it: BDAT."""
        return verb in self._framers

    def octets_behind(self, command: Command) -> int | None:
        """How many octets follow the line of this command as a part of it; None for commands that are a line alone.

        Raises
        ------
        ProtocolError
            501 when the line does not say it readably: then nobody knows where the next command starts.
        """
        count = self._framers.get(command.verb)
        return count(command) if count is not None else None

    def decides(self, event: str) -> bool:
        """True when the reply to this event may change how the octets behind it are to be read.

        What a client sent behind it is not cut before the reply has come, announced or not.

        >>> [event for event in ("EHLO", "MAIL", "DATA", "STARTTLS", "AUTH", "AUTH-LINE", "BDAT")
        ...  if machine().decides(event)]
        ['EHLO', 'DATA', 'STARTTLS', 'AUTH', 'AUTH-LINE']
        """
        return event in _DECIDING

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
        EHLO keywords, as announced. Those that bring neither rows nor requirements (SIZE), and those that smtplab
        does not know, change nothing: the machine is the same one.

    Raises
    ------
    ValueError
        For an edition that is neither.

    Examples
    --------
    >>> machine(2821, frozenset({"SIZE"})) is machine(2821)
    True
    >>> machine(2821, frozenset({"AUTH"})).in_sequence(State.READY, "AUTH")
    True
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition is {edition!r}; smtplab knows RFC 2821 and RFC 5321: write 2821 or 5321.")
    return _machine(edition, extensions & _CHANGES_THE_MACHINE)


_CHANGES_THE_MACHINE = frozenset(
    keyword for keyword, extension in OFFERED.items() if extension.requirements or any(True for _ in extension.rows())
)


@lru_cache
def _machine(edition: int, extensions: frozenset[str]) -> Machine:
    return Machine(edition, extensions)


def transition_rows(edition: int = 2821, extensions: frozenset[str] = frozenset()) -> list[dict[str, object]]:
    """The table as plain rows, one a transition, for printing or a DataFrame."""
    return [
        {
            "state": str(row.state), "event": row.event, "reply": row.reply,
            "next_state": str(row.next_state or "(same)"), "kind": str(row.kind),
            "forgets": ", ".join(sorted(row.forgets)), "remembers": row.remembers,
            "strength": row.strength, "sections": row.section(edition),
        }
        for row in machine(edition, extensions).rows
    ]


def requirement_rows() -> list[dict[str, object]]:
    """The guards of all extensions as plain rows, one a requirement.

    >>> [(row["event"], row["code"]) for row in requirement_rows() if row["fact"] == "binary-body"]
    [('DATA', 503)]
    """
    return [
        {
            "event": needed.event, "fact": needed.fact, "wanted": needed.wanted, "code": needed.code,
            "exempt": ", ".join(sorted(needed.exempt)), "policy": needed.policy, "strength": needed.strength,
            "section": needed.section,
        }
        for extension in OFFERED.values() for needed in extension.requirements
    ]
