"""A show of hands: one question for a whole class, hands typed in beside each option, then the reveal.

It can stand alone, or be a part of another widget, as it is of the desk (`smtplab.notebook.holder`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smtplab.explain import misconception
from smtplab.explain.catalogue import text
from smtplab.network import Client
from smtplab.notebook import html
from smtplab.notebook.arguments import check_switch, quoted, tells_slips
from smtplab.notebook.console.console import Console
from smtplab.notebook.html import MARKS
from smtplab.notebook.question import view as question_view
from smtplab.notebook.question.hearing import Hearing, ask_of, client_of
from smtplab.notebook.question.judgement import Answer, Tally
from smtplab.notebook.question.missed import Missed, missed
from smtplab.notebook.question.predict import check_arguments
from smtplab.notebook.question.question import Option, Part, words
from smtplab.notebook.widget import Data, Panel
from smtplab.protocol.machine import State

MOST = 9999
"""Hands that one option may have."""

ABOUT = ("kind", "moves", "code", "reason")


class ShowOfHands(Panel):
    """A question for a class. Make it with `show_of_hands`.

    Attributes
    ----------
    counts : dict of int
        Hands by option, of all options.
    answer : Answer or None
        What the wire said; None before `reveal`.
    is_foreseen : bool
        The answer shown is the lab's forecast: nothing was sent.
    """

    name = "hands"

    def __init__(
        self, line: str, target: Client | Console, because: str, wrong: Sequence[str], send: bool,
        about: tuple[str, ...], size: str, unknown: Mapping[str, object],
    ) -> None:
        super().__init__(size, unknown, ("line", "target", "because", "wrong", "send", "about", "size"))
        self.question = ask_of(target, line, because=because, wrong=wrong, code="code" in about)
        self.parts = tuple(part for part in self.question.parts if part.name in about)
        self.counts = {option.value: 0 for part in self.parts for option in part.options}
        self.answer: Answer | None = None
        self.is_foreseen = False
        self._line, self._target, self._sends = line, target, send
        self._client = client_of(target)
        self._steps = len(self._client.exchanges)
        self._hearing = Hearing(self._client, line, self._heard)

    def _heard(self) -> None:
        """The line went out, after a reveal that could only foresee."""
        if self.is_foreseen:
            self.answer, self.is_foreseen = self._hearing.answer(self.question), False
            self.changed()

    @tells_slips
    def count(self, option: str | int, hands: int) -> "ShowOfHands":
        """Note how many hands an option has; a second count of it replaces the first.

        Parameters
        ----------
        option : str or int
            Its name: ``"yes"``, ``"more"``, ``"not-now"``, ``"no"``; ``"moves"``, ``"stays"``; a reason's number; a
            code.
        hands : int
            From 0 to 9999.

        Raises
        ------
        ValueError
            For an option that the question has not, for a number that cannot be, and after the reveal.

        Examples
        --------
        >>> from smtplab.network import memory_server
        >>> hands = show_of_hands("NOOP", memory_server().connect())
        >>> hands.count("yes", 18).count("no", 6).reveal().to_rows()[0]["percent"]
        75
        """
        name = option if isinstance(option, str) else quoted(option)
        if name not in self.counts:
            raise ValueError(text("hands.no-option", option=quoted(option), options=", ".join(self.counts)))
        if isinstance(hands, bool) or not isinstance(hands, int) or not 0 <= hands <= MOST:
            raise ValueError(text("hands.no-number", hands=quoted(hands), option=name, most=MOST))
        if self.answer is not None:
            raise ValueError(text("hands.too-late"))
        self.counts[name] = hands
        self.changed()
        return self

    @tells_slips
    def reveal(self) -> "ShowOfHands":
        """Show the answer: send the line, unless it went out already, or may not; then the lab's forecast is shown.

        Raises
        ------
        ValueError
            When the session has moved on since the question was made.
        """
        if self.answer is not None:
            return self
        if not self._hearing.is_over:
            if len(self._client.exchanges) != self._steps or self._client.state is not self.question.state:
                raise ValueError(text("hands.moved-on"))
            if self._sends:
                self._hearing.send(self._target, self._line)
        self.is_foreseen = not self._sends and not self._hearing.is_over
        foreseen = Answer(self.question, self.question.foreseen.step)
        self.answer = foreseen if self.is_foreseen else self._hearing.answer(self.question)
        self.changed()
        return self

    # What came of it

    @property
    def shows(self) -> tuple["ShowOfHands", ...]:
        """Itself, for `missed`."""
        return (self,)

    @property
    def tally(self) -> Tally | None:
        """The hands beside what the wire said; None before it has spoken, and while no hand is counted."""
        if self.answer is None or self.is_foreseen or not any(self.counts.values()):
            return None
        return Tally(self.answer, {
            part.name: {option.value: self.counts[option.value] for option in part.options} for part in self.parts})

    @property
    def missed(self) -> Missed:
        """What the class missed, by misconception."""
        return missed(self)

    # What is seen

    def to_rows(self) -> list[dict[str, Any]]:
        """One row an option: what it is about, its name and words, hands, percent of its part; what came, and cures.

        ``came`` is None before the reveal, and for reasons when the wire said something that they were not made for.
        """
        return [self._row(part, option) for part in self.parts for option in part.options]

    def _row(self, part: Part, option: Option) -> dict[str, Any]:
        total = sum(self.counts[other.value] for other in part.options)
        hands, answer = self.counts[option.value], self.answer
        confirmed = answer.confirmed.get(part.name) if answer else None
        is_wrong = confirmed is not None and bool(option.misconception)
        return {
            "about": part.name, "option": option.value, "label": option.label, "hands": hands,
            "percent": round(100 * hands / total) if total else 0,
            "came": None if confirmed is None else confirmed == option.value,
            "misconception": option.misconception if is_wrong else "",
            "cure": misconception(option.misconception).cure if is_wrong else "",
        }

    def _part(self, part: Part) -> Data:
        rows = [self._row(part, option) for option in part.options]
        total = sum(row["hands"] for row in rows)
        return {
            "name": part.name, "label": part.label, "verdict": self._verdict(part),
            "options": [
                {"value": row["option"], "label": html.readable(row["label"]), "hands": row["hands"],
                 "percent": row["percent"],
                 "count": _counted(row["hands"], total, row["percent"]),
                 "came": bool(row["came"]), "mark": f"{MARKS[2]} {text('hands.came')}" if row["came"] else "",
                 "cure": html.readable(row["cure"])}
                for row in rows
            ],
        }

    def _verdict(self, part: Part) -> str:
        """How many were right, in a sentence; empty before the reveal."""
        if self.answer is None:
            return ""
        came = self.answer.confirmed.get(part.name)
        if came is None:
            return text("hands.verdict-unjudged")
        if not any(option.value == came for option in part.options):
            return text("hands.verdict-other", came=self.answer.label_of(part))
        total, right = sum(self.counts[option.value] for option in part.options), self.counts[came]
        return text(f"hands.verdict-{_verdict_of(right, total)}", right=right, total=total)

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        answer = self.answer
        return {
            "phase": "count" if answer is None else "told", "line": html.readable(self.question.line),
            "notice": self.notice, "parts": [self._part(part) for part in self.parts],
            "wire": answer.wire.splitlines() if answer else [],
            "because": html.readable(answer.here) if answer else "",
            "foreseen": text("hands.foreseen") if self.is_foreseen else "",
        }

    def fixed(self) -> Data:
        """The words."""
        return {**super().fixed(), "question": words()}

    def fragment(self) -> html.Markup:
        """The static form: the options with their hands, and after the reveal what came."""
        parts, answer = self.view()["parts"], self.answer
        asked = question_view.asked(self.question.line, is_told=answer is not None)
        names = {"label": text("hands.option"), "count": text("hands.hands")}
        if answer is None:
            return html.join((asked, question_view.hands(parts, names), question_view.advice(text("hands.how"))))
        names |= {"mark": text("predict.wire"), "cure": text("hands.cure")}
        foreseen = question_view.advice(text("hands.foreseen")) if self.is_foreseen else None
        return html.join((asked, question_view.wire(answer), foreseen, question_view.because(answer.here),
                          question_view.hands(parts, names)))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was typed or clicked."""
        match message:
            case {"do": "hands-count", "option": str(option), "hands": str(typed)}:
                self.count(option, int(typed) if typed.isascii() and typed.isdecimal() else _unread(typed, option))
            case {"do": "hands-reveal"}:
                self.reveal()
            case _:
                return False
        return True

    def __str__(self) -> str:
        asked = text("predict.asked" if self.answer is None else "predict.was-asked")
        lines = [f"{asked} {html.readable(self.question.line)}"]
        for part in self.view()["parts"]:
            lines += ["", f"{part['label']}  {part['verdict']}".rstrip()]
            for option in part["options"]:
                said = (option["value"], option["count"], option["label"], option["mark"])
                lines.append(f"  {said[0]:8} {said[1]:>16}  {'  '.join(filter(None, said[2:]))}")
                lines += [f"{'':29}{option['cure']}"] if option["cure"] else []
        if self.answer is None:
            return "\n".join([*lines, "", text("hands.how")])
        foreseen = [text("hands.foreseen")] if self.is_foreseen else []
        return "\n".join([*lines, "", *foreseen, self.answer.wire, f"{text('predict.because')} {self.answer.here}"])

    def __repr__(self) -> str:
        return f"<ShowOfHands about {self.question.line!r}>"


def _verdict_of(right: int, total: int) -> str:
    """The words for so many of so many.

    >>> [_verdict_of(right, total) for right, total in ((0, 0), (1, 1), (0, 1), (30, 30), (0, 30), (1, 30), (2, 30))]
    ['nobody', 'one-right', 'one-wrong', 'all', 'none', 'single', 'some']
    """
    if total < 2:
        return ("one-right" if right else "one-wrong") if total else "nobody"
    return "all" if right == total else {0: "none", 1: "single"}.get(right, "some")


def _counted(hands: int, total: int, percent: int) -> str:
    return text("hands.count", hands=hands, total=total, percent=percent) if total else text("hands.none")


def _unread(typed: str, option: str) -> int:
    raise ValueError(text("hands.no-number", hands=quoted(typed), option=option, most=MOST))


@tells_slips
def show_of_hands(
    line: str, target: Client | Console, *, because: str = "", wrong: Sequence[str] = (), send: bool = True,
    about: Sequence[str] = ("kind", "moves", "reason"), size: str = "projector", **unknown: object,
) -> ShowOfHands:
    """Ask a class what the server will reply to a line, and count hands.

    Parameters
    ----------
    line : str
    target : Client or Console
        The session it is about.
    because, wrong
        As for `smtplab.predict`.
    send : bool
        True: the reveal sends the line. False: it shows what came if the line went out by then, else what the lab's
        server would say.
    about : sequence of str
        What is asked, of ``"kind"``, ``"moves"``, ``"code"`` and ``"reason"``.
    size : {"normal", "projector"}

    Returns
    -------
    ShowOfHands
        Shown in a notebook it has a box for each option; `ShowOfHands.count` and `ShowOfHands.reveal` do the same in
        Python. What is counted stays in memory.

    Raises
    ------
    TypeError, ValueError
        For a wrong kind of argument, size, keyword, or misconception; for no line, except as a line of a message. In a
        sentence.
    """
    check_arguments("show_of_hands", line, target, because, wrong)
    if not line.strip() and client_of(target).state is not State.MAIL_DATA:
        raise ValueError(text("hands.no-line", line=quoted(line)))
    check_switch("send", send)
    names = (about,) if isinstance(about, str) else tuple(about) if isinstance(about, Iterable) else ()
    if not names or not all(name in ABOUT for name in names):
        raise ValueError(text("hands.no-part", about=quoted(about), parts=", ".join(ABOUT)))
    return ShowOfHands(line, target, because, wrong, send, names, size, unknown)
