"""A diagram in words: its text twin and its caption, for who cannot see the picture and for plain text."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.notebook.edges import Edge, event_label, from_everywhere, questions, reachable, shown_edges
from smtplab.notebook.marks import is_refused, step_label
from smtplab.protocol.machine import DATA_END, Kind, State, machine
from smtplab.protocol.session import Session

if TYPE_CHECKING:
    from smtplab.notebook.diagram import StateDiagram


def standing(diagram: "StateDiagram") -> Iterator[str]:
    """Where the session stands, what the last step did, what may come now."""
    if diagram.state is None:
        return
    yield text("diagram.here", state=diagram.state, facts=_facts(diagram.state, diagram.session))
    if diagram.steps and is_refused(last := diagram.steps[-1]):
        yield text("diagram.refused-moved" if last.moved else "diagram.refused", step=step_label(last))
    if diagram.legal:
        events = machine(diagram.edition).commands_in_sequence(diagram.state)
        if diagram.state is State.MAIL_DATA:
            events = (event_label(DATA_END),)
        yield text("diagram.in-sequence", events=", ".join(events) or "-")


def _facts(state: State, session: Session | None) -> str:
    transaction = session.transaction if session else None
    if state is not State.RECIPIENTS_KNOWN or transaction is None:
        return text(f"diagram.at-{state}")
    count = len(transaction.forward_paths)
    return text(f"diagram.at-{state}-{'1' if count == 1 else 'many'}", count=count)


def told(diagram: "StateDiagram") -> Iterator[str]:
    """A line a step for a path, else a line a state."""
    yield from _steps(diagram) if diagram.is_path else _states(diagram.edition, diagram.refusals)


def _states(edition: int, with_refusals: bool) -> Iterator[str]:
    shown = shown_edges(edition, with_refusals)
    for state in reachable(shown):
        ways = [_way(edge) for edge in shown if edge.tail is state]
        yield f"{state}: {'; '.join(ways) or text('diagram.end')}."


def _way(edge: Edge) -> str:
    key = "diagram.stays" if edge.tail is edge.head else "diagram.leads"
    said = text(key, events=_joined(edge.names, "or"), state=edge.head)
    return f"{said} ({text('diagram.discouraged')})" if edge.kind is Kind.DISCOURAGED else said


def _joined(names: Sequence[str], last: str) -> str:
    return f" {text(f'diagram.{last}')} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _steps(diagram: "StateDiagram") -> Iterator[str]:
    for number, step in enumerate(diagram.steps, 1):
        key = "step"
        if is_refused(step):
            key = "step-refused-moved" if step.moved else "step-refused"
        elif step.row.kind is Kind.VIOLATION:
            key = "step-violation"
        yield text(f"diagram.{key}", number=number, step=step_label(step), state=step.after.state)


def general(edition: int, with_refusals: bool) -> Iterator[str]:
    """What holds in every state, how to read the lines, and where the drawing comes from."""
    yield text("diagram.everywhere", events=_joined(from_everywhere(edition), "or"))
    yield text("diagram.questions", events=_joined(questions(edition), "and"))
    yield text("diagram.legend")
    if with_refusals:
        yield text("diagram.legend-refusals")
    yield text("diagram.derived", edition=edition)
