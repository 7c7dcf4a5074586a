"""Verdicts on servers: what is found, with section and strength, and what must not be found."""

import pytest

from smtplab.protocol.conformance import Fault, check_transcript
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import ANY, EDITIONS, Kind, Machine, State, Transition, machine
from smtplab.protocol.paths import NULL_PATH
from smtplab.protocol.sequences import Standing, entries, listed
from smtplab.protocol.session import Session, Transaction
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.protocol.wire import parse_command, read_reply

GREETING = "S: 220 lab.example\n"
EHLO = GREETING + "C: EHLO me.example\nS: 250-lab.example\nS: 250-EXPN\nS: 250 HELP\n"
MAIL = EHLO + "C: MAIL FROM:<eve@me.example>\nS: 250 OK\n"
RCPT = MAIL + "C: RCPT TO:<bob@lab.example>\nS: 250 OK\n"
DATA = RCPT + "C: DATA\nS: 354 go on\n"
PREFIX = {
    State.CONNECTED: "", State.GREETED: GREETING, State.READY: EHLO, State.SENDER_KNOWN: MAIL,
    State.RECIPIENTS_KNOWN: RCPT, State.MAIL_DATA: DATA, State.REFUSED: "S: 554 no mail here\n",
}
LINE = {
    "EHLO": "EHLO me.example", "HELO": "HELO me.example", "MAIL": "MAIL FROM:<eve@me.example>",
    "RCPT": "RCPT TO:<bob@lab.example>", "VRFY": "VRFY bob", "EXPN": "EXPN staff", "DATA-END": ".",
}


def check(text, edition=2821):
    """The findings as (strength, section, what)."""
    return [(f.strength, f.section, f.what) for f in check_transcript(Transcript.parse(text), edition)]


def play(state, event, code):
    asked = "" if event == "CONNECT" else f"C: {LINE.get(event, event)}\n"
    return f"{PREFIX[state]}{asked}S: {code} text\n"


def departures(text, edition=2821):
    return [f for f in check_transcript(Transcript.parse(text), edition) if f.is_departure]


def test_a_session_by_the_book_has_no_finding():
    book = DATA + "C: Subject: hi\nC: .\nS: 250 taken\nC: QUIT\nS: 221 bye\n"
    for edition in (2821, 5321):
        assert check(book, edition) == []


@pytest.mark.parametrize("edition", [2821, 5321])
def test_every_listed_reply_to_a_command_in_sequence_is_no_departure(edition):
    seen = 0
    for entry in entries(edition):
        for event in entry.events:
            for state in PREFIX:
                in_sequence = machine(edition).in_sequence(state, event)
                if not in_sequence or (entry.code == 503 and event in ("MAIL", "RCPT")):
                    continue
                if (event, entry.code) in (("EXPN", 500), ("EXPN", 502), ("HELP", 502)) and state is not State.GREETED:
                    continue  # these sessions announce EXPN and HELP
                assert not departures(play(state, event, entry.code), edition), (state, event, entry.code)
                seen += 1
    assert seen > 130


@pytest.mark.parametrize("edition", [2821, 5321])
def test_503_is_never_a_departure_where_a_transaction_command_is_out_of_sequence(edition):
    for state in (State.GREETED, State.READY, State.SENDER_KNOWN, State.RECIPIENTS_KNOWN):
        for event in ("MAIL", "RCPT", "DATA"):
            if not machine(edition).in_sequence(state, event):
                assert check(play(state, event, 503), edition) == []


def test_421_may_answer_anything_and_come_unasked():
    for state in PREFIX:
        if state is not State.CONNECTED:
            assert check(PREFIX[state] + "S: 421 shutting down\n") == []
    for event in ("EHLO", "MAIL", "RSET", "NOOP", "QUIT"):
        assert check(play(State.READY, event, 421)) == []


@pytest.mark.parametrize(
    ("state", "event", "strength", "section"),
    [
        (State.GREETED, "MAIL", "MAY", "4.1.4; 3.3; 4.3.2"),
        (State.SENDER_KNOWN, "MAIL", "MUST", "4.1.4; 3.3; 4.3.2"),
        (State.RECIPIENTS_KNOWN, "MAIL", "MUST", "4.1.4; 3.3; 4.3.2"),
        (State.GREETED, "RCPT", "MUST", "4.1.4; 3.3; 4.3.2"),
        (State.READY, "RCPT", "MUST", "4.1.4; 3.3; 4.3.2"),
        (State.REFUSED, "EHLO", "SHOULD", "3.1"),
        (State.REFUSED, "NOOP", "SHOULD", "3.1"),
    ],
)
def test_a_command_accepted_out_of_sequence_is_found(state, event, strength, section):
    assert check(play(state, event, 250)) == [(strength, section, Fault.OUT_OF_SEQUENCE)]


@pytest.mark.parametrize(
    ("state", "event", "code"), [(State.CONNECTED, "CONNECT", 250), (State.MAIL_DATA, "DATA-END", 354)],
)
def test_what_is_in_sequence_by_nature_has_only_a_wrong_code(state, event, code):
    assert check(play(state, event, code)) == [("SHOULD", "4.3.1; 4.3.2", Fault.NOT_LISTED)]


def test_354_without_a_recipient_is_allowed_and_only_remarked():
    for state in (State.GREETED, State.READY, State.SENDER_KNOWN):
        assert [strength for strength, _, _ in check(play(state, "DATA", 354))] == ["MAY"]


def test_354_without_a_recipient_should_not_be_once_pipelining_is_announced():
    text = play(State.SENDER_KNOWN, "DATA", 354).replace("250-EXPN", "250-PIPELINING")
    assert check(text) == [("SHOULD", "RFC 2920 3.2", Fault.OUT_OF_SEQUENCE)]


@pytest.mark.parametrize("code", [500, 502])
def test_mail_before_ehlo_refused_as_unknown_is_found(code):
    assert check(play(State.GREETED, "MAIL", code)) == [("MUST", "4.1.4", Fault.WRONG_REFUSAL)]


@pytest.mark.parametrize("code", [450, 451, 530, 550, 554])
def test_mail_before_ehlo_may_be_refused_by_policy(code):
    assert not departures(play(State.GREETED, "MAIL", code))


@pytest.mark.parametrize("code", [500, 502])
@pytest.mark.parametrize("event", ["MAIL", "RSET", "NOOP", "QUIT"])
def test_a_required_command_refused_as_unknown_is_found(event, code):
    assert check(play(State.READY, event, code)) == [("MUST", "4.3.2; 4.5.1", Fault.REQUIRED)]


def test_an_old_server_without_ehlo_is_only_remarked():
    assert [strength for strength, _, _ in check(play(State.GREETED, "EHLO", 502))] == ["MAY"]
    assert [strength for strength, _, _ in check(play(State.GREETED, "EHLO", 500))] == ["MAY"]


def test_vrfy_switched_off_is_only_remarked_and_vrfy_unheard_of_is_found():
    assert check(play(State.GREETED, "VRFY", 502)) == [("MAY", "3.5.3; 4.5.1", Fault.REQUIRED)]
    assert check(play(State.GREETED, "VRFY", 500)) == [("SHOULD", "3.5.3; 4.5.1", Fault.REQUIRED)]


@pytest.mark.parametrize(
    "line",
    ["MAIL FROM: <eve@me.example>", "MAIL", "RSET all", "MAIL FROM:<eve@me.example> " + "X" * 512, "NOOP " + "x" * 512],
)
def test_500_for_a_line_that_is_too_long_or_has_a_bad_argument_is_no_departure(line):
    assert not departures(f"{EHLO}C: {line}\nS: 500 cannot read that\n")


def test_500_for_a_mail_line_that_only_size_allows_is_found_once_size_is_announced():
    line = "C: MAIL FROM:<eve@me.example> " + "X" * 485 + "\nS: 500 too long\n"
    assert not departures(EHLO + line)
    assert departures(EHLO.replace("EXPN", "SIZE") + line)


@pytest.mark.parametrize("event", ["EXPN", "HELP"])
@pytest.mark.parametrize("code", [500, 502])
def test_an_announced_extension_refused_as_unknown_is_found(event, code):
    assert check(play(State.READY, event, code)) == [("MUST", "4.2.4", Fault.ANNOUNCED)]
    assert not departures(play(State.GREETED, event, code))


@pytest.mark.parametrize("event", ["VRFY", "EXPN", "HELP"])
def test_503_to_a_question_before_ehlo_is_found(event):
    assert check(play(State.GREETED, event, 503)) == [("SHOULD", "4.1.4", Fault.REFUSED_IN_SEQUENCE)]


@pytest.mark.parametrize(
    ("state", "event", "code", "strength", "section"),
    [
        (State.GREETED, "RSET", 503, "MUST", "4.1.1.5"),
        (State.SENDER_KNOWN, "RSET", 451, "MUST", "4.1.1.5"),
        (State.READY, "QUIT", 503, "MUST", "4.1.1.10"),
        (State.READY, "NOOP", 550, "SHOULD", "4.1.1.9"),
        (State.READY, "EHLO", 503, "MUST", "4.1.4"),
        (State.READY, "HELO", 503, "SHOULD", "4.3.1"),
        (State.READY, "MAIL", 503, "SHOULD", "4.3.1"),
        (State.SENDER_KNOWN, "RCPT", 503, "SHOULD", "4.3.1"),
    ],
)
def test_a_command_in_sequence_that_is_refused_without_reason_is_found(state, event, code, strength, section):
    assert check(play(state, event, code)) == [(strength, section, Fault.REFUSED_IN_SEQUENCE)]


def test_503_to_mail_after_a_failed_message_is_no_departure_until_rset():
    failed = DATA + "C: .\nS: 554 no\n"
    mail = "C: MAIL FROM:<eve@me.example>\nS: 503 RSET first\n"
    assert check(failed + mail) == []
    assert check(failed + "C: NOOP\nS: 250 OK\n" + mail) == []
    assert departures(failed + "C: RSET\nS: 250 OK\n" + mail)
    assert departures(DATA + "C: .\nS: 250 taken\n" + mail)


def test_noop_should_ignore_its_argument():
    assert check(EHLO + "C: NOOP hello\nS: 501 no argument\n") == [("SHOULD", "4.1.1.9", Fault.REFUSED_IN_SEQUENCE)]


def test_501_for_characters_outside_ascii_is_no_departure_even_to_noop():
    assert check(GREETING + "C: NOOP \u00e9\nS: 501 not ASCII\n") == []


def test_after_a_refusing_greeting_a_refusal_should_be_503_unless_the_line_is_too_long():
    refused = PREFIX[State.REFUSED]
    assert check(refused + "C: NOOP\nS: 550 no\n") == [("SHOULD", "3.1", Fault.WRONG_REFUSAL)]
    assert check(refused + f"C: NOOP {'x' * 600}\nS: 500 too long\n") == []


def test_530_is_no_departure_where_an_extension_allows_it():
    tls = EHLO.replace("250-EXPN", "250-STARTTLS")
    for line in ("MAIL FROM:<eve@me.example>", "VRFY bob", "RSET"):
        assert not departures(f"{tls}C: {line}\nS: 530 STARTTLS first\n")
    assert departures(f"{tls}C: NOOP\nS: 530 STARTTLS first\n")


@pytest.mark.parametrize("code", [550, 554, 571, 450, 471])
def test_a_refusal_by_policy_is_a_departure_only_when_no_rfc_has_the_code(code):
    found = departures(play(State.SENDER_KNOWN, "RCPT", code))
    assert [(f.strength, f.section) for f in found] == ([("SHOULD", "4.2")] if code in (571, 471) else [])


@pytest.mark.parametrize("code", [251, 252])
def test_a_positive_code_not_listed_for_the_command_is_found(code):
    assert check(play(State.READY, "NOOP", code)) == [("SHOULD", "4.3.1; 4.3.2", Fault.NOT_LISTED)]
    assert listed(2821, "NOOP", code).standing is Standing.NOT_LISTED


def test_a_list_of_one_edition_is_not_held_against_the_other():
    text = play(State.READY, "MAIL", 555)
    assert check(text, 2821) == []  # RFC 1869, which 2821 replaced, has it
    assert check(play(State.RECIPIENTS_KNOWN, "DATA", 451), 5321) == [("MAY", "4.3.1; 4.3.2", Fault.NOT_LISTED)]


@pytest.mark.parametrize("line", ["XYZZY", "XCLIENT NAME=a", "AUTH PLAIN", "c2VjcmV0"])
@pytest.mark.parametrize("code", [235, 250, 334, 500, 502, 503, 599])
def test_replies_to_private_and_extension_verbs_are_not_judged(line, code):
    assert check(f"{EHLO}C: {line}\nS: {code} text\n") == []


@pytest.mark.parametrize(
    "line",
    ["RCPT TO:<>", "RCPT TO:bob@lab.example", "RCPT TO: <bob@lab.example>", "RCPT TO:<@a.example bob@lab.example>"],
)
def test_an_argument_taken_against_the_grammar_is_only_remarked(line):
    assert check(f"{MAIL}C: {line}\nS: 250 OK\n") == [("MAY", "4.1.1; 4.1.2", Fault.ARGUMENT)]


def test_an_argument_where_none_may_stand_should_be_501():
    assert check(RCPT + "C: DATA now\nS: 354 go\n")[0] == ("SHOULD", "4.3.2", Fault.ARGUMENT)
    assert check(EHLO + "C: RSET all\nS: 250 OK\n") == [("SHOULD", "4.3.2", Fault.ARGUMENT)]
    assert check(EHLO + "C: RSET all\nS: 501 no\n") == []


def test_an_address_outside_ascii_must_be_501_unless_smtputf8_is_announced():
    line = "C: MAIL FROM:<z\u00f6e@me.example>\nS: 250 OK\n"
    assert check(EHLO + line) == [("MUST", "4.1.2", Fault.ARGUMENT)]
    assert check(EHLO.replace("EXPN", "SMTPUTF8") + line) == []


def test_a_letter_outside_ascii_is_not_what_is_wrong_once_smtputf8_is_announced():
    line = "C: MAIL FROM: <bj\u00f6rn@me.example>\nS: 250 OK\n"
    assert check(EHLO.replace("EXPN", "SMTPUTF8") + line) == [("MAY", "4.1.1; 4.1.2", Fault.ARGUMENT)]
    assert check(EHLO + line) == [("MUST", "4.1.2", Fault.ARGUMENT)]


@pytest.mark.parametrize("wrong", ["\\xff", "\\x07"])
def test_smtputf8_allows_neither_broken_utf8_nor_control_characters(wrong):
    text = EHLO.replace("EXPN", "SMTPUTF8") + f"C| MAIL FROM:<bj{wrong}rn@me.example>\\r\\n\nS: 250 OK\n"
    assert check(text) == [("MUST", "4.1.2", Fault.ARGUMENT)]


def test_smtputf8_is_for_addresses_so_noop_may_still_get_501():
    assert check(EHLO.replace("EXPN", "SMTPUTF8") + "C: NOOP \u00e9\nS: 501 not ASCII\n") == []


def test_a_reply_nobody_asked_for_is_found():
    assert check(EHLO + "S: 250 again\n") == [("MUST", "4.2", Fault.UNASKED)]
    assert check(EHLO + "C: QUIT\nS: 221 bye\nS: 250 still here\n") == [("MUST", "4.2", Fault.UNASKED)]


@pytest.mark.parametrize("reply", ["150 wait", "600 what", "hello", "99 short", "000 zero"])
def test_what_does_not_begin_with_a_reply_code_is_found(reply):
    for edition, section in ((2821, "4.3.2"), (5321, "4.2")):
        assert check(f"{EHLO}C: NOOP\nS: {reply}\n", edition) == [("MUST", section, Fault.NOT_A_CODE)]


@pytest.mark.parametrize(
    ("reply", "strength", "section"),
    [
        ("S: 250-one\nS: 251 two\n", "MUST", "4.2.1"),
        ("S: 250-one\nS: two\nS: 250 three\n", "MUST", "4.2.1"),
        ("S| 250 one\\rtwo\\r\\n", "MUST", "2.3.7"),
        (f"S: 250 {'x' * 507}\n", "SHOULD", "4.5.3.1"),
        ("S: 250\n", "SHOULD", "4.2"),
    ],
)
def test_a_malformed_reply_is_found(reply, strength, section):
    found = [f for f in check(f"{EHLO}C: RSET\n{reply}") if f[2] is Fault.REPLY_FORM]
    assert found == [(strength, section, Fault.REPLY_FORM)]


@pytest.mark.parametrize("reply", ["S: 250-one\nS: 250-234 two\nS: 250 \n", f"S: 250 {'x' * 506}\n"])
def test_a_reply_of_several_lines_or_of_512_octets_is_in_order(reply):
    assert check(f"{EHLO}C: RSET\n{reply}") == []


def test_a_reply_that_ends_with_lf_alone_is_found_behind_the_last_exchange():
    record = Transcript.parse(EHLO + "C: NOOP\nS| 250 OK\\n\n")
    (found,) = check_transcript(record)
    assert (found.what, found.strength, found.section) == (Fault.LINE_END, "MUST", "2.3.7")
    assert found.exchange == len(record.exchanges())


@pytest.mark.parametrize(
    "lines",
    [
        "C| NOOP\\n\nS: 250 OK\n",
        "C| NOOP\\nNOOP\\r\\n\nS: 250 OK\nS: 250 OK\n",
        "C: DATA\nS: 354 go on\nC| Subject: hi\\n.\\n\nS: 250 taken\n",
        "C: DATA\nS: 354 go on\nC| hi\\r\\n.\\nMAIL FROM:<a@b>\\r\\n\nS: 250 taken\nS: 250 OK\n",
    ],
)
def test_a_server_that_takes_lf_alone_for_a_line_end_is_found(lines):
    found = [f for f in check(RCPT + lines) if f[0] == "MUST"]
    assert set(found) == {("MUST", "2.3.7", Fault.LINE_END)}


@pytest.mark.parametrize(("end", "strength"), [
    ("S| 250 OK\n", "MUST"), ("S| 250 OK\n-- closed\n", "MUST"), ("S| 250\nC: NOOP\n", "MUST"),
    ("S| 250 OK\n-- lost\n", "MAY"), ("S| 250-a\\r\\n250 b\n-- lost\n", "MAY"), ("S| 25\n-- lost\n", "MAY"),
    ("S| 250 OK\nC: QUIT\n-- lost\n", "MUST"), ("-- lost\n", ""), ("-- closed\n", ""), ("", ""),
])
def test_a_last_reply_without_crlf_is_told_from_a_lost_connection(end: str, strength: str) -> None:
    for edition, section in ((2821, "2.3.7"), (5321, "2.3.8")):
        found = check("S: 220 a\nC: NOOP\n" + end, edition)
        assert found == ([(strength, section, Fault.LINE_END)] if strength else [])


@pytest.mark.parametrize(("end", "strength"), [("", "MUST"), ("-- closed\n", "MUST"), ("-- lost\n", "MAY")])
def test_a_last_reply_without_its_last_line_is_found(end: str, strength: str) -> None:
    assert check("S: 220 a\nC: EHLO me.example\nS: 250-a\n" + end) == [(strength, "4.2.1", Fault.REPLY_FORM)]


def test_what_a_cut_record_or_a_handshake_leaves_unread_is_no_fault() -> None:
    cut = Transcript.parse("S: 220 a\nC: NOOP\nS| 250 OK\n")
    assert check_transcript(Transcript(cut.entries, truncated=True)) == ()
    shaken = OFFERING + "C: STARTTLS\nS: 220 go\nS| 250 injected\n-- tls\n"
    assert check(shaken) == []


def test_bare_lf_inside_mail_data_is_no_fault_of_the_server():
    assert check(DATA + "C| one\\ntwo\\r\\n.\\r\\n\nS: 250 taken\n") == []


def test_an_answer_to_helo_must_not_list_extensions():
    text = GREETING + "C: HELO me.example\nS: 250-lab.example\nS: 250 {}\n"
    assert check(text.format("PIPELINING")) == [("MUST", "3.2", Fault.REPLY_FORM)]
    assert check(text.format("nice to meet you")) == []


def test_starttls_must_not_be_offered_again_inside_tls():
    before = EHLO.replace("HELP", "STARTTLS")
    assert check(before) == []
    inside = before + "C: STARTTLS\nS: 220 go\n-- tls\nC: EHLO me.example\nS: 250-lab.example\nS: 250 {}\n"
    assert check(inside.format("STARTTLS")) == [("MUST", "RFC 3207 4.2", Fault.REPLY_FORM)]
    assert check(inside.format("AUTH PLAIN")) == []


@pytest.mark.parametrize("code", [421, 521, 554])
def test_a_refusing_greeting_is_no_departure(code):
    assert not departures(f"S: {code} no\n")


def test_a_finding_names_its_exchange_in_a_sentence():
    (found,) = check_transcript(Transcript.parse(EHLO + "C: RCPT TO:<bob@lab.example>\nS: 250 OK\n"))
    assert found.exchange == 2
    assert found.text == "RCPT got 250 in state READY, where it is out of sequence."


def test_exchanges_are_judged_like_the_transcript_they_come_from():
    record = Transcript.parse(play(State.GREETED, "MAIL", 250))
    assert check_transcript(record.exchanges()) == check_transcript(record)


def test_a_lost_connection_is_not_judged():
    assert check(EHLO + "C: NOOP\n-- lost\n") == []


def test_any_octets_from_a_server_get_a_verdict():
    for octets in (b"\r\n", b"\x00\xff\r\n", b"250", b"250-\r\n250-\r\n", b"\n\n", b"\xff" * 600 + b"\r\n"):
        check_transcript(Transcript((Entry("S", octets), Entry("C", b"NOOP\r\n"), Entry("S", octets))))


def test_an_exchange_gets_at_most_one_finding_about_its_code():
    for state in PREFIX:
        for event in ("CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "DATA-END", "RSET", "NOOP", "VRFY", "XYZZY"):
            for code in (199, 200, 220, 250, 299, 354, 399, 450, 499, 500, 501, 502, 503, 530, 554, 599, 600):
                found = check_transcript(Transcript.parse(play(state, event, code)))
                judged = [f.exchange for f in found if f.what is not Fault.REPLY_FORM]
                assert len(judged) == len(set(judged))


ENHANCED = "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250 ENHANCEDSTATUSCODES\n"


@pytest.mark.parametrize(("said", "strength"), [
    ("C: NOOP\nS: 250 2.0.0 OK\n", None),
    ("C: NOOP\nS: 250 OK\n", "SHOULD"),
    ("C: HELP\nS: 214-2.0.0 a\nS: 214 b\n", "SHOULD"),
    ("C: NOOP\nS: 250 5.0.0 OK\n", "MUST"),
    ("C: EHLO me.example\nS: 250 a\n", None),
    ("C: MAIL FROM:<>\nS: 250 2.1.0 x\nC: RCPT TO:<a@b.example>\nS: 250 2.1.5 x\nC: DATA\nS: 354 3.0.0 go\n", None),
    ("C: MAIL FROM:<>\nS: 250 2.1.0 x\nC: RCPT TO:<a@b.example>\nS: 250 2.1.5 x\nC: DATA\nS: 354 2.0.0 go\n", "MUST"),
])
def test_an_announced_enhanced_code_is_on_each_line_and_of_the_right_class(said: str, strength: str | None) -> None:
    found = [f for f in check_transcript(Transcript.parse(ENHANCED + said)) if f.what is Fault.ENHANCED]
    assert [f.strength for f in found] == ([] if strength is None else [strength])


def test_who_announces_no_enhanced_codes_owes_none() -> None:
    record = Transcript.parse("S: 220 a\nC: EHLO me.example\nS: 250 a\nC: NOOP\nS: 250 OK\n")
    assert check_transcript(record) == ()


LOGIN = "C: AUTH PLAIN AGJvYgBidWlsZGVy\nS: {} text\n"
OFFERING = "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250-AUTH PLAIN\nS: 250-CHUNKING\nS: 250-BINARYMIME\n"
OFFERING += "S: 250 STARTTLS\n"
SENDER = "C: MAIL FROM:<eve@me.example>\nS: 250 OK\n"
RECIPIENT = "C: RCPT TO:<bob@lab.example>\nS: 250 OK\n"
BINARY = SENDER.replace("example>", "example> BODY=BINARYMIME")
CHUNK = "C: BDAT 4\nC: hi\nS: {} text\n"
TLS = OFFERING + "C: STARTTLS\nS: 220 go\n-- tls\nC: EHLO me.example\nS: 250-a\nS: 250 HELP\n"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("before", "asked", "strength", "section"), [
    (OFFERING + SENDER, LOGIN.format(235), "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT, LOGIN.format(235), "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT, "C: AUTH PLAIN\nS: 334 go\n", "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(250), LOGIN.format(235), "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(250), "C: AUTH PLAIN\nS: 334 go\n", "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(451), "C: AUTH PLAIN\nS: 334 go\n", "MUST", "RFC 4954 4"),
    (OFFERING + LOGIN.format(235), LOGIN.format(235), "MUST", "RFC 4954 4"),
    (OFFERING + LOGIN.format(235), "C: AUTH PLAIN\nS: 334 go\n", "MUST", "RFC 4954 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(250), "C: DATA\nS: 354 go\n", "MUST", "RFC 3030 2; 3"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(451), "C: DATA\nS: 354 go\n", "MUST", "RFC 3030 2; 3"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(451), CHUNK.format(250), "MUST", "RFC 3030 2"),
    (OFFERING + BINARY + RECIPIENT, "C: DATA\nS: 354 go\n", "MUST", "RFC 3030 3"),
    (TLS, "C: STARTTLS\nS: 220 go\n", "MUST", "RFC 3207 4.2"),
    (OFFERING + SENDER, "C: STARTTLS\nS: 220 go\n", "MAY", "RFC 3207 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(250), "C: STARTTLS\nS: 220 go\n", "MAY", "RFC 3207 4"),
    (OFFERING + SENDER + RECIPIENT + CHUNK.format(451), "C: STARTTLS\nS: 220 go\n", "MAY", "RFC 3207 4"),
    (OFFERING, CHUNK.format(250), "MAY", "RFC 3030 2"),
])
def test_a_command_of_an_extension_that_is_accepted_out_of_sequence_is_found(before, asked, strength, section, edition):
    assert check(before, edition) == []
    assert check(before + asked, edition) == [(strength, section, Fault.OUT_OF_SEQUENCE)]
    assert check(before + asked.rpartition("S: ")[0] + "S: 503 not now\n", edition) == []


def test_a_failed_login_may_be_tried_again() -> None:
    assert check(OFFERING + LOGIN.format(535) + LOGIN.format(235)) == []


def test_a_guard_is_told_with_its_section_and_its_reply() -> None:
    (found,) = check_transcript(Transcript.parse(OFFERING + 2 * LOGIN.format(235)))
    assert found.text == "AUTH got 235 where RFC 4954 4 wants 503."


def test_a_remark_on_the_moment_does_not_hide_a_departure_in_the_code() -> None:
    assert check(play(State.READY, "DATA", 250)) == [("SHOULD", "4.3.1; 4.3.2", Fault.NOT_LISTED)]


# What changes the machine, but neither how a reply is written nor how DATA without a recipient is judged.
ANNOUNCED = tuple((keyword, "") for keyword in OFFERED if keyword not in ("PIPELINING", "ENHANCEDSTATUSCODES"))
TAKEN = {"DATA": (354,), "AUTH": (235, 334), "STARTTLS": (220,)}
LINES = LINE | {
    "AUTH": "AUTH PLAIN AGJvYgBidWlsZGVy", "STARTTLS": "STARTTLS", "BDAT": "BDAT 0", "BDAT-LAST": "BDAT 0 LAST",
    "DATA": "DATA", ANY: "NOOP",
}


def answered(table: Machine, before: Session, event: str, code: int) -> list[tuple[str, str, Fault]]:
    """The findings about one reply to a session that stands where it stands."""
    line = LINES[event].encode()
    command = parse_command(line)
    name = table.event_of(command)
    row, reply = table.transition(before.state, name, code), read_reply(f"{code} text\r\n".encode())
    exchange = Exchange(name, command, line + b"\r\n", reply, row, before, before.after(row, command, reply))
    return [(f.strength, f.section, f.what) for f in check_transcript([exchange], table.edition)]


REFUSALS = [
    (edition, row) for edition in EDITIONS for row in machine(edition, frozenset(OFFERED)).rows
    if row.kind is Kind.REFUSE and row.reply == 503
]


@pytest.mark.parametrize(("edition", "row"), REFUSALS, ids=[f"{e}-{row.event}-{row.state}" for e, row in REFUSALS])
def test_where_the_table_has_503_a_positive_reply_is_found_with_the_strength_of_the_row(
    edition: int, row: Transition,
) -> None:
    table = machine(edition, frozenset(OFFERED))
    before = Session(State(row.state), "me.example", ANNOUNCED)
    assert before.machine(edition) is table
    strength = row.strength or "MAY"
    if (row.state, row.event) == (State.GREETED, "MAIL"):
        strength = "MAY"  # a server that can process it may: 4.1.4 binds the client to EHLO first
    for code in TAKEN.get(row.event, (250,)):
        ((found, section, what),) = answered(table, before, row.event, code)
        assert (found, what) == (strength, Fault.OUT_OF_SEQUENCE)
        assert section in row.section(edition)  # DATA without a recipient has fewer sections, in a row of its own
    for code in (220, 235, 250, 299, 334, 354, 399):
        assert answered(table, before, row.event, code), code


def test_refusals_of_every_extension_that_has_rows_are_among_these() -> None:
    assert {"MAIL", "RCPT", "DATA", "AUTH", "STARTTLS", "BDAT", "BDAT-LAST", ANY} == {row.event for _, row in REFUSALS}


KNOWN_FACTS = {
    "tls": {"tls": True}, "identity": {"identity": "bob"},
    "binary-body": {"transaction": Transaction(NULL_PATH, (("BODY", "BINARYMIME"),), (NULL_PATH,))},
}
GUARDS = [needed for needed in machine(2821, frozenset(OFFERED)).requirements if not needed.policy]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("needed", GUARDS, ids=[f"{needed.event}-{needed.fact}" for needed in GUARDS])
def test_where_a_guard_always_holds_a_positive_reply_is_found_with_its_strength(needed, edition: int) -> None:
    table = machine(edition, frozenset(OFFERED))
    state = next(state for state in State if table.in_sequence(state, needed.event))
    assert not needed.wanted
    allowed, unmet = (Session(state, "me.example", ANNOUNCED, **facts) for facts in ({}, KNOWN_FACTS[needed.fact]))
    for code in TAKEN[needed.event]:
        assert answered(table, allowed, needed.event, code) == []
        found = answered(table, unmet, needed.event, code)
        assert found == [(needed.strength, needed.section, Fault.OUT_OF_SEQUENCE)]


def test_a_guard_of_a_policy_is_not_held_against_a_server_that_may_have_none() -> None:
    table = machine(2821, frozenset(OFFERED))
    assert any(needed.policy for needed in table.requirements)
    assert answered(table, Session(State.READY, "me.example", ANNOUNCED), "MAIL", 250) == []
