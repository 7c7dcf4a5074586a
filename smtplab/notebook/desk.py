"""The instructor's desk: a console for the front of a class room, with faults, scenarios and a question at hand.

It draws other widgets as its parts: a `Console` at projector size, a `Player` once a scenario is open, and a
`ShowOfHands` once a question was asked. Its own are the bar above them, and the curtain: while it is drawn, what a
reply changes stays hidden until it is revealed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtplab.course.scenario import Scenario, scenarios
from smtplab.explain.catalogue import text
from smtplab.network.host import OFFERED_BY_DEFAULT, Extensions
from smtplab.notebook import html
from smtplab.notebook.arguments import check_switch, quoted, tells_slips
from smtplab.notebook.console.console import SENDING, Console
from smtplab.notebook.curtain import Curtain
from smtplab.notebook.holder import Holder
from smtplab.notebook.player.player import Player
from smtplab.notebook.question.hands import ShowOfHands, show_of_hands
from smtplab.notebook.question.judgement import Judgement
from smtplab.notebook.question.missed import Missed, missed
from smtplab.notebook.widget import Data, Panel

PARTS = ("console", "player", "hands")

WAITS = (*SENDING, "back", "back-yes", "switch")
"""What is not done in a console under the curtain: it sends something, or goes to where it may stand beside a reply."""


class Desk(Holder):
    """A desk. Make it with `desk`.

    Attributes
    ----------
    console : Console
    player : Player or None
        The scenario that is open.
    hands : ShowOfHands or None
        The last question that the class was asked.
    shown : {"console", "player", "hands"}
    """

    name = "desk"

    def __init__(self, target: object, size: str, options: Mapping[str, Any], unknown: Mapping[str, object]) -> None:
        super().__init__(size, unknown, ("target", "size", "edition", "extensions"))
        self.console = Console(target, size=size, **options)
        self.player: Player | None = None
        self.hands: ShowOfHands | None = None
        self._shows: list[ShowOfHands] = []
        self._told: ShowOfHands | None = None
        self._judgements: tuple[Judgement, ...] = ()  # of scenarios that were put away
        self.shown = "console"
        self._curtain = Curtain()
        self._hold(self.console)

    # What is asked for

    @tells_slips
    def open(self, scenario: str | Path | Scenario) -> Player:
        """Open a scenario: the name of one that comes with smtplab, a file, or a `Scenario`.

        Raises
        ------
        ValueError, OSError
            For one that cannot be, in a sentence.
        """
        if scenario is None:  # a player would take it for its list
            raise TypeError(text("player.target", type="NoneType"))
        player = Player(scenario, size=self.size)
        self._judgements, self.player = self.judgements, player
        self._hold(self.player)
        self.show_part("player")
        return self.player

    @tells_slips
    def ask(self, line: str) -> ShowOfHands:
        """Ask the class what a line will bring: a show of hands, whose reveal sends the line in the console.

        Raises
        ------
        ValueError
            For no line, and when the session is over.
        """
        if not isinstance(line, str) or not line.strip():
            raise ValueError(text("desk.no_line"))
        self.reveal()
        self.hands = show_of_hands(line, self.console, size=self.size)
        self._shows.append(self.hands)
        self._hold(self.hands)
        self.show_part("hands")
        return self.hands

    @tells_slips
    def show_part(self, part: str) -> None:
        """Bring a part to the front: the console, the scenario that is open, or the question.

        Raises
        ------
        ValueError
            When there is none yet.
        """
        if part not in PARTS:
            raise ValueError(text("desk.parts", part=quoted(part), parts=", ".join(PARTS)))
        if getattr(self, part) is None:
            raise ValueError(_nothing_yet(part))
        self.shown = part
        self.changed()

    def take_over(self) -> Console:
        """Go on by hand where the scenario stands: its session is the console's from now on.

        Raises
        ------
        ValueError
            When no scenario is open.
        """
        if self.player is None or self.player.scenario is None:
            raise ValueError(_nothing_yet("player"))
        self.reveal()
        self.console.close()
        self.console = self.player.hand_over()
        self._hold(self.console)
        self.show_part("console")
        return self.console

    @property
    def hides(self) -> bool:
        """True: a reply stays hidden until `reveal`."""
        return self._curtain.is_drawn

    def hide_replies(self, on: bool = True) -> None:
        """Draw the curtain: from now on what a reply changes stays hidden until `reveal`. Off reveals."""
        check_switch("on", on)
        if on != self.hides:  # a cell run again must not lift it
            self._curtain.is_drawn = on
            self.reveal()

    @tells_slips
    def reveal(self) -> None:
        """Show the reply that is hidden, if any."""
        self._curtain.lift()
        self.changed()

    @property
    def is_covered(self) -> bool:
        """True while something has come that is not shown yet: a reply, also a late one; or that none comes."""
        self._look()
        return self._curtain.covers

    def _look(self) -> Data:
        """What the console shows now; where the curtain is drawn and something has come, that is hidden."""
        with self._drawing:
            now = self.console.view()
            self._curtain.look(self.console.client, now)
            return now

    # What came of it

    @property
    def shows(self) -> tuple[ShowOfHands, ...]:
        """Every question that the class was asked here."""
        return tuple(self._shows)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The answers that were chosen in scenarios, beside what was right."""
        return (*self._judgements, *(self.player.judgements if self.player is not None else ()))

    @property
    def missed(self) -> Missed:
        """What the class missed, by misconception; in memory only."""
        return missed(self)

    # Its forms

    @property
    def held(self) -> dict[str, Panel]:
        """The parts that are there."""
        return {name: part for name in PARTS if (part := getattr(self, name)) is not None}

    def heard_of(self, name: str, part: Panel, message: Mapping[str, Any]) -> None:
        """Take a message of a part; the console of the desk is the one that takes over."""
        if name == "player" and message.get("do") == "take-over":
            super().heard(message)
            return
        if name == "console" and message.get("do") in WAITS and self.is_covered:
            self.notice = text("desk.reveal_first")
            if message.get("do") == "send" and isinstance(line := message.get("line"), str):
                self.console.give_back(line)
            return
        part.heard(message)

    def view(self) -> Data:
        """All that the browser draws: its own, and the data of each part."""
        now = self._look()
        return {
            "shown": self.shown, "hides": self.hides, "covered": self._curtain.covers, "notice": self.notice,
            "console": self._curtain.shown(now),
            "player": self.player.view() if self.player is not None else None,
            "hands": self.hands.view() if self.hands is not None else None,
        }

    def fixed(self) -> Data:
        """The words, the scenarios to choose from, and what never changes of each part."""
        return {**super().fixed(), "scenarios": [{"name": each.name, "title": each.title} for each in scenarios()]}

    def changed(self) -> None:
        """Tell the browser; what has come meanwhile may have to be hidden, or need not be any more."""
        if self.hands is not None and self.hands.answer is not None and self.hands is not self._told:
            self._told = self.hands  # what the question told need not be hidden in the console
            self._curtain.lift()
        if self.hides and not self._changing:
            self._look()
        super().changed()

    def fragment(self) -> html.Markup:
        """The static form: that of the part in front, and what can be opened."""
        part: Panel = getattr(self, self.shown)
        items = (html.element("li", html.element("code", each.name), f" {each.title}") for each in scenarios())
        listed = html.element("details", html.element("summary", text("desk.scenarios")), html.element("ul", *items))
        seen = html.element("p", text("desk.curtain")) if self._hides_now else part.fragment()
        return html.join((seen, listed))

    @property
    def _hides_now(self) -> bool:
        """True when the console is in front and something of it is hidden."""
        return self.shown == "console" and self.is_covered

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked in the bar."""
        match message:
            case {"do": "open", "name": str(name)}:
                self.open(name)
            case {"do": "ask", "line": str(line)}:
                self.ask(line)
            case {"do": "front", "which": str(part)}:
                self.show_part(part)
            case {"do": "hide", "on": bool(on)}:
                self.hide_replies(on)
            case {"do": "uncover"}:
                self.reveal()
            case {"do": "take-over"}:
                self.take_over()
            case {"do": "new-session"}:
                self.reveal()
                self.console.new_session()
            case _:
                return False
        return True

    def close(self) -> None:
        """Hang up, and close the server if it is the desk's own. May be called twice."""
        self.console.close()

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __str__(self) -> str:
        part: Panel = getattr(self, self.shown)
        return text("desk.curtain") if self._hides_now else str(part)

    def __repr__(self) -> str:
        state = self._curtain.shown(self._look())["state"]
        return f"<Desk, {state}, shows the {self.shown}>"


def _nothing_yet(part: str) -> str:
    return text("desk.no_part", part=text(f"desk.front_{part}").lower())


def desk(
    target: object = None, *, size: str = "projector", edition: int = 2821,
    extensions: Extensions = OFFERED_BY_DEFAULT, **unknown: object,
) -> Desk:
    """The instructor's desk: a console at projector size, faults at hand, scenarios to open, a question for the class.

    Parameters
    ----------
    target : None, LoopbackServer, MemoryServer, World or Client
        As for `Console`.
    size : {"projector", "normal"}
    edition : {2821, 5321}
    extensions : tuple of str, or "all"
        As for `Console`.

    Raises
    ------
    TypeError, ValueError
        As `Console`.

    Examples
    --------
    >>> with desk() as board:
    ...     board.console.server.faults.add("RCPT#2 -> 452 4.5.3 Too many recipients")
    ...     print(board.console.send("EHLO student.example").code, board)  # doctest: +ELLIPSIS
    250 S: 220 lab.example SMTP service ready
    ...
    """
    return Desk(target, size, {"edition": edition, "extensions": extensions}, unknown)
