"""What was missed: counted by misconception, never written anywhere."""

import builtins
from typing import Any

import pytest

from smtplab.network import Client, memory_server
from smtplab.notebook import html, views
from smtplab.notebook.console.console import Console
from smtplab.notebook.desk import desk
from smtplab.notebook.frames import frame
from smtplab.notebook.question.hands import ShowOfHands, show_of_hands
from smtplab.notebook.question.missed import missed
from smtplab.notebook.question.predict import Prediction, predict

WRONG = ("error-ends-session", "text-decides")


def asked(client: Client, line: str, kind: str, reason: str, **answers: Any) -> Prediction:
    """A question answered with the reason of this id; empty for the right one."""
    question = predict(line, client, wrong=WRONG, send=True, code="code" in answers)
    part = question.question.part("reason")
    assert part is not None
    number = next(int(option.value) for option in part.options if option.misconception == reason)
    return question.answer(kind, **{"moves": False, "reason": number, **answers})


def test_it_counts_how_often_a_belief_was_offered_and_chosen() -> None:
    client = memory_server().connect()
    found = missed(asked(client, "NOOP", "yes", "text-decides"), asked(client, "RSET", "yes", ""),
                   asked(client, "DATA", "no", "text-decides"))
    assert found.to_rows() == [{
        "by": "you", "about": "reason", "misconception": "text-decides", "asked": 3, "chosen": 2,
        "belief": "The words behind the code tell a program what to do.",
        "cure": "Programs go by the code; the words are for people.",
    }]
    assert found.questions == 3 and "2 of 3" in str(found)


def test_kinds_moves_and_codes_are_counted_by_what_was_said_and_what_came() -> None:
    client = memory_server().connect()
    found = missed(asked(client, "DATA", "yes", ""), asked(client, "DATA", "yes", "", moves=True),
                   asked(client, "DATA", "no", "", code=554))
    rows = [(row["about"], row["misconception"], row["asked"], row["chosen"]) for row in found.to_rows()]
    assert rows == [("kind", "yes -> no", 3, 2), ("moves", "moves -> stays", 3, 1), ("code", "554 -> 503", 1, 1)]
    assert all(row["belief"] and row["cure"] for row in found.to_rows())


def test_every_miss_there_can_be_has_its_words() -> None:
    client = memory_server().connect()
    lines = ("DATA", "EHLO a.example", "MAIL FROM:<>", "RCPT TO:<carol@lab.example>", "RCPT TO:<bob@lab.example>",
             "DATA", "text", ".", "QUIT")
    found = []
    for line in lines:
        question = predict(line, client, code=True)
        kinds = [option.value for option in question.question.parts[0].options]
        found += [predict(line, client, code=True).answer(kind, moves=moves, code="another")
                  for kind in kinds for moves in (True, False)]
        client.send(line)
    rows = missed(*found).to_rows()
    assert {"no -> not-now", "yes -> more", "yes -> silent", "silent -> yes", "another -> none"} <= {
        row["misconception"] for row in rows}


def test_nothing_missed_is_said_and_questions_that_wait_count_for_nothing() -> None:
    client = memory_server().connect()
    assert missed().to_rows() == [] and missed(predict("NOOP", client)).questions == 0
    found = missed(asked(client, "NOOP", "yes", ""))
    assert str(found).startswith("Nothing was missed. Answers given: 1.")
    assert "Nothing was missed" in views.missed(found) and "<table" not in views.missed(found)


def test_a_reason_made_for_another_reply_counts_for_nothing() -> None:
    client = memory_server().connect()
    question = predict("DATA", client, wrong=WRONG)
    client.send("EHLO a.example")
    client.send("MAIL FROM:<>")
    client.send("DATA")
    numbers = [int(o.value) for o in question.question.parts[-1].options if o.misconception]
    assert missed(question.answer("no", moves=False, reason=numbers[0])).to_rows() == []


def test_it_is_a_table_with_a_promise_below_and_a_frame() -> None:
    found = missed(asked(memory_server().connect(), "NOOP", "no", "text-decides"))
    shown = views.missed(found)
    assert "text-decides" in shown and shown.index("</table>") < shown.index("nothing leaves this machine")
    assert html.escape(found.to_rows()[0]["cure"]) in shown
    assert list(frame(found)["chosen"]) == [1, 1]


def shown(client: Client, line: str, **hands: int) -> ShowOfHands:
    """A show of hands: how many for each kind, and for each reason by its misconception."""
    show = show_of_hands(line, client, wrong=WRONG)
    for part in show.parts:
        for option in part.options:
            show.count(option.value, hands.get((option.misconception or option.value).replace("-", "_"), 0))
    return show


def test_a_class_and_a_learner_are_kept_apart_and_each_hand_counts() -> None:
    client = memory_server().connect()
    alone = asked(client, "DATA", "yes", "text-decides")
    first = shown(client, "DATA", yes=12, no=16, text_decides=9, error_ends_session=1).reveal()
    second = shown(client, "DATA", yes=3, no=27, text_decides=2).reveal()
    found = missed(alone, first, second)
    rows = [(row["by"], row["misconception"], row["chosen"], row["asked"]) for row in found.to_rows()]
    assert rows == [
        ("you", "text-decides", 1, 1), ("you", "yes -> no", 1, 1),
        ("hands", "text-decides", 11, 12), ("hands", "error-ends-session", 1, 12), ("hands", "yes -> no", 15, 58),
    ]
    assert (found.questions, found.shows) == (1, 2)
    assert found.caption == "What was missed. Answers given: 1. Shows of hands: 2."
    assert "yes -> no  (in a show of hands: 15 of 58)" in str(found) and "yes -> no  (1 of 1)" in str(found)
    table = views.missed(found)
    assert table.count("<td>a show of hands</td>") + table.count(">a show of hands</th>") == 3 and "Who" in table


def test_hands_count_when_the_wire_has_spoken_and_somebody_raised_one() -> None:
    client = memory_server().connect()
    waits = shown(client, "NOOP", no=3)
    foreseen = show_of_hands("RSET", client, send=False).count("no", 3).reveal()
    nobody = shown(client, "VRFY bob").reveal()
    assert missed(waits, foreseen, nobody).to_rows() == [] and missed(waits, foreseen, nobody).shows == 0
    client.send("RSET")
    assert missed(foreseen).to_rows()[0]["chosen"] == 3 and foreseen.missed == missed(foreseen)


def test_what_is_given_twice_counts_once() -> None:
    show = shown(memory_server().connect(), "NOOP", no=3).reveal()
    assert missed(show, show).to_rows() == missed(show).to_rows() and missed(show, show).shows == 1
    question = asked(memory_server().connect(), "NOOP", "no", "text-decides")
    assert missed(question, question).questions == 1  # it makes its judgement anew each time


def test_a_desk_remembers_every_question_and_every_scenario() -> None:
    with desk(memory_server()) as board:
        for hands in (4, 5):
            board.ask("NOOP").count("no", hands).reveal()
        board.open("two_recipients")
        board.open("greylisting")
        assert board.missed.shows == 2 and [row["chosen"] for row in board.missed.to_rows()] == [9]
        assert missed(board, *board.shows) == board.missed


def test_it_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(memory_server().connect(), "NOOP", "no", "text-decides")
    show = shown(memory_server().connect(), "NOOP", no=3).reveal()
    views.missed(missed(question, show))  # what is loaded once has been loaded
    monkeypatch.setattr(builtins, "open", lambda *_, **__: pytest.fail("a file was opened"))
    assert str(missed(question, show)) and views.missed(missed(question, show))


@pytest.mark.parametrize("wrong", [3, "NOOP", None, Prediction, Console, (), []])
def test_what_has_no_questions_is_told(wrong: object) -> None:
    with pytest.raises(TypeError, match="missed takes questions, and consoles, players and desks that ask"):
        missed(wrong)
