"""A client's record of its connection, and the dialogue folded from it; no socket is here.

An interrupt (Ctrl-C, a notebook's stop button) may come between any two steps of Python. So the truth is kept in two
values that each change in one indivisible step: `said`, the octets that are to go out, and `log`, what did happen.
Everything else is folded from them, and folded again from the beginning when an interrupt cut the folding short.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from smtplab.network.copies import Place
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.machine import CLOSED, LOST, UNASKED
from smtplab.protocol.transcript import Direction, Entry, Layer, Transcript

KEPT_OCTETS = 8 * 1024 * 1024
"""Beyond this the transcript is cut short; the dialogue goes on."""

LONGEST_REPLY = KEPT_OCTETS
"""A reply that has not ended after so many octets has no end: the client hangs up."""

KEPT_EXCHANGES = 100_000
ENTRY_OCTETS = 160
"""What an entry costs beside its octets."""

SEND_OCTETS = 256 * 1024
SEGMENT = (65536,)
"""The most octets handed over, and taken, in one call."""


class Conversation:
    """What was said and heard over one connection.

    Parameters
    ----------
    edition : {2821, 5321}
    clock : callable
        Gives seconds.
    """

    def __init__(self, edition: int, clock: Callable[[], float]) -> None:
        self._edition, self._clock = edition, clock
        self._began = clock()
        self._said = bytearray()
        self._log: list[tuple[int | bytes | str, float]] = []
        self._overheard: list[tuple[int, Direction, bytes, float]] = []
        self._dropped = 0
        self._kept: tuple[int, int] | None = None
        self._is_folding = False
        self._reading: _Reading | None = None
        self.cannot_send = False
        self._start_folding()

    def _start_folding(self) -> None:
        self.dialogue = Dialogue(self._edition)
        self.is_over = self._has_forgotten = False
        self._folded = self._flown = self._octets = self._answered = 0

    def on(self, clock: Callable[[], float]) -> "Conversation":
        """This record, gone on with on another clock that stands where this one's stood."""
        self._clock = clock
        return self

    def after(self, exchanges: Sequence[Exchange], place: Place) -> "Conversation":
        """The record as it stood when the session had come so far, to be gone on with over another connection.

        Parameters
        ----------
        exchanges : sequence of Exchange
            From the beginning.
        place : Place
            How far they go.
        """
        kept = Conversation(self._edition, self._clock)
        kept._began = self._began
        kept._log, kept._said, places = self._log_until(place)
        kept._overheard = [(places[entry[0]], *entry[1:]) for entry in self._overheard if entry[0] < len(places)]
        kept.dialogue = Dialogue.after(exchanges, self._edition)
        kept._folded, kept._flown = len(kept._log), len(kept._said)
        kept._answered = len(kept._said)
        kept._octets = len(kept._said) + sum(len(what) for what, _ in kept._log if isinstance(what, bytes))
        kept._octets += ENTRY_OCTETS * len(kept._log)
        return kept

    def _log_until(self, place: Place) -> tuple[list[tuple[int | bytes | str, float]], bytearray, list[int]]:
        """What happened, and what was said, until so many octets of either side had gone over the wire.

        Also for each place in the log until there, which place it is in the log that is given.
        """
        handshakes, heard, said = place.handshakes, len(place.heard), len(place.said)
        log: list[tuple[int | bytes | str, float]] = []
        flown = 0
        octets = bytearray()
        places: list[int] = []
        for what, time in self._log:
            if not (handshakes or heard or said):
                break
            cut: int | bytes | str = what
            if isinstance(what, int):
                cut = what if handshakes else min(what, heard)
                heard -= 0 if handshakes else cut
                octets += self._said[flown : flown + cut]
                flown += what
            elif isinstance(what, str):
                handshakes -= 1
            elif not handshakes:
                cut = what[:said]
                said -= len(cut)
            places.append(len(log))
            if cut:
                log.append((cut, time))
        return log, octets, places

    def say(self, octets: bytes) -> None:
        """Octets that are to go out."""
        self._said += octets

    @property
    def has_unsent(self) -> bool:
        """True when octets are left that have not gone out, as far as folded, and may still go."""
        return len(self._said) > self._flown and not self.cannot_send

    @property
    def has_forgotten(self) -> bool:
        """True when the session was so long that its first exchanges were let go."""
        return self._kept is not None or self._has_forgotten

    @property
    def is_endless(self) -> bool:
        """True when the reply that is coming has no end."""
        return len(self.dialogue.partial_reply) > LONGEST_REPLY

    def answer(self, new: Sequence[Exchange]) -> Exchange | None:
        """The one of these exchanges that answers the last octets said, if those are not mail data or still wait."""
        if self._answered == self._dropped + len(self._said):
            for exchange in reversed(new):
                if exchange.reply is not None and exchange.event != UNASKED:
                    return exchange
        return None

    def send(self, send: Callable[[bytes], int]) -> None:
        """Let `send` take what it can of the unsent octets; `fold` stands before and after it.

        All is one call of C code, as in `receive`: an interrupt comes before it or after it, and never between
        the octets' leaving and their being noted.
        """
        unsent = bytes(self._said[self._flown : self._flown + SEND_OCTETS])
        try:
            self._log.extend(zip(map(send, (unsent,)), iter(self._clock, None)))  # noqa: B905
        except BlockingIOError:
            pass
        except OSError:  # the other end is gone, but what it said before may still stand here unread
            self.cannot_send = True

    def receive(self, receive: Callable[[int], bytes]) -> None:
        """Take what `receive` has; no octets, an error, or a reply without end mean the end of the connection."""
        if self.is_endless:
            self.end()
            return
        try:
            self._log.extend(zip(map(receive, SEGMENT), iter(self._clock, None)))  # noqa: B905
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def end(self) -> None:
        """Take note that the connection is gone."""
        self._log.append((b"", self._clock()))

    def shook_hands(self, is_up: bool) -> None:
        """Take note that a TLS handshake succeeded or failed."""
        self._log.append(("tls" if is_up else "tls failed", self._clock()))

    def overhear(self, direction: str, octets: bytes) -> None:
        """Take note of octets as a listener sees them, beside those that are said."""
        if self._kept is None:
            side: Direction = "C" if direction == "C" else "S"
            self._overheard.append((len(self._log), side, octets, self._clock()))
            self._octets += len(octets) + ENTRY_OCTETS

    def fold(self) -> list[Exchange]:
        """Fold what has happened since; gives the exchanges it completed."""
        if self._is_folding and self._kept is None:
            known = len(self.dialogue.exchanges)
            self._start_folding()
            return self._fold()[known:]
        return self._fold() if self._folded < len(self._log) else []

    def _fold(self) -> list[Exchange]:
        self._is_folding = True
        dialogue = self.dialogue
        new: list[Exchange] = []
        for what, _ in self._log[self._folded :]:
            self._folded += 1
            if isinstance(what, int):
                flown = self._flown + what
                dialogue.sent(bytes(self._said[self._flown : flown]))
                self._flown = flown
                self._octets += what + ENTRY_OCTETS
            elif isinstance(what, str):
                new.append(dialogue.tls(what == "tls"))
                self._answered = self._dropped + self._flown  # what was said ahead of a handshake gets no answer
            elif what:
                for exchange in dialogue.received(what):
                    self._answered += len(exchange.sent)
                    new.append(exchange)
                self._octets += len(what) + ENTRY_OCTETS
            elif not self.is_over:
                self.is_over = True
                if dialogue.session.state is not CLOSED:
                    new.append(dialogue.lost())
        if self._octets > KEPT_OCTETS:
            self._cut_short()
        if len(dialogue.exchanges) > 2 * KEPT_EXCHANGES:
            del dialogue.exchanges[:-KEPT_EXCHANGES]
            self._has_forgotten = True
        self._is_folding = False
        return new

    def _cut_short(self) -> None:
        """Keep the record as it stood at the limit, and let go what has been folded since."""
        if self._kept is None:
            self._kept = (self._folded, self._flown)
        entries, flown = self._kept
        self._dropped += self._flown - flown
        del self._said[flown : self._flown]
        self._flown = flown
        self._folded = entries
        del self._log[entries:]

    def transcript(self) -> Transcript:
        """The record so far; of a long one only the new end is made anew."""
        reading = self._reading or _Reading()
        self._reading = None  # an interrupt, or another thread meanwhile, begins at the beginning
        if self._read(reading) or reading.transcript.truncated != (self._kept is not None):
            reading.transcript = Transcript(tuple(reading.entries), self._kept is not None)
        self._reading = reading
        return reading.transcript

    def _read(self, reading: "_Reading") -> bool:
        """Read on to where all is folded; True when there was something new."""
        known = len(reading.entries)
        while reading.place < self._folded:
            what, time = self._log[reading.place]
            if what == b"" and self._is_folding:
                break  # how it ended is not known yet
            self._read_outside(reading)
            time_s = time - self._began
            if isinstance(what, int):
                octets = bytes(self._said[reading.flown : reading.flown + what])
                reading.entries.append(Entry("C", octets, time_s, layer=reading.layer))
                reading.flown += what
            elif isinstance(what, str):
                reading.entries.append(Entry("-", b"", time_s, what))
                reading.layer = "inside" if what == "tls" else reading.layer
            elif what:
                reading.entries.append(Entry("S", what, time_s, layer=reading.layer))
            elif not reading.is_over:
                is_lost = bool(self.dialogue.exchanges) and self.dialogue.exchanges[-1].event == LOST
                reading.entries.append(Entry("-", b"", time_s, "lost" if is_lost else "closed"))
                reading.is_over = True
            reading.place += 1
        self._read_outside(reading)
        return len(reading.entries) > known

    def _read_outside(self, reading: "_Reading") -> None:
        """What a listener saw before the entry of this place in the log came."""
        while reading.outside < len(self._overheard) and self._overheard[reading.outside][0] <= reading.place:
            _, direction, octets, time = self._overheard[reading.outside]
            reading.entries.append(Entry(direction, octets, time - self._began, layer="outside"))
            reading.outside += 1


@dataclass(slots=True)
class _Reading:
    """How far the log was read into a record: its next place, the octets said before it, and what was overheard."""

    place: int = 0
    flown: int = 0
    outside: int = 0
    layer: Layer = ""
    is_over: bool = False
    entries: list[Entry] = field(default_factory=list)
    transcript: Transcript = field(default_factory=Transcript)
