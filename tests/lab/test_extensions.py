"""Each extension at our server: what it takes, what it refuses and with which code, and that it can be taken out."""

import re
from base64 import b64encode
from dataclasses import replace

import pytest

from smtplab.lab import Certificate, Mailbox, Shutdown, TlsFailed, World
from smtplab.lab.extensions import BEHAVIOURS
from smtplab.lab.extensions.enhancedstatuscodes import DETAILS
from smtplab.lab.replies import REPLIES
from smtplab.notebook import views
from smtplab.protocol.enhanced_codes import DETAILS as REGISTRY
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.extensions.auth import AUTH_LINE_OCTETS, cram_md5, decode_base64
from smtplab.protocol.machine import NO_COMMANDS, State, machine
from tests.lab.talk import Talk

EHLO = "EHLO student.example"
MAIL = "MAIL FROM:<alice@student.example>"
RCPT = "RCPT TO:<bob@lab.example>"


def esmtp(**options: object) -> Talk:
    """A connection to a server that offers everything, greeted."""
    talk = Talk(replace(World(extensions="all"), **options))  # type: ignore[arg-type]
    talk.replies()
    talk.codes(EHLO)
    return talk


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


PLAIN = f"AUTH PLAIN {base64(chr(0) + 'bob' + chr(0) + 'builder')}"


# One list: an extension left out is gone everywhere


def test_grammar_and_behaviour_are_one_module_each_for_the_same_extensions() -> None:
    assert list(BEHAVIOURS) == list(OFFERED)
    assert all(BEHAVIOURS[keyword].extension is OFFERED[keyword] for keyword in OFFERED)


@pytest.mark.parametrize("keyword", OFFERED)
def test_an_extension_that_is_switched_off_is_gone(keyword: str) -> None:
    left = tuple(name for name, extension in OFFERED.items() if keyword not in (name, *extension.needs))
    talk = Talk(World(extensions=left))
    assert not [line for line in talk.octets(EHLO.encode() + b"\r\n")[-1].lines if line.split()[0] == keyword]
    for verb in OFFERED[keyword].verbs:
        assert talk.say(f"{verb} x").code == 500
        assert verb not in talk.session.session.machine(2821).events
        assert verb not in talk.say("HELP").text
    for parameter in OFFERED[keyword].mail_parameters:
        assert talk.say(f"{MAIL} {parameter.example}").code in (501, 504)
    talk.codes(MAIL)
    for parameter in OFFERED[keyword].rcpt_parameters:
        assert talk.say(f"{RCPT} {parameter.example}").code == 501
    ours = {row.event for row in OFFERED[keyword].rows()} - set(machine().events)
    assert not ours & set(machine(2821, frozenset(left)).events)


def test_the_answer_to_helo_offers_nothing_and_extensions_wait_for_ehlo() -> None:
    talk = Talk(World(extensions="all"))
    talk.codes("HELO student.example")
    assert [talk.say(line).code for line in ("AUTH PLAIN", "STARTTLS", "BDAT 0 LAST")] == [503, 503, 503]
    assert talk.say("NOOP").text == "OK, nothing done"  # no enhanced code was announced


# Enhanced status codes (RFC 2034)


def test_every_reply_that_may_carry_an_enhanced_code_has_one_that_the_registry_knows() -> None:
    carrying = {name for name, (code, _) in REPLIES.items() if code < 300 or code >= 400}
    never = {name for name in carrying if name.startswith(("greeting", "hello"))}
    assert set(DETAILS) == carrying - never
    for name, said in DETAILS.items():
        subject, detail = map(int, said.split("."))
        assert (subject, detail) in REGISTRY, name


@pytest.mark.parametrize("edition", [2821, 5321])
def test_replies_carry_enhanced_codes_on_each_line_but_not_where_rfc_2034_forbids_it(edition: int) -> None:
    talk = Talk(World(edition=edition, extensions="all"))
    assert re.match(r"lab\.example", talk.replies()[0].text)
    for line, carries in (
        (EHLO, False), ("NOOP", True), ("EHLO spam.example", False), ("HELO -", False), ("HELP", True), (MAIL, True),
        (RCPT, True), ("RCPT TO:<zoe@lab.example>", True), ("DATA", False), (".", True), ("AUTH LOGIN", False),
        ("*", True), ("EXPN friends", True), ("XYZZY", True), ("x" * 600, True), ("QUIT", True),
    ):
        reply = talk.say(line)
        found = [re.match(r"([245])\.\d{1,3}\.\d{1,3} ", said) for said in reply.lines]
        assert all(match is not None and match[1] == str(reply.code)[0] for match in found) if carries \
            else not any(found), str(reply)


# AUTH (RFC 4954)


@pytest.mark.parametrize(("mechanism", "answers"), [
    ("PLAIN", ["\0bob\0builder"]), ("LOGIN", ["bob", "builder"]), ("plain", ["\0bob@lab.example\0builder"]),
])
def test_a_login_line_by_line_or_with_an_initial_response(mechanism: str, answers: list[str]) -> None:
    talk = esmtp()
    codes = talk.codes(f"AUTH {mechanism}", *map(base64, answers))
    assert codes == [334] * len(answers) + [235]
    assert talk.session.session.identity in ("bob", "bob@lab.example")
    talk = esmtp()
    assert talk.codes(f"AUTH {mechanism} {base64(answers[0])}", *map(base64, answers[1:]))[-1] == 235


def test_cram_md5_takes_the_digest_of_its_own_challenge_only() -> None:
    talk = esmtp()
    challenge = talk.say("AUTH CRAM-MD5").text
    talk.codes("*")
    answer = talk.say("AUTH CRAM-MD5").text
    assert answer != challenge
    digest = cram_md5("builder", decode_base64(answer))
    assert talk.say(base64(f"bob {digest}")).code == 235
    stale = esmtp()
    stale.codes("AUTH CRAM-MD5")
    assert stale.say(base64(f"bob {digest}")).code == 535


@pytest.mark.parametrize(("lines", "codes"), [
    (["AUTH PLAIN", "*"], [334, 501]),
    (["AUTH PLAIN", "%%%"], [334, 501]),
    (["AUTH PLAIN", "abc"], [334, 501]),
    (["AUTH PLAIN ="], [501]),
    (["AUTH PLAIN a b"], [501]),
    (["AUTH"], [501]),
    (["AUTH CRAM-MD5 abcd"], [501]),
    (["AUTH GSSAPI"], [504]),
    (["AUTH PLAIN " + base64("\0bob\0wrong")], [535]),
    (["AUTH PLAIN " + base64("\0zoe\0x")], [535]),
    (["AUTH PLAIN " + base64("\0heidi\0")], [535]),  # nobody can log in without a password
    (["AUTH PLAIN " + base64("anna\0bob\0builder")], [535]),  # on behalf of somebody else
    (["AUTH PLAIN " + base64("\0bob@other.example\0builder")], [535]),
    (["AUTH PLAIN " + base64("\0grace\0garden")], [454]),
    (["AUTH LOGIN", base64("anna"), base64("apple")], [334, 334, 534]),
    (["AUTH CRAM-MD5", base64("otto " + "0" * 32)], [334, 432]),
    (["AUTH CRAM-MD5", base64("bob x")], [334, 501]),
    ([PLAIN, PLAIN], [235, 503]),
    ([MAIL, PLAIN, "RSET", PLAIN], [250, 503, 250, 235]),
])
def test_a_login_that_fails_has_the_code_of_its_cause_and_moves_nothing(lines: list[str], codes: list[int]) -> None:
    talk = esmtp()
    assert talk.codes(*lines) == codes
    if 235 not in codes:
        assert talk.session.session.identity is None and not talk.session.session.login
        assert talk.session.session.state is State.READY


@pytest.mark.parametrize("line", ["Ym9i", "AGJvYgBidWlsZGVy", "b=", "Passwort-sehr-lang", "pässe"])
def test_a_word_that_may_be_a_late_answer_is_not_said_again(line: str) -> None:
    talk = esmtp(mechanisms=("PLAIN",))
    assert [talk.say("AUTH LOGIN").code, str(talk.say(line))] == [504, "500 5.5.1 Command not recognized"]
    assert str(talk.say("hleo")) == "500 5.5.1 Command not recognized: HLEO"


def test_a_password_in_transition_is_stored_anew_by_one_plain_login() -> None:
    talk = esmtp()
    challenge = decode_base64(talk.say("AUTH CRAM-MD5").text)
    assert talk.say(base64(f"otto {cram_md5('orange', challenge)}")).code == 432
    assert talk.say("AUTH PLAIN " + base64("\0otto\0orange")).code == 235
    other = Talk(talk.world)
    other.codes(EHLO)
    challenge = decode_base64(other.say("AUTH CRAM-MD5").text)
    assert other.say(base64(f"otto {cram_md5('orange', challenge)}")).code == 235


def test_mechanisms_that_show_the_password_need_tls_where_the_site_says_so() -> None:
    talk = Talk(World(extensions="all", login_needs_tls=True))
    assert "AUTH CRAM-MD5" in talk.say(EHLO).lines
    assert talk.say(PLAIN).code == 538
    talk.codes("STARTTLS")
    talk.handshake()
    assert "AUTH PLAIN LOGIN CRAM-MD5" in talk.say(EHLO).lines
    assert talk.say(PLAIN).code == 235


def test_who_is_logged_in_stays_so_over_ehlo_and_may_have_mail_passed_on() -> None:
    talk = esmtp()
    assert talk.codes(MAIL, "RCPT TO:<zoe@elsewhere.example>", "RSET") == [250, 550, 250]
    assert talk.codes(PLAIN, EHLO, MAIL, "RCPT TO:<zoe@elsewhere.example>") == [235, 250, 250, 250]
    assert talk.session.session.identity == "bob"


def test_without_a_login_530_is_the_answer_to_all_but_what_rfc_4954_exempts() -> None:
    talk = esmtp(needs_login=True)
    assert talk.codes(MAIL, "VRFY bob", "HELP", "EXPN friends") == [530] * 4
    assert talk.codes("NOOP", "RSET", EHLO, PLAIN, MAIL) == [250, 250, 250, 235, 250]
    assert esmtp(needs_login=True).say("QUIT").code == 221


@pytest.mark.parametrize("octets", [AUTH_LINE_OCTETS - 1, AUTH_LINE_OCTETS, AUTH_LINE_OCTETS + 1, 60_000])
def test_a_line_of_a_login_has_12288_octets_at_most(octets: int) -> None:
    talk = esmtp()
    talk.codes("AUTH PLAIN")
    line = b"A" * (octets - 2) + b"\r\n"
    for start in range(0, len(line), 1000):
        replies = talk.octets(line[start:start + 1000])
        assert len(talk.session.uncut) <= AUTH_LINE_OCTETS + 1000
    assert replies[0].code == (500 if octets > AUTH_LINE_OCTETS else 501)
    assert (replies[0].text[:5] == "5.5.6") is (octets > AUTH_LINE_OCTETS)
    assert talk.say("NOOP").code == 250


# STARTTLS (RFC 3207)


def test_after_the_handshake_all_is_forgotten_but_tls() -> None:
    talk = esmtp()
    talk.codes(PLAIN)
    assert talk.say("STARTTLS").code == 220
    assert talk.certificates == [Certificate.VALID]
    assert talk.handshake() == []
    session = talk.session.session
    assert (session.state, session.tls) == (State.GREETED, True)
    assert (session.client_name, session.announced, session.identity, session.transaction) == (None, (), None, None)
    assert talk.say(MAIL).code == 503
    assert "STARTTLS" not in talk.say(EHLO).text


def test_what_was_sent_ahead_of_the_handshake_is_thrown_away() -> None:
    for injected in (b"RSET\r\nMAIL FROM:<mallory@x.example>\r\n", b"EHLO mallory.example\r\nMA", b"NOOP"):
        talk = esmtp()
        replies = talk.octets(b"STARTTLS\r\n" + injected)
        assert [reply.code for reply in replies] == [220]
        assert talk.octets(b"NOOP\r\n") == []  # nor is anything read amid the handshake
        assert talk.handshake() == []
        assert talk.say("NOOP").code == 250
        assert talk.session.session.transaction is None


@pytest.mark.parametrize(("lines", "code"), [
    (["STARTTLS now"], 501), ([MAIL, "STARTTLS"], 503), ([MAIL, RCPT, "STARTTLS"], 503),
])
def test_starttls_in_the_wrong_place_or_form_is_refused(lines: list[str], code: int) -> None:
    talk = esmtp()
    assert talk.codes(*lines)[-1] == code
    assert not talk.certificates


def test_starttls_twice_is_503_and_without_a_certificate_454() -> None:
    talk = esmtp()
    talk.codes("STARTTLS")
    talk.handshake()
    assert talk.codes(EHLO, "STARTTLS", MAIL, "STARTTLS") == [250, 503, 250, 503]
    talk = esmtp(certificate=Certificate.UNREADABLE)
    assert talk.say("STARTTLS").code == 454
    assert talk.say("NOOP").code == 250


def test_a_shutdown_ahead_of_an_implicit_handshake_says_nothing_in_the_clear() -> None:
    talk = Talk(World(implicit_tls=True))
    talk.give(Shutdown(1.0))
    assert talk.closed and not talk.segments


def test_a_challenge_is_never_cut_short() -> None:
    talk = Talk(World(domain="x" * 60 + ("." + "x" * 60) * 3, extensions=("AUTH",)))
    talk.codes(EHLO)
    assert decode_base64(talk.say("AUTH CRAM-MD5").text).endswith(b"xxx>")


def test_a_message_that_came_with_helo_inside_tls_has_no_word_of_its_own() -> None:
    talk = Talk(World(implicit_tls=True))
    talk.handshake()
    talk.codes("HELO student.example", MAIL, RCPT, "DATA", ".")
    assert talk.messages[0].protocol == "SMTP"


def test_a_handshake_that_fails_closes_without_a_word() -> None:
    talk = esmtp()
    talk.codes("STARTTLS")
    talk.give(TlsFailed(1.0))
    assert talk.closed and not talk.replies()
    assert talk.session.session.state is State.CLOSED


def test_where_tls_is_needed_530_is_the_answer_to_all_but_what_rfc_3207_exempts() -> None:
    talk = esmtp(needs_tls=True)
    assert talk.codes(MAIL, "RSET", "HELO student.example", "AUTH PLAIN", "VRFY bob") == [530] * 5
    assert talk.codes("NOOP", EHLO, "STARTTLS") == [250, 250, 220]
    talk.handshake()
    assert talk.codes(EHLO, MAIL) == [250, 250]


def test_with_implicit_tls_the_handshake_comes_before_the_greeting() -> None:
    talk = Talk(World(extensions="all", implicit_tls=True))
    assert talk.replies() == [] and talk.certificates == [Certificate.VALID]
    assert [reply.code for reply in talk.handshake()] == [220]
    assert talk.session.session.tls
    assert "STARTTLS" not in talk.say(EHLO).text


# CHUNKING and BINARYMIME (RFC 3030)


def test_pieces_are_joined_as_they_came_and_leave_no_trace_of_lines() -> None:
    talk = esmtp()
    talk.codes(MAIL, RCPT)
    for piece in (b"BDAT 7\r\n.\r\n..\r\n", b"BDAT 3\r\nabc", b"BDAT 2 LAST\r\n\r\n"):
        assert [reply.code for reply in talk.octets(piece)] == [250]
    assert talk.messages[0].mail_data == b".\r\n..\r\nabc\r\n"
    assert talk.session.session.state is State.READY


def test_a_count_over_the_limit_is_swallowed_in_constant_memory_and_then_552() -> None:
    talk = esmtp(max_message_octets=65536)
    talk.codes(MAIL, RCPT)
    talk.octets(b"BDAT 33554432\r\n")
    for _ in range(511):
        assert talk.octets(b"x" * 65536) == []
        assert sum(map(len, talk.session.pieces)) <= 65536
    assert [reply.code for reply in talk.octets(b"x" * 65536 + b"NOOP\r\n")] == [552, 250]
    assert talk.session.session.state is State.CHUNK_REFUSED


def test_after_a_refused_piece_only_rset_ehlo_and_quit_help() -> None:
    def refused() -> Talk:
        talk = esmtp(max_message_octets=65536)
        talk.codes(MAIL, RCPT)
        assert [r.code for r in talk.octets(b"BDAT 70000\r\n" + b"x" * 70000)] == [552]
        return talk

    talk = refused()
    assert [r.code for r in talk.octets(b"BDAT 2\r\nabBDAT 3 LAST\r\nabc")] == [503, 503]
    assert talk.codes(MAIL, RCPT, "DATA", "NOOP", "RSET", MAIL) == [503, 503, 503, 250, 250, 250]
    assert refused().codes(EHLO, MAIL) == [250, 250]
    assert refused().say("QUIT").code == 221
    assert not refused().messages


def test_a_refused_last_piece_also_waits_for_rset() -> None:
    talk = esmtp()
    talk.codes(MAIL, RCPT)
    assert [r.code for r in talk.octets(b"BDAT 2 LAST\r\n\xc3\xa9")] == [554]
    assert talk.codes(MAIL, "RSET", MAIL) == [503, 250, 250]


@pytest.mark.parametrize("argument", ["x", "-1", "1.0", "LAST", "5 FIRST", "5 LAST LAST", "\u0663", "0x10", ""])
def test_a_count_that_cannot_be_read_is_501_and_the_end(argument: str) -> None:
    talk = esmtp()
    talk.codes(MAIL, RCPT)
    assert [r.code for r in talk.octets(f"BDAT {argument}\r\nNOOP\r\n".encode())] == [501, 421]
    assert talk.closed


def test_the_octets_of_a_piece_out_of_order_are_swallowed_before_503() -> None:
    talk = esmtp()
    for before in ([], [MAIL]):
        talk.codes(*before)
        assert [r.code for r in talk.octets(b"BDAT 6\r\nQUIT\r\nNOOP\r\n")] == [503, 250]
    talk.codes("RCPT TO:<zoe@lab.example>")
    assert [r.code for r in talk.octets(b"BDAT 1\r\nx")] == [554]


def test_a_line_too_long_and_octets_over_127_are_told_with_bdat_too() -> None:
    long, eight_bit = b"x" * 1001 + b"\r\n", "\u00e9\r\n".encode()
    for octets, parameter, code in (
        (long, "", 500), (eight_bit, "", 554), (eight_bit, " BODY=8BITMIME", 250), (long, " BODY=BINARYMIME", 250),
    ):
        talk = esmtp()
        talk.codes(MAIL + parameter, RCPT)
        assert talk.octets(b"BDAT %d LAST\r\n" % len(octets) + octets)[0].code == code


@pytest.mark.parametrize("line", ["BDAT " + "9" * 400, "BDAT " + "9" * 5000 + " LAST", "BDAT " + "0" * 600 + "5 LAST"])
def test_a_count_too_long_to_be_one_ends_the_session_and_is_no_fault_of_the_server(line: str) -> None:
    talk = esmtp()
    talk.codes(MAIL, RCPT)
    codes = [r.code for r in talk.octets(line.encode() + b"\r\nQUIT\r\n")]
    assert codes == ([501, 421] if len(line) < 510 else [500, 421])
    assert talk.closed


def test_an_event_that_is_no_command_cannot_be_typed() -> None:
    for event in NO_COMMANDS:
        talk = esmtp()
        talk.codes(MAIL, RCPT)
        before = talk.session.session
        for line in (event, f"{event} 5", event.lower()):
            assert talk.say(line).code == 500
            assert talk.session.session == before
        assert not talk.messages
        assert talk.octets(event.encode() + b" " + b"x" * 600 + b"\r\n")[0].code == 500


# Parameters (RFC 2821 sections 4.1.1, 4.1.1.11 of RFC 5321)


@pytest.mark.parametrize(("line", "code_2821", "code_5321"), [
    (f"{MAIL} XYZ=1", 501, 555), (f"{MAIL} BODY=FOO", 504, 555), (f"{MAIL} BODY=7BIT BODY=7BIT", 501, 501),
    (f"{MAIL} SIZE=x", 501, 501), (f"{MAIL} NOTIFY=NEVER", 501, 555), (f"{MAIL} AUTH=a+ZZ", 501, 501),
    (f"{MAIL} AUTH=<>", 250, 250), (f"{MAIL} BODY=BINARYMIME", 250, 250), (f"{MAIL} SMTPUTF8", 250, 250),
])
def test_a_parameter_unknown_doubled_or_wrong(line: str, code_2821: int, code_5321: int) -> None:
    assert [esmtp(edition=edition).say(line).code for edition in (2821, 5321)] == [code_2821, code_5321]


def test_reports_that_cannot_be_promised_now() -> None:
    for edition, code in ((2821, 451), (5321, 455)):
        talk = esmtp(edition=edition, reports_ready=False)
        assert talk.codes(f"{MAIL} RET=HDRS", MAIL, f"{RCPT} NOTIFY=NEVER", RCPT) == [code, 250, code, 250]


def test_what_the_sender_asks_for_is_kept_with_the_message() -> None:
    talk = esmtp()
    talk.codes(f"{MAIL} RET=FULL ENVID=a+2Bb", f"{RCPT} NOTIFY=SUCCESS,DELAY", "RCPT TO:<anna@lab.example>")
    talk.codes("DATA", ".")
    message = talk.messages[0]
    assert message.parameters == (("RET", "FULL"), ("ENVID", "a+2Bb"))
    assert message.forward_parameters == ((("NOTIFY", "SUCCESS,DELAY"),), ())
    assert b"with ESMTP\r\n" in message.delivered
    assert [row["header"] for row in message.to_rows()] == ["", "", None]  # a header has no place for parameters
    sender, _, parameters = str(views.message(message)).split("<tr>")[2:]
    assert "none" in sender and "none" not in parameters


def test_the_longest_line_grows_as_the_extensions_say() -> None:
    def longest(verb: str, **options: object) -> int:
        most = 0
        for octets in range(500, 2200):
            head = {"MAIL": "MAIL FROM:<> ", "RCPT": "RCPT TO:<> ", "NOOP": "NOOP "}[verb]
            if esmtp(**options).octets(head.encode() + b"x" * (octets - len(head) - 2) + b"\r\n")[0].code != 500:
                most = octets
        return most

    assert longest("NOOP") == 512
    assert longest("MAIL", extensions=("SIZE",)) == 538
    assert longest("RCPT") == 1036
    assert longest("MAIL") == 512 + 26 + 10 + 16 + 500 + 524


def test_the_lines_of_a_login_are_measured_as_such_from_the_first_on() -> None:
    for octets, code, enhanced in ((12288, 501, "5.5.2"), (12289, 500, "5.5.6")):
        reply = esmtp().octets(b"AUTH PLAIN " + b"A" * (octets - 13) + b"\r\n")[0]
        assert (reply.code, reply.text[:5]) == (code, enhanced)


# SMTPUTF8 (RFC 6531)


@pytest.mark.parametrize("line", [b"VRFY \xff", b"NOOP \x00", b"HELP \xff", b"EXPN \xc3", b"RCPT TO:<\xff@lab.example>",
                                  b"MAIL FROM:<\x80@a.example> SMTPUTF8", b"VRFY bob\x00"])
def test_octets_that_are_no_utf8_or_no_text_are_a_syntax_error_with_the_extension_too(line: bytes) -> None:
    talk = esmtp()
    if line.startswith(b"RCPT"):
        talk.codes(MAIL)
    assert talk.octets(line + b"\r\n")[0].code == 501


def test_a_recipient_as_first_written_may_hold_letters_outside_ascii() -> None:
    talk = esmtp()
    talk.codes("MAIL FROM:<bj\u00f6rn@lab.example> SMTPUTF8")
    assert talk.say("RCPT TO:<bj\u00f6rn@lab.example> ORCPT=utf-8;bj\u00f6rn@lab.example").code == 250
    assert talk.say("RCPT TO:<bob@lab.example> ORCPT=rfc822;bj\u00f6rn@lab.example").code == 501

def test_the_word_allows_a_header_outside_ascii_and_no_body() -> None:
    for line, code in (("Subject: \u00e9", 250), ("Subject: e", 554)):
        talk = esmtp()
        talk.codes(f"{MAIL} SMTPUTF8", RCPT, "DATA", line, "", "" if code == 250 else "\u00e9")
        assert talk.say(".").code == code


def test_where_it_is_not_offered_letters_outside_ascii_are_a_syntax_error() -> None:
    talk = esmtp(extensions=("SIZE",))
    assert talk.say("MAIL FROM:<bj\u00f6rn@lab.example>").code == 501


def test_a_path_is_measured_in_octets() -> None:
    for count, code in ((32, 250), (33, 501)):  # two octets each
        local_part = "\u00e9" * count
        assert esmtp().say(f"MAIL FROM:<{local_part}@student.example> SMTPUTF8").code == code


# Policies of the later edition, and RFC 7504


def test_what_the_later_edition_lists_has_a_cause() -> None:
    attachment = ("Content-Disposition: attachment;", ' filename="setup.exe"', "", "MZ", ".")
    for edition, file_code, wait_code in ((2821, 554, 451), (5321, 550, 450)):
        talk = esmtp(edition=edition)
        assert talk.codes(MAIL, RCPT, "DATA", *attachment)[-1] == file_code
        talk = esmtp(edition=edition, greylist_s=60.0, greylist_after_data=True)
        assert talk.codes(MAIL, RCPT, "DATA", ".")[-1] == wait_code
        talk.now = 61.0
        assert talk.codes(MAIL, RCPT, "DATA", ".")[-1] == 250


def test_a_file_is_refused_however_its_header_is_spelled() -> None:
    for header in ('Content-Type: application/x; name="a.exe"', "CONTENT-DISPOSITION: ATTACHMENT; FILENAME=A.EXE"):
        assert esmtp().codes(MAIL, RCPT, "DATA", header, "", "MZ", ".")[-1] == 554
    assert esmtp().codes(MAIL, RCPT, "DATA", "Subject: name=a.exe", "", "MZ", ".")[-1] == 250


def test_a_host_that_never_takes_mail_and_a_domain_without() -> None:
    for edition, greeting, recipient in ((2821, 554, 550), (5321, 521, 556)):
        assert Talk(World(edition=edition, never_takes_mail=True)).replies()[0].code == greeting
        talk = Talk(World(edition=edition))
        assert talk.codes(EHLO, MAIL, "RCPT TO:<x@no-mail.example>")[-1] == recipient


# The world


def test_a_wrong_option_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="can offer SIZE, 8BITMIME"):
        World(extensions=("SIZE", "LIMITS"))
    with pytest.raises(ValueError, match="twice"):
        World(extensions=("SIZE", "SIZE"))
    for options, sentence in (
        ({"extensions": ("SMTPUTF8",)}, "SMTPUTF8 needs the extension 8BITMIME"),
        ({"extensions": ("BINARYMIME",)}, "BINARYMIME needs the extension CHUNKING"),
        ({"needs_login": True}, "needs_login needs the extension AUTH"),
        ({"needs_tls": True}, "needs_tls needs the extension STARTTLS"),
        ({"implicit_tls": True, "certificate": "unreadable"}, "implicit_tls needs a certificate"),
    ):
        with pytest.raises(ValueError, match=sentence):
            World(**options)  # type: ignore[arg-type]
    World(needs_tls=True, implicit_tls=True)
    with pytest.raises(ValueError, match="server knows PLAIN"):
        World(mechanisms=("GSSAPI",))
    with pytest.raises(ValueError, match="'wrong name'"):
        World(certificate="broken")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'transition'"):
        Mailbox("bob", "Bob", login="strange")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="True or False"):
        World(needs_tls=1)  # type: ignore[arg-type]
