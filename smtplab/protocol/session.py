"""A session as a value: its state and the facts known in it (RFC 2821 sections 2.3.3, 3.3, 4.1.1, 4.1.4).

Both sides fold the same way: the server on the replies it decides, a client on the replies it reads. Which state
follows, which facts end and which begin stands in the machine's row; this module only carries it out.
"""

from dataclasses import dataclass, replace
from typing import Literal

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.limits import RECIPIENTS
from smtplab.protocol.machine import State, Transition
from smtplab.protocol.paths import NULL_PATH, Path, parse_mail_argument
from smtplab.protocol.wire import Command, Reply


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
    """

    reverse_path: Path
    parameters: tuple[tuple[str, str | None], ...] = ()
    forward_paths: tuple[Path, ...] = ()
    refused: tuple[Path, ...] = ()


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

    Examples
    --------
    >>> Session().state
    <State.CONNECTED: 'CONNECTED'>
    """

    state: State = State.CONNECTED
    client_name: str | None = None
    announced: tuple[tuple[str, str], ...] = ()
    transaction: Transaction | None = None

    def announces(self, keyword: str) -> bool:
        """True when the EHLO answer of this session listed the extension."""
        return any(name == keyword for name, _ in self.announced)

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
        name, announced, transaction = self.client_name, self.announced, self.transaction
        if "transaction" in row.forgets:
            transaction = None
        if "client" in row.forgets:
            name, announced = None, ()
        if row.remembers and command is not None:
            if row.remembers == "client":
                name = command.argument
                announced = _announcements(reply) if row.event == "EHLO" and reply else ()
            elif row.remembers == "reverse-path":
                transaction = Transaction(*_path_said(command, "FROM:"))
            else:
                transaction = _with_recipient(transaction or Transaction(NULL_PATH), row.remembers, command)
        return Session(row.next_state or self.state, name, announced, transaction)


def _with_recipient(transaction: Transaction, fate: str, command: Command) -> Transaction:
    path, _ = _path_said(command, "TO:")
    if fate == "forward-path":
        return replace(transaction, forward_paths=(*transaction.forward_paths, path))
    return replace(transaction, refused=(*transaction.refused, path)[-RECIPIENTS:])


def _path_said(command: Command, prefix: Literal["FROM:", "TO:"]) -> tuple[Path, tuple[tuple[str, str | None], ...]]:
    """The path of a MAIL or RCPT; one that breaks the grammar but was taken by a server is kept as it was typed."""
    argument = command.argument or ""
    try:
        said = parse_mail_argument(argument, prefix)
    except ProtocolError:
        return Path(argument, None), ()
    return said.path, said.parameters


def _announcements(reply: Reply) -> tuple[tuple[str, str], ...]:
    """Keyword and parameters of each line of an EHLO answer but the first, which greets (4.1.1.1)."""
    parted = (line.partition(" ") for line in reply.lines[1:])
    return tuple((keyword.upper(), parameters) for keyword, _, parameters in parted if keyword)
