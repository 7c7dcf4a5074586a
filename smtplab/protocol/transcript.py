"""The record of a connection: octets, their direction, order and time. All else shown is folded from it.

The text form is read back by `Transcript.parse`; golden files, ``%%smtp`` cells and scenarios use the same form:

======================  =====================================================================
``C: line``             the client sent this line; CRLF is implied
``C| text\\r\\n\\x00``     the client sent exactly these octets, escaped; nothing is implied
``S: line``, ``S| …``   the same for the server
``-- lost``             the connection was lost; also ``-- closed`` and ``-- 2.5 s`` (time passing)
``-- tls``              a TLS handshake succeeded; also ``-- tls failed``
``# remark``            for the reader; ignored, as are empty lines
``@word rest``          a directive, for whoever plays the lines: scenarios have them, a record has none
======================  =====================================================================

Octets and their order survive in text; segments, times and faults only in JSON: in text a remark tells of faults.
Inside TLS the record holds both what was said (layer ``inside``) and what somebody on the way saw of it (layer
``outside``); the text form holds what was said.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.wire import CRLF, decode, encode, show

Direction = Literal["C", "S", "-"]

Layer = Literal["", "inside", "outside"]
"""In the clear; said inside TLS; the octets that carried it, as a listener saw them."""

JSON_VERSION = 3
_READABLE_VERSIONS = (1, 2, JSON_VERSION)
"""1 had no layers, and 2 no faults."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a segment of octets, or an event of the connection.

    Attributes
    ----------
    direction : {"C", "S", "-"}
        Client to server, server to client, or an event.
    octets : bytes
        Empty for events.
    time_s : float
        Seconds since the connection began.
    event : str
        For ``-``: ``"lost"``, ``"closed"``, ``"tls"``, ``"tls failed"``, or seconds passing as ``"2.5 s"``.
    layer : {"", "inside", "outside"}
    forced : str
        The fault that an instructor had set and that made this happen; empty: nothing forced it.
    meant : bytes or None
        The reply that the server decided, where a fault let others, or no octets, go out.
    """

    direction: Direction
    octets: bytes = b""
    time_s: float = 0.0
    event: str = ""
    layer: Layer = ""
    forced: str = ""
    meant: bytes | None = None


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
        dialogue = Dialogue(edition)
        for entry in self.said():
            dialogue.take(entry.direction, entry.octets, entry.event, entry.forced)
        return dialogue.exchanges

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
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError("This smtplab transcript is damaged: an entry cannot be read.") from None


_LITERAL = re.compile(r"([CS]): ?(.*)")
_ESCAPED = re.compile(r"([CS])\| ?(.*)")
_EVENT = re.compile(r"-- *(lost|closed|tls|tls failed|[0-9]+(?:\.[0-9]+)? s)\s*")
_DIRECTIVE = re.compile(r"@(?P<word>\S+)\s*(?P<rest>.*?)\s*")
_GOES_ON = re.compile(r"\s+(?P<rest>.*?)(?P<word>)\s*")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[rnt\\])")
_FORMS = "A line begins with 'C: ', 'S: ', 'C| ', 'S| ', '-- lost', '-- closed', '-- tls', '-- 2.5 s' or '#'."


class LineError(ValueError):
    """A line of the text form that cannot be.

    Attributes
    ----------
    line, column : int
        Both from 1.
    problem : str
        One or more sentences that do not name the line.
    """

    def __init__(self, line: int, column: int, problem: str) -> None:
        super().__init__(f"Line {line}: {problem}")
        self.line, self.column, self.problem = line, column, problem


@dataclass(frozen=True, slots=True)
class Directive:
    """A line ``@word rest``, or an indented line that goes on with the directive above it.

    Attributes
    ----------
    word : str
        Empty for a line that goes on.
    rest : str
        What stands behind the word, without blanks around it.
    column : int
        Where the rest begins, from 1.
    """

    word: str
    rest: str
    column: int


def parse_lines(text: str) -> Iterator[tuple[int, Entry]]:
    """The entries of the text form, each with its line number from 1. Raises LineError for any other line."""
    for number, found in parse_script(text):
        if isinstance(found, Directive):
            raise LineError(number, 1, f"@{found.word} is a directive; only a scenario may hold one.")
        yield number, found


def parse_script(text: str) -> Iterator[tuple[int, Entry | Directive]]:
    """Entries and directives of the text form, each with its line number. Raises LineError for any other line."""
    if not isinstance(text, str):
        raise TypeError(f"A transcript is read from a text; this is {type(text).__name__}.")
    layer: Layer = ""
    in_directive = False
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        directive = _DIRECTIVE.fullmatch(line) or (_GOES_ON.fullmatch(line) if in_directive else None)
        in_directive = directive is not None
        if directive is not None:
            yield number, Directive(directive["word"] or "", directive["rest"], directive.start("rest") + 1)
        elif matched := _LITERAL.fullmatch(line):
            yield number, Entry(_direction(matched[1]), encode(matched[2]) + CRLF, layer=layer)
        elif matched := _ESCAPED.fullmatch(line):
            try:
                yield number, Entry(_direction(matched[1]), unescape(matched[2]), layer=layer)
            except ValueError as error:
                raise LineError(number, matched.start(2) + 1, str(error)) from None
        elif matched := _EVENT.fullmatch(line):
            yield number, Entry("-", event=matched[1])
            if matched[1] == "tls":
                layer = "inside"
        else:
            raise LineError(number, 1, f"{line[:60]!r} has no known form. {_FORMS}")


def _read_entry(data: dict[str, Any]) -> Entry:
    """One entry of the JSON form; raises whatever it raises when that is none."""
    direction, octets, event = data["direction"], data["octets"].encode("latin-1"), data["event"]
    layer = data.get("layer", "")
    if layer not in ("", "inside", "outside"):
        raise ValueError(layer)
    if direction not in ("C", "S", "-") or (direction == "-") != bool(_EVENT.fullmatch(f"-- {event}")):
        raise ValueError(direction)
    meant, forced = data.get("meant"), data.get("forced", "")
    if not isinstance(forced, str):
        raise ValueError(forced)
    return Entry(direction, octets, float(data["time_s"]), event, layer, forced,
                 None if meant is None else meant.encode("latin-1"))


def _direction(letter: str) -> Direction:
    return "C" if letter == "C" else "S"


def format_line(direction: Direction, octets: bytes) -> str:
    r"""One line of the text form: literal when that is exact, else escaped.

    >>> format_line("C", b"NOOP\r\n"), format_line("C", b"NOOP\n")
    ('C: NOOP', 'C| NOOP\\n')
    """
    body = octets.removesuffix(CRLF)
    text = decode(body)
    if octets.endswith(CRLF) and text.isprintable():  # a lone surrogate, an octet outside UTF-8, is not printable
        return f"{direction}: {text}"
    return f"{direction}| {show(octets)}"


def unescape(text: str) -> bytes:
    r"""Octets of an escaped text: ``\r \n \t \\ \xNN``; every other character stands for its UTF-8 octets.

    Raises
    ------
    ValueError
        For a backslash that begins none of those.

    >>> unescape(r"NOOP\r\n\xff")
    b'NOOP\r\n\xff'
    """
    octets, start = b"", 0
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
    while (at := text.find("\\", start)) >= 0:
        matched = _ESCAPE.match(text, at)
        if matched is None:
            known = r"write \\ \r \n \t or \xNN"
            raise ValueError(f"character {at + 1} is a backslash that begins no escape; {known}.")
        name = matched[1]
        octets += encode(text[start:at]) + (plain.get(name) or bytes([int(name[1:], 16)]))
        start = matched.end()
    return octets + encode(text[start:])


def _split(octets: bytes) -> Iterable[bytes]:
    """Lines with their CRLF; what stands behind the last CRLF comes last."""
    lines = octets.split(CRLF)
    return [line + CRLF for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _join(entries: list[Entry]) -> Entry:
    meant = None
    if any(entry.meant is not None for entry in entries):
        meant = b"".join(entry.octets if entry.meant is None else entry.meant for entry in entries)
    return replace(entries[0], octets=b"".join(entry.octets for entry in entries), meant=meant)
