"""The text form of a record, read and written line by line: transcripts, ``%%smtp`` cells, golden files, scenarios.

======================  =====================================================================
``C: line``             the client sent this line; CRLF is implied
``C| text\\r\\n\\x00``     the client sent exactly these octets, escaped; nothing is implied
``S: line``, ``S| …``   the same for the server
``-- lost``             the connection was lost; also ``-- closed`` and ``-- 2.5 s`` (time passing)
``-- tls``              a TLS handshake succeeded; also ``-- tls failed``
``# remark``            for the reader; ignored, as are empty lines
``@word rest``          a directive, for whoever plays the lines: scenarios have them, a record has none
======================  =====================================================================

Octets and their order survive in it; segments, times and faults do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from smtplab.protocol.entry import Direction, Entry, Layer
from smtplab.protocol.wire import CRLF, decode, encode, show

_LITERAL = re.compile(r"([CS]): ?(.*)")
_ESCAPED = re.compile(r"([CS])\| ?(.*)")
EVENT = re.compile(r"-- *(lost|closed|tls|tls failed|[0-9]+(?:\.[0-9]+)? s)\s*")
"""An event of the connection, or time that passes."""
_DIRECTIVE = re.compile(r"@(?P<word>\S+)\s*(?P<rest>.*)")
_GOES_ON = re.compile(r"\s+(?P<rest>.*)(?P<word>)")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[rnt\\])")
_ESCAPES = r"write \\ \r \n \t or \xNN"
_FORMS = "A line begins with 'C: ', 'S: ', 'C| ', 'S| ', '-- lost', '-- closed', '-- tls', '-- 2.5 s' or '#'."


class EscapeError(ValueError):
    """A backslash that begins no escape, at a place counted from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(f"character {place + 1} is a backslash that begins no escape; {_ESCAPES}.")
        self.place = place


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
        words = line.rstrip()  # here, since a pattern for blanks at the end would try each run of blanks before it
        directive = _DIRECTIVE.fullmatch(words) or (_GOES_ON.fullmatch(words) if in_directive else None)
        in_directive = directive is not None
        if directive is not None:
            yield number, Directive(directive["word"] or "", directive["rest"], directive.start("rest") + 1)
        elif matched := _LITERAL.fullmatch(line):
            yield number, Entry(_direction(matched[1]), encode(matched[2]) + CRLF, layer=layer)
        elif matched := _ESCAPED.fullmatch(line):
            try:
                yield number, Entry(_direction(matched[1]), unescape(matched[2]), layer=layer)
            except EscapeError as error:
                raise LineError(number, matched.start(2) + error.place + 1, str(error)) from None
        elif matched := EVENT.fullmatch(line):
            yield number, Entry("-", event=matched[1])
            if matched[1] == "tls":
                layer = "inside"
        else:
            blanks = " Take away the blanks in front of it." if line[0].isspace() else ""
            raise LineError(number, 1, f"{line[:60]!r} has no known form.{blanks} {_FORMS}")


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
    EscapeError
        A ValueError, for a backslash that begins none of those.

    >>> unescape(r"NOOP\r\n\xff")
    b'NOOP\r\n\xff'
    """
    octets, start = b"", 0
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
    while (at := text.find("\\", start)) >= 0:
        matched = _ESCAPE.match(text, at)
        if matched is None:
            raise EscapeError(at)
        name = matched[1]
        octets += encode(text[start:at]) + (plain.get(name) or bytes([int(name[1:], 16)]))
        start = matched.end()
    return octets + encode(text[start:])
