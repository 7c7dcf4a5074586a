"""Greylisting: a sender and a recipient not seen together before must wait, since robots seldom come back."""

from smtplab.lab.world import World
from smtplab.protocol.paths import Path


def must_wait(world: World, sender: Path, recipient: Path, now: float) -> tuple[World, bool]:
    """Whether these two must wait, and the world that remembers them."""
    first = world.first_seen(sender, recipient)
    if first is None:
        return world.with_seen(sender, recipient, now), True
    return world, now - first < (world.greylist_s or 0.0)
