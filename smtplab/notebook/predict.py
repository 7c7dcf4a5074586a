"""The question before a reply: go on, more please, not now, or no? Does the state move? Which sentence is right?

First the learner commits; only then is told what the wire said, and because of what. Every wrong sentence is a named
misconception. There is no score. Usually the lesson's next cell sends the line, and the question hears the answer.
"""

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from smtplab.explain import explain, misconception
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network import Client
from smtplab.notebook import html
from smtplab.notebook.console import Console
from smtplab.notebook.console_view import unanswered_octets
from smtplab.notebook.foresight import foresee, may_be_silent, options_for, silence
from smtplab.notebook.views import MARKS
from smtplab.notebook.widget import Data, Panel
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import State
from smtplab.protocol.wire import CRLF, encode

KINDS = ("yes", "more", "not-now", "no")
SILENT = "silent"
"""One more kind where it may be so: no reply yet."""

_KIND_OF = {2: "yes", 3: "more", 4: "not-now", 5: "no"}


class SessionOver(ValueError):
    """Nothing can be asked about a session that is over. IPython shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


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
    """

    kind: str
    moves: bool
    reason: int | None


class Prediction(Panel):
    """A question about the reply to one line. Make it with `predict`."""

    name = "predict"

    def __init__(
        self, line: str, target: Client | Console, because: str, wrong: Sequence[str], send: bool, size: str,
        unknown: Mapping[str, object],
    ) -> None:
        super().__init__(size, unknown, ("line", "target", "because", "wrong", "send", "size"))
        self.line = line
        self.guess: Guess | None = None
        self._target, self._sends = target, send
        client = target.client if isinstance(target, Console) else target
        session = client.session
        if session.state is State.CLOSED:
            raise SessionOver(text("predict.over"))
        self._kinds = (*KINDS, SILENT) if may_be_silent(session, line, client.edition) else KINDS
        self._state = session.state
        message = unanswered_octets(client.transcript)
        self._foreseen = foresee(session, line, _world_of(target), client.edition, message)
        self._make_sentences(because, tuple(wrong))
        self._steps, self._octets = len(client.exchanges), _octets_sent(client)
        self._step: Exchange | None = None
        self._is_silent = False
        self._listen(client)

    def _make_sentences(self, because: str, wrong: tuple[str, ...]) -> None:
        right, beliefs = options_for(self._foreseen, self._state)
        ids = (wrong or beliefs)[:2]
        sentences = [("", because or right), *((id, misconception(id).belief) for id in ids)]
        turn = crc32(encode(self.line)) % len(sentences)
        self._sentences = sentences[turn:] + sentences[:turn]

    def _listen(self, client: Client) -> None:
        held = weakref.ref(self)

        def look(client: Client) -> None:
            if (question := held()) is None or question._hear(client):
                stop()

        stop = client.on_change(look)

    def _hear(self, client: Client) -> bool:
        """Take note of the answer to the line, once it has been sent; True when there is nothing more to hear."""
        if self.has_heard:
            return True
        octets = encode(self.line) + CRLF
        answers = (e for e in client.exchanges[self._steps :] if e.sent.endswith(octets))
        self._step = next(answers, None)
        if self._step is None and client.is_quiet:
            self._is_silent = octets in _octets_said(client)[self._octets :]
        if self.has_heard:
            self.changed()
        return self.has_heard

    @property
    def has_heard(self) -> bool:
        """True once the line was sent and the wire has spoken, or has had the time to."""
        return self._step is not None or self._is_silent

    @property
    def sentences(self) -> tuple[str, ...]:
        """The three sentences of the last question, in the order shown."""
        return tuple(sentence for _, sentence in self._sentences)

    def answer(self, kind: str, moves: bool, reason: int | None = None) -> "Prediction":
        """Commit to a guess, and give this question, which now says more. The first guess counts.

        Parameters
        ----------
        kind : {"yes", "more", "not-now", "no", "silent"}
            Go on, more please, not now, no; ``"silent"``, only in mail data and for BDAT, for no reply yet.
        moves : bool
            Does the state move?
        reason : int, optional
            Which sentence is right: 1, 2 or 3.

        Raises
        ------
        ValueError
            For an answer that the question does not offer, in a sentence.

        Examples
        --------
        >>> from smtplab.network import memory_server
        >>> client = memory_server().connect()
        >>> question = predict("NOOP", client, send=True)
        >>> print(question.answer("yes", moves=False).told[0])
        ('The reply', 'Yes, go on.', 'Yes, go on.')
        """
        if kind not in self._kinds:
            raise ValueError(text("predict.no-kind", kind=repr(kind), kinds=", ".join(self._kinds)))
        if not isinstance(moves, bool):
            raise ValueError(text("predict.no-move", moves=repr(moves)))
        if reason is not None and reason not in range(1, len(self._sentences) + 1):
            raise ValueError(text("predict.no-reason", reason=repr(reason), last=len(self._sentences)))
        if self.guess is None:
            self.guess = Guess(kind, moves, reason)
            if self._sends and not self.has_heard:
                self._target.send(self.line)
        self.changed()
        return self

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What was asked, what you said, what the wire said; empty until both have spoken."""
        if self.guess is None or not self.has_heard:
            return []
        kind, moved = self._heard_kind(), self._step is not None and self._step.moved
        rows = [
            (text("predict.kind"), text(f"predict.{self.guess.kind}"), text(f"predict.{kind}")),
            (text("predict.moves"), self._move(self.guess.moves), self._move(moved)),
        ]
        if self.guess.reason is not None and self._is_as_foreseen():
            right = next(sentence for id, sentence in self._sentences if not id)
            rows.append((text("predict.reason"), self.sentences[self.guess.reason - 1], right))
        return rows

    @property
    def _marked(self) -> list[tuple[str, str, str]]:
        """`told`, with a mark before what you said: whether it came so."""
        return [(asked, f"{_mark(you, wire)} {you}", wire) for asked, you, wire in self.told]

    @property
    def because(self) -> str:
        """Why the wire said so; and the cure, when the sentence chosen was a misconception. Empty until `told`."""
        if not self.told:
            return ""
        here = explain(self._step).here if self._step is not None else silence(self._state)
        chosen = self._sentences[self.guess.reason - 1][0] if self.guess and self.guess.reason else ""
        return f"{here} {misconception(chosen).cure}" if chosen else here

    def _heard_kind(self) -> str:
        reply = self._step.reply if self._step is not None else None
        return _KIND_OF.get(reply.code // 100, SILENT) if reply is not None else SILENT

    def _is_as_foreseen(self) -> bool:
        """False when another server, or another world, said something else than the sentences were made for."""
        codes = [step.reply.code if step and step.reply else None for step in (self._step, self._foreseen)]
        return codes[0] == codes[1]

    def _move(self, moves: bool) -> str:
        return text("predict.move" if moves else "predict.stay", state=self._state)

    @property
    def wire(self) -> str:
        """The reply as it came; empty until `told`."""
        if not self.told or self._step is None or self._step.reply is None:
            return ""
        return "\n".join(map(html.readable, str(self._step.reply).splitlines()))

    # Its forms

    def _questions(self) -> list[Data]:
        moves = [{"value": value, "label": self._move(value == "yes")} for value in ("yes", "no")]
        return [
            {"name": "kind", "label": text("predict.kind"),
             "options": [{"value": k, "label": text(f"predict.{k}")} for k in self._kinds]},
            {"name": "moves", "label": text("predict.moves"), "options": moves},
            {"name": "reason", "label": text("predict.reason"),
             "options": [{"value": str(n), "label": html.readable(s)} for n, s in enumerate(self.sentences, 1)]},
        ]

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        phase = "ask" if self.guess is None else "told" if self.told else "committed"
        return {
            "phase": phase, "line": html.readable(self.line), "notice": self.notice, "questions": self._questions(),
            "told": [[_mark(you, wire), *map(html.readable, (asked, you, wire))] for asked, you, wire in self.told],
            "because": html.readable(self.because), "wire": self.wire.splitlines(),
        }

    def fragment(self) -> html.Markup:
        """The static form: the questions with their options, or what was said."""
        asked = html.element("p", text("predict.asked"), " ", html.element("code", self.line))
        if self.told:
            names = ("asked", "you", "wire")
            rows = [dict(zip((text(f"predict.{n}") for n in names), row, strict=True)) for row in self._marked]
            because = html.element("p", html.element("b", text("predict.because")), " ", self.because)
            return html.join((html.table(rows, self.line), html.element("pre", *(
                html.element("div", line) for line in self.wire.splitlines())), because))
        questions = (
            html.element("div", html.element("p", q["label"]), html.element("ul", *(
                html.element("li", html.element("code", o["value"]), " ", o["label"]) for o in q["options"])))
            for q in self._questions()
        )
        return html.join((asked, *questions, html.element("p", text("predict.how"), class_="soft")))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was committed."""
        match message:
            case {"do": "commit", "kind": str(kind), "moves": "yes" | "no" as moves, "reason": str(reason)}:
                if not (kind and reason.isdecimal()):
                    raise ValueError(text("predict.incomplete"))
                self.answer(kind, moves == "yes", int(reason))
            case {"do": "commit"}:
                raise ValueError(text("predict.incomplete"))
            case _:
                return False
        return True

    def __str__(self) -> str:
        lines = [f"{text('predict.asked')} {self.line}"]
        if self.told:
            for asked, you, wire in self._marked:
                lines += ["", asked, f"  {text('predict.you')}: {you}", f"  {text('predict.wire')}: {wire}"]
            return "\n".join([*lines, "", self.wire, f"{text('predict.because')} {self.because}"])
        if self.guess is not None:
            return "\n".join([*lines, text("predict.committed")])
        for question in self._questions():
            lines += ["", question["label"], *(f"  {o['value']:8} {o['label']}" for o in question["options"])]
        return "\n".join([*lines, "", text("predict.how")])

    def __repr__(self) -> str:
        return f"<Prediction of {self.line!r}>"


def predict(
    line: str, target: Client | Console, *, because: str = "", wrong: Sequence[str] = (), send: bool = False,
    size: str = "normal", **unknown: object,
) -> Prediction:
    """Ask what the server will reply to a line, before it is sent.

    Parameters
    ----------
    line : str
    target : Client or Console
        The session it is about.
    because : str
        The sentence that is right; made from the lab's own answer by default.
    wrong : sequence of two str
        Ids of misconceptions that are the wrong sentences; chosen by the reply by default.
    send : bool
        True: committing sends the line. False: the next cell does, and the question hears it.
    size : {"normal", "projector"}

    Returns
    -------
    Prediction
        Shown in a notebook it asks; `Prediction.answer` does the same in Python.

    Raises
    ------
    TypeError, ValueError, KeyError
        For a wrong kind of argument, size, keyword, or misconception, in a sentence.
    """
    if not isinstance(line, str) or not isinstance(target, Client | Console):
        raise TypeError(text("predict.target"))
    if not isinstance(because, str) or isinstance(wrong, str) or not isinstance(wrong, Sequence):
        raise TypeError(text("predict.sentences"))
    return Prediction(line, target, because, wrong, send, size, unknown)


def _mark(you: str, wire: str) -> str:
    return MARKS[2 if you == wire else 5]


def _world_of(target: Client | Console) -> World:
    """The world behind the session where it is known; the class-room world otherwise."""
    server = target.server if isinstance(target, Console) else target.keeps
    return getattr(server, "world", None) or World()


def _octets_said(client: Client) -> bytes:
    return b"".join(entry.octets for entry in client.transcript.said() if entry.direction == "C")


def _octets_sent(client: Client) -> int:
    return len(_octets_said(client))
