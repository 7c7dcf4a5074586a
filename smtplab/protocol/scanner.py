"""Reading a line character by character, and the grammar that paths and client names share.

RFC 2821 sections 4.1.2 and 4.1.3 (RFC 5321 likewise): printable ASCII, domain, address literal. Every error is 501
and says what was expected, after what, and what stands there instead.
"""

import ipaddress
import string
import unicodedata
from typing import NoReturn

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.limits import DOMAIN_OCTETS

LET_DIG = frozenset(string.ascii_letters + string.digits)
LDH = LET_DIG | {"-"}
GRAPHIC = frozenset(map(chr, range(33, 127)))
_DCONTENT = GRAPHIC - set("[\\]")


class Scanner:
    """A printable text (see `require_printable_ascii`, `require_printable_utf8`) and the place reached in it.

    With `utf8` a character outside ASCII may stand wherever a letter may (RFC 6531 section 3.3).
    """

    def __init__(self, text: str, at: int = 0, utf8: bool = False) -> None:
        self.text, self.at, self.utf8 = text, at, utf8

    @property
    def next(self) -> str:
        """The character here; empty at the end."""
        return self.text[self.at:self.at + 1]

    def take(self, character: str) -> bool:
        """Pass one character if it stands here; say whether it did."""
        found = self.next == character
        self.at += found
        return found

    def run(self, allowed: frozenset[str], expected: str, utf8: bool = True) -> str:
        """Pass one or more characters of a set; none is an error that names what was `expected`.

        Letters of other alphabets are passed too where the scanner allows them, unless `utf8` is False.
        """
        text, start = self.text, self.at
        end, letters = start, utf8 and self.utf8
        while end < len(text) and (text[end] in allowed or (letters and text[end] > "\x7f")):
            end += 1
        if start == end:
            self.fail(expected)
        self.at = end
        return text[start:end]

    def allows(self, character: str, allowed: frozenset[str]) -> bool:
        """True for a character of the set, and for a letter of another alphabet where those are allowed."""
        return character in allowed or (self.utf8 and character > "\x7f")

    def fail(self, expected: str) -> NoReturn:
        """Raise 501 for what stands here."""
        before = self.text[max(0, self.at - 30):self.at]
        place = f'after "{before}"' if before else "at the start"
        found = {"": "the end of the line", " ": "a blank"}.get(self.next, f'"{self.next}"')
        raise ProtocolError(501, f"Expected {expected} {place}, found {found}.", self.at)

    def limit(self, start: int, octets: int, what: str) -> None:
        """Raise 501 at the first octet too many since `start`."""
        count = len(self.text[start:self.at].encode("utf-8", "surrogateescape"))
        if count > octets:
            raise ProtocolError(501, f"The {what} has {count} octets; {octets} is the most.", start + octets)


def scan_domain(scanner: Scanner) -> str:
    """Pass a domain, one label or more, or an address literal, and give it as typed.

    >>> scan_domain(Scanner("[IPv6:::1]>")), scan_domain(Scanner("lab.example>"))
    ('[IPv6:::1]', 'lab.example')
    """
    start = scanner.at
    if scanner.take("["):
        _scan_literal(scanner)
    else:
        while True:
            if not scanner.next or not scanner.allows(scanner.next, LET_DIG):
                scanner.fail("a letter or digit" if scanner.at > start else "a domain")
            label = scanner.run(LDH, "a letter or digit")
            if label.endswith("-"):
                scanner.fail("a letter or digit")
            if not scanner.take("."):
                break
    scanner.limit(start, DOMAIN_OCTETS, "domain")
    return scanner.text[start:scanner.at]


def _scan_literal(scanner: Scanner) -> None:
    start = scanner.at
    content = scanner.run(_DCONTENT, "an address such as 127.0.0.1")
    if not scanner.take("]"):
        scanner.fail('"]"')
    tag, colon, address = content.partition(":")
    try:
        if not colon:
            _check_ipv4(content)
        elif tag.upper() == "IPV6":
            ipaddress.IPv6Address(address if "%" not in address else "")
        elif not address or tag[-1:] not in LET_DIG or not LDH.issuperset(tag):
            raise ValueError
    except ValueError:
        reason = "The text in square brackets is no address. Write it like [127.0.0.1] or [IPv6:::1]."
        raise ProtocolError(501, reason, start) from None


def _check_ipv4(content: str) -> None:
    numbers = content.split(".")  # leading zeros are in the grammar, so ipaddress is too strict here
    if len(numbers) != 4 or not all(n.isdigit() and len(n) <= 3 and int(n) <= 255 for n in numbers):
        raise ValueError


def require_printable_ascii(text: str) -> None:
    """Raise 501 at the first character outside printable ASCII (section 4.1.2: invalid character codes).

    >>> require_printable_ascii("FROM:<bob\u00a0@lab.example>")
    Traceback (most recent call last):
    smtplab.protocol.errors.ProtocolError: Character 10 is U+00A0, no-break space; only printable ASCII may stand here.
    """
    if text.isascii() and text.isprintable():
        return
    for at, character in enumerate(text):
        if not " " <= character <= "~":
            found = f"Character {at + 1} is {_describe(character)}"
            raise ProtocolError(501, f"{found}; only printable ASCII may stand here.", at)


def require_printable_utf8(text: str) -> None:
    """Raise 501 at the first control character, and at the first octet that is no UTF-8 (RFC 6531 section 3.3).

    No text names the reply to broken UTF-8; 501 is that to invalid character codes (RFC 2821 section 4.1.2).

    >>> require_printable_utf8("FROM:<bj\u00f6rn@lab.example>")
    """
    for at, character in enumerate(text):
        if not character.isprintable():
            raise ProtocolError(501, f"Character {at + 1} is {_describe(character)}; only printable UTF-8 may be.", at)


def _describe(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # how the wire writes an octet that is not UTF-8
        return f"the octet {number - 0xDC00:02X} (hexadecimal)"
    name = unicodedata.name(character, "a control character").lower()
    return f"U+{number:04X}, {name}"
