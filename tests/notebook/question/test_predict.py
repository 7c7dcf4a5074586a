"""The question before a reply: it tells nothing before the guess, and then what the wire said."""

import gc
import weakref
from typing import Any

import pytest

from smtplab.explain import misconceptions
from smtplab.lab import Cause, World, causes
from smtplab.lab.extension_causes import extension_causes
from smtplab.lab.world import Offer
from smtplab.network import Client, memory_server
from smtplab.notebook.console.console import Console
from smtplab.notebook.question.foresight import Forecast, foresee, options_for
from smtplab.notebook.question.predict import Prediction, predict

BELIEFS = {record.belief: record.id for record in misconceptions()}


def client_after(*lines: str, world: World | None = None) -> Client:
    """A client that has sent these lines."""
    client = memory_server(world).connect()
    for line in lines:
        client.send(line)
    return client


IN_MAIL_DATA = ("EHLO a.example", "MAIL FROM:<a@a.example>", "RCPT TO:<bob@lab.example>", "DATA")


def right(question: Prediction) -> int:
    """The number of the right sentence."""
    return next(n for n, sentence in enumerate(question.sentences, 1) if sentence not in BELIEFS)


def test_it_tells_nothing_before_the_guess_although_the_line_was_sent() -> None:
    client = client_after("EHLO a.example")
    question = predict("RCPT TO:<bob@lab.example>", client)
    client.send("RCPT TO:<bob@lab.example>")
    view = question.view()
    assert question.told == [] and view["judgement"] is None and question.wire == question.because == ""
    assert "503" not in str(question) and "503" not in question.fragment()


def test_the_guess_stands_until_the_line_is_sent_and_then_the_wire_speaks() -> None:
    client = client_after("EHLO a.example")
    question = predict("RCPT TO:<bob@lab.example>", client).answer("yes", moves=True, reason=1)
    assert question.told == [] and question.view()["phase"] == "committed"
    client.send("NOOP")
    assert question.told == []
    client.send("RCPT TO:<bob@lab.example>")
    assert [row[2] for row in question.told[:2]] == ["No.", "It stays READY."]
    assert question.wire == "503 Send MAIL first"
    assert "What came" in question.fragment() and "503" in str(question)


def test_a_mark_says_which_answers_were_right_in_every_form() -> None:
    console = Console(memory_server())
    question = predict("NOOP", console, send=True).answer("no", moves=False)
    told = [tuple(row.values()) for row in question.view()["judgement"]["told"]]
    assert told == [
        ("✗", False, "The reply", "No.", "Yes, go on."),
        ("✓", True, "The state", "It stays GREETED.", "It stays GREETED."),
    ]
    for mark, _, _, you, wire in told:
        assert f"<td>{mark} {you}</td><td>{wire}</td>" in question.fragment()
        assert f"You said: {mark} {you}" in str(question)
    assert question.told[0][1] == "No."


def test_with_send_the_guess_sends_the_line_once() -> None:
    console = Console(memory_server())
    question = predict("NOOP", console, send=True).answer("yes", moves=False)
    question.answer("no", moves=True)
    assert question.told[0][1:] == ("Yes, go on.", "Yes, go on.")
    assert [e.event for e in console.exchanges] == ["CONNECT", "NOOP"]


def test_one_sentence_is_right_and_each_wrong_one_is_a_named_misconception() -> None:
    for state in ((), IN_MAIL_DATA[:1], IN_MAIL_DATA[:2], IN_MAIL_DATA[:3], IN_MAIL_DATA):
        client = client_after(*state)
        for line in ("EHLO b", "MAIL FROM:<>", "RCPT TO:<x@lab.example>", "DATA", ".", "RSET", "QUIT", "TURN", ""):
            sentences = predict(line, client).sentences
            assert len(set(sentences)) == 3
            assert sum(sentence in BELIEFS for sentence in sentences) == 2


def test_no_wrong_sentence_gives_the_code_away() -> None:
    for line in ("RCPT TO:<carol@lab.example>", "RCPT TO:<nobody@lab.example>", "DATA", "RCPT TO:<dave@lab.example>"):
        question = predict(line, client_after(*IN_MAIL_DATA[:2]))
        assert not any(character.isdigit() for sentence in question.sentences for character in sentence)


def test_a_misconception_that_was_chosen_is_cured() -> None:
    client = client_after("EHLO a.example")
    question = predict("TURN", client, wrong=("error-ends-session", "x0z-is-always-syntax"), send=True)
    wrong = question.sentences.index("After an error I must start a new connection.") + 1
    assert "An error does not end the session" in question.answer("no", False, wrong).because


def test_the_line_that_becomes_mail_gets_no_reply() -> None:
    client = client_after(*IN_MAIL_DATA)
    question = predict("QUIT", client)
    question.answer("silent", moves=False, reason=right(question))
    client.send("QUIT")
    assert all(you == wire for _, you, wire in question.told) and question.wire == ""


def test_the_final_dot_is_a_question_too() -> None:
    client = client_after(*IN_MAIL_DATA, "Subject: x")
    question = predict(".", client, send=True)
    question.answer("yes", moves=True, reason=right(question))
    assert all(you == wire for _, you, wire in question.told) and question.wire.startswith("250")


@pytest.mark.parametrize("cause", [cause for cause in causes() if cause.lines], ids=lambda cause: cause.name)
def test_the_forecast_of_every_cause_is_what_the_wire_then_says(cause: Cause) -> None:
    client = client_after(*cause.lines[:-1], world=cause.world)
    message = client.transcript.unanswered()
    before = client.session
    asked = foresee(before, cause.lines[-1], World(), 2821, message, client.rehearse)
    alone = foresee(before, cause.lines[-1], client.keeps.world, 2821, message)
    reply = client.send(cause.lines[-1])
    assert asked.step is not None and reply
    assert (asked.step.reply, asked.step.event) == (reply, cause.event)
    assert asked == alone and asked.step.after == client.session
    assert len(options_for(asked, client.state)[1]) >= 2


LOGINS_AND_TLS = [
    cause for cause in extension_causes() if cause.event in ("STARTTLS", "AUTH", "AUTH-LINE") and cause.code != 500
]


@pytest.mark.parametrize("cause", LOGINS_AND_TLS, ids=lambda cause: cause.name)
def test_the_forecast_goes_by_the_extensions_that_were_announced(cause: Cause) -> None:
    client = client_after(*cause.lines[:-1], world=cause.world)
    question = predict(cause.lines[-1], client)
    step = foresee(client.session, cause.lines[-1], client.keeps.world, 2821).step
    reply = client.send(cause.lines[-1])
    assert step is not None and reply and reply.exchange
    assert (step.event, step.reply, step.after) == (cause.event, reply, reply.exchange.after)
    assert "does not belong here" not in question.sentences[right(question) - 1]


CHUNKS = World(extensions=("CHUNKING",))


@pytest.mark.parametrize("line", ["BDAT 5 LAST", "BDAT 5", "bdat 1 last"])
@pytest.mark.parametrize("before", [IN_MAIL_DATA[:3], IN_MAIL_DATA[:1]], ids=["in-mail", "out-of-order"])
def test_a_bdat_gets_no_reply_before_its_octets_have_come(line: str, before: tuple[str, ...]) -> None:
    client = client_after(*before, world=CHUNKS)
    assert foresee(client.session, line, CHUNKS, 2821) == Forecast(None)
    question = predict(line, client, send=True)
    assert sum(sentence in BELIEFS for sentence in question.sentences) == 2
    question.answer("silent", moves=False, reason=right(question))
    assert len(question.told) == 3 and all(you == wire for _, you, wire in question.told)
    assert question.because == "The octets that belong to the line come first; the reply comes after them."


@pytest.mark.parametrize(("line", "code"), [
    ("BDAT 0", 250), ("BDAT 0 LAST", 250), ("BDAT many", 501), ("BDAT", 501), ("BDAT-LAST 0", 500),
])
def test_a_bdat_without_octets_is_answered_at_once(line: str, code: int) -> None:
    client = client_after(*IN_MAIL_DATA[:3], world=CHUNKS)
    question = predict(line, client)
    step, reply = foresee(client.session, line, CHUNKS, 2821).step, client.send(line)
    assert step is not None and reply and reply.exchange
    assert (step.reply, step.after) == (reply, reply.exchange.after) and reply.code == code
    assert ("silent" in [option["value"] for option in question.view()["questions"][0]["options"]]) == (code != 500)


def test_a_bdat_that_nobody_announced_is_a_line_alone() -> None:
    client = client_after("EHLO a.example")
    question = predict("BDAT 5 LAST", client, send=True)
    assert len(question.answer("no", False, right(question)).told) == 3 and question.wire.startswith("5")


def test_the_world_behind_a_client_is_asked_and_a_stranger_may_differ() -> None:
    client = client_after(world=World(vrfy=Offer.OFF))
    question = predict("VRFY bob", client, send=True)
    assert question.answer("no", False, right(question)).told[2][1] == question.told[2][2]
    stranger = client_after(world=World(vrfy=Offer.OFF))
    stranger.keeps = None
    question = predict("VRFY bob", stranger, send=True).answer("no", False, 1)
    assert len(question.told) == 2 and question.wire.startswith("502")


def test_an_unanswered_question_that_nobody_holds_is_forgotten() -> None:
    client = client_after()
    gone = weakref.ref(predict("NOOP", client))
    gc.collect()
    assert gone() is None
    client.send("NOOP")


@pytest.mark.parametrize(("answer", "advice"), [
    (("maybe", True), "write one of yes, more, not-now, no"), (("silent", True), "write one of"),
    (("no", "yes"), "write True or False"), (("no", True, 4), "a number from 1 to 3"),
])
def test_an_answer_that_is_not_offered_is_told(answer: Any, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        predict("NOOP", client_after()).answer(*answer)


@pytest.mark.parametrize("message", [
    {"do": "commit"}, {"do": "commit", "kind": "", "moves": "moves", "reason": "1"}, {"do": "fly"}, None,
    {"do": "commit", "kind": "no", "moves": "maybe", "reason": "1"},
    {"do": "commit", "kind": "no", "moves": "stays", "reason": "9"},
    {"do": "commit", "kind": "no", "moves": "stays", "reason": "\u00b2"},
])
def test_an_incomplete_or_malformed_commit_is_ignored_with_a_sentence(message: Any) -> None:
    question = predict("NOOP", client_after())
    question.heard(message)
    assert question.guess is None and question.notice.endswith((".", "3."))


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(TypeError, match=r"Write predict\(line, target\)"):
        predict(client_after(), "NOOP")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Did you mean 'because'"):
        predict("NOOP", client_after(), becuse="x")
    with pytest.raises(ValueError, match="session is over"):
        predict("NOOP", client_after("QUIT"))
    with pytest.raises(ValueError, match="'nonsense' is no misconception; write the name of one, such as"):
        predict("NOOP", client_after(), wrong=("nonsense", "text-decides"))


def test_a_second_hello_is_about_the_mail_it_drops() -> None:
    client = memory_server().connect()
    client.send("EHLO student.example")
    assert not any("dropped" in sentence for sentence in predict("EHLO laptop.example", client).sentences)
    client.send("MAIL FROM:<alice@student.example>")
    assert "The mail from alice is dropped." in predict("EHLO laptop.example", client).sentences


@pytest.mark.parametrize("wrong", [{"because": 3}, {"wrong": 3}, {"wrong": "abc"}], ids=str)
def test_sentences_of_another_kind_are_told_in_a_sentence(wrong: dict) -> None:
    with pytest.raises(TypeError, match="because is a text; wrong is a list of names"):
        predict("NOOP", memory_server().connect(), **wrong)
