"""What a learner commits to in a player, judged as in the console, so that `missed` counts both alike."""

from dataclasses import dataclass, replace

from smtplab.course.scenario_frame import Frame
from smtplab.course.scenario_steps import Ask
from smtplab.lab import World
from smtplab.notebook.question.foresight import Forecast, options_for
from smtplab.notebook.question.judgement import Answer, Judgement
from smtplab.notebook.question.question import Guess, Option, Part, Question, ask
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import DATA_END
from smtplab.protocol.secrecy import hide_step
from smtplab.protocol.wire import CRLF, decode

END = b"." + CRLF


class Choice(Guess):
    """An option of a scenario's question, chosen by its number; nothing is said about the reply's kind."""

    __slots__ = ()

    @property
    def values(self) -> dict[str, str]:
        """The option chosen."""
        return {"reason": str(self.reason)}


@dataclass(frozen=True, slots=True)
class Key(Answer):
    """What the scenario says to its own question."""

    right: str = "1"

    @property
    def confirmed(self) -> dict[str, str]:
        """The option that is right; of several, the first."""
        return {"reason": self.right}


def chosen(asked: Ask, number: int, frame: Frame) -> Judgement:
    """An option of a scenario's question beside what is right."""
    options = tuple(Option(str(n), each.text, each.misconception) for n, each in enumerate(asked.options, 1))
    question = Question(asked.text, frame.session.state, (Part("reason", asked.text, options),), Forecast(None))
    right = next(n for n, each in enumerate(asked.options, 1) if each.is_right)
    return Judgement(Choice("", False, number), Key(question, None, "", str(right)))


def question_about(step: Exchange, frame: Frame, world: World) -> Question:
    """The standard question about a step that is still hidden; its right sentence is about what really comes.

    Parameters
    ----------
    step : Exchange
    frame : Frame
        What is seen while it is asked.
    world : World
        Of the scenario.
    """
    is_message = step.event == DATA_END
    line = "." if is_message else decode(step.sent.removesuffix(CRLF))
    message = frame.transcript.unanswered().removesuffix(END) if is_message else b""
    right, beliefs = options_for(Forecast(step), step.before.state)
    shown = "" if is_message else decode(hide_step(step).sent.removesuffix(CRLF))
    question = ask(step.before, line, world, step.edition, message=message, because=right, wrong=beliefs[:2],
                   shown=shown)
    return replace(question, foreseen=Forecast(step))


def judged(question: Question, step: Exchange, guess: Guess) -> Judgement:
    """A guess beside what came."""
    return Judgement(guess, Answer(question, step))
