"""The way through a scenario: which step is shown, and what a learner committed to on it. See `player`."""

from collections.abc import Iterable, Mapping

from smtplab.course.play_scenario import play
from smtplab.course.scenario import Scenario
from smtplab.course.scenario_frame import Frame
from smtplab.explain.catalogue import text
from smtplab.notebook.arguments import quoted, tells_slips
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.holder import Holder
from smtplab.notebook.player.answers import chosen, judged, question_about
from smtplab.notebook.player.stops import Stop, labels, stops
from smtplab.notebook.question.judgement import Judgement
from smtplab.notebook.question.missed import Missed, missed
from smtplab.notebook.question.question import Guess, Question


class CannotPlay(ValueError):
    """A scenario that is not there, or cannot be. IPython shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Way(Holder):
    """A player, as far as it goes through a scenario; see `smtplab.notebook.player.player.Player`."""

    def __init__(self, size: str, unknown: Mapping[str, object], options: Iterable[str], predict: bool) -> None:
        super().__init__(size, unknown, options)
        self._predict = predict
        self._judgements: tuple[Judgement, ...] = ()  # of scenarios that were put away
        self._chosen: dict[int, int] = {}  # by stop: the number of an option
        self._guessed: dict[int, Guess] = {}  # by stop
        self._put_away()

    def _put_away(self) -> None:
        """Forget the scenario, and keep what was answered in it."""
        self._judgements = self.judgements
        self.scenario: Scenario | None = None
        self._stops: tuple[Stop, ...] = ()
        self._labels: list[str] = []
        self._labels_ahead: list[str] = []  # of steps that nobody has seen
        self._biggest = ""  # of the pictures that it needs: so much place is kept, and nothing jumps
        self._at = self._furthest = 0
        self._chosen, self._guessed = {}, {}

    def _begin(self, scenario: Scenario) -> None:
        found = stops(play(scenario), self._predict)
        if not found:
            raise CannotPlay(text("player.nothing", title=scenario.title))
        names = labels(found, told=True), labels(found, told=False)
        biggest = max((state_diagram(s.frame, edition=s.frame.edition).picture for s in found), key=len)
        self._put_away()
        self.scenario, self._stops = scenario, found
        (self._labels, self._labels_ahead), self._biggest = names, biggest

    # Which step

    @property
    def number(self) -> int:
        """The step that is shown, from 1; 0 without a scenario."""
        return self._at + 1 if self._stops else 0

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self._stops)

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps; a question that is still ahead is not told."""
        seen = self._furthest + 1
        return (*self._labels[:seen], *self._labels_ahead[seen:])

    @property
    def _stop(self) -> Stop:
        if not self._stops:
            raise ValueError(text("player.none-open"))
        return self._stops[self._at]

    @property
    def frame(self) -> Frame:
        """What is seen now."""
        return self._stop.frame

    def next(self) -> bool:
        """Go one step on; False at the last one. An open question need not be answered."""
        return self._go(self._at + 1)

    def back(self) -> bool:
        """Go one step back; False at the first one."""
        return self._go(self._at - 1)

    @tells_slips
    def jump(self, number: int) -> None:
        """Go to a step by its number, from 1.

        Raises
        ------
        ValueError
            For a step that there is not.
        """
        if isinstance(number, bool) or not isinstance(number, int) or not self._go(number - 1):
            raise ValueError(text("player.no-step", number=quoted(number), count=self.count))

    def _go(self, to: int) -> bool:
        self._stop  # noqa: B018 - raises when nothing is open
        if not 0 <= to < self.count:
            return False
        self._at, self._furthest = to, max(self._furthest, to)
        self.changed()
        return True

    # Questions

    @property
    def prediction(self) -> Question | None:
        """The standard question about the reply that comes next, where ``predict`` asks one."""
        stop = self._stop
        if stop.guessed is None or self.scenario is None:
            return None
        return question_about(stop.guessed, stop.frame, self.scenario.world)

    @tells_slips
    def answer(self, number: int) -> str:
        """Commit to an option of the scenario's question; the first answer counts. Gives what is said to it.

        Parameters
        ----------
        number : int
            Of the option, from 1.

        Raises
        ------
        ValueError
            When no question is open, or for an option that there is not.
        """
        asked = self._stop.frame.question
        if asked is None:
            raise ValueError(text("player.no-question"))
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(asked.options):
            raise ValueError(text("player.no-option", number=quoted(number), count=len(asked.options)))
        first = self._chosen.setdefault(self._at, number)
        self.changed()
        option = asked.options[first - 1]
        return text("scenario.right" if option.is_right else "scenario.wrong", reason=option.reason)

    @tells_slips
    def commit(self, kind: str, moves: bool, reason: int | None = None) -> None:
        """Commit to a guess about the reply that comes next; the first guess counts. The next step tells what came.

        Parameters
        ----------
        kind : {"yes", "more", "not-now", "no", "silent"}
        moves : bool
        reason : int, optional
            As in `smtplab.predict`.

        Raises
        ------
        ValueError
            When no guess is asked for here, or for an answer that is not offered.
        """
        self._commit(self._asked.guess(kind, moves, reason))

    @property
    def _asked(self) -> Question:
        if (question := self.prediction) is None:
            raise ValueError(text("player.no-guess"))
        return question

    def _commit(self, guess: Guess) -> None:
        self._guessed.setdefault(self._at, guess)
        self.changed()

    def _judgement_at(self, at: int) -> Judgement | None:
        """What was said at a stop beside what is right, once that may be told."""
        stop = self._stops[at]
        if at in self._chosen and stop.frame.question is not None:
            return chosen(stop.frame.question, self._chosen[at], stop.frame)
        if at in self._guessed and stop.guessed is not None and self.scenario and self._furthest > at:
            question = question_about(stop.guessed, stop.frame, self.scenario.world)
            return judged(question, stop.guessed, self._guessed[at])
        return None

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Every answer beside what is right, of all scenarios of this player; in memory only."""
        found = (self._judgement_at(at) for at in sorted({*self._chosen, *self._guessed}))
        return (*self._judgements, *filter(None, found))

    @property
    def missed(self) -> Missed:
        """What was missed, by misconception."""
        return missed(self)

