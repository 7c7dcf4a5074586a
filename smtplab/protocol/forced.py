"""Which part of what a client read was forced, told from the server's record of the same session.

A client cannot see it: a forced reply looks like any other. The server's record tells it by place: so many octets that
the client sent had come, and so many of the server's had gone out. Where a fault kept a whole reply back, the place
has no octets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.entry import Entry


@dataclass(frozen=True, slots=True)
class _Span:
    """Where octets of the server lie that a fault forced, counted over the session; `heard` of the client's before."""

    start: int
    end: int
    heard: int
    entry: Entry


class Marking:
    r"""Marks steps and record of a client, from the beginning on; both may grow, and only what is new is looked at.

    What the server noted must be read before what the client read of it: it stands in that order on the wire too.

    Attributes
    ----------
    known : int
        How many entries of the server's record were read.
    steps : list of Exchange
        The client's steps so far, each with the fault that forced it.
    entries : list of Entry
        The client's record so far, with faults and decided replies as the server's record has them.

    Examples
    --------
    >>> from smtplab.protocol.transcript import Transcript
    >>> client = Transcript((Entry("S", b"220 x\r\n"), Entry("C", b"NOOP\r\n"), Entry("-", event="lost")))
    >>> withheld = Entry("S", b"", forced="NOOP -> drop before", meant=b"250 OK\r\n")
    >>> marking = Marking()
    >>> marking.read((*client.entries[:2], withheld))
    >>> marking.take_entries(client.entries)
    >>> print(Transcript(tuple(marking.entries)), end="")
    S: 220 x
    C: NOOP
    # forced: NOOP -> drop before
    # decided: 250 OK
    -- lost
    """

    def __init__(self) -> None:
        self.known = 0
        self.steps: list[Exchange] = []
        self.entries: list[Entry] = []
        self._spans: list[_Span] = []
        self._said = self._heard = 0  # by the server, as its record tells
        self._step_place = self._step_span = 0  # octets in the steps, and the first span that may reach beyond them
        self._taken = self._sent = self._place = self._span = 0  # the same of the client's record
        self._time_s = 0.0

    def read(self, entries: Iterable[Entry]) -> None:
        """Go on reading the server's record."""
        for entry in entries:
            self.known += 1
            if entry.layer == "outside":
                continue
            if entry.direction == "C":
                self._heard += len(entry.octets)
            elif entry.direction == "S":
                end = self._said + len(entry.octets)
                if entry.forced:
                    self._spans.append(_Span(self._said, end, self._heard, entry))
                self._said = end

    # Steps

    def take_steps(self, exchanges: Sequence[Exchange], until: int | None = None) -> None:
        """Mark what is new in the steps of the session, which are given from the beginning; those up to a place."""
        for exchange in exchanges[len(self.steps) : until]:
            start = self._step_place
            self._step_place += len(exchange.reply.octets) if exchange.reply is not None else 0
            while self._step_span < len(self._spans) and self._spans[self._step_span].end < start:
                self._step_span += 1  # behind it, so is each later step
            found = self._reaching(start, self._step_place)
            self.steps.append(exchange if found is None else replace(exchange, forced=found.entry.forced))

    def _reaching(self, start: int, end: int) -> _Span | None:
        """The first span that reaches into this part of what the server said."""
        place = self._step_span
        while place < len(self._spans) and self._spans[place].start <= end:
            if _belongs(self._spans[place], start, end):
                return self._spans[place]
            place += 1
        return None

    # Record

    def take_entries(self, entries: Sequence[Entry]) -> None:
        """Mark what is new in the client's record, which is given from the beginning."""
        self._put_withheld()
        for entry in entries[self._taken :]:
            self._taken += 1
            self._time_s = entry.time_s
            if entry.direction == "S" and entry.layer != "outside":
                self._put_cut(entry)
            else:
                self._sent += len(entry.octets) if entry.direction == "C" and entry.layer != "outside" else 0
                self.entries.append(entry)
            self._put_withheld()

    def _next(self) -> _Span | None:
        return self._spans[self._span] if self._span < len(self._spans) else None

    def _put_withheld(self) -> None:
        """What was kept back here, once all is sent that it answers."""
        while (span := self._next()) and span.start == span.end == self._place and self._sent >= span.heard:
            self.entries.append(replace(span.entry, time_s=self._time_s))
            self._span += 1

    def _put_cut(self, entry: Entry) -> None:
        """A segment that the client read, cut where what was forced begins and ends."""
        end = self._place + len(entry.octets)
        octets = entry.octets
        while octets:
            span = self._next()
            if span is None or span.start >= end:
                taken, what = end - self._place, entry
            elif span.start > self._place:
                taken, what = span.start - self._place, entry
            else:  # none at all where a whole reply was kept back
                taken = min(span.end, end) - self._place
                is_begin = self._place == span.start or span.entry.meant is None
                what = replace(entry, forced=span.entry.forced, meant=span.entry.meant if is_begin else b"")
                self._span += span.end <= end
            self.entries.append(what if taken == len(what.octets) else replace(what, octets=octets[:taken]))
            octets = octets[taken:]
            self._place += taken


def _belongs(span: _Span, start: int, end: int) -> bool:
    """True when a span reaches into this part; one without octets belongs to the step without a reply at its place."""
    if span.start == span.end:
        return start == end == span.start
    return span.start < end and start < span.end
