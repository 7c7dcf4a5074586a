"""What a player shows at a stop, as plain data: the dict that crosses to the browser, and nothing of it is HTML.

It is folded from the stops each time. Nothing of a reply that is still hidden is in it, since it is not in the frame.
"""

from collections.abc import Iterator, Sequence

from smtplab.course.scenario_frame import Frame, later
from smtplab.course.scenario_steps import Ask, Mismatch
from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.lab import Message
from smtplab.notebook.console import view as console_view
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.html import MARKS, readable
from smtplab.notebook.player.stops import Stop, is_waiting
from smtplab.notebook.widget import Data
from smtplab.protocol.secrecy import hide_steps


def shown(stops: Sequence[Stop], at: int) -> Data:
    """All that is seen at a stop, but the question."""
    frame = stops[at].frame
    exchanges = frame.exchanges
    diagram = state_diagram(frame, edition=frame.edition)
    last = hide_steps(exchanges)[-1] if exchanges else None
    waits = is_waiting(frame.transcript)
    meaning = explain(last, edition=frame.edition) if last is not None and not waits else None
    explanation, details = console_view.explained(meaning)
    return {
        "narration": _paragraphs(frame.narration), "note": _paragraphs(frame.note),
        "rows": record(stops, at), "state": str(frame.session.state),
        "caption": console_view.caption(diagram), "classes": diagram.classes, "labels": diagram.labels,
        "picture": diagram.picture, "explanation": explanation, "details": details,
        "waiting": text("player.waiting") if waits else "",
        "envelope": console_view.envelope(frame.session), "apart": apart(frame),
        "messages": [_told_message(message) for message in frame.messages],
        "faults": [  # one that is to happen would tell a class what comes
            text("player.fault", fault=readable(fault), count=fired) for fault, fired in frame.faults if fired],
        "mismatch": mismatch(frame.mismatch),
    }


def _paragraphs(words: str) -> list[str]:
    return [readable(paragraph) for paragraph in words.splitlines()]


def _rows(frame: Frame) -> list[Data]:
    """The record; a later session says that it is one."""
    found = console_view.rows(frame.exchanges, frame.transcript, lambda _step: frame.client)
    if frame.client > 1:
        found.insert(0, _event(f"{frame.client}-begins", text("scenario.session", number=frame.client)))
    return found


def record(stops: Sequence[Stop], at: int) -> list[Data]:
    """The rows of the session so far; jumps of the clock stand where they happened, and what is new is marked."""
    is_same = at > 0 and stops[at - 1].frame.client == stops[at].frame.client
    old = {name for row in _with_jumps(stops, at - 1) for name in _names(row)} if is_same else set()
    return [row | {"new": row["id"] not in old} for row in _with_jumps(stops, at)]


def _place(row: Data) -> tuple[int, bool]:
    """Where a row stands in its record: the number of its exchange, and whether it came from the server."""
    number = row["id"].partition("-")[0].split(".")[1:2]
    return int(number[0]) if number else -1, row["kind"] != "sent"


def _names(row: Data) -> tuple[str, ...]:
    """The row's name; and that of the row which it is part of once a reply has come."""
    waits = row["kind"] == "sent" and "-" not in row["id"]
    return (row["id"], f"{row['id'].rpartition('.')[0]}-C") if waits else (row["id"],)


def _with_jumps(stops: Sequence[Stop], at: int) -> list[Data]:
    rows = _rows(stops[at].frame)
    for place in range(at + 1):
        now, before = stops[place].frame, stops[place - 1].frame if place else None
        waited_s = now.waited_s - (before.waited_s if before else 0.0)
        if waited_s > 0 and now.client == stops[at].frame.client:
            known = _rows(before) if before and before.client == now.client else []
            behind = max(map(_place, known), default=(-2, False))
            ahead = sum(1 for row in rows if row["id"].startswith("later") or _place(row) <= behind) if known else 0
            rows.insert(ahead, _event(f"later-{place}", later(waited_s)))
    return rows


def _event(name: str, said: str) -> Data:
    return {"id": name, "kind": "event", "who": "", "mark": "", "digit": 0, "note": "", "lines": [["", said]]}


def apart(frame: Frame) -> str:
    """Where client and server stand, when they stand apart; else empty."""
    server = frame.server_session
    if server is None or server.state is frame.session.state:
        return ""
    return text("scenario.apart", client=frame.session.state, server=server.state)


def _told_message(message: Message) -> str:
    sender = message.reverse_path.address or "<>"
    recipients = ", ".join(path.address for path in message.forward_paths)
    return readable(text("player.message", sender=sender, recipients=recipients, octets=len(message.mail_data)))


def mismatch(what: Mismatch | None) -> Data | None:
    """What did not go as written, with its place."""
    if what is None:
        return None
    nothing = [text("scenario.nothing")]
    return {
        "told": text("scenario.mismatch", file=readable(what.file), line=what.line),
        "expected": _paragraphs(what.expected) or nothing, "got": _paragraphs(what.got) or nothing,
    }


def question(asked: Ask, chosen: int | None) -> Data:
    """A question of the scenario; what is right, and why, only once something was chosen.

    Parameters
    ----------
    asked : Ask
    chosen : int or None
        Number of an option, from 1.
    """
    options = [{"value": str(n), "label": readable(option.text)} for n, option in enumerate(asked.options, 1)]
    if chosen is None:
        return {"text": readable(asked.text), "options": options, "told": [], "verdict": ""}
    told = []
    for number, option in enumerate(asked.options, 1):
        is_chosen = number == chosen
        told.append({
            "label": readable(option.text), "right": option.is_right, "chosen": is_chosen,
            "mark": MARKS[2 if option.is_right else 5] if is_chosen or option.is_right else "",
            "says": " · ".join(_says(option.is_right, is_chosen)),
            "reason": readable(option.reason) if is_chosen or option.is_right else "",
        })
    verdict = text("player.right" if asked.options[chosen - 1].is_right else "player.not-yet")
    return {"text": readable(asked.text), "options": options, "told": told, "verdict": verdict}


def _says(is_right: bool, is_chosen: bool) -> Iterator[str]:
    if is_chosen:
        yield text("player.chosen")
    if is_right:
        yield text("player.is-right")
