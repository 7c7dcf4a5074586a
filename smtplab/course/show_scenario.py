"""``smtplab scenario run`` and ``check``: a scenario at a terminal, and whether it plays as written."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import TextIO

from smtplab.course.play_scenario import play
from smtplab.course.scenario import Scenario, find_scenario
from smtplab.course.scenario_error import ScenarioError, spelled_out
from smtplab.course.scenario_frame import Frame, later
from smtplab.course.scenario_steps import Ask, Mismatch
from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.network import LoopbackServer
from smtplab.terminal import width_of

WIDTH = 96
LEAVE = ("q", "quit")


def run_scenario(
    name: str | Path, *, with_notes: bool = False, input: TextIO | None = None, out: TextIO | None = None,
) -> int:
    """Play a scenario over a socket of this machine and show it; step by step when the input is a terminal.

    Parameters
    ----------
    name : str or Path
        A file, or the name of one that comes with smtplab.
    with_notes : bool
        Show the presenter's notes too.
    input, out : text files, optional
        Standard input and output by default.

    Returns
    -------
    int
        0; 1 when it did not play as written.

    Raises
    ------
    ValueError
        When there is no such scenario, or it cannot be.
    """
    input = sys.stdin if input is None else input
    out = sys.stdout if out is None else out
    scenario = find_scenario(name)
    with LoopbackServer(scenario.world) as server:
        frames = play(scenario, server)
    print(_title(scenario), file=out)
    _Show(input if input.isatty() else None, out, with_notes).all(frames)
    mismatches = [frame.mismatch for frame in frames if frame.mismatch]
    print(f"\n{_result(mismatches)}", file=out)
    return 1 if mismatches else 0


def check_scenario(path: str | Path, out: TextIO | None = None) -> int:
    """Read a scenario, play it in memory, and say what does not go as written; 1 when anything does not."""
    out = sys.stdout if out is None else out
    try:
        scenario = find_scenario(path)
    except ScenarioError as error:
        print(error, file=out)
        return 1
    frames = play(scenario)
    mismatches = [frame.mismatch for frame in frames if frame.mismatch]
    for mismatch in mismatches:
        print("\n".join(_told(mismatch)), file=out)
    print(_title(scenario), _result(mismatches), sep="\n", file=out)
    return 1 if mismatches else 0


def _title(scenario: Scenario) -> str:
    if not scenario.minutes:
        return spelled_out(scenario.title)
    return text("scenario.heading", title=spelled_out(scenario.title), minutes=scenario.minutes)


def _result(mismatches: list[Mismatch]) -> str:
    return text("scenario.differs", count=len(mismatches)) if mismatches else text("scenario.as-written")


def _told(mismatch: Mismatch) -> Iterator[str]:
    """The lines that tell a mismatch."""
    yield text("scenario.mismatch", file=spelled_out(mismatch.file), line=mismatch.line)
    for label, lines in (("expected", mismatch.expected), ("got", mismatch.got)):
        for line in lines.splitlines() or [text("scenario.nothing")]:
            yield f"  {text(f'scenario.{label}')} {line}"


class _Show:
    """Shows frames one after the other; nobody is asked when there is no `input`."""

    def __init__(self, input: TextIO | None, out: TextIO, with_notes: bool) -> None:
        self.input, self.out, self.with_notes = input, out, with_notes
        self.before: Frame | None = None

    def all(self, frames: tuple[Frame, ...]) -> None:
        for frame in frames:
            self.one(frame)
            self.before = frame
            if frame.question is not None and not self.ask(frame.question):
                return
            if frame is not frames[-1] and not self.may_go_on():
                return

    def may_go_on(self) -> bool:
        """Wait for Enter; False when the reader wants to leave."""
        return self.input is None or self.typed(text("scenario.next")) not in LEAVE

    def typed(self, prompt: str) -> str:
        print(prompt, end=" ", file=self.out, flush=True)
        assert self.input is not None  # else nobody is asked
        line = self.input.readline()
        return line.strip().lower() if line else LEAVE[0]

    def say(self, words: str, indent: str = "") -> None:
        for paragraph in words.splitlines():
            width = width_of(self.out, WIDTH)
            print(fill(spelled_out(paragraph), width, initial_indent=indent, subsequent_indent=indent), file=self.out)

    def one(self, frame: Frame) -> None:
        """What is new in this frame."""
        before = self.before
        is_same = before is not None and before.client == frame.client
        waited_s = frame.waited_s - (before.waited_s if before is not None else 0.0)
        if waited_s > 0:
            print(f"\n  -- {later(waited_s)}", file=self.out)
        if frame.narration and (before is None or frame.narration != before.narration):
            print(file=self.out)
            self.say(frame.narration)
        if self.with_notes and frame.note and (before is None or frame.note != before.note):
            self.say(text("scenario.note", note=frame.note.replace("\n", " ")))
        if frame.client > 1 and not is_same:
            self.say(text("scenario.session", number=frame.client))
        known = before if is_same else None
        for line in str(frame.transcript).splitlines()[len(str(known.transcript).splitlines()) if known else 0 :]:
            print(f"  {line}", file=self.out)
        for exchange in frame.exchanges[len(known.exchanges) if known else 0 :]:
            meaning = explain(exchange)
            self.say(" ".join((str(meaning.code or "--"), meaning.verdict, meaning.here)), "      ")
        self.tell_server(frame)
        for line in _told(frame.mismatch) if frame.mismatch else ():
            print(line, file=self.out)

    def tell_server(self, frame: Frame) -> None:
        """What only the server knows: messages it took, and where it stands when that is elsewhere."""
        if len(frame.messages) != (len(self.before.messages) if self.before else 0):
            self.say(text("scenario.accepted", count=len(frame.messages)), "      ")
        server = frame.server_session
        has_moved = self.before is None or server != self.before.server_session
        if server is not None and has_moved and server.state is not frame.session.state:
            self.say(text("scenario.apart", client=frame.session.state, server=server.state), "      ")

    def ask(self, question: Ask) -> bool:
        """Put a question; False when the reader wants to leave."""
        print(file=self.out)
        self.say(question.text)
        for number, option in enumerate(question.options, 1):
            self.say(f"{number}  {option.text}", "  ")
        if self.input is None:
            for option in question.right:
                self.say(text("scenario.answer", option=option.text, reason=option.reason))
            return True
        while True:
            said = self.typed(text("scenario.choose", count=len(question.options)))
            if said in LEAVE:
                return False
            chosen = next((each for n, each in enumerate(question.options, 1) if said == str(n)), None)
            if chosen is None:
                self.say(text("scenario.no-choice", count=len(question.options)))
                continue
            self.say(text("scenario.right" if chosen.is_right else "scenario.wrong", reason=chosen.reason))
            if chosen.is_right:
                return True
