"""How a session of ours stood after each of its steps: what a fork goes on from, on a server of its own.

A copy is cheap, since world and session are values: it only holds them. A step that answers several commands is also
kept as it began, so that a fork between two of its replies lets the session hear the first commands again, at the same
time and in the same world.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from smtplab.lab import Message, ServerSession, World
from smtplab.network.certificates import Authority
from smtplab.protocol.transcript import Direction, Layer

HostedEntry = tuple[Direction, bytes, float, str, Layer, str, bytes | None]
"""The fields of an `Entry`: what is kept by the thousand is kept light."""

HostedCopy = tuple[int, int, int, World, ServerSession, float, int, int]
"""The fields of a `Copy`, kept light likewise."""


class Place(NamedTuple):
    """How far a session has come: TLS handshakes, and what was heard and said since the last of them."""

    handshakes: int
    heard: bytes
    said: bytes


class Copy(NamedTuple):
    """A session of ours as it stood once.

    Attributes
    ----------
    handshakes, heard, said : int
        How far it had come (see `Place`), in octets.
    world : World
    session : ServerSession
    now : float
    entries, messages : int
        How many entries its record had, and how many messages the server.
    """

    handshakes: int
    heard: int
    said: int
    world: World
    session: ServerSession
    now: float
    entries: int
    messages: int


class Kept(NamedTuple):
    """What another server needs to go on from a place: the copies up to there, and what goes with the last of them.

    Attributes
    ----------
    place : Place
    copies : list of HostedCopy
        The last one stands at the place, or a little before.
    began : float
        When the session began, on the clock of its server.
    entries, messages : list
    authority : Authority or None
    """

    place: Place
    copies: list[HostedCopy]
    began: float
    entries: list[HostedEntry]
    messages: list[Message]
    authority: Authority | None

    @property
    def copy(self) -> Copy:
        """The last one."""
        return Copy(*self.copies[-1])


def find(copies: Sequence[HostedCopy], place: Place) -> int | None:
    """The number of the copy to go on from; None when there is none.

    The first that has heard just as much, for it is how all stood when the last reply came; what it may have said
    beyond (a reply sent twice) is still under way. Else the last from before, which has to hear the rest.
    """
    handshakes, heard, said = place.handshakes, len(place.heard), len(place.said)
    number = bisect_left(copies, (handshakes, heard, said), key=_place)
    if number < len(copies) and copies[number][:2] == (handshakes, heard):
        return number
    while number > 0:
        number -= 1
        if copies[number][0] == handshakes and copies[number][2] <= said:
            return number
    return None


def _place(copy: HostedCopy) -> tuple[int, int, int]:
    return copy[:3]


def said_since_handshake(entries: Sequence[HostedEntry]) -> bytes:
    """What the server has said since the last TLS handshake, as its record has it."""
    said: list[bytes] = []
    for direction, octets, _, event, layer, _, _ in reversed(entries):
        if event == "tls":
            break
        if direction == "S" and layer != "outside":
            said.append(octets)
    return b"".join(reversed(said))
