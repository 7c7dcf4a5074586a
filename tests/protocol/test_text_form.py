"""Lines of the text form read back, and one of no known form is told by its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.entry import Entry
from smtplab.protocol.text_form import Directive, LineError, format_line, parse_lines, parse_script, unescape
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import show


@given(st.binary(max_size=60))
def test_shown_octets_can_be_unescaped(octets: bytes) -> None:
    assert unescape(show(octets)) == octets


def test_a_plain_line_is_written_literally_and_any_other_is_escaped() -> None:
    assert format_line("C", "MAIL FROM:<é@x>\r\n".encode()) == "C: MAIL FROM:<é@x>"
    assert format_line("S", b"250 ok") == "S| 250 ok"
    assert format_line("S", b"250 \xff\r\n") == r"S| 250 \xff\r\n"


def test_remarks_and_empty_lines_are_ignored() -> None:
    assert [n for n, _ in parse_lines("# title\n\nC: NOOP\n  # more\nS: 250 OK\n")] == [3, 5]


def test_a_script_holds_directives_and_tells_where_they_stand() -> None:
    assert list(parse_script("@say  Hello \n  # no part of it\n  you.\n@clear\nC: NOOP\n")) == [
        (1, Directive("say", "Hello", 7)), (3, Directive("", "you.", 3)), (4, Directive("clear", "", 7)),
        (5, Entry("C", b"NOOP\r\n"))]


def test_only_a_directive_goes_on_in_an_indented_line() -> None:
    with pytest.raises(LineError) as told:
        list(parse_script("@say Hello\nC: NOOP\n  you.\n"))
    assert (told.value.line, told.value.column) == (3, 1)


def test_a_wrong_escape_is_told_by_line_and_column() -> None:
    with pytest.raises(LineError) as told:
        list(parse_script("C: NOOP\nC| ab\\q"))
    assert (told.value.line, told.value.column) == (2, 6)


@pytest.mark.parametrize(("line", "expected"), [
    ("X: NOOP", "Line 1: 'X: NOOP' has no known form"), ("-- gone", "Line 1"),
    (r"C| \q", "character 1 is a backslash"), ("NOOP", "A line begins with"), (r"C| \x4", "backslash"),
    ("@say hello", "Line 1: @say is a directive; only a scenario"), (" more", "has no known form")])
def test_a_line_of_no_known_form_is_told_by_number(line: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected.replace("\\", "\\\\")):
        Transcript.parse(line)
