"""Where a session stands, in words: what its state means, and what may come now. Read from the machine's table."""

from smtplab.explain.catalogue import text
from smtplab.protocol.machine import CONNECT, NO_COMMANDS, Machine, State
from smtplab.protocol.session import Session


def event_label(event: str) -> str:
    """An event in a word or two: DATA-END is the final dot.

    >>> event_label("DATA-END"), event_label("MAIL")
    ('final dot', 'MAIL')
    """
    return text(f"standing.event-{event}") if event in NO_COMMANDS else event


def comes_now(table: Machine, state: State, session: Session | None = None) -> tuple[str, ...]:
    """The events in sequence here, as far as no guard keeps them back from the session."""
    return tuple(
        event for event in table.events
        if table.in_sequence(state, event) and (session is None or session.unmet(table, event) is None)
    )


def meaning_of(state: State, session: Session | None = None) -> str:
    """What a state means, with the number of recipients where a session is given."""
    transaction = session.transaction if session else None
    if state is not State.RECIPIENTS_KNOWN or transaction is None:
        return text(f"standing.at-{state}")
    count = len(transaction.forward_paths)
    return text(f"standing.at-{state}-{'1' if count == 1 else 'many'}", count=count)


def here(state: State, session: Session | None = None) -> str:
    """Where somebody stands, in a sentence.

    >>> here(State.READY)
    'You are at READY: no mail is begun.'
    """
    return text("standing.here", state=state, facts=meaning_of(state, session))


def in_sequence(events: tuple[str, ...]) -> str:
    """What may come now, in a sentence; where commands may, they are told, for all else comes by itself.

    >>> from smtplab.protocol.machine import machine
    >>> in_sequence(comes_now(machine(), State.SENDER_KNOWN))
    'In sequence now: EHLO, HELO, RCPT, RSET, VRFY, EXPN, HELP, NOOP, QUIT.'
    >>> in_sequence(comes_now(machine(), State.MAIL_DATA))
    'In sequence now: final dot.'
    """
    said = [event for event in events if event not in NO_COMMANDS]
    said = said or [event_label(event) for event in events if event != CONNECT]
    return text("standing.in-sequence", events=", ".join(said) or "-")
