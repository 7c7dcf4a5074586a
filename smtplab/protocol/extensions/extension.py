"""What an extension of SMTP brings (RFC 2821 section 2.2): its word, its grammar, its rows of the table, its guards."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from smtplab.protocol.transition import Requirement, Transition
from smtplab.protocol.wire import Command, Reply

if TYPE_CHECKING:
    from smtplab.protocol.session import Session

Remember = Callable[["Session", Command | None, Reply | None], Mapping[str, Any]]
"""Takes the session before a step, the command, the reply; gives the fields of the session that change."""


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
        `ProtocolError`: 501 for bad syntax, 504 for a value that is not implemented.
    example : str
        As it is typed.
    """

    keyword: str
    syntax: str
    parse: Callable[[str | None], object]
    example: str


def _no_rows() -> Iterator[Transition]:
    return iter(())


def _verb(command: Command) -> str:
    return command.verb


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension that smtplab offers. How the server acts on it is in `smtplab.lab.extensions`.

    Attributes
    ----------
    keyword : str
        The word in the answer to EHLO, upper case.
    rfc, status, purpose : str
    offers : str
        What the client may now do, one plain sentence with a capital and a full stop.
    verbs : tuple of str
        Commands it adds.
    events : tuple of str
        Events it adds that are no command.
    mail_parameters, rcpt_parameters : tuple of Parameter
    line_octets : mapping of str to int
        By how much it lengthens the line of a command beyond 512 octets.
    needs : tuple of str
        Keywords that must be offered with it.
    ends_group : tuple of str
        Verbs of its own that may only be the last of a pipelined group.
    announcement : str
        What may follow the keyword in the answer to EHLO, in words; empty for nothing.
    parse_announcement : callable
        Takes what follows the keyword in the answer to EHLO and gives it as a Python value; raises ValueError.
    rows : callable
        Its rows of the table.
    requirements : tuple of Requirement
    remember : mapping of str to Remember
        How the facts begin that its rows remember.
    event_of : callable
        The event that a command of its verbs is.
    octets_behind : callable or None
        How many octets follow the line of a command of its verbs; raises `ProtocolError` 501. None: it is a line alone.
    reply_codes, replaces, note : str
        Codes it brings; the RFCs before it; what else is worth knowing.
    """

    keyword: str
    rfc: str
    status: str
    purpose: str
    offers: str
    verbs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    mail_parameters: tuple[Parameter, ...] = ()
    rcpt_parameters: tuple[Parameter, ...] = ()
    line_octets: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    ends_group: tuple[str, ...] = ()
    announcement: str = ""
    parse_announcement: Callable[[str], object] = str
    rows: Callable[[], Iterator[Transition]] = _no_rows
    requirements: tuple[Requirement, ...] = ()
    remember: Mapping[str, Remember] = field(default_factory=dict)
    event_of: Callable[[Command], str] = _verb
    octets_behind: Callable[[Command], int] | None = None
    reply_codes: str = ""
    replaces: str = ""
    note: str = ""
