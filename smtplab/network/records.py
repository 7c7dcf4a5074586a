"""The records of one server's sessions, and how each stood after its steps: as much as the limits let it keep.

Whoever calls holds the lock of the server.
"""

from collections.abc import Callable

from smtplab.network.copies import HostedCopy
from smtplab.network.record import Hosted, SessionRecord
from smtplab.protocol.transcript import Direction, Entry, Layer

KEPT_OCTETS = 8 * 1024 * 1024
"""What one record may hold: a message of the largest size fits."""

KEPT_IN_ALL = 64 * 1024 * 1024
"""What the records of one server may hold together; at half of it the oldest closed sessions are forgotten."""

KEPT_COPIES = 5000
"""How many steps of one session can be gone back to; beyond, the older half is let go."""

ENTRY_OCTETS, COPY_OCTETS = 160, 900
"""What an entry costs beside its octets, and a copy to go back to: 650 after NOOP, 860 in a mail, 1,370 after EHLO."""


class Records:
    """What a server keeps of its sessions.

    Parameters
    ----------
    is_told : bool
        True when somebody is told what happens: `take_happened` gives it.
    """

    def __init__(self, is_told: bool) -> None:
        self._is_told = is_told
        self._happened: list[Entry] = []
        self._hosted: dict[int, Hosted] = {}
        self._octets = 0

    def add(self, hosted: Hosted) -> None:
        """Begin the record of a session; where room is short, the oldest closed ones are forgotten."""
        if self._octets > KEPT_IN_ALL // 2:
            self._forget()
        self._hosted[hosted.number] = hosted

    def _forget(self) -> None:
        for hosted in [hosted for hosted in self._hosted.values() if not hosted.open]:
            self._octets -= _cost(hosted)
            del self._hosted[hosted.number]
            if self._octets <= KEPT_IN_ALL // 4:
                return

    def count(self, hosted: Hosted) -> None:
        """Count what a session brings along that has begun on another server."""
        hosted.kept = sum(len(entry[1]) + ENTRY_OCTETS for entry in hosted.entries)
        self._octets += _cost(hosted)

    def find(self, address: str | int) -> Hosted | None:
        """The last session from this address, or of this number."""
        found = (hosted for hosted in reversed(self._hosted.values()) if address in (hosted.peer, hosted.number))
        return next(found, None)

    def snapshots(self) -> list[Callable[[], SessionRecord]]:
        """The present state of each session, to be made a record of without the lock."""
        return [hosted.snapshot() for hosted in self._hosted.values()]

    def note(
        self, hosted: Hosted, direction: Direction, octets: bytes, now: float, event: str = "", layer: Layer = "",
        forced: str = "", meant: bytes | None = None,
    ) -> None:
        """Write into the record of a session what happened; a record that is full ends there."""
        entry = (direction, octets, now - hosted.began, event, layer, forced, meant)
        cost = len(octets) + ENTRY_OCTETS
        if hosted.kept + cost <= KEPT_OCTETS and self._octets + cost <= KEPT_IN_ALL:
            hosted.entries.append(entry)
            hosted.kept += cost
            self._octets += cost
        else:
            hosted.truncated = True
        if self._is_told:
            self._happened.append(Entry(*entry))

    def take_happened(self) -> list[Entry]:
        """What has been noted since it was last asked for."""
        happened, self._happened = self._happened, []
        return happened

    def keep_copy(self, hosted: Hosted, copy: HostedCopy) -> None:
        """Keep how a session stands, to go back to; beyond the limits the older half is let go."""
        hosted.copies.append(copy)
        self._octets += COPY_OCTETS
        if len(hosted.copies) > KEPT_COPIES or self._octets > KEPT_IN_ALL:
            gone = len(hosted.copies) // 2
            del hosted.copies[:gone]
            self._octets -= COPY_OCTETS * gone


def _cost(hosted: Hosted) -> int:
    return hosted.kept + COPY_OCTETS * len(hosted.copies)
