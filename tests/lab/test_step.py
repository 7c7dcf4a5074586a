"""The lab as a function: same inputs, same outputs; bounded memory; nothing crashes it."""

import sys
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from smtplab.lab import Fate, Mailbox, Octets, Shutdown, Tick, World, deadline, open_session, step
from smtplab.lab.world import BLOCK_OCTETS
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import State
from tests.lab.talk import Talk

PIECES = st.lists(st.sampled_from([
    b"EHLO me.example\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<bob@lab.example>\r\n", b"DATA\r\n", b".\r\n",
    b"\r\n", b"\r", b"\n", b".", b"\x00", b"\xff", b"x" * 600, b"QUIT", b"RSET\r\n", b"VRFY <\r\n", b"EXPN @@\r\n",
    b"HELP \xe9\r\n", b"MAIL FROM:<a@b> SIZE=\r\n", b"RCPT TO:<\"\\\r\n",
]) | st.binary(max_size=20), max_size=25)


EXTENDED = st.lists(st.sampled_from([
    b"EHLO me.example\r\n", b"HELO me.example\r\n", b"MAIL FROM:<a@b.example> BODY=8BITMIME\r\n",
    b"MAIL FROM:<a@b.example> BODY=BINARYMIME SMTPUTF8\r\n", b"RCPT TO:<bob@lab.example> NOTIFY=NEVER\r\n",
    b"RCPT TO:<bj\xc3\xb6rn@lab.example>\r\n", b"RCPT TO:<\xff@lab.example>\r\n", b"DATA\r\n", b".\r\n", b"QUIT\r\n",
    b"BDAT 4\r\n", b"BDAT 3 LAST\r\n", b"BDAT 0 LAST\r\n", b"BDAT x\r\n", b"BDAT 70000\r\n", b"abc", b"RSET\r\n",
    b"AUTH PLAIN\r\n", b"AUTH PLAIN AGJvYgBidWlsZGVy\r\n", b"AUTH LOGIN\r\n", b"AUTH CRAM-MD5\r\n",
    b"AGJvYgBidWlsZGVy\r\n", b"Ym9i\r\n", b"=\r\n", b"*\r\n", b"\r\n", b"NOOP\r\n",
    b"VRFY bob SMTPUTF8\r\n", b"AUTH " + b"x" * 13000 + b"\r\n",
]) | st.binary(max_size=8), max_size=25)
ESMTP = World(extensions="all", max_message_octets=65536)


@given(EXTENDED, st.randoms(use_true_random=False))
def test_with_extensions_any_split_gets_the_same_replies(pieces: list[bytes], chance: Random) -> None:
    said = b"".join(pieces)
    cuts = sorted(chance.sample(range(len(said) + 1), min(len(said), 6)))
    glued, by_line, by_chance = Talk(ESMTP), Talk(ESMTP), Talk(ESMTP)
    glued.octets(said)
    for piece in said.splitlines(keepends=True):
        by_line.octets(piece)
    for start, end in pairwise([0, *cuts, len(said)]):
        by_chance.octets(said[start:end])
    for talk in (by_line, by_chance):
        assert b"".join(talk.segments) == b"".join(glued.segments)
        assert talk.messages == glued.messages and talk.world == glued.world


@given(st.lists(st.sampled_from([
    b"EHLO me.example\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<bob@lab.example>\r\n", b"DATA\r\n", b".\r\n",
    b"BDAT 5\r\n", b"BDAT 1 LAST\r\n", b"AUTH LOGIN Ym9i\r\n", b"YnVpbGRlcg==\r\n", b"RSET\r\n", b"\r\n",
]), max_size=12))
def test_octet_by_octet_a_session_with_extensions_is_the_same(pieces: list[bytes]) -> None:
    glued, parted = Talk(ESMTP), Talk(ESMTP)
    glued.octets(b"".join(pieces))
    for octet in b"".join(pieces):
        parted.octets(bytes([octet]))
    assert b"".join(parted.segments) == b"".join(glued.segments)
    assert parted.messages == glued.messages


SECURED = st.lists(st.sampled_from([
    b"EHLO me.example\r\n", b"STARTTLS\r\n", b"AUTH LOGIN Ym9i\r\n", b"YnVpbGRlcg==\r\n",
    b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<bob@lab.example>\r\n", b"BDAT 2\r\nab", b"DATA\r\n", b".\r\n",
    b"NOOP\r\n", b"STARTTLS x\r\n", b"RSET\r\n",
]), max_size=16)


@given(SECURED, st.sampled_from([1, 3, 1000]), st.binary(max_size=12))
def test_groups_split_anyhow_are_the_same_but_for_what_follows_starttls(
    pieces: list[bytes], most: int, behind: bytes,
) -> None:
    def played(*, in_groups: bool, most: int, behind: bytes) -> tuple[bytes, object]:
        talk, group = Talk(ESMTP), b""
        for piece in (*pieces, b""):
            group += piece
            if in_groups and piece and piece != b"STARTTLS\r\n":
                continue
            shook_hands = len(talk.certificates)
            for start in range(0, len(group), most):
                is_last = start + most >= len(group)
                talk.octets(group[start:start + most] + (behind if is_last and piece == b"STARTTLS\r\n" else b""))
            group = b""
            if len(talk.certificates) > shook_hands:
                talk.handshake()
        return b"".join(talk.segments), talk.session.session

    alone = played(in_groups=False, most=1000, behind=b"")
    assert played(in_groups=True, most=most, behind=b"") == alone
    if all(piece != b"STARTTLS\r\n" for piece in pieces) or ends_in_handshakes(pieces):
        assert played(in_groups=False, most=1000, behind=behind) == alone


def ends_in_handshakes(pieces: list[bytes]) -> bool:
    """True when every STARTTLS of the list gets its 220, so that a handshake follows."""
    talk = Talk(ESMTP)
    for piece in pieces:
        before = len(talk.certificates)
        talk.octets(piece)
        if len(talk.certificates) > before:
            talk.handshake()
        elif piece == b"STARTTLS\r\n":
            return False
    return True


@given(EXTENDED)
def test_a_client_follows_every_session_with_extensions(pieces: list[bytes]) -> None:
    talk, dialogue = Talk(ESMTP), Dialogue()
    dialogue.received(b"".join(talk.segments))
    for piece in pieces:
        seen = len(talk.segments)
        dialogue.sent(piece)
        talk.octets(piece)
        dialogue.received(b"".join(talk.segments[seen:]))
        if not talk.closed:
            assert dialogue.session == talk.session.session
    assert not dialogue.partial_reply


@given(PIECES)
def test_any_octets_whatever_neither_crash_nor_hang_it(pieces: list[bytes]) -> None:
    talk = Talk()
    for piece in pieces:
        for reply in talk.octets(piece):
            assert 200 <= reply.code < 600
            assert all(len(line) <= 512 for line in reply.octets.split(b"\r\n")) and reply.octets.isascii()


@given(PIECES)
def test_glued_together_they_get_the_same_replies(pieces: list[bytes]) -> None:
    parted, glued = Talk(), Talk()
    for piece in pieces:
        parted.octets(piece)
    glued.octets(b"".join(pieces))
    assert b"".join(parted.segments) == b"".join(glued.segments)
    assert parted.messages == glued.messages


NASTY = st.lists(st.sampled_from([b"\r", b"\n", b"\0", b"\xff", b"\xc3\xa9", b"\\", b" ", b"a"]), max_size=8)


@given(NASTY.map(b"".join))
def test_no_octets_of_a_client_make_a_line_of_a_reply(octets: bytes) -> None:
    for world in (World(), ESMTP):
        talk = Talk(world)
        talk.octets(b"EHLO me.example\r\n")
        for head in (b"", b"VRFY ", b"HELP ", b"MAIL FROM:<", b"AUTH "):
            said = head + octets.replace(b"\r\n", b"\r \n")
            talk.octets(said + b"\r\n" + b"*\r\n" * 2)
        for line in b"".join(talk.segments).removesuffix(b"\r\n").split(b"\r\n"):
            assert line[:3].isdigit() and not set(line) & {0, 10, 13}


def test_the_same_step_twice_gives_the_same_result() -> None:
    world = World()
    session = step(world, open_session(world, now=0.0), Tick(0.0))[1]
    given_ = Octets(b"EHLO me.example\r\nMAIL FROM:<a@b.example>\r\n", 1.0)
    assert step(world, session, given_) == step(world, session, given_)


def test_a_line_of_a_megabyte_is_one_500_and_kept_in_little_memory() -> None:
    talk = Talk()
    talk.replies()
    for _ in range(1024):
        assert talk.octets(b"x" * 1024) == []
        assert len(talk.session.uncut) < 1024
    assert [reply.code for reply in talk.octets(b"\r\nNOOP\r\n")] == [500, 250]


def test_cutting_a_long_line_short_never_makes_a_line_end() -> None:
    for size in range(505, 545):
        talk = Talk()
        talk.replies()
        talk.octets(b"x" * size + b"\r" + b"y" * 600)
        assert talk.octets(b"\nQUIT\r\n")[0].code == 500
        assert not talk.closed


def test_a_message_over_the_limit_is_read_to_its_end_in_little_memory() -> None:
    talk = Talk(World(max_message_octets=65536))
    talk.say("EHLO me.example", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA")
    for _ in range(64):
        talk.octets(b"x" * 76 + b"\r\n" + b"y" * 65536)
        assert sum(map(len, talk.session.pieces)) <= 65536
    assert talk.octets(b"\r\n.\r\nNOOP\r\n")[0].code == 552


def test_mail_data_in_single_octets_does_not_pile_up() -> None:
    talk = Talk()
    talk.say("EHLO me.example", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA")
    for _ in range(20000):
        talk.octets(b"x")
    assert len(talk.session.pieces) < 10
    assert sys.getsizeof(talk.session.held) < 100


def test_a_new_session_is_due_at_once_and_a_closed_one_never() -> None:
    world = World(idle_s=30.0)
    session = open_session(world, now=5.0)
    assert deadline(world, session) == 5.0
    _, session, _ = step(world, session, Tick(5.0))
    assert deadline(world, session) == 35.0
    _, session, _ = step(world, session, Shutdown(6.0))
    assert deadline(world, session) is None


def test_each_command_starts_the_wait_anew() -> None:
    talk = Talk(World(idle_s=30.0))
    talk.now = 20.0
    talk.say("NOOP")
    talk.give(Tick(45.0))
    assert not talk.closed
    talk.give(Tick(50.0))
    assert talk.closed


def test_shutdown_before_the_greeting_is_a_421_greeting() -> None:
    world = World()
    _, session, actions = step(world, open_session(world, now=0.0), Shutdown(0.0))
    assert b"421 lab.example" in actions[0].octets  # type: ignore[union-attr]
    assert session.session.state is State.CLOSED


def test_a_stranger_is_told_why_and_may_only_quit() -> None:
    talk = Talk(refusal="serves another user of this machine")
    assert talk.replies()[0].text == "lab.example serves another user of this machine"
    assert talk.codes("EHLO me.example", "QUIT") == [503, 221]


def test_a_client_that_talks_before_the_greeting_is_greeted_first() -> None:
    world = World()
    _, _, actions = step(world, open_session(world, now=0.0), Octets(b"QUIT\r\n", 0.0))
    assert actions[0].octets.startswith(b"220 ") and b"\r\n221 " in actions[0].octets  # type: ignore[union-attr]


def test_greylisting_refuses_the_first_try_and_takes_a_later_one() -> None:
    talk = Talk(World(greylist_s=60.0))
    talk.say("EHLO me.example", "MAIL FROM:<a@b.example>")
    assert talk.say("RCPT TO:<bob@lab.example>").code == 450
    talk.now = 59.0
    assert talk.say("RCPT TO:<bob@lab.example>").code == 450
    talk.now = 60.0
    assert talk.say("RCPT TO:<bob@lab.example>").code == 250


def test_an_accepted_message_takes_storage_and_a_refused_one_does_not() -> None:
    talk = Talk(World(mailboxes=(Mailbox("bob", "Bob"), Mailbox("carol", "Carol", Fate.BUSY))))
    left = [talk.world.storage_octets]
    talk.say("EHLO me.example", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA", "hello", ".")
    left.append(talk.world.storage_octets)
    assert left[0] - left[1] == 2 * BLOCK_OCTETS
    talk.say("MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA", "é", ".")
    assert talk.world.storage_octets == left[1]


def test_empty_messages_take_storage_too() -> None:
    talk = Talk(World(storage_octets=70_000))
    letter = ("MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA", ".")
    talk.say("EHLO me.example")
    assert talk.codes(*letter) == [250, 250, 354, 250]
    assert talk.codes(*letter) == [250, 250, 354, 250]
    assert talk.codes(letter[0]) == [452]


def test_a_delivered_message_carries_its_trace_above_the_header() -> None:
    talk = Talk()
    talk.say("EHLO me.example", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA",
             "From: x@y.example", "To: z@y.example", "", "hi", ".")
    message = talk.messages[0]
    assert message.delivered.startswith(b"Return-Path: <a@b.example>\r\nReceived: from me.example by lab.example")
    assert message.parsed()["From"] == "x@y.example"
    assert [row["header"] for row in message.to_rows()] == ["x@y.example", "z@y.example"]
