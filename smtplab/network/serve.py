"""``smtplab serve``: a server for telnet, swaks or a mail program, which shows every dialogue as it happens."""

import queue
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network.hints import hints
from smtplab.network.server import LoopbackServer
from smtplab.protocol.logins import hide_line
from smtplab.protocol.transcript import Entry, format_line
from smtplab.protocol.wire import CRLF

MOST_LINES = 40
"""Lines of one client shown in a run; a long message is told by its beginning."""

WAITING_ENTRIES = 10_000
"""Entries that may wait for a slow terminal; beyond, they are counted instead of shown."""


class LiveLog:
    """Turns what happens on a server into lines for a person."""

    def __init__(self) -> None:
        self._pending: dict[int, bytes] = {}
        self._asked: set[int] = set()
        self._run: defaultdict[int, int] = defaultdict(int)

    def lines(self, number: int, entry: Entry) -> Iterator[str]:
        """The lines to show for one entry of a session; a line in pieces is shown when it is whole."""
        if entry.layer == "outside":  # only carries what was said inside TLS
            return
        if entry.direction == "C":
            yield from self._client(number, entry.octets)
            return
        skipped = self._run.pop(number, 0) - MOST_LINES
        if skipped > 0:
            yield self._format(number, "   ", text("serve.skipped", count=skipped))
        if entry.direction == "S":
            if entry.octets.startswith(b"334"):  # a login: what is said next is a secret
                self._asked.add(number)
            for line in entry.octets.removesuffix(CRLF).split(CRLF):
                yield self._format(number, "", format_line("S", line + CRLF))
            return
        rest = self._pending.pop(number, b"")
        if rest:
            yield self._format(number, "", format_line("C", hide_line(rest, number in self._asked)))
        yield self._format(number, "", f"-- {entry.event}")

    def _client(self, number: int, octets: bytes) -> Iterator[str]:
        *whole, rest = (self._pending.pop(number, b"") + octets).split(CRLF)
        for line in whole:
            is_answer = number in self._asked
            self._asked.discard(number)
            self._run[number] += 1
            if self._run[number] <= MOST_LINES:
                yield self._format(number, "", format_line("C", hide_line(line, is_answer) + CRLF))
                yield from (self._format(number, "   ", hint) for hint in hints(line + CRLF))
        if rest:
            self._pending[number] = rest[:4096]
            if rest.endswith(b"\n"):
                yield from (self._format(number, "   ", hint) for hint in hints(rest))

    @staticmethod
    def _format(number: int, indent: str, line: str) -> str:
        return f"[{number}] {indent}{line if len(line) <= 300 else line[:297] + '...'}"


def serve(
    port: int = 0, *, out: TextIO | None = None, world: World | None = None, authority: Path | None = None
) -> int:
    """Run a server until Ctrl-C and show its dialogues.

    Parameters
    ----------
    port : int
        0 takes any free one.
    out : text file, optional
        Standard output by default.
    world : World, optional
    authority : Path, optional
        Where to write the certificate that clients are to trust, as PEM.

    Returns
    -------
    int
        0; 1 when the port cannot be had, told in a sentence.
    """
    out = sys.stdout if out is None else out
    happened: queue.Queue[tuple[int, Entry]] = queue.Queue(WAITING_ENTRIES)
    missed = 0

    def note(number: int, entry: Entry) -> None:
        nonlocal missed
        try:
            happened.put_nowait((number, entry))
        except queue.Full:
            missed += 1

    try:
        server = LoopbackServer(world, port=port, on_entry=note)
    except OSError as error:
        print(error.strerror, file=out)
        return 1
    log = LiveLog()
    with server:
        try:
            print(text("serve.listening", host=server.host, port=server.port), file=out, flush=True)
            if authority is not None:
                authority.write_bytes(server.authority)
                print(text("serve.authority", path=authority), file=out, flush=True)
            while True:
                try:
                    number, entry = happened.get(timeout=1.0)  # in turns: Windows cannot interrupt a longer wait
                except queue.Empty:
                    continue
                for line in log.lines(number, entry):
                    print(line, file=out, flush=happened.empty())
                if missed and happened.empty():
                    print(text("serve.missed", count=missed), file=out, flush=True)
                    missed = 0
        except KeyboardInterrupt:
            print(text("serve.ended"), file=out, flush=True)
    return 0
