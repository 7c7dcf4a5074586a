"""The question as a value: its options have names of their own, and a guess is one of them."""

import pytest

from smtplab.lab import World
from smtplab.network import memory_server
from smtplab.notebook.question.foresight import codes_for
from smtplab.notebook.question.judgement import Answer, Judgement
from smtplab.notebook.question.question import Question, SessionOver, ask
from smtplab.protocol.machine import State
from smtplab.protocol.sequences import entries
from smtplab.protocol.session import Session

READY = Session(State.READY, "me.example")
MAIL_DATA = Session(State.MAIL_DATA, "me.example")


def about(line: str, session: Session = READY, *, code: bool = True, edition: int = 2821) -> Question:
    return ask(session, line, World(), edition, code=code)


def values(question: Question, name: str) -> list[str]:
    part = question.part(name)
    assert part is not None
    return [option.value for option in part.options]


@pytest.mark.parametrize("edition", [2821, 5321])
@pytest.mark.parametrize(("line", "event"), [
    ("EHLO a.example", "EHLO"), ("MAIL FROM:<>", "MAIL"), ("RCPT TO:<b@lab.example>", "RCPT"), ("DATA", "DATA"),
    ("VRFY bob", "VRFY"), ("QUIT", "QUIT"), ("NOOP", "NOOP"),
])
def test_the_codes_are_those_that_the_rfc_lists_for_the_command(line: str, event: str, edition: int) -> None:
    listed = {entry.code for entry in entries(edition) if event in entry.events}
    found = set(codes_for(READY, line, edition))
    assert listed <= found and len(found) >= 4
    assert found == listed or len(listed) < 4


def test_an_unknown_command_and_one_of_an_extension_have_codes_too() -> None:
    assert {500, 501, 421} <= set(codes_for(READY, "TURN", 2821))
    assert {220, 454} <= set(codes_for(READY, "STARTTLS", 2821))


def test_in_mail_data_the_codes_are_those_of_what_the_line_looks_like_and_there_may_be_none() -> None:
    assert values(about(".", MAIL_DATA), "code") == ["250", "451", "452", "552", "554", "none", "another"]
    assert {"221", "none"} <= set(values(about("QUIT", MAIL_DATA), "code"))


def test_no_two_options_of_a_question_share_a_name() -> None:
    for session in (READY, MAIL_DATA):
        for line in ("QUIT", ".", "RCPT TO:<b@lab.example>", "STARTTLS", "BDAT 3", ""):
            question = about(line, session)
            names = [option.value for part in question.parts for option in part.options]
            assert len(set(names)) == len(names)


def test_a_code_is_asked_for_only_when_wanted() -> None:
    question = about("DATA", code=False)
    assert question.part("code") is None
    with pytest.raises(ValueError, match="this question asks for no code"):
        question.guess("no", False, 1, 503)


@pytest.mark.parametrize(("code", "advice"), [(777, "write one of 354, 451, 503, 554, another"), ("503 ", "write one")])
def test_a_code_that_is_no_option_is_told(code: int | str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        about("DATA").guess("no", False, 1, code)


def test_what_the_browser_committed_is_read_whole_or_not_at_all() -> None:
    question = about("DATA")
    said = {"kind": "no", "moves": "stays", "code": "503", "reason": "2"}
    assert question.read(said) == question.guess("no", False, 2, 503)
    for name in said:
        with pytest.raises(ValueError, match="Choose one answer to each question"):
            question.read({**said, name: ""})
        with pytest.raises(ValueError, match="Choose one answer to each question"):
            question.read({key: value for key, value in said.items() if key != name})


def test_a_code_that_was_not_offered_makes_another_one_right() -> None:
    client = memory_server().connect()
    client.send("NOPE")
    question = about("DATA")
    strange = Judgement(question.guess("no", False, 1, "another"), Answer(question, client.exchanges[-1]))
    assert strange.rows[2] == (True, "The code", "Another one.", "500")
    assert [asked for _, asked, _, _ in strange.rows] == ["The reply", "The state", "The code"]


def test_a_reason_is_judged_only_from_the_state_and_for_the_reply_that_it_was_made_for() -> None:
    client = memory_server().connect()
    question = ask(client.session, "DATA", World(), 2821)
    client.send("DATA")
    assert "reason" in Answer(question, client.exchanges[-1]).confirmed
    client.send("EHLO a.example")
    client.send("DATA")
    assert Answer(question, client.exchanges[-1]).code == 503
    assert "reason" not in Answer(question, client.exchanges[-1]).confirmed
    assert "reason" not in Answer(question, None).confirmed


def test_a_judgement_tells_why_no_reply_came_where_that_is_known() -> None:
    question = about("NOOP", code=True)
    judgement = Judgement(question.guess("yes", False, None, 250), Answer(question, None, "Nothing came in 1 s."))
    assert judgement.because == "Nothing came in 1 s." and judgement.answer.wire == ""
    assert [right for right, *_ in judgement.rows] == [False, True, False]


def test_nothing_is_asked_of_a_session_that_is_over() -> None:
    with pytest.raises(SessionOver, match="session is over"):
        about("NOOP", Session(State.CLOSED))
