"""xtext: how a parameter's value carries characters that may not stand in a command line (RFC 3461 section 4).

Printable ASCII stands for itself, but ``+`` and ``=``; every other octet is ``+`` and two capital hexadecimal digits.
"""

import re

from smtplab.protocol.errors import ProtocolError

_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_HEXCHAR = re.compile(r"\+([0-9A-F]{2})")


def parse_xtext(text: str) -> str:
    """The text that an xtext carries.

    Raises
    ------
    ProtocolError
        501, with the character that begins no xtext.

    >>> parse_xtext("bob+2Bx@lab.example")
    'bob+x@lab.example'
    """
    matched = _XTEXT.match(text)
    end = matched.end() if matched else 0
    if end < len(text):
        raise ProtocolError(501, f'"{text[end:end + 3]}" is no xtext; + stands before two hexadecimal digits.', end)
    octets = _HEXCHAR.sub(lambda found: chr(int(found[1], 16)), text)
    return octets.encode("latin-1").decode("utf-8", "replace")


def format_xtext(text: str) -> str:
    """The xtext of a text; the inverse of `parse_xtext`.

    >>> format_xtext("a=b c")
    'a+3Db+20c'
    """
    plain = (chr(octet) if 33 <= octet <= 126 and octet not in b"+=" else f"+{octet:02X}" for octet in text.encode())
    return "".join(plain)
