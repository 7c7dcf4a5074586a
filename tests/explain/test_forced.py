"""What is told of a reply that a fault forced: that it was, by which fault, and no cause in the world for it."""

from dataclasses import replace

import pytest

from smtplab.explain import explain
from smtplab.network import memory_server
from smtplab.protocol.dialogue import Exchange
from tests.explain.conftest import four_lines
from tests.explain.product import TELLING, exchange, exchanges, extension_exchanges, sessions

FAULT = "RCPT -> 450 Try later"


def step(fault: str, code: int = 450) -> Exchange:
    *_, before = (session for session in sessions() if session.transaction and not session.transaction.forward_paths)
    return replace(exchange(before, "RCPT TO:<carol@lab.example>", "RCPT", code), forced=fault)


def detail(what: object) -> str:
    return next((detail.text for detail in explain(what).details if detail.label == "Forced"), "")


def test_what_a_forced_reply_says_is_told_as_the_words_of_a_fault_and_no_fact_of_the_world() -> None:
    natural, forced = explain(step("")).here, explain(step(FAULT)).here
    assert natural.startswith("Carol's mailbox is busy.")
    assert forced == f"A fault says: {natural}"
    assert detail(step("")) == ""
    assert detail(step(FAULT)) == f'By the fault "{FAULT}", not by the mailbox or the world.'


@pytest.mark.parametrize("fault", [
    "RCPT -> delay 30 s", "RCPT to 450@lab.example -> twice", "RCPT -> delay 450 s, split", "RCPT -> drop after",
])
def test_where_only_the_way_is_forced_the_cause_stays(fault: str) -> None:
    assert explain(step(fault)).here == explain(step("")).here
    assert detail(step(fault)) == f'By the fault "{fault}". The reply itself is the server\'s own.'


@pytest.mark.parametrize("fault", ["RCPT -> codes differ", "RCPT -> delay 2 s, twice, 450", "RCPT#2+ 30% -> 450 a, b"])
def test_a_code_that_a_fault_brought_is_never_taken_for_the_servers_own(fault: str) -> None:
    assert explain(step(fault)).here.startswith("A fault says:")


def test_even_a_forced_503_tells_of_no_order_that_was_broken_without_saying_so() -> None:
    assert explain(step("RCPT -> 503 No", 503)).here.startswith("A fault says:")


def test_the_four_lines_stay_under_60_words() -> None:
    for edition in (2821, 5321):
        for found in (*exchanges(edition, TELLING), *extension_exchanges(edition)):
            told = four_lines(explain(replace(found, forced="ANY -> 450 x")))
            assert len(" ".join(told).split()) <= 60, told


@pytest.mark.parametrize("what", ["silence", "drop before", "no CRLF", "delay 30 s"])
def test_that_no_reply_came_is_told_as_forced(what: str) -> None:
    server = memory_server()
    client = server.connect()
    assert "fault" not in str(explain(client.send_message("x")))
    server.faults.add(f"NOOP -> {what}")
    outcome = client.send("NOOP")
    assert not outcome
    assert explain(outcome).here.endswith("A fault made it so.")
    assert detail(outcome) == f'By the fault "{server.faults}", not by the network or the world.'.replace(
        "  (happened: 1)", "")


def test_a_connection_lost_by_a_fault_is_told_as_forced_in_the_step_too() -> None:
    server = memory_server()
    client = server.connect()
    server.faults.add("NOOP -> drop before")
    client.send("NOOP")
    assert explain(client.exchanges[-1]).here.endswith("A fault made it so.")
    assert "NOOP -> drop before" in detail(client.exchanges[-1])


def test_a_reply_that_was_late_says_so_and_nothing_else_is_forced() -> None:
    server = memory_server()
    client = server.connect()
    server.faults.add("NOOP -> delay 30 s")
    client.send("NOOP")
    server.advance(30)
    assert client.send("RSET").code == 250  # type: ignore[union-attr]
    assert [detail(step) != "" for step in client.exchanges] == [False, True, False]
