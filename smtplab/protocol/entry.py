"""One entry of a record: a segment of octets, or an event of the connection."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["C", "S", "-"]

Layer = Literal["", "inside", "outside"]
"""In the clear; said inside TLS; the octets that carried it, as a listener saw them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a segment of octets, or an event of the connection.

    Attributes
    ----------
    direction : {"C", "S", "-"}
        Client to server, server to client, or an event.
    octets : bytes
        Empty for events.
    time_s : float
        Seconds since the connection began.
    event : str
        For ``-``: ``"lost"``, ``"closed"``, ``"tls"``, ``"tls failed"``, or seconds passing as ``"2.5 s"``.
    layer : {"", "inside", "outside"}
    forced : str
        The fault that an instructor had set and that made this happen; empty: nothing forced it.
    meant : bytes or None
        The reply that the server decided, where a fault let others, or no octets, go out.
    """

    direction: Direction
    octets: bytes = b""
    time_s: float = 0.0
    event: str = ""
    layer: Layer = ""
    forced: str = ""
    meant: bytes | None = None
