"""What a console shows, as plain data: the dict that crosses to the browser, and nothing of it is HTML.

It is folded from a client's session, exchanges and record each time; nothing is stored beside them. Only the last
`ROWS` exchanges and `DATA_LINES` lines of a message are shown, so that a long session stays quick.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from smtplab.explain import Explanation
from smtplab.explain.catalogue import text
from smtplab.lab.world import World
from smtplab.notebook.choices import GROUPS, choices
from smtplab.notebook.diagram import StateDiagram
from smtplab.notebook.html import MARKS, readable
from smtplab.notebook.words import standing
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import DATA_END, UNASKED, State, machine
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF, Reply, decode

ROWS = 60
DATA_LINES = 12

Data = dict[str, Any]


def phase_of(session: Session) -> str:
    """Which controls there are: ``commands``, ``message`` or ``over``.

    >>> phase_of(Session(State.MAIL_DATA))
    'message'
    """
    return {State.MAIL_DATA: "message", State.CLOSED: "over"}.get(session.state, "commands")


def groups(session: Session, world: World | None, edition: int) -> list[Data]:
    """The buttons, by what their commands do now."""
    found = choices(machine(edition), session, world)
    return [
        {
            "id": group, "label": text(f"console.{group}"),
            "choices": [{"verb": c.verb, "line": c.line, "start": c.start, "end": c.end} for c in members],
        }
        for group in GROUPS
        if (members := [c for c in found if c.group == group])
    ]


def rows(exchanges: Sequence[Exchange], record: Transcript, session_number: int) -> list[Data]:
    """The record, one row for what was sent and one for each reply; ids differ from session to session."""
    first = max(0, len(exchanges) - ROWS)
    steps = enumerate(exchanges[first:], first)
    found = [row for number, e in steps for row in _exchange_rows(f"{session_number}.{number}", e)]
    unanswered = unanswered_octets(record)
    pending = unanswered.removesuffix(CRLF).split(CRLF) if unanswered else []
    shown = pending[-DATA_LINES:]
    for place, line in enumerate(shown, len(pending) - len(shown)):
        name = f"{session_number}.{len(exchanges)}.{place}"
        found.append(_row(name, "sent", "you", [("", line)]))
    return found


def unanswered_octets(record: Transcript) -> bytes:
    """What was sent after the last reply came."""
    last = takewhile(lambda entry: entry.direction == "C", reversed(tuple(record.said())))
    return b"".join(reversed([entry.octets for entry in last]))


def _exchange_rows(number: str, exchange: Exchange) -> Iterator[Data]:
    if exchange.sent:
        lines = exchange.sent.removesuffix(CRLF).split(CRLF)
        said: list[tuple[str, str | bytes]] = [("", line) for line in lines]
        if exchange.event == DATA_END and len(said) > DATA_LINES:
            left_out = text("console.left_out", count=len(said) - DATA_LINES)
            said = [*said[: DATA_LINES - 2], ("", left_out), *said[-2:]]
        yield _row(f"{number}-C", "sent", "you", said)
    if exchange.reply is None:
        yield _row(f"{number}-lost", "event", "", [("", text("console.lost"))])
        return
    if exchange.event == UNASKED:
        yield _row(f"{number}-unasked", "event", "", [("", text("console.unasked"))])
    digit = exchange.reply.code // 100
    row = _row(f"{number}-S", "reply", "server", list(_reply_lines(exchange.reply)))
    yield row | {"mark": MARKS.get(digit, "?"), "digit": digit}


def _reply_lines(reply: Reply) -> Iterator[tuple[str, bytes]]:
    for line in reply.octets.removesuffix(CRLF).split(CRLF):
        has_code = line[:3].isdigit() and len(line[:3]) == 3
        yield (decode(line[:3]), line[3:]) if has_code else ("", line)


def _row(name: str, kind: str, who: str, lines: Sequence[tuple[str, str | bytes]]) -> Data:
    return {
        "id": name, "kind": kind, "who": text(f"console.{who}") if who else "", "mark": "", "digit": 0,
        "lines": [[code, readable(said)] for code, said in lines],
    }


def caption(diagram: StateDiagram) -> str:
    """The picture in words: where you are, what the last step did, how it ends from everywhere."""
    ending = [text("diagram.everywhere", events="QUIT")] if diagram.state not in (State.CLOSED, State.MAIL_DATA) else []
    return " ".join((*standing(diagram), *ending))


def explained(explanation: Explanation | None) -> tuple[Data | None, list[tuple[str, str]]]:
    """An explanation's four lines and digits; and its folded part."""
    if explanation is None:
        return None, []
    said = explanation.to_json()
    shown = {name: said[name] for name in ("code", "verdict_id", "verdict", "digits")}
    details = [(readable(detail.label), readable(detail.text)) for detail in explanation.details]
    return _readable(shown | {"lines": explanation.lines}), details


def _readable(data: Any) -> Any:
    """Foreign names stand in sentences too: nothing crosses that a person cannot read."""
    if isinstance(data, str):
        return readable(data)
    if isinstance(data, dict):
        return {key: _readable(value) for key, value in data.items()}
    return [_readable(value) for value in data] if isinstance(data, list | tuple) else data


def envelope(session: Session) -> list[tuple[str, str]]:
    """The buffers of the mail transaction: sender, recipients, message."""
    transaction = session.transaction
    none = text("console.none")
    sender = readable(transaction.reverse_path.address) or "<>" if transaction else none
    paths = transaction.forward_paths if transaction else ()
    message = text("console.message_coming") if session.state is State.MAIL_DATA else none
    return [
        (text("console.sender"), sender),
        (text("console.recipients"), readable(", ".join(path.address for path in paths)) if paths else none),
        (text("console.body"), message),
    ]


def first_message(session: Session) -> str:
    """A short message to begin with: its header fields say what the envelope says, until the learner changes them."""
    transaction = session.transaction
    sender = transaction.reverse_path.address if transaction else ""
    paths = transaction.forward_paths if transaction else ()
    to = ", ".join(path.address for path in paths[:5])
    return text("console.first_message", sender=readable(sender), to=readable(to))
