"""Whether a command may come now, and what our server answers: each a plain decision about world, session and command.

Order of checks, which decides 501 against 503: length and unknown verb (500), switched off (502), order (503, 530),
syntax (501), parameter (504, 555), policy (550, 553, 554), storage (452, 552), own fault (451). The order of commands
itself is not decided here: the machine's table and guards say what is in sequence (RFC 2821 sections 3, 4.1, 4.2.4).
"""

import re
from functools import lru_cache

from smtplab.lab.answers import answers
from smtplab.lab.extensions import offered_by
from smtplab.lab.extensions.behaviour import Answer
from smtplab.lab.mail_data import respond_to_data
from smtplab.lab.replies import reply
from smtplab.lab.world import Offer, World
from smtplab.protocol.commands import NOT_OFFERED, check_argument
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.machine import AUTH_EXCHANGE, NO_COMMANDS, Machine, State, machine
from smtplab.protocol.scanner import require_printable_ascii, require_printable_utf8
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command, Reply

_VERB_LIKE = re.compile(r"[A-Z-]{1,12}")


def respond(world: World, session: Session, table: Machine, command: Command, now: float) -> Answer:
    """The reply to one command line, and the world after it.

    Parameters
    ----------
    world : World
    session : Session
        Before the command; the caller moves it by the machine's row for the reply.
    table : Machine
        That of the session.
    command : Command
    now : float
        Seconds on the caller's clock.
    """
    in_exchange = session.state is AUTH_EXCHANGE
    event = command.verb if in_exchange else table.event_of(command)
    is_in_sequence = table.in_sequence(session.state, event)
    if not is_in_sequence and table.refuses_all(session.state):
        return world, reply("order.refused")
    answer, offer = answers(world.extensions).get(command.verb), world.offer_of(command.verb)
    is_typed_event = command.verb in NO_COMMANDS and not in_exchange
    if answer is None or offer is Offer.UNKNOWN or is_typed_event:
        return world, _unknown(command)
    if offer is Offer.OFF:
        return world, reply("verb.off", verb=command.verb)
    if not is_in_sequence:
        out_of_order = _out_of_order(world, session, table, command.verb)
        if out_of_order is not None:
            return world, out_of_order
    guarded = _guarded(world.edition, world.extensions)
    needed = session.unmet(guarded, command.verb, world.policies) if guarded.requirements else None
    if needed is not None:
        return world, reply(f"{'needed' if needed.wanted else 'order'}.{needed.fact}")
    try:
        check_argument(command)
        if command.argument:
            (require_printable_utf8 if session.announces("SMTPUTF8") else require_printable_ascii)(command.argument)
        return answer(world, session, command, now)
    except ProtocolError as error:
        return world, reply("argument", problem=error.text)


def respond_to_chunk(
    world: World, session: Session, table: Machine, command: Command, now: float, mail_data: bytes, octets: int
) -> Answer:
    """The reply to a BDAT whose octets have come; a last one is answered as the final dot is.

    Parameters
    ----------
    world : World
    session : Session
        Before the command.
    table : Machine
        That of the session.
    command : Command
    now : float
    mail_data : bytes
        The message so far, this piece included; cut short when it is over the limit.
    octets : int
        Its whole size.
    """
    world, answer = respond(world, session, table, command, now)
    if not answer.is_positive or session.transaction is None:
        return world, answer
    if octets > world.max_message_octets:
        return world, reply("end.too-large", size=octets, limit=world.max_message_octets)
    if table.event_of(command) == command.verb:
        return world, answer
    return respond_to_data(world, session.transaction, mail_data, octets, now)


@lru_cache(maxsize=256)
def _guarded(edition: int, extensions: tuple[str, ...]) -> Machine:
    """The machine whose guards hold: of all that is offered, since policies hold before anything was announced."""
    return machine(edition, frozenset(extensions))


def _unknown(command: Command) -> Reply:
    if command.verb in NOT_OFFERED:
        return reply("verb.off", verb=command.verb)
    if not command.octets:
        return reply("verb.empty")
    if not _VERB_LIKE.fullmatch(command.verb):
        return reply("verb.strange")  # it may be the answer of a login that has ended: a reply is no place for that
    return reply("verb.unknown", verb=command.verb)


def _out_of_order(world: World, session: Session, table: Machine, verb: str) -> Reply | None:
    """Why the table does not let this command come now; None for DATA with recipients tried, which DATA answers."""
    if session.client_name is None:
        return reply("order.greet-first")
    if session.state is State.CHUNK_REFUSED:
        return reply("order.chunk-refused")
    if session.state is State.CHUNKS:
        return reply("order.chunks")
    extension = next((behaviour.extension for behaviour in offered_by(world) if verb in behaviour.answers), None)
    if extension is not None and verb not in table.events:
        return reply("order.ehlo-first", verb=verb)
    if extension is not None and verb != "BDAT" and session.transaction is not None:
        return reply("order.in-mail", verb=verb)
    if verb == "MAIL":
        return reply("order.nested-mail")
    if session.transaction is None:
        return reply("order.mail-first")
    return None if session.transaction.refused else reply("order.rcpt-first")
