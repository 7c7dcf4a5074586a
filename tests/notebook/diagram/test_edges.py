"""The edges are the table's rows: each is drawn, or told in the caption."""

import pytest

from smtplab.notebook.diagram.edges import (
    before_greeting,
    edge_of,
    edges,
    from_everywhere,
    questions,
    reachable,
    refusals,
    whole_machine,
)
from smtplab.protocol.machine import ANY, Kind, Machine, State, machine
from tests.notebook.diagram.drawings import TABLES


def drawn_rows(table: Machine) -> set[tuple[str, str, str, str]]:
    """What the table wants drawn, read from its rows without the help of `edges`."""
    has_other_ways_out = set(State) - {State.READY, State.REFUSED}
    return {
        (row.state, row.event, row.next_state or row.state, row.kind)
        for row in table.rows
        if ANY not in (row.state, row.event) and row.kind is not Kind.VIOLATION
        and (row.next_state or (row.remembers and row.kind is Kind.NORMAL))
        and not (row.kind is Kind.REFUSE and row.event in ("DATA-END", "AUTH-LINE"))
        and not (row.event == "QUIT" and row.state in has_other_ways_out)
        and not (row.state is State.CONNECTED and row.event in ("TLS-UP", "TLS-FAILED"))
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_edges_are_the_tables_rows(table: Machine) -> None:
    found = {(e.tail, event, e.head, e.kind) for e in edges(table) for event in e.events}
    assert found == drawn_rows(table)
    assert sum(len(e.events) for e in edges(table)) == len(found)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_drawn_or_told_in_the_caption(table: Machine) -> None:
    drawn = {(e.tail, event, e.head) for e in edges(table) for event in e.events}
    loops = {(state, event) for state, events in refusals(table).items() for event in events}
    for row in table.rows:
        told = row.event in (*from_everywhere(table), *questions(table))
        changes_nothing = row.next_state is None and not row.remembers and not row.forgets
        assert (
            row.kind is Kind.VIOLATION or ANY in (row.state, row.event) or told
            or (row.state, row.event, row.next_state or row.state) in drawn
            or (row.state, row.event) in loops
            or (row.state is State.CONNECTED and row.event in before_greeting(table))
            or (changes_nothing and row.event == "RSET")  # nothing to drop: the table's word for "stay"
        ), row


@pytest.mark.parametrize("table", TABLES)
def test_a_machine_with_few_extensions_is_a_part_of_the_whole(table: Machine) -> None:
    assert set(edges(table)) <= set(edges(whole_machine(table.edition)))


def test_edge_of_finds_only_what_is_drawn() -> None:
    assert edge_of(machine(), State.READY, "NOOP", State.READY) is None
    for table in (machine(), whole_machine(5321)):
        assert set(reachable(edges(table))) == set(table.states)
