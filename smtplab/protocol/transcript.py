"""The record of a connection: octets, their direction, order and time. All else shown is folded from it.

Its text form (`text_form`) is read back by `Transcript.parse`. Octets and their order survive in text; segments, times
and faults only in JSON: in text a remark tells of faults. Inside TLS the record holds both what was said (layer
``inside``) and what somebody on the way saw of it (layer ``outside``); the text form holds what was said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from math import isfinite
from typing import Any

from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.entry import Direction, Entry, Layer
from smtplab.protocol.text_form import EVENT, format_line, parse_lines
from smtplab.protocol.wire import CRLF, encode, show

__all__ = ["Direction", "Entry", "Layer", "Transcript"]

JSON_VERSION = 3
_READABLE_VERSIONS = (1, 2, JSON_VERSION)
"""1 had no layers, and 2 no faults."""


@dataclass(frozen=True, slots=True)
class Transcript:
    r"""What went over one connection, in order.

    Attributes
    ----------
    entries : tuple of Entry
    truncated : bool
        True when recording stopped at a limit while the session went on.

    Examples
    --------
    >>> transcript = Transcript.parse("S: 220 lab.example\nC: QUIT\nS: 221 bye\n")
    >>> [(e.event, e.reply.code) for e in transcript.exchanges()]
    [('CONNECT', 220), ('QUIT', 221)]
    >>> Transcript.parse(str(transcript)) == transcript
    True
    """

    entries: tuple[Entry, ...] = ()
    truncated: bool = False

    @classmethod
    def parse(cls, text: str) -> "Transcript":
        """Read the text form.

        Raises
        ------
        ValueError
            With the line number, for a line that has none of the forms, and for a directive.
        """
        return cls(tuple(entry for _, entry in parse_lines(text)))

    def __str__(self) -> str:
        return "".join(line + "\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for entry in self.merged():
            if entry.direction == "-":
                yield f"-- {entry.event}"
                continue
            for line in _split(entry.octets):
                yield format_line(entry.direction, line)
            if entry.forced:
                yield f"# forced: {entry.forced}"
                yield from (f"# decided: {show(line.removesuffix(CRLF))}" for line in _split(entry.meant or b""))

    def said(self) -> Iterator[Entry]:
        """The entries as both ends know them: without the octets that only carried what was said inside TLS."""
        return (entry for entry in self.entries if entry.layer != "outside")

    def overheard(self) -> "Transcript":
        r"""What a listener on the way saw: the clear text up to the handshake, then octets that nobody can read.

        >>> inside, outside = Entry("C", b"NOOP\r\n", layer="inside"), Entry("C", b"\x17\x03", layer="outside")
        >>> print(Transcript((outside, inside)).overheard(), end="")
        C| \x17\x03
        """
        seen = (replace(entry, layer="") for entry in self.entries
                if entry.layer != "inside" and not entry.event.startswith("tls"))
        return Transcript(tuple(seen), self.truncated)

    def merged(self) -> Iterator[Entry]:
        """The entries with neighbours joined that go one way, forced by the same if by any: without the segments."""
        pending: list[Entry] = []
        for entry in self.said():
            if pending and (entry.direction != pending[0].direction or entry.forced != pending[0].forced):
                yield _join(pending)
                pending = []
            if entry.direction == "-":
                yield entry
            else:
                pending.append(entry)
        if pending:
            yield _join(pending)

    def behind_last_reply(self) -> tuple[Entry, ...]:
        """The end of the record: all that came behind the last octets that may end a reply."""
        def is_behind(entry: Entry) -> bool:
            if entry.direction == "S":
                return not entry.octets.endswith(CRLF) and (bool(entry.forced) or CRLF not in entry.octets)
            return entry.direction == "C" or entry.event in ("lost", "closed")

        return tuple(takewhile(is_behind, reversed(tuple(self.merged()))))[::-1]

    def unanswered(self) -> bytes:
        """What was sent after the last reply came, also when the connection was then lost or a fault kept the reply.

        >>> Transcript.parse("S: 220 lab.example\\nC: NOOP\\n-- lost\\n").unanswered()
        b'NOOP\\r\\n'
        """
        return b"".join(entry.octets for entry in self.behind_last_reply() if entry.direction == "C")

    def decided(self) -> "Transcript":
        r"""The record as the server meant it: each reply that it decided, whatever a fault made of it on the way.

        >>> entry = Entry("S", b"", forced="DATA-END -> drop before", meant=b"250 OK\r\n")
        >>> print(Transcript((entry,)).decided(), end="")
        S: 250 OK
        # forced: DATA-END -> drop before
        """
        return Transcript(tuple(
            entry if entry.meant is None else replace(entry, octets=entry.meant, meant=None) for entry in self.entries
        ), self.truncated)

    def exchanges(self, edition: int = 2821) -> list[Exchange]:
        """Fold the record into commands, replies and the session between them, as the client could see it."""
        return self.dialogue(edition).exchanges

    def dialogue(self, edition: int = 2821) -> Dialogue:
        """The record folded, with what no exchange could be made of."""
        dialogue = Dialogue(edition)
        for entry in self.said():
            dialogue.take(entry.direction, entry.octets, entry.event, entry.forced)
        return dialogue

    def to_rows(self, edition: int = 2821) -> list[dict[str, object]]:
        """One row an exchange: event, what was sent, the reply, the states."""
        return [
            {
                "step": number, "event": exchange.event, "sent": show(exchange.sent),
                "code": exchange.reply.code if exchange.reply else None,
                "reply": show(encode(exchange.reply.text)) if exchange.reply else "",
                "state_before": str(exchange.before.state), "state_after": str(exchange.after.state),
                "kind": str(exchange.row.kind),
            }
            for number, exchange in enumerate(self.exchanges(edition))
        ]

    def to_json(self) -> dict[str, Any]:
        """All of the record, segments and times too, for `json.dump`; read back by `from_json`."""
        return {
            "smtplab_transcript": JSON_VERSION,
            "truncated": self.truncated,
            "entries": [
                {"direction": e.direction, "octets": e.octets.decode("latin-1"), "time_s": e.time_s, "event": e.event,
                 "layer": e.layer, "forced": e.forced,
                 "meant": None if e.meant is None else e.meant.decode("latin-1")}
                for e in self.entries
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Transcript":
        """The inverse of `to_json`.

        Raises
        ------
        ValueError
            When the data is of another version or no transcript.
        """
        if not isinstance(data, dict) or data.get("smtplab_transcript") not in _READABLE_VERSIONS:
            raise ValueError(f"This is no smtplab transcript of version {JSON_VERSION}.")
        try:
            return cls(tuple(map(_read_entry, data["entries"])), bool(data["truncated"]))
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise ValueError("This smtplab transcript is damaged: an entry cannot be read.") from None


def _read_entry(data: dict[str, Any]) -> Entry:
    """One entry of the JSON form; raises whatever it raises when that is none."""
    direction, octets, event = data["direction"], data["octets"].encode("latin-1"), data["event"]
    layer = data.get("layer", "")
    if layer not in ("", "inside", "outside"):
        raise ValueError(layer)
    if direction not in ("C", "S", "-") or not isinstance(event, str):
        raise ValueError(direction)
    if not (EVENT.fullmatch(f"-- {event}") if direction == "-" else event == ""):
        raise ValueError(event)
    meant, forced, time_s = data.get("meant"), data.get("forced", ""), float(data["time_s"])
    if not isinstance(forced, str) or not isfinite(time_s):
        raise ValueError(forced)
    return Entry(direction, octets, time_s, event, layer, forced,
                 None if meant is None else meant.encode("latin-1"))


def _split(octets: bytes) -> Iterable[bytes]:
    """Lines with their CRLF; what stands behind the last CRLF comes last."""
    lines = octets.split(CRLF)
    return [line + CRLF for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _join(entries: list[Entry]) -> Entry:
    meant = None
    if any(entry.meant is not None for entry in entries):
        meant = b"".join(entry.octets if entry.meant is None else entry.meant for entry in entries)
    return replace(entries[0], octets=b"".join(entry.octets for entry in entries), meant=meant)
