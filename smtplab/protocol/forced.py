"""Which part of what a client read was forced, told from the server's record of the same session.

A client cannot see it: a forced reply looks like any other. The server's record tells it by place: so many octets that
the client sent had come, and so many of the server's had gone out. Where a fault kept a whole reply back, the place
has no octets.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.transcript import Entry, Transcript


@dataclass(frozen=True, slots=True)
class _Span:
    """Where octets of the server lie that a fault forced, counted over the session; `heard` of the client's before."""

    start: int
    end: int
    heard: int
    entry: Entry


def _spans(servers: Transcript) -> list[_Span]:
    found: list[_Span] = []
    said = heard = 0
    for entry in servers.said():
        if entry.direction == "C":
            heard += len(entry.octets)
        elif entry.direction == "S":
            end = said + len(entry.octets)
            if entry.forced:
                found.append(_Span(said, end, heard, entry))
            said = end
    return found


def mark_exchanges(exchanges: Sequence[Exchange], servers: Transcript) -> tuple[Exchange, ...]:
    """The steps that a client saw, each with the fault that forced it.

    Parameters
    ----------
    exchanges : sequence of Exchange
        From the beginning of the session.
    servers : Transcript
        The server's record of it.
    """
    spans = _spans(servers)
    marked: list[Exchange] = []
    place = first = 0
    for exchange in exchanges:
        start = place
        place += len(exchange.reply.octets) if exchange.reply is not None else 0
        while first < len(spans) and spans[first].end < start:  # behind it, so is each later step
            first += 1
        near = takewhile(lambda span: span.start <= place, islice(spans, first, None))  # noqa: B023 - used up at once
        found = next((span for span in near if _belongs(span, start, place)), None)
        marked.append(exchange if found is None else replace(exchange, forced=found.entry.forced))
    return tuple(marked)


def _belongs(span: _Span, start: int, end: int) -> bool:
    """True when a span reaches into this part; one without octets belongs to the step without a reply at its place."""
    if span.start == span.end:
        return start == end == span.start
    return span.start < end and start < span.end


def mark_transcript(record: Transcript, servers: Transcript) -> Transcript:
    r"""A client's record, with faults and decided replies as the server's record has them.

    >>> client = Transcript((Entry("S", b"220 x\r\n"), Entry("C", b"NOOP\r\n"), Entry("-", event="lost")))
    >>> withheld = Entry("S", b"", forced="NOOP -> drop before", meant=b"250 OK\r\n")
    >>> print(mark_transcript(client, Transcript((*client.entries[:2], withheld))), end="")
    S: 220 x
    C: NOOP
    # forced: NOOP -> drop before
    # decided: 250 OK
    -- lost
    """
    waiting = deque(_spans(servers))
    marked: list[Entry] = []
    said = heard = 0
    for entry in record.entries:
        while waiting and waiting[0].start == waiting[0].end == said and heard >= waiting[0].heard and (
            entry.direction != "C" or entry.layer == "outside"
        ):
            marked.append(replace(waiting.popleft().entry, time_s=entry.time_s))
        if entry.layer == "outside" or entry.direction == "-":
            marked.append(entry)
        elif entry.direction == "C":
            heard += len(entry.octets)
            marked.append(entry)
        else:
            marked += _cut(entry, said, waiting)
            said += len(entry.octets)
            passed = []
            while waiting and waiting[0].end <= said:
                passed.append(waiting.popleft())
            waiting.extendleft(reversed([span for span in passed if span.start == span.end]))
    marked += [span.entry for span in waiting if span.start == span.end]
    return replace(record, entries=tuple(marked))


def _cut(entry: Entry, place: int, spans: Iterable[_Span]) -> list[Entry]:
    """A segment that the client read, cut where what was forced begins and ends."""
    parts: list[Entry] = []
    end = place + len(entry.octets)
    at = place
    for span in takewhile(lambda span: span.start < end, spans):
        if span.start == span.end or span.end <= at:
            continue
        if span.start > at:
            parts.append(replace(entry, octets=entry.octets[at - place : span.start - place]))
            at = span.start
        stop = min(span.end, end)
        meant = span.entry.meant if at == span.start or span.entry.meant is None else b""
        octets = entry.octets[at - place : stop - place]
        parts.append(replace(entry, octets=octets, forced=span.entry.forced, meant=meant))
        at = stop
    return [*parts, replace(entry, octets=entry.octets[at - place :])] if at < end else parts
