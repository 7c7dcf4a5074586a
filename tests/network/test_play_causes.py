"""Every entry of section 4.3.2, and every reply that may answer any command, is seen on the wire."""

import io
import re

import pytest

from smtplab.lab import Cause, causes, extension_causes, general_causes, rfc_7504_causes
from smtplab.network import play_causes as module
from smtplab.network.play_causes import is_seen, play, play_causes
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.transcript import Transcript

GENERAL = [cause for cause in general_causes() if "idle" not in cause.name]
ALL = [*causes(5321), *rfc_7504_causes(), *causes(2821), *GENERAL, *extension_causes()]


def named(cause: Cause) -> str:
    return f"{cause.world.edition}-{cause.name}-{cause.event}"


@pytest.fixture(scope="module", params=EDITIONS)
def told(request: pytest.FixtureRequest) -> tuple[int, list[str]]:
    """An edition, and what the command prints for it."""
    out = io.StringIO()
    assert play_causes(out, request.param) == 0
    return request.param, out.getvalue().splitlines()


def test_all_entries_are_seen_on_the_wire(told: tuple[int, list[str]]) -> None:
    edition, lines = told
    count = {2821: 53, 5321: 58}[edition]
    assert lines[-1] == f"{count} of {count} seen on the wire"
    assert lines[0] == "1. CONNECT 220"
    assert sum(line.startswith("  C: ") for line in lines) > count
    assert len([line for line in lines if re.match(r"[0-9]+\. ", line)]) == count


def test_what_was_added_later_is_counted_apart(told: tuple[int, list[str]]) -> None:
    edition, lines = told
    count = len(extension_causes(edition))
    assert f"What the extensions bring: {count} of {count} seen on the wire" in lines
    assert ("What RFC 7504 adds: 2 of 2 seen on the wire" in lines) is (edition == 5321)
    assert {"STARTTLS: STARTTLS 454", "AUTH: AUTH 454", "AUTH: AUTH-LINE 432", "AUTH: MAIL 530"} <= set(lines)


def test_no_password_is_shown(told: tuple[int, list[str]]) -> None:
    shown = "\n".join(told[1])
    assert "  C: AUTH PLAIN *****" in told[1]
    assert "AUTH PLAIN A" not in shown
    assert "builder" not in shown


@pytest.mark.parametrize("cause", ALL, ids=named)
def test_each_cause_is_seen(cause: Cause) -> None:
    assert is_seen(cause, play(cause))


def test_a_dialogue_that_ends_otherwise_is_not_taken_for_seen() -> None:
    cause = causes()[2]
    assert not is_seen(cause, Transcript())
    assert not is_seen(cause, Transcript.parse("S: 220 x\nC: EHLO a.example\nS: 550 no\n"))


@pytest.mark.parametrize("name", ["noop-250", "auth-235", "connect-521"])
def test_one_reply_that_is_missing_makes_the_command_fail(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def seen(cause: Cause, transcript: Transcript) -> bool:
        return cause.name != name

    monkeypatch.setattr(module, "play", lambda cause: Transcript())
    monkeypatch.setattr(module, "is_seen", seen)
    out = io.StringIO()
    assert play_causes(out, 5321) == 1
    assert out.getvalue().count("Not seen on the wire.") == 1
