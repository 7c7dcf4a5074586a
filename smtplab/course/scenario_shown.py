"""How much of a client's record is shown: the rest has come already, and waits for its turn.

What is shown at each time is the beginning of lists that only grow: a scenario of thousands of lines has as many
frames, and none of them copies the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.transcript import Entry, Transcript

Sent = tuple[int, int]
"""How far a client has come: TLS handshakes, and octets sent since the last of them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown of a session at one time; it stays so while the session goes on.

    Attributes
    ----------
    entries, exchanges : list
        Record and steps of the session, also those that are shown later.
    whole, octets : int
        How many entries are shown, and how many octets of the one behind them.
    steps : int
        How many exchanges are shown.
    """

    entries: list[Entry] = field(default_factory=list, repr=False)
    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    whole: int = 0
    octets: int = 0
    steps: int = 0

    @property
    def transcript(self) -> Transcript:
        """The record so far."""
        return Transcript((*self.entries[: self.whole], *self.split()[:1]))

    def split(self) -> tuple[Entry, ...]:
        """The entry of which a part is shown, as that part and the rest; nothing when there is none."""
        if not self.octets:
            return ()
        entry = self.entries[self.whole]
        return replace(entry, octets=entry.octets[: self.octets]), replace(entry, octets=entry.octets[self.octets :])

    def until(self, whole: int) -> "Seen":
        """The same steps, with more of the record: what the client sent for the next one."""
        return replace(self, whole=whole, octets=0)


class Shown:
    """A record that grows, and how far it is shown.

    Parameters
    ----------
    edition : {2821, 5321}

    Attributes
    ----------
    sent : tuple of int
        How far the client has come.
    """

    def __init__(self, edition: int = 2821) -> None:
        self._entries: list[Entry] = []
        self._whole = self._octets = 0  # entries shown whole, and octets of the one behind them
        self._dialogue = Dialogue(edition)
        self.sent: Sent = (0, 0)

    def see(self, entries: Sequence[Entry]) -> None:
        """The record as it is now; it only grows."""
        for entry in entries[len(self._entries) :]:
            self._entries.append(entry)
            handshakes, octets = self.sent
            if entry.event == "tls":
                self.sent = handshakes + 1, 0
            elif entry.direction == "C" and entry.layer != "outside":
                self.sent = handshakes, octets + len(entry.octets)

    def seen(self) -> Seen:
        """What is shown."""
        exchanges = self._dialogue.exchanges
        return Seen(self._entries, exchanges, self._whole, self._octets, len(exchanges))

    def rest(self) -> Transcript:
        """What was said and is not shown, without the faults behind it."""
        hidden = (*self.seen().split()[1:], *self._entries[self._whole + bool(self._octets) :])
        said = [replace(entry, forced="", meant=None) for entry in hidden if entry.octets or entry.event]
        return Transcript(tuple(Transcript(tuple(said)).merged()))

    def unseen(self) -> Entry | None:
        """The first thing said that is not shown: an event, or octets of one direction joined."""
        return next(iter(self.rest().entries), None)

    def advance(self, direction: str, octets: int) -> None:
        """Show so many octets more of a direction; none of an event, and what stands before them."""
        while self._whole < len(self._entries):
            entry = self._entries[self._whole]
            is_wanted = entry.layer != "outside" and entry.direction == direction
            left = len(entry.octets) - self._octets
            if is_wanted and direction != "-" and left > octets:
                self._show(octets)
                return
            self._show(left)
            octets -= left if is_wanted else 0
            if is_wanted and octets <= 0:
                return

    def everything(self) -> None:
        """Show all of it."""
        while self._whole < len(self._entries):
            self._show(len(self._entries[self._whole].octets) - self._octets)

    def _show(self, octets: int) -> None:
        """Show so many octets more of the next entry, or the end of it."""
        entry = self._entries[self._whole]
        end = self._octets + octets
        if entry.layer != "outside":
            self._dialogue.take(entry.direction, entry.octets[self._octets : end], entry.event, entry.forced)
        self._whole, self._octets = (self._whole + 1, 0) if end >= len(entry.octets) else (self._whole, end)
