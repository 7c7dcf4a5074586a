"""The state diagram: where a session stands, what may come now, the way it took.

`state_diagram` gives a value. Its picture is the machine's SVG, laid out when smtplab was built; showing a state only
adds classes to it (`StateDiagram.classes`), which widgets send to the browser instead of a picture. Edges come from the
table (`edges`), so the diagram cannot show another machine than the server obeys.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.notebook import html
from smtplab.notebook.diagram.dot import dot_source
from smtplab.notebook.diagram.edges import edges, states_brought
from smtplab.notebook.diagram.marks import marks_of
from smtplab.notebook.diagram.words import aside, general, standing, told
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import BROUGHT_BY, OFFERED, keywords_of
from smtplab.protocol.machine import NO_COMMANDS, Machine, State, machine
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply

if TYPE_CHECKING:
    import graphviz

SIZES = ("cell", "projector")
_GROUP = re.compile(r'(<g id=")([^"]+)(" class=")([^"]+)(".*)')
_LABEL = re.compile(r"(<text [^>]*>)[^<]*(</text></g>)$")


@dataclass(frozen=True)
class StateDiagram:
    """A diagram as a value; IPython shows it. Make it with `state_diagram`.

    Attributes
    ----------
    table : Machine
        What is drawn.
    state : State or None
        The state that is lit.
    session : Session or None
        The facts that the caption tells.
    steps : tuple of Exchange
        The path of a transcript, or only the last step of a session.
    is_path : bool
        Whether the steps are numbered.
    refusals, legal : bool
    size : {"cell", "projector"}
    """

    table: Machine
    state: State | None
    session: Session | None
    steps: tuple[Exchange, ...]
    is_path: bool
    refusals: bool
    legal: bool
    size: str

    @property
    def edition(self) -> int:
        """2821 or 5321."""
        return self.table.edition

    @property
    def has_extensions(self) -> bool:
        """True when the base protocol's picture does not hold all."""
        return edges(self.table) != edges(machine(self.edition))

    @property
    def picture(self) -> str:
        """The name of the baked picture; the bigger one holds every extension, and what is not here is ``off``.

        >>> state_diagram().picture, state_diagram(extensions=["AUTH"]).picture
        ('machine-2821', 'machine-2821-extensions')
        """
        return f"machine-{self.edition}{'-extensions' if self.has_extensions else ''}"

    @cached_property
    def _marks(self) -> tuple[dict[str, str], dict[str, str]]:
        return marks_of(self)

    @property
    def classes(self) -> dict[str, str]:
        """The class that each marked group of the SVG has besides its own, by id.

        >>> state_diagram(State.READY).classes
        {'state-READY': 'lit'}
        """
        return dict(self._marks[0])

    @property
    def labels(self) -> dict[str, str]:
        """The texts of edges and loops that are not the baked ones, by id."""
        return dict(self._marks[1])

    @property
    def caption(self) -> str:
        """What a reader needs besides the picture, in sentences."""
        return " ".join((*standing(self), *general(self.table, self.refusals)))

    @property
    def text(self) -> str:
        """The diagram in words: a line a state, or a line a step; then the caption."""
        return "\n".join((*standing(self), *told(self), *general(self.table, self.refusals), *aside(self.table)))

    @property
    def source(self) -> str:
        """The graph in Graphviz's language; the order of its lines is the table's."""
        return dot_source(self)

    @property
    def digraph(self) -> "graphviz.Digraph":
        """The graph for the `graphviz` package, for who wants to change it or lay it out."""
        import graphviz

        _, *body, _ = self.source.splitlines(keepends=True)
        return graphviz.Digraph("smtp", body=[line.replace("  ", "\t", 1) for line in body])

    def svg(self, *, alone: bool = False) -> html.Markup:
        """The picture.

        Parameters
        ----------
        alone : bool
            True for a picture that carries its style sheet, for a file.
        """
        lines = map(self._mark, html.static(f"{self.picture}.svg").splitlines())
        marked = "\n".join(filter(None, lines))
        words = html.element("title", text("diagram.title")) + html.element("desc", self.text.replace("\n", " "))
        start, _, rest = marked.partition(">")
        if alone:
            start += f' class="{self._css_class} smtplab" font-family="Helvetica, Arial, sans-serif" font-size="17"'
            words += html.element("style", html.Markup(html.static("smtplab.css")))
        return html.Markup(f"{start}>{words}{rest}")

    def _mark(self, line: str) -> str:
        if not (found := _GROUP.match(line)):
            return line
        classes, labels = self._marks
        name, rest = found[2], found[5]
        if classes.get(name) == "off":
            return ""
        if name in labels:
            rest = _LABEL.sub(lambda m: m[1] + html.escape(labels[name]) + m[2], rest)
        added = f" {classes[name]}" if name in classes else ""
        return f"{found[1]}{name}{found[3]}{found[4]}{added}{rest}"

    @property
    def _css_class(self) -> str:
        wanted = {"extensions": self.has_extensions, "refusals": self.refusals, "projector": self.size == "projector"}
        return " ".join(("smtplab-diagram", *(name for name, is_on in wanted.items() if is_on)))

    def figure(self) -> html.Markup:
        """The picture, its caption, and the text twin folded below: a fragment without style sheet."""
        words = html.folded(text("diagram.in-words"), *(html.element("div", line) for line in self.text.splitlines()))
        return html.element("figure", self.svg(), html.element("figcaption", self.caption), words,
                            class_=self._css_class, tabindex="0" if self.size == "projector" else None)

    def save(self, path: str | Path) -> Path:
        """Write ``.svg``, ``.dot`` or, where Graphviz is at hand, ``.png``.

        Raises
        ------
        ValueError
            For any other ending.
        RuntimeError
            For PNG without Graphviz, with the cure.
        """
        target = Path(path)
        if target.suffix == ".svg":
            target.write_text(self.svg(alone=True), encoding="utf-8")
        elif target.suffix in (".dot", ".gv"):
            target.write_text(self.source, encoding="utf-8")
        elif target.suffix == ".png":
            from smtplab.notebook.diagram.picture import lay_out

            target.write_bytes(lay_out(self.source, "png"))
        else:
            raise ValueError(text("diagram.error-ending", path=target.name))
        return target

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": html.styled(self.figure()), "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def state_diagram(
    what: object = None, *, edition: int = 2821, extensions: str | Iterable[str] = (), refusals: bool = False,
    legal: bool = False, size: str = "cell",
) -> StateDiagram:
    """Draw the machine, and mark where something stands in it.

    Parameters
    ----------
    what : None, State, str, Session, Exchange, Reply, Client, Transcript or sequence of Exchange
        None shows the whole machine. A state (or its name), a session, or a client lights where it stands; an
        exchange, a reply or a client also marks the last step. A transcript or exchanges show the way, numbered.
    edition : {2821, 5321}
    extensions : iterable of str, or ``"all"``
        Keywords of extensions to draw. Those that a session announced on its way are drawn without asking.
    refusals : bool
        Draw the steps that are refused, too.
    legal : bool
        Keep only what is in sequence now, and pale the rest.
    size : {"cell", "projector"}

    Raises
    ------
    TypeError, ValueError
        For anything else, in a sentence.

    Examples
    --------
    >>> print(state_diagram(State.MAIL_DATA).text.splitlines()[0])
    You are at MAIL_DATA: each line you send is part of the message.
    """
    keywords = frozenset(keywords_of(extensions))
    machine(edition)  # an unknown edition is told there
    if size not in SIZES:
        raise ValueError(text("diagram.error-size", size=repr(size)))
    state, session, way, is_path = _read(what, edition)
    if legal and state is None:
        raise ValueError(text("diagram.error-legal"))
    table = machine(edition, keywords | _seen(state, session, way, edition))
    return StateDiagram(table, state, session, way if is_path else way[-1:], is_path, refusals, legal, size)


def _seen(state: State | None, session: Session | None, way: tuple[Exchange, ...], edition: int) -> frozenset[str]:
    """The extensions met on a way. Inside TLS a session has forgotten that STARTTLS was announced; the way has not."""
    sessions = [session] if session else []
    sessions += [known for step in way for known in (step.before, step.after)]
    announced = {keyword for known in sessions for keyword, _ in known.announced}
    happened = {BROUGHT_BY[step.event] for step in way if step.event in NO_COMMANDS and step.event in BROUGHT_BY}
    needed = {keyword for keyword in OFFERED if state in states_brought(keyword, edition)}
    return frozenset(announced | happened | needed)


def _read(what: object, edition: int) -> tuple[State | None, Session | None, tuple[Exchange, ...], bool]:
    """Where it stands, what is known there, the way as far as known, and whether the way itself is meant."""
    if what is None:
        return None, None, (), False
    if isinstance(what, str):
        if what.upper() not in State.__members__:
            raise ValueError(text("diagram.error-state", state=repr(what), states=", ".join(State)))
        return State[what.upper()], None, (), False
    if isinstance(what, Session):
        return what.state, what, (), False
    if isinstance(what, Reply) and what.exchange is not None:
        what = what.exchange
    if isinstance(what, Exchange):
        return what.after.state, what.after, (what,), False
    if isinstance(what, Transcript):
        return _read(what.exchanges(edition), edition)
    session = getattr(what, "session", None)
    if isinstance(session, Session):
        return session.state, session, tuple(getattr(what, "exchanges", ())), False
    way: tuple[Exchange, ...] = ()
    for step in what if isinstance(what, Iterable) else (what,):
        if not isinstance(step, Exchange):  # told at the first: the others may have no end
            raise TypeError(text("diagram.error-what", type=type(what).__name__))
        way += (step,)
    session = way[-1].after if way else Session()
    return session.state, session, way, True
