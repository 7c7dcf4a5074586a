"""How much of a client's record is shown: the rest has come already, and waits for its turn."""

from dataclasses import replace

from smtplab.protocol.transcript import Entry, Transcript


class Shown:
    """A record that grows, and how far it is shown."""

    def __init__(self) -> None:
        self._entries: tuple[Entry, ...] = ()
        self._whole = self._octets = 0  # entries shown whole, and octets of the one behind them

    def see(self, entries: tuple[Entry, ...]) -> None:
        """The record as it is now."""
        self._entries = entries

    def transcript(self) -> Transcript:
        """What is shown."""
        return Transcript((*self._entries[: self._whole], *self._split()[:1]))

    def _split(self) -> tuple[Entry, ...]:
        """The entry of which a part is shown, as that part and the rest; nothing when there is none."""
        if not self._octets:
            return ()
        entry = self._entries[self._whole]
        return replace(entry, octets=entry.octets[: self._octets]), replace(entry, octets=entry.octets[self._octets :])

    def rest(self) -> Transcript:
        """What was said and is not shown, without the faults behind it."""
        hidden = (*self._split()[1:], *self._entries[self._whole + bool(self._octets) :])
        said = [replace(entry, forced="", meant=None) for entry in hidden if entry.octets or entry.event]
        return Transcript(tuple(Transcript(tuple(said)).merged()))

    def unseen(self) -> Entry | None:
        """The first thing said that is not shown: an event, or octets of one direction joined."""
        return next(iter(self.rest().entries), None)

    def advance(self, direction: str, octets: int) -> None:
        """Show so many octets more of a direction; none of an event, and what stands before them."""
        while self._whole < len(self._entries):
            entry = self._entries[self._whole]
            if entry.layer != "outside" and entry.direction == direction:
                left = len(entry.octets) - self._octets
                if direction != "-" and left > octets:
                    self._octets += octets
                    return
                octets -= left
                self._whole, self._octets = self._whole + 1, 0
                if octets <= 0:
                    return
            else:
                self._whole, self._octets = self._whole + 1, 0

    def everything(self) -> None:
        """Show all of it."""
        self._whole, self._octets = len(self._entries), 0
