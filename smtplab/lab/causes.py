"""A natural cause for every reply of section 4.3.2, in both editions, played as a short dialogue.

Each entry of the RFC's list is caused by what causes it in life: a mailbox with a story, an option of the server, a
rule broken. `causes` gives them in the order of an edition's list, so entry n there is entry n of `sequences`;
`rfc_7504_causes` adds the two of RFC 7504, and `general_causes` the replies that may answer any command (421, 500,
501, 502). What extensions bring is in `extension_causes`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from smtplab.explain.catalogue import text
from smtplab.lab.world import Offer, Scanner, World
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.limits import COMMAND_LINE_OCTETS, MESSAGE_OCTETS, RECEIVED_FIELDS, RECIPIENTS, TEXT_LINE_OCTETS
from smtplab.protocol.machine import CONNECT, DATA_END, UNASKED
from smtplab.protocol.sequences import RFC_7504, Entry, entries


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a server gives this reply, and the lines that show it.

    Attributes
    ----------
    name : str
        Key of the sentence in the catalogue's section ``[causes]``.
    event : str
        What the reply answers.
    code : int
    lines : tuple of str
        What the client sends after the greeting; the reply to the last one is the one meant.
    world : World
        Of the edition in which it is played.
    shutdown : bool
        True: the server is stopped after the lines.
    extension : str
        Keyword of the extension that brings the reply; empty for the base protocol.
    """

    name: str
    event: str
    code: int
    lines: tuple[str, ...]
    world: World = field(default_factory=World)
    shutdown: bool = False
    extension: str = ""

    @property
    def sentence(self) -> str:
        """The cause, in one sentence."""
        return text(f"causes.{self.name}")

    def in_edition(self, edition: int) -> "Cause":
        """The same cause at a server of this edition."""
        return replace(self, world=replace(self.world, edition=edition))


def offering(*keywords: str, **options: object) -> World:
    """A world that offers these extensions, as far as smtplab has them."""
    offered = tuple(keyword for keyword in keywords if keyword in OFFERED)
    return World(extensions=offered, **options)  # type: ignore[arg-type]  # a World checks them


_HELLO = ("EHLO student.example",)
_MAIL = (*_HELLO, "MAIL FROM:<alice@student.example>")
_RCPT = (*_MAIL, "RCPT TO:<bob@lab.example>")
_DATA = (*_RCPT, "DATA")
_LETTER = ("Subject: Hello", "", "Hello Bob.", ".")
_LONG_LETTER = ("Subject: Long", "", *(["x" * 70] * (MESSAGE_OCTETS // 72 + 1)), ".")
_SMALL_LIMIT = World(max_message_octets=MESSAGE_OCTETS)
_NO_REPORTS = offering("DSN", reports_ready=False)
_PROGRAM = (
    "Subject: Try this", 'Content-Disposition: attachment; filename="setup.exe"', "", "Not a program really.", ".",
)


def _after_hello(name: str, code: int, line: str, world: World | None = None) -> Cause:
    return Cause(name, line.partition(" ")[0], code, (*_HELLO, line), world or World())


def _recipient(name: str, code: int, address: str) -> Cause:
    return Cause(name, "RCPT", code, (*_MAIL, f"RCPT TO:<{address}>"))


def _mail(name: str, code: int, line: str, world: World | None = None) -> Cause:
    return Cause(name, "MAIL", code, (*_HELLO, line), world or World())


def _letter(name: str, code: int, lines: tuple[str, ...] = _LETTER, world: World | None = None) -> Cause:
    return Cause(name, DATA_END, code, (*_DATA, *lines), world or World())


_LISTED: tuple[Cause, ...] = (
    Cause("connect-220", CONNECT, 220, ()),
    Cause("connect-554", CONNECT, 554, (), World(takes_mail=False)),
    Cause("connect-521", CONNECT, 521, (), World(never_takes_mail=True)),
    Cause("hello-250", "EHLO", 250, _HELLO),
    Cause("hello-504", "EHLO", 504, ("EHLO 0391926cb167",), World(wants_full_names=True)),
    Cause("hello-550", "EHLO", 550, ("EHLO spam.example",)),
    Cause("hello-502", "EHLO", 502, _HELLO, World(ehlo=Offer.OFF)),
    Cause("mail-250", "MAIL", 250, _MAIL),
    _mail("mail-552", 552, f"MAIL FROM:<alice@student.example> SIZE={2 * MESSAGE_OCTETS}", _SMALL_LIMIT),
    _mail("mail-451", 451, "MAIL FROM:<alice@slow-dns.example>"),
    _mail("mail-452", 452, "MAIL FROM:<alice@student.example>", World(storage_octets=0)),
    _mail("mail-550", 550, "MAIL FROM:<nobody@lab.example>"),
    _mail("mail-553", 553, "MAIL FROM:<bob>"),
    Cause("mail-503", "MAIL", 503, (*_MAIL, "MAIL FROM:<zoe@student.example>")),
    _mail("mail-455", 455, "MAIL FROM:<alice@student.example> RET=HDRS", _NO_REPORTS),
    _mail("parameter-555", 555, "MAIL FROM:<alice@student.example> COLOUR=red"),
    Cause("rcpt-250", "RCPT", 250, _RCPT),
    _recipient("rcpt-251", 251, "frank@lab.example"),
    _recipient("rcpt-550-mailbox", 550, "zoe@lab.example"),
    _recipient("rcpt-551", 551, "erin@lab.example"),
    _recipient("rcpt-552", 552, "dave@lab.example"),
    _recipient("rcpt-553", 553, "schmidt@lab.example"),
    _recipient("rcpt-450", 450, "carol@lab.example"),
    _recipient("rcpt-451", 451, "grace@lab.example"),
    Cause("rcpt-452", "RCPT", 452, (*_MAIL, *["RCPT TO:<bob@lab.example>"] * (RECIPIENTS + 1))),
    Cause("rcpt-503", "RCPT", 503, (*_HELLO, "RCPT TO:<bob@lab.example>")),
    _recipient("rcpt-550-relay", 550, "bob@elsewhere.example"),
    Cause("rcpt-455", "RCPT", 455, (*_MAIL, "RCPT TO:<bob@lab.example> NOTIFY=SUCCESS"), _NO_REPORTS),
    Cause("parameter-555", "RCPT", 555, (*_MAIL, "RCPT TO:<bob@lab.example> COLOUR=red")),
    _recipient("rcpt-556", 556, "bob@no-mail.example"),
    Cause("data-354", "DATA", 354, _DATA),
    _letter("end-250", 250),
    _letter("end-552", 552, _LONG_LETTER, _SMALL_LIMIT),
    _letter("end-554", 554, (*["Received: from here by there"] * (RECEIVED_FIELDS + 1), *_LETTER)),
    _letter("end-451", 451, world=World(scanner=Scanner.SILENT)),
    _letter("end-452", 452, _LONG_LETTER, World(storage_octets=MESSAGE_OCTETS)),
    _letter("end-450", 450, world=World(greylist_s=300.0, greylist_after_data=True)),
    _letter("end-550", 550, _PROGRAM),
    Cause("data-451", "DATA", 451, _DATA, World(scanner=Scanner.UNREACHABLE)),
    Cause("data-554", "DATA", 554, (*_MAIL, "RCPT TO:<zoe@lab.example>", "DATA")),
    Cause("data-503", "DATA", 503, (*_MAIL, "DATA")),
    Cause("rset-250", "RSET", 250, (*_RCPT, "RSET")),
    _after_hello("vrfy-250", 250, "VRFY bob"),
    _after_hello("vrfy-251", 251, "VRFY frank"),
    _after_hello("vrfy-252", 252, "VRFY heidi"),
    _after_hello("vrfy-550", 550, "VRFY zoe"),
    _after_hello("vrfy-551", 551, "VRFY erin"),
    _after_hello("vrfy-553", 553, "VRFY schmidt"),
    _after_hello("vrfy-502", 502, "VRFY bob", World(vrfy=Offer.OFF)),
    _after_hello("vrfy-504", 504, 'VRFY "Anna Schmidt"'),
    _after_hello("expn-250", 250, "EXPN friends"),
    _after_hello("expn-252", 252, "EXPN staff"),
    _after_hello("expn-550", 550, "EXPN enemies"),
    _after_hello("expn-500", 500, "EXPN friends", World(expn=Offer.UNKNOWN)),
    _after_hello("expn-502", 502, "EXPN friends", World(expn=Offer.OFF)),
    _after_hello("expn-504", 504, 'EXPN "Anna Schmidt"'),
    _after_hello("help-211", 211, "HELP"),
    _after_hello("help-214", 214, "HELP MAIL"),
    _after_hello("help-502", 502, "HELP", World(help=Offer.OFF)),
    _after_hello("help-504", 504, "HELP WANTED"),
    _after_hello("noop-250", 250, "NOOP"),
    _after_hello("quit-221", 221, "QUIT"),
)

_GENERAL: tuple[Cause, ...] = (
    Cause("general-421-shutdown", UNASKED, 421, _HELLO, shutdown=True),
    Cause("general-421-idle", UNASKED, 421, _HELLO, World(idle_s=0.05)),
    _after_hello("general-500-unknown", 500, "HLEO student.example"),
    _after_hello("general-500-long", 500, "NOOP " + "x" * COMMAND_LINE_OCTETS),
    _letter("general-500-text", 500, ("x" * TEXT_LINE_OCTETS, ".")),
    Cause("general-501-argument", "EHLO", 501, ("EHLO",)),
    _mail("general-501-path", 501, "MAIL FROM:alice@student.example"),
    Cause("general-501-path", "RCPT", 501, (*_MAIL, "RCPT TO:<bob@lab.example")),
    Cause("general-501-surplus", "DATA", 501, (*_RCPT, "DATA now")),
    _after_hello("general-501-surplus", 501, "RSET now"),
    _after_hello("general-501-argument", 501, "VRFY"),
    _after_hello("general-501-argument", 501, "EXPN"),
    _after_hello("general-501-octets", 501, "HELP \u00e9"),
    _after_hello("general-501-octets", 501, "NOOP \u00e9"),
    _after_hello("general-501-surplus", 501, "QUIT now"),
    _after_hello("general-502", 502, "SEND FROM:<alice@student.example>"),
    _after_hello("general-502", 502, "SOML FROM:<alice@student.example>"),
    _after_hello("general-502", 502, "SAML FROM:<alice@student.example>"),
    _after_hello("general-502", 502, "TURN"),
)
"""A text line too long can only be told after the final dot."""


@lru_cache
def causes(edition: int = 2821) -> tuple[Cause, ...]:
    """A cause for each entry of an edition's list, in its order.

    >>> len(causes(2821)), len(causes(5321))
    (53, 58)
    """
    return _one_for_each(entries(edition), edition)


@lru_cache
def rfc_7504_causes() -> tuple[Cause, ...]:
    """A cause for each entry that RFC 7504 adds to the list of RFC 5321.

    >>> [(cause.event, cause.code) for cause in rfc_7504_causes()]
    [('CONNECT', 521), ('RCPT', 556)]
    """
    return _one_for_each(RFC_7504, 5321)


@lru_cache
def general_causes(edition: int = 2821) -> tuple[Cause, ...]:
    """Causes of the replies that may answer any command."""
    return tuple(cause.in_edition(edition) for cause in _GENERAL)


def _one_for_each(listed: Iterable[Entry], edition: int) -> tuple[Cause, ...]:
    """The first cause not yet taken for each entry; the second 550 to RCPT in RFC 2821 so gets the second cause."""
    left, found = list(_LISTED), []
    for entry in listed:
        cause = next(cause for cause in left if cause.event in entry.events and cause.code == entry.code)
        left.remove(cause)
        found.append(cause.in_edition(edition))
    return tuple(found)
