"""Where a diagram is marked: which states, edges and loops of the picture get a class, and which get another label."""

from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.explain.standing import comes_now, event_label
from smtplab.notebook.diagram.edges import (
    behind_refusals,
    edge_of,
    edges,
    from_everywhere,
    refusals,
    whole_machine,
)
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import ANY, CONNECT, LOST, NO_COMMANDS, Kind, Machine, State
from smtplab.protocol.wire import encode, show

if TYPE_CHECKING:
    from smtplab.notebook.diagram.diagram import StateDiagram

NAMES_AT_LOOP = 3


def is_refused(step: Exchange) -> bool:
    """True when the server said no, or when the table reads the step so."""
    return step.row.kind is Kind.REFUSE or (step.reply is not None and not step.reply.is_positive)


def step_label(step: Exchange) -> str:
    """A step in two words: the command and the code, such as ``RCPT 450``."""
    if step.event == LOST:
        return event_label(LOST)
    event = "" if step.event == CONNECT else show(encode(event_label(step.event)))[:12]
    return f"{event} {step.reply.code if step.reply else ''}".strip()


def legal_now(diagram: "StateDiagram") -> tuple[str, ...]:
    """The events in sequence where the diagram stands, as far as no guard keeps them back."""
    state, session = diagram.state, diagram.session
    if state is None:
        return ()
    return comes_now(diagram.table if session is None else session.machine(diagram.edition), state, session)


def uncovered(diagram: "StateDiagram") -> tuple[State, ...]:
    """The states behind a refusal that are shown all the same, since somebody stands or stood there."""
    stood_in = {diagram.state, *(s.state for step in diagram.steps for s in (step.before, step.after))}
    return tuple(state for state in diagram.table.states if state in behind_refusals(diagram.table) & stood_in)


def mark_of(step: Exchange, table: Machine) -> tuple[str, str]:
    """Which group a step marks and how; no group for a step that is told in the caption."""
    if is_refused(step) and not step.moved:
        return f"refused-{step.before.state}", "refused"
    edge = edge_of(table, step.before.state, step.event, step.after.state)
    return (edge.id if edge else ""), "refused" if is_refused(step) else "taken"


def marks_of(diagram: "StateDiagram") -> tuple[dict[str, str], dict[str, str]]:
    """Classes and labels of everything that is not as baked."""
    table = diagram.table
    classes: dict[str, str] = {}
    labels: dict[str, str] = {}
    drawn = edges(table)
    if diagram.refusals:
        for state, events in refusals(table).items():
            classes[f"refused-{state}"] = "refused"
            labels[f"refused-{state}"] = _listed(events)
    for state in uncovered(diagram):
        look = "shown pale" if diagram.is_path else "shown"
        classes |= {e.id: look for e in drawn if state in (e.tail, e.head)} | {f"state-{state}": "shown"}
    if diagram.legal and diagram.state is not None:
        now = legal_now(diagram)
        kept = {e.id: e for e in drawn if e.tail is diagram.state and e.kind in (Kind.NORMAL, Kind.ABORT)
                and any(event in now for event in e.events)}
        near = {diagram.state, *(e.head for e in kept.values())}
        if any(e in from_everywhere(table) for e in now):
            near.add(State.CLOSED)
        classes |= {e.id: "legal" if e.id in kept else "pale" for e in drawn}
        classes |= {f"state-{state}": "pale" for state in table.states if state not in near}
    baked = {edge.id: edge.label for edge in drawn}
    numbers: dict[str, list[str]] = {}
    for number, step in enumerate(diagram.steps, 1):
        name, how = mark_of(step, table)
        if name:
            classes[name] = how
            numbers.setdefault(name, []).append(str(number))
            if name not in baked:
                labels[name] = step_label(step)
            elif diagram.is_path and step.event != CONNECT:
                labels[name] = event_label(step.event)
    if diagram.is_path:
        classes = {edge.id: "pale" for edge in drawn} | classes
        labels |= {name: f"{few(found)}: {labels.get(name) or baked[name]}" for name, found in numbers.items()}
    if diagram.state is not None:
        classes[f"state-{diagram.state}"] = "lit"
    return classes | left_out(diagram), labels


def left_out(diagram: "StateDiagram") -> dict[str, str]:
    """What the bigger picture holds of extensions that this machine has not."""
    if not diagram.has_extensions:
        return {}
    table, whole = diagram.table, whole_machine(diagram.edition)
    edge_ids = {edge.id for edge in edges(table)}
    states = [state for state in whole.states if state not in table.states]
    names = [e.id for e in edges(whole) if e.id not in edge_ids]
    return dict.fromkeys((*names, *(f"{part}-{state}" for state in states for part in ("state", "refused"))), "off")


def _listed(events: tuple[str, ...]) -> str:
    """Refused commands at a loop; the first two of many, since more would not fit, and the text twin has all."""
    names = [text("diagram.others") if event == ANY else event for event in events if event not in NO_COMMANDS]
    return ", ".join(names if len(names) <= NAMES_AT_LOOP else [*names[:2], "…"])


def few(numbers: list[str]) -> str:
    """Step numbers on an edge; more than two would not fit, and the text twin has all."""
    return ",".join(numbers if len(numbers) <= 2 else (numbers[0], "…"))
