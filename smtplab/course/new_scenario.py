"""``smtplab scenario new``: the beginning of a scenario, from a recorded transcript."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from smtplab.course.scenario import Scenario, read_source
from smtplab.course.scenario_error import ScenarioError, spelled_out
from smtplab.course.scenario_reader import LONGEST_WAIT_S
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network.client import TIMEOUT_S
from smtplab.protocol.entry import Entry
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import CONNECT
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.text_form import LineError
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF

THINKING_S = 60.0
"""A client that says nothing for less than this is somebody who thinks or types."""


GOODBYES = (b"221", b"421")
"""Codes with which a server closes the connection."""


def new_scenario(source: str, title: str, file: str = "record") -> str:
    """A scenario that plays what a transcript holds, with a stub of narration for every step.

    What logs somebody in is hidden, as in every view of a record. What the server was is not in a record: only the
    extensions that it announced, a greeting that refuses, and in JSON the faults that happened and the times.

    A pause is written before what came so late that no client would have waited for it by itself (`TIMEOUT_S`): a
    reply that a fault delays, or a 421. Between the client's lines it is written once a minute is over (`THINKING_S`).

    Parameters
    ----------
    source : str
        A transcript, as text or JSON.
    title : str
    file : str
        The name that errors tell.

    Raises
    ------
    ValueError
        For what is no transcript, or one that no scenario can play, with a sentence; where one line of it is wrong,
        a ScenarioError with its place.

    Examples
    --------
    >>> print(new_scenario("S: 220 lab.example\\nC: QUIT\\nS: 221 bye\\n", "Goodbye").splitlines()[-1])
    S: 221 bye
    """
    transcript = _read(source, file)
    lines = [f"@title {title}", "@minutes 5", f"# {text('scenario.new-cures')}", "# @cures http-503",
             f"# {text('scenario.new-world')}", *_world(transcript), ""]
    made = "\n".join((*lines, *_steps(_with_pauses(hide_secrets(transcript))))) + "\n"
    try:
        Scenario.parse(made, title)
    except ScenarioError as error:  # its line is one of a scenario that nobody has seen
        line = made.splitlines()[error.line - 1]
        said = text("scenario.cannot-begin", file=spelled_out(file), line=line, problem=error.problem)
        raise ValueError(said) from None
    return made


def begin_scenario(transcript: Path, path: Path | None = None, out: TextIO | None = None) -> int:
    """Write what `new_scenario` makes of a file to another, which must not be there yet, or to `out`; gives 0."""
    out = sys.stdout if out is None else out
    made = new_scenario(read_source(transcript), transcript.stem.replace("_", " "), str(transcript))
    if path is None:
        print(made, end="", file=out)
        return 0
    with path.open("x", encoding="utf-8") as file:  # a scenario that somebody filled in is never overwritten
        file.write(made)
    print(text("scenario.wrote", path=path), file=out)
    return 0


def _read(source: str, file: str) -> Transcript:
    """A transcript in either of its forms."""
    if not source.strip():
        raise ValueError(text("scenario.empty-record", file=spelled_out(file)))
    try:
        if not source.lstrip().startswith("{"):
            return Transcript.parse(source)
        data = json.loads(source)
    except LineError as error:
        raise ScenarioError(file, error.line, error.column, error.problem) from None
    except json.JSONDecodeError as error:
        raise ScenarioError(file, error.lineno, error.colno, text("scenario.json")) from None
    except (RecursionError, ValueError):  # brackets without end, or a number of thousands of digits
        data = None
    try:
        return Transcript.from_json(data)
    except ValueError as error:
        raise ValueError(f"{spelled_out(file)}: {error}") from None


def _world(transcript: Transcript) -> Iterator[str]:
    """What the record shows of the server's options, where they are not the usual ones."""
    for fault in dict.fromkeys(entry.forced for entry in transcript.entries if entry.forced):
        yield f"@fault {fault}"
    exchanges = transcript.exchanges()
    if any(each.event == CONNECT and each.reply and each.reply.code == 554 for each in exchanges):
        yield "@world takes_mail=no"
    announced = next((each.after.announced for each in exchanges if each.after.announced), None)
    if announced is None:
        return
    keywords = tuple(keyword for keyword in OFFERED if any(keyword == found for found, _ in announced))
    if keywords != World().extensions:
        yield f"@world extensions={','.join(keywords)}"


def _with_pauses(transcript: Transcript) -> Transcript:
    """The record with its pauses as events. A reply that was slow though no fault delayed it comes at once here."""
    entries: list[Entry] = []
    before = Entry("-")
    owed_s = 0.0  # short pauses of the client, which may be long together
    is_left = _server_leaves(transcript)
    for entry in transcript.said():
        pause_s = max(0.0, entry.time_s - before.time_s)
        if entry.direction == "C" and pause_s < THINKING_S:
            owed_s += pause_s  # and is never put on top of a long one, which the server may not have waited out
            pause_s = owed_s if owed_s >= THINKING_S else 0.0
            owed_s -= pause_s
        elif _is_late_of_itself(before, entry) or (entry.event == "lost" and not is_left):
            pause_s = 0.0  # the client may leave at once as well
        if pause_s >= TIMEOUT_S:
            seconds = min(round(pause_s, 1), LONGEST_WAIT_S)
            entries.append(Entry("-", event=f"{seconds:.1f}".removesuffix(".0") + " s"))
        entries.append(entry)
        before = entry
    return replace(transcript, entries=tuple(entries))


def _steps(transcript: Transcript) -> Iterator[str]:
    """The lines of the record, with words before each step.

    A connection that our server does not leave is lost by the client's doing.
    """
    was_client, is_left = False, _server_leaves(transcript)
    for number, line in enumerate(str(transcript).splitlines()):
        if number == 0 and line.startswith("-- "):
            yield "@connect"  # it is this session's greeting that comes late
        is_client = line.startswith("C")
        if number == 0 or (is_client and not was_client):
            yield f"@say {text('scenario.new-say')}"
        was_client = is_client
        yield line if line != "-- lost" or is_left else "@hang-up"


def _is_late_of_itself(before: Entry, entry: Entry) -> bool:
    """True for a reply to what was just sent, when no fault forced it."""
    return before.direction == "C" and entry.direction == "S" and not entry.forced


def _server_leaves(transcript: Transcript) -> bool:
    """True where a fault drops the connection, or the server said goodbye in a way that no client could read."""
    decided = [entry for entry in transcript.decided().said() if entry.direction == "S"]
    last = decided[-1].octets.removesuffix(CRLF).rpartition(CRLF)[2] if decided else b""
    return last[:3] in GOODBYES or any("drop" in entry.forced.rpartition("->")[2] for entry in decided)
