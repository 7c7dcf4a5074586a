"""What must come first is searched in the table."""

import pytest

from smtplab.explain.order import steps_on, way_to
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import State, machine

MACHINE = machine()
ALL = frozenset(OFFERED)


@pytest.mark.parametrize(("state", "event", "way"), [
    (State.GREETED, "DATA", ["EHLO", "MAIL", "RCPT"]),
    (State.READY, "DATA", ["MAIL", "RCPT"]),
    (State.SENDER_KNOWN, "DATA", ["RCPT"]),
    (State.RECIPIENTS_KNOWN, "DATA", []),
    (State.GREETED, "MAIL", ["EHLO"]),
    (State.RECIPIENTS_KNOWN, "MAIL", ["RSET"]),
    (State.CONNECTED, "NOOP", ["CONNECT"]),
    (State.MAIL_DATA, "QUIT", ["DATA-END"]),
])
def test_the_way_is_the_shortest_and_loses_least(state: State, event: str, way: list[str]) -> None:
    found = way_to(MACHINE, state, event)
    assert found is not None
    assert [row.event for row in found] == way


def test_no_way_leads_out_of_a_refused_or_closed_session() -> None:
    assert way_to(MACHINE, State.REFUSED, "MAIL") is None
    assert way_to(MACHINE, State.CLOSED, "EHLO") is None
    assert way_to(MACHINE, State.READY, "XYZZY") is None


@pytest.mark.parametrize("extensions", [frozenset(), ALL], ids=["base", "all"])
@pytest.mark.parametrize("edition", [2821, 5321])
@pytest.mark.parametrize("state", State)
def test_every_way_is_a_chain_of_rows_that_ends_where_the_event_may_come(
    edition: int, state: State, extensions: frozenset[str]
) -> None:
    table = machine(edition, extensions)
    for event in table.events:
        way = way_to(table, state, event)
        if way is not None:
            here = state
            for row in way:
                assert (row.state, row in table.rows) == (here, True)
                here = row.next_state or here
            assert table.in_sequence(here, event)


def test_the_steps_on_lead_to_a_delivered_mail() -> None:
    assert {state: steps_on(MACHINE, state) for state in MACHINE.states} == {
        State.CONNECTED: ("CONNECT",), State.GREETED: ("EHLO", "HELO"), State.READY: ("MAIL",),
        State.SENDER_KNOWN: ("RCPT",), State.RECIPIENTS_KNOWN: ("RCPT", "DATA"), State.MAIL_DATA: ("DATA-END",),
        State.REFUSED: ("QUIT",), State.CLOSED: (),
    }


def test_extensions_leave_the_usual_steps_as_they_are_and_add_those_of_their_own_states() -> None:
    table = machine(2821, ALL)
    steps = {state: steps_on(table, state) for state in table.states}
    assert {state: steps[state] for state in MACHINE.states} == {
        state: steps_on(MACHINE, state) for state in MACHINE.states}
    assert {state: steps[state] for state in set(table.states) - set(MACHINE.states)} == {
        State.TLS_HANDSHAKE: ("TLS-UP",), State.AUTH_EXCHANGE: ("AUTH-LINE",), State.CHUNKS: ("BDAT-LAST",),
        State.CHUNK_REFUSED: ("RSET",),
    }


@pytest.mark.parametrize(("state", "event", "way"), [
    (State.GREETED, "STARTTLS", ["EHLO"]), (State.SENDER_KNOWN, "AUTH", ["RSET"]),
    (State.READY, "BDAT", ["MAIL", "RCPT"]), (State.CHUNKS, "MAIL", ["BDAT-LAST"]),
    (State.CHUNK_REFUSED, "BDAT", ["RSET", "MAIL", "RCPT"]), (State.GREETED, "DATA", ["EHLO", "MAIL", "RCPT"]),
])
def test_the_way_with_every_extension_is_the_shortest(state: State, event: str, way: list[str]) -> None:
    found = way_to(machine(2821, ALL), state, event)
    assert found is not None
    assert [row.event for row in found] == way
