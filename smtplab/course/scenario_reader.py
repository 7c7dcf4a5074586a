"""Reads the text form of a scenario into its steps; the form itself is told in `scenario`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from smtplab.course.scenario_error import ScenarioError, Trouble, possible
from smtplab.course.scenario_options import read_options
from smtplab.course.scenario_steps import (
    Ask,
    Change,
    ClearFaults,
    Connect,
    Expect,
    HangUp,
    Note,
    Option,
    Say,
    Send,
    SetFault,
    Step,
    Wait,
)
from smtplab.explain.catalogue import text, texts
from smtplab.lab.faults import FaultError, read_fault
from smtplab.protocol.entry import Entry
from smtplab.protocol.text_form import Directive, LineError, parse_script

LONGEST_MINUTES = 240
LONGEST_WAIT_S = 1_000_000_000
"""Some 31 years; much more, and no clock tells a second from the next."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One line's share of a directive."""

    line: int
    column: int
    text: str


class Reader:
    """Takes the lines of one scenario, in order; what it found stands in its attributes.

    Raises
    ------
    ScenarioError
        For the first line that cannot be.
    """

    def __init__(self, source: str, file: str) -> None:
        self.file = file
        self.title, self.minutes = "", 0
        self.cures: list[str] = []
        self.options: dict[str, object] = {}
        self.steps: list[Step] = []
        self._changed: dict[str, object] = {}
        self._has_connected = self._is_connected = False
        line = 0
        for line, found in self._items(source):
            if not (isinstance(found, tuple) and found[0] in ("right", "wrong")):
                self._check_question()
            if isinstance(found, Entry):
                self._take_entry(line, found)
            else:
                self._take_directive(line, *found)
        self._check_question()
        if not self.title:
            raise self._error(line or 1, 1, text("scenario.no-title"))
        if not self._has_connected:
            raise self._error(line or 1, 1, text("scenario.no-lines"))

    def _error(self, line: int, column: int, problem: str) -> ScenarioError:
        return ScenarioError(self.file, line, column, problem)

    def _items(self, source: str) -> Iterator[tuple[int, Entry | tuple[str, list[_Part]]]]:
        """Entries, and directives with the lines that go on with them."""
        pending: tuple[int, str, list[_Part]] | None = None
        try:
            for line, found in parse_script(source):
                if isinstance(found, Directive) and not found.word and pending is not None:
                    pending[2].append(_Part(line, found.column, found.rest))
                    continue
                if pending is not None:
                    yield pending[0], pending[1:]
                    pending = None
                if isinstance(found, Directive):
                    pending = (line, found.word, [_Part(line, found.column, found.rest)])
                else:
                    yield line, found
        except LineError as error:
            more = "" if error.column > 1 else " " + text("scenario.directives", words=", @".join(_DIRECTIVES))
            raise self._error(error.line, error.column, error.problem + more) from None
        if pending is not None:
            yield pending[0], pending[1:]

    def _take_entry(self, line: int, entry: Entry) -> None:
        last = self.steps[-1] if self.steps else None
        if entry.event.endswith(" s"):
            seconds = float(entry.event.removesuffix(" s"))
            if seconds > LONGEST_WAIT_S:
                raise self._error(line, 4, text("scenario.wait", most=LONGEST_WAIT_S))
            self.steps.append(Wait(line, seconds))
            return
        self._need_connection(line)
        if entry.direction == "C" and isinstance(last, Send):
            self.steps[-1] = replace(last, octets=last.octets + entry.octets)
        elif entry.direction == "C":
            self.steps.append(Send(line, entry.octets))
        elif entry.direction == "S" and isinstance(last, Expect) and last.octets:
            self.steps[-1] = replace(last, octets=last.octets + entry.octets)
        else:
            self.steps.append(Expect(line, entry.octets, entry.event))
            self._is_connected = entry.event not in ("lost", "closed")

    def _need_connection(self, line: int) -> None:
        if not self._has_connected:
            self._connect(line)
        elif not self._is_connected:
            raise self._error(line, 1, text("scenario.no-connection"))

    def _connect(self, line: int) -> None:
        self._has_connected = self._is_connected = True
        self.steps.append(Connect(line))

    def _take_directive(self, line: int, word: str, parts: list[_Part]) -> None:
        if word not in _DIRECTIVES:
            problem = text("scenario.directive", said=word, possible=possible(word, _DIRECTIVES))
            raise self._error(line, 2, problem)
        has_text, take = _DIRECTIVES[word]
        said = " ".join(part.text for part in parts if part.text)
        if has_text and not said:
            raise self._error(line, parts[0].column, text("scenario.empty", word=word))
        if said and not has_text:
            raise self._error(line, parts[0].column, text("scenario.full", word=word))
        take(self, _Part(line, parts[0].column, said), parts)

    def _title(self, said: _Part, parts: list[_Part]) -> None:
        if self.title:
            raise self._error(said.line, 1, text("scenario.twice", word="title"))
        self.title = said.text

    def _minutes(self, said: _Part, parts: list[_Part]) -> None:
        if self.minutes:
            raise self._error(said.line, 1, text("scenario.twice", word="minutes"))
        if not said.text.isdecimal() or len(said.text) > 3 or not 1 <= int(said.text) <= LONGEST_MINUTES:
            problem = text("scenario.minutes", said=said.text, most=LONGEST_MINUTES)
            raise self._error(said.line, said.column, problem)
        self.minutes = int(said.text)

    def _cures(self, said: _Part, parts: list[_Part]) -> None:
        known = texts("cure")
        for part in parts:
            at = 0
            for id in part.text.split():
                at = part.text.index(id, at)
                if id not in known:
                    problem = text("scenario.misconception", said=id, possible=possible(id, known))
                    raise self._error(part.line, part.column + at, problem)
                self.cures.append(id)
                at += len(id)

    def _world(self, said: _Part, parts: list[_Part]) -> None:
        found: dict[str, object] = {}
        for part in parts:
            try:
                found |= read_options(part.text, {**self._changed, **found})
            except Trouble as error:
                raise self._error(part.line, part.column + error.place, error.problem) from None
        self._changed |= found
        if self._has_connected:
            self.steps.append(Change(said.line, tuple(found.items())))
        else:
            self.options |= found

    def _fault(self, said: _Part, parts: list[_Part]) -> None:
        try:
            fault = str(read_fault(said.text))
        except FaultError as error:
            raise self._error(said.line, said.column + error.column - 1, error.problem) from None
        self.steps.append(SetFault(said.line, fault))

    def _clear(self, said: _Part, parts: list[_Part]) -> None:
        self.steps.append(ClearFaults(said.line))

    def _begin(self, said: _Part, parts: list[_Part]) -> None:
        self._connect(said.line)

    def _hang_up(self, said: _Part, parts: list[_Part]) -> None:
        if not self._is_connected:
            raise self._error(said.line, 1, text("scenario.no-connection"))
        self._is_connected = False
        self.steps.append(HangUp(said.line))

    def _say(self, said: _Part, parts: list[_Part]) -> None:
        last = self.steps[-1] if self.steps else None
        if isinstance(last, Say):
            self.steps[-1] = replace(last, text=f"{last.text}\n{said.text}")
        else:
            self.steps.append(Say(said.line, said.text))

    def _note(self, said: _Part, parts: list[_Part]) -> None:
        last = self.steps[-1] if self.steps else None
        if isinstance(last, Note):
            self.steps[-1] = replace(last, text=f"{last.text}\n{said.text}")
        else:
            self.steps.append(Note(said.line, said.text))

    def _ask(self, said: _Part, parts: list[_Part]) -> None:
        self.steps.append(Ask(said.line, said.text, ()))

    def _right(self, said: _Part, parts: list[_Part]) -> None:
        self._option(said, is_right=True)

    def _wrong(self, said: _Part, parts: list[_Part]) -> None:
        self._option(said, is_right=False)

    def _option(self, said: _Part, *, is_right: bool) -> None:
        question = self.steps[-1] if self.steps else None
        if not isinstance(question, Ask):
            raise self._error(said.line, 1, text("scenario.no-question"))
        words, bar, reason = (part.strip() for part in said.text.partition("|"))
        beliefs, cures = texts("belief"), texts("cure")
        id = reason if bar else words
        if not is_right and id in cures:
            option = Option(said.line, words if bar else beliefs[id], False, cures[id], id)
        elif words and reason:
            option = Option(said.line, words, is_right, reason)
        else:
            place = said.text.find("|") if bar else len(said.text)
            raise self._error(said.line, said.column + place, text("scenario.no-reason"))
        self.steps[-1] = replace(question, options=(*question.options, option))

    def _check_question(self) -> None:
        """A question is complete before anything else comes."""
        question = self.steps[-1] if self.steps else None
        if not isinstance(question, Ask):
            return
        if len(question.options) < 2:
            raise self._error(question.line, 1, text("scenario.few-options", count=len(question.options)))
        if not question.right:
            raise self._error(question.line, 1, text("scenario.no-right"))


_DIRECTIVES: dict[str, tuple[bool, Callable[[Reader, _Part, list[_Part]], None]]] = {
    "title": (True, Reader._title),
    "minutes": (True, Reader._minutes),
    "cures": (True, Reader._cures),
    "world": (True, Reader._world),
    "fault": (True, Reader._fault),
    "clear": (False, Reader._clear),
    "connect": (False, Reader._begin),
    "hang-up": (False, Reader._hang_up),
    "say": (True, Reader._say),
    "note": (True, Reader._note),
    "ask": (True, Reader._ask),
    "right": (True, Reader._right),
    "wrong": (True, Reader._wrong),
}
"""The directives: whether words stand behind each, and what takes them."""
