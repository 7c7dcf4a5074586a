"""The layout of the bigger picture: the machine with all extensions, places set by hand.

States stand in three rows: above, what STARTTLS, AUTH and CHUNKING bring; then the main row and the low row of the
base picture. Only places stand here. Which states and edges there are, comes from the table: `draw_all` asks for the
place of each, and stops when one has none. Steps back to READY run in two bundles: what drops a mail, what ends one.
"""

from dataclasses import dataclass
from itertools import pairwise

from smtplab.notebook.diagram.bake_shapes import CORNER, Box, draw_state, head, label, path, picture
from smtplab.notebook.diagram.edges import behind_refusals, edges, whole_machine
from smtplab.notebook.html import Markup, element, join
from smtplab.protocol.machine import Kind, State

Point = tuple[float, float]

WIDTH, HEIGHT = 1110, 197
HIGH, MAIN, LOW = (3.0, 33.0), (79.0, 113.0), (163.0, 193.0)
"""Top and bottom of each row."""

BOXES: dict[State, Box] = {
    State.TLS_HANDSHAKE: Box(62, 198, *HIGH),
    State.AUTH_EXCHANGE: Box(366, 500, *HIGH),
    State.CHUNK_REFUSED: Box(608, 744, *HIGH),
    State.CHUNKS: Box(870, 984, *HIGH),
    State.GREETED: Box(7.5, 99.5, *MAIN),
    State.READY: Box(262, 428, *MAIN),
    State.SENDER_KNOWN: Box(502, 652, *MAIN),
    State.RECIPIENTS_KNOWN: Box(728, 904, *MAIN),
    State.MAIL_DATA: Box(980, 1083, *MAIN),
    State.CONNECTED: Box(3, 104, *LOW),
    State.REFUSED: Box(149, 228, *LOW),
    State.CLOSED: Box(281, 352, *LOW),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A line from state to state: its corners, and where its label stands."""

    points: tuple[Point, ...]
    label: Point
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Loop:
    """A line from a state to itself: where it leaves and comes back, which way it bulges, where its label stands."""

    leaves: Point
    returns: Point
    bulge: tuple[int, int]
    label: Point
    anchor: str = "start"


def _back(x: float, top: float, lane: float, port: float, at: Point, anchor: str = "middle") -> Way:
    """Down to a lane, along it, and up to READY."""
    return Way(((x, top), (x, lane), (port, lane), (port, MAIN[1])), at, anchor)


UP, DOWN, RIGHT, LEFT = (0, -1), (0, 1), (1, 0), (-1, 0)

WAYS: dict[str, Way | Loop] = {
    # The base protocol.
    "edge-CONNECTED-CONNECT-GREETED": Way(((53.5, 163), (53.5, 113)), (48.5, 142), "end"),
    "edge-CONNECTED-CONNECT-REFUSED": Way(((104, 178), (149, 178)), (123.5, 173)),
    "edge-REFUSED-QUIT-CLOSED": Way(((228, 178), (281, 178)), (251.5, 173)),
    "edge-READY-QUIT-CLOSED": Way(((338, 113), (338, 163)), (333, 142), "end"),
    "edge-GREETED-EHLO-HELO-READY": Way(((99.5, 96), (262, 96)), (142, 91)),
    "edge-READY-EHLO-HELO-READY": Loop((288, 79), (272, 79), UP, (267, 69), "end"),
    "edge-READY-MAIL-SENDER_KNOWN": Way(((428, 96), (502, 96)), (462, 91)),
    "edge-SENDER_KNOWN-RCPT-RECIPIENTS_KNOWN": Way(((652, 96), (728, 96)), (687, 91)),
    "edge-RECIPIENTS_KNOWN-RCPT-RECIPIENTS_KNOWN": Loop((756, 79), (772, 79), UP, (778, 69)),
    "edge-RECIPIENTS_KNOWN-DATA-MAIL_DATA": Way(((904, 96), (980, 96)), (939, 91)),
    "edge-SENDER_KNOWN-DATA-MAIL_DATA": Way(((594, 113), (594, 134), (1008, 134), (1008, 113)), (640, 129)),
    "edge-SENDER_KNOWN-EHLO-HELO-RSET-READY": _back(560, 113, 134, 420, (490, 129)),
    "edge-RECIPIENTS_KNOWN-EHLO-HELO-RSET-READY": _back(758, 113, 158, 400, (628, 148)),
    "edge-MAIL_DATA-DATA-END-READY": _back(1040, 113, 183, 370, (900, 178)),
    # STARTTLS.
    "edge-READY-STARTTLS-TLS_HANDSHAKE": Way(((322, 79), (322, 18), (198, 18)), (262, 13)),
    "edge-TLS_HANDSHAKE-TLS-UP-GREETED": Way(((82, 33), (82, 79)), (87, 60), "start"),
    "edge-TLS_HANDSHAKE-TLS-FAILED-CLOSED": Way(((187, 33), (187, 137), (290, 137), (290, 163)), (194, 131), "start"),
    # AUTH.
    "edge-READY-AUTH-AUTH_EXCHANGE": Way(((384, 79), (384, 33)), (380, 60), "end"),
    "edge-AUTH_EXCHANGE-AUTH-LINE-READY": Way(((398, 33), (398, 79)), (403, 48), "start"),
    "edge-AUTH_EXCHANGE-AUTH-LINE-AUTH_EXCHANGE": Loop((500, 25), (500, 11), RIGHT, (525, 22)),
    "edge-READY-AUTH-READY": Loop((298, 79), (314, 79), UP, (318, 56), "end"),
    # CHUNKING.
    "edge-RECIPIENTS_KNOWN-BDAT-CHUNKS": Way(((888, 79), (888, 33)), (893, 69), "start"),
    "edge-CHUNKS-BDAT-CHUNKS": Loop((905, 33), (921, 33), DOWN, (927, 51)),
    "edge-CHUNKS-BDAT-LAST-READY":
        Way(((984, 27), (1095, 27), (1095, 188), (360, 188), (360, 113)), (1038, 22)),
    "edge-RECIPIENTS_KNOWN-BDAT-LAST-READY": _back(774, 113, 178, 380, (779, 127), "start"),
    "edge-CHUNKS-EHLO-HELO-RSET-READY":
        Way(((984, 9), (1105, 9), (1105, 163), (390, 163), (390, 113)), (900, 158)),
    "edge-RECIPIENTS_KNOWN-BDAT-BDAT-LAST-CHUNK_REFUSED": Way(((738, 79), (738, 33)), (743, 49), "start"),
    "edge-CHUNKS-BDAT-BDAT-LAST-CHUNK_REFUSED": Way(((870, 18), (744, 18)), (809, 13)),
    "edge-CHUNK_REFUSED-EHLO-HELO-RSET-READY": _back(713, 33, 153, 410, (490, 148)),
}

REFUSALS: dict[State, Loop] = {
    State.CONNECTED: Loop((60.5, 163), (82.5, 163), UP, (88.5, 153)),
    State.GREETED: Loop((62, 113), (80, 113), DOWN, (86, 127)),
    State.READY: Loop((407, 79), (422, 79), UP, (428, 69)),
    State.SENDER_KNOWN: Loop((566, 79), (583, 79), UP, (589, 69)),
    State.RECIPIENTS_KNOWN: Loop((870, 113), (886, 113), DOWN, (892, 127)),
    State.MAIL_DATA: Loop((1040, 79), (1024, 79), UP, (1018, 69), "end"),
    State.REFUSED: Loop((195.5, 163), (215.5, 163), UP, (221.5, 153)),
    State.TLS_HANDSHAKE: Loop((104, 33), (120, 33), DOWN, (126, 47)),
    State.AUTH_EXCHANGE: Loop((478, 33), (494, 33), DOWN, (500, 49)),
    State.CHUNKS: Loop((964, 33), (976, 33), DOWN, (976, 68)),
    State.CHUNK_REFUSED: Loop((640, 33), (624, 33), DOWN, (618, 49), "end"),
}


def draw_all(edition: int) -> str:
    """The picture of the machine with every extension."""
    table = whole_machine(edition)
    hidden = behind_refusals(table)
    groups: list[Markup] = []
    for edge in edges(table):
        behind = f" {Kind.REFUSE}" if edge.tail in hidden and edge.kind is not Kind.REFUSE else ""
        groups.append(_draw(WAYS[edge.id], edge.label, edge.id, f"edge {edge.kind}{behind}"))
    for state in table.states:
        is_big = BOXES[state].top == MAIN[0]
        groups.append(draw_state(state, BOXES[state], is_big=is_big, is_refused=state in hidden))
    groups += [_draw(REFUSALS[s], "", f"refused-{s}", "edge loop-refused") for s in table.states if s in REFUSALS]
    return picture(WIDTH, HEIGHT, groups)


def _draw(way: Way | Loop, said: str, name: str, classes: str) -> Markup:
    line = _line(way.points) if isinstance(way, Way) else _loop(way)
    return element("g", line, label(*way.label, said, way.anchor), id=name, class_=classes)


def _line(points: tuple[Point, ...]) -> Markup:
    """Straight stretches with round corners, and a head at the end."""
    turns = [_toward(a, b) for a, b in pairwise(points)]
    d = "M{:.1f},{:.1f}".format(*points[0])
    for (x, y), ((dx, dy), (dx_after, dy_after)) in zip(points[1:-1], pairwise(turns), strict=True):
        d += f"L{x - CORNER * dx:.1f},{y - CORNER * dy:.1f}"
        d += f"Q{x:.1f},{y:.1f} {x + CORNER * dx_after:.1f},{y + CORNER * dy_after:.1f}"
    (x, y), (dx, dy) = points[-1], turns[-1]
    return join((path(f"{d}L{x - 7 * dx:.1f},{y - 7 * dy:.1f}"), head(x, y, dx, dy)))


def _loop(loop: Loop) -> Markup:
    (x1, y1), (x2, y2), (dx, dy) = loop.leaves, loop.returns, loop.bulge
    d = (f"M{x1:.1f},{y1:.1f}C{x1 + 26 * dx:.1f},{y1 + 26 * dy:.1f} {x2 + 26 * dx:.1f},{y2 + 26 * dy:.1f} "
         f"{x2 + 7 * dx:.1f},{y2 + 7 * dy:.1f}")
    return join((path(d), head(x2, y2, -dx, -dy)))


def _toward(a: Point, b: Point) -> tuple[int, int]:
    return (b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])
