"""Each file in tests/dialogues plays as written: line by line, octet by octet, and glued into one segment."""

from pathlib import Path

import pytest

from smtplab.lab import World
from smtplab.protocol.transcript import Transcript
from tests.lab.talk import Talk

FILES = sorted((Path(__file__).parents[1] / "dialogues").glob("*.txt"))
WORLDS = {"refused_at_connection": World(takes_mail=False)}


def sides(path: Path) -> tuple[list[bytes], bytes]:
    """What the client sends, segment by segment, and all that the server answers."""
    entries = list(Transcript.parse(path.read_text(encoding="utf-8")).merged())
    return ([entry.octets for entry in entries if entry.direction == "C"],
            b"".join(entry.octets for entry in entries if entry.direction == "S"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_plays_as_written_at_any_split(path: Path) -> None:
    segments, expected = sides(path)
    whole = b"".join(segments)
    for pieces in (segments, [whole], [bytes([octet]) for octet in whole]):
        talk = Talk(WORLDS.get(path.stem))
        for piece in pieces:
            talk.octets(piece)
        assert b"".join(talk.segments) == expected
        assert talk.closed


def test_there_are_golden_dialogues() -> None:
    assert len(FILES) >= 12
