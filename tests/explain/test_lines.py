"""The four lines: in every situation the machine can produce, and word for word where they must teach."""

import re

import pytest

from smtplab.explain import explain
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.machine import State, machine
from smtplab.protocol.paths import Path
from smtplab.protocol.session import Session, Transaction
from smtplab.protocol.transcript import Transcript
from tests.explain.conftest import FourLines, Told, four_lines
from tests.explain.product import (
    CODES,
    EXTENSION_LINES,
    LINES,
    NO_COMMANDS,
    PARAMETER_LINES,
    SECRETS,
    exchange,
    exchanges,
)


def check_lines(lines: FourLines) -> None:
    assert all(lines)
    assert sum(len(line.split()) for line in lines) <= 60, lines
    for line in lines:
        assert line.endswith((".", "?", "…")), line
        assert line[0].isupper() or not line[0].isalpha() or "@" in line.split()[0], line
        assert "  " not in line
        for sentence in re.split(r"(?<=[.!?])\s+", line):
            assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize("edition", [2821, 5321])
def test_at_most_sixty_words_in_every_situation_of_the_machine_with_and_without_extensions(
    edition: int, told: dict[int, Told]
) -> None:
    assert len(told[edition].lines) > 3000
    for lines in told[edition].lines:
        check_lines(lines)


@pytest.mark.parametrize("edition", [2821, 5321])
def test_in_no_situation_a_secret_is_told(edition: int, told: dict[int, Told]) -> None:
    assert not told[edition].leaks
    everything = "".join(map("".join, told[edition].lines)).lower()
    assert not [secret for secret in SECRETS if secret.lower() in everything]


def test_at_most_sixty_words_without_a_session() -> None:
    for code in range(100, 600):
        check_lines(four_lines(explain(code)))
    for code in filter(lambda code: 100 <= code < 600, CODES):
        for command in (*LINES, *NO_COMMANDS, *EXTENSION_LINES, *PARAMETER_LINES):
            check_lines(four_lines(explain(code, command)))


def after(*turns: str) -> Exchange:
    """The last step of a dialogue: commands and replies by turns, the greeting first."""
    dialogue = Dialogue()
    dialogue.received(b"220 lab.example\r\n")
    for sent, received in zip(turns[::2], turns[1::2], strict=True):
        dialogue.sent(sent.encode() + b"\r\n")
        dialogue.received(received.encode() + b"\r\n")
    return dialogue.exchanges[-1]


EHLO = ("EHLO me.example", "250 lab.example")
MAIL = ("MAIL FROM:<alice@me.example>", "250 ok")
BOB = ("RCPT TO:<bob@lab.example>", "250 ok")


def test_a_busy_mailbox_is_told_by_name_and_who_stays_on_the_list() -> None:
    explanation = explain(after(*EHLO, *MAIL, *BOB, "RCPT TO:<carol@lab.example>", "450 busy"))
    assert four_lines(explanation) == (
        "Not now.",
        "Carol's mailbox is busy. Nothing changed; bob stays on the list.",
        "Go on for bob with RCPT TO:<...> or DATA. Keep carol's copy; try again in 30 minutes or more.",
        "You made no mistake; SMTP's 4 is not HTTP's 4.",
    )


def test_a_recipient_before_the_sender_is_the_wrong_moment() -> None:
    explanation = explain(after(*EHLO, "RCPT TO:<bob@lab.example>", "503 no"))
    assert four_lines(explanation) == (
        "Wrong moment.",
        "RCPT is a good command, but no sender is known yet. Nothing changed; the state is still READY.",
        "Send MAIL FROM:<...> first, then RCPT again.",
        "\"Service unavailable\" is HTTP's 503; SMTP says that with 421.",
    )


def test_250_at_rcpt_is_not_delivery() -> None:
    explanation = explain(after(*EHLO, *MAIL, *BOB))
    assert explanation.verdict == "Yes."
    assert explanation.here == "The server will take mail for bob. On the list now: bob."
    assert explanation.misconception == "250-after-rcpt-is-delivered"


@pytest.mark.parametrize(("turns", "here", "now"), [
    ((*EHLO, "DATA", "503"), "no sender is known yet",
     "Send MAIL FROM:<...> and RCPT TO:<...> first, then DATA again."),
    ((*EHLO, *MAIL, "DATA", "503"), "no recipient is accepted yet", "Send RCPT TO:<...> first, then DATA again."),
    (("MAIL FROM:<>", "503"), "you have not said EHLO yet", "Send EHLO me.example first, then MAIL again."),
    ((*EHLO, *MAIL, *MAIL[:1], "503"), "a mail is already open",
     "Finish this mail with RCPT TO:<...>, or drop it with RSET; then send MAIL again."),
    ((*EHLO, *MAIL, *BOB, *MAIL[:1], "503"), "a mail is already open",
     "Finish this mail with RCPT TO:<...> or DATA, or drop it with RSET; then send MAIL again."),
    ((*EHLO, *MAIL, "EHLO me.example", "503"), "this server wants another order than the RFC",
     "Start again in the usual order: EHLO, MAIL, RCPT, DATA. If that fails too, QUIT."),
])
def test_503_tells_what_the_table_misses(turns: tuple[str, ...], here: str, now: str) -> None:
    explanation = explain(after(*turns))
    assert here in explanation.here
    assert explanation.now == now


def test_every_503_out_of_sequence_names_steps_the_table_allows() -> None:
    table = machine()
    for step in exchanges():
        if step.reply is None or step.reply.code != 503 or step.command is None or step.event not in table.events:
            continue
        explanation = explain(step)
        first = explanation.now.removeprefix("Send ").split()[0]
        if explanation.now.startswith("Send "):
            assert first in table.commands_in_sequence(step.before.state)


def test_after_a_554_greeting_only_quit_helps() -> None:
    dialogue = Dialogue()
    dialogue.received(b"554 no mail here\r\n")
    assert "only for QUIT" in explain(dialogue.exchanges[-1]).here
    dialogue.sent(b"EHLO me.example\r\n")
    explanation = explain(dialogue.received(b"503 no\r\n")[0])
    assert explanation.now == "Only this helps now: QUIT."
    assert "REFUSED" in explanation.here


def test_a_reply_to_the_final_dot_ends_the_mail_whatever_it_says() -> None:
    step = after(*EHLO, *MAIL, *BOB, "DATA", "354 go", "Hi\r\n.", "250 taken")
    assert explain(step).here == ("The server has taken charge of the message for bob. "
                                  "The mail is over: sender and list are empty.")
    step = after(*EHLO, *MAIL, *BOB, "DATA", "354 go", "Hi\r\n.", "452 full")
    assert "The mail is over" in explain(step).here
    assert explain(step).now == "Keep the message, and try again in 30 minutes or more."


def test_what_ends_a_mail_says_whose() -> None:
    assert "The mail from alice is dropped." in explain(after(*EHLO, *MAIL, *BOB, "RSET", "250")).here
    again = explain(after(*EHLO, *MAIL, "EHLO me.example", "250 hi"))
    assert "The mail from alice is dropped." in again.here
    assert again.misconception == "second-ehlo-keeps-mail"
    assert "the mail begun is lost" in explain(after(*EHLO, *MAIL, "QUIT", "221")).here


def test_nobody_knows_what_became_of_a_mail_whose_reply_was_lost_behind_the_dot() -> None:
    said = "S: 220 x\nC: EHLO me.example\nS: 250 x\nC: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<b@x.example>\nS: 250 OK\n"
    lost = Transcript.parse(f"{said}C: DATA\nS: 354 go\nC: Hi\nC: .\n-- lost\n").exchanges()[-1]
    assert "only the server knows whether it took the mail" in explain(lost).here
    assert "is lost" in explain(Transcript.parse(f"{said}-- lost\n").exchanges()[-1]).here


def test_the_extensions_of_ehlo_are_named_and_its_lines_are_one_reply() -> None:
    explanation = explain(after("EHLO me.example", "250-lab.example\r\n250-SIZE 900\r\n250 HELP"))
    assert "announces SIZE and HELP" in explanation.here
    assert explanation.misconception == "four-250-lines-are-four-replies"


def test_a_misspelt_verb_is_guessed() -> None:
    assert explain(after(*EHLO, "RCTP TO:<bob@lab.example>", "500")).here.startswith(
        "The server does not know RCTP. Did you mean RCPT?")
    assert "Did you mean" not in explain(after(*EHLO, "XYZZY", "500")).here


def test_a_lost_connection_counts_as_451() -> None:
    dialogue = Dialogue()
    dialogue.received(b"220 lab.example\r\n")
    explanation = explain(dialogue.lost())
    assert (explanation.code, explanation.verdict_id, explanation.state_after) == (0, "no-reply", "CLOSED")
    assert "451" in explanation.now


def test_a_421_nobody_asked_for_is_nobodys_fault() -> None:
    explanation = explain(exchange(Session(State.READY), None, "UNASKED", 421))
    assert explanation.here.startswith("Nobody asked")
    assert explanation.misconception == "421-is-my-fault"


def test_a_yes_against_the_rfc_says_so() -> None:
    explanation = explain(exchange(Session(State.GREETED), "MAIL FROM:<alice@me.example>", "MAIL", 250))
    assert explanation.verdict == "Yes."
    assert "by the RFC MAIL does not belong here" in explanation.here


def test_354_without_a_recipient_asks_for_the_lone_dot() -> None:
    step = exchange(Session(State.SENDER_KNOWN, transaction=Transaction(Path("a", "b"))), "DATA", "DATA", 354)
    assert "single dot" in explain(step).now


@pytest.mark.parametrize(("name", "shown"), [
    ("{here}", "{here}"), ("{who.__class__}", "{who.__class__}"), ("%s", "%s"), ("a\r\nb", "a\\r\\nb"),
    ("x" * 64, "x" * 23 + "…"), ("\udcff", "\\xff"), ("\u202eevil", "\\xe2\\x80\\xaeevil"),
])
def test_a_hostile_mailbox_name_is_shown_as_it_is_on_one_line(name: str, shown: str) -> None:
    bob = Path(name, "lab.example")
    session = Session(State.RECIPIENTS_KNOWN, "me.example", (), Transaction(bob, forward_paths=(bob,)))
    explanation = explain(exchange(session, "NOOP", "NOOP", 250))
    assert explanation.here.endswith(f"{shown} stays on the list.")
    assert explain(250, f"VRFY {name}").here.startswith(("The", shown[:1].upper(), shown[:1]))


def test_every_code_has_a_verdict_by_its_first_digit_but_503() -> None:
    ids = {"1": "more", "2": "yes", "3": "more", "4": "not-now", "5": "no"}
    for code in CODES:
        if 100 <= code < 600:
            assert explain(code).verdict_id == ("wrong-moment" if code == 503 else ids[str(code)[0]])
