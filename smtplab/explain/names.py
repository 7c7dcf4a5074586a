"""The names that fill the sentences: who is meant, who is on the list, what may come next.

They come from the session where there is one; otherwise words stand in for them ("this recipient"). All of it is
foreign text: controls are spelled out, and long names are cut, so that one line stays one line.
"""

from collections.abc import Sequence

from smtplab.explain.catalogue import text, texts
from smtplab.explain.order import other_ways, steps_on, way_to
from smtplab.explain.situation import Situation, keyword_of
from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import AUTH_LINE_OCTETS, decode_base64
from smtplab.protocol.limits import RETRY_INTERVAL_S, TEXT_LINE_OCTETS
from smtplab.protocol.machine import DATA_END, State, Transition
from smtplab.protocol.paths import Path
from smtplab.protocol.wire import decode, encode, show

NAME_LENGTH = 24
LISTED_NAMES = 3


def names_of(situation: Situation) -> dict[str, str]:
    """A value for every placeholder of the sections that explain a reply."""
    who, address = _who(situation)
    order = _order(situation)
    session = situation.after or situation.before
    before = situation.before.transaction if situation.before is not None else None
    after = situation.after.transaction if situation.after is not None else None
    transaction = after or before
    recipients = transaction.forward_paths if transaction is not None else ()
    state = session.state if session is not None else None
    events = texts("event")
    verb = events.get(situation.event) or short(situation.event) or text("stand-in.verb")
    example = COMMANDS[situation.verb].example if situation.verb else text("stand-in.example")
    mechanism = situation.mechanism or text("stand-in.mechanism")
    identity = next((s.identity for s in (situation.after, situation.before) if s is not None and s.identity), "")
    return {
        "code": str(situation.code),
        "verb": verb,
        "Verb": _at_start(verb),
        "example": example,
        "who": who,
        "Who": _at_start(who),
        "address": address,
        "sender": _path_name(transaction.reverse_path) if transaction is not None else text("stand-in.MAIL"),
        "list": _listed(recipients) if recipients else text("stand-in.RCPT"),
        "state": str(state) if state is not None else text("stand-in.state"),
        "next": _next(situation, state, order["delivery"]),
        "extensions": joined([short(name) for name, _ in situation.after.announced] if situation.after else []),
        "identity": short(identity),
        "mechanism": mechanism,
        "Mechanism": _at_start(mechanism),
        "challenge": _challenge(situation),
        "parameter": short(situation.parameter) or text("stand-in.parameter"),
        "line_octets": str(TEXT_LINE_OCTETS),
        "login_octets": str(AUTH_LINE_OCTETS),
        "minutes": str(RETRY_INTERVAL_S // 60),
        "near": situation.near,
        **order,
    }


def short(foreign: str, length: int = NAME_LENGTH) -> str:
    """Foreign text for the middle of a sentence: on one line, and cut when it is long.

    >>> short("carol\\r\\nRSET")
    'carol\\\\r\\\\nRSET'
    """
    shown = show(encode(foreign))
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def joined(items: Sequence[str], last: str = "and") -> str:
    """A list in words: ``a``, ``a and b``, ``a, b and c``, ``a, b and 3 more``.

    >>> joined(["bob", "carol", "dora", "eve"])
    'bob, carol and 2 more'
    """
    if len(items) > LISTED_NAMES:
        items = [*items[: LISTED_NAMES - 1], text("join.more", count=len(items) - LISTED_NAMES + 1)]
    if len(items) < 2:
        return "".join(items)
    return text(f"join.{last}", first=", ".join(items[:-1]), last=items[-1])


def form(event: str) -> str:
    """How a step is typed, its own part left open.

    >>> form("MAIL"), form("DATA"), form("DATA-END")
    ('MAIL FROM:<...>', 'DATA', 'a line with a single dot')
    """
    steps = texts("step")
    if event in steps:
        return steps[event]
    example = COMMANDS[event].example if event in COMMANDS else event
    head, bracket, _ = example.partition("<")
    return f"{head}<...>" if bracket else example


def _who(situation: Situation) -> tuple[str, str]:
    """Whom a command is about: a short name for the sentence, and the whole address. A login may hold a secret."""
    stand_in = texts("stand-in")
    command, event = situation.command, situation.event
    if command is None or command.argument is None or keyword_of(event):
        name = stand_in.get(event, stand_in["anybody"])
        return name, name
    if situation.path is not None:
        path = situation.path.path
        return _path_name(path), short(path.address, 2 * NAME_LENGTH) or "<>"
    return short(command.argument), short(command.argument)


def _challenge(situation: Situation) -> str:
    """What the server asks in a login, decoded."""
    words = situation.reply.lines[0].strip() if situation.reply is not None and situation.reply.lines else ""
    try:
        asked = short(decode(decode_base64(words)))
    except ProtocolError:
        asked = ""
    return asked or text("stand-in.challenge")


def _at_start(name: str) -> str:
    """With a capital, where that cannot be taken for another name: an address stays as it is."""
    return name[:1].upper() + name[1:] if name.replace(" ", "").isalpha() else name


def _path_name(path: Path) -> str:
    return "<>" if path.is_null else short(path.local_part)


def _listed(paths: Sequence[Path]) -> str:
    """Recipients by name; by address when two share a name."""
    local_parts = [path.local_part for path in paths]
    alike = len(set(local_parts)) < len(set(paths))
    return joined([short(path.address) if alike else _path_name(path) for path in dict.fromkeys(paths)])


def _next(situation: Situation, state: State | None, delivery: str) -> str:
    """What leads on to a delivered mail from here, as it is typed."""
    if state is None:
        row = situation.row
        if row is None or row.next_state is None:
            return text("stand-in.next", delivery=delivery)
        state = row.next_state
    table, session = situation.machine, situation.after or situation.before
    steps = steps_on(table, state)
    if session is not None and any(session.unmet(table, step) for step in steps):
        steps = (*(step for step in steps if not session.unmet(table, step)), *other_ways(table, state))
    return joined([form(event) for event in steps], "or") if steps else text("stand-in.connection")


def _order(situation: Situation) -> dict[str, str]:
    """For a command at the wrong moment: what is missing, and the steps that come first."""
    table, event = situation.machine, situation.event
    start = situation.before.state if situation.before is not None else State.GREETED
    way = way_to(table, start, event)
    missing = _what_is_missing(situation, way)
    delivery = [row.event for row in way_to(table, State.GREETED, DATA_END) or ()]
    order = [row.event for row in way_to(table, State.GREETED, event) or ()]
    return {
        "missing": text(f"missing.{missing}"),
        "missing_id": missing,
        "steps": joined([form(row.event) for row in way or ()]),
        "order": ", ".join([*order, event] if order else delivery),
        "delivery": ", ".join(delivery),
        "finish": joined([form(step) for step in steps_on(table, start)], "or"),
    }


def _what_is_missing(situation: Situation, way: tuple[Transition, ...] | None) -> str:
    if situation.guard is not None:
        return situation.guard.fact
    if situation.extension_missing:
        return "announcement"
    if way is None:
        return "nothing-helps"
    if not way:
        return "nothing"
    first = way[0]
    if first.event in texts("step"):
        return first.event
    if first.state is State.CHUNK_REFUSED:
        return "whole-chunks"
    return first.remembers or "end-of-mail"
