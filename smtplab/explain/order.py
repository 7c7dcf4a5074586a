"""The order of commands, searched in the machine's table: what must come first, and what leads on to a delivered mail.

Nothing here knows a state or a verb of its own; each answer is a path over rows (RFC 2821 sections 3.3 and 4.1.4).
"""

from collections import deque
from functools import lru_cache

from smtplab.protocol.machine import DATA_END, LOST, UNASKED, Kind, Machine, State, Transition
from smtplab.protocol.transition import TRANSACTION


def way_to(machine: Machine, state: State, event: str) -> tuple[Transition, ...] | None:
    """The shortest path of steps after which the event is in sequence.

    Returns
    -------
    tuple of Transition, or None
        Empty when the event may come at once; None when no path leads there.

    Examples
    --------
    >>> from smtplab.protocol.machine import machine
    >>> [row.event for row in way_to(machine(), State.READY, "DATA")]
    ['MAIL', 'RCPT']
    >>> [row.event for row in way_to(machine(), State.SENDER_KNOWN, "MAIL")]
    ['RSET']
    >>> way_to(machine(), State.REFUSED, "MAIL") is None
    True
    """
    return _way_to(machine, state, event) if event in machine.events else None  # a cache must not keep foreign verbs


@lru_cache(maxsize=1024)
def _way_to(machine: Machine, state: State, event: str) -> tuple[Transition, ...] | None:
    steps = [row for row in machine.rows if _is_step(row)]
    steps.sort(key=lambda row: len(row.forgets))  # of two ways equally long, the one that loses less: RSET before EHLO
    seen = {state}
    paths: deque[tuple[State, tuple[Transition, ...]]] = deque([(state, ())])
    while paths:
        here, path = paths.popleft()
        if machine.in_sequence(here, event):
            return path
        for row in steps:
            there = row.next_state
            if row.state == here and there is not None and there not in seen:
                seen.add(there)
                paths.append((there, (*path, row)))
    return None


def _is_step(row: Transition) -> bool:
    """A step somebody may take to get on: not a loss or a closing reply, which come from the other side."""
    return row.kind in (Kind.NORMAL, Kind.ABORT) and row.event not in (LOST, UNASKED) and row.state in tuple(State)


@lru_cache(maxsize=64)
def steps_on(machine: Machine, state: State) -> tuple[str, ...]:
    """The events that lead on to a delivered mail the usual way; where none does, the commands that may come.

    >>> from smtplab.protocol.machine import machine
    >>> steps_on(machine(), State.RECIPIENTS_KNOWN), steps_on(machine(), State.REFUSED)
    (('RCPT', 'DATA'), ('QUIT',))
    >>> steps_on(machine(2821, frozenset({"CHUNKING"})), State.CHUNKS)
    ('BDAT-LAST',)
    """
    here = way_to(machine, state, DATA_END)
    if here is None:
        return machine.commands_in_sequence(state)
    if not here:
        return (DATA_END,)
    found: dict[str, None] = {}
    for row in machine.rows:
        if row.state == state and row.kind is Kind.NORMAL and row.next_state is not None:
            there = way_to(machine, row.next_state, DATA_END)
            nearer = there is not None and len(there) < len(here)
            more_of_it = row.next_state == state and bool(row.remembers) and not row.forgets
            if nearer or more_of_it:
                found[row.event] = None
    return tuple(found) or (here[0].event,)


def other_ways(machine: Machine, state: State) -> tuple[str, ...]:
    """The events that begin a message which no dot ends: for a mail that DATA cannot carry (RFC 3030 section 3).

    >>> from smtplab.protocol.machine import machine
    >>> other_ways(machine(2821, frozenset({"CHUNKING"})), State.RECIPIENTS_KNOWN)
    ('BDAT',)
    """
    rows = [row for row in machine.rows if row.kind is Kind.NORMAL]
    ends = [row for row in rows if row.forgets == TRANSACTION and not row.remembers and row.event != DATA_END]
    ends_here = {row.state for row in ends}
    return tuple(row.event for row in rows if row.state == state != row.next_state and row.next_state in ends_here)
