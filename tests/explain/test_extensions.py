"""Replies of the extensions, as the lab gives them: the true reason, the names of the session, and no secret."""

import json

import pytest

from smtplab.explain import Explanation, explain
from smtplab.lab import Certificate, World
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.extensions.auth import encode_base64
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from tests.explain.product import PLAIN_LINE, SECRETS, exchange
from tests.lab.talk import Talk

EHLO, TLS = "EHLO me.example", "-- tls"
MAIL, BOB = "MAIL FROM:<alice@me.example>", "RCPT TO:<bob@lab.example>"
BOBS_LOGIN = "AUTH PLAIN " + encode_base64(b"\0bob\0builder")


def explained(*lines: str | bytes, edition: int = 2821, **options: object) -> list[Explanation]:
    """A session with a lab that offers everything, each step explained, the greeting first."""
    talk, dialogue = Talk(World(extensions="all", edition=edition, **options)), Dialogue(edition)  # type: ignore[arg-type]
    steps = dialogue.received(b"".join(talk.segments))
    for line in lines:
        seen = len(talk.segments)
        if line == TLS:
            talk.handshake()
            steps.append(dialogue.tls(True))
        else:
            octets = line if isinstance(line, bytes) else line.encode() + b"\r\n"
            dialogue.sent(octets)
            talk.octets(octets)
        steps += dialogue.received(b"".join(talk.segments[seen:]))
    return [explain(step, edition=edition) for step in steps]


def last(*lines: str | bytes, edition: int = 2821, **options: object) -> Explanation:
    return explained(*lines, edition=edition, **options)[-1]


@pytest.mark.parametrize(("lines", "reason", "now"), [
    ((EHLO, BOBS_LOGIN, "AUTH LOGIN"), "you are logged in already", "Go on as bob"),
    ((EHLO, MAIL, "AUTH LOGIN"), "a mail is already open", "or drop it with RSET; then send AUTH again."),
    (("AUTH LOGIN",), "you have not said EHLO yet", "Send EHLO me.example first, then AUTH again."),
    (("HELO me.example", "AUTH LOGIN"), "this server has not announced it to you", "Send EHLO and look for it"),
    ((EHLO, "STARTTLS", TLS, EHLO, "STARTTLS"), "TLS is up already", "Go on inside TLS"),
    ((EHLO, "STARTTLS", TLS, EHLO, MAIL, "STARTTLS"), "a mail is already open", "drop it with RSET"),
    ((EHLO, MAIL + " BODY=BINARYMIME", BOB, "DATA"), "a mail with BODY=BINARYMIME needs BDAT", "with BDAT, or RSET"),
    ((EHLO, MAIL, BOB, b"BDAT 1\r\nx", "DATA"), "this message comes with BDAT and has not ended", "up to the piece"),
    ((EHLO, MAIL, BOB, b"BDAT 1\r\nx", BOB), "this message comes with BDAT and has not ended", "with RSET"),
    ((EHLO, MAIL, b"BDAT 1\r\nx"), "no recipient is accepted yet", "Send RCPT TO:<...> first, then BDAT again."),
    ((EHLO, b"BDAT 1 LAST\r\nx"), "no sender is known yet", "first, then BDAT again."),
])
def test_a_503_says_the_true_reason(lines: tuple[str | bytes, ...], reason: str, now: str) -> None:
    explanation = last(*lines)
    assert explanation.verdict == "Wrong moment."
    assert reason in explanation.here
    assert now in explanation.now


def test_after_a_refused_piece_only_rset_helps() -> None:
    lines = (EHLO, MAIL, BOB, b"BDAT 70000\r\n" + b"x" * 70000)
    refused, wrong = last(*lines, max_message_octets=65536), last(*lines, MAIL, max_message_octets=65536)
    assert (refused.code, refused.misconception) == (552, "bdat-repeats-piece")
    assert "Send RSET" in refused.now
    assert "a piece of this mail was refused" in wrong.here
    assert wrong.now == "Send RSET, and begin the mail again with MAIL."


@pytest.mark.parametrize("in_mail", [False, True])
def test_a_421_after_a_count_nobody_can_read_is_about_the_count(in_mail: bool) -> None:
    closed = last(EHLO, *((MAIL, BOB) if in_mail else ()), "BDAT many")
    assert (closed.code, closed.event, closed.misconception) == (421, "UNASKED", "bdat-count-is-a-hint")
    assert "as after a wrong BDAT count" in closed.here
    assert closed.now == "Correct the count, or what else was wrong; send the mail again over a new connection."


def test_where_only_words_tell_why_a_421_came_a_count_is_one_of_the_reasons() -> None:
    session = Session(State.READY, "me.example", (("CHUNKING", ""),))
    closed = explain(exchange(session, None, "UNASKED", 421))
    assert closed.here.startswith("Nobody asked: the server stops, has waited too long, or cannot read a BDAT count.")
    assert closed.misconception == "reply-is-for-last-command"
    shut = explain(exchange(session, None, "UNASKED", 421, words="4.3.2 shutting down"))
    assert "BDAT" not in shut.here and shut.misconception == "421-is-my-fault"


def test_a_252_for_want_of_utf8_says_how_to_ask() -> None:
    hidden = last(EHLO, "VRFY bj\u00f6rn")
    assert (hidden.code, hidden.verdict) == (252, "Yes.")
    assert hidden.here.startswith("The answer has letters outside ASCII")
    assert hidden.now.endswith("VRFY ... SMTPUTF8.")
    assert last(EHLO, "VRFY bj\u00f6rn SMTPUTF8").code == 250
    assert "will not say whether" in last(EHLO, "VRFY heidi").here


@pytest.mark.parametrize("edition", [2821, 5321])
@pytest.mark.parametrize(("line", "who"), [
    (MAIL + " SIZE=1 SIZE=2", "sender"), (MAIL + "SIZE=1", "sender"), (MAIL + " =1", "sender"),
    (BOB + " NOTIFY=NEVER NOTIFY=NEVER", "recipient"), (BOB + ">", "recipient"),
])
def test_what_is_wrong_behind_a_good_path_is_not_said_of_the_path(line: str, who: str, edition: int) -> None:
    wrong = last(EHLO, *([MAIL] if who == "recipient" else []), line, edition=edition)
    assert wrong.code == 501
    assert wrong.here.startswith(f"The {who} can be read, but something behind it is wrong or stands twice.")
    assert wrong.now.startswith("Correct what stands behind the address, or leave it out")


@pytest.mark.parametrize("line", ["MAIL FROM:<a@b", "MAIL FROM:a@b.example", "MAIL FROM:<a b@c>", "MAIL"])
def test_a_path_that_cannot_be_read_is_said_so(line: str) -> None:
    assert last(EHLO, line).here.startswith("What follows MAIL cannot be read as a sender.")


def test_a_mailbox_that_moved_is_not_said_to_have_no_new_address() -> None:
    moved = [last(EHLO, MAIL, "RCPT TO:<erin@lab.example>"), last(EHLO, "VRFY erin")]
    for explanation in moved:
        assert explanation.code == 551 and "erin@new.example" in explanation.reply_lines[0]
        assert not any("no new address" in detail.text for detail in explanation.details)


def test_a_guard_shows_its_own_rule() -> None:
    details = {detail.label: detail.text for detail in last(EHLO, BOBS_LOGIN, "AUTH LOGIN").details}
    assert details["Rule"] == "MUST (RFC 4954 4)"
    assert details["On the RFC's list for AUTH"].startswith("RFC 2821: ")


def test_next_stays_simple_with_every_extension() -> None:
    steps = explained(EHLO, MAIL, BOB, b"BDAT 1\r\nx", "NOOP")
    assert [step.now for step in steps] == [
        "Next: EHLO me.example or HELO me.example.", "Next: MAIL FROM:<...>.", "Next: RCPT TO:<...>.",
        "Next: RCPT TO:<...> or DATA.", "Send the next piece with BDAT; the last one has LAST behind its count.",
        "Next: BDAT n LAST.",
    ]
    assert last(EHLO, MAIL + " BODY=BINARYMIME", BOB).now == "Next: RCPT TO:<...> or BDAT n."


def test_a_login_says_who_and_a_second_ehlo_keeps_it() -> None:
    assert last(EHLO, BOBS_LOGIN).here == "The server knows you now. You are logged in as bob."
    again = last(EHLO, "STARTTLS", TLS, EHLO, BOBS_LOGIN, EHLO)
    assert again.here.endswith("It knows you as me.example. You stay logged in as bob. TLS stays.")
    assert again.misconception == "auth-needs-new-ehlo"


def test_the_challenges_of_login_are_read_out_and_the_answers_never() -> None:
    name, secret = SECRETS[2], encode_base64(b"bob")
    steps = explained(EHLO, "AUTH LOGIN", secret, name)
    assert [step.here.split(".")[0] for step in steps[2:4]] == [
        'In base64 the server says "Username:"', 'In base64 the server says "Password:"']
    assert steps[4].code == 535


@pytest.mark.parametrize("lines", [
    (f"AUTH PLAIN {PLAIN_LINE}",), (f"AUTH {PLAIN_LINE}",), (f"AUTH X {PLAIN_LINE}",), ("AUTH PLAIN", PLAIN_LINE),
    ("AUTH LOGIN", encode_base64(b"bob"), SECRETS[2]), ("AUTH LOGIN", encode_base64(b"bob"), SECRETS[0]),
    ("AUTH CRAM-MD5", PLAIN_LINE), (f"AUTH CRAM-MD5 {PLAIN_LINE}",), (f"STARTTLS {SECRETS[0]}",),
])
def test_no_explanation_of_a_login_holds_what_is_secret(lines: tuple[str, ...]) -> None:
    for explanation in explained(EHLO, *lines):
        ours = {**explanation.to_json(), "reply_lines": [], "details": [
            detail for detail in explanation.to_rows() if detail["label"] != "Octets"]}
        told = json.dumps(ours).lower()
        assert not [secret for secret in SECRETS if secret.lower() in told]


@pytest.mark.parametrize(("lines", "options", "code", "here"), [
    (("AUTH PLAIN", "*"), {}, 501, "You have stopped the login with *. The login is over, and you are not logged in."),
    (("AUTH PLAIN", "%"), {}, 501, "The server cannot read that line of the login."),
    (("AUTH CRAM-MD5 YQ==",), {}, 501, "the server speaks first"),
    (("AUTH KERBEROS",), {}, 504, "does not offer the mechanism you named"),
    ((f"AUTH PLAIN {PLAIN_LINE}",), {}, 535, "do not fit together"),
    (("AUTH PLAIN",), {"login_needs_tls": True}, 538, "PLAIN would show the password"),
    (("AUTH PLAIN " + encode_base64(b"\0anna\0apple"),), {}, 534, "PLAIN is too weak for this user."),
    (("AUTH PLAIN " + encode_base64(b"\0grace\0garden"),), {}, 454, "cannot look up logins now"),
    (("STARTTLS",), {"certificate": Certificate.UNREADABLE}, 454, "cannot start TLS now"),
    (("STARTTLS now",), {}, 501, "STARTTLS stands alone"),
    ((MAIL,), {"needs_tls": True}, 530, "The server takes MAIL only inside TLS."),
    ((MAIL,), {"needs_login": True}, 530, "The server takes MAIL only after a login."),
    ((MAIL + " FOO=1",), {}, 501, "FOO is a parameter that this server has not announced."),
    ((MAIL + " SIZE=x",), {}, 501, "SIZE behind the sender is not written as it must be."),
    ((MAIL + " BODY=9BIT",), {}, 504, "The server knows BODY, but not the value you gave it."),
    ((MAIL + " RET=HDRS",), {"reports_ready": False}, 451, "The server cannot do now what your MAIL asks for."),
    ((MAIL, BOB, "DATA", "\u00fc\r\n."), {}, 554, "MAIL did not say BODY=8BITMIME"),
    (("MAIL FROM:<j\u00f6rg@me.example>",), {}, 550, "j\u00f6rg has letters outside ASCII"),
    ((MAIL, "RCPT TO:<j\u00f6rg@lab.example>"), {}, 553, "j\u00f6rg has letters outside ASCII"),
    (("BDAT x",), {}, 501, "cannot read how many octets follow BDAT"),
])
def test_each_refusal_of_an_extension_says_what_it_is(
    lines: tuple[str, ...], options: dict[str, object], code: int, here: str
) -> None:
    explanation = next(e for e in reversed(explained(EHLO, *lines, **options)) if e.event != "UNASKED")
    assert explanation.code == code
    assert here in explanation.here.replace("J\u00f6rg", "j\u00f6rg")


@pytest.mark.parametrize(("lines", "code", "here"), [
    ((MAIL + " FOO=1",), 555, "FOO is a parameter that this server has not announced."),
    ((MAIL + " BODY=9BIT",), 555, "The server does not take BODY as you wrote it."),
])
def test_rfc_5321_refuses_parameters_by_555(lines: tuple[str, ...], code: int, here: str) -> None:
    explanation = last(EHLO, *lines, edition=5321)
    assert explanation.code == code
    assert here in explanation.here


@pytest.mark.parametrize(("reply", "command", "here"), [
    ("550 5.7.1 no", "RCPT TO:<x@other.example>", "A rule of this server forbids you x"),
    ("550 5.1.1 no", "RCPT TO:<x@lab.example>", "There is no mailbox x here."),
    ("550 no", "RCPT TO:<x@lab.example>", "unknown here, or not allowed"),
    ("450 4.7.0 wait", "RCPT TO:<bob@lab.example>", "makes you wait on purpose"),
    ("450 4.2.0 busy", "RCPT TO:<bob@lab.example>", "mailbox is busy"),
    ("450 5.7.0 wait", "RCPT TO:<bob@lab.example>", "mailbox is busy"),
    ("452 4.5.3 full", "RCPT TO:<bob@lab.example>", "The list of this mail is full"),
    ("553 5.6.7 no", "RCPT TO:<bob@lab.example>", "has letters outside ASCII"),
])
def test_an_enhanced_status_code_tells_the_finer_truth(reply: str, command: str, here: str) -> None:
    assert here in explain(reply, command).here


def test_two_digits_are_read_as_one_number() -> None:
    found = explain("556 5.1.10 no", "RCPT TO:<x@null.example>")
    assert any(detail.text.startswith("5.1.10 = ") and "10 Recipient domain takes no mail" in detail.text
               for detail in found.details)


def test_where_enhanced_codes_are_announced_they_are_no_news() -> None:
    assert explain("550 5.7.1 no").misconception == "enhanced-code-is-ip"
    assert last(EHLO, MAIL, "RCPT TO:<nobody@lab.example>").misconception == "550-try-again"


@pytest.mark.parametrize(("words", "now"), [
    ("Must issue a STARTTLS command first", "Send STARTTLS, after the handshake EHLO, then MAIL again."),
    ("Authentication required", "Log in with AUTH, then send MAIL again."),
    ("no", "Log in with AUTH, or encrypt with STARTTLS, then send MAIL again."),
])
def test_a_530_is_read_by_its_words_where_no_session_tells(words: str, now: str) -> None:
    assert explain(f"530 {words}", "MAIL").now == now


def test_tls_needs_no_reply_and_starts_the_session_anew() -> None:
    up = last(EHLO, "STARTTLS", TLS)
    assert (up.code, up.verdict, up.state_after) == (0, "Yes.", "GREETED")
    assert up.here == ("TLS is up: from now on a listener sees only noise. "
                       "All else is forgotten; you stand as after the greeting.")
    assert up.now.startswith("Send EHLO again")
    dialogue = Dialogue()
    dialogue.received(b"220 lab.example\r\n")
    dialogue.sent(b"EHLO me.example\r\n")
    dialogue.received(b"250-lab.example\r\n250 STARTTLS\r\n")
    dialogue.sent(b"STARTTLS\r\n")
    dialogue.received(b"220 go\r\n")
    failed = explain(dialogue.tls(False))
    assert (failed.verdict, failed.state_after) == ("No.", "CLOSED")
    assert failed.misconception == "tls-failed-go-on-in-clear"


def test_tls_before_the_greeting_waits_for_it() -> None:
    up = explain(Dialogue().tls(True))
    assert up.here.endswith("The greeting will come inside it.")
    assert up.now == "Wait for the greeting 220."


@pytest.mark.parametrize(("code", "command", "id"), [
    (235, "AUTH", "auth-proves-from-header"), (334, "AUTH PLAIN", "base64-is-encryption"),
    (334, "AUTH CRAM-MD5", "354-is-error"), (454, "AUTH", "454-is-wrong-password"), (535, "AUTH", "535-try-again"),
    (534, "AUTH", "534-is-wrong-password"), (530, "MAIL", "530-is-wrong-password"),
    (220, "STARTTLS", "starttls-protects-to-reader"), (454, "STARTTLS", "tls-failed-go-on-in-clear"),
    (250, "BDAT 9", "bdat-needs-dot"), (501, "BDAT x", "bdat-count-is-a-hint"), (552, "BDAT 9", "bdat-repeats-piece"),
    (250, "BDAT 9 LAST", "250-is-delivered"), (250, MAIL + " BODY=8BITMIME", "8bitmime-converts"),
    (250, MAIL + " BODY=BINARYMIME", "from-header-is-sender"), (250, BOB + " NOTIFY=SUCCESS", "dsn-is-read-receipt"),
])
def test_a_reply_of_an_extension_cures_what_is_believed_of_it(code: int, command: str, id: str) -> None:
    assert explain(code, command).misconception == id


def test_what_a_group_gets_and_what_tls_forgets_is_cured_in_a_session() -> None:
    assert last(EHLO, MAIL, BOB, "DATA").misconception == "pipelining-is-one-reply"
    assert last(EHLO, "STARTTLS", TLS).misconception == "ehlo-survives-tls"
