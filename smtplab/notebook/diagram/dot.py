"""The diagram in Graphviz's language, in an order that never changes. Colours are for white paper."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtplab.notebook.diagram.edges import edges, reachable, shown_edges
from smtplab.notebook.diagram.marks import uncovered
from smtplab.protocol.machine import Kind, State

if TYPE_CHECKING:
    from smtplab.notebook.diagram.diagram import StateDiagram

_LINE = {Kind.NORMAL: "solid", Kind.ABORT: "dashed", Kind.DISCOURAGED: "dotted", Kind.REFUSE: "dashed"}
_LOOP = "headport=s, tailport=s"
_REFUSED = 'style=dashed, color="#855300", penwidth=2.4'
_MARK = {"taken": ', color="#0b5cad", penwidth=2.4', "legal": ", penwidth=2.2", "pale": ', color="#d5dae1"'}


def dot_source(diagram: "StateDiagram") -> str:
    """The whole graph as text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: "StateDiagram") -> Iterator[str]:
    classes, labels = diagram.classes, diagram.labels
    marked = {name for name, mark in classes.items() if mark == "refused"}
    marked |= {e.id for e in edges(diagram.table) if {e.tail, e.head} & set(uncovered(diagram))}
    drawn = shown_edges(diagram.table, diagram.refusals, marked)
    yield "digraph smtp {"
    yield "  rankdir=LR; ranksep=0.35; nodesep=0.3;"
    yield "  node [shape=box, style=rounded, fontname=Helvetica, fontsize=15, height=0.45];"
    yield "  edge [fontname=Helvetica, fontsize=13, arrowsize=0.8];"
    for state in reachable(drawn):
        lit = ', style="rounded,filled,bold", fillcolor="#e7f0fb"' if classes.get(f"state-{state}") == "lit" else ""
        rims = ", peripheries=2" if state is State.CLOSED else ""
        yield f'  {state} [id="state-{state}"{rims}{lit}];'
    order = list(State)
    for edge in drawn:
        mark = classes.get(edge.id, "")
        look = _REFUSED if mark == "refused" else f"style={_LINE[edge.kind]}{_MARK.get(mark, '')}"
        forward = ", weight=20" if order.index(edge.head) == order.index(edge.tail) + 1 else ""
        said = _quoted(labels.get(edge.id, edge.label))
        yield f'  {edge.tail} -> {edge.head} [id="{edge.id}", label={said}, {look}{forward}];'
    for name, mark in classes.items():
        if mark == "refused" and name.startswith("refused-"):
            at = name.removeprefix("refused-")
            yield f'  {at} -> {at} [id="{name}", label={_quoted(labels[name])}, {_REFUSED}, {_LOOP}];'
    yield "}"


def _quoted(label: str) -> str:
    escaped = label.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
