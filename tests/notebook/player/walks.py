"""Walks through scenarios, for the tests of the player."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtplab.course.scenario import scenarios
from smtplab.notebook.player.player import Player

SEEN = ("state", "classes", "labels", "caption", "envelope", "messages", "faults", "apart", "mismatch")
"""What a reply changes."""

EXAMPLE = Path(__file__).with_name("player_example.txt")
"""One of those that come with smtplab, as it once was: what is asked in them may be said better some day."""

ALL = pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)


def steps(player: Player) -> Iterator[int]:
    """Walk to the last step, and say at each which it is."""
    yield player.number
    while player.next():
        yield player.number


def seen(player: Player) -> str:
    """All that is seen, without the names of steps: those of questions are told once they were seen."""
    return json.dumps({name: shown for name, shown in player.view().items() if name != "steps"})
