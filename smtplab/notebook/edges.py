"""What a diagram draws of the machine's table: its states and its edges, nothing typed by hand.

RFC 2821 holds no such drawing (4.3.2 is a list); the rows come from its sections 4.1.4 and 4.3.2. Rows that speak for
any state or event, and rows that change nothing, are told in the caption. A command that leads to the same state from
wherever commands are taken (QUIT) is drawn once, from READY, and from states that have no other way out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from smtplab.explain.catalogue import text
from smtplab.protocol.machine import ANY, CONNECT, DATA_END, Kind, State, Transition, machine

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


def event_label(event: str) -> str:
    """An event as a diagram names it: DATA-END is the final dot."""
    return text("diagram.final-dot") if event == DATA_END else event


@lru_cache
def edges(edition: int = 2821) -> tuple[Edge, ...]:
    """The edges of one edition's machine, in the table's order.

    A refused step that moves is an edge too (the 554 greeting), except where the same event moves the same way when it
    is taken (the final dot).

    >>> [edge.id for edge in edges()][:2]
    ['edge-CONNECTED-CONNECT-GREETED', 'edge-CONNECTED-CONNECT-REFUSED']
    """
    rows = [row for row in machine(edition).rows if row.kind in DRAWN and _moves(row)]
    taken = {(row.state, row.event, row.next_state) for row in rows if row.kind is not Kind.REFUSE}
    merged: dict[tuple[State, State, Kind], list[Transition]] = {}
    for row in rows:
        twin = row.kind is Kind.REFUSE and (row.state, row.event, row.next_state) in taken
        if not twin and not _told_elsewhere(row, rows):
            assert row.next_state is not None
            merged.setdefault((State(row.state), row.next_state, row.kind), []).append(row)
    return tuple(
        Edge(*key, tuple(dict.fromkeys(r.event for r in found)), tuple(dict.fromkeys(r.reply for r in found)))
        for key, found in merged.items()
    )


def _moves(row: Transition) -> bool:
    return ANY not in (row.state, row.event) and row.next_state is not None


def _told_elsewhere(row: Transition, rows: Iterable[Transition]) -> bool:
    """True for a step that leads to the same state from everywhere, unless this is home or its only way out."""
    others = {r.state for r in rows if (r.event, r.next_state) == (row.event, row.next_state)}
    exits = {r.event for r in rows if r.state == row.state}
    return others == _talking(rows) and row.state != HOME and exits != {row.event}


def _talking(rows: Iterable[Transition]) -> set[State | str]:
    """The states in which commands are taken."""
    return {r.state for r in rows if r.event not in (CONNECT, DATA_END)}


def from_everywhere(edition: int = 2821) -> tuple[str, ...]:
    """The events drawn once although they lead to the same state from wherever commands are taken.

    >>> from_everywhere()
    ('QUIT',)
    """
    rows = [row for row in machine(edition).rows if row.kind in DRAWN and _moves(row)]
    return tuple(dict.fromkeys(row.event for row in rows if _told_elsewhere(row, rows)))


def questions(edition: int = 2821) -> tuple[str, ...]:
    """The commands that change nothing in any state in which they are in sequence.

    >>> questions()
    ('VRFY', 'EXPN', 'HELP', 'NOOP')
    """
    rows = [row for row in machine(edition).rows if row.kind is Kind.NORMAL]
    movers = {row.event for row in machine(edition).rows if row.kind is not Kind.VIOLATION and _moves(row)}
    return tuple(dict.fromkeys(row.event for row in rows if row.event not in movers))


def refusals(edition: int = 2821) -> dict[State, tuple[str, ...]]:
    """The events a row refuses by name, by state: the loops of a diagram that shows refusals."""
    found: dict[State, dict[str, None]] = {}
    for row in machine(edition).rows:
        if row.kind is Kind.REFUSE and row.state != ANY and row.next_state is None:
            found.setdefault(State(row.state), {})[row.event] = None
    return {state: tuple(events) for state, events in found.items()}


def edge_of(state: State, event: str, next_state: State, edition: int = 2821) -> Edge | None:
    """The edge that a step went along; None for a step that is not drawn.

    >>> edge_of(State.READY, "MAIL", State.SENDER_KNOWN).id
    'edge-READY-MAIL-SENDER_KNOWN'
    """
    return next(
        (e for e in edges(edition) if e.tail is state and e.head is next_state and event in e.events), None
    )


def reachable(drawn: Iterable[Edge]) -> Iterator[State]:
    """The states that edges lead to from the first, in the order of `State`."""
    found, edges_left = {State.CONNECTED}, tuple(drawn)
    while more := {e.head for e in edges_left if e.tail in found} - found:
        found |= more
    return (state for state in State if state in found)


def shown_edges(edition: int, with_refusals: bool) -> tuple[Edge, ...]:
    """The edges of a diagram; without refusals, those that can be reached without one."""
    drawn = tuple(e for e in edges(edition) if with_refusals or e.kind is not Kind.REFUSE)
    found = set(reachable(drawn))
    return tuple(e for e in drawn if e.tail in found)
