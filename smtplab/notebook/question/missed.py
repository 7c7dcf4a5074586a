"""What was missed, as a table by misconception. It lives in memory alone: nothing is written, nothing goes out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smtplab.explain import misconception
from smtplab.explain.catalogue import text
from smtplab.notebook.question.judgement import Tally
from smtplab.notebook.question.question import NO_CODE

YOU, HANDS = "you", "hands"

_OTHERS = ("kind", "moves", "code")
"""The parts of a question that are no reasons, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One belief that was chosen, or one kind of answer that was taken for another.

    Attributes
    ----------
    by : {"you", "hands"}
        Who said it: somebody alone, or a class in a show of hands.
    about : {"reason", "kind", "moves", "code"}
        The part of the question.
    id : str
        The misconception's id; for the others ``said -> came``, such as ``yes -> no``.
    belief : str
        What was said.
    asked : int
        How often it could be missed: the belief was among the options, or the wire said what came. In a show of
        hands each hand counts.
    chosen : int
        How often it was missed so.
    cure : str
    """

    by: str
    about: str
    id: str
    belief: str
    asked: int
    chosen: int
    cure: str


@dataclass(frozen=True, slots=True)
class Missed:
    """What was missed in some questions; IPython shows a table, `smtplab.frame` makes a DataFrame.

    It is counted from what Python holds in memory. Nothing leaves the machine, and nothing is written.

    Attributes
    ----------
    misses : tuple of Miss
        Those of a learner, then those of a class; misconceptions first, the most chosen ahead.
    questions : int
        How many answers were given alone.
    shows : int
        How many shows of hands were revealed, with a hand at least.
    """

    misses: tuple[Miss, ...]
    questions: int
    shows: int = 0

    def to_rows(self) -> list[dict[str, str | int]]:
        """One row a miss."""
        return [
            {"by": miss.by, "about": miss.about, "misconception": miss.id, "belief": miss.belief, "asked": miss.asked,
             "chosen": miss.chosen, "cure": miss.cure}
            for miss in self.misses
        ]

    @property
    def caption(self) -> str:
        """What was missed in how many questions, or that nothing was."""
        said = text("missed.some" if self.misses else "missed.nothing", questions=self.questions)
        return f"{said} {text('missed.shows', shows=self.shows)}" if self.shows else said

    @property
    def privacy(self) -> str:
        """That it stays here."""
        return text("missed.privacy")

    def __str__(self) -> str:
        lines = [self.caption]
        for miss in self.misses:
            count = text(f"missed.count-{miss.by}", chosen=miss.chosen, asked=miss.asked)
            lines += ["", f"{miss.id}  ({count})", f"  {miss.belief}", f"  {miss.cure}"]
        return "\n".join([*lines, "", self.privacy])


def missed(*things: object) -> Missed:
    """What was missed in some questions, by misconception; a learner's answers and a class's hands apart.

    Hands count once the wire has spoken: a reveal that only tells what our server would say counts for nothing.

    Parameters
    ----------
    *things : Prediction, Console, Player, ShowOfHands or Desk
        Anything that has `judgements`, or `shows` of hands. What is given twice counts once.

    Raises
    ------
    TypeError
        For anything else, in a sentence.

    Examples
    --------
    >>> from smtplab.network import memory_server
    >>> from smtplab.notebook.question.predict import predict
    >>> question = predict("NOOP", memory_server().connect(), send=True).answer("no", moves=False)
    >>> print(missed(question).to_rows()[0]["misconception"])
    no -> yes
    """
    for thing in things:
        if isinstance(thing, type) or not (hasattr(thing, "judgements") or hasattr(thing, "shows")):
            raise TypeError(text("missed.target", type=type(thing).__name__))
    judgements = [judgement.tally for judgement in _each(things, "judgements")]
    shows = [show.tally for show in _each(things, "shows") if show.tally is not None]
    misses = [miss for by, tallies in ((YOU, judgements), (HANDS, shows))
              for miss in (*_beliefs(by, tallies), *_others(by, tallies))]
    return Missed(tuple(misses), len(judgements), len(shows))


def _each(things: tuple[object, ...], name: str) -> list[Any]:
    """What these things have under a name, each once."""
    whole = {id(thing): thing for thing in things}.values()
    found = [part for thing in whole for part in getattr(thing, name, ())]
    return list({id(part): part for part in found}.values())


def _beliefs(by: str, tallies: list[Tally]) -> Iterator[Miss]:
    """Beliefs that were chosen. A question whose reasons were made for another reply counts for none."""
    asked: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for tally in tallies:
        reasons, said = tally.answer.question.part("reason"), tally.said.get("reason", {})
        if reasons is not None and "reason" in tally.answer.confirmed:
            for option in filter(lambda option: option.misconception, reasons.options):
                asked[option.misconception] += sum(said.values())
                chosen[option.misconception] += said.get(option.value, 0)
    for id, count in chosen.most_common():
        if count:
            record = misconception(id)
            yield Miss(by, "reason", id, record.belief, asked[id], count, record.cure)


def _others(by: str, tallies: list[Tally]) -> Iterator[Miss]:
    """Kinds, moves and codes that were said where others came."""
    came: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        confirmed = tally.answer.confirmed
        for part in filter(confirmed.__contains__, _OTHERS):
            said = tally.said.get(part, {})
            wire = str(tally.answer.code or NO_CODE) if part == "code" else confirmed[part]
            came[part, wire] += sum(said.values())
            for value, count in said.items():
                if value != confirmed[part] and count:
                    missed[part, value, wire] += count
    for (part, value, wire), count in sorted(missed.items(), key=lambda found: (_OTHERS.index(found[0][0]), -found[1])):
        belief = text("missed.said", said=_word(part, value), came=_word(part, wire))
        cure = text(f"missed.{_cure(part, wire)}")
        yield Miss(by, part, f"{value} -> {wire}", belief, came[part, wire], count, cure)


def _word(part: str, value: str) -> str:
    """An option in words that name no state."""
    return value if value.isdecimal() else text(f"missed.{part}-{value}")


def _cure(part: str, wire: str) -> str:
    return "cure-code" if part == "code" else f"cure-{wire}"
