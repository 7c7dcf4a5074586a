"""What was missed, as a table by misconception. It lives in memory alone: nothing is written, nothing goes out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from smtplab.explain import misconception
from smtplab.explain.catalogue import text
from smtplab.notebook.question.judgement import Judgement, judgements_of
from smtplab.notebook.question.question import NO_CODE


@dataclass(frozen=True, slots=True)
class Miss:
    """One belief that was chosen, or one kind of answer that was taken for another.

    Attributes
    ----------
    about : {"reason", "kind", "moves", "code"}
        The part of the question.
    id : str
        The misconception's id; for the others ``said -> came``, such as ``yes -> no``.
    belief : str
        What was said.
    asked : int
        How often it could be missed: the belief was among the options, or the wire said what came.
    chosen : int
        How often it was missed so.
    cure : str
    """

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
        Misconceptions first, the most chosen ahead.
    questions : int
        How many were answered.
    """

    misses: tuple[Miss, ...]
    questions: int

    def to_rows(self) -> list[dict[str, str | int]]:
        """One row a miss."""
        return [
            {"about": miss.about, "misconception": miss.id, "belief": miss.belief, "asked": miss.asked,
             "chosen": miss.chosen, "cure": miss.cure}
            for miss in self.misses
        ]

    @property
    def caption(self) -> str:
        """What was missed in how many questions, or that nothing was."""
        return text("missed.some" if self.misses else "missed.nothing", questions=self.questions)

    @property
    def privacy(self) -> str:
        """That it stays here."""
        return text("missed.privacy")

    def __str__(self) -> str:
        lines = [self.caption]
        for miss in self.misses:
            count = text("missed.count", chosen=miss.chosen, asked=miss.asked)
            lines += ["", f"{miss.id}  ({count})", f"  {miss.belief}", f"  {miss.cure}"]
        return "\n".join([*lines, "", self.privacy])


def missed(*things: object) -> Missed:
    """What was missed in some questions, by misconception.

    Parameters
    ----------
    *things : Prediction or Console
        Anything that has `judgements`.

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
        if not hasattr(thing, "judgements"):
            raise TypeError(text("missed.target", type=type(thing).__name__))
    judgements = tuple(judgements_of(things))
    return Missed((*_beliefs(judgements), *_others(judgements)), len(judgements))


def _beliefs(judgements: tuple[Judgement, ...]) -> Iterator[Miss]:
    """Beliefs that were chosen. A question whose reasons were made for another reply counts for none."""
    asked: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for judgement in judgements:
        reasons = judgement.answer.question.part("reason")
        if reasons and "reason" in judgement.guess.values and "reason" in judgement.answer.confirmed:
            asked.update(option.misconception for option in reasons.options if option.misconception)
            chosen.update([judgement.misconception] if judgement.misconception else [])
    for id, count in chosen.most_common():
        record = misconception(id)
        yield Miss("reason", id, record.belief, asked[id], count, record.cure)


def _others(judgements: tuple[Judgement, ...]) -> Iterator[Miss]:
    """Kinds, moves and codes that were said where others came."""
    came: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str, str]] = Counter()
    for judgement in judgements:
        confirmed = judgement.answer.confirmed
        for part, said in judgement.guess.values.items():
            if part == "reason":
                continue
            wire = str(judgement.answer.code or NO_CODE) if part == "code" else confirmed[part]
            came[part, wire] += 1
            if said != confirmed[part]:
                missed[part, said, wire] += 1
    order = {"kind": 0, "moves": 1, "code": 2}
    for (part, said, wire), count in sorted(missed.items(), key=lambda found: (order[found[0][0]], -found[1])):
        belief = text("missed.said", said=_word(part, said), came=_word(part, wire))
        yield Miss(part, f"{said} -> {wire}", belief, came[part, wire], count, text(f"missed.{_cure(part, wire)}"))


def _word(part: str, value: str) -> str:
    """An option in words that name no state."""
    return value if value.isdecimal() else text(f"missed.{part}-{value}")


def _cure(part: str, wire: str) -> str:
    return "cure-code" if part == "code" else f"cure-{wire}"
