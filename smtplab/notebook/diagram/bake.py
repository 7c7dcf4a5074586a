"""Draws the machine's SVG once, when building: ``python -m smtplab.notebook.diagram.bake``.

The pictures are committed, so that highlighting a state never runs a layout. Here is the base protocol's; the bigger
one, with all extensions, is laid out in `bake_extensions`. States stand in two rows; the program ``dot`` measures the
texts. Steps forward are straight, steps back run in lanes below, steps that stay are loops. Which states and edges
there are, comes from the table; the picture has classes, and the style sheet the colours. The picture is kept narrow,
so that its names are large where it is shown: those of the main row break where they have an underscore.
"""

import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from smtplab.notebook.diagram.bake_extensions import draw_all
from smtplab.notebook.diagram.bake_shapes import CORNER, Box, draw_state, head, label, name_lines, path, picture
from smtplab.notebook.diagram.edges import Edge, behind_refusals, edges
from smtplab.notebook.html import Markup, element, join
from smtplab.protocol.machine import EDITIONS, Kind, State, machine

MAIN = (State.GREETED, State.READY, State.SENDER_KNOWN, State.RECIPIENTS_KNOWN, State.MAIL_DATA)
LOW = (State.CONNECTED, State.REFUSED, State.CLOSED)
SIZE = {"main": 17.0, "low": 13.0, "edge": 13.0}
"""Of letters, as smtplab.css has them."""

BOX_HEIGHT, LOW_HEIGHT, MARGIN = 44.0, 30.0, 3.0
TOP = MARGIN + 26.0
LOW_TOP = TOP + BOX_HEIGHT + 42.0
LANE_FIRST, LANE_STEP = 21.0, 19.0
HEIGHT = LOW_TOP + LOW_HEIGHT + MARGIN + 2


@dataclass(frozen=True, slots=True)
class Lane:
    """A step that runs below the main row, at a level of its own."""

    edge: Edge
    level: int


def measure(texts: list[tuple[str, float]]) -> dict[tuple[str, float], float]:
    """Width of each text at its font size, in points, as Graphviz measures it."""
    nodes = "".join(f'n{i} [label="{t}" fontsize={s}];' for i, (t, s) in enumerate(texts))
    look = "node [shape=box margin=0 width=0 height=0 fontname=Helvetica]"
    done = subprocess.run(["dot", "-Tplain"], input=f"graph {{{look} {nodes}}}",
                          capture_output=True, text=True, check=True, timeout=30)
    words = (line.split() for line in done.stdout.splitlines() if line.startswith("node "))
    return {texts[int(word[1][1:])]: round(float(word[4]) * 72, 1) for word in words}


def place(drawn: tuple[Edge, ...], width: dict[tuple[str, float], float]) -> dict[State, Box]:
    """Where the states stand: two rows, each gap as wide as the label it holds."""
    straight = {(e.tail, e.head): width[e.label, SIZE["edge"]] for e in drawn}
    low = {s: width[s, SIZE["low"]] + 16 for s in LOW}
    gap = {pair: straight.get(pair, 0) + 12 for pair in pairwise(LOW)}
    low_width = sum(low.values()) + sum(gap.values())
    boxes: dict[State, Box] = {}
    left = MARGIN
    for state in LOW:
        boxes[state] = Box(left, left + low[state], LOW_TOP, LOW_TOP + LOW_HEIGHT)
        left += low[state] + next((g for pair, g in gap.items() if pair[0] is state), 0)
    main = {s: max(width[part, SIZE["main"]] for part in name_lines(s)) + 18 for s in MAIN}
    left = boxes[LOW[0]].middle - main[MAIN[0]] / 2
    for state, after in zip(MAIN, (*MAIN[1:], None), strict=True):
        boxes[state] = Box(left, left + main[state], TOP, TOP + BOX_HEIGHT)
        left += main[state] + (straight.get((state, after), 0) + 58 if after else 0)
        if state is MAIN[0]:  # the low row must end left of the lanes that enter the second state
            left = max(left, MARGIN + low_width + 4 - main[MAIN[1]] / 2)
    return boxes


def lanes(drawn: tuple[Edge, ...], boxes: dict[State, Box]) -> list[Lane]:
    """Steps of the main row that are neither forward by one nor loops: short ones nearest to the row."""
    def span(edge: Edge) -> tuple[float, float]:
        a, b = sorted((boxes[edge.tail].middle, boxes[edge.head].middle))
        return a, b

    below = [e for e in drawn if e.tail in MAIN and e.head in MAIN
             and MAIN.index(e.head) - MAIN.index(e.tail) not in (0, 1)]
    found: list[Lane] = []
    for edge in sorted(below, key=lambda e: (span(e)[1] - span(e)[0], e.id)):
        a, b = span(edge)
        taken = {lane.level for lane in found if span(lane.edge)[0] < b and a < span(lane.edge)[1]}
        found.append(Lane(edge, next(level for level in range(len(found) + 1) if level not in taken)))
    return found


def ports(found: list[Lane], boxes: dict[State, Box]) -> dict[tuple[State, str], float]:
    """Where lanes meet the bottom of a state: in an order in which they do not cross."""
    at: dict[tuple[State, str], float] = {}
    for state in MAIN:
        ends: list[tuple[int, int, str]] = []
        for lane in found:
            if state in (lane.edge.tail, lane.edge.head):
                other = lane.edge.head if lane.edge.tail is state else lane.edge.tail
                right = boxes[other].middle > boxes[state].middle
                ends.append((int(right), -lane.level if right else lane.level, lane.edge.id))
        shares = any(boxes[low].left < boxes[state].middle < boxes[low].right + 20 for low in LOW)
        step, start = (12.0, boxes[state].middle + 4) if shares else (24.0, boxes[state].middle - 12 * (len(ends) - 1))
        for place_, (_, _, name) in enumerate(sorted(ends)):
            at[state, name] = start + step * place_
    return at


def draw_loop(box: Box, said: str, side: int, is_alone: bool, **attributes: str) -> Markup:
    """A loop on top of a state, left (-1) or right (1) of its middle, or at it; its label on the outer side."""
    near, far = (-11, 11) if is_alone else (7, 29)
    inner, outer, top = box.middle + near * side, box.middle + far * side, box.top
    d = f"M{inner:.1f},{top:.1f}C{inner - 3 * side:.1f},{top - 26:.1f} {outer + 4 * side:.1f},{top - 26:.1f} " \
        f"{outer:.1f},{top - 7:.1f}"
    words = label(outer + 6 * side, top - 10, said, "end" if side < 0 else "start")
    return element("g", path(d), head(outer, top, 0, 1), words, **attributes)


def draw_straight(edge: Edge, boxes: dict[State, Box]) -> Markup:
    """Within a row to the right; between rows down or up, where the boxes stand above each other."""
    a, b = boxes[edge.tail], boxes[edge.head]
    if a.top == b.top:
        y = (a.top + a.bottom) / 2
        line = path(f"M{a.right:.1f},{y:.1f}H{b.left - 7:.1f}")
        parts = (line, head(b.left, y, 1, 0), label((a.right + b.left - 6) / 2, y - 5, edge.label))
    else:
        x = (max(a.left, b.left) + min(a.right, b.right)) / 2
        start, end, way = (a.bottom, b.top, 1) if a.top < b.top else (a.top, b.bottom, -1)
        line = path(f"M{x:.1f},{start:.1f}V{end - 7 * way:.1f}")
        parts = (line, head(x, end, 0, way), label(x - 5, (start + end) / 2 + 4, edge.label, "end"))
    return join(parts)


def draw_lane(lane: Lane, found: list[Lane], at: dict[tuple[State, str], float]) -> Markup:
    """Down, along, up; the label on the widest stretch that no other lane crosses."""
    edge, bottom = lane.edge, TOP + BOX_HEIGHT
    x1, x2 = at[edge.tail, edge.id], at[edge.head, edge.id]
    y = bottom + LANE_FIRST + LANE_STEP * lane.level
    way = 1 if x2 > x1 else -1
    turn = CORNER * way
    d = (f"M{x1:.1f},{bottom:.1f}V{y - CORNER:.1f}Q{x1:.1f},{y:.1f} {x1 + turn:.1f},{y:.1f}H{x2 - turn:.1f}"
         f"Q{x2:.1f},{y:.1f} {x2:.1f},{y - CORNER:.1f}V{bottom + 7:.1f}")
    crossing = [x for other in found if other.level > lane.level
                for x in (at[other.edge.tail, other.edge.id], at[other.edge.head, other.edge.id])]
    a, b = sorted((x1, x2))
    stops = sorted({a, b, *(x for x in crossing if a < x < b)})
    left, right = max(pairwise(stops), key=lambda pair: pair[1] - pair[0])
    return join((path(d), head(x2, bottom, 0, -1), label((left + right) / 2, y - 5, edge.label)))


def draw(edition: int) -> str:
    """The base protocol: edges first, states over them, then the hidden loops of refused steps."""
    drawn = edges(machine(edition))
    width = measure([*((part, SIZE["main"]) for s in MAIN for part in name_lines(s)), *((s, SIZE["low"]) for s in LOW),
                     *((text, SIZE["edge"]) for text in dict.fromkeys(e.label for e in drawn))])
    boxes = place(drawn, width)
    found = lanes(drawn, boxes)
    at, lane_of = ports(found, boxes), {lane.edge.id: lane for lane in found}
    groups: list[Markup] = []
    for edge in drawn:
        names = {"id": edge.id, "class_": f"edge {edge.kind}"}
        if edge.tail in behind_refusals(machine(edition)):
            names["class_"] += f" {Kind.REFUSE}"
        if edge.tail is edge.head:
            groups.append(draw_loop(boxes[edge.tail], edge.label, -1, False, **names))
        else:
            lane = lane_of.get(edge.id)
            groups.append(element("g", draw_lane(lane, found, at) if lane else draw_straight(edge, boxes), **names))
    hidden = behind_refusals(machine(edition))
    groups += [draw_state(s, boxes[s], is_big=s in MAIN, is_broken=s in MAIN, is_refused=s in hidden)
               for s in (*MAIN, *LOW)]
    has_way_up = {State.CONNECTED, *(edge.tail for edge in drawn if edge.tail is edge.head)}
    for state in (*MAIN, *LOW):
        if state is not State.CLOSED:  # there is no room to the right of the last one of the row
            side, is_alone = -1 if state is MAIN[-1] else 1, state not in has_way_up
            names = {"id": f"refused-{state}", "class_": "edge loop-refused"}
            groups.append(draw_loop(boxes[state], "", side, is_alone, **names))
    right = max(box.right for box in boxes.values()) + MARGIN
    return picture(right, HEIGHT, groups)


def main(folder: Path = Path(__file__).parents[1] / "static") -> None:
    """Write the two pictures of each edition."""
    for edition in EDITIONS:
        (folder / f"machine-{edition}.svg").write_text(draw(edition), encoding="utf-8")
        (folder / f"machine-{edition}-extensions.svg").write_text(draw_all(edition), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
