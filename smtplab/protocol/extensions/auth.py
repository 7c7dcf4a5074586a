"""AUTH: the client logs in, in an exchange of base64 lines (RFC 4954; PLAIN RFC 4616, CRAM-MD5 RFC 2195).

A session keeps what was said in the exchange under way, in turn: the argument of AUTH, then challenge, response,
challenge, and so on, all as on the wire. `read_login` reads it, for the server as for a view.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter
from smtplab.protocol.limits import COMMAND_LINE_OCTETS
from smtplab.protocol.transition import (
    IN_CHUNKS,
    IN_TRANSACTION,
    TRANSACTION,
    Kind,
    Requirement,
    State,
    Transition,
    in_editions,
)
from smtplab.protocol.wire import Command, Reply
from smtplab.protocol.xtext import parse_xtext

if TYPE_CHECKING:
    from smtplab.protocol.session import Session

AUTH_LINE = "AUTH-LINE"
"""A line of the client inside the exchange."""

AUTH_LINE_OCTETS = 12288
"""The most octets of a line of the exchange, and of AUTH itself, CRLF included (section 4)."""

CANCEL = "*"
"""What a client says to end the exchange (section 4)."""

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
"""Those that smtplab knows to read."""

SHOWS_PASSWORD = ("PLAIN", "LOGIN")
"""Those that send the password itself."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a client has said in a login exchange, decoded.

    Attributes
    ----------
    mechanism : str
        Upper case, as asked for.
    responses : tuple of bytes
        Decoded answers in turn; an initial response is the first.
    identity : str
        Who wants to log in; empty while it is not known.
    acts_as : str
        PLAIN only: on whose behalf, when that is somebody else.
    secret : str
        The password, or with CRAM-MD5 the digest; empty while it is not known.
    """

    mechanism: str
    responses: tuple[bytes, ...]
    identity: str = ""
    acts_as: str = ""
    secret: str = ""


def decode_base64(text: str) -> bytes:
    """Octets that a line of the exchange carries (RFC 4648 section 4).

    Raises
    ------
    ProtocolError
        501, with what does not fit.

    >>> decode_base64("Ym9i")
    b'bob'
    >>> decode_base64("Ym9")
    Traceback (most recent call last):
    smtplab.protocol.errors.ProtocolError: This is no base64: its length is 3, and only a multiple of 4 can be.
    """
    odd = next((at for at, character in enumerate(text) if not (character.isascii() and character.isalnum())
                and character not in "+/="), None)
    if odd is not None:
        raise ProtocolError(501, f"This is no base64: character {odd + 1} cannot be.", odd)
    if len(text) % 4:
        raise ProtocolError(501, f"This is no base64: its length is {len(text)}, and only a multiple of 4 can be.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProtocolError(501, "This is no base64: an equals sign may only end it.", text.find("=")) from None


def encode_base64(octets: bytes) -> str:
    """How octets stand in a line of the exchange.

    >>> encode_base64(b"\\0bob\\0builder")
    'AGJvYgBidWlsZGVy'
    """
    return base64.b64encode(octets).decode("ascii")


def parse_auth(argument: str) -> tuple[str, str | None]:
    """Mechanism and initial response of an AUTH; ``=`` is an empty one, None is not given (section 4).

    Raises
    ------
    ProtocolError
        501 for no word, or more than two.

    >>> parse_auth("plain AGJvYgBidWlsZGVy"), parse_auth("LOGIN")
    (('PLAIN', 'AGJvYgBidWlsZGVy'), ('LOGIN', None))
    """
    words = argument.split()
    if not 1 <= len(words) <= 2:
        raise ProtocolError(501, "AUTH takes a mechanism and at most one word in base64, as in AUTH PLAIN AGJvYgBi.")
    return words[0].upper(), words[1] if len(words) > 1 else None


def responses_of(said: Sequence[str]) -> tuple[str, ...]:
    """The client's answers among what was said, as on the wire; an initial response first."""
    initial = parse_auth(said[0])[1]
    return (*(() if initial is None else ("" if initial == "=" else initial,)), *said[2::2])


def read_login(said: Sequence[str]) -> Login:
    """Decode what was said so far in an exchange.

    Parameters
    ----------
    said : sequence of str
        The argument of AUTH, then challenge, response, challenge, and so on.

    Raises
    ------
    ProtocolError
        501 for a response that is no base64, or not what the mechanism has.

    >>> login = read_login(["PLAIN AGJvYgBidWlsZGVy"])
    >>> login.identity, login.secret
    ('bob', 'builder')
    """
    mechanism, _ = parse_auth(said[0])
    responses = tuple(decode_base64(response) for response in responses_of(said))
    last = responses[-1] if responses else b""
    if mechanism == "PLAIN" and responses:
        parts = last.split(b"\0")
        if len(parts) != 3 or not parts[1]:
            raise ProtocolError(501, "PLAIN carries three parts with a NUL between them: (nothing), name, password.")
        acts_as, name, secret = map(_text, parts)
        return Login(mechanism, responses, name, "" if acts_as == name else acts_as, secret)
    if mechanism == "LOGIN" and responses:
        secret = _text(responses[1]) if len(responses) > 1 else ""
        return Login(mechanism, responses, _text(responses[0]), "", secret)
    if mechanism == "CRAM-MD5" and responses:
        name, blank, digest = _text(last).rpartition(" ")
        if not blank or len(digest) != 32:
            raise ProtocolError(501, "CRAM-MD5 carries a name, a blank, and 32 hexadecimal digits.")
        return Login(mechanism, responses, name, "", digest)
    return Login(mechanism, responses)


def first_line(mechanism: str, name: str, password: str) -> str:
    """How a client begins a login: PLAIN says all at once, the others wait for the server's word.

    Raises
    ------
    ValueError
        For a mechanism that is not among `MECHANISMS`.

    >>> first_line("PLAIN", "bob", "builder"), first_line("LOGIN", "bob", "builder")
    ('AUTH PLAIN AGJvYgBidWlsZGVy', 'AUTH LOGIN')
    """
    asked = mechanism.upper()
    if asked not in MECHANISMS:
        raise ValueError(f"mechanism is {mechanism!r}; it must be one of {', '.join(MECHANISMS)}.")
    return f"AUTH PLAIN {_plain(name, password)}" if asked == "PLAIN" else f"AUTH {asked}"


def next_line(said: Sequence[str], name: str, password: str) -> str:
    """The client's answer to the last challenge; ``*`` when it knows none, or cannot read the challenge.

    >>> next_line(["LOGIN", "VXNlcm5hbWU6"], "bob", "builder")
    'Ym9i'
    """
    if not said:
        return CANCEL
    mechanism, count = parse_auth(said[0])[0], len(responses_of(said))
    if mechanism == "PLAIN" and not count:
        return _plain(name, password)
    if mechanism == "LOGIN" and count < 2:
        return encode_base64((name, password)[count].encode())
    if mechanism == "CRAM-MD5" and not count:
        try:
            return encode_base64(f"{name} {cram_md5(password, decode_base64(said[-1]))}".encode())
        except ProtocolError:
            return CANCEL
    return CANCEL


def _plain(name: str, password: str) -> str:
    return encode_base64(f"\0{name}\0{password}".encode())


def cram_md5(password: str, challenge: bytes) -> str:
    """The digest that answers a challenge (RFC 2195 section 2).

    >>> cram_md5("tanstaaftanstaaf", b"<1896.697170952@postoffice.reston.mci.net>")
    'b913a602c7eda7a495b4e6e7334d3890'
    """
    return hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _rows() -> Iterator[Transition]:
    normal, refuse, section = Kind.NORMAL, Kind.REFUSE, in_editions("RFC 4954 4")
    over = frozenset({"login"})
    yield Transition(State.READY, "AUTH", "3yz", State.AUTH_EXCHANGE, normal, section, remembers="login")
    yield Transition(State.READY, "AUTH", "2yz", None, normal, section, remembers="identity")
    for state in (State.GREETED, *IN_TRANSACTION, *IN_CHUNKS):
        strength = "" if state is State.GREETED else "MUST"
        yield Transition(state, "AUTH", 503, None, refuse, section, strength=strength)
        # Whether such a server keeps the mail that was begun, nobody can tell.
        for reply, next_state, forgets, remembers in (
            ("3yz", State.AUTH_EXCHANGE, TRANSACTION, "login"), ("2yz", None, frozenset[str](), "identity"),
        ):
            yield Transition(state, "AUTH", reply, next_state, Kind.VIOLATION, section, forgets, remembers, strength)
    line, inside = AUTH_LINE, State.AUTH_EXCHANGE
    yield Transition(inside, line, "3yz", None, normal, section, remembers="login")
    yield Transition(inside, line, "2yz", State.READY, normal, section, over, "identity")
    for reply in ("4yz", "5yz"):
        yield Transition(inside, line, reply, State.READY, refuse, in_editions("RFC 4954 4; 6"), over)


def said_after(before: "Session", command: Command | None) -> tuple[str, ...]:
    """What has been said in the exchange when this AUTH, or this line of it, has come."""
    if command is None:
        return before.login
    argument = command.argument or ""
    return (*before.login, argument) if command.verb == AUTH_LINE else (argument,)


def _remember_login(before: "Session", command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    challenge = reply.lines[0].strip() if reply is not None and reply.lines else ""
    return {"login": (*said_after(before, command), challenge)}


def _remember_identity(before: "Session", command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    try:
        return {"identity": read_login(said_after(before, command)).identity}
    except (ProtocolError, IndexError, ValueError):  # a mechanism nobody here can read, taken by its server
        return {"identity": ""}


def _parse_auth_parameter(value: str | None) -> str:
    """Who first submitted the mail, as a mailbox; ``<>`` when that is not known (section 5)."""
    if not value:
        raise ProtocolError(501, "AUTH= needs a mailbox or <>, as in AUTH=bob@lab.example.")
    return parse_xtext(value)


AUTH = Extension(
    keyword="AUTH",
    rfc="RFC 4954",
    status="Proposed Standard",
    purpose="Log in with a SASL mechanism",
    offers="You may log in with AUTH and one of the mechanisms named on the line.",
    verbs=("AUTH",),
    events=(AUTH_LINE,),
    mail_parameters=(
        Parameter("AUTH", "AUTH=mailbox as xtext, or <>", _parse_auth_parameter, "AUTH=bob@lab.example"),
    ),
    line_octets={"MAIL": 500, "AUTH": AUTH_LINE_OCTETS - COMMAND_LINE_OCTETS,
                 AUTH_LINE: AUTH_LINE_OCTETS - COMMAND_LINE_OCTETS},
    ends_group=("AUTH",),
    announcement="space-separated list of mechanisms",
    parse_announcement=lambda text: tuple(text.upper().split()),
    rows=_rows,
    requirements=(
        Requirement("AUTH", "identity", False, 503, "RFC 4954 4", "MUST"),
        Requirement("*", "identity", True, 530, "RFC 4954 6", "SHOULD",
                    frozenset({"AUTH", "EHLO", "HELO", "NOOP", "RSET", "QUIT", "STARTTLS"}), policy="login"),
    ),
    remember={"login": _remember_login, "identity": _remember_identity},
    reply_codes="235, 334, 432, 454, 530, 534, 535, 538",
    replaces="RFC 2554",
    note="AUTH exchange lines may be up to 12288 octets in practice (4)",
)
