"""What an extension of SMTP brings to the grammar (RFC 2821 section 2.2)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of MAIL or RCPT.

    Attributes
    ----------
    keyword : str
        Upper case.
    syntax : str
        In the RFC's notation.
    parse : callable
        Takes the value as sent (None when there is no equals sign) and gives it as a Python value, or raises
        `ProtocolError` 501.
    """

    keyword: str
    syntax: str
    parse: Callable[[str | None], object]


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension that smtplab offers. How the server acts on it is in `smtplab.lab.extensions`.

    Attributes
    ----------
    keyword : str
        The word in the answer to EHLO, upper case.
    rfc, purpose : str
    verbs : tuple of str
        Commands it adds.
    mail_parameters, rcpt_parameters : tuple of Parameter
    mail_line_octets : int
        By how much it lengthens the MAIL line beyond 512 octets.
    parse_announcement : callable
        Takes what follows the keyword in the answer to EHLO and gives it as a Python value; raises ValueError.
    """

    keyword: str
    rfc: str
    purpose: str
    verbs: tuple[str, ...]
    mail_parameters: tuple[Parameter, ...]
    rcpt_parameters: tuple[Parameter, ...]
    mail_line_octets: int
    parse_announcement: Callable[[str], object]
