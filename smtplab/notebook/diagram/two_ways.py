"""Two ways on one picture: what two sessions had in common, and where each went then.

The way of A is a solid line, that of B a dashed one, and where both went it is dashed and dotted; so nothing is told by
colour alone. Steps are numbered from where the two parted: A1, A2, B1. Nothing is laid out: as for any diagram, only
classes and labels are put on the picture that was laid out when smtplab was built.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from smtplab.explain.catalogue import text
from smtplab.explain.standing import event_label, meaning_of
from smtplab.notebook.diagram.diagram import StateDiagram, state_diagram
from smtplab.notebook.diagram.edges import edges
from smtplab.notebook.diagram.marks import few, left_out, mark_of, step_label, uncovered
from smtplab.notebook.diagram.words import general, numbered
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import CONNECT
from smtplab.protocol.session import Session

NAMES = ("A", "B")


@dataclass(frozen=True)
class TwoWays(StateDiagram):
    """A diagram with two ways. Make it with `two_ways`.

    Attributes
    ----------
    past : tuple of Exchange
        What both have.
    ways : pair of tuples of Exchange
        How each went on.
    """

    past: tuple[Exchange, ...] = ()
    ways: tuple[tuple[Exchange, ...], ...] = ()

    @property
    def ends(self) -> tuple[Session, ...]:
        """Where each stands at its end."""
        return tuple((*self.past, *way)[-1].after if (*self.past, *way) else Session() for way in self.ways)

    @cached_property
    def _marks(self) -> tuple[dict[str, str], dict[str, str]]:
        drawn = {edge.id: edge.label for edge in edges(self.table)}
        classes = dict.fromkeys(drawn, "pale")
        for state in uncovered(self):
            beside = (edge.id for edge in edges(self.table) if state in (edge.tail, edge.head))
            classes |= dict.fromkeys(beside, "shown pale") | {f"state-{state}": "shown"}
        for step in self.past:
            name, how = mark_of(step, self.table)
            classes |= {name: "past"} if name in drawn and how == "taken" else {}
        numbers: dict[str, dict[str, list[str]]] = {}
        said: dict[str, set[str]] = {}
        for letter, way in zip(NAMES, self.ways, strict=True):
            for number, step in enumerate(way, 1):
                name, how = mark_of(step, self.table)
                if name:
                    known = numbers.setdefault(name, {})
                    known.setdefault(letter, []).append(f"{letter}{number}")
                    classes[name] = " ".join((how, *(f"way-{which.lower()}" for which in known)))
                    word = event_label(step.event) if name in drawn and step.event != CONNECT else step_label(step)
                    said.setdefault(name, set()).add(word)
        labels = {name: f"{_steps_of(known)}: {_one(said[name], drawn.get(name, ''))}"
                  for name, known in numbers.items()}
        for letter, end in zip(NAMES, self.ends, strict=True):
            name = f"state-{end.state}"
            classes[name] = f"{classes.get(name, 'lit')} end-{letter.lower()}"
        return classes | left_out(self), labels

    @property
    def caption(self) -> str:
        """How to read the lines, and where each stands."""
        return " ".join((text("futures.legend"), *self._standing()))

    @property
    def text(self) -> str:
        """Both ways in words, step by step; then the caption."""
        past = ", ".join(map(step_label, self.past))
        steps = (numbered(f"{letter}{number}", step) for letter, way in zip(NAMES, self.ways, strict=True)
                 for number, step in enumerate(way, 1))
        start = [text("futures.both", steps=past)] if past else []
        return "\n".join((*start, *steps, *self._standing(), *general(self.table, self.refusals)))

    def _standing(self) -> Iterator[str]:
        for letter, end in zip(NAMES, self.ends, strict=True):
            yield stands(letter, end)


def stands(name: str, session: Session) -> str:
    """Where one of the two stands, in a sentence."""
    return text("futures.stands", name=name, state=session.state, facts=meaning_of(session.state, session))


def two_ways(
    past: Sequence[Exchange], first: Sequence[Exchange], second: Sequence[Exchange], edition: int = 2821,
) -> TwoWays:
    """The diagram of two sessions that had some steps in common.

    Parameters
    ----------
    past : sequence of Exchange
        What both have.
    first, second : sequence of Exchange
        How each went on.
    edition : {2821, 5321}
    """
    steps = (*past, *first, *second)
    one = state_diagram(steps, edition=edition)
    return TwoWays(one.table, one.state, one.session, steps, True, False, False, one.size,
                   past=tuple(past), ways=(tuple(first), tuple(second)))


def _steps_of(known: dict[str, list[str]]) -> str:
    """The steps of one or of both on an edge; of both only the first, since more would not fit."""
    if len(known) == 1:
        return few(*known.values())
    return " ".join(f"{numbers[0]}{'…' if len(numbers) > 1 else ''}" for numbers in known.values())


def _one(words: set[str], baked: str) -> str:
    """What is said on an edge: the one event that went along it, or else all that it is for."""
    return next(iter(words)) if len(words) == 1 else baked or "…"
