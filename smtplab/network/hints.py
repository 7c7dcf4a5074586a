"""What is odd about a line, told to whoever looks on: no CRLF, or characters that a PDF or a web page slipped in."""

import unicodedata

from smtplab.explain.catalogue import text
from smtplab.protocol.wire import CRLF, decode

_NAMES = {"\0": "NUL", "\t": "TAB", "\n": "LF", "\r": "CR", "\x1b": "ESC", "\x7f": "DEL", "\x08": "BACKSPACE"}


def hints(line: bytes) -> list[str]:
    """Sentences about one line a client sent.

    Parameters
    ----------
    line : bytes
        With its CRLF; without one it is taken for the beginning of a line.

    Examples
    --------
    >>> hints("NOOP\\u00a0x\\r\\n".encode())
    ['character 5 is U+00A0, NO-BREAK SPACE']
    >>> hints(b"NOOP\\n")
    ['bare LF seen, no CRLF yet']
    """
    characters = decode(line.removesuffix(CRLF))
    if not line.endswith(CRLF) and characters.rstrip("\r\n") != characters:
        ending = "LF" if characters.endswith("\n") else "CR"
        return [] if ending == "CR" and len(characters) == 1 else [text("serve.bare", ending=ending)]
    odd = next((place for place, c in enumerate(characters) if not (" " <= c <= "~" or c == "\t")), None)
    if odd is None:
        return []
    return [text("serve.character", place=odd + 1, character=name_of(characters[odd]))]


def name_of(character: str) -> str:
    """Number and name of a character; an octet outside UTF-8 by its value.

    >>> name_of("\\u201c"), name_of("\\udcff")
    ('U+201C, LEFT DOUBLE QUOTATION MARK', 'octet 0xFF')
    """
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"octet 0x{number - 0xDC00:02X}"
    name = _NAMES.get(character) or unicodedata.name(character, "")
    return f"U+{number:04X}" + (f", {name}" if name else "")
