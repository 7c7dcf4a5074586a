"""A client's steps marked with the faults that the server's record tells of."""

import pytest

from smtplab.protocol import forced
from smtplab.protocol.entry import Entry
from smtplab.protocol.transcript import Transcript

FAULT = "NOOP -> 250 Forced"


def record(commands: int, fault: str) -> Transcript:
    said = (Entry("C", b"NOOP\r\n"), Entry("S", b"250 Forced\r\n", forced=fault))
    return Transcript((Entry("S", b"220 lab.example\r\n"), *said * commands))


def test_each_step_of_a_long_session_is_compared_with_the_fault_at_its_place_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    belongs = forced._belongs
    monkeypatch.setattr(forced, "_belongs", lambda *given: compared.append(given) or belongs(*given))
    steps = forced.mark_exchanges(record(1000, "").exchanges(), record(1000, FAULT))
    assert [step.forced for step in steps] == ["", *[FAULT] * 1000]
    assert len(compared) < 3000  # a console marks all steps after each line, so this must not grow with their square


def test_a_long_record_is_marked_piece_by_piece() -> None:
    marked = forced.mark_transcript(record(500, ""), record(500, FAULT))
    assert [entry.forced for entry in marked.entries if entry.direction == "S"] == ["", *[FAULT] * 500]
