"""The question before a reply, as a value: what is asked, and what a learner says to it.

Nothing here sends, listens or draws: `predict`, the console and a show of hands do, each in its own way. Every wrong
reason is a named misconception.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from smtplab.explain import misconception
from smtplab.explain.catalogue import text, texts
from smtplab.lab import World
from smtplab.notebook.arguments import quoted
from smtplab.notebook.html import readable
from smtplab.notebook.question.foresight import Asked, Forecast, codes_for, foresee, may_be_silent, options_for
from smtplab.notebook.widget import Data
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.wire import encode

KINDS = ("yes", "more", "not-now", "no")
SILENT = "silent"
"""One more kind where it may be so: no reply yet."""

MOVES, STAYS = "moves", "stays"
ANOTHER, NO_CODE = "another", "none"


class SessionOver(ValueError):
    """Nothing can be asked about a session that is over. IPython shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen.

    Attributes
    ----------
    value : str
        What it is called in Python; no two of a question are alike.
    label : str
    misconception : str
        The id of the belief that a wrong reason states; empty for all others.
    """

    value: str
    label: str
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things asked, with its options.

    Attributes
    ----------
    name : {"kind", "moves", "code", "reason"}
    label : str
    options : tuple of Option
    """

    name: str
    label: str
    options: tuple[Option, ...]

    def label_of(self, value: str) -> str:
        """The label of an option; empty for none."""
        return next((option.label for option in self.options if option.value == value), "")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a learner committed to.

    Attributes
    ----------
    kind : str
        One of `KINDS`, or ``"silent"``.
    moves : bool
        Whether the session will stand elsewhere afterwards.
    reason : int or None
        Which sentence is right, from 1.
    code : str
        One of the question's codes, ``"another"``, or ``"none"``; empty when it was not said.
    """

    kind: str
    moves: bool
    reason: int | None = None
    code: str = ""

    @property
    def values(self) -> dict[str, str]:
        """The options chosen, by the part that they belong to."""
        reason = {"reason": str(self.reason)} if self.reason is not None else {}
        code = {"code": self.code} if self.code else {}
        return {"kind": self.kind, "moves": MOVES if self.moves else STAYS} | code | reason


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one line, before its reply. Make it with `ask`.

    Attributes
    ----------
    line : str
        As it is shown.
    state : State
        Where the session stands before the line.
    parts : tuple of Part
    foreseen : Forecast
        What the lab's own server would make of the line.
    """

    line: str
    state: State
    parts: tuple[Part, ...]
    foreseen: Forecast

    def part(self, name: str) -> Part | None:
        """One of the things asked."""
        return next((part for part in self.parts if part.name == name), None)

    def _values(self, name: str) -> tuple[str, ...]:
        part = self.part(name)
        return tuple(option.value for option in part.options) if part else ()

    def guess(
        self, kind: str, moves: bool, reason: int | None = None, code: int | str | None = None
    ) -> Guess:
        """A guess among the options; raises ValueError, in a sentence, for one that is not offered."""
        kinds, sentences, codes = map(self._values, ("kind", "reason", "code"))
        if kind not in kinds:
            raise ValueError(text("predict.no-kind", kind=quoted(kind), kinds=", ".join(kinds)))
        if not isinstance(moves, bool):
            raise ValueError(text("predict.no-move", moves=quoted(moves)))
        if reason is not None and (type(reason) is not int or not 1 <= reason <= len(sentences)):
            raise ValueError(text("predict.no-reason", reason=quoted(reason), last=len(sentences)))
        said = code if isinstance(code, str) else "" if code is None else quoted(code)
        if code is not None and said not in codes:
            key = "no-code" if codes else "code-unasked"
            raise ValueError(text(f"predict.{key}", code=quoted(code), codes=", ".join(codes)))
        return Guess(kind, moves, reason, said)

    def read(self, message: Mapping[str, Any]) -> Guess:
        """The guess that the browser committed; raises ValueError, in a sentence, when a part of it is missing."""
        said = {part.name: message.get(part.name) for part in self.parts}
        if any(value not in self._values(name) for name, value in said.items()):
            raise ValueError(text("predict.incomplete"))
        return self.guess(str(said["kind"]), said["moves"] == MOVES, int(str(said["reason"])), said.get("code"))

    def data(self) -> list[Data]:
        """The parts for the browser."""
        return [
            {"name": part.name, "label": part.label,
             "options": [{"value": o.value, "label": readable(o.label)} for o in part.options]}
            for part in self.parts
        ]

    def __str__(self) -> str:
        lines = [f"{text('predict.asked')} {readable(self.line)}"]
        for part in self.parts:
            lines += ["", part.label, *(f"  {o.value:8} {readable(o.label)}" for o in part.options)]
        return "\n".join(lines)


def ask(
    session: Session, line: str, world: World, edition: int, *, message: bytes = b"", because: str = "",
    wrong: Sequence[str] = (), code: bool = False, shown: str = "", would_do: Asked | None = None,
) -> Question:
    """The question about a line that is not sent yet.

    Parameters
    ----------
    session : Session
        Before the line.
    line : str
    world : World
        What the lab's server would answer from.
    edition : {2821, 5321}
    message : bytes
        In mail data: the lines sent so far, as on the wire.
    because : str
        The sentence that is right; made from the lab's own answer by default.
    wrong : sequence of two str
        Ids of misconceptions that are the wrong sentences; chosen by the reply by default.
    code : bool
        Ask for the code too.
    shown : str
        How the line is shown, where it carries a secret.
    would_do : function of octets, optional
        As for `foresee`.

    Raises
    ------
    SessionOver
        When no reply can come any more.

    Examples
    --------
    >>> question = ask(Session(State.READY, "me.example"), "DATA", World(), 2821, code=True)
    >>> [option.value for option in question.part("code").options]
    ['354', '451', '503', '554', 'another']
    """
    if session.state is State.CLOSED:
        raise SessionOver(text("predict.over"))
    silent = may_be_silent(session, line, edition) or bool(world.faults.set)  # any fault may keep a reply back
    foreseen = foresee(session, line, world, edition, message, would_do)
    parts = [
        Part("kind", text("predict.kind"), _named((*KINDS, SILENT) if silent else KINDS)),
        Part("moves", text("predict.moves"), (
            Option(MOVES, text("predict.move", state=session.state)),
            Option(STAYS, text("predict.stay", state=session.state)))),
    ]
    if code:
        codes = (Option(str(known), str(known)) for known in codes_for(session, line, edition))
        others = _named((NO_CODE, ANOTHER) if silent else (ANOTHER,))
        parts.append(Part("code", text("predict.code"), (*codes, *others)))
    reasons = enumerate(_sentences(foreseen, session.state, line, because, wrong), 1)
    parts.append(Part("reason", text("predict.reason"), tuple(Option(str(n), said, id) for n, (id, said) in reasons)))
    return Question(shown or line, session.state, tuple(parts), foreseen)


def _named(values: Sequence[str]) -> tuple[Option, ...]:
    return tuple(Option(value, text(f"predict.{value}")) for value in values)


def _sentences(
    foreseen: Forecast, state: State, line: str, because: str, wrong: Sequence[str]
) -> list[tuple[str, str]]:
    """The right sentence among wrong ones, each with its id; which comes first differs from line to line."""
    right, beliefs = options_for(foreseen, state)
    ids = (tuple(wrong) or beliefs)[:2]
    sentences = [("", because or right), *((id, misconception(id).belief) for id in ids)]
    turn = crc32(encode(line)) % len(sentences)
    return sentences[turn:] + sentences[:turn]


def words() -> dict[str, str]:
    """The strings that the shared drawing of questions needs, for the browser."""
    return {**texts("hands"), **texts("predict")}
