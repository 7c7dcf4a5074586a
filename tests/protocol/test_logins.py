"""Logins in a record: hidden by one view, decoded into words by the other, and kept as they were in the record."""

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.extensions.auth import encode_base64
from smtplab.protocol.logins import logins
from smtplab.protocol.secrecy import HIDDEN, Secrets, hide_secrets, hide_step, hide_steps
from smtplab.protocol.transcript import Direction, Entry, Transcript

OPENING = "S: 220 lab.example\nC: EHLO me.example\nS: 250-lab.example\nS: 250 AUTH PLAIN LOGIN CRAM-MD5\n"

NAME, PASSWORD = encode_base64(b"bob"), encode_base64(b"builder")
BOTH = encode_base64(b"\0bob\0builder")
DIGEST = encode_base64(b"bob " + b"0123456789abcdef" * 2)
CHALLENGE = encode_base64(b"<1.0@lab.example>")

DIALOGUES = {
    "PLAIN at once": f"C: AUTH PLAIN {BOTH}\nS: 235 Welcome\nC: NOOP\nS: 250 ok\n",
    "PLAIN after a challenge": f"C: AUTH PLAIN\nS: 334 \nC: {BOTH}\nS: 235 Welcome\n",
    "LOGIN": f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {NAME}\nS: 334 UGFzc3dvcmQ6\nC: {PASSWORD}\nS: 235 Welcome\n",
    "LOGIN with the name": f"C: AUTH LOGIN {NAME}\nS: 334 UGFzc3dvcmQ6\nC: {PASSWORD}\nS: 535 Wrong\n",
    "CRAM-MD5": f"C: AUTH CRAM-MD5\nS: 334 {CHALLENGE}\nC: {DIGEST}\nS: 235 Welcome\n",
    "no base64": "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: builder\nS: 501 No base64\n",
    "unknown mechanism": f"C: AUTH XTOKEN {BOTH}\nS: 334 \nC: {PASSWORD}\nS: 235 Welcome\n",
    "refused": f"C: AUTH PLAIN {BOTH}\nS: 503 No\n",
    "no reply yet": f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {PASSWORD}\n",
    "sent ahead": f"C: AUTH LOGIN\nC: {NAME}\nC: {PASSWORD}\n",
    "no mechanism": f"C: AUTH {BOTH}\nS: 504 No\nC: auth {BOTH}\nS: 504 No\n",
    "no mechanism, and asked all the same": f"C: AUTH\nS: 334 x\nC: {PASSWORD}\nS: 235 ok\n",
    "refused with its answers": f"C: AUTH LOGIN\nC: {NAME}\nC: {PASSWORD}\nS: 503 No\nS: 500 No\nS: 500 No\n",
    "late": f"C: AUTH LOGIN\nS: 535 No\nC: NOOP\nS: 250 ok\nC: {PASSWORD}\nS: 500 No\n",
    "no end of the line": f"C| auth plain {BOTH}",
    "no end of the answer": f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC| {PASSWORD}",
}

PIECES = (
    b"AUTH LOGIN\r\n", b"auth plain ", BOTH.encode(), b"\r\n", b"*\r\n", b"= \r\n", b"AUTH\r\n", b"\n", b"\xff\r\n",
    b"DATA\r\n", b"STARTTLS\r\n", b".\r\n",
    b"334 \r\n", b"334 !\r\n", b"334-", b"235 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"421 bye\r\n",
)
"""Octets of which odd logins are made."""


def recorded(name: str) -> Transcript:
    return Transcript.parse(OPENING + DIALOGUES[name])


def octet_by_octet(record: Transcript) -> Transcript:
    """The same record, each octet in a segment of its own."""
    return replace(record, entries=tuple(
        replace(entry, octets=bytes([octet])) for entry in record.entries for octet in entry.octets
    ))


def words(name: str, *, reveal: bool = False) -> list[str]:
    return [line.meaning for line in logins(recorded(name), reveal=reveal)]


@pytest.mark.parametrize("name", DIALOGUES)
def test_no_secret_is_left_at_any_split_of_the_segments(name: str) -> None:
    record = recorded(name)
    hidden = hide_secrets(record)
    for secret in (BOTH, NAME, PASSWORD, DIGEST, "builder"):
        assert secret not in str(hidden)
    assert HIDDEN in str(hidden)
    split = octet_by_octet(record)
    assert str(hide_secrets(split)) == str(hidden)
    assert len(hide_secrets(split).entries) == len(split.entries)
    assert any(secret in str(record) for secret in (BOTH, PASSWORD, DIGEST, "builder")), "the record keeps it"


def test_what_is_no_secret_stays() -> None:
    assert str(hide_secrets(recorded("PLAIN at once"))) == OPENING + (
        "C: AUTH PLAIN *****\nS: 235 Welcome\nC: NOOP\nS: 250 ok\n"
    )
    assert str(hide_secrets(recorded("LOGIN"))) == OPENING + (
        "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *****\nS: 334 UGFzc3dvcmQ6\nC: *****\nS: 235 Welcome\n"
    )


@pytest.mark.parametrize("said", [
    "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 Cancelled\n",
    "C: AUTH PLAIN =\nS: 501 No\n",
    "C: AUTH\nS: 501 No\n",
    "C: MAIL FROM:<a@b.example>\nS: 250 ok\nC: RCPT TO:<b@b.example>\nS: 250 ok\nC: DATA\nS: 354 go\n"
    "C: AUTH PLAIN AGJvYg==\nC: .\nS: 250 ok\n",
    "C: NOOP AUTH PLAIN AGJvYg==\nS: 250 ok\n",
])
def test_a_record_without_a_secret_is_shown_as_it_is(said: str) -> None:
    record = Transcript.parse(OPENING + said)
    assert hide_secrets(record) == record


def test_lines_behind_a_login_are_lines_of_the_session_again() -> None:
    record = Transcript.parse(OPENING + DIALOGUES["LOGIN"] + "C: MAIL FROM:<bob@lab.example>\nS: 250 ok\n")
    assert "C: MAIL FROM:<bob@lab.example>" in str(hide_secrets(record))


def test_a_server_that_lets_log_in_without_having_offered_it_gives_nothing_away() -> None:
    said = f"S: 220 a\nC: HELO me.example\nS: 250 a\nC: AUTH LOGIN\nS: 334 x\nC: {NAME}\nS: 334 x\nC: {PASSWORD}\n"
    hidden = str(hide_secrets(Transcript.parse(said + "S: 235 ok\n")))
    assert NAME not in hidden
    assert PASSWORD not in hidden


def test_lines_behind_a_login_that_was_not_offered_are_hidden_while_no_reply_has_come() -> None:
    said = "S: 220 a\nC: HELO me.example\nS: 250 a\n"
    waiting = str(hide_secrets(Transcript.parse(f"{said}C: AUTH LOGIN\nC: {NAME}\nC: {PASSWORD}\n")))
    assert waiting == f"{said}C: AUTH LOGIN\nC: {HIDDEN}\nC: {HIDDEN}\n"


@pytest.mark.parametrize(("line", "hidden"), [
    ("AUTH XOAUTH2", "AUTH XOAUTH2"), ("auth cram-md5", "auth cram-md5"), ("AUTH Plain", "AUTH Plain"),
    (f"AUTH {BOTH}", "AUTH *****"), (f"AUTH {BOTH.upper()}0123456789", "AUTH *****"), ("AUTH QUJD+A==", "AUTH *****"),
    (f"AUTH {BOTH} PLAIN", "AUTH *****"), (f" auth\tPLAIN\t{BOTH}", " auth\tPLAIN\t*****"),
    (f"AUTH PLAIN\n{BOTH}", "AUTH PLAIN\n*****"), (f"NOOP\nAUTH PLAIN {BOTH}", "NOOP\nAUTH PLAIN *****"),
])
def test_a_word_that_can_be_no_mechanism_is_a_secret(line: str, hidden: str) -> None:
    assert Secrets().hide(line.encode()) == hidden.encode()


def test_a_command_behind_a_login_that_has_ended_is_shown() -> None:
    said = OPENING + f"C: AUTH PLAIN {BOTH}\nC: MAIL FROM:<a@b.example>\nS: 235 ok\nS: 250 ok\nC: FOO\nS: 500 No\n"
    assert str(hide_secrets(Transcript.parse(said))) == said.replace(BOTH, HIDDEN)


def test_steps_are_hidden_as_the_record_is() -> None:
    for name in DIALOGUES:
        steps = hide_steps(recorded(name).exchanges())
        assert [step.sent for step in steps] == [step.sent for step in hide_secrets(recorded(name)).exchanges()]
        assert [step.after for step in steps] == [step.after for step in recorded(name).exchanges()]


def test_one_step_alone_hides_what_can_be_known() -> None:
    said = f"S: 220 a\nC: HELO a\nS: 250 a\nC: AUTH LOGIN\nS: 503 No\nC: {PASSWORD}\nS: 500 No\nC: FOO\nS: 500 No\n"
    steps = [hide_step(step) for step in Transcript.parse(said).exchanges()]
    assert [step.event for step in steps] == ["CONNECT", "HELO", "AUTH", HIDDEN, "FOO"]
    assert steps[3].sent == b"*****\r\n" and steps[3].command is not None and steps[3].command.octets == b"*****"


def many(line: str, reply: str) -> Transcript:
    return Transcript.parse(OPENING + DIALOGUES["PLAIN at once"] + f"C: {line}\nS: {reply}\n" * 8000)


@pytest.mark.parametrize(("line", "reply"), [("NOOP", "250 ok"), (f"AUTH PLAIN {BOTH}", "503 twice"), (NAME, "334 x")])
def test_a_long_record_is_read_in_one_pass(line: str, reply: str) -> None:
    record = many(line, reply)
    started = process_time()
    hide_secrets(record)
    assert process_time() - started < 2  # looking for each secret in each segment takes many times as long


def test_what_was_sent_behind_starttls_hides_too_and_shifts_nothing() -> None:
    said = (
        "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250-STARTTLS\nS: 250 AUTH PLAIN\n"
        f"C: STARTTLS\nC: AUTH PLAIN {BOTH}\nS: 220 go\n-- tls\n"
        f"C: EHLO me.example\nS: 250-a\nS: 250 AUTH PLAIN\nC: AUTH PLAIN {BOTH}\nS: 235 ok\nC: QUIT\nS: 221 bye\n"
    )
    hidden = hide_secrets(Transcript.parse(said))
    assert str(hidden) == said.replace(BOTH, HIDDEN)


def test_layers_stay_and_what_a_listener_saw_is_not_touched() -> None:
    carried = Entry("C", BOTH.encode(), 2.0, layer="outside")
    inside = Transcript.parse(OPENING + DIALOGUES["PLAIN at once"]).entries
    record = Transcript((*(replace(entry, layer="inside", time_s=1.5) for entry in inside), carried))
    hidden = hide_secrets(record)
    assert hidden.entries[-1] == carried
    assert [(e.direction, e.layer, e.time_s) for e in hidden.entries] == [
        (e.direction, e.layer, e.time_s) for e in record.entries
    ]
    assert BOTH not in str(hidden)


def test_a_login_reads_as_words_and_its_password_is_hidden() -> None:
    assert words("PLAIN at once") == ["acts as (nobody else), name bob, password *****", "Authentication succeeded"]
    assert words("LOGIN") == [
        "asks to log in with LOGIN", "challenge Username:", "name bob", "challenge Password:", "password *****",
        "Authentication succeeded",
    ]
    assert words("CRAM-MD5")[1:3] == ["challenge <1.0@lab.example>", "name bob, digest *****"]
    assert words("PLAIN after a challenge")[1] == "challenge (empty)"
    assert words("LOGIN with the name")[0] == "name bob"


def test_a_password_is_shown_to_who_asks() -> None:
    assert words("PLAIN at once", reveal=True)[0] == "acts as (nobody else), name bob, password builder"
    assert words("LOGIN", reveal=True)[4] == "password builder"
    assert words("CRAM-MD5", reveal=True)[2] == "name bob, digest 0123456789abcdef0123456789abcdef"
    wires = [line.wire for line in logins(recorded("PLAIN at once"), reveal=True)]
    assert wires[0] == f"AUTH PLAIN {BOTH}"


@pytest.mark.parametrize("name", DIALOGUES)
def test_no_row_shows_a_secret_unasked(name: str) -> None:
    shown = str(logins(recorded(name)).to_rows())
    for secret in (BOTH, PASSWORD, DIGEST, "builder"):
        assert secret not in shown


def test_odd_logins_are_told_in_words() -> None:
    assert words("no base64")[2].startswith("This is no base64")
    assert words("unknown mechanism")[0] == "something that XTOKEN says, which smtplab cannot read"
    cancelled = Transcript.parse(OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 Cancelled\n")
    assert [line.meaning for line in logins(cancelled)][2] == "cancels the login"
    assert [line.wire for line in logins(cancelled)][2] == "*"
    bare = Transcript.parse(OPENING + "C: AUTH\nS: 501 No\nC: AUTH PLAIN B C\nS: 501 No\n")
    assert [(line.wire, line.meaning) for line in logins(bare)][::2] == [
        ("AUTH", "asks to log in, and names no mechanism"),
        ("AUTH PLAIN *****", "asks to log in, but not as AUTH is written"),
    ]
    assert [line.meaning for line in logins(recorded("no mechanism"))][::2] == 2 * [
        "asks to log in, but not as AUTH is written"
    ]


@given(st.lists(st.tuples(st.sampled_from("CS"), st.sampled_from(PIECES)), max_size=12))
def test_any_record_can_be_shown_and_a_split_changes_nothing(pieces: list[tuple[Direction, bytes]]) -> None:
    record = Transcript((*recorded("refused").entries, *(Entry(side, octets) for side, octets in pieces)))
    hidden, split = hide_secrets(record), octet_by_octet(record)
    assert str(hide_secrets(split)) == str(hidden)
    assert logins(record) == logins(split)
    assert [entry.direction for entry in hidden.entries] == [entry.direction for entry in record.entries]


def test_a_line_knows_its_step_in_the_record() -> None:
    record = recorded("LOGIN")
    steps = {line.step for line in logins(record)}
    assert {record.exchanges()[step].event for step in steps} == {"AUTH", "AUTH-LINE"}
    assert logins(record).to_rows()[0]["who"] == "client"
