"""Which commands a console offers now, in groups by what they do; read from the machine's table, no button by hand.

A command in sequence moves the session on, starts again, protects it (TLS, a login), touches nothing, or closes; every
other one stands under "try it anyway", and so does one that a guard keeps back. Each comes with a line to edit and the
part of it that waits for a choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from smtplab.lab.world import Fate, World
from smtplab.notebook.diagram.edges import questions
from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.extensions.auth import MECHANISMS
from smtplab.protocol.machine import Kind, Machine, State
from smtplab.protocol.session import Session

GROUPS = ("next", "again", "protect", "ask", "leave", "try")

CLIENT_NAME = "student.example"
SENDER = f"alice@{CLIENT_NAME}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A command to choose.

    Attributes
    ----------
    verb : str
    group : {"next", "again", "protect", "ask", "leave", "try"}
    line : str
        What the input line is filled with.
    start, end : int
        The part to edit; equal when there is none.
    """

    verb: str
    group: str
    line: str
    start: int
    end: int


def choices(table: Machine, session: Session, world: World | None = None) -> tuple[Choice, ...]:
    """Every command of the table, group by group; none while a greeting is awaited, during mail data, and at the end.

    >>> from smtplab.protocol.machine import machine
    >>> [(c.verb, c.group) for c in choices(machine(), Session(State.RECIPIENTS_KNOWN))][:3]
    [('RCPT', 'next'), ('DATA', 'next'), ('EHLO', 'again')]
    """
    if not table.commands_in_sequence(session.state):
        return ()
    verbs = [verb for verb in table.events if verb in COMMANDS]
    kept_back = {verb for verb in verbs if session.unmet(table, verb)}
    found = [
        choice(verb, session, world, "try" if verb in kept_back else group_of(table, session.state, verb))
        for verb in verbs
    ]
    return tuple(sorted(found, key=lambda c: GROUPS.index(c.group)))


def group_of(table: Machine, state: State, verb: str) -> str:
    """What a command does from here.

    >>> from smtplab.protocol.machine import machine
    >>> [group_of(machine(), State.READY, verb) for verb in ("MAIL", "EHLO", "NOOP", "QUIT", "RCPT")]
    ['next', 'again', 'ask', 'leave', 'try']
    """
    if not table.in_sequence(state, verb):
        return "try"
    if verb in questions(table):
        return "ask"
    rows = [r for r in table.rows if (r.state, r.event) == (state, verb) and r.kind in (Kind.NORMAL, Kind.ABORT)]
    order = list(State)
    for row in rows:
        if row.next_state is State.TLS_HANDSHAKE or row.remembers in ("login", "identity"):
            return "protect"
        if row.next_state is State.CLOSED:
            return "leave"
        later = row.next_state is not None and order.index(row.next_state) > order.index(state)
        if later or (row.next_state is not None and not row.forgets):
            return "next"
    return "again"


def choice(verb: str, session: Session, world: World | None = None, group: str = "next") -> Choice:
    """A line for one command, with names that fit the session.

    >>> choice("MAIL", Session()).line
    'MAIL FROM:<alice@student.example>'
    """
    line = _line(verb, session, world or World())
    start, end = _part_to_edit(line)
    return Choice(verb, group, line, start, end)


def _line(verb: str, session: Session, world: World) -> str:
    if verb in ("EHLO", "HELO"):
        return f"{verb} {CLIENT_NAME}"
    if verb == "MAIL":
        return f"MAIL FROM:<{SENDER}>"
    if verb == "RCPT":
        return f"RCPT TO:<{next(_new_recipients(session, world))}>"
    if verb == "AUTH":
        return f"AUTH {_mechanism(session)}"
    if verb == "EXPN" and world.lists:
        return f"EXPN {world.lists[0].name}"
    return COMMANDS[verb].example if verb in COMMANDS else verb


def _mechanism(session: Session) -> str:
    """The first one announced that smtplab can speak."""
    offered = dict(session.announced).get("AUTH", "").upper().split()
    return next((name for name in MECHANISMS if name in offered), MECHANISMS[0])


def _new_recipients(session: Session, world: World) -> Iterator[str]:
    """Mailboxes that this mail has not tried yet, those that take mail first; the first one when all were."""
    transaction = session.transaction
    tried = {path.address for path in (*transaction.forward_paths, *transaction.refused)} if transaction else set()
    mailboxes = sorted(world.address_book, key=lambda m: m.fate is not Fate.OPEN or not m.name.isascii())
    addresses = [f"{mailbox.name}@{world.domain}" for mailbox in mailboxes] or [f"bob@{world.domain}"]
    yield from (address for address in addresses if address not in tried)
    yield addresses[0]


def _part_to_edit(line: str) -> tuple[int, int]:
    if line.endswith(">") and "<" in line:
        return line.index("<") + 1, len(line) - 1
    verb, blank, _ = line.partition(" ")
    return (len(verb) + 1 if blank else len(line)), len(line)
