"""Octets on the wire: any split, CRLF only, dots both ways (RFC 2821 sections 2.3.7, 4.2.1, 4.5.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.wire import (
    MAIL_DATA_START,
    Reply,
    cut_mail_data,
    cut_reply,
    decode,
    double_dots,
    encode,
    format_mail_data,
    format_reply,
    parse_command,
    show,
)

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20), min_size=1, max_size=4)
DATA_ALPHABET = st.lists(st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x", b"\r\n.", b"\x00", b"\xff"])).map(b"".join)


def take_in_pieces(wire: bytes, sizes: list[int]) -> tuple[bytes, bytes | None]:
    """Mail data and rest, fed in pieces of the given sizes."""
    held, got, rest = MAIL_DATA_START, b"", None
    while wire and rest is None:
        size = sizes.pop() if sizes else len(wire)
        piece, wire = wire[:size], wire[size:]
        data, held, rest = cut_mail_data(held, piece)
        got += data
    return got[2:], None if rest is None else rest + wire


@given(st.integers(200, 599), LINES)
def test_a_reply_reads_back_as_it_was_written(code: int, lines: list[str]) -> None:
    reply = Reply(code, tuple(lines))
    octets = format_reply(reply)
    assert cut_reply(octets + b"220 next\r\n") == (reply, len(octets))


@given(st.integers(200, 599), LINES)
def test_a_reply_is_not_complete_before_its_last_octet(code: int, lines: list[str]) -> None:
    octets = format_reply(Reply(code, tuple(lines)))
    assert cut_reply(octets[:-1]) is None


def test_a_last_line_may_have_no_text_and_no_blank() -> None:
    assert cut_reply(b"250\r\n") == (Reply(250, ("",)), 5)


def test_reply_text_may_begin_with_digits() -> None:
    assert cut_reply(b"123-234 text\r\n123 end\r\n") == (Reply(123, ("234 text", "end")), 23)


def test_a_bare_line_feed_ends_no_reply() -> None:
    assert cut_reply(b"250 OK\n") is None


def test_lines_with_different_codes_make_one_reply_with_the_last_code() -> None:
    found = cut_reply(b"250-one\r\n450 two\r\n")
    assert found is not None and found[0].code == 450 and found[0].lines == ("one", "two")


def test_a_line_without_a_code_is_a_reply_of_its_own() -> None:
    found = cut_reply(b"hello\r\n250 OK\r\n")
    assert found is not None and found[0].code == 0 and found[1] == 7


@given(DATA_ALPHABET, st.lists(st.integers(1, 5), max_size=30))
def test_mail_data_survives_transparency_at_any_split(data: bytes, sizes: list[int]) -> None:
    wire = format_mail_data(data)
    expected = data if not data or data.endswith(b"\r\n") else data + b"\r\n"
    assert take_in_pieces(wire + b"QUIT\r\n", sizes) == (expected, b"QUIT\r\n")


def test_an_empty_message_ends_with_the_crlf_of_data_itself() -> None:
    assert take_in_pieces(b".\r\n", []) == (b"", b"")


def test_no_crlf_is_added_to_a_message_that_ends_with_one() -> None:
    assert format_mail_data(b"one\r\n") == b"one\r\n.\r\n"


def test_a_dot_between_bare_line_feeds_does_not_end_the_data() -> None:
    for end in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"):
        assert take_in_pieces(b"text" + end, [])[1] is None, end


def test_only_the_dot_that_starts_a_line_is_doubled() -> None:
    assert double_dots(b"a.b\r\n.c\r\n\n.d\r\n") == b"a.b\r\n..c\r\n\n.d\r\n"


def test_a_single_leading_dot_is_deleted_when_other_characters_follow() -> None:
    assert take_in_pieces(b".hidden\r\n.\r\n", [])[0] == b"hidden\r\n"


def test_a_command_is_split_at_its_first_blank() -> None:
    command = parse_command(b"mail FROM:<a@b.example> SIZE=9 ")
    assert (command.verb, command.argument) == ("MAIL", "FROM:<a@b.example> SIZE=9")


def test_an_empty_line_is_a_command_without_verb() -> None:
    assert parse_command(b"").verb == ""


@given(st.binary(max_size=60))
def test_any_octets_survive_decode_and_encode(octets: bytes) -> None:
    assert encode(decode(octets)) == octets


@given(st.binary(max_size=60))
def test_shown_octets_are_always_printable(octets: bytes) -> None:
    assert show(octets).isprintable()


def test_half_a_character_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^Character 3 is half of one \(U\+D83D\); type it again\.$"):
        encode("hi\ud83d")
