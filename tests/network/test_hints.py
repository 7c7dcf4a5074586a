"""What is odd about a line is told with its place and name."""

import pytest

from smtplab.network.hints import hints, name_of


@pytest.mark.parametrize(("line", "expected"), [
    (b"NOOP\r\n", []),
    (b"NOOP", []),
    (b"", []),
    (b"VRFY a\tb\r\n", []),
    (b"NOOP\n", ["bare LF seen, no CRLF yet"]),
    (b"NOOP\r", ["bare CR seen, no CRLF yet"]),
    ("MAIL FROM\u00a0x\r\n".encode(), ["character 10 is U+00A0, NO-BREAK SPACE"]),
    ("\u201cNOOP\u201d\r\n".encode(), ["character 1 is U+201C, LEFT DOUBLE QUOTATION MARK"]),
    (b"NOOP\x00\r\n", ["character 5 is U+0000, NUL"]),
    (b"NOOP\nRSET\r\n", ["character 5 is U+000A, LF"]),
    (b"NOOP \xff\r\n", ["character 6 is octet 0xFF"]),
])
def test_a_line_is_told(line: bytes, expected: list[str]) -> None:
    assert hints(line) == expected


def test_a_character_without_a_name_is_told_by_its_number() -> None:
    assert name_of("\x81") == "U+0081"
