"""``smtplab serve``: a server for telnet, swaks or a mail program, which shows every dialogue as it happens."""

import queue
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network.hints import hints
from smtplab.network.server import LoopbackServer
from smtplab.protocol.secrecy import Secrets
from smtplab.protocol.text_form import format_line
from smtplab.protocol.transcript import Entry
from smtplab.protocol.wire import CRLF

MOST_LINES = 40
"""Lines of one client shown in a run; a long message is told by its beginning."""

WAITING_ENTRIES = 10_000
"""Entries that may wait for a slow terminal; beyond, they are counted instead of shown."""


LONGEST_LINE = 4096
"""Octets kept of a line that has not ended."""


@dataclass(slots=True)
class _Shown:
    """What is known of a session between two of its entries."""

    sent: bytes = b""
    said: bytes = b""
    heard: bytes = b""
    run: int = 0
    secrets: Secrets = field(default_factory=Secrets)
    asks_for_message: bool = False
    in_message: bool = False

    def hide(self, line: bytes) -> bytes:
        """A line of the client without what logs somebody in; a message holds nothing of that."""
        if self.in_message:
            self.in_message = line != b"."
            return line
        shown = self.secrets.hide(line)
        self.asks_for_message = self.asks_for_message or shown.strip().upper() == b"DATA"
        return shown

    def hear(self, octets: bytes) -> None:
        """Take note of the replies in what the server said."""
        *lines, rest = (self.heard + octets).split(CRLF)
        self.heard = rest[:LONGEST_LINE]
        for line in lines:
            if line[:3].isdigit() and line[3:4] != b"-":
                self.secrets.replied(int(line[:3]))
                if line[:3] == b"354" and self.asks_for_message:
                    self.in_message, self.asks_for_message = True, False


class LiveLog:
    """Turns what happens on a server into lines for a person."""

    def __init__(self) -> None:
        self._sessions: defaultdict[int, _Shown] = defaultdict(_Shown)

    def lines(self, number: int, entry: Entry) -> Iterator[str]:
        """The lines to show for one entry of a session; a line in pieces is shown when it is whole.

        Nobody knows yet what a line is that was sent behind an AUTH before its reply: it is hidden (see `Secrets`).
        """
        if entry.layer == "outside":  # only carries what was said inside TLS
            return
        known = self._sessions[number]
        if entry.direction != "S" and known.said:  # a reply without its end
            rest, known.said = known.said, b""
            yield self._format(number, "", format_line("S", rest))
        if entry.direction == "C":
            yield from self._client(number, known, entry.octets)
            return
        skipped, known.run = known.run - MOST_LINES, 0
        if skipped > 0:
            yield self._format(number, "   ", text("serve.skipped", count=skipped))
        if entry.direction == "S":
            known.hear(entry.octets if entry.meant is None else entry.meant)
            yield from self._server(number, known, entry)
            return
        rest, known.sent = known.sent, b""
        if rest:
            yield self._format(number, "", format_line("C", known.hide(rest)))
        if entry.event.startswith("tls"):
            known.secrets.shook_hands()
        elif entry.event in ("closed", "lost"):
            del self._sessions[number]
        yield self._format(number, "", f"-- {entry.event}")

    def _client(self, number: int, known: _Shown, octets: bytes) -> Iterator[str]:
        *whole, rest = (known.sent + octets).split(CRLF)
        for line in whole:
            shown = known.hide(line) + CRLF
            known.run += 1
            if known.run <= MOST_LINES:
                yield self._format(number, "", format_line("C", shown))
                yield from (self._format(number, "   ", hint) for hint in hints(shown))
        known.sent = rest[:LONGEST_LINE]
        if rest.endswith(b"\n"):
            yield from (self._format(number, "   ", hint) for hint in hints(rest))

    def _server(self, number: int, known: _Shown, entry: Entry) -> Iterator[str]:
        """What the server said; ahead of it, once for each reply, what forced it, and what was decided instead."""
        if entry.forced and not known.said and entry.meant != b"":
            yield self._format(number, "   ", text("serve.forced", fault=entry.forced))
            if entry.meant is not None:
                for line in entry.meant.removesuffix(CRLF).split(CRLF):
                    yield self._format(number, "   ", text("serve.decided", reply=format_line("S", line + CRLF)[3:]))
        *whole, rest = (known.said + entry.octets).split(CRLF)
        known.said = rest[:LONGEST_LINE]
        for line in whole:
            yield self._format(number, "", format_line("S", line + CRLF))

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
    except OSError:
        print(text("serve.port", port=port), file=out)
        return 1
    log = LiveLog()
    with server:
        try:
            if authority is not None:
                authority.write_bytes(server.authority)
            print(text("serve.listening", host=server.host, port=server.port), file=out, flush=True)
            if "AUTH" in server.world.extensions:
                people = ", ".join(f"{box.name}:{box.password}" for box in server.world.mailboxes if box.password)
                print(text("serve.people", people=people), file=out, flush=True)
            for fault in server.faults:
                print(text("serve.fault", fault=fault), file=out, flush=True)
            if authority is not None:
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
