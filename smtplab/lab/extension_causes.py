"""A natural cause for every reply that an extension brings, played as a short dialogue.

Each belongs to the extension that brings it; take that one out and its causes are gone. Who logs in is somebody of
the world's address book, and how it goes has a reason in that person's mailbox. Worlds offer what the dialogue needs
and no more, so that the answer to EHLO stays short. (RFC 3030 section 2, RFC 3207 section 4, RFC 4954 sections 4 and
6, RFC 6152 section 3, RFC 6531 section 3.5.)
"""

from functools import lru_cache

from smtplab.lab.causes import Cause, offering
from smtplab.lab.world import Certificate, World
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.extensions.auth import AUTH_LINE, AUTH_LINE_OCTETS, encode_base64, first_line
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.limits import MESSAGE_OCTETS
from smtplab.protocol.machine import DATA_END, UNASKED

_HELLO = "EHLO student.example"
_MAIL = "MAIL FROM:<alice@student.example>"
_RCPT = "RCPT TO:<bob@lab.example>"
_LOGIN = offering("AUTH")
_TLS = offering("STARTTLS")
_CHUNKS = offering("CHUNKING")
_WORDS = offering("ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8")


def _login(name: str, code: int, *lines: str, event: str = "AUTH", world: World = _LOGIN) -> Cause:
    return Cause(name, event, code, (_HELLO, *lines), world, extension="AUTH")


def _tls(name: str, code: int, *lines: str, event: str = "STARTTLS", world: World = _TLS) -> Cause:
    return Cause(name, event, code, (_HELLO, *lines), world, extension="STARTTLS")


def _chunks(name: str, code: int, *lines: str, event: str = "BDAT", world: World = _CHUNKS) -> Cause:
    return Cause(name, event, code, (_HELLO, _MAIL, _RCPT, *lines), world, extension="CHUNKING")


def _too_large() -> tuple[str, ...]:
    lines = ("x" * 70,) * (MESSAGE_OCTETS // 72 + 1)
    return (f"BDAT {72 * len(lines)}", *lines)


_BY_BOB = first_line("PLAIN", "bob", "builder")
_DIGEST = encode_base64(b"otto " + b"0" * 32)  # never looked at: the policy speaks first

_CAUSES: tuple[Cause, ...] = (
    _tls("starttls-220", 220, "STARTTLS"),
    _tls("starttls-454", 454, "STARTTLS", world=offering("STARTTLS", certificate=Certificate.UNREADABLE)),
    _tls("starttls-501", 501, "STARTTLS now"),
    _tls("starttls-503", 503, _MAIL, "STARTTLS"),
    _tls("starttls-530", 530, _MAIL, event="MAIL", world=offering("STARTTLS", needs_tls=True)),
    _login("auth-235", 235, _BY_BOB),
    _login("auth-334", 334, "AUTH LOGIN"),
    _login("auth-432", 432, "AUTH CRAM-MD5", _DIGEST, event=AUTH_LINE),
    _login("auth-454", 454, first_line("PLAIN", "grace", "garden")),
    _login("auth-530", 530, _MAIL, event="MAIL", world=offering("AUTH", needs_login=True)),
    _login("auth-534", 534, first_line("PLAIN", "anna", "apple")),
    _login("auth-535", 535, first_line("PLAIN", "bob", "bilder")),
    _login("auth-538", 538, _BY_BOB, world=offering("STARTTLS", "AUTH", login_needs_tls=True)),
    _login("auth-500", 500, "AUTH PLAIN", "A" * AUTH_LINE_OCTETS, event=AUTH_LINE),
    _login("auth-501-cancelled", 501, "AUTH LOGIN", "*", event=AUTH_LINE),
    _login("auth-501-base64", 501, "AUTH LOGIN", "bob", event=AUTH_LINE),
    _login("auth-503-twice", 503, _BY_BOB, _BY_BOB),
    _login("auth-503-in-mail", 503, _MAIL, _BY_BOB),
    _login("auth-504", 504, "AUTH TELEPATHY"),
    _chunks("bdat-250", 250, "BDAT 16", "Subject: Hello"),
    _chunks("bdat-last-250", 250, "BDAT 16", "Subject: Hello", "BDAT 14 LAST", "", "Hello Bob.", event=BDAT_LAST),
    _chunks("bdat-421", 421, "BDAT many", event=UNASKED),
    _chunks("bdat-503", 503, *_too_large(), "BDAT 7 LAST", "Hello", event=BDAT_LAST,
            world=offering("CHUNKING", max_message_octets=MESSAGE_OCTETS)),
    _chunks("bdat-552", 552, *_too_large(), world=offering("CHUNKING", max_message_octets=MESSAGE_OCTETS)),
    Cause("binarymime-503", "DATA", 503, (_HELLO, f"{_MAIL} BODY=BINARYMIME", _RCPT, "DATA"),
          offering("CHUNKING", "BINARYMIME"), extension="BINARYMIME"),
    Cause("eightbitmime-554", DATA_END, 554,
          (_HELLO, _MAIL, _RCPT, "DATA", "Subject: Greetings", "", "Sch\u00f6ne Gr\u00fc\u00dfe", "."), _WORDS,
          extension="8BITMIME"),
    Cause("smtputf8-550", "MAIL", 550, (_HELLO, "MAIL FROM:<bj\u00f6rn@student.example>"), _WORDS,
          extension="SMTPUTF8"),
    Cause("smtputf8-553", "RCPT", 553, (_HELLO, _MAIL, "RCPT TO:<bj\u00f6rn@lab.example>"), _WORDS,
          extension="SMTPUTF8"),
)


@lru_cache
def extension_causes(edition: int = 2821) -> tuple[Cause, ...]:
    """A cause for each reply that an extension of ours brings.

    >>> sorted({cause.code for cause in extension_causes() if cause.extension == "AUTH"})
    [235, 334, 432, 454, 500, 501, 503, 504, 530, 534, 535, 538]
    """
    return tuple(cause.in_edition(edition) for cause in _CAUSES if cause.extension in OFFERED)
