"""A recorded transcript becomes a scenario that parses, and plays where our server was the other end."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smtplab.course.new_scenario import begin_scenario, new_scenario
from smtplab.course.play_scenario import play
from smtplab.course.scenario import Scenario
from smtplab.course.scenario_steps import Say, Send, Wait
from smtplab.lab import World
from smtplab.network import Client, memory_server
from smtplab.protocol.transcript import Transcript

FOLDER = Path(__file__).parents[1] / "dialogues"
GOLDEN = [*sorted(FOLDER.glob("*.txt")), *sorted((FOLDER / "esmtp").glob("*.txt"))]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_dialogue_becomes_a_scenario_that_plays(path: Path) -> None:
    made = Scenario.parse(new_scenario(path.read_text("utf-8"), path.stem))
    says = sum(isinstance(step, Say) for step in made.steps)
    assert says == sum(isinstance(step, Send) for step in made.steps) + 1
    mismatches = [frame.mismatch for frame in play(made) if frame.mismatch]
    assert bool(mismatches) == (path.stem == "logging_in")  # its passwords are hidden


def test_passwords_are_hidden() -> None:
    made = new_scenario((FOLDER / "esmtp" / "logging_in.txt").read_text("utf-8"), "Logging in")
    assert "AGJvYgBidWlsZGVy" not in made
    assert "C: AUTH PLAIN *****" in made


def test_what_the_record_tells_of_the_server_is_taken_over() -> None:
    server = memory_server(World(extensions=("SIZE", "PIPELINING", "AUTH")))
    with server.connect() as client:
        client.send("EHLO me.example")
    made = new_scenario(str(client.transcript), "x")
    assert "@world extensions=SIZE,PIPELINING,AUTH\n" in made
    assert "What the server was is not in the record." in made
    usual = memory_server()
    with usual.connect() as client:
        client.send("EHLO me.example")
    assert "\n@world" not in new_scenario(str(client.transcript), "x")


def test_json_is_taken_as_well_as_text() -> None:
    transcript = Transcript.parse("S: 220 a\nC: QUIT\nS: 221 b\n-- closed\n")
    assert new_scenario(json.dumps(transcript.to_json()), "x") == new_scenario(str(transcript), "x")


@pytest.mark.parametrize("fault", ["NOOP -> 452 Full", "NOOP -> drop before", "NOOP -> drop after", "NOOP -> twice"])
def test_a_fault_that_happened_happens_again(fault: str) -> None:
    server = memory_server()
    server.faults.add(fault)
    with server.connect() as client:
        client.send("NOOP")
    made = new_scenario(json.dumps(client.transcript.to_json()), "x")
    assert f"@fault {fault}\n" in made
    assert not any(frame.mismatch for frame in play(Scenario.parse(made)))


def test_a_client_that_left_without_a_word_does_so_again() -> None:
    with memory_server().connect() as client:
        client.send("NOOP")
    made = new_scenario(str(client.transcript), "x")
    assert made.endswith("@hang-up\n")
    assert not any(frame.mismatch for frame in play(Scenario.parse(made)))


def recorded(made: Scenario) -> Transcript:
    frames = play(made)
    assert not any(frame.mismatch for frame in frames)
    return frames[-1].transcript


def again(record: Transcript) -> Scenario:
    return Scenario.parse(new_scenario(json.dumps(record.to_json()), "x"))


@given(some.sampled_from([path for path in GOLDEN if path.stem != "logging_in"]),
       some.lists(some.sampled_from([0, 4, 20, 61.5, 250]), min_size=1))
def test_a_session_with_pauses_plays_as_it_was_recorded(path: Path, pauses: list[float]) -> None:
    """No pause that somebody thought or typed in adds up to more than a minute."""
    golden = Scenario.parse(new_scenario(path.read_text("utf-8"), path.stem))
    seconds = cycle(pauses)
    steps = (one for step in golden.steps
             for one in ((Wait(step.line, next(seconds)), step) if isinstance(step, Send) else (step,)))
    record = recorded(replace(golden, steps=tuple(steps)))
    played = recorded(again(record))
    assert str(played) == str(record)
    late = [one.time_s - other.time_s for one, other in zip(record.said(), played.said(), strict=True)]
    assert all(-0.1 <= seconds < 60 for seconds in late)


def test_a_pause_is_written_where_it_was_long() -> None:
    with memory_server() as server, server.connect() as client:
        for seconds in (59, 0.5, 0.5, 61.26):
            server.advance(seconds)
            client.send("NOOP")
        server.advance(300)
        made = new_scenario(json.dumps(client.transcript.to_json()), "x")
    lines = [line for line in made.splitlines() if line and not line.startswith(("@", "#"))][1:]
    said = ["C: NOOP", "S: 250 OK, nothing done"]
    assert lines == [*said, *said, "-- 60 s", *said, "-- 61.3 s", *said, "-- 300 s",
                     "S: 421 lab.example waited too long for a command; closing", "-- closed"]


def ended(_client: Client) -> None:
    """Nothing more is said."""


@pytest.mark.parametrize(("fault", "then", "pauses"), [
    ("CONNECT -> delay 30 s", ended, ["-- 30 s"]), ("NOOP -> delay 30 s", ended, ["-- 30 s"]),
    ("NOOP -> delay 3 s", ended, []), ("NOOP -> silence", ended, []),
    ("NOOP -> delay 30 s, drop before", ended, ["-- 30 s"]), ("NOOP -> split", ended, []),
    ("NOOP -> delay 30 s, twice", Client.quit, ["-- 30 s"]),
])
def test_what_a_fault_delays_comes_as_late_again(
    fault: str, then: Callable[[Client], object], pauses: list[str],
) -> None:
    server = memory_server()
    server.faults.add(fault)
    with server.connect(timeout_s=400) as client:
        client.hear()
        client.send("NOOP")
        then(client)
    record = client.transcript
    made = new_scenario(json.dumps(record.to_json()), "x")
    assert [line for line in made.splitlines() if line.startswith("-- ") and line.endswith(" s")] == pauses
    played = recorded(Scenario.parse(made))
    assert str(played) == str(record)


def test_a_reply_that_was_slow_of_itself_comes_at_once() -> None:
    entries = Transcript.parse("S: 220 lab.example SMTP service ready\nC: NOOP\nS: 250 OK, nothing done\n").entries
    record = Transcript(tuple(replace(entry, time_s=30.0 * number) for number, entry in enumerate(entries)))
    assert [frame.mismatch for frame in play(again(record))] == [None] * 4
    assert "-- " not in new_scenario(json.dumps(record.to_json()), "x")


@pytest.mark.parametrize(("source", "said"), [
    ("hello", "record, line 1, column 1: 'hello' has no known form"),
    ("S: 220 a\nC| \\q\n", "record, line 2, column 4: .*backslash"),
    ("{", "record, line 1, column 2: This is no JSON"),
    ('{"a":' + "[" * 100_000, "no smtplab transcript"), ('{"a":' + "9" * 5000 + "}", "no smtplab transcript"),
    ("{}", "no smtplab transcript"), ("\n", "record: the file is empty"), ("# only a remark", "has no session"),
    ("S: 220 a\n-- lost\nC: NOOP\n", "record: .* came to the line 'C: NOOP'. .* Write @connect"),
    ("@say hello", "line 1, column 1: @say is a directive"),
])
def test_what_is_no_transcript_is_told_in_a_sentence(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        new_scenario(source, "x")


def test_a_file_that_is_no_text_is_told_by_place(tmp_path: Path) -> None:
    record = tmp_path / "record.txt"
    record.write_bytes(b"S: 220 a\nC: \xff\n")
    with pytest.raises(ValueError, match=r"record\.txt, line 2, column 4: .*UTF-8"):
        begin_scenario(record)


def test_it_is_written_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    record, path, out = tmp_path / "my_record.txt", tmp_path / "mine.txt", io.StringIO()
    record.write_text("S: 220 a\nC: QUIT\nS: 221 b\n", "utf-8")
    assert begin_scenario(record, path, out) == 0
    assert Scenario.parse(path.read_text("utf-8")).title == "my record"
    assert out.getvalue().startswith(f"Wrote {path}.")
    with pytest.raises(FileExistsError):
        begin_scenario(record, path, out)
    out = io.StringIO()
    assert begin_scenario(record, None, out) == 0
    assert out.getvalue() == path.read_text("utf-8")


@pytest.mark.parametrize("fault", ["QUIT -> codes differ", "QUIT -> no CRLF", "NOOP#2 -> codes differ"])
def test_a_goodbye_that_no_client_can_read_is_still_the_servers(fault: str) -> None:
    server = memory_server(World(faults=fault))
    client = server.connect()
    for line in ("NOOP", "NOOP", "QUIT"):
        client.send(line)
    made = Scenario.parse(new_scenario(json.dumps(client.transcript.to_json()), "Goodbye"))
    assert not [frame.mismatch for frame in play(made) if frame.mismatch]
