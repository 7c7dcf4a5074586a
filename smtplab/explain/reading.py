"""Whatever `explain` is given becomes a `Situation`: a number, a line somebody pasted, a reply, an exchange, no reply.

Around a bare code stands no session; then the usual state is thought of: the first in which the command may come.
"""

from dataclasses import replace
from functools import lru_cache

from smtplab.explain.catalogue import text
from smtplab.explain.situation import Situation, keyword_of
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import CONNECT, DATA_END, EDITIONS, NO_COMMANDS, Machine, State, machine
from smtplab.protocol.reply_codes import read_code
from smtplab.protocol.sequences import Standing, entries, listed
from smtplab.protocol.wire import REPLY_CLASSES, Command, Reply, cut_reply, encode, parse_command


def read_situation(what: object, command: str | Command | None, edition: int | None) -> Situation:
    """Read whatever `explain` takes.

    Raises
    ------
    ValueError, TypeError
        With a sentence that says why this is no reply, and what is.
    """
    step = what.exchange if isinstance(what, Reply) and command is None else what
    edition = edition or (step.edition if isinstance(step, Exchange) else EDITIONS[0])
    machine(edition)  # an unknown edition is told first
    if isinstance(step, Exchange):
        return _of_exchange(step, edition)
    if isinstance(what, Reply):
        return _of_reply(what, command, edition)
    why = getattr(what, "why", None)
    if why is not None and not hasattr(what, "code"):
        return Situation(0, None, getattr(what, "event", ""), None, None, None, None, machine(edition), str(why),
                         getattr(what, "cure", ""), getattr(what, "was_due", True), forced=getattr(what, "forced", ""))
    if isinstance(what, str):
        return _of_reply(read_pasted(what), command, edition)
    return _of_reply(Reply(read_code(what).code, ()), command, edition)  # type: ignore[arg-type]  # tells a wrong type


def _of_exchange(exchange: Exchange, edition: int) -> Situation:
    code = exchange.reply.code if exchange.reply is not None else 0
    table = exchange.before.machine(edition, *keyword_of(exchange.event))
    return Situation(code, exchange.reply, exchange.event, exchange.command, exchange.row, exchange.before,
                     exchange.after, table, sent=exchange.sent, forced=exchange.forced)


def _of_reply(reply: Reply, command: str | Command | None, edition: int) -> Situation:
    said = _read_command(command)
    table = machine(edition, frozenset(keyword_of(said.verb if said is not None else "")))
    if said is None:
        event = _only_event(table.edition, reply.code)
    elif said.verb in NO_COMMANDS:
        event, said = said.verb, None
    else:
        event = table.event_of(said)
    known_state = _usual_state(table, event, reply.code) if event in table.events else None
    row = None
    if REPLY_CLASSES.get(reply.code // 100) and (known_state is not None or reply.code == 421):
        row = table.transition(known_state or State.READY, event, reply.code)
    return Situation(reply.code, reply, event, said, row, None, None, table)


def read_pasted(pasted: str) -> Reply:
    """A reply as somebody copied it: the lines of one reply, the last hyphen forgiven.

    Raises
    ------
    ValueError
        With a sentence that says why this is no reply.
    """
    lines = pasted.strip().splitlines() or [""]
    word = lines[0].strip().partition(" ")[0].partition("-")[0] or lines[0].strip()
    if word == pasted.strip():
        return Reply(read_code(word).code, ())
    octets = b"".join(encode(line.strip()) + b"\r\n" for line in lines)
    cut = cut_reply(octets)
    if cut is None:  # only the first lines of a longer reply were copied
        reply = Reply(int(lines[0].strip()[:3]), tuple(line.strip()[4:] for line in lines), octets)
    else:
        reply, end = cut
        if end < len(octets) and reply.code:
            raise ValueError(text("error.several-replies", first=reply.code))
    return replace(reply, code=read_code(str(reply.code) if reply.code else word).code)


def _read_command(command: object) -> Command | None:
    if command is None or isinstance(command, Command):
        return command
    if not isinstance(command, str):
        raise TypeError(text("error.command-type", type=type(command).__name__))
    return parse_command(b"DATA-END" if command.strip() == "." else encode(command.strip()))


@lru_cache(maxsize=256)
def _only_event(edition: int, code: int) -> str:
    """What a code answers when the edition lists it for one command only: 354 is for DATA, but 500 is for any."""
    if listed(edition, "", code).standing is Standing.GENERAL:
        return ""
    labels = {entry.label: entry.events[0] for entry in entries(edition) if entry.code == code}
    return next(iter(labels.values())) if len(labels) == 1 else ""


@lru_cache(maxsize=1024)
def _usual_state(table: Machine, event: str, code: int) -> State | None:
    """The state to think of when there is no session: the first in which the event is in sequence, for 503 is not."""
    wanted = code != 503 or event in (CONNECT, DATA_END) or table.in_sequence(State.GREETED, event)
    states = (State.GREETED, *State) if not wanted else tuple(State)
    return next((state for state in states if table.in_sequence(state, event) is wanted), None)
