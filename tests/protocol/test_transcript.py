"""The record reads back, and everything else is folded from it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.transcript import Entry, Transcript

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
        {"direction": "-"}, {"event": "foo"}, {"event": None}, {"event": 3}, {"time_s": 10**400},
        {"time_s": float("nan")},
    )),
], ids=str)
def test_damaged_json_is_told_in_a_sentence(data: object) -> None:
    with pytest.raises(ValueError, match=r"This is no smtplab transcript|is damaged"):
        Transcript.from_json(data)  # type: ignore[arg-type]


def test_what_is_no_text_is_told_in_a_sentence() -> None:
    with pytest.raises(TypeError, match="A transcript is read from a text; this is bytes"):
        Transcript.parse(b"C: NOOP")  # type: ignore[arg-type]
