"""Which octets of a session log somebody in, and every view of them hidden (RFC 4954 section 4).

The record itself keeps every octet. What a line of a login is can only be told by following the session, so a view
folds the record; it does so at any split of its segments, inside TLS as in the clear. Which octets are secret is told
by `Secrets` alone: every view asks it, one that follows a session as it happens as one that reads a record.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.dialogue import Dialogue, Due, Exchange
from smtplab.protocol.extensions.auth import AUTH_LINE, CANCEL, MECHANISMS
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF, Command, decode, parse_command

HIDDEN = "*****"
"""What stands for a secret, however long it is."""

READS_LIKE_A_MECHANISM = rf"(?:[A-Z0-9_-]{{1,20}}|[a-z0-9_-]{{1,20}}|(?i:{'|'.join(MECHANISMS)}))"
"""A mechanism has 1 to 20 of these characters (RFC 4422 section 3.1); people type it in lower case too."""

_NO_SECRET = (b"", CANCEL.encode(), b"=")
"""Words of the exchange: an empty line, the login is cancelled, the initial response is empty."""

_AUTH = re.compile(rf"\s*(?i:AUTH)(?:\s+|\Z)(?:{READS_LIKE_A_MECHANISM}(?:\s+|\Z))?".encode())
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{6,}={0,2}")
_LINE = re.compile(rb"[^\r\n]+")
_VERBS = frozenset(verb.encode() for verb in COMMANDS)

Span = tuple[int, int]
"""First octet of a secret, and the one behind its last."""


class Secrets:
    r"""Tells which octets of a client's lines log somebody in. It hears of each line and each reply, in their order.

    Secret is what stands behind the mechanism of an AUTH; a word in the mechanism's place that cannot be one; every
    line behind an AUTH or a 334 until a reply ends the exchange; then, until the next command, a word that is none; and
    later in the session such a word when it reads like base64. Whether AUTH was announced does not matter.

    It cannot be known that a word is a password which reads like a mechanism (``AUTH builder``), or which comes when
    nobody has begun to log in.

    Parameters
    ----------
    has_begun : bool
        Take it that somebody has begun to log in.

    Examples
    --------
    >>> secrets = Secrets()
    >>> secrets.hide(b"AUTH PLAIN AGJvYgBidWlsZGVy"), secrets.hide(b"Ym9i")
    (b'AUTH PLAIN *****', b'*****')
    >>> secrets.replied(503)
    >>> secrets.hide(b"NOOP")
    b'NOOP'
    """

    def __init__(self, *, has_begun: bool = False) -> None:
        self._in_exchange = False  # or AUTH may have begun one: its reply has not come
        self._after_exchange = False  # no command has come since
        self._has_begun = has_begun

    def find(self, sent: bytes) -> Iterator[Span]:
        """Where the secrets are in lines of the client; a bare CR or LF ends one here too, as for who typed it."""
        for line in _LINE.finditer(sent):
            first = self._first(line[0])
            if line[0][first:].strip() not in _NO_SECRET:
                yield line.start() + first, line.end()

    def hide(self, sent: bytes) -> bytes:
        """Lines of the client with asterisks for the secrets in them."""
        parts, shown = [], 0
        for first, end in self.find(sent):
            parts += [sent[shown:first], HIDDEN.encode()]
            shown = end
        return b"".join((*parts, sent[shown:]))

    def replied(self, code: int) -> None:
        """Take note of a reply."""
        if code == 334:
            self._in_exchange = self._after_exchange = self._has_begun = True
        elif code // 100 != 3:  # any other 3yz goes on with an exchange, and begins none
            self._in_exchange = False

    def step(self, exchange: Exchange) -> Exchange:
        """Take note of a step; gives the same one without its secrets."""
        hidden = exchange
        if exchange.command is not None:
            line, end, behind = exchange.sent.partition(CRLF)
            self._in_exchange = self._in_exchange or exchange.event == AUTH_LINE
            said = self.hide(line)
            if said != line:
                is_line = exchange.event == AUTH_LINE
                command = Command(AUTH_LINE, decode(said), said) if is_line else parse_command(said)
                hidden = replace(exchange, event=command.verb, command=command, sent=said + end + behind)
        if exchange.reply is not None:
            self.replied(exchange.reply.code)
        elif exchange.event in (TLS_UP, TLS_FAILED):
            self.shook_hands()
        return hidden

    def shook_hands(self) -> None:
        """Take note of a TLS handshake: no reply comes to what was sent ahead of it."""
        self._in_exchange = False

    def _first(self, line: bytes) -> int:
        """The first octet of the secret in a line; the line's length when there is none."""
        if self._in_exchange:
            return 0
        if auth := _AUTH.match(line):
            self._in_exchange = self._after_exchange = self._has_begun = True
            return auth.end()
        words = line.split(maxsplit=1)
        if words and words[0].upper() in _VERBS:
            self._after_exchange = False
        elif len(words) == 1 and (self._after_exchange or (self._has_begun and _reads_like_base64(words[0]))):
            return 0
        return len(line)


def _reads_like_base64(word: bytes) -> bool:
    return len(word) % 4 == 0 and _BASE64.fullmatch(word) is not None


def hide_secrets(transcript: Transcript) -> Transcript:
    r"""The same record with asterisks for what logs somebody in; `Secrets` says what that is.

    Entries, times and layers stay. Octets that carried TLS stay as well: a listener cannot read them.

    >>> record = "S: 220 a\nC: EHLO me.example\nS: 250-a\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGJvYgBidWlsZGVy\n"
    >>> print(str(hide_secrets(Transcript.parse(record))).splitlines()[-1])
    C: AUTH PLAIN *****
    """
    secrets = deque(_secrets(transcript))
    entries, start = [], 0
    for entry in transcript.entries:
        if entry.direction == "C" and entry.layer != "outside":
            entries.append(replace(entry, octets=_without(entry.octets, start, secrets)))
            start += len(entry.octets)
        else:
            entries.append(entry)
    return replace(transcript, entries=tuple(entries))


def hide_steps(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The steps of a session, from its beginning, without what logs somebody in."""
    secrets = Secrets()
    return [secrets.step(exchange) for exchange in exchanges]


def hide_step(exchange: Exchange) -> Exchange:
    """One step without what logs somebody in, as far as it can be known without those before it.

    The response of an AUTH is known, and a line of an exchange. An answer that came without one, sent behind an AUTH
    that was refused, looks like any unknown command. So one word that is no command is hidden when it reads like base64
    of 8 characters or more. A shorter one, and a password in plain text, is shown: `hide_steps` knows better.
    """
    return Secrets(has_begun=True).step(exchange)


def _without(octets: bytes, start: int, secrets: deque[Span]) -> bytes:
    """A segment that begins at `start`, with a mark where a secret begins; secrets that end in it are taken away."""
    parts, shown, end = [], 0, start + len(octets)
    while secrets and secrets[0][0] < end:
        first, behind = secrets[0]
        parts.append(octets[shown : max(first - start, shown)])
        if first >= start:
            parts.append(HIDDEN.encode())
        shown = min(behind, end) - start
        if behind > end:
            break
        secrets.popleft()
    return b"".join((*parts, octets[shown:]))


def _secrets(transcript: Transcript) -> Iterator[Span]:
    """Where the secrets are in all that the client sent, in order."""
    sent = b"".join(entry.octets for entry in transcript.said() if entry.direction == "C")
    heard = b"".join(entry.octets for entry in transcript.said() if entry.direction == "S")
    if b"AUTH" not in sent.upper() and b"334" not in heard:
        return
    dialogue, flown = Dialogue(), 0
    handshakes: deque[Span] = deque()  # how many items were cut before each, and how much had been sent
    for entry in transcript.said():
        dialogue.take(entry.direction, entry.octets, entry.event)
        flown += len(entry.octets) if entry.direction == "C" else 0
        if entry.event.startswith("tls"):
            cut_off: list[Exchange | Due] = [*dialogue.exchanges, *dialogue.due]
            handshakes.append((sum(bool(item.sent) for item in cut_off), flown))
    secrets = Secrets()

    def spans(start: int, end: int) -> Iterator[Span]:
        return ((start + first, start + behind) for first, behind in secrets.find(sent[start:end]))

    cut = place = 0
    items: list[Exchange | Due | None] = [*dialogue.exchanges, *dialogue.due, None]
    for item in items:
        while handshakes and handshakes[0][0] <= place and (item is None or item.sent):
            start, cut = cut, handshakes.popleft()[1]
            yield from spans(start, cut)  # what was sent ahead of a handshake was thrown away
            secrets.shook_hands()
        if item is None:
            break
        if item.command is not None:
            yield from spans(cut, cut + len(item.sent.partition(CRLF)[0]))
        place += bool(item.sent)
        cut += len(item.sent)
        if isinstance(item, Exchange) and item.reply is not None:
            secrets.replied(item.reply.code)
    if not dialogue.in_mail_data:
        yield from spans(cut, len(sent))
