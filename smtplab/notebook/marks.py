"""Where a diagram is marked: which states, edges and loops of the picture get a class, and which get another label."""

from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.notebook.edges import edge_of, edges, event_label, from_everywhere, refusals
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import ANY, CONNECT, LOST, Kind, State, machine
from smtplab.protocol.wire import encode, show

if TYPE_CHECKING:
    from smtplab.notebook.diagram import StateDiagram


def is_refused(step: Exchange) -> bool:
    """True when the server said no, or when the table reads the step so."""
    return step.row.kind is Kind.REFUSE or (step.reply is not None and not step.reply.is_positive)


def step_label(step: Exchange) -> str:
    """A step in two words: the command and the code, such as ``RCPT 450``."""
    if step.event == LOST:
        return text("diagram.lost")
    event = "" if step.event == CONNECT else show(encode(event_label(step.event)))[:12]
    return f"{event} {step.reply.code if step.reply else ''}".strip()


def _mark_of(step: Exchange, edition: int) -> tuple[str, str]:
    """Which group a step marks and how; no group for a step that is told in the caption."""
    if is_refused(step) and not step.moved:
        return f"refused-{step.before.state}", "refused"
    edge = edge_of(step.before.state, step.event, step.after.state, edition)
    return (edge.id if edge else ""), "refused" if is_refused(step) else "taken"


def marks_of(diagram: "StateDiagram") -> tuple[dict[str, str], dict[str, str]]:
    """Classes and labels of everything that is not as baked."""
    classes: dict[str, str] = {}
    labels: dict[str, str] = {}
    drawn = edges(diagram.edition)
    if diagram.refusals:
        for state, events in refusals(diagram.edition).items():
            classes[f"refused-{state}"] = "refused"
            names = (text("diagram.others") if event == ANY else event for event in events)
            labels[f"refused-{state}"] = ", ".join(names)
    if State.REFUSED in (diagram.state, *(step.after.state for step in diagram.steps)):
        classes |= {e.id: "shown" for e in drawn if State.REFUSED in (e.tail, e.head)} | {"state-REFUSED": "shown"}
    if diagram.legal and diagram.state is not None:
        legal_now = machine(diagram.edition).commands_in_sequence(diagram.state)
        kept = {e.id: e for e in drawn if e.tail is diagram.state and e.kind in (Kind.NORMAL, Kind.ABORT)}
        near = {diagram.state, *(e.head for e in kept.values())}
        if any(e in from_everywhere(diagram.edition) for e in legal_now):
            near.add(State.CLOSED)
        classes |= {e.id: "legal" if e.id in kept else "pale" for e in drawn}
        classes |= {f"state-{state}": "pale" for state in State if state not in near}
    baked = {edge.id: edge.label for edge in drawn}
    numbers: dict[str, list[str]] = {}
    for number, step in enumerate(diagram.steps, 1):
        name, how = _mark_of(step, diagram.edition)
        if name:
            classes[name] = how
            numbers.setdefault(name, []).append(str(number))
            if name not in baked:
                labels[name] = step_label(step)
            elif diagram.is_path and step.event != CONNECT:
                labels[name] = event_label(step.event)
    if diagram.is_path:
        classes = {edge.id: "pale" for edge in drawn} | classes
        labels |= {name: f"{_few(found)} {labels.get(name) or baked[name]}" for name, found in numbers.items()}
    if diagram.state is not None:
        classes[f"state-{diagram.state}"] = "lit"
    return classes, labels


def _few(numbers: list[str]) -> str:
    """Step numbers on an edge; more than two would not fit, and the text twin has all."""
    return ",".join(numbers if len(numbers) <= 2 else (numbers[0], "…")) + ":"
