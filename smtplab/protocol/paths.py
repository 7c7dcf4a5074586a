"""Paths and their neighbours: sender, recipient, parameters, client name (RFC 2821 sections 4.1.1.1-3, 4.1.2, 4.1.3).

The grammar is RFC 5321's where the two differ: a domain may have one label, and a literal is no domain. Whether a
name is *allowed* is policy (550, 553) and not decided here; what does not parse is 501 with the place. Letters
outside ASCII parse only where the caller says so (`utf8`): the extension SMTPUTF8 allows them (RFC 6531 section 3.3).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.limits import LOCAL_PART_OCTETS, PATH_OCTETS
from smtplab.protocol.scanner import (
    GRAPHIC,
    LDH,
    LET_DIG,
    Scanner,
    require_printable_ascii,
    require_printable_utf8,
    scan_domain,
)

_ATEXT = LET_DIG | frozenset("!#$%&'*+-/=?^_`{|}~")
_QTEXT = GRAPHIC - set('"\\') | {" "}
_VALUE = GRAPHIC - {"="}
_NAME = "a name character"


@dataclass(frozen=True, slots=True)
class Path:
    """A reverse-path (sender) or forward-path (recipient) (RFC 2821 section 4.1.2).

    Attributes
    ----------
    local_part : str
        What stands before the at sign, without quotes and backslashes: ``<"a"@b>`` and ``<a@b>`` are one path.
    domain : str or None
        Domain or address literal (with its square brackets) as typed; None when there is none.
    route : tuple of str
        Domains of a source route, first hop first. Old; to be read and ignored (section 4.1.1.3).
    """

    local_part: str
    domain: str | None
    route: tuple[str, ...] = ()

    @property
    def is_null(self) -> bool:
        """True for ``<>``, the sender of a bounce (section 4.5.5)."""
        return not self.local_part and self.domain is None

    @property
    def is_ascii(self) -> bool:
        """False when only SMTPUTF8 can carry it."""
        return self.address.isascii() and all(domain.isascii() for domain in self.route)

    @property
    def is_postmaster(self) -> bool:
        """True for ``<Postmaster>`` without a domain, in any case of letters (section 4.5.1)."""
        return self.domain is None and self.local_part.lower() == "postmaster"

    @property
    def address(self) -> str:
        """The mailbox without brackets and route, quoted only where it must be; empty for the null path.

        >>> Path("anna schmidt", "lab.example").address
        '"anna schmidt"@lab.example'
        """
        if self.is_null:
            return ""
        local_part = _quote(self.local_part)
        return local_part if self.domain is None else f"{local_part}@{self.domain}"


NULL_PATH = Path("", None)


@dataclass(frozen=True, slots=True)
class PathArgument:
    """The argument of MAIL or RCPT: a path, then parameters as ``(KEYWORD, value or None)``."""

    path: Path
    parameters: tuple[tuple[str, str | None], ...] = ()


def parse_reverse_path(text: str) -> Path:
    """Read a sender, brackets included. ``<>`` and a name without domain parse; the latter is for policy (553).

    Raises
    ------
    ProtocolError
        501, with the character where it goes wrong.

    >>> parse_reverse_path("<>") == NULL_PATH
    True
    >>> parse_reverse_path("<bob@lab..example>")
    Traceback (most recent call last):
    smtplab.protocol.errors.ProtocolError: Expected a letter or digit after "<bob@lab.", found ".".
    """
    return _parse_whole_path(text, forward=False)


def parse_forward_path(text: str) -> Path:
    """Read a recipient, brackets included. ``<>`` is no recipient; only Postmaster may stand without a domain.

    Raises
    ------
    ProtocolError
        501, with the character where it goes wrong.

    >>> parse_forward_path("<@relay.example:Bob@lab.example>")
    Path(local_part='Bob', domain='lab.example', route=('relay.example',))
    """
    return _parse_whole_path(text, forward=True)


def format_path(path: Path) -> str:
    """Write a path with its brackets and route; the inverse of both parsers.

    Raises
    ------
    ValueError
        For a character that no path may hold: a CRLF in an address would be a command of its own.

    >>> format_path(NULL_PATH), format_path(Path("bob", "lab.example"))
    ('<>', '<bob@lab.example>')
    """
    route = ",".join("@" + domain for domain in path.route)
    text = f"<{route}:{path.address}>" if route else f"<{path.address}>"
    if not text.isprintable():
        raise ValueError(f"{text!r} has a character that no path may hold.")
    return text


@lru_cache(maxsize=64)  # responder and session, on both sides, read the same line one after another
def parse_mail_argument(argument: str, prefix: Literal["FROM:", "TO:"], utf8: bool = False) -> PathArgument:
    """Read what follows MAIL (`prefix` ``FROM:``) or RCPT (``TO:``); with `utf8` the path may hold any letters.

    Raises
    ------
    ProtocolError
        501, with the character of `argument` where it goes wrong.

    >>> parse_mail_argument("from:<bob@lab.example> SIZE=900", "FROM:").parameters
    (('SIZE', '900'),)
    >>> parse_mail_argument("TO: <bob@lab.example>", "TO:")
    Traceback (most recent call last):
    smtplab.protocol.errors.ProtocolError: No blank may stand after the colon. Write TO:<bob@lab.example>.
    """
    (require_printable_utf8 if utf8 else require_printable_ascii)(argument)
    rest = argument[len(prefix):]
    if argument[:len(prefix)].upper() != prefix:
        raise ProtocolError(501, f"Expected {prefix} and a path at the start. Write {prefix}<bob@lab.example>.",
                            _first_difference(argument, prefix))
    if rest.startswith(" "):
        reason = "No blank may stand after the colon."
        raise ProtocolError(501, f"{reason} Write {prefix}<{_typed_address(rest)}>.", len(prefix))
    if not rest.startswith("<"):
        raise ProtocolError(501, f"A path stands in angle brackets. Write <{_typed_address(rest)}>.", len(prefix))
    scanner = Scanner(argument, len(prefix), utf8)
    path_read = _scan_path(scanner, forward=prefix == "TO:")
    parameters = argument[scanner.at:].rstrip(" ")
    if parameters and not parameters.startswith(" "):
        scanner.fail("a blank or the end of the line")
    return PathArgument(path_read, _scan_parameters(Scanner(argument.rstrip(" "), scanner.at + 1, utf8)))


def parse_parameters(text: str) -> tuple[tuple[str, str | None], ...]:
    """Read ``keyword[=value]`` pairs, one blank between two (RFC 2821 section 4.1.2); empty text gives none.

    Raises
    ------
    ProtocolError
        501 for bad syntax, or for a keyword given twice.

    >>> parse_parameters("size=900 BODY=8BITMIME SMTPUTF8")
    (('SIZE', '900'), ('BODY', '8BITMIME'), ('SMTPUTF8', None))
    """
    require_printable_ascii(text)
    return _scan_parameters(Scanner(text))


def parse_client_name(text: str) -> str:
    """Read what follows EHLO or HELO: a domain, or an address literal with or without words after it.

    Raises
    ------
    ProtocolError
        501, with the character where it goes wrong.

    >>> parse_client_name("[127.0.0.1] Anna's laptop")
    '[127.0.0.1]'
    """
    require_printable_ascii(text)
    scanner = Scanner(text)
    name = scan_domain(scanner)
    # Section 4.1.1.1 of RFC 2821 let a client describe itself after a literal; RFC 5321 asks it not to.
    if scanner.next and not (name.startswith("[") and scanner.next == " "):
        scanner.fail("a letter, digit, hyphen or dot")
    return name


def _parse_whole_path(text: str, forward: bool) -> Path:
    require_printable_ascii(text)
    scanner = Scanner(text)
    path = _scan_path(scanner, forward)
    if scanner.next:
        scanner.fail("nothing more")
    return path


def _scan_path(scanner: Scanner, forward: bool) -> Path:
    start = scanner.at
    if not scanner.take("<"):
        scanner.fail('"<"')
    if scanner.next == ">":
        if forward:
            raise ProtocolError(501, "A recipient needs an address. Only a sender may be <>.", scanner.at)
        scanner.at += 1
        return NULL_PATH
    route = _scan_route(scanner)
    local_part = _scan_local_part(scanner)
    domain = scan_domain(scanner) if scanner.take("@") else None
    path = Path(local_part, domain, route)
    if domain is None and (route or not local_part or (forward and not path.is_postmaster)):
        scanner.fail('"@" and a domain')
    if not scanner.take(">"):
        scanner.fail('">"' if domain else '"@" or ">"')
    scanner.limit(start, PATH_OCTETS, "path")
    return path


def _scan_route(scanner: Scanner) -> tuple[str, ...]:
    route: list[str] = []
    while scanner.next == "@":
        scanner.at += 1
        route.append(scan_domain(scanner))
        if not scanner.take(","):
            if not scanner.take(":"):
                scanner.fail('"," or ":" (a path that begins with "@" is a source route)')
            return tuple(route)
    if route:
        scanner.fail('"@"')
    return ()


def _scan_local_part(scanner: Scanner) -> str:
    start = scanner.at
    if scanner.take('"'):
        local_part = _scan_quoted(scanner)
    else:
        local_part = scanner.run(_ATEXT, _NAME)
        while scanner.take("."):
            local_part += "." + scanner.run(_ATEXT, _NAME)
    scanner.limit(start, LOCAL_PART_OCTETS, "local part")
    return local_part


def _scan_quoted(scanner: Scanner) -> str:
    content = ""
    while not scanner.take('"'):
        if not scanner.take("\\") and not scanner.allows(scanner.next, _QTEXT):
            scanner.fail("a closing quote")
        if not scanner.next:
            scanner.fail("a closing quote")
        content += scanner.next
        scanner.at += 1
    return content


def _scan_parameters(scanner: Scanner) -> tuple[tuple[str, str | None], ...]:
    parameters: dict[str, str | None] = {}
    while scanner.next:
        start = scanner.at
        if scanner.next not in LET_DIG:
            scanner.fail("a parameter such as SIZE=900")
        keyword = scanner.run(LDH, "a parameter", utf8=False).upper()
        if keyword in parameters:
            raise ProtocolError(501, f"The parameter {keyword} stands twice.", start)
        parameters[keyword] = scanner.run(_VALUE, "a value") if scanner.take("=") else None
        if scanner.next and not scanner.take(" "):
            scanner.fail("a blank or the end of the line")
    return tuple(parameters.items())


def _quote(local_part: str) -> str:
    if all(atom and all(c in _ATEXT or c > "\x7f" for c in atom) for atom in local_part.split(".")):
        return local_part
    return '"' + local_part.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typed_address(rest: str) -> str:
    address = rest.strip().partition(" ")[0].strip("<>")
    return address if "@" in address and len(address) < 100 else "bob@lab.example"  # a reply line holds 512 octets


def _first_difference(text: str, expected: str) -> int:
    pairs = zip(text.upper(), expected, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(text), len(expected)))
