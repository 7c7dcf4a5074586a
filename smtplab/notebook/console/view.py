"""What a console shows, as plain data: the dict that crosses to the browser, and nothing of it is HTML.

It is folded from a client's session, exchanges and record each time; nothing is stored beside them. Only the last
`ROWS` exchanges and `DATA_LINES` lines of a message are shown, so that a long session stays quick.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from smtplab.explain import Explanation
from smtplab.explain.catalogue import text
from smtplab.lab.world import World
from smtplab.notebook.console.choices import GROUPS, choices
from smtplab.notebook.console.offers import form_of
from smtplab.notebook.diagram.diagram import StateDiagram
from smtplab.notebook.diagram.edges import silent_states
from smtplab.notebook.diagram.words import everywhere, standing
from smtplab.notebook.html import MARKS, readable
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import LOST, UNASKED, Machine, State
from smtplab.protocol.paths import Path
from smtplab.protocol.secrecy import hide_secrets, hide_steps
from smtplab.protocol.session import Parameters, Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF, Reply, decode

ROWS = 60
DATA_LINES = 12


def phase_of(session: Session) -> str:
    """Which controls there are: ``commands``, ``message``, ``login``, ``handshake`` or ``over``.

    >>> phase_of(Session(State.MAIL_DATA))
    'message'
    """
    return _PHASES.get(session.state, "commands")


_PHASES = {
    State.MAIL_DATA: "message", State.AUTH_EXCHANGE: "login", State.TLS_HANDSHAKE: "handshake", State.CLOSED: "over",
}


def pictures(edition: int) -> tuple[str, ...]:
    """Names of the baked pictures that a session may need: the base protocol's, and the one with every extension."""
    return f"machine-{edition}", f"machine-{edition}-extensions"


def groups(session: Session, world: World | None, edition: int) -> list[Data]:
    """The buttons, by what their commands do now; one may open a form instead of filling the line."""
    table = session.machine(edition)
    found = choices(table, session, world)
    return [
        {
            "id": group, "label": text(f"console.{group}"),
            "choices": [
                {"verb": c.verb, "line": c.line, "start": c.start, "end": c.end} | form_of(c.verb, session, table)
                for c in members
            ],
        }
        for group in GROUPS
        if (members := [c for c in found if c.group == group])
    ]


def rows(
    exchanges: Sequence[Exchange], record: Transcript, name_of: Callable[[int], object], reveal: bool = False,
) -> list[Data]:
    """The record, one row for what was sent and one for each reply, which has the number of its step.

    `name_of` a step is the session in which it was said. It is a part of the ids: these differ from session to session,
    and stay for what a session has from the one it was forked from. What logs somebody in stands there as asterisks,
    unless `reveal`. Commands of a group carry a note, and each is followed by its own reply. What a fault forced
    carries a note; a reply that it kept back has a row of its own.
    """
    first = max(0, len(exchanges) - ROWS)
    together = sent_together(exchanges, record)
    found: list[Data] = []
    hidden = hide_steps(exchanges)
    answered = len(exchanges) - (bool(exchanges) and exchanges[-1].event == LOST)
    for number, exchange in enumerate(exchanges[first:answered], first):
        place = together.get(number)
        note = text("console.together", place=place[0], count=place[1]) if place else ""
        of_step = list(exchange_rows(f"{name_of(number)}.{number}", exchange, hidden[number].sent, note, reveal))
        of_step[-1]["step"] = number
        found += of_step
    for place_sent, line in _pending(record):
        name = f"{name_of(answered)}.{answered}.{place_sent}"
        found.append(_row(name, "sent", "you", [("", line)]))
    found += _not_read(f"{name_of(answered)}.{answered}", record)
    for number, exchange in enumerate(exchanges[answered:], answered):
        found += exchange_rows(f"{name_of(number)}.{number}", exchange, b"", "", reveal)
    return found


def waits_for_answer(exchange: Exchange) -> bool:
    """True when the line after this step is the answer to a challenge, so that it may be a secret."""
    return exchange.reply is not None and exchange.reply.code == 334


def sent_together(exchanges: Sequence[Exchange], record: Transcript) -> dict[int, tuple[int, int]]:
    """Which steps went out in one segment with others: their place among them, and how many they are, by index.

    >>> from smtplab.network import memory_server
    >>> client = memory_server(extensions="all").connect()
    >>> _ = client.send("EHLO me.example"), client.send_group("MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>")
    >>> sent_together(client.exchanges, client.transcript)
    {2: (1, 2), 3: (2, 2)}
    """
    if record.truncated:
        return {}
    ends, handshakes, sent = [], [], 0
    for entry in record.said():
        if entry.direction == "C":
            sent += len(entry.octets)
            ends.append(sent)
        elif entry.event.startswith("tls"):
            handshakes.append(sent)  # what was said ahead of a handshake is thrown away, and belongs to no step
    segments: dict[int, list[int]] = {}
    start = 0
    after_handshake = iter(handshakes)
    for number, exchange in enumerate(exchanges):
        if exchange.event in (TLS_UP, TLS_FAILED):
            start = next(after_handshake, start)
        elif exchange.sent:
            segments.setdefault(bisect_right(ends, start), []).append(number)
            start += len(exchange.sent)
    groups = [members for members in segments.values() if len(members) > 1]
    return {number: (place, len(members)) for members in groups for place, number in enumerate(members, 1)}


def _pending(record: Transcript) -> Iterator[tuple[int, bytes]]:
    """The last lines that wait for a reply, with their places; answers in a login stay hidden here in any case."""
    if record.unanswered():
        lines = hide_secrets(record).unanswered().removesuffix(CRLF).split(CRLF)
        yield from list(enumerate(lines))[-DATA_LINES:]


def _not_read(name: str, record: Transcript) -> Iterator[Data]:
    """What came of a reply that is not whole yet; and a reply that the server decided and a fault kept back."""
    rest = [entry for entry in record.behind_last_reply() if entry.direction == "S"]
    came = b"".join(entry.octets for entry in rest)
    forced = next((text("console.forced", fault=readable(entry.forced)) for entry in rest if entry.forced), "")
    if came:
        lines: list[tuple[str, str | bytes]] = [("", line) for line in came.split(CRLF)]
        lines.append(("", text("console.unfinished")))
        yield _row(f"{name}-partial", "event", "server", lines) | {"note": forced}
    for at, entry in enumerate(rest):
        if entry.meant and not entry.octets:
            meant = entry.meant.removesuffix(CRLF).split(CRLF)
            lines = [("", text("console.kept_back")), *(("", line) for line in meant)]
            row = _row(f"{name}-kept-{at}", "event", "server", lines)
            yield row | {"note": text("console.forced", fault=readable(entry.forced))}


def exchange_rows(
    number: str, exchange: Exchange, hidden: bytes, note: str = "", reveal: bool = False,
) -> Iterator[Data]:
    """The rows of one step: what was sent, as `hidden` has it unless `reveal`, and what came."""
    if exchange.sent:
        is_secret = hidden != exchange.sent
        lines = (exchange.sent if reveal else hidden).removesuffix(CRLF).split(CRLF)
        said = [("", line) for line in shortened(lines)]
        name = f"{number}-C-shown" if is_secret and reveal else f"{number}-C"
        yield _row(name, "sent", "you", said) | {"note": note, "secret": is_secret}
    if exchange.reply is None:
        key = {TLS_UP: "tls_up", TLS_FAILED: "tls_failed"}.get(exchange.event, "lost")
        yield _row(f"{number}-event", "event", "", [("", text(f"console.{key}"))])
        return
    if exchange.event == UNASKED:
        yield _row(f"{number}-unasked", "event", "", [("", text("console.unasked"))])
    digit = exchange.reply.code // 100
    row = _row(f"{number}-S", "reply", "server", list(_reply_lines(exchange.reply)))
    forced = text("console.forced", fault=readable(exchange.forced)) if exchange.forced else ""
    yield row | {"mark": MARKS.get(digit, "?"), "digit": digit, "note": forced}


def shortened(lines: Sequence[bytes]) -> list[str | bytes]:
    """The first and last of many lines, and between them how many are left out."""
    if len(lines) <= DATA_LINES:
        return [*lines]
    left_out = text("console.left_out", count=len(lines) - DATA_LINES)
    return [*lines[: DATA_LINES - 2], left_out, *lines[-2:]]


def lines_said(record: Transcript) -> list[bytes]:
    """All that the client has said, answered or not, line by line; what logs somebody in as asterisks."""
    said = b"".join(entry.octets for entry in hide_secrets(record).said() if entry.direction == "C")
    return said.removesuffix(CRLF).split(CRLF) if said else []


def _reply_lines(reply: Reply) -> Iterator[tuple[str, bytes]]:
    for line in reply.octets.removesuffix(CRLF).split(CRLF):
        has_code = line[:3].isdigit() and len(line[:3]) == 3
        yield (decode(line[:3]), line[3:]) if has_code else ("", line)


def _row(name: str, kind: str, who: str, lines: Sequence[tuple[str, str | bytes]]) -> Data:
    return {
        "id": name, "kind": kind, "who": text(f"console.{who}") if who else "", "mark": "", "digit": 0,
        "note": "", "secret": False, "lines": [[code, readable(said)] for code, said in lines],
    }


def caption(diagram: StateDiagram) -> str:
    """The picture in words: where you are, what the last step did, how it ends from everywhere."""
    return " ".join(filter(None, (here(diagram), ending(diagram))))


def here(diagram: StateDiagram) -> str:
    """Where you are, and what the last step did."""
    return " ".join(standing(diagram))


def ending(diagram: StateDiagram) -> str:
    """How it ends from everywhere; nothing where no command is taken."""
    return "" if diagram.state in (State.CLOSED, *silent_states(diagram.table)) else everywhere(diagram.table)


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
    """The buffers of the mail transaction: sender and recipients with their parameters, message."""
    transaction = session.transaction
    none = text("console.none")
    sender = _with_parameters(transaction.reverse_path, transaction.parameters) if transaction else none
    recipients = ""
    if transaction:
        recipients = ", ".join(map(_with_parameters, transaction.forward_paths, transaction.forward_parameters))
    message = text("console.message_coming") if session.state is State.MAIL_DATA else none
    return [
        (text("console.sender"), sender),
        (text("console.recipients"), recipients or none),
        (text("console.body"), message),
    ]


def _with_parameters(path: Path, parameters: Parameters) -> str:
    said = (keyword if value is None else f"{keyword}={value}" for keyword, value in parameters)
    return readable(" ".join((path.address or "<>", *said)))


def first_message(session: Session) -> str:
    """A short message to begin with: its header fields say what the envelope says, until the learner changes them."""
    transaction = session.transaction
    sender = transaction.reverse_path.address if transaction else ""
    paths = transaction.forward_paths if transaction else ()
    to = ", ".join(path.address for path in paths[:5])
    return text("console.first_message", sender=readable(sender), to=readable(to))


def first_chunk(session: Session, table: Machine) -> str | None:
    """What a piece of the message begins with; None when no piece may be sent now."""
    if not table.in_sequence(session.state, "BDAT"):
        return None
    return "" if session.state is State.CHUNKS else first_message(session)
