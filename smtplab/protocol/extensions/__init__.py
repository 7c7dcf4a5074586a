"""Extensions of SMTP (RFC 2821 section 2.2): those that smtplab offers, one module each, and those it only knows."""

from collections.abc import Iterable

from smtplab.protocol.extensions.extension import Extension, Parameter
from smtplab.protocol.extensions.known import KNOWN, KnownExtension
from smtplab.protocol.extensions.size import SIZE
from smtplab.protocol.limits import COMMAND_LINE_OCTETS

__all__ = ["KNOWN", "OFFERED", "Extension", "KnownExtension", "Parameter", "extension_rows", "mail_line_octets"]

OFFERED: dict[str, Extension] = {extension.keyword: extension for extension in (SIZE,)}
"""The one list of what smtplab offers, by keyword: leave one out here and it is gone everywhere."""


def mail_line_octets(announced: Iterable[str]) -> int:
    """The most octets of a MAIL line, CRLF included, when these keywords are announced (RFC 2821 section 4.5.3.1).

    >>> mail_line_octets([]), mail_line_octets(["SIZE"])
    (512, 538)
    """
    known: dict[str, Extension | KnownExtension] = {**KNOWN, **OFFERED}
    return COMMAND_LINE_OCTETS + sum(known[word].mail_line_octets for word in set(announced) if word in known)


def extension_rows() -> list[dict[str, str | bool]]:
    """All extensions as rows for a table, the offered ones first.

    >>> extension_rows()[0]["keyword"], extension_rows()[0]["offered"]
    ('SIZE', True)
    """
    offered: list[dict[str, str | bool]] = [
        {
            "keyword": extension.keyword, "offered": True, "purpose": extension.purpose, "rfc": extension.rfc,
            "verbs": ", ".join(extension.verbs),
            "mail_parameters": "; ".join(parameter.syntax for parameter in extension.mail_parameters),
            "rcpt_parameters": "; ".join(parameter.syntax for parameter in extension.rcpt_parameters),
        }
        for extension in OFFERED.values()
    ]
    known: list[dict[str, str | bool]] = [
        {
            "keyword": extension.keyword, "offered": False, "purpose": extension.purpose, "rfc": extension.rfc,
            "verbs": extension.verbs, "mail_parameters": extension.mail_parameters,
            "rcpt_parameters": extension.rcpt_parameters,
        }
        for extension in KNOWN.values()
    ]
    return offered + known
