"""``smtplab causes``: every reply of section 4.3.2, and each that extensions bring, caused over a real socket."""

from collections.abc import Iterable
from typing import TextIO

from smtplab.explain.catalogue import text
from smtplab.lab import Cause, causes, extension_causes, rfc_7504_causes
from smtplab.network.server import LoopbackServer
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.sequences import entries
from smtplab.protocol.transcript import Transcript

SHOWN_FIRST, SHOWN_LAST = 8, 10
"""Lines shown of a long dialogue."""


def play(cause: Cause) -> Transcript:
    """Play one cause on a server of its own; gives the client's record."""
    with LoopbackServer(cause.world) as server, server.connect() as client:
        for line in cause.lines:
            client.send(line)
        if cause.shutdown:
            server.close()
        return client.transcript


def is_seen(cause: Cause, transcript: Transcript) -> bool:
    """True when the last reply of the dialogue is the one the cause is for."""
    replies = [exchange for exchange in transcript.exchanges(cause.world.edition) if exchange.reply is not None]
    last = replies[-1] if replies else None
    return last is not None and last.reply is not None and (last.event, last.reply.code) == (cause.event, cause.code)


def play_causes(out: TextIO, edition: int = 2821) -> int:
    """Play a dialogue for every entry of the list, then for what RFC 7504 and the extensions bring.

    Parameters
    ----------
    out : text file
        Its last line is the count of the list alone.
    edition : {2821, 5321}

    Returns
    -------
    int
        0 when each was seen on the wire, else 1.
    """
    listed = [(f"{entry.number}. {entry.label} {entry.code}", cause)
              for entry, cause in zip(entries(edition), causes(edition), strict=True)]
    seen = _play_each(listed, out)
    added = [(f"{cause.event} {cause.code}", cause) for cause in (rfc_7504_causes() if edition == 5321 else ())]
    brought = [(f"{cause.extension}: {cause.event} {cause.code}", cause) for cause in extension_causes(edition)]
    all_seen = seen == len(listed)
    for name, more in (("serve.causes-7504", added), ("serve.causes-extensions", brought)):
        if more:
            print(f"{text(name)}\n", file=out)
            count = _play_each(more, out)
            all_seen &= count == len(more)
            print(f"{text(name)} {text('serve.seen', seen=count, count=len(more))}\n", file=out)
    print(text("serve.seen", seen=seen, count=len(listed)), file=out)
    return 0 if all_seen else 1


def _play_each(headed: Iterable[tuple[str, Cause]], out: TextIO) -> int:
    """Play and show each cause under its heading; gives how many were seen."""
    seen = 0
    for heading, cause in headed:
        transcript = play(cause)
        is_there = is_seen(cause, transcript)
        seen += is_there
        print(heading, cause.sentence if is_there else text("serve.not-seen"), sep="\n", file=out)
        for line in _shortened(str(hide_secrets(transcript)).splitlines()):
            print("  " + line, file=out)
        print(file=out)
    return seen


def _shortened(lines: list[str]) -> list[str]:
    left_out = len(lines) - SHOWN_FIRST - SHOWN_LAST
    if left_out <= 1:
        return lines
    return [*lines[:SHOWN_FIRST], text("serve.skipped", count=left_out), *lines[-SHOWN_LAST:]]
