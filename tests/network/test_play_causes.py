"""Every entry of section 4.3.2, and every reply that may answer any command, is seen on the wire."""

import io

import pytest

from smtplab.lab import CAUSES, GENERAL_CAUSES, Cause
from smtplab.network.play_causes import is_seen, play, play_causes
from smtplab.protocol.transcript import Transcript


def test_all_53_entries_are_seen_on_the_wire() -> None:
    out = io.StringIO()
    assert play_causes(out) == 0
    lines = out.getvalue().splitlines()
    assert lines[-1] == "53 of 53 seen on the wire"
    assert lines[0] == "1. CONNECT 220"
    assert sum(line.startswith("  C: ") for line in lines) > 53


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_each_cause_is_seen(cause: Cause) -> None:
    assert is_seen(cause, play(cause))


def test_a_dialogue_that_ends_otherwise_is_not_taken_for_seen() -> None:
    cause = CAUSES[2]
    assert not is_seen(cause, Transcript())
    assert not is_seen(cause, Transcript.parse("S: 220 x\nC: EHLO a.example\nS: 550 no\n"))


@pytest.mark.parametrize(
    "cause", [c for c in GENERAL_CAUSES if "idle" not in c.name], ids=lambda cause: f"{cause.name}-{cause.event}"
)
def test_each_general_cause_is_seen(cause: Cause) -> None:
    assert is_seen(cause, play(cause))
