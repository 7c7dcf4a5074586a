"""Whatever comes in place of the reply is an answer too: a fault's reply, silence, a lost connection."""

import pytest

from smtplab.explain import misconception
from smtplab.network import memory_server
from smtplab.notebook.console.console import Console
from smtplab.notebook.question.hands import show_of_hands
from smtplab.notebook.question.judgement import Judgement
from smtplab.notebook.question.predict import predict

FAULTS = {
    "NOOP -> 452 Busy": (
        ["Not now.", "It stays GREETED.", "The server lacks storage, or room for one more recipient."],
        "A fault says: The server lacks storage"),
    "NOOP -> silence": (
        ["No reply.", "It stays GREETED.", "A reply belongs to the line, but it does not come."],
        "No reply came within"),
    "NOOP -> no CRLF": (
        ["No reply.", "It stays GREETED.", "A reply belongs to the line, but it does not come."],
        "No reply came within"),
    "NOOP -> drop before": (
        ["No reply.", "It moves away from GREETED.", "The connection broke; no 221 and no 421 came."],
        "The connection broke"),
    "NOOP -> twice": (
        ["Yes, go on.", "It stays GREETED.", "The server is there; NOOP does nothing else."], "NOOP does nothing else"),
    "NOOP -> delay 2 s": (
        ["Yes, go on.", "It stays GREETED.", "The server is there; NOOP does nothing else."], "NOOP does nothing else"),
    "NOOP -> glue": (
        ["Yes, go on.", "It stays GREETED.", "The server is there; NOOP does nothing else."], "NOOP does nothing else"),
    "NOOP -> codes differ": (
        ["No.", "It stays GREETED.", "The mailbox is unknown here, or policy forbids this."],
        "A fault says: The mailbox"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("in_console", [True, False])
def test_what_a_fault_makes_of_the_reply_is_told_and_why(fault: str, in_console: bool) -> None:
    server = memory_server()
    server.faults.add(fault)
    came, why = FAULTS[fault]
    judgement = console_said(Console(server, predict=True)) if in_console else (
        predict("NOOP", server.connect(), send=True).answer("no", moves=False, reason=1).judgement)
    assert judgement is not None
    assert [wire for _, _, _, wire in judgement.rows] == came
    assert why in judgement.because
    assert judgement.because.startswith(f"Forced by a fault that was set: {fault}.")
    assert judgement.because.count("ault") == (2 if "A fault says" in why else 1)  # it is named once


def console_said(console: Console) -> Judgement:
    with pytest.raises(ValueError, match="Say first"):
        console.send("NOOP")
    console.commit("no", moves=False, reason=1)
    return console.judgements[0]


@pytest.mark.parametrize("fault", ["RSET -> drop before", "RSET -> 421 Closing"])
def test_what_then_is_so_is_no_wrong_answer(fault: str) -> None:
    """Where the session ends, a new connection is what is needed."""
    server = memory_server()
    server.faults.add(fault)
    belief = misconception("error-ends-session").belief
    assert belief not in predict("RSET", server.connect()).sentences
    assert belief in predict("RSET", memory_server().connect()).sentences


def test_hands_are_told_of_silence_too() -> None:
    server = memory_server()
    server.faults.add("NOOP -> silence")
    hands = show_of_hands("NOOP", server.connect()).count("yes", 4).reveal()
    assert "No reply came within" in str(hands) and [row["came"] for row in hands.to_rows()][:4] == [False] * 4


def test_a_connection_that_is_lost_before_the_line_is_no_answer_to_it() -> None:
    server = memory_server()
    client = server.connect()
    question = predict("NOOP", client).answer("yes", moves=False)
    server.close()
    client.send("NOOP")
    assert client.is_over and question.told == []
