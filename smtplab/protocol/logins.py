"""Views of the logins in a record: with the secrets hidden, or decoded into words (RFC 4954, RFC 4616, RFC 2195).

The record itself keeps every octet. What a line of a login is can only be told by following the session, so both
views fold the record; they do so at any split of its segments, inside TLS as in the clear.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from smtplab.protocol.dialogue import Dialogue, Due, Exchange
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import (
    AUTH_LINE,
    Login,
    decode_base64,
    parse_auth,
    read_login,
    said_after,
)
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.transition import State
from smtplab.protocol.wire import CRLF, Reply, encode, show

HIDDEN = "*****"
"""What stands for a secret, however long it is."""

_CANCEL, _EMPTY = "*", "="
"""Words of the exchange that are no secret: the login is cancelled; the initial response is empty."""

_INITIAL_RESPONSE = re.compile(rb"[ \t]*AUTH[ \t]+[^ \t\r\n]+[ \t]+([^\r\n]+)", re.IGNORECASE)
_LINE = re.compile(rb"[^\r\n]+")

Span = tuple[int, int]
"""First octet and the one behind the last, counted over all that the client sent."""


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


def hide_secrets(transcript: Transcript) -> Transcript:
    r"""The same record with asterisks for what logs somebody in: initial responses, and the lines of the exchange.

    Entries, times and layers stay. Octets that carried TLS stay as well: a listener cannot read them.

    >>> record = "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGJvYgBidWlsZGVy\n"
    >>> print(str(hide_secrets(Transcript.parse(record))).splitlines()[-1])
    C: AUTH PLAIN *****
    """
    secrets = _secrets(transcript)
    entries, start = [], 0
    for entry in transcript.entries:
        if entry.direction == "C" and entry.layer != "outside":
            entries.append(replace(entry, octets=_without(entry.octets, start, secrets)))
            start += len(entry.octets)
        else:
            entries.append(entry)
    return replace(transcript, entries=tuple(entries))


def hide_line(sent: bytes, is_answer: bool) -> bytes:
    """One command, or one line of an exchange (`is_answer`), with asterisks for the secret in it.

    >>> hide_line(b"AUTH PLAIN AGJvYgBidWlsZGVy", False), hide_line(b"Ym9i", True), hide_line(b"NOOP", False)
    (b'AUTH PLAIN *****', b'*****', b'NOOP')
    """
    return _without(sent, 0, list(_in_lines(sent, 0, len(sent), is_answer)))


def _without(octets: bytes, start: int, secrets: list[Span]) -> bytes:
    """A segment that begins at `start`, with a mark where a secret begins and nothing of it behind."""
    parts, shown = [], 0
    for first, end in secrets:
        here, behind = (min(max(place - start, shown), len(octets)) for place in (first, end))
        parts.append(octets[shown:here])
        if 0 <= first - start < len(octets):
            parts.append(HIDDEN.encode())
        shown = behind
    return b"".join((*parts, octets[shown:]))


def _secrets(transcript: Transcript) -> list[Span]:
    """Where the secrets are in what the client sent, in order."""
    sent = b"".join(entry.octets for entry in transcript.said() if entry.direction == "C")
    if b"AUTH" not in sent.upper():
        return []
    dialogue, flown = Dialogue(), 0
    handshakes: list[Span] = []  # how many items were cut before each, and how much had been sent
    for entry in transcript.said():
        dialogue.take(entry.direction, entry.octets, entry.event)
        flown += len(entry.octets) if entry.direction == "C" else 0
        if entry.event.startswith("tls"):
            handshakes.append((len(_cut_off(dialogue)), flown))
    found: list[Span] = []
    cut, answers = 0, False
    items: list[Exchange | Due | None] = [*_cut_off(dialogue), None]
    for place, item in enumerate(items):
        while handshakes and handshakes[0][0] <= place:  # what was sent ahead of a handshake was thrown away
            start, cut = cut, handshakes.pop(0)[1]
            found += _in_lines(sent, start, cut, False)
        if item is None:
            break
        start, cut = cut, cut + len(item.sent)
        answers = answers or item.event == AUTH_LINE
        if item.event == "AUTH" or answers:
            found += _in_lines(sent, start, start + len(item.sent), answers)
        answers = isinstance(item, Exchange) and item.reply is not None and item.reply.code == 334
    in_exchange = answers or dialogue.session.state is State.AUTH_EXCHANGE
    waits = bool(dialogue.due) and dialogue.due[-1].event in ("AUTH", AUTH_LINE)
    if not dialogue.in_mail_data:
        found += _in_lines(sent, cut, len(sent), in_exchange or waits)
    return sorted(found)


def _cut_off(dialogue: Dialogue) -> list[Exchange | Due]:
    """Commands, lines and mail data as far as they are cut, in the order in which they were sent."""
    found: list[Exchange | Due] = [*dialogue.exchanges, *dialogue.due]
    return [item for item in found if item.sent]


def _in_lines(sent: bytes, start: int, end: int, are_answers: bool) -> Iterator[Span]:
    """Secrets in whole lines: all of an answer, else the initial response of an AUTH."""
    for line in _LINE.finditer(sent[start:end]):
        found = line if are_answers else _INITIAL_RESPONSE.match(line[0])
        first = 0 if are_answers else found.start(1) if found else len(line[0])
        if line[0][first:].strip() not in (b"", _CANCEL.encode(), _EMPTY.encode()):
            yield start + line.start() + first, start + line.end()


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
    sent = show(exchange.sent.removesuffix(CRLF))
    said = said_after(exchange.before, exchange.command)
    meaning, is_secret = _meaning(said, exchange.event == AUTH_LINE, reveal)
    if is_secret and not reveal:
        kept = sent.split()[:2] if exchange.event == "AUTH" else []
        sent = " ".join((*kept, HIDDEN))
    yield LoginLine(step, "client", sent, meaning)
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


def _meaning(said: Sequence[str], is_answer: bool, reveal: bool) -> tuple[str, bool]:
    """The client's last line in words, and whether it carries a secret."""
    if not (said and said[0].strip()):
        return "asks to log in, and names no mechanism", False
    try:
        mechanism, initial = parse_auth(said[0])
    except ProtocolError:  # too many words, whatever they are
        return "asks to log in, but not as AUTH is written", True
    asks = f"asks to log in with {mechanism}"
    if not is_answer and initial is None:
        return asks, False
    if said[-1] == _CANCEL and is_answer:
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
