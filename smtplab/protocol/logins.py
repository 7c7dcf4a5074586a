"""The logins in a record, decoded into words (RFC 4954, RFC 4616, RFC 2195)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import (
    AUTH_LINE,
    CANCEL,
    Login,
    decode_base64,
    parse_auth,
    read_login,
    said_after,
)
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.secrecy import HIDDEN, READS_LIKE_A_MECHANISM, hide_step
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF, Reply, encode, show


@dataclass(frozen=True, slots=True)
class LoginLine:
    """One line of a login, on the wire and in words.

    Attributes
    ----------
    step : int
        Index of its exchange in the record.
    who : {"client", "server"}
    wire : str
        As sent, with a secret hidden unless it was asked for.
    meaning : str
    """

    step: int
    who: str
    wire: str
    meaning: str


class Logins(tuple[LoginLine, ...]):
    """Lines of logins, in order; printed one a line."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(f"{line.who[0].upper()}: {line.wire}   ({line.meaning})" for line in self)

    def to_rows(self) -> list[dict[str, str | int]]:
        """One row a line, for a table."""
        return [{name: getattr(line, name) for name in LoginLine.__slots__} for line in self]


def logins(transcript: Transcript, *, reveal: bool = False) -> Logins:
    r"""Every line of every login in a record, and what its base64 says.

    Parameters
    ----------
    transcript : Transcript
    reveal : bool
        Show passwords, digests, and the lines that carry them.

    Examples
    --------
    >>> record = "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250 AUTH PLAIN\n"
    >>> record += "C: AUTH PLAIN AGJvYgBidWlsZGVy\nS: 235 welcome\n"
    >>> print(logins(Transcript.parse(record)))
    C: AUTH PLAIN *****   (acts as (nobody else), name bob, password *****)
    S: 235 welcome   (Authentication succeeded)
    """
    return Logins(
        line for step, exchange in enumerate(transcript.exchanges()) if exchange.event in ("AUTH", AUTH_LINE)
        for line in _lines(step, exchange, reveal)
    )


def _lines(step: int, exchange: Exchange, reveal: bool) -> Iterator[LoginLine]:
    said = said_after(exchange.before, exchange.command)
    meaning, is_secret = _meaning(said, exchange.event == AUTH_LINE, reveal)
    shown = hide_step(exchange) if is_secret and not reveal else exchange
    yield LoginLine(step, "client", show(shown.sent.removesuffix(CRLF)), meaning)
    if exchange.reply is not None:
        wire = show(encode(f"{exchange.reply.code} {exchange.reply.text}"))
        yield LoginLine(step, "server", wire, _answer(exchange.reply))


def _answer(reply: Reply) -> str:
    """What the server says in words: its challenge, or how the login ended."""
    if reply.code == 334:
        try:
            challenge = show(decode_base64(reply.text.strip()))
        except ProtocolError as error:
            return error.text
        return f"challenge {challenge or '(empty)'}"
    known = REPLY_CODES.get(reply.code)
    return known.name if known else ""


_NOT_AS_WRITTEN = "asks to log in, but not as AUTH is written"


def _meaning(said: Sequence[str], is_answer: bool, reveal: bool) -> tuple[str, bool]:
    """The client's last line in words, and whether it carries a secret."""
    if not (said and said[0].strip()):
        return "asks to log in, and names no mechanism", is_answer
    try:
        mechanism, initial = parse_auth(said[0])
    except ProtocolError:  # too many words, whatever they are
        return _NOT_AS_WRITTEN, True
    if not re.fullmatch(READS_LIKE_A_MECHANISM, said[0].split()[0]):  # the response, without a mechanism
        return _NOT_AS_WRITTEN, True
    asks = f"asks to log in with {mechanism}"
    if not is_answer and initial is None:
        return asks, False
    if is_answer and said[-1] == CANCEL:
        return "cancels the login", False
    try:
        login = read_login(said)
    except ProtocolError as error:
        return error.text, True
    return _in_words(login, reveal)


def _in_words(login: Login, reveal: bool) -> tuple[str, bool]:
    """What a response says, and whether a secret is in it."""
    name = f"name {_shown(login.identity)}"
    secret = _shown(login.secret) if reveal else HIDDEN
    match login.mechanism, len(login.responses):
        case "PLAIN", _:
            return f"acts as {_shown(login.acts_as) or '(nobody else)'}, {name}, password {secret}", True
        case "LOGIN", 1:
            return name, False
        case "LOGIN", _:
            return f"password {secret}", True
        case "CRAM-MD5", _:
            return f"{name}, digest {secret}", True
    return f"something that {login.mechanism} says, which smtplab cannot read", True


def _shown(said: str) -> str:
    return show(encode(said))
