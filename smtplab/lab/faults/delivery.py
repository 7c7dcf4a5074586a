"""How a reply reaches the client when a fault stands in its way: which octets, in which pieces, when."""

from collections.abc import Iterator
from dataclasses import dataclass

from smtplab.lab.faults.fault import INSTEAD, Way, What
from smtplab.protocol.wire import CRLF

SPLIT_S = 0.001
"""Between two octets of a reply that is split: enough that each is a segment of its own."""

GLUE_S = 2.0
"""How long a reply waits for the next one, to go with it; a client that waits for it says nothing meanwhile."""

LONG_LINE_OCTETS = 9000
"""Length of a reply line that is too long: over the 512 octets of section 4.5.3.1, and what clients in use bear."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets that go out.

    Attributes
    ----------
    octets : bytes
    meant : bytes or None
        What the server decided, where that is something else.
    after_s : float
        Seconds after the piece before.
    """

    octets: bytes
    meant: bytes | None = None
    after_s: float = 0.0


def pieces(reply: bytes, what: What) -> Iterator[Piece]:
    r"""The pieces of a reply.

    >>> [piece.octets for piece in pieces(b"250 OK\r\n", What(ways=(Way.CODES_DIFFER, Way.NO_CRLF)))]
    [b'250-OK\r\n550 OK']
    """
    if any(way in INSTEAD for way in what.ways):
        yield Piece(b"", reply, what.delay_s)
        return
    octets = reply
    if Way.CODES_DIFFER in what.ways:
        octets = _with_other_code(octets)
    if Way.TOO_LONG in what.ways:
        octets = octets.removesuffix(CRLF).ljust(LONG_LINE_OCTETS, b".") + CRLF
    if Way.NO_CRLF in what.ways:
        octets = octets.removesuffix(CRLF)
    meant = reply if octets != reply else None
    if Way.SPLIT in what.ways:
        for place, octet in enumerate(octets):
            first = place == 0
            yield Piece(bytes([octet]), meant if first or meant is None else b"", what.delay_s if first else SPLIT_S)
    else:
        yield Piece(octets, meant, what.delay_s)
    if Way.TWICE in what.ways:
        yield Piece(octets, b"")


def _with_other_code(reply: bytes) -> bytes:
    """The reply with a last line of the other kind: no for yes, yes for no."""
    *lines, last = reply.removesuffix(CRLF).split(CRLF)
    other = (b"5" if reply[:1] in b"23" else b"2") + last[1:]
    first = last[:3] + b"-" + last[4:]
    return CRLF.join((*(lines or [first]), other)) + CRLF
