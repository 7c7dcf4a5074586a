"""A diagram in words: its text twin and its caption, for who cannot see the picture and for plain text."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.explain.standing import event_label, here, in_sequence
from smtplab.notebook.diagram.edges import (
    Edge,
    before_greeting,
    edges,
    from_everywhere,
    questions,
    reachable,
    refusals,
    refused_alike,
    shown_edges,
    silent_states,
)
from smtplab.notebook.diagram.marks import is_refused, legal_now, step_label
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import ANY, Kind, Machine, Requirement, State, machine

if TYPE_CHECKING:
    from smtplab.notebook.diagram.diagram import StateDiagram


def standing(diagram: "StateDiagram") -> Iterator[str]:
    """Where the session stands, what the last step did, what may come now."""
    if diagram.state is None:
        return
    yield here(diagram.state, diagram.session)
    if diagram.steps and is_refused(last := diagram.steps[-1]):
        yield text("diagram.refused-moved" if last.moved else "diagram.refused", step=step_label(last))
    if diagram.legal:
        yield in_sequence(legal_now(diagram))


def told(diagram: "StateDiagram") -> Iterator[str]:
    """A line a step for a path, else a line a state."""
    yield from _steps(diagram) if diagram.is_path else _states(diagram.table, diagram.refusals)


def _states(table: Machine, with_refusals: bool) -> Iterator[str]:
    shown = shown_edges(table, with_refusals)
    refused = refusals(table) if with_refusals else {}
    for state in reachable(shown):
        ways = [_way(edge) for edge in shown if edge.tail is state]
        if state in refused:
            names = [text("diagram.others") if event == ANY else event_label(event) for event in refused[state]]
            ways.append(text("diagram.refuses", events=_joined(names, "and")))
        yield f"{state}: {'; '.join(ways) or text('diagram.end')}."


def _way(edge: Edge) -> str:
    key = "diagram.stays" if edge.tail is edge.head else "diagram.leads"
    if edge.kind is Kind.REFUSE and edge.tail is not State.CONNECTED and None not in edge.replies:
        key = "diagram.refused-leads"
    said = text(key, events=_joined(edge.names, "or"), state=edge.head)
    return f"{said} ({text('diagram.discouraged')})" if edge.kind is Kind.DISCOURAGED else said


def _joined(names: Sequence[str], last: str) -> str:
    return f" {text(f'diagram.{last}')} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _steps(diagram: "StateDiagram") -> Iterator[str]:
    yield from (numbered(str(number), step) for number, step in enumerate(diagram.steps, 1))


def numbered(number: str, step: Exchange) -> str:
    """A step of a way in one line: its number, what was said and answered, where it led."""
    key = "step"
    if is_refused(step):
        key = "step-refused-moved" if step.moved else "step-refused"
    elif step.row.kind is Kind.VIOLATION:
        key = "step-violation"
    return text(f"diagram.{key}", number=number, step=step_label(step), state=step.after.state)


def everywhere(table: Machine) -> str:
    """What ends a session wherever it stands, in one sentence."""
    return text("diagram.everywhere", events=_joined(from_everywhere(table), "or"),
                states=_joined(silent_states(table), "or"))


def general(table: Machine, with_refusals: bool) -> Iterator[str]:
    """What holds in every state, how to read the lines, and where the drawing comes from."""
    yield everywhere(table)
    yield text("diagram.questions", events=_joined(questions(table), "and"))
    yield from (_guard(needed) for needed in table.requirements if not needed.policy)
    yield text("diagram.legend")
    if with_refusals:
        alike = [event_label(event) for event in refused_alike(table)]
        yield text("diagram.legend-refusals", events=_joined(alike, "or"))
    yield text("diagram.derived", edition=table.edition)
    if edges(table) != edges(machine(table.edition)):
        names = (f"{keyword} ({OFFERED[keyword].rfc})" for keyword in OFFERED if keyword in table.extensions)
        yield text("diagram.derived-extensions", names=", ".join(names))


def aside(table: Machine) -> Iterator[str]:
    """What a site may choose, and what comes ahead of a session: for the words, too much for a caption."""
    if events := before_greeting(table):
        yield text("diagram.before-greeting", events=_joined([event_label(event) for event in events], "or"))
    yield from (_guard(needed) for needed in table.requirements if needed.policy)


def _guard(needed: Requirement) -> str:
    when = text(f"diagram.when-{needed.fact}-{'unknown' if needed.wanted else 'known'}")
    key = "diagram.guard-policy" if needed.policy else "diagram.guard"
    return text(key, event=needed.event, exempt=", ".join(sorted(needed.exempt)), code=needed.code, when=when)
