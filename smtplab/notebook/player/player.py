"""The player: a scenario step by step, for a class at the projector or a learner alone.

All is played before the first step is shown, so back and jump are moves of an index. A question may be answered or only
talked about; "next" goes on in any case. All logic is here: the browser draws data (`view`) and tells clicks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtplab.course.play_until import play_until
from smtplab.course.scenario import Scenario, find_scenario, scenarios
from smtplab.explain.catalogue import text
from smtplab.network import memory_server
from smtplab.notebook import html
from smtplab.notebook.arguments import check_switch, quoted, tells_slips
from smtplab.notebook.console.console import Console
from smtplab.notebook.console.view import pictures
from smtplab.notebook.player import page as player_page
from smtplab.notebook.player import view as player_view
from smtplab.notebook.player.way import CannotPlay, Way
from smtplab.notebook.question.question import words
from smtplab.notebook.widget import Data, Panel

OPTIONS = ("scenario", "size", "notes", "predict", "seconds")
MOST_SECONDS = 600

__all__ = ["CannotPlay", "Player"]


class Player(Way):
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
    >>> player.next(), player.next(), player.number
    (True, True, 3)
    >>> print(player.frame.narration)
    One letter for three people. Each of them gets an answer of their own.
    """

    name = "player"

    def __init__(
        self, scenario: str | Path | Scenario | None = None, *, size: str = "normal", notes: bool = False,
        predict: bool = False, seconds: int = 5, **unknown: object,
    ) -> None:
        self._console: Console | None = None
        self._console_below = False
        check_switch("notes", notes)
        check_switch("predict", predict)
        super().__init__(size, unknown, OPTIONS, predict)
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= MOST_SECONDS:
            raise ValueError(text("player.no-seconds", seconds=quoted(seconds), most=MOST_SECONDS))
        self.seconds = seconds
        self._notes, self._is_large = notes, size == "projector"
        self._can_leave = scenario is None
        if scenario is not None:
            self._begin(_find(scenario))

    # Which scenario

    def _put_away(self) -> None:
        super()._put_away()
        self._let_console_go()

    @tells_slips
    def open(self, scenario: str | Path | Scenario) -> None:
        """Begin another scenario; parameters and errors are those of `Player`."""
        self._begin(_find(scenario))
        self.changed()

    def leave(self) -> None:
        """Put the scenario away, and show the list of those that come with smtplab."""
        self._put_away()
        self._can_leave = True
        self.changed()

    # How it looks

    def show_notes(self, on: bool = True) -> None:
        """Show or hide the presenter's notes."""
        check_switch("on", on)
        self._notes = on
        self.changed()

    def enlarge(self, on: bool = True) -> None:
        """Use large type, or the usual one."""
        check_switch("on", on)
        self._is_large = on
        self.changed()

    # Going on by hand

    def take_over(self) -> Console:
        """A console on a live session that stands as this step does: a server of its own, played up to here.

        A reply that the step still hides has come there. Behind a goodbye the console offers a new session.
        """
        stop = self._stop
        assert self.scenario is not None  # a stop is of a scenario
        server = memory_server(self.scenario.world)
        client = play_until(self.scenario, stop.frame.index, server)
        self._let_console_go()
        self._console = Console(client or server, size="projector" if self._is_large else "normal")
        return self._console

    def hand_over(self) -> Console:
        """As `take_over`; but the console is the caller's from now on, to keep and to close."""
        console, self._console = self.take_over(), None
        return console

    def _let_console_go(self) -> None:
        if self._console is not None:
            self._console.close()
        self._console, self._console_below = None, False

    # Its forms

    @property
    def held(self) -> dict[str, Panel]:
        """The console that goes on below."""
        return {"console": self._console} if self._console is not None and self._console_below else {}

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        always = {"notice": self.notice, "notes": self._notes, "large": self._is_large, "can_leave": self._can_leave}
        if self.scenario is None:
            return always | {"phase": "list", "scenarios": [
                {"name": s.name, "title": s.title, "minutes": s.minutes, "cures": player_page.beliefs(s)}
                for s in scenarios()
            ]}
        stop, before = self._stop, self._at - 1
        asked = stop.frame.question
        judgement = self._judgement_at(before) if before >= 0 and self._stops[before].guessed is not None else None
        prediction = self.prediction
        return always | {
            "phase": "play", "title": html.readable(self.scenario.title), "at": self._at, "count": self.count,
            "biggest": self._biggest, "steps": list(self.steps), "asks": stop.is_asking,
            "question": player_view.question(asked, self._chosen.get(self._at)) if asked is not None else None,
            "prediction": {"line": html.readable(prediction.line), "parts": prediction.data()} if prediction else None,
            "committed": self._at in self._guessed, "judgement": judgement.data() if judgement else None,
            "console": below.view() if (below := self.held.get("console")) else None,
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
                self._hold(self.take_over())
                self._console_below = True
            case _:
                return False
        return True

    def __str__(self) -> str:
        if self.scenario is None:
            return player_page.shelf_text(scenarios())
        return player_page.plain(self.scenario, self._notes)

    def __repr__(self) -> str:
        if self.scenario is None:
            return "<Player>"
        return f"<Player of {self.scenario.title!r}, step {self.number} of {self.count}>"

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
    except OSError as error:  # its own words repeat the name, however long
        raise CannotPlay(f"{quoted(str(what))}: {error.strerror or error}.") from None
    except ValueError as error:
        raise CannotPlay(str(error)) from None
