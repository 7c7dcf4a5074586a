"""Octets on the wire: command lines, replies, mail data (RFC 2821 sections 2.3.7, 4.1.1.4, 4.2, 4.2.1, 4.5.2).

Lines end with CRLF and with nothing else. TCP is a stream, so everything here takes any split: what cannot be
decided yet stays with the caller. Grammar inside a line (paths, parameters) is in `paths` and `commands`.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from smtplab.protocol.dialogue import Exchange

CRLF = b"\r\n"
END_OF_MAIL_DATA = b"\r\n.\r\n"
MAIL_DATA_START = CRLF
"""What `cut_mail_data` is first given: the CRLF that ended the DATA line may be the one before the final dot."""

_REPLY_LINE = re.compile(rb"([0-9]{3})(?:([ -])(.*))?\Z", re.DOTALL)


def decode(octets: bytes) -> str:
    """Text of octets as UTF-8; an octet that is not UTF-8 becomes one lone surrogate, so `encode` restores it."""
    return octets.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Octets of a text, the inverse of `decode`.

    Raises
    ------
    ValueError
        For half a character (a lone surrogate), such as a browser makes of a cut emoji.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        half = f"U+{ord(text[error.start]):04X}"
        raise ValueError(f"Character {error.start + 1} is half of one ({half}); type it again.") from None


def show(octets: bytes) -> str:
    r"""One line that a person can read: controls, quotes of nothing, and octets outside UTF-8 are spelled out.

    >>> show(b"NOOP \x00\xff\r\n")
    'NOOP \\x00\\xff\\r\\n'
    """
    text = decode(octets)
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_show_character, text))


def _show_character(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    return {"\r": "\\r", "\n": "\\n", "\t": "\\t"}.get(character) or "".join(f"\\x{o:02x}" for o in character.encode())


class Command(NamedTuple):
    """A command line without its CRLF (RFC 2821 section 4.1.1). Each line makes one on either side, so it is light.

    Attributes
    ----------
    verb : str
        Upper case; empty for a line that starts with no letter.
    argument : str or None
        Text after the first blank as typed; None when there is no blank.
    octets : bytes
        The line as sent, without CRLF.
    """

    verb: str
    argument: str | None
    octets: bytes

    def __str__(self) -> str:
        return decode(self.octets)


def parse_command(line: bytes) -> Command:
    """Split a line, given without CRLF, into verb and argument. Never fails: any octets are some command.

    White space before CRLF is dropped from the argument (section 4.1.1 asks receivers to tolerate it).

    >>> parse_command(b"rcpt TO:<bob@lab.example>").verb
    'RCPT'
    """
    verb, blank, argument = decode(line).partition(" ")
    argument = argument.rstrip(" \t")
    return Command(verb.rstrip("\t").upper(), argument if blank and argument else None, line)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: one code, one or more reply lines (RFC 2821 section 4.2.1).

    Attributes
    ----------
    code : int
        The three digits of the line that ended the reply; 0 when it did not begin with three digits.
    lines : tuple of str
        Text of each line, without code, separator and CRLF.
    octets : bytes
        As received, CRLF included; not compared.
    exchange : Exchange or None
        The step it belongs to, when it came from a session: what was sent, and the session before and after.
    name : str
        What the server that makes it calls it; empty for a reply from the wire. Not compared.
    """

    code: int
    lines: tuple[str, ...]
    octets: bytes = field(default=b"", compare=False, repr=False)
    exchange: "Exchange | None" = field(default=None, compare=False, repr=False)
    name: str = field(default="", compare=False, repr=False)

    @property
    def text(self) -> str:
        """All text lines, joined by line feeds."""
        return "\n".join(self.lines)

    @property
    def reply_class(self) -> str:
        """The class by the first digit, written as RFC 2821 does: ``2yz`` to ``5yz``; empty for any other."""
        return REPLY_CLASSES.get(self.code // 100, "")

    @property
    def is_positive(self) -> bool:
        """True for 2yz and 3yz: the command was taken."""
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return decode(format_reply(self)).replace("\r\n", "\n").rstrip("\n")


REPLY_CLASSES = {2: "2yz", 3: "3yz", 4: "4yz", 5: "5yz"}


def format_reply(reply: Reply) -> bytes:
    r"""Octets of a reply: a hyphen on every line but the last.

    >>> format_reply(Reply(250, ("lab.example", "SIZE 65536")))
    b'250-lab.example\r\n250 SIZE 65536\r\n'
    """
    code = str(reply.code).zfill(3)
    lines = reply.lines or ("",)
    if len(lines) == 1:
        return encode(f"{code} {lines[0]}\r\n")
    return encode("".join(f"{code}-{line}\r\n" for line in lines[:-1]) + f"{code} {lines[-1]}\r\n")


def cut_reply(octets: bytes, start: int = 0) -> tuple[Reply, int] | None:
    r"""Read the first complete reply of received octets.

    A line without a hyphen after the code ends the reply, whatever its code: servers whose lines disagree are
    followed, and `conformance` tells what was wrong. A line with no code is a reply of its own with code 0, unless
    it stands inside a reply.

    Parameters
    ----------
    octets : bytes
    start : int
        Index at which the reply begins.

    Returns
    -------
    (Reply, end) or None
        The index behind the reply; None while no complete reply has come.

    >>> cut_reply(b"250-one\r\n250 two\r\n221")
    (Reply(code=250, lines=('one', 'two')), 18)
    """
    end, has_ended = find_reply_end(octets, start, start)
    return (read_reply(octets[start:end]), end) if has_ended else None


def find_reply_end(octets: bytes, start: int, looked: int) -> tuple[int, bool]:
    r"""Look for the line that ends the reply beginning at `start`, from `looked` on: no line is looked at twice.

    Returns
    -------
    (looked, has_ended)
        Index behind the last complete line looked at, and whether that line ends the reply.

    >>> find_reply_end(b"250-one\r\n250 two\r\n221", 0, 0), find_reply_end(b"250-one\r\n25", 0, 0)
    ((18, True), (9, False))
    """
    while (end := octets.find(CRLF, looked)) >= 0:
        matched = _REPLY_LINE.match(octets, looked, end)
        has_ended = looked == start if matched is None else matched[2] != b"-"
        looked = end + 2
        if has_ended:
            return looked, True
    return looked, False


def read_reply(octets: bytes) -> Reply:
    """The reply that these octets are, from its beginning to the CRLF of its end."""
    code, lines = 0, []
    for line in octets.removesuffix(CRLF).split(CRLF):
        matched = _REPLY_LINE.match(line)
        code = int(matched[1]) if matched else 0
        lines.append(decode(line if matched is None else matched[3] or b""))
    return Reply(code, tuple(lines), octets)


def double_dots(data: bytes) -> bytes:
    r"""Transparency at the sender: a dot that starts a line is doubled (section 4.5.2).

    >>> double_dots(b".\r\n..two\r\n")
    b'..\r\n...two\r\n'
    """
    data = data.replace(b"\r\n.", b"\r\n..")
    return b"." + data if data.startswith(b".") else data


def format_mail_data(data: bytes) -> bytes:
    r"""Wire form of mail data: dots doubled, the last line ended, and the line that holds a single dot.

    >>> format_mail_data(b"Hi\r\n")
    b'Hi\r\n.\r\n'
    """
    if data and not data.endswith(CRLF):
        data += CRLF
    return double_dots(data) + b".\r\n"


def cut_mail_data(held: bytes, octets: bytes) -> tuple[bytes, bytes, bytes | None]:
    r"""Take mail data off the wire, in pieces of any size (sections 4.1.1.4 and 4.5.2).

    Only CRLF, dot, CRLF ends the data. The first of the CRLFs belongs to the data; a dot that starts any other line
    is deleted. Begin with ``held = MAIL_DATA_START``; those two octets come back as the first of the data, so
    the caller drops them: that is how an empty message (``DATA`` CRLF ``.`` CRLF) needs no special case.

    Parameters
    ----------
    held : bytes
        What the call before held back.
    octets : bytes
        What has come since.

    Returns
    -------
    (data, held, rest)
        `data` with dots removed; `held`, at most four octets that may be the beginning of the end;
        `rest`, the octets after the end, or None while the end has not come.

    >>> cut_mail_data(MAIL_DATA_START, b"..dot\r\n.\r\nQUIT\r\n")
    (b'\r\n.dot\r\n', b'', b'QUIT\r\n')
    """
    stream = held + octets
    end = stream.find(END_OF_MAIL_DATA)
    if end >= 0:
        return stream[: end + 2].replace(b"\r\n.", CRLF), b"", stream[end + 5 :]
    keep = next((n for n in (4, 3, 2, 1) if stream.endswith(END_OF_MAIL_DATA[:n])), 0)
    cut = len(stream) - keep
    return stream[:cut].replace(b"\r\n.", CRLF), stream[cut:], None
