"""The player: a scenario step by step, for a class at the projector or a learner alone.

All is played before the first step is shown, so back and jump are moves of an index. A question may be answered or only
talked about; "next" goes on in any case. All logic is here: the browser draws data (`player_view`) and tells clicks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtplab.course.play_scenario import Frame, play
from smtplab.course.play_until import play_until
from smtplab.course.scenario import Scenario, find_scenario, scenarios
from smtplab.explain.catalogue import text
from smtplab.network import memory_server
from smtplab.notebook import html, player_page, player_view
from smtplab.notebook.console import Console
from smtplab.notebook.console_view import pictures
from smtplab.notebook.diagram import state_diagram
from smtplab.notebook.judgement import Judgement
from smtplab.notebook.missed import Missed, missed
from smtplab.notebook.player_answers import chosen, judged, question_about
from smtplab.notebook.player_stops import Stop, labels, stops
from smtplab.notebook.question import Guess, Question, words
from smtplab.notebook.widget import Data, Panel

OPTIONS = ("scenario", "size", "notes", "predict", "seconds")
MOST_SECONDS = 600


class CannotPlay(ValueError):
    """A scenario that is not there, or cannot be. IPython shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Player(Panel):
    """Show a scenario.

    Parameters
    ----------
    scenario : str, Path, Scenario or None
        A file, the name of one that comes with smtplab, or one that was read. None: a list of those, to choose from.
    size : {"normal", "projector"}
        ``"projector"`` begins with large type.
    notes : bool
        Begin with the presenter's notes shown.
    predict : bool
        Ask before each reply that has no question of its own.
    seconds : int
        How long a step is shown while it plays by itself.

    Raises
    ------
    CannotPlay
        For a file that is not there, or its first line that cannot be; in a sentence.
    TypeError, ValueError
        For another kind of scenario, size or keyword, in a sentence.

    Examples
    --------
    >>> player = Player("two_recipients")
    >>> player.number, player.count
    (1, 13)
    >>> player.jump(5)
    >>> print(player.frame.question.text)
    Carol's mailbox is busy. What becomes of the mail?
    >>> print(player.answer(1))
    Not yet. The yes or no is for each recipient. One refusal does not undo the others.
    """

    name = "player"

    def __init__(
        self, scenario: str | Path | Scenario | None = None, *, size: str = "normal", notes: bool = False,
        predict: bool = False, seconds: int = 5, **unknown: object,
    ) -> None:
        super().__init__(size, unknown, OPTIONS)
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= MOST_SECONDS:
            raise ValueError(text("player.no-seconds", seconds=repr(seconds), most=MOST_SECONDS))
        self.seconds = seconds
        self._predict = bool(predict)
        self._notes, self._is_large = bool(notes), size == "projector"
        self._judgements: list[Judgement] = []
        self._console: Console | None = None
        self._console_below = False
        self._can_leave = scenario is None
        self._put_away()
        if scenario is not None:
            self._begin(_find(scenario))

    def _put_away(self) -> None:
        self.scenario: Scenario | None = None
        self._stops: tuple[Stop, ...] = ()
        self._labels: list[str] = []
        self._biggest = ""  # of the pictures that it needs: so much place is kept, and nothing jumps
        self._at = self._furthest = 0
        self._said: dict[int, int | Guess] = {}  # by stop: an option's number, or a guess
        self._let_console_go()

    def _begin(self, scenario: Scenario) -> None:
        found = stops(play(scenario), self._predict)
        if not found:
            raise CannotPlay(text("player.nothing", title=scenario.title))
        self._keep_judgements()
        self._put_away()
        self.scenario, self._stops, self._labels = scenario, found, labels(found)
        self._biggest = max((state_diagram(s.frame, edition=s.frame.edition).picture for s in found), key=len)

    # Which scenario

    def open(self, scenario: str | Path | Scenario) -> None:
        """Begin another scenario; parameters and errors are those of `Player`."""
        self._begin(_find(scenario))
        self.changed()

    def leave(self) -> None:
        """Put the scenario away, and show the list of those that come with smtplab."""
        self._keep_judgements()
        self._put_away()
        self._can_leave = True
        self.changed()

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
        """The names of the steps."""
        return tuple(self._labels)

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

    def jump(self, number: int) -> None:
        """Go to a step by its number, from 1.

        Raises
        ------
        ValueError
            For a step that there is not.
        """
        if isinstance(number, bool) or not isinstance(number, int) or not self._go(number - 1):
            raise ValueError(text("player.no-step", number=repr(number), count=self.count))

    def _go(self, to: int) -> bool:
        self._stop  # noqa: B018 - raises when nothing is open
        if not 0 <= to < self.count:
            return False
        self._at, self._furthest = to, max(self._furthest, to)
        self.changed()
        return True

    # How it looks

    def show_notes(self, on: bool = True) -> None:
        """Show or hide the presenter's notes."""
        self._notes = bool(on)
        self.changed()

    def enlarge(self, on: bool = True) -> None:
        """Use large type, or the usual one."""
        self._is_large = bool(on)
        self.changed()

    # Questions

    @property
    def prediction(self) -> Question | None:
        """The standard question about the reply that comes next, where ``predict`` asks one."""
        stop = self._stop
        if stop.guessed is None or self.scenario is None:
            return None
        return question_about(stop.guessed, stop.frame, self.scenario.world)

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
            raise ValueError(text("player.no-option", number=repr(number), count=len(asked.options)))
        first = self._said.setdefault(self._at, number)
        self.changed()
        option = asked.options[int(str(first)) - 1]
        return text("scenario.right" if option.is_right else "scenario.wrong", reason=option.reason)

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
        self._said.setdefault(self._at, guess)
        self.changed()

    def _judgement_at(self, at: int) -> Judgement | None:
        """What was said at a stop beside what is right, once that may be told."""
        said, stop = self._said.get(at), self._stops[at]
        if isinstance(said, int) and stop.frame.question is not None:
            return chosen(stop.frame.question, said, stop.frame)
        if isinstance(said, Guess) and stop.guessed is not None and self.scenario and self._furthest > at:
            return judged(question_about(stop.guessed, stop.frame, self.scenario.world), stop.guessed, said)
        return None

    def _keep_judgements(self) -> None:
        self._judgements = list(self.judgements)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Every answer beside what is right, of all scenarios of this player; in memory only."""
        found = (self._judgement_at(at) for at in sorted(self._said))
        return (*self._judgements, *filter(None, found))

    @property
    def missed(self) -> Missed:
        """What was missed, by misconception."""
        return missed(self)

    # Going on by hand

    def take_over(self) -> Console:
        """A console on a live session that stands as this step does: a server of its own, played up to here.

        A reply that the step still hides has come there. Behind a goodbye, or before any session, it begins a new one.
        """
        stop = self._stop
        assert self.scenario is not None  # a stop is of a scenario
        server = memory_server(self.scenario.world)
        client = play_until(self.scenario, stop.frame.index, server)
        self._let_console_go()
        self._console = Console(client or server, size="projector" if self._is_large else "normal")
        return self._console

    def _let_console_go(self) -> None:
        if self._console is not None:
            self._console.close()
        self._console, self._console_below = None, False

    # Its forms

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        always = {"notice": self.notice, "notes": self._notes, "large": self._is_large, "can_leave": self._can_leave}
        if self.scenario is None:
            return always | {"phase": "list", "scenarios": [
                {"name": s.name, "title": s.title, "minutes": s.minutes, "cures": player_page.beliefs(s)}
                for s in scenarios()
            ]}
        stop, before = self._stop, self._at - 1
        asked, said = stop.frame.question, self._said.get(self._at)
        number = said if isinstance(said, int) else None
        judgement = self._judgement_at(before) if before >= 0 and self._stops[before].guessed is not None else None
        prediction = self.prediction
        return always | {
            "phase": "play", "title": html.readable(self.scenario.title), "at": self._at, "count": self.count,
            "biggest": self._biggest, "steps": [html.readable(label) for label in self._labels], "asks": stop.is_asking,
            "question": player_view.question(asked, number) if asked is not None else None,
            "prediction": {"line": html.readable(prediction.line), "parts": prediction.data()} if prediction else None,
            "committed": isinstance(said, Guess), "judgement": judgement.data() if judgement else None,
            "console": self._console.live.model_id if self._console and self._console_below and self._live else "",
            **player_view.shown(self._stops, self._at),
        }

    def fixed(self) -> Data:
        """The words and the pictures."""
        drawn = {name: html.static(f"{name}.svg") for edition in (2821, 5321) for name in pictures(edition)}
        return {**super().fixed(), "pictures": drawn, "question": words(), "seconds": self.seconds}

    def fragment(self) -> html.Markup:
        """The static form: the whole scenario as text, or the list."""
        return player_page.page(self.scenario, self._notes) if self.scenario else player_page.shelf(scenarios())

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked or typed."""
        match message:
            case {"do": "open", "name": str(name)}:
                self.open(name)
            case {"do": "leave"} if self._can_leave:
                self.leave()
            case {"do": "notes", "on": bool(on)}:
                self.show_notes(on)
            case {"do": "large", "on": bool(on)}:
                self.enlarge(on)
            case _:
                return self.scenario is not None and self._do_in_scenario(message)
        return True

    def _do_in_scenario(self, message: Mapping[str, Any]) -> bool:
        match message:
            case {"do": "next"}:
                self.next()
            case {"do": "back"}:
                self.back()
            case {"do": "jump", "to": int(number)}:
                self.jump(number)
            case {"do": "answer", "option": str(option)}:
                self.answer(int(option) if option.isascii() and option.isdecimal() else _unchosen())
            case {"do": "commit"}:
                self._commit(self._asked.read(message))
            case {"do": "take-over"}:
                self.take_over()
                self._console_below = True
            case _:
                return False
        return True

    def __str__(self) -> str:
        if self.scenario is None:
            return player_page.shelf_text(scenarios())
        return player_page.plain(self.scenario, self._notes)

    def __repr__(self) -> str:
        return f"<Player of {self.scenario.title!r}, step {self.number} of {self.count}>" if self.scenario else "<Player>"

    def close(self) -> None:
        """Close the console that took over, if any. May be called twice."""
        self._let_console_go()


def _unchosen() -> int:
    raise ValueError(text("player.choose-first"))


def _find(what: object) -> Scenario:
    if isinstance(what, Scenario):
        return what
    if not isinstance(what, str | Path):
        raise TypeError(text("player.target", type=type(what).__name__))
    try:
        return find_scenario(what)
    except (ValueError, OSError) as error:
        raise CannotPlay(str(error)) from None
