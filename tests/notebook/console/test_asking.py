"""A console that asks: no reply before the guess, and nothing is sent but what was committed to."""

from typing import Any

import pytest

from smtplab.lab import World
from smtplab.network import memory_server
from smtplab.notebook.console.asking import CommitFirst
from smtplab.notebook.console.console import Console
from smtplab.notebook.question.predict import predict

ENVELOPE = ("EHLO a.example", "MAIL FROM:<a@a.example>", "RCPT TO:<bob@lab.example>", "DATA")


def console(*lines: str, predict: bool | str = True, world: World | None = None) -> Console:
    """A console on a server in memory, that has sent these lines."""
    server = memory_server(world)
    client = server.connect()
    for line in lines:
        client.send(line)
    return Console(client, predict=predict)


def send(asking: Console, line: str, kind: str = "yes", **answers: Any) -> Any:
    with pytest.raises(CommitFirst):
        asking.send(line)
    return asking.commit(kind, **{"moves": True, **answers})


def test_a_command_is_not_sent_before_the_guess() -> None:
    asking = console()
    with pytest.raises(CommitFirst, match="Nothing is sent yet") as first:
        asking.send("RCPT TO:<bob@lab.example>")
    assert len(asking.exchanges) == 1 and asking.question is first.value.question
    shown = "\n".join(first.value._render_traceback_())
    assert "It stays GREETED." in shown and "console.commit(" in shown and "503" not in shown
    assert "Which sentence is right?" in str(asking) and "console.commit(" in asking.fragment()
    reply = asking.commit("no", moves=False)
    assert reply.code == 503 and asking.question is None
    assert "What came" in asking.fragment() and "You said: ✓ No." in str(asking)


def test_a_console_without_prediction_asks_nothing() -> None:
    plain = console(predict=False)
    assert plain.send("NOOP").code == 250
    assert plain.view()["question"] is None and plain.view()["judgement"] is None and plain.judgements == ()
    plain.heard({"do": "commit", "kind": "yes", "moves": "stays", "reason": "1"})
    assert plain.notice == "No question is open; send a line first."


def test_in_the_browser_the_question_opens_and_one_message_commits() -> None:
    asking = console()
    asking.heard({"do": "send", "line": "NOOP"})
    assert asking.notice == "" and asking.view()["question"]["line"] == "NOOP"
    asking.heard({"do": "commit", "kind": "yes", "moves": "stays"})
    assert asking.notice.startswith("Choose one answer") and asking.question is not None
    asking.heard({"do": "commit", "kind": "yes", "moves": "stays", "reason": "1"})
    view = asking.view()
    assert view["question"] is None and view["judgement"]["told"][0]["mark"] == "✓"
    assert asking.exchanges[-1].event == "NOOP" and view["history"] == ["NOOP"]
    asking.heard({"do": "new-session"})
    assert asking.view()["judgement"] is None and len(asking.judgements) == 1


def test_the_way_out_gives_the_line_back_and_sends_nothing() -> None:
    asking = console()
    asking.heard({"do": "send", "line": "NOPE"})
    asking.heard({"do": "change-line"})
    view = asking.view()
    assert view["question"] is None and view["draft"]["line"] == "NOPE" and len(asking.exchanges) == 1
    with pytest.raises(ValueError, match="No question is open"):
        asking.commit("no", moves=False)
    with pytest.raises(ValueError, match="No question is open"):
        asking.change_line()


def test_a_session_that_moved_on_meanwhile_makes_the_guess_void() -> None:
    asking = console()
    with pytest.raises(CommitFirst):
        asking.send("DATA")
    asking.client.send("EHLO a.example")
    asking.heard({"do": "commit", "kind": "no", "moves": "stays", "reason": "1"})
    assert "moved on" in asking.notice and asking.question is None and asking.judgements == ()
    assert asking.view()["draft"]["line"] == "DATA" and asking.exchanges[-1].event == "EHLO"


def test_lines_of_a_message_go_and_its_end_is_asked_about() -> None:
    asking = console(*ENVELOPE)
    asking.send("Subject: x")
    asking.send_line(".")
    with pytest.raises(CommitFirst):
        asking.send(".")
    assert asking.question is not None and "silent" in str(asking.question)
    assert asking.commit("yes", moves=True).code == 250
    assert asking.messages[0].mail_data == b"Subject: x\r\n.\r\n"


def test_a_whole_message_waits_for_the_guess_and_then_goes_as_it_was() -> None:
    asking = console(*ENVELOPE, world=World(max_message_octets=65536))
    asking.heard({"do": "message", "text": "Subject: x\n\n.hidden\n" + "yes yes\n" * 9000})
    assert asking.question is not None and asking.question.line == "." and asking.messages == ()
    foreseen = asking.question.foreseen.step
    assert foreseen is not None and foreseen.reply is not None and foreseen.reply.code == 552
    asking.change_line()
    assert asking.view()["draft"] is None and asking.view()["phase"] == "message"
    with pytest.raises(CommitFirst):
        asking.send_message("Subject: x\n\n.hidden\n")
    assert asking.commit("yes", moves=True).code == 250
    assert asking.messages[0].mail_data == b"Subject: x\r\n\r\n.hidden\r\n"


def test_a_group_a_piece_and_a_login_go_without_a_question() -> None:
    asking = console("EHLO a.example", world=World(extensions=("PIPELINING", "CHUNKING", "AUTH")))
    assert asking.login("bob", "builder").code == 235
    assert len(asking.send_group("MAIL FROM:<>", "RCPT TO:<bob@lab.example>")) == 2
    assert asking.notice == "A group is sent without a question."
    asking.heard({"do": "send", "line": "BDAT 3 LAST"})
    assert asking.question is None and asking.view()["draft"]["form"] == "chunk"
    assert asking.send_chunk("x\r\n", last=True).code == 250
    assert asking.judgements == ()


def test_answers_in_a_login_are_not_asked_about_and_no_secret_is_shown() -> None:
    asking = console("EHLO a.example", world=World(extensions=("AUTH",)))
    assert send(asking, "AUTH LOGIN", "more").code == 334
    asking.answer("bob")
    assert asking.answer("builder").code == 235
    asking.new_session()
    send(asking, "EHLO a.example")
    with pytest.raises(CommitFirst):
        asking.send("AUTH PLAIN AGJvYgBidWlsZGVy")
    assert "AGJv" not in str(asking) + asking.fragment() + str(asking.view())
    assert asking.commit("yes", moves=False).code == 235
    assert "AGJv" not in str(asking) + asking.fragment() + str(asking.view()["judgement"])


def test_a_line_that_is_none_is_told_before_the_question() -> None:
    asking = console()
    with pytest.raises(ValueError, match="line") as told:
        asking.send("NOOP\r\nQUIT")
    assert not isinstance(told.value, CommitFirst) and asking.question is None


def test_the_code_is_asked_for_on_request() -> None:
    asking = console(predict="code")
    send(asking, "NOOP", moves=False, code=250)
    assert [row["asked"] for row in asking.view()["judgement"]["told"]] == ["The reply", "The state", "The code"]


def test_a_prediction_about_a_console_that_asks_sends_without_asking_twice() -> None:
    asking = console()
    assert predict("NOOP", asking, send=True).answer("yes", moves=False).wire.startswith("250")
    assert asking.question is None


@pytest.mark.parametrize("wrong", ["kind", 1, None, "Code"])
def test_another_value_for_predict_is_told(wrong: Any) -> None:
    with pytest.raises(ValueError, match='write True, False or "code"'):
        console(predict=wrong)


def test_the_judgement_goes_with_the_reply_it_is_about() -> None:
    asking = console()
    send(asking, "NOOP", moves=False)
    assert asking.view()["judgement"] is not None
    asking.client.send("NOOP")
    assert asking.view()["judgement"] is None and len(asking.judgements) == 1


def test_a_new_session_begins_without_question_and_judgement() -> None:
    asking = console()
    send(asking, "NOOP", moves=False)
    with pytest.raises(CommitFirst):
        asking.send("DATA")
    asking.new_session()
    asking.client.send("NOOP")
    assert asking.question is None and asking.view()["judgement"] is None
