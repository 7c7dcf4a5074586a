"""Extensions of SMTP (RFC 2821 section 2.2): those that smtplab offers, one module each, and those it only knows."""

from collections.abc import Iterable

from smtplab.protocol.extensions.auth import AUTH
from smtplab.protocol.extensions.binarymime import BINARYMIME
from smtplab.protocol.extensions.chunking import CHUNKING
from smtplab.protocol.extensions.dsn import DSN
from smtplab.protocol.extensions.eightbitmime import EIGHTBITMIME
from smtplab.protocol.extensions.enhancedstatuscodes import ENHANCEDSTATUSCODES
from smtplab.protocol.extensions.extension import Extension, Parameter
from smtplab.protocol.extensions.known import KNOWN, KnownExtension
from smtplab.protocol.extensions.pipelining import PIPELINING
from smtplab.protocol.extensions.size import SIZE
from smtplab.protocol.extensions.smtputf8 import SMTPUTF8
from smtplab.protocol.extensions.starttls import STARTTLS
from smtplab.protocol.limits import COMMAND_LINE_OCTETS

__all__ = [
    "ALL", "BROUGHT_BY", "KNOWN", "OFFERED", "Extension", "KnownExtension", "Parameter", "extension_rows",
    "first_too_early", "keywords_of", "line_octets",
]

OFFERED: dict[str, Extension] = {
    extension.keyword: extension
    for extension in (
        SIZE, EIGHTBITMIME, PIPELINING, ENHANCEDSTATUSCODES, SMTPUTF8, DSN, CHUNKING, BINARYMIME, STARTTLS, AUTH,
    )
}
"""The one list of what smtplab offers, by keyword: leave one out here and it is gone everywhere."""

BROUGHT_BY = {
    event: keyword for keyword, extension in OFFERED.items() for event in (*extension.verbs, *extension.events)
}
"""Which extension a command or an event comes from."""

ALL = "all"
"""Stands for every extension that is offered, wherever extensions are chosen."""


def keywords_of(chosen: str | Iterable[str]) -> tuple[str, ...]:
    """The keywords that somebody chose, each once and in upper case.

    Parameters
    ----------
    chosen : str or iterable of str
        ``"all"``, keywords with commas between them, or keywords.

    Raises
    ------
    ValueError
        For a keyword that is not offered; it names those that are.

    >>> keywords_of("auth,SIZE"), keywords_of([])
    (('AUTH', 'SIZE'), ())
    >>> len(keywords_of("all")) == len(OFFERED)
    True
    """
    if chosen == ALL:
        return tuple(OFFERED)
    names = filter(None, chosen.split(",")) if isinstance(chosen, str) else chosen
    found = tuple(dict.fromkeys(name.strip().upper() for name in names))
    for name in found:
        if name not in OFFERED:
            raise ValueError(f"extensions holds {name!r}; smtplab can offer {', '.join(OFFERED)}.")
    return found


def line_octets(verb: str, announced: Iterable[str]) -> int:
    """The most octets of a command's line, CRLF included, when these keywords are announced (RFC 2821 4.5.3.1).

    >>> line_octets("MAIL", []), line_octets("MAIL", ["SIZE"]), line_octets("NOOP", ["SIZE"])
    (512, 538, 512)
    """
    return COMMAND_LINE_OCTETS + sum(_longer(keyword, verb) for keyword in set(announced))


def _longer(keyword: str, verb: str) -> int:
    if keyword in OFFERED:
        return OFFERED[keyword].line_octets.get(verb, 0)
    known = KNOWN.get(keyword)
    if known is None:
        return 0
    return {"MAIL": known.mail_line_octets, "RCPT": known.rcpt_line_octets}.get(verb, 0)


def first_too_early(verbs: Iterable[str]) -> str | None:
    """The first command of a group that may only stand last in one; None for a group in order (RFC 2920 section 3.1).

    >>> first_too_early(["MAIL", "RCPT", "DATA"]), first_too_early(["RSET", "NOOP", "QUIT"])
    (None, 'NOOP')
    """
    last = {verb for extension in OFFERED.values() for verb in extension.ends_group}
    return next((verb for verb in tuple(verbs)[:-1] if verb in last), None)


_OF_THE_BASE = ("VRFY", "EXPN", "HELP")
"""Commands of the base protocol that an EHLO answer lists like extensions, ours too."""


def extension_rows() -> list[dict[str, str | bool]]:
    """All extensions as rows for a table, the offered ones first.

    >>> extension_rows()[0]["keyword"], extension_rows()[0]["offered"]
    ('SIZE', True)
    """
    offered: list[dict[str, str | bool]] = [
        {
            "keyword": extension.keyword, "offered": True, "purpose": extension.purpose, "rfc": extension.rfc,
            "status": extension.status, "announcement": extension.announcement, "verbs": ", ".join(extension.verbs),
            "mail_parameters": "; ".join(parameter.syntax for parameter in extension.mail_parameters),
            "rcpt_parameters": "; ".join(parameter.syntax for parameter in extension.rcpt_parameters),
            "reply_codes": extension.reply_codes, "note": extension.note,
        }
        for extension in OFFERED.values()
    ]
    known: list[dict[str, str | bool]] = [
        {
            "keyword": extension.keyword, "offered": extension.keyword in _OF_THE_BASE,
            "purpose": extension.purpose, "rfc": extension.rfc, "status": extension.status,
            "announcement": extension.announcement, "verbs": extension.verbs,
            "mail_parameters": extension.mail_parameters, "rcpt_parameters": extension.rcpt_parameters,
            "reply_codes": extension.reply_codes, "note": extension.note,
        }
        for extension in KNOWN.values()
    ]
    return offered + known
