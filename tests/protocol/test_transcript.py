"""The record reads back, and everything else is folded from it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.transcript import (
    Directive,
    Entry,
    LineError,
    Transcript,
    format_line,
    parse_lines,
    parse_script,
    unescape,
)
from smtplab.protocol.wire import show

OCTETS = st.binary(min_size=1, max_size=30) | st.lists(
    st.sampled_from([b"\r\n", b"NOOP", b"\\", b" ", b"\xc3\xa9", b"#", b"\n"]), min_size=1).map(b"".join)
ENTRIES = st.lists(st.builds(Entry, st.sampled_from("CS"), OCTETS) | st.just(Entry("-", event="lost")), max_size=8)

ENTRY = {"direction": "C", "octets": "NOOP", "time_s": 0.0, "event": ""}
DAMAGED = {"smtplab_transcript": 1, "truncated": False, "entries": []}


@given(ENTRIES)
def test_octets_and_their_order_survive_the_text_form(entries: list[Entry]) -> None:
    transcript = Transcript(tuple(entries))
    read_back = Transcript.parse(str(transcript))
    assert list(read_back.merged()) == list(transcript.merged())


@given(ENTRIES)
def test_everything_survives_json(entries: list[Entry]) -> None:
    transcript = Transcript(tuple(entries), truncated=True)
    assert Transcript.from_json(json.loads(json.dumps(transcript.to_json()))) == transcript


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
        list(parse_script("C: NOOP\nC| \\q"))
    assert (told.value.line, told.value.column) == (2, 4)


@pytest.mark.parametrize(("line", "expected"), [
    ("X: NOOP", "Line 1: 'X: NOOP' has no known form"), ("-- gone", "Line 1"),
    (r"C| \q", "character 1 is a backslash"), ("NOOP", "A line begins with"), (r"C| \x4", "backslash"),
    ("@say hello", "Line 1: @say is a directive; only a scenario"), (" more", "has no known form")])
def test_a_line_of_no_known_form_is_told_by_number(line: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected.replace("\\", "\\\\")):
        Transcript.parse(line)


def test_rows_tell_each_step_and_the_states_around_it() -> None:
    rows = Transcript.parse("S: 220 hi\nC: RCPT TO:<bob@lab.example>\nS: 503 MAIL first\n").to_rows()
    assert [(r["event"], r["code"], r["state_before"], r["state_after"], r["kind"]) for r in rows] == [
        ("CONNECT", 220, "CONNECTED", "GREETED", "normal"), ("RCPT", 503, "GREETED", "GREETED", "refuse")]


def test_a_loss_is_folded_as_a_step() -> None:
    assert Transcript.parse("S: 220 hi\n-- lost\n").exchanges()[-1].event == "LOST"


def test_json_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 3"):
        Transcript.from_json({"smtplab_transcript": 4})


@pytest.mark.parametrize("data", [
    3, None, [], "{}", {}, {"smtplab_transcript": 1}, DAMAGED | {"entries": 3}, DAMAGED | {"entries": [{}]},
    *(DAMAGED | {"entries": [ENTRY | wrong]} for wrong in (
        {"direction": "X"}, {"octets": 3}, {"octets": "\u20ac"}, {"time_s": "soon"}, {"event": "lost"},
        {"direction": "-"},
    )),
], ids=str)
def test_damaged_json_is_told_in_a_sentence(data: object) -> None:
    with pytest.raises(ValueError, match=r"This is no smtplab transcript|is damaged"):
        Transcript.from_json(data)  # type: ignore[arg-type]


def test_what_is_no_text_is_told_in_a_sentence() -> None:
    with pytest.raises(TypeError, match="A transcript is read from a text; this is bytes"):
        Transcript.parse(b"C: NOOP")  # type: ignore[arg-type]
