"""The question before a reply: go on, more please, not now, or no? Does the state move? Which sentence is right?

First the learner commits; only then is told what the wire said, and because of what. Usually the lesson's next cell
sends the line, and the question hears the answer.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from smtplab.explain import misconceptions
from smtplab.explain.catalogue import text
from smtplab.network import Client
from smtplab.network.typed import line_octets
from smtplab.notebook import html
from smtplab.notebook.arguments import check_switch, quoted, tells_slips
from smtplab.notebook.console.console import Console
from smtplab.notebook.question import view as question_view
from smtplab.notebook.question.hearing import Hearing, ask_of, client_of
from smtplab.notebook.question.judgement import Judgement
from smtplab.notebook.question.question import Guess, SessionOver, words
from smtplab.notebook.widget import Data, Panel

__all__ = ["Guess", "Prediction", "SessionOver", "predict"]


class Prediction(Panel):
    """A question about the reply to one line. Make it with `predict`."""

    name = "predict"

    def __init__(
        self, line: str, target: Client | Console, because: str, wrong: Sequence[str], send: bool, code: bool,
        size: str, unknown: Mapping[str, object],
    ) -> None:
        super().__init__(size, unknown, ("line", "target", "because", "wrong", "send", "code", "size"))
        self.line = line
        self.guess: Guess | None = None
        self._target, self._sends = target, send
        self.question = ask_of(target, line, because=because, wrong=wrong, code=code)
        self._hearing = Hearing(client_of(target), line, self.changed)

    @property
    def has_heard(self) -> bool:
        """True once the line was sent and the wire has spoken, or has had the time to."""
        return self._hearing.is_over

    @property
    def sentences(self) -> tuple[str, ...]:
        """The three sentences of the last question, in the order shown."""
        reasons = self.question.part("reason")
        return tuple(option.label for option in reasons.options) if reasons else ()

    @tells_slips
    def answer(
        self, kind: str, moves: bool, reason: int | None = None, code: int | str | None = None
    ) -> "Prediction":
        """Commit to a guess, and give this question, which now says more. The first guess counts.

        Parameters
        ----------
        kind : {"yes", "more", "not-now", "no", "silent"}
            Go on, more please, not now, no; ``"silent"``, only in mail data and for BDAT, for no reply yet.
        moves : bool
            Does the state move?
        reason : int, optional
            Which sentence is right: 1, 2 or 3.
        code : int or {"another", "none"}, optional
            The code, where it is asked for.

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
        return self._commit(self.question.guess(kind, moves, reason, code))

    def _commit(self, guess: Guess) -> "Prediction":
        if self.guess is None:
            self.guess = guess
            if self._sends and not self.has_heard:
                self._hearing.send(self._target, self.line)
        self.changed()
        return self

    @property
    def judgement(self) -> Judgement | None:
        """Your guess beside what the wire said; None until both have spoken."""
        if self.guess is None or not self.has_heard:
            return None
        return Judgement(self.guess, self._hearing.answer(self.question))

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The same, for `missed`."""
        return (self.judgement,) if self.judgement else ()

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What was asked, what you said, what the wire said; empty until both have spoken."""
        return [(asked, you, wire) for _, asked, you, wire in self.judgement.rows] if self.judgement else []

    @property
    def because(self) -> str:
        """Why the wire said so; and the cure, when the sentence chosen was a misconception. Empty until `told`."""
        return self.judgement.because if self.judgement else ""

    @property
    def wire(self) -> str:
        """The reply as it came; empty until `told`."""
        return self.judgement.answer.wire if self.judgement else ""

    # Its forms

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        return {
            "phase": "ask" if self.guess is None else "told" if self.judgement else "committed",
            "line": html.readable(self.line), "notice": self.notice, "questions": self.question.data(),
            "judgement": self.judgement.data() if self.judgement else None,
        }

    def fixed(self) -> Data:
        """The words."""
        return {**super().fixed(), "question": words()}

    def fragment(self) -> html.Markup:
        """The static form: the questions with their options, or what was said."""
        if self.judgement:
            return question_view.judgement(self.judgement)
        return html.join((question_view.question(self.question), question_view.advice(text("predict.how"))))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was committed."""
        if message.get("do") != "commit":
            return False
        self._commit(self.question.read(message))
        return True

    def __str__(self) -> str:
        if self.judgement:
            return f"{text('predict.was-asked')} {self.line}\n\n{self.judgement}"
        if self.guess is not None:
            return f"{text('predict.asked')} {self.line}\n{text('predict.committed')}"
        return f"{self.question}\n\n{text('predict.how')}"

    def __repr__(self) -> str:
        return f"<Prediction of {self.line!r}>"


@tells_slips
def predict(
    line: str, target: Client | Console, *, because: str = "", wrong: Sequence[str] = (), send: bool = False,
    code: bool = False, size: str = "normal", **unknown: object,
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
    code : bool
        Ask for the code too, among those that section 4.3.2 lists for the command; for who has met the codes.
    size : {"normal", "projector"}

    Returns
    -------
    Prediction
        Shown in a notebook it asks; `Prediction.answer` does the same in Python.

    Raises
    ------
    TypeError, ValueError
        For a wrong kind of argument, size, keyword, or misconception, in a sentence.
    """
    check_arguments("predict", line, target, because, wrong)
    check_switch("send", send)
    check_switch("code", code)
    return Prediction(line, target, because, wrong, send, code, size, unknown)


def check_arguments(name: str, line: object, target: object, because: object, wrong: object) -> None:
    """Raise TypeError or ValueError, in a sentence, for what no question can be about."""
    if not isinstance(line, str) or not isinstance(target, Client | Console):
        raise TypeError(text("predict.target", name=name))
    line_octets(line)
    if not isinstance(because, str) or isinstance(wrong, str) or not isinstance(wrong, Sequence):
        raise TypeError(text("predict.sentences"))
    if not all(isinstance(id, str) for id in wrong):
        raise TypeError(text("predict.sentences"))
    known = [record.id for record in misconceptions()]
    for id in wrong:
        if id not in known:
            near = (*get_close_matches(id, known, 1), known[0])[0]
            raise ValueError(text("predict.no-belief", wrong=quoted(id), near=near))
    if len(set(wrong)) != len(wrong) or len(wrong) not in (0, 2):
        raise ValueError(text("predict.two-wrong", wrong=quoted(list(wrong))))
