"""The hardest traps of SMTP on the base protocol, a test or more each (RFC 2821; sections in the docstrings)."""

import itertools

import pytest

from smtplab.lab import Lost, Mailbox, Tick, World
from smtplab.protocol.machine import State
from smtplab.protocol.paths import NULL_PATH
from tests.lab.talk import Talk

HELLO = ("EHLO me.example",)
MAIL = (*HELLO, "MAIL FROM:<alice@student.example>")
RCPT = (*MAIL, "RCPT TO:<bob@lab.example>")
DATA = (*RCPT, "DATA")


def talk(*lines: str, world: World | None = None) -> Talk:
    found = Talk(world)
    found.replies()
    for line in lines:
        found.octets(line.encode() + b"\r\n")
    return found


def test_trap_01_an_empty_message_is_data_crlf_dot_crlf() -> None:
    """4.1.1.4, 4.5.2"""
    session = talk(*DATA)
    assert [r.code for r in session.octets(b".\r\n")] == [250]
    assert session.messages[0].mail_data == b""


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
def test_trap_01_only_crlf_dot_crlf_ends_the_data(end: bytes) -> None:
    session = talk(*DATA)
    assert session.octets(b"text" + end) == []
    assert session.session.session.state is State.MAIL_DATA
    assert [r.code for r in session.octets(b"\r\n.\r\n")] == [250]


def test_trap_02_one_leading_dot_is_deleted_and_does_not_count() -> None:
    """4.5.2; RFC 1870 6"""
    session = talk(*DATA)
    reply = session.octets(b"..one\r\n...\r\nx.y\r\n.\r\n")[0]
    assert session.messages[0].mail_data == b".one\r\n..\r\nx.y\r\n"
    assert f"{len(session.messages[0].mail_data)} octets" in reply.text


def test_trap_02_the_doubled_dot_does_not_count_in_the_line_limit() -> None:
    line = b"." + b"x" * 997
    session = talk(*DATA)
    assert session.octets(b"." + line + b"\r\n.\r\n")[0].code == 250
    session = talk(*DATA)
    assert session.octets(b"." + line + b"x\r\n.\r\n")[0].code == 500


def test_trap_03_a_bare_line_feed_ends_no_command() -> None:
    """2.3.7"""
    session = talk()
    assert session.octets(b"NOOP\n") == []
    assert [r.code for r in session.octets(b"NOOP\r\n")] == [500]


def test_trap_03_a_bare_carriage_return_ends_no_command() -> None:
    session = talk()
    assert session.octets(b"NOOP\rNOOP\r") == []
    assert len(session.octets(b"\n")) == 1


def test_trap_04_a_stream_may_be_cut_at_any_octet() -> None:
    """2.3.7; RFC 2920 3.1"""
    wire = "\r\n".join((*DATA, "Subject: Hi", "", "..", ".", "QUIT", "")).encode()
    whole = Talk()
    whole.octets(wire)
    for cut in range(len(wire)):
        parted = Talk()
        parted.octets(wire[:cut])
        parted.octets(wire[cut:])
        assert b"".join(parted.segments) == b"".join(whole.segments), cut
        assert parted.messages == whole.messages


def test_trap_04_octet_by_octet_gives_the_same_replies() -> None:
    wire = "\r\n".join((*DATA, "Subject: Hi", "", ".", "QUIT", "")).encode()
    whole, single = Talk(), Talk()
    whole.octets(wire)
    for octet in wire:
        single.octets(bytes([octet]))
    assert b"".join(single.segments) == b"".join(whole.segments)
    assert single.closed and whole.closed


def test_trap_05_every_line_of_a_long_reply_has_the_code_and_all_but_the_last_a_hyphen() -> None:
    """4.2.1"""
    session = Talk()
    session.segments.clear()
    session.octets(b"EHLO me.example\r\n")
    lines = session.segments[0].removesuffix(b"\r\n").split(b"\r\n")
    assert len(lines) > 2
    assert all(line.startswith(b"250-") for line in lines[:-1]) and lines[-1].startswith(b"250 ")


def test_trap_06_a_554_greeting_waits_for_quit_and_answers_503_meanwhile() -> None:
    """3.1"""
    session = Talk(World(takes_mail=False))
    assert session.replies()[0].code == 554
    assert not session.closed
    assert session.codes("EHLO me.example", "NOOP", "RSET", "HLEO", "", "VRFY bob") == [503] * 6
    assert session.codes("QUIT") == [221]
    assert session.closed


def test_trap_07_a_second_ehlo_is_a_reset_that_keeps_the_connection() -> None:
    """4.1.4"""
    session = talk(*RCPT)
    assert session.say("EHLO other.example").code == 250
    assert session.session.session.transaction is None
    assert session.say("RCPT TO:<bob@lab.example>").code == 503


def test_trap_07_a_refused_ehlo_changes_nothing() -> None:
    session = talk(*RCPT)
    before = session.session.session
    for line, code in (("EHLO spam.example", 550), ("EHLO", 501), ("EHLO a b", 501)):
        assert session.say(line).code == code
        assert session.session.session == before
    assert session.say("DATA").code == 354


def test_trap_08_a_nested_mail_is_503_and_changes_nothing() -> None:
    """4.1.4"""
    session = talk(*RCPT)
    before = session.session.session
    assert session.say("MAIL FROM:<zoe@student.example>").code == 503
    assert session.session.session == before


def test_trap_08_rcpt_needs_mail_and_data_needs_a_recipient() -> None:
    assert talk(*HELLO).codes("RCPT TO:<bob@lab.example>", "DATA") == [503, 503]
    assert talk(*MAIL).codes("DATA", "RCPT TO:<zoe@lab.example>", "DATA") == [503, 550, 554]


def test_trap_08_an_order_error_comes_before_a_syntax_error() -> None:
    assert talk().codes("MAIL nonsense", "RCPT nonsense", "DATA nonsense") == [503, 503, 503]


def test_trap_08_success_and_failure_after_the_dot_both_empty_the_buffers() -> None:
    """4.1.1.4"""
    for body, code in ((b"hi\r\n.\r\n", 250), (b"\xe9\r\n.\r\n", 554)):
        session = talk(*DATA)
        assert session.octets(body)[0].code == code
        assert session.session.session.transaction is None
        assert session.say("MAIL FROM:<alice@student.example>").code == 250


def test_trap_09_rset_is_250_at_any_time_and_forgets_only_the_transaction() -> None:
    """4.1.1.5"""
    assert talk().codes("RSET") == [250]
    session = talk(*RCPT)
    assert session.say("RSET").code == 250
    assert session.session.session.client_name == "me.example"
    assert session.session.session.announces("SIZE")


def test_trap_09_data_rset_and_quit_refuse_an_argument_and_stay() -> None:
    """4.3.2"""
    session = talk(*RCPT)
    assert session.codes("DATA now", "RSET now", "QUIT now") == [501, 501, 501]
    assert session.session.session.state is State.RECIPIENTS_KNOWN and not session.closed


@pytest.mark.parametrize("lines", [(), HELLO, MAIL, RCPT])
def test_trap_10_questions_are_answered_anywhere_and_touch_nothing(lines: tuple[str, ...]) -> None:
    """4.1.4, 4.1.1.6 to 4.1.1.9"""
    session = talk(*lines)
    before = session.session.session
    assert session.codes("NOOP", "NOOP anything", "HELP", "VRFY bob", "EXPN friends") == [250, 250, 211, 250, 250]
    assert session.session.session == before


def test_trap_10_vrfy_never_says_250_about_a_mailbox_it_will_not_tell() -> None:
    """3.5.3"""
    assert talk().codes("VRFY heidi") == [252]


def test_trap_11_what_every_receiver_must_take_is_taken() -> None:
    """4.5.3.1"""
    local, domain = "x" * 64, ".".join(["d" * 40] * 4)
    longest = f"<{local}@{domain}{'.e' * ((256 - 2 - 65 - len(domain)) // 2)}>"
    assert talk(*HELLO).codes(f"MAIL FROM:{longest}") == [250]
    padded = "NOOP " + "x" * (512 - 5 - 2)
    assert talk().codes(padded, padded + "x") == [250, 500]
    session = talk(*DATA)
    assert session.octets(b"x" * 998 + b"\r\n.\r\n")[0].code == 250


def test_trap_11_size_lengthens_the_mail_line_and_no_other() -> None:
    """RFC 1870 3"""
    address = "MAIL FROM:<alice@student.example> SIZE=1"
    assert talk(*HELLO).codes(address + " " * (538 - 2 - len(address))) == [250]
    assert talk(*HELLO).codes(address + " " * (539 - 2 - len(address))) == [500]


def test_trap_11_one_hundred_recipients_are_taken_and_the_next_is_452() -> None:
    session = talk(*MAIL)
    codes = session.codes(*["RCPT TO:<bob@lab.example>"] * 101)
    assert codes == [250] * 100 + [452]
    assert session.say("DATA").code == 354


def test_trap_12_the_null_sender_is_taken_and_the_null_recipient_is_not() -> None:
    """4.5.5, 6.1"""
    session = talk(*HELLO)
    assert session.codes("MAIL FROM:<>", "RCPT TO:<>", "RCPT TO:<bob@lab.example>", "DATA", ".") == [
        250, 501, 250, 354, 250]
    assert session.messages[0].reverse_path == NULL_PATH


@pytest.mark.parametrize("address", ["Postmaster", "postmaster", "POSTMASTER", "Postmaster@lab.example"])
def test_trap_12_postmaster_is_known_with_and_without_domain(address: str) -> None:
    """4.5.1"""
    assert talk(*MAIL).codes(f"RCPT TO:<{address}>") == [250]


def test_trap_12_quoted_local_parts_and_source_routes_are_read() -> None:
    """4.1.1.3, 4.1.2"""
    session = talk(*MAIL)
    lines = ('RCPT TO:<"bob"@lab.example>', "RCPT TO:<@relay.example:bob@lab.example>")
    assert session.codes(*lines) == [250, 250]
    assert session.session.session.transaction is not None
    assert {p.address for p in session.session.session.transaction.forward_paths} == {"bob@lab.example"}


def test_trap_12_no_blank_may_stand_after_the_colon() -> None:
    assert talk(*HELLO).codes("MAIL FROM: <alice@student.example>") == [501]


def test_trap_12_verbs_and_domains_know_no_case_and_the_local_part_keeps_its_own() -> None:
    """2.4"""
    session = talk("ehlo me.example", "mAiL from:<Alice@STUDENT.example>", "rcpt to:<Bob@LAB.EXAMPLE>", "data", ".")
    assert session.messages[0].forward_paths[0].address == "Bob@LAB.EXAMPLE"


def test_trap_13_a_group_in_one_segment_is_answered_in_order_and_in_one_segment() -> None:
    """RFC 2920 3.2"""
    session = Talk()
    session.segments.clear()
    group = "\r\n".join((*RCPT, "RCPT TO:<zoe@lab.example>", "DATA", "hi", ".", "QUIT", "")).encode()
    replies = session.octets(group)
    assert [r.code for r in replies][-6:] == [250, 250, 550, 354, 250, 221]
    assert len(session.segments) == 1


def test_trap_15_octets_over_127_are_refused_while_8bitmime_is_not_offered() -> None:
    """2.4, 4.1.2"""
    session = talk(*DATA)
    assert session.octets("Grüße\r\n.\r\n".encode())[0].code == 554
    assert talk(*HELLO).codes("MAIL FROM:<é@student.example>", "NOOP é", "É") == [501, 501, 500]


def test_trap_16_the_server_owns_the_message_only_after_the_last_250() -> None:
    """4.2.5"""
    session = talk(*DATA)
    session.octets(b"hi\r\n.")
    assert session.messages == []
    session.octets(b"\r\n")
    assert len(session.messages) == 1


def test_trap_16_a_connection_lost_in_the_data_leaves_no_message() -> None:
    """4.1.1.4"""
    session = talk(*DATA)
    session.octets(b"half a message")
    session.give(Lost(1.0))
    assert session.messages == [] and session.session.session.state is State.CLOSED


def test_trap_17_defects_of_the_header_are_no_ground_for_refusal() -> None:
    """3.3"""
    session = talk(*DATA)
    assert session.octets(b"no header at all\r\n: \r\nFrom:\r\n.\r\n")[0].code == 250


def test_trap_17_line_ends_in_an_address_inject_no_command() -> None:
    session = talk(*HELLO)
    codes = [r.code for r in session.octets(b"MAIL FROM:<a\nRCPT TO:<bob@lab.example>\n@b.example>\r\n")]
    assert codes == [501] and session.session.session.transaction is None


def test_trap_19_the_server_waits_five_minutes_for_a_command_and_then_says_421() -> None:
    """4.5.3.2"""
    session = talk(*HELLO)
    session.give(Tick(299.0))
    assert not session.closed
    session.give(Tick(300.0))
    assert session.replies()[-1].code == 421 and session.closed


def test_trap_20_quit_is_good_at_any_time() -> None:
    """4.1.1.10 against 4.1.4"""
    for lines in ((), HELLO, MAIL, RCPT):
        session = talk(*lines)
        assert session.codes("QUIT") == [221] and session.closed


def test_nothing_is_answered_once_the_session_is_closed() -> None:
    session = talk("QUIT")
    assert session.octets(b"NOOP\r\n") == []


def test_mailboxes_of_one_surname_are_ambiguous_only_by_surname() -> None:
    world = World(mailboxes=(Mailbox("a", "Ann Lee"), Mailbox("b", "Bo Lee")))
    assert talk(*MAIL, world=world).codes("RCPT TO:<lee@lab.example>", "RCPT TO:<a@lab.example>") == [553, 250]


def test_a_limit_under_the_rfcs_minimum_is_told() -> None:
    for changes, words in (({"max_recipients": 99}, "100"), ({"max_message_octets": 65535}, "65536")):
        with pytest.raises(ValueError, match=words):
            World(**changes)


def test_every_command_out_of_sequence_is_503_in_every_state() -> None:
    from smtplab.protocol.machine import machine

    verbs = {"MAIL": "MAIL FROM:<alice@student.example>", "RCPT": "RCPT TO:<bob@lab.example>", "DATA": "DATA"}
    stages = {State.GREETED: (), State.READY: HELLO, State.SENDER_KNOWN: MAIL, State.RECIPIENTS_KNOWN: RCPT}
    for (state, lines), (verb, line) in itertools.product(stages.items(), verbs.items()):
        reply = talk(*lines).say(line)
        assert (reply.code == 503) != machine().in_sequence(state, verb), (state, verb)
