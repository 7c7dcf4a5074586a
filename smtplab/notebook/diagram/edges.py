"""What a diagram draws of a machine's table: its states and its edges, nothing typed by hand.

RFC 2821 holds no such drawing (4.3.2 is a list); the rows come from its sections 4.1.4 and 4.3.2, and from the RFCs of
extensions. Rows that speak for any state or event, and rows that change nothing, are told in the caption. A command
that leads to the same state from wherever commands are taken (QUIT) is drawn once, from READY, and from states that
have no other way out. A TLS handshake ahead of the greeting is told too.

Edges of a machine with few extensions are among the edges of one with all: an edge never holds events of two of them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from smtplab.explain.standing import event_label
from smtplab.protocol.extensions import BROUGHT_BY, OFFERED
from smtplab.protocol.machine import ANY, CONNECT, NO_COMMANDS, Kind, Machine, State, Transition, machine

DRAWN = (Kind.NORMAL, Kind.ABORT, Kind.DISCOURAGED, Kind.REFUSE)
HOME = State.READY


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: one or more events that lead from one state to another in the same way.

    Attributes
    ----------
    tail, head : State
    events : tuple of str
        In the table's order.
    kind : Kind
    replies : tuple of (int or str or None)
        The replies of its rows.
    """

    tail: State
    head: State
    kind: Kind
    events: tuple[str, ...]
    replies: tuple[int | str | None, ...]

    @property
    def id(self) -> str:
        """Stable: ``edge-READY-MAIL-SENDER_KNOWN``; merged events stand in a row."""
        return "-".join(("edge", self.tail, *self.events, self.head))

    @property
    def label(self) -> str:
        """The commands; the codes where the event is the connection itself."""
        return ", ".join(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """What the label lists."""
        if self.events == (CONNECT,):
            return tuple(map(str, self.replies))
        return tuple(map(event_label, self.events))


@lru_cache
def edges(table: Machine) -> tuple[Edge, ...]:
    """The edges of a machine, in the table's order.

    A refused step that moves is an edge too (the 554 greeting), except where the same event moves the same way when it
    is taken (the final dot).

    >>> [edge.id for edge in edges(machine())][:2]
    ['edge-CONNECTED-CONNECT-GREETED', 'edge-CONNECTED-CONNECT-REFUSED']
    """
    rows = _drawable(table)
    alike = _refused_alike(rows)
    merged: dict[tuple[State, State, Kind, str], list[Transition]] = {}
    for row in rows:
        if row not in alike and not _told_elsewhere(row, rows):
            tail = State(row.state)
            key = (tail, row.next_state or tail, row.kind, BROUGHT_BY.get(row.event, ""))
            merged.setdefault(key, []).append(row)
    return tuple(
        Edge(*key[:3], tuple(dict.fromkeys(r.event for r in found)), tuple(dict.fromkeys(r.reply for r in found)))
        for key, found in merged.items()
    )


def _drawable(table: Machine) -> list[Transition]:
    return [row for row in table.rows if row.kind in DRAWN and _moves(row) and not _comes_before_greeting(row)]


def _moves(row: Transition) -> bool:
    """True for a step that leads somewhere, or lets a new fact be known; a refused one must lead somewhere."""
    learns = bool(row.remembers) and row.kind is not Kind.REFUSE
    return ANY not in (row.state, row.event) and (row.next_state is not None or learns)


def _comes_before_greeting(row: Transition) -> bool:
    return row.state == State.CONNECTED and row.event != CONNECT


def _told_elsewhere(row: Transition, rows: Iterable[Transition]) -> bool:
    """True for a step that leads to the same state from everywhere, unless this is home or its only way out."""
    others = {r.state for r in rows if (r.event, r.next_state) == (row.event, row.next_state)}
    exits = {r.event for r in rows if r.state == row.state}
    return others == _talking(rows) and row.state != HOME and exits != {row.event}


def _talking(rows: Iterable[Transition]) -> set[State | str]:
    """The states in which commands are taken."""
    return {r.state for r in rows if r.event not in NO_COMMANDS}


@lru_cache
def from_everywhere(table: Machine) -> tuple[str, ...]:
    """The events drawn once although they lead to the same state from wherever commands are taken.

    >>> from_everywhere(machine())
    ('QUIT',)
    """
    rows = _drawable(table)
    return tuple(dict.fromkeys(row.event for row in rows if _told_elsewhere(row, rows)))


def silent_states(table: Machine) -> tuple[State, ...]:
    """The states on the way in which no command is taken.

    >>> [str(state) for state in silent_states(machine())]
    ['MAIL_DATA']
    """
    talking = _talking(_drawable(table))
    return tuple(s for s in table.states if s not in talking and s not in (State.CONNECTED, State.CLOSED))


def before_greeting(table: Machine) -> tuple[str, ...]:
    """The events that may come ahead of the greeting: a TLS handshake."""
    return tuple(dict.fromkeys(row.event for row in table.rows if _comes_before_greeting(row)))


@lru_cache
def questions(table: Machine) -> tuple[str, ...]:
    """The commands that change nothing in any state in which they are in sequence.

    >>> questions(machine())
    ('VRFY', 'EXPN', 'HELP', 'NOOP')
    """
    rows = [row for row in table.rows if row.kind is Kind.NORMAL]
    movers = {row.event for row in table.rows if row.kind is not Kind.VIOLATION and _moves(row)}
    return tuple(dict.fromkeys(row.event for row in rows if row.event not in movers))


def refusals(table: Machine) -> dict[State, tuple[str, ...]]:
    """The events a row refuses by name, by state: the loops of a diagram that shows refusals."""
    found: dict[State, dict[str, None]] = {}
    for row in table.rows:
        if row.kind is Kind.REFUSE and row.state != ANY and row.next_state is None:
            found.setdefault(State(row.state), {})[row.event] = None
    return {state: tuple(events) for state, events in found.items()}


def refused_alike(table: Machine) -> tuple[str, ...]:
    """The events that lead on in the same way when they are refused.

    >>> refused_alike(machine())
    ('DATA-END',)
    """
    return tuple(dict.fromkeys(row.event for row in _refused_alike(_drawable(table))))


def _refused_alike(rows: Sequence[Transition]) -> list[Transition]:
    taken = {(row.state, row.event, row.next_state) for row in rows if row.kind is not Kind.REFUSE}
    return [row for row in rows if row.kind is Kind.REFUSE and (row.state, row.event, row.next_state) in taken]


def edge_of(table: Machine, state: State, event: str, next_state: State) -> Edge | None:
    """The edge that a step went along; None for a step that is not drawn.

    >>> edge_of(machine(), State.READY, "MAIL", State.SENDER_KNOWN).id
    'edge-READY-MAIL-SENDER_KNOWN'
    """
    return next((e for e in edges(table) if e.tail is state and e.head is next_state and event in e.events), None)


def reachable(drawn: Iterable[Edge]) -> Iterator[State]:
    """The states that edges lead to from the first, in the order of `State`."""
    found, edges_left = {State.CONNECTED}, tuple(drawn)
    while more := {e.head for e in edges_left if e.tail in found} - found:
        found |= more
    return (state for state in State if state in found)


def shown_edges(table: Machine, with_refusals: bool, marked: Collection[str] = ()) -> tuple[Edge, ...]:
    """The edges of a diagram; without refusals, those that can be reached without one, and those marked (ids)."""
    drawn = tuple(e for e in edges(table) if with_refusals or e.kind is not Kind.REFUSE or e.id in marked)
    found = set(reachable(drawn))
    return tuple(e for e in drawn if e.tail in found)


@lru_cache
def behind_refusals(table: Machine) -> frozenset[State]:
    """The states that only a refusal leads to.

    >>> sorted(behind_refusals(machine()))
    [<State.REFUSED: 'REFUSED'>]
    """
    return frozenset(table.states) - set(reachable(shown_edges(table, False)))


@lru_cache
def states_brought(keyword: str, edition: int) -> frozenset[State]:
    """The states that an extension brings.

    >>> sorted(map(str, states_brought("CHUNKING", 2821)))
    ['CHUNKS', 'CHUNK_REFUSED']
    """
    return frozenset(machine(edition, frozenset({keyword})).states) - set(machine(edition).states)


def whole_machine(edition: int) -> Machine:
    """The machine with every extension that smtplab offers: what the bigger picture is drawn from."""
    return machine(edition, frozenset(OFFERED))
