"""The shapes of a baked picture: boxes, lines, heads of arrows, labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from smtplab.notebook.html import Markup, element, join
from smtplab.protocol.machine import Kind, State

CORNER = 8.0
LINE, LOW_LINE = 18.0, 14.0
"""From line to line of a name that has two, in the main row and in the others."""

GREY = "#6b7686"
"""For readers that take the picture without its style sheet; classes beat it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state's place: left and right edge, top and bottom, in the picture's units."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def head(x: float, y: float, dx: int, dy: int) -> Markup:
    """An arrow's head at a point, in the direction it moves."""
    across = [(x - 9 * dx - 3.5 * dy, y - 9 * dy - 3.5 * dx), (x - 9 * dx + 3.5 * dy, y - 9 * dy + 3.5 * dx)]
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in ((x, y), *across))
    return element("polygon", class_="head", fill=GREY, points=points)


def path(d: str) -> Markup:
    """A line."""
    return element("path", class_="path", fill="none", stroke=GREY, d=d)


def label(x: float, y: float, said: str, anchor: str = "middle") -> Markup:
    """A text at a point."""
    return element("text", said, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill="currentColor")


def name_lines(state: State) -> tuple[str, ...]:
    """A name in lines, as it stands where there is little room.

    >>> name_lines(State.SENDER_KNOWN)
    ('SENDER_', 'KNOWN')
    """
    first, underscore, rest = state.partition("_")
    return (first + underscore, rest) if rest else (first,)


def draw_state(state: State, box: Box, *, is_big: bool, is_broken: bool, is_refused: bool) -> Markup:
    """A rounded box and its name, in lines where it is broken.

    The last state has a second border, and one behind a refusal has its class.
    """
    rims = [0.0, 3.0] if state is State.CLOSED else [0.0]
    shapes = (
        element("rect", class_="shape", fill="none", stroke=GREY, rx="9",
                x=f"{box.left + r:.1f}", y=f"{box.top + r:.1f}",
                width=f"{box.right - box.left - 2 * r:.1f}", height=f"{box.bottom - box.top - 2 * r:.1f}")
        for r in rims
    )
    step, drop = (LINE, 6.0) if is_big else (LOW_LINE, 4.5)
    lines = name_lines(state) if is_broken else (state,)
    first = (box.top + box.bottom) / 2 + drop - step * (len(lines) - 1) / 2
    name = join(label(box.middle, first + step * at, line) for at, line in enumerate(lines))
    size = "state" if is_big else "state low"
    return element("g", *shapes, name, id=f"state-{state}", class_=f"{size} {Kind.REFUSE}" if is_refused else size)


def picture(width: float, height: float, groups: Sequence[Markup]) -> str:
    """The whole SVG, a line a group."""
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n'
    return start + "\n".join(groups) + "\n</svg>\n"
