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

WIDTH, HEIGHT = 1001, 211
HIGH, MAIN, LOW = (3.0, 37.0), (83.0, 127.0), (177.0, 207.0)
"""Top and bottom of each row."""

BOXES: dict[State, Box] = {
    State.TLS_HANDSHAKE: Box(62, 198, *HIGH),
    State.AUTH_EXCHANGE: Box(350, 480, *HIGH),
    State.CHUNK_REFUSED: Box(610, 690, *HIGH),
    State.CHUNKS: Box(799, 884, *HIGH),
    State.GREETED: Box(3, 104, *MAIN),
    State.READY: Box(262, 428, *MAIN),
    State.SENDER_KNOWN: Box(502, 602, *MAIN),
    State.RECIPIENTS_KNOWN: Box(678, 814, *MAIN),
    State.MAIL_DATA: Box(884, 956, *MAIN),
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
    "edge-CONNECTED-CONNECT-GREETED": Way(((54, 177), (54, 127)), (48, 156), "end"),
    "edge-CONNECTED-CONNECT-REFUSED": Way(((104, 192), (149, 192)), (124, 187)),
    "edge-REFUSED-QUIT-CLOSED": Way(((228, 192), (281, 192)), (252, 187)),
    "edge-READY-QUIT-CLOSED": Way(((338, 127), (338, 177)), (333, 156), "end"),
    "edge-GREETED-EHLO-HELO-READY": Way(((104, 105), (262, 105)), (145, 100)),
    "edge-READY-EHLO-HELO-READY": Loop((288, 83), (272, 83), UP, (267, 73), "end"),
    "edge-READY-MAIL-SENDER_KNOWN": Way(((428, 105), (502, 105)), (462, 100)),
    "edge-SENDER_KNOWN-RCPT-RECIPIENTS_KNOWN": Way(((602, 105), (678, 105)), (637, 100)),
    "edge-RECIPIENTS_KNOWN-RCPT-RECIPIENTS_KNOWN": Loop((704, 83), (720, 83), UP, (726, 73)),
    "edge-RECIPIENTS_KNOWN-DATA-MAIL_DATA": Way(((814, 105), (884, 105)), (846, 100)),
    "edge-SENDER_KNOWN-DATA-MAIL_DATA": Way(((572, 127), (572, 148), (904, 148), (904, 127)), (596, 143)),
    "edge-SENDER_KNOWN-EHLO-HELO-RSET-READY": _back(556, 127, 148, 420, (487, 143)),
    "edge-RECIPIENTS_KNOWN-EHLO-HELO-RSET-READY": _back(700, 127, 172, 400, (604, 162)),
    "edge-MAIL_DATA-DATA-END-READY": _back(926, 127, 197, 370, (805, 192)),
    # STARTTLS.
    "edge-READY-STARTTLS-TLS_HANDSHAKE": Way(((322, 83), (322, 18), (198, 18)), (262, 13)),
    "edge-TLS_HANDSHAKE-TLS-UP-GREETED": Way(((82, 37), (82, 83)), (87, 64), "start"),
    "edge-TLS_HANDSHAKE-TLS-FAILED-CLOSED": Way(((187, 37), (187, 151), (290, 151), (290, 177)), (194, 145), "start"),
    # AUTH.
    "edge-READY-AUTH-AUTH_EXCHANGE": Way(((384, 83), (384, 37)), (380, 64), "end"),
    "edge-AUTH_EXCHANGE-AUTH-LINE-READY": Way(((398, 37), (398, 83)), (403, 52), "start"),
    "edge-AUTH_EXCHANGE-AUTH-LINE-AUTH_EXCHANGE": Loop((480, 27), (480, 13), RIGHT, (505, 24)),
    "edge-READY-AUTH-READY": Loop((298, 83), (314, 83), UP, (318, 60), "end"),
    # CHUNKING.
    "edge-RECIPIENTS_KNOWN-BDAT-CHUNKS": Way(((806, 83), (806, 37)), (811, 77), "start"),
    "edge-CHUNKS-BDAT-CHUNKS": Loop((814, 37), (826, 37), DOWN, (831, 55)),
    "edge-CHUNKS-BDAT-LAST-READY": Way(((884, 29), (986, 29), (986, 202), (360, 202), (360, 127)), (935, 24)),
    "edge-RECIPIENTS_KNOWN-BDAT-LAST-READY": _back(716, 127, 192, 380, (721, 141), "start"),
    "edge-CHUNKS-EHLO-HELO-RSET-READY": Way(((884, 11), (996, 11), (996, 177), (390, 177), (390, 127)), (805, 172)),
    "edge-RECIPIENTS_KNOWN-BDAT-BDAT-LAST-CHUNK_REFUSED": Way(((684, 83), (684, 37)), (689, 53), "start"),
    "edge-CHUNKS-BDAT-BDAT-LAST-CHUNK_REFUSED": Way(((799, 20), (690, 20)), (744, 15)),
    "edge-CHUNK_REFUSED-EHLO-HELO-RSET-READY": _back(668, 37, 167, 410, (474, 162)),
}

REFUSALS: dict[State, Loop] = {
    State.CONNECTED: Loop((60, 177), (82, 177), UP, (88, 167)),
    State.GREETED: Loop((62, 127), (80, 127), DOWN, (86, 141)),
    State.READY: Loop((407, 83), (422, 83), UP, (428, 73)),
    State.SENDER_KNOWN: Loop((550, 83), (564, 83), UP, (569, 73)),
    State.RECIPIENTS_KNOWN: Loop((791, 127), (803, 127), DOWN, (809, 141)),
    State.MAIL_DATA: Loop((926, 83), (915, 83), UP, (911, 73), "end"),
    State.REFUSED: Loop((196, 177), (216, 177), UP, (222, 167)),
    State.TLS_HANDSHAKE: Loop((104, 37), (120, 37), DOWN, (126, 51)),
    State.AUTH_EXCHANGE: Loop((456, 37), (470, 37), DOWN, (476, 53)),
    State.CHUNKS: Loop((866, 37), (876, 37), DOWN, (882, 55)),
    State.CHUNK_REFUSED: Loop((635, 37), (621, 37), DOWN, (616, 53), "end"),
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
        is_broken = is_big or state is State.CHUNK_REFUSED
        groups.append(draw_state(state, BOXES[state], is_big=is_big, is_broken=is_broken, is_refused=state in hidden))
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
