"""The rows of the base protocol, in the order of a session (RFC 2821 sections 3.1, 3.3, 4.1.1, 4.1.4, 4.3.2)."""

from collections.abc import Iterable, Iterator

from smtplab.protocol.transition import (
    ANY,
    CLIENT,
    CONNECT,
    DATA_END,
    EVERYTHING,
    IN_SESSION,
    IN_TRANSACTION,
    LOST,
    TRANSACTION,
    Kind,
    Sections,
    State,
    Transition,
    in_editions,
)

_CLOSING = in_editions("4.1.1.10; 3.9; 4.3.2", "4.1.1.10; 3.8; 4.3.2")


def base_rows() -> Iterator[Transition]:
    """The base protocol, in the order of a session."""
    normal, abort, refuse, violation = Kind.NORMAL, Kind.ABORT, Kind.REFUSE, Kind.VIOLATION

    # The greeting (3.1). A server that refuses must still wait for QUIT.
    greeting = in_editions("3.1; 4.3.1; 4.3.2")
    yield Transition(State.CONNECTED, CONNECT, 220, State.GREETED, normal, greeting)
    yield Transition(State.CONNECTED, CONNECT, 554, State.REFUSED, refuse, in_editions("3.1; 4.3.2"))
    yield Transition(State.CONNECTED, CONNECT, 521, State.REFUSED, refuse, ((5321, "RFC 7504 3"),))
    yield Transition(State.CONNECTED, CONNECT, "2yz", State.GREETED, violation, greeting)
    for reply in ("3yz", "4yz", "5yz"):
        yield Transition(State.CONNECTED, CONNECT, reply, State.REFUSED, violation, greeting)
    yield Transition(State.REFUSED, ANY, 503, None, refuse, in_editions("3.1"), strength="SHOULD")

    # The client names itself; a second EHLO acts like RSET (4.1.4).
    yield from hello_rows(IN_SESSION)

    # The mail transaction (3.3): MAIL, RCPT, DATA, the final dot.
    mail, rcpt, data = (in_editions(f"3.3; 4.1.1.{number}; 4.3.2") for number in (2, 3, 4))
    order = in_editions("4.1.4; 3.3; 4.3.2")
    to_sender = (State.SENDER_KNOWN, TRANSACTION, "reverse-path")
    to_recipients = (State.RECIPIENTS_KNOWN, frozenset[str](), "forward-path")
    yield _step(State.READY, "MAIL", "2yz", to_sender, normal, mail)
    for state in (State.GREETED, *IN_TRANSACTION):
        yield Transition(state, "MAIL", 503, None, refuse, order, strength="MUST")
        # 4.1.4 binds the client to EHLO first, and the server only where it cannot process the command.
        yield _step(state, "MAIL", "2yz", to_sender, violation, order, "" if state is State.GREETED else "MUST")
    for state in IN_TRANSACTION:
        yield _step(state, "RCPT", "2yz", to_recipients, normal, rcpt)
        for reply in ("4yz", "5yz"):  # remembered, since DATA with every recipient refused is 554 rather than 503
            yield Transition(state, "RCPT", reply, None, refuse, rcpt, remembers="refused-path")
    for state in (State.GREETED, State.READY):
        yield Transition(state, "RCPT", 503, None, refuse, order, strength="MUST")
        yield _step(state, "RCPT", "2yz", to_recipients, violation, order, "MUST")
    yield Transition(State.RECIPIENTS_KNOWN, "DATA", "3yz", State.MAIL_DATA, normal, data)
    # 3.3 only says MAY about refusing DATA without a recipient, so 354 is poor but no violation there.
    yield Transition(State.SENDER_KNOWN, "DATA", "3yz", State.MAIL_DATA, Kind.DISCOURAGED, in_editions("3.3; 4.3.2"))
    for state in (State.GREETED, State.READY, State.SENDER_KNOWN):
        yield Transition(state, "DATA", 503, None, refuse, order, strength="MAY")
        yield Transition(state, "DATA", 554, None, refuse, in_editions("3.3; 4.3.2"), strength="MAY")
    for state in (State.GREETED, State.READY):
        yield Transition(state, "DATA", "3yz", State.MAIL_DATA, violation, order)
    done = in_editions("4.1.1.4; 4.2.5; 4.3.2")
    yield Transition(State.MAIL_DATA, DATA_END, "2yz", State.READY, normal, done, TRANSACTION)
    for reply in ("4yz", "5yz"):  # success or not, the transaction is over and its buffers are empty
        yield Transition(State.MAIL_DATA, DATA_END, reply, State.READY, refuse, done, TRANSACTION)
    yield Transition(State.MAIL_DATA, DATA_END, "3yz", State.READY, violation, done, TRANSACTION)

    yield from anytime_rows(IN_SESSION)
    yield Transition(State.REFUSED, "QUIT", "2yz", State.CLOSED, normal, _CLOSING, EVERYTHING)

    # What holds everywhere. An exact code in any state beats a class in a named one: 421 closes, whatever it answers.
    closing = in_editions("3.9; 4.3.2", "3.8; 4.3.2")
    yield Transition(ANY, ANY, 421, State.CLOSED, abort, closing, EVERYTHING)
    yield Transition(ANY, LOST, None, State.CLOSED, abort, in_editions("3.9; 4.1.1.10", "3.8; 4.1.1.10"), EVERYTHING)
    for reply in ("4yz", "5yz"):
        yield Transition(ANY, ANY, reply, None, refuse, in_editions("4.1.4; 4.2.1"))
    for reply in ("2yz", "3yz"):
        yield Transition(ANY, ANY, reply, None, violation, in_editions("4.3.2"))


def hello_rows(states: Iterable[State]) -> Iterator[Transition]:
    """EHLO and HELO in these states: the client is known anew, and a mail begun is dropped."""
    for verb in ("EHLO", "HELO"):
        for state in states:
            kind = Kind.NORMAL if state in (State.GREETED, State.READY) else Kind.ABORT
            sections = in_editions("4.1.1.1; 4.1.4; 4.3.2")
            yield Transition(state, verb, "2yz", State.READY, kind, sections, CLIENT, "client")


def anytime_rows(states: tuple[State, ...]) -> Iterator[Transition]:
    """What may come at any time in a session: start again, ask, leave."""
    outside = tuple(state for state in states if state in (State.GREETED, State.READY))

    # Start again (4.1.1.5).
    rset = in_editions("4.1.1.5; 4.1.4; 4.3.2")
    for state in states:
        if state in outside:
            yield Transition(state, "RSET", "2yz", None, Kind.NORMAL, rset)
        else:
            yield Transition(state, "RSET", "2yz", State.READY, Kind.ABORT, rset, TRANSACTION)

    # Questions: they touch nothing, and need no EHLO (4.1.4).
    for verb, sections in (
        ("VRFY", in_editions("4.1.1.6; 3.5; 4.3.2")),
        ("EXPN", in_editions("4.1.1.7; 3.5; 4.3.2")),
        ("HELP", in_editions("4.1.1.8; 4.3.2")),
        ("NOOP", in_editions("4.1.1.9; 4.3.2")),
    ):
        for state in states:
            yield Transition(state, verb, "2yz", None, Kind.NORMAL, sections)

    # The end.
    for state in states:
        kind = Kind.NORMAL if state in outside else Kind.ABORT
        yield Transition(state, "QUIT", "2yz", State.CLOSED, kind, _CLOSING, EVERYTHING)


def _step(
    state: State, event: str, reply: str, to: tuple[State, frozenset[str], str],
    kind: Kind, sections: Sections, strength: str = "",
) -> Transition:
    next_state, forgets, remembers = to
    return Transition(state, event, reply, next_state, kind, sections, forgets, remembers, strength)
