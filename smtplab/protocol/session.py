"""A session as a value: its state and the facts known in it (RFC 2821 sections 2.3.3, 3.3, 4.1.1, 4.1.4).

Both sides fold the same way: the server on the replies it decides, a client on the replies it reads. Which state
follows, which facts end and which begin stands in the machine's row; this module only carries it out. How the facts
begin that an extension brings is told by the extension.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.extensions.extension import Remember
from smtplab.protocol.limits import RECIPIENTS
from smtplab.protocol.machine import NO_COMMANDS, Machine, Requirement, State, Transition, machine
from smtplab.protocol.paths import NULL_PATH, Path, parse_mail_argument
from smtplab.protocol.wire import Command, Reply

Parameters = tuple[tuple[str, str | None], ...]
"""Keyword in upper case and value; None where there is no equals sign."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A mail transaction in progress: the envelope so far.

    Attributes
    ----------
    reverse_path : Path
        The sender; `NULL_PATH` for ``<>``.
    parameters : tuple of (str, str or None)
        Those of MAIL, keyword in upper case.
    forward_paths : tuple of Path
        Recipients accepted, in order.
    refused : tuple of Path
        The last 100 recipients tried and refused. When nobody else is left, DATA is 554 instead of 503 (3.3).
    forward_parameters : tuple of parameters
        Those of RCPT, for each recipient accepted.
    """

    reverse_path: Path
    parameters: Parameters = ()
    forward_paths: tuple[Path, ...] = ()
    refused: tuple[Path, ...] = ()
    forward_parameters: tuple[Parameters, ...] = ()

    def has(self, keyword: str, value: str | None = None) -> bool:
        """True when MAIL had this parameter, with this value (upper case)."""
        return any(name == keyword and (value or "") == (said or "").upper() for name, said in self.parameters)


@dataclass(frozen=True, slots=True)
class Session:
    """State plus facts. A new one stands before the greeting.

    Attributes
    ----------
    state : State
    client_name : str or None
        What EHLO or HELO said.
    announced : tuple of (str, str)
        Extensions of the EHLO answer: keyword in upper case, and its parameters as one text.
    transaction : Transaction or None
    tls : bool
        True inside TLS.
    identity : str or None
        Who has logged in; empty when that cannot be read.
    login : tuple of str
        What was said in the login exchange under way, in turn: the argument of AUTH, challenge, response, challenge ...
    keywords : frozenset of str
        Those of `announced`, kept so that the table is found quickly.

    Examples
    --------
    >>> Session().state
    <State.CONNECTED: 'CONNECTED'>
    """

    state: State = State.CONNECTED
    client_name: str | None = None
    announced: tuple[tuple[str, str], ...] = ()
    transaction: Transaction | None = None
    tls: bool = False
    identity: str | None = None
    login: tuple[str, ...] = field(default=(), repr=False)
    keywords: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keywords", _keywords(self.announced))

    def announces(self, keyword: str) -> bool:
        """True when the EHLO answer of this session listed the extension."""
        return keyword in self.keywords

    def machine(self, edition: int, *more: str) -> Machine:
        """The table by which this session goes on: that of the edition, with the extensions announced, and with `more`.

        Inside TLS the rows of STARTTLS stay, although it is announced no longer; and in a state that an extension
        brings its own rows hold, although a server may have led there without announcing it.
        """
        brought = _BROUGHT_BY.get(self.state, ())
        if self.tls or more or brought:
            return machine(edition, self.keywords.union(("STARTTLS",) if self.tls else (), more, brought))
        return machine(edition, self.keywords)

    def table_for(self, table: Machine, event: str, reply: Reply | None) -> Machine:
        """The table by which a reply is read: where a command is taken that nobody announced, with its extension too.

        Parameters
        ----------
        table : Machine
            That of this session.
        event : str
        reply : Reply or None
        """
        if reply is None or not reply.is_positive or event in table.events:
            return table
        brought = [keyword for keyword, extension in OFFERED.items() if event in extension.verbs]
        return self.machine(table.edition, *brought)

    def knows(self, fact: str) -> bool:
        """True when a fact is known that a `Requirement` asks about."""
        match fact:
            case "tls":
                return self.tls
            case "identity":
                return self.identity is not None
            case "binary-body":
                return self.transaction is not None and self.transaction.has("BODY", "BINARYMIME")
        raise KeyError(f"No session knows a fact {fact!r}.")

    def unmet(self, table: Machine, event: str, policies: frozenset[str] = frozenset()) -> Requirement | None:
        """The first guard of a machine that does not let this command pass; None when all do.

        Parameters
        ----------
        table : Machine
        event : str
        policies : frozenset of str
            Those of the site: ``"login"``, ``"tls"``.

        Examples
        --------
        >>> table = machine(2821, frozenset({"AUTH"}))
        >>> Session(State.READY, "me.example").unmet(table, "MAIL", frozenset({"login"})).code
        530
        """
        for needed in table.requirements:
            is_meant = needed.is_for(event) and event not in NO_COMMANDS
            holds = is_meant and (not needed.policy or needed.policy in policies)
            if holds and self.knows(needed.fact) is not needed.wanted:
                return needed
        return None

    def after(self, row: Transition, command: Command | None, reply: Reply | None) -> "Session":
        """The session after one step of the table.

        Parameters
        ----------
        row : Transition
            The machine's row for this step.
        command : Command or None
            The command answered; None for events that are no command.
        reply : Reply or None
            None for LOST.
        """
        if row.next_state is None and not row.forgets and not row.remembers:
            return self
        changed: dict[str, Any] = {}
        for fact in row.forgets:
            changed |= _FORGOTTEN[fact]
        if row.remembers:
            changed |= _REMEMBER[row.remembers](self, command, reply)
        known = changed.get  # quicker than `replace`, and every step comes this way
        return Session(
            row.next_state or self.state, known("client_name", self.client_name), known("announced", self.announced),
            known("transaction", self.transaction), known("tls", self.tls), known("identity", self.identity),
            known("login", self.login),
        )


@lru_cache(maxsize=64)
def _keywords(announced: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset(keyword for keyword, _ in announced)


_BROUGHT_BY: dict[State, tuple[str]] = {
    row.next_state: (keyword,)
    for keyword, extension in OFFERED.items() for row in extension.rows()
    if row.next_state is not None and row.next_state not in machine().states
}
"""The states that are not the base protocol's, and the extension that each belongs to."""

_FORGOTTEN: dict[str, dict[str, Any]] = {
    "transaction": {"transaction": None},
    "client": {"client_name": None, "announced": ()},
    "identity": {"identity": None},
    "login": {"login": ()},
}


def _remember_client(before: Session, command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    if command is None:
        return {}
    announced = _announcements(reply) if command.verb == "EHLO" and reply else ()
    return {"client_name": command.argument, "announced": announced}


def _remember_sender(before: Session, command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    return {} if command is None else {"transaction": Transaction(*_path_said(command, "FROM:"))}


def _remember_recipient(before: Session, command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    if command is None:
        return {}
    transaction = before.transaction or Transaction(NULL_PATH)
    path, parameters = _path_said(command, "TO:")
    return {"transaction": replace(
        transaction, forward_paths=(*transaction.forward_paths, path),
        forward_parameters=(*transaction.forward_parameters, parameters),
    )}


def _remember_refused(before: Session, command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    if command is None:
        return {}
    transaction = before.transaction or Transaction(NULL_PATH)
    path, _ = _path_said(command, "TO:")
    return {"transaction": replace(transaction, refused=(*transaction.refused, path)[-RECIPIENTS:])}


_REMEMBER: dict[str, Remember] = {
    "client": _remember_client,
    "reverse-path": _remember_sender,
    "forward-path": _remember_recipient,
    "refused-path": _remember_refused,
    **{fact: begin for extension in OFFERED.values() for fact, begin in extension.remember.items()},
}


def _path_said(command: Command, prefix: Literal["FROM:", "TO:"]) -> tuple[Path, Parameters]:
    """The path of a MAIL or RCPT; one that breaks the grammar but was taken by a server is kept as it was typed."""
    argument = command.argument or ""
    try:
        said = parse_mail_argument(argument, prefix, utf8=True)
    except ProtocolError:
        return Path(argument, None), ()
    return said.path, said.parameters


def _announcements(reply: Reply) -> tuple[tuple[str, str], ...]:
    """Keyword and parameters of each line of an EHLO answer but the first, which greets (4.1.1.1)."""
    parted = (line.partition(" ") for line in reply.lines[1:])
    return tuple((keyword.upper(), parameters) for keyword, _, parameters in parted if keyword)
