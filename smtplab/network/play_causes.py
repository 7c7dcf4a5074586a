"""``smtplab causes``: every reply of RFC 2821 section 4.3.2, caused over a real socket and shown."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TextIO

from smtplab.explain.catalogue import text
from smtplab.lab import CAUSES, Cause
from smtplab.network.server import LoopbackServer
from smtplab.protocol.sequences import Entry, entries
from smtplab.protocol.transcript import Transcript

SHOWN_FIRST, SHOWN_LAST = 8, 3
"""Lines shown of a long dialogue."""


def play(cause: Cause, edition: int = 2821) -> Transcript:
    """Play one cause on a server of its own; gives the client's record."""
    with LoopbackServer(replace(cause.world, edition=edition)) as server, server.connect() as client:
        for line in cause.lines:
            client.send(line)
        if cause.shutdown:
            server.close()
        return client.transcript


def is_seen(cause: Cause, transcript: Transcript, edition: int = 2821) -> bool:
    """True when the last reply of the dialogue is the one the cause is for."""
    replies = [exchange for exchange in transcript.exchanges(edition) if exchange.reply is not None]
    last = replies[-1] if replies else None
    return last is not None and last.reply is not None and (last.event, last.reply.code) == (cause.event, cause.code)


def play_causes(out: TextIO, edition: int = 2821) -> int:
    """Play a dialogue for every entry of the list.

    Parameters
    ----------
    out : text file
    edition : {2821, 5321}

    Returns
    -------
    int
        0 when each was seen on the wire, else 1.
    """
    left = list(CAUSES)
    listed = entries(edition)
    seen = 0
    for entry in listed:
        print(f"{entry.number}. {entry.label} {entry.code}", file=out)
        cause = _cause_of(entry, left)
        if cause is None:
            print(text("serve.no-cause") + "\n", file=out)
            continue
        left.remove(cause)
        transcript = play(cause, edition)
        is_there = is_seen(cause, transcript, edition)
        seen += is_there
        print(cause.sentence if is_there else text("serve.not-seen"), file=out)
        for line in _shortened(str(transcript).splitlines()):
            print("  " + line, file=out)
        print(file=out)
    print(text("serve.seen", seen=seen, count=len(listed)), file=out)
    return 0 if seen == len(listed) else 1


def _cause_of(entry: Entry, causes: Iterable[Cause]) -> Cause | None:
    return next((cause for cause in causes if cause.event in entry.events and cause.code == entry.code), None)


def _shortened(lines: list[str]) -> list[str]:
    left_out = len(lines) - SHOWN_FIRST - SHOWN_LAST
    if left_out <= 1:
        return lines
    return [*lines[:SHOWN_FIRST], text("serve.skipped", count=left_out), *lines[-SHOWN_LAST:]]
