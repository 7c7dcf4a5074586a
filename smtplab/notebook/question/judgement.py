"""A guess beside what the wire said: whether it came so, and because of what. There is no score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smtplab.explain import explain, misconception
from smtplab.explain.catalogue import text
from smtplab.lab import read_fault
from smtplab.network import NoReply
from smtplab.notebook.html import MARKS, readable
from smtplab.notebook.question.foresight import silence
from smtplab.notebook.question.question import ANOTHER, MOVES, NO_CODE, SILENT, STAYS, Guess, Part, Question
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import LOST

_KIND_OF = {2: "yes", 3: "more", 4: "not-now", 5: "no"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the wire said to a question.

    Attributes
    ----------
    question : Question
    step : Exchange or None
        None: no reply came.
    why : str
        Why none came, where that is known better than by the state.
    """

    question: Question
    step: Exchange | None
    why: str = ""

    @property
    def code(self) -> int | None:
        """The reply's code."""
        return self.step.reply.code if self.step is not None and self.step.reply is not None else None

    @property
    def confirmed(self) -> dict[str, str]:
        """The option that came true, by part.

        The reason is left out when another server, or another world, said something else than the sentences were
        made for, or when it was sent from another state.
        """
        found = {
            "kind": _KIND_OF.get(self.code // 100, SILENT) if self.code is not None else SILENT,
            "moves": MOVES if self.step is not None and self.step.moved else STAYS,
        }
        if (part := self.question.part("code")) is not None:
            values = [option.value for option in part.options]
            said = NO_CODE if self.code is None else str(self.code)
            found["code"] = said if said in values or self.code is None else ANOTHER
        if self._is_as_foreseen:
            reasons = self.question.part("reason")
            found["reason"] = next(o.value for o in reasons.options if not o.misconception) if reasons else ""
        return found

    @property
    def _is_as_foreseen(self) -> bool:
        foreseen = self.question.foreseen.step
        if self.step is None or foreseen is None:
            return self.step is foreseen
        codes = [step.reply.code if step.reply is not None else None for step in (self.step, foreseen)]
        return codes[0] == codes[1] and self.step.before.state is self.question.state

    def label_of(self, part: Part) -> str:
        """What came true of a part, in words; a code that was not offered is named."""
        value = self.confirmed.get(part.name, "")
        if value == ANOTHER:
            return str(self.code)
        return part.label_of(value) or text(f"predict.{value}")  # no reply, where one was sure to come

    @property
    def here(self) -> str:
        """Why the wire said so; a fault that forced it is named first."""
        if self.step is not None:
            told = self.step if self.step.reply is not None else replace(self.step, forced="")  # it is named already
            return f"{_forced(self.step.forced)} {explain(told).here}".lstrip()
        foreseen = self.question.foreseen
        expected = f"{_forced(foreseen.forced)} {silence(self.question.state, foreseen.is_due)}".lstrip()
        return self.why or expected

    @property
    def wire(self) -> str:
        """The reply as it came; empty when none did."""
        reply = self.step.reply if self.step is not None else None
        return "\n".join(map(readable, str(reply).splitlines())) if reply is not None else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each option of a question was said, beside the answer of the wire.

    Attributes
    ----------
    answer : Answer
    said : mapping of str to mapping of str to int
        By part, by option.
    """

    answer: Answer
    said: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A guess beside the answer of the wire."""

    guess: Guess
    answer: Answer

    @property
    def rows(self) -> list[tuple[bool, str, str, str]]:
        """Whether it came so; what was asked, what you said, what the wire said."""
        said, came = self.guess.values, self.answer.confirmed
        return [
            (said[part.name] == came[part.name], part.label, part.label_of(said[part.name]), self.answer.label_of(part))
            for part in self.answer.question.parts if part.name in said and part.name in came
        ]

    @property
    def tally(self) -> Tally:
        """The same as a count: one answer to each part that was answered."""
        return Tally(self.answer, {part: {value: 1} for part, value in self.guess.values.items()})

    @property
    def misconception(self) -> str:
        """The id of the belief that was chosen; empty for none."""
        reasons = self.answer.question.part("reason")
        chosen = self.guess.values.get("reason", "")
        return next((o.misconception for o in reasons.options if o.value == chosen), "") if reasons else ""

    @property
    def because(self) -> str:
        """Why the wire said so; and the cure, when the sentence chosen was a misconception."""
        cure = misconception(self.misconception).cure if self.misconception else ""
        return f"{self.answer.here} {cure}".rstrip()

    def data(self) -> Data:
        """What the browser draws of it."""
        return {
            "told": [
                {"mark": _mark(right), "right": right, "asked": asked, "you": readable(you), "wire": readable(wire)}
                for right, asked, you, wire in self.rows
            ],
            "wire": self.answer.wire.splitlines(), "because": readable(self.because),
        }

    @property
    def marked(self) -> list[tuple[str, str, str]]:
        """What was asked, a mark and what you said, what the wire said: the marks stand for colours."""
        return [(asked, f"{_mark(right)} {you}", wire) for right, asked, you, wire in self.rows]

    def __str__(self) -> str:
        lines: list[str] = []
        for asked, you, wire in self.marked:
            lines += [asked, f"  {text('predict.you')}: {you}", f"  {text('predict.wire')}: {wire}", ""]
        return "\n".join([*lines, self.answer.wire, f"{text('predict.because')} {self.because}"])


def why_none(outcome: NoReply) -> str:
    """Why no reply came although one was due; a fault that kept it back is named first. Empty when none was due."""
    if not outcome.was_due:
        return ""
    return f"{_forced(outcome.forced)} {explain(replace(outcome, forced='')).here}".lstrip()


def _forced(fault: str) -> str:
    """That a fault forced it; and that nobody could be sure, when it has a chance. Empty for no fault."""
    if not fault:
        return ""
    percent = read_fault(fault).when.percent
    chance = "" if percent is None else text("predict.chance", percent=f"{percent:g}")
    return f"{text('predict.forced', fault=readable(fault))} {chance}".rstrip()


def _mark(right: bool) -> str:
    return MARKS[2 if right else 5]


def step_of(exchanges: Sequence[Exchange], octets: bytes) -> Exchange | None:
    """The first step whose octets end so; else the loss of the connection, which came in place of a reply."""
    return next((exchange for exchange in exchanges if exchange.sent.endswith(octets) or exchange.event == LOST), None)
