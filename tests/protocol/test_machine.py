"""The table is total, and moves as the verified facts say (RFC 2821 sections 4.1.4 and 4.3.2)."""

import itertools

import pytest

from smtplab.protocol.machine import ANY, CONNECT, DATA_END, LOST, UNASKED, Kind, State, machine
from tests.facts import facts

WILDCARDS = {"(any)": "NOOP", "(unknown)": "HLEO", "(unimplemented)": "TURN", "(server)": UNASKED, "(lost)": LOST}
VERBS = ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT", "TURN", "XYZZY", "")
EVENTS = (CONNECT, DATA_END, UNASKED, *VERBS)


@pytest.mark.parametrize("edition", [2821, 5321])
def test_every_state_event_and_code_has_exactly_one_next_state(edition: int) -> None:
    table = machine(edition)
    for state, event, code in itertools.product(State, EVENTS, range(200, 600)):
        row = table.transition(state, event, code)
        assert row.state in (state, ANY) and row.event in (event, ANY)
        assert row.reply == code or row.reply == f"{code // 100}yz"
        assert isinstance(table.next_state(state, event, code), State)


def test_no_two_rows_speak_for_the_same_step() -> None:
    keys = [(row.state, row.event, row.reply) for row in machine().rows]
    assert len(keys) == len(set(keys))


def test_each_verified_transition_moves_as_the_facts_say() -> None:
    table = machine(5321)
    for fact in facts("transitions"):
        event = WILDCARDS.get(fact["command"], fact["command"])
        code = int(fact["code"]) if fact["code"] else None
        assert table.next_state(State(fact["from_state"]), event, code) == fact["to_state"], fact


def test_each_verified_transition_forgets_what_the_facts_clear() -> None:
    table = machine(5321)
    for fact in facts("transitions"):
        code = int(fact["code"]) if fact["code"] else None
        row = table.transition(State(fact["from_state"]), WILDCARDS.get(fact["command"], fact["command"]), code)
        in_transaction = fact["from_state"] in ("SENDER_KNOWN", "RECIPIENTS_KNOWN", "MAIL_DATA")
        if fact["buffers"] == "keep":
            assert not row.forgets, fact
        elif in_transaction and ("clear" in fact["buffers"] or "cancel" in fact["buffers"]):
            assert "transaction" in row.forgets, fact


def test_commands_in_sequence_are_those_the_facts_call_legal() -> None:
    for fact in facts("states"):
        legal = set() if fact["legal_commands"].startswith("(") else set(fact["legal_commands"].split(", "))
        assert set(machine().commands_in_sequence(State(fact["state"]))) == legal


def test_421_closes_the_channel_from_every_state_and_whatever_it_answers() -> None:
    for state, event in itertools.product(State, EVENTS):
        assert machine().next_state(state, event, 421) is State.CLOSED


def test_a_refused_command_changes_nothing() -> None:
    for state, verb, code in itertools.product(State, VERBS, range(400, 600)):
        if code != 421:
            row = machine().transition(state, verb, code)
            assert row.next_state is None and not row.forgets, (state, verb, code)


def test_a_closed_session_stays_closed() -> None:
    for event, code in itertools.product(EVENTS, range(200, 600)):
        assert machine().next_state(State.CLOSED, event, code) is State.CLOSED


def test_a_code_of_no_class_is_read_as_a_refusal() -> None:
    for code in (0, 100, 199, 600, 999):
        assert machine().next_state(State.READY, "MAIL", code) is State.READY


def test_servers_that_break_the_order_are_followed_as_violations() -> None:
    for state, event, code in (
        (State.GREETED, "MAIL", 250), (State.SENDER_KNOWN, "MAIL", 250), (State.READY, "RCPT", 250),
        (State.READY, "DATA", 354), (State.MAIL_DATA, DATA_END, 354), (State.READY, "DATA", 250),
    ):
        assert machine().transition(state, event, code).kind is Kind.VIOLATION


def test_354_without_a_recipient_is_discouraged_and_no_violation() -> None:
    assert machine().transition(State.SENDER_KNOWN, "DATA", 354).kind is Kind.DISCOURAGED


def test_521_as_a_greeting_belongs_to_the_later_edition() -> None:
    assert machine(5321).transition(State.CONNECTED, CONNECT, 521).kind is Kind.REFUSE
    assert machine(2821).transition(State.CONNECTED, CONNECT, 521).kind is Kind.VIOLATION


def test_only_two_editions_exist() -> None:
    with pytest.raises(ValueError, match="2821 or 5321"):
        machine(821)


def test_only_a_loss_has_no_code() -> None:
    with pytest.raises(KeyError, match="only LOST"):
        machine().transition(State.READY, "NOOP", None)


def test_unknown_verbs_leave_nothing_behind_in_the_table() -> None:
    table = machine()
    before = len(table._found)
    for number in range(50):
        table.transition(State.READY, f"X{number}", 500)
    assert len(table._found) == before
