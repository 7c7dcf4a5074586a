"""A console that asks before a reply: the learner commits first, and then the line goes out.

Asked is about a command, and about the end of a message, which has a reply too: the dot, or the whole message. Sent at
once are lines of a message, pieces of it with BDAT, answers in a login, and groups, whose replies come together.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network import Client, NoReply
from smtplab.network.typed import line_octets, message_octets
from smtplab.notebook import html
from smtplab.notebook.arguments import quoted, tells_slips
from smtplab.notebook.console.talk import Talk
from smtplab.notebook.console.view import phase_of
from smtplab.notebook.question import view as question_view
from smtplab.notebook.question.foresight import octets_are_due
from smtplab.notebook.question.judgement import Answer, Judgement, step_of, why_none
from smtplab.notebook.question.missed import Missed, missed
from smtplab.notebook.question.question import Guess, Question, ask
from smtplab.notebook.widget import Data
from smtplab.protocol.wire import Reply, decode, encode, format_mail_data

PREDICT = (False, True, "code")

END = b".\r\n"


class CommitFirst(ValueError):
    """Nothing was sent: the question comes first. IPython shows the question alone, without a traceback.

    Attributes
    ----------
    question : Question
    """

    def __init__(self, question: Question) -> None:
        super().__init__(text("predict.first"))
        self.question = question

    def _render_traceback_(self) -> list[str]:
        return [str(self), "", *str(self.question).splitlines(), "", text("predict.how-console")]


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a guess.

    Attributes
    ----------
    question : Question
    line : str
        As it was typed.
    message : str, bytes or None
        The whole message, which the line ends.
    steps : int
        How many there had been when it was asked.
    """

    question: Question
    line: str
    message: str | bytes | None
    steps: int


class Asking(Talk):
    """A console, with or without questions; see `smtplab.notebook.console.console.Console`."""

    def __init__(self, size: str, unknown: Mapping[str, object], options: Iterable[str], predict: object) -> None:
        super().__init__(size, unknown, options)
        if predict not in PREDICT or not isinstance(predict, bool | str):
            raise ValueError(text("predict.option", predict=quoted(predict)))
        self._predict = predict
        self._judgements: list[Judgement] = []
        self._held: Held | None = None
        self._last: int | None = None

    @property
    @abstractmethod
    def _world(self) -> World | None:
        """The world behind the session, where it is known."""

    @abstractmethod
    def give_back(self, line: str) -> None:
        """Put a line that was not sent back into the input line."""

    def _talk_to(self, client: Client) -> None:
        super()._talk_to(client)
        self._held = self._last = None

    # Asking

    @tells_slips
    def send(self, line: str) -> Reply | NoReply:
        """Send a line, legal or not, and give what came; after a 354 it is a line of the message.

        Raises
        ------
        TypeError, ValueError
            For what is no line.
        CommitFirst
            When this console asks first: the question stands open now, and `commit` sends the line.
        """
        if self._is_asked_about(line):
            raise CommitFirst(self._ask(line, None))
        return super().send(line)

    @tells_slips
    def send_message(self, message: str | bytes) -> Reply | NoReply:
        """Send a whole message after a 354: dots doubled, and the line with a single dot at its end.

        Raises
        ------
        CommitFirst
            When this console asks first.
        """
        if self._predict and phase_of(self.session) == "message":
            raise CommitFirst(self._ask(".", message))
        return super().send_message(message)

    def send_group(self, *lines: str) -> tuple[Reply, ...]:
        """Send several commands in one segment; a console that asks first does not ask about them, and says so."""
        with self.one_change():
            replies = super().send_group(*lines)
            if self._predict:
                self.notice = f"{text('predict.group')} {self.notice}".rstrip()
        return replies

    def _is_asked_about(self, line: str) -> bool:
        phase = phase_of(self.session)
        if not self._predict or self._is_asked:
            return False
        line_octets(line)  # what is no line is told now, and not after a guess
        if phase == "message":
            return line == "."
        return phase == "commands" and not octets_are_due(self.session, line, self.client.edition)

    def _ask(self, line: str, message: str | bytes | None) -> Question:
        self._tell_steps()
        before = self.transcript.unanswered()
        if message is not None:
            before += format_mail_data(message_octets(message)).removesuffix(END)
        question = ask(self.session, line, self._world or World(), self.client.edition, message=before,
                       code=self._predict == "code", shown=decode(self._secrets.hide(encode(line))),
                       would_do=self.client.rehearse)
        self._held = Held(question, line, message, len(self.exchanges))
        self.changed()
        return question

    @property
    def question(self) -> Question | None:
        """The question that stands open."""
        return self._held.question if self._held else None

    # Answering

    @tells_slips
    def commit(
        self, kind: str, moves: bool, reason: int | None = None, code: int | str | None = None
    ) -> Reply | NoReply:
        """Commit to a guess about the line that waits; it is sent now, and what came is given.

        Parameters
        ----------
        kind : {"yes", "more", "not-now", "no", "silent"}
            Go on, more please, not now, no; ``"silent"``, where it is offered, for no reply yet.
        moves : bool
            Does the state move?
        reason : int, optional
            Which sentence is right: 1, 2 or 3.
        code : int or {"another", "none"}, optional
            With ``Console(predict="code")``.

        Raises
        ------
        ValueError
            For an answer that is not offered; when nothing waits; when the session has moved on meanwhile.

        Examples
        --------
        >>> from smtplab.notebook.console.console import Console
        >>> with Console(predict=True) as console:
        ...     try:
        ...         console.send("NOOP")
        ...     except ValueError as first:
        ...         print(first)
        ...     print(console.commit("yes", moves=False).code, len(console.judgements))
        Say first what will come. Nothing is sent yet.
        250 1
        """
        return self._commit(self._open.question.guess(kind, moves, reason, code))

    @property
    def _open(self) -> Held:
        if self._held is None:
            raise ValueError(text("predict.nothing"))
        return self._held

    def _commit(self, guess: Guess) -> Reply | NoReply:
        held = self._open
        if len(self.exchanges) != held.steps:
            self.change_line()
            raise ValueError(text("predict.moved-on"))
        self._held = None
        with self.one_change():
            message = held.message
            outcome = super().send(held.line) if message is None else super().send_message(message)
            step = step_of(self.exchanges[held.steps :], encode(held.line) + END[1:])
            why = why_none(outcome) if isinstance(outcome, NoReply) else ""
            self._judgements.append(Judgement(guess, Answer(held.question, step, why)))
            self._last = len(self.exchanges)
        return outcome

    @tells_slips
    def change_line(self) -> str:
        """Close the question without a guess, and give the line back, to be changed; nothing is sent."""
        held, self._held = self._open, None
        if held.message is None and phase_of(self.session) == "commands":
            self.give_back(held.line)
        self.changed()
        return held.line

    # What came of it

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Every guess beside what the wire said, of all sessions of this console; in memory only."""
        return tuple(self._judgements)

    @property
    def missed(self) -> Missed:
        """What was missed in this console, by misconception."""
        return missed(self)

    @property
    def _judgement(self) -> Judgement | None:
        """What the last guess came to, while the last reply is still the one it was about."""
        return self._judgements[-1] if self._judgements and self._last == len(self.exchanges) else None

    def _asking_view(self) -> Data:
        """The question that stands open, and the last judgement, for the browser."""
        return {
            "question": {"line": self.question.line, "parts": self.question.data()} if self.question else None,
            "judgement": self._judgement.data() if self._judgement else None,
        }

    def _asking_fragment(self) -> html.Markup:
        """The same for the static form."""
        if self.question:
            how = question_view.advice(text("predict.how-console"))
            return html.join((question_view.question(self.question), how))
        return question_view.judgement(self._judgement) if self._judgement else html.join(())

    def _asking_text(self) -> str:
        """The same as plain text, with what parts it from the explanation."""
        if self.question:
            return f"{self.question}\n\n{text('predict.how-console')}\n\n"
        return f"{self._judgement}\n\n" if self._judgement else ""

    def heard(self, message: object) -> None:
        """Take a message from the browser, where an open question speaks for itself."""
        with self.one_change():
            super().heard(message)
            if self.notice == text("predict.first"):
                self.notice = ""

    def _do_asking(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked in the question."""
        match message.get("do"):
            case "commit":
                self._commit(self._open.question.read(message))
            case "change-line":
                self.change_line()
            case _:
                return False
        return True
