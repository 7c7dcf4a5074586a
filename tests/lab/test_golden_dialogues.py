"""Each file in tests/dialogues plays as written: line by line, octet by octet, and glued into one segment."""

from pathlib import Path

import pytest

from smtplab.lab import World
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.transcript import Transcript
from tests.lab.talk import Talk

FOLDER = Path(__file__).parents[1] / "dialogues"
FILES = [*sorted(FOLDER.glob("*.txt")), *sorted((FOLDER / "esmtp").glob("*.txt"))]


def world_of(path: Path) -> World:
    if path.parent.name == "esmtp":
        return World(extensions="all")
    return World(takes_mail=path.stem != "refused_at_connection")


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
        talk, dialogue = Talk(world_of(path)), Dialogue()
        for piece in (b"", *pieces):
            seen = len(talk.segments)
            dialogue.sent(piece)
            talk.octets(piece)
            dialogue.received(b"".join(talk.segments[seen if piece else 0:]))
        assert b"".join(talk.segments) == expected
        assert talk.closed
        assert dialogue.session == talk.session.session  # both ends fold alike, however the octets came


def test_there_are_golden_dialogues() -> None:
    assert len(FILES) >= 20
