"""A scenario is read from its text, and what cannot be is told by file, line and column."""

import time
from dataclasses import fields
from pathlib import Path

import pytest

from smtplab.course.scenario import Scenario, ScenarioError, find_scenario, read_scenario, scenarios
from smtplab.course.scenario_options import readers
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
    Wait,
)
from smtplab.explain.misconceptions import misconception
from smtplab.lab import World

HEAD = "@title A title\nS: 220 lab.example\n"

WHOLE = """\
# for whoever reads the file
@title Nothing is lost
@minutes 8
@cures 4-is-final
   server-tries-again
@world extensions=SIZE,AUTH
@world greylist_s=300
@fault MAIL#2 -> delay 30 s
@say Once
  upon a time
@say there was a server.
@note Speak slowly.
S: 220 a
C: NOOP
C| QU
S: 250 b
S: 221 c
-- closed
-- 1800 s
@world takes_mail=no certificate="wrong name"
@clear
@connect
@ask What comes?
@wrong Nothing. | silence-is-no
@right 554. | It takes no mail.
@wrong 4-is-final
S: 554 d
@hang-up
"""


def test_every_directive_becomes_a_step_or_a_fact() -> None:
    scenario = Scenario.parse(WHOLE, "fable.txt")
    assert (scenario.title, scenario.minutes, scenario.file) == ("Nothing is lost", 8, "fable.txt")
    assert scenario.cures == ("4-is-final", "server-tries-again")
    assert scenario.world == World(extensions=("SIZE", "AUTH"), greylist_s=300.0)
    cure = misconception("4-is-final")
    assert scenario.steps == (
        SetFault(8, "MAIL#2 -> delay 30 s"),
        Say(9, "Once upon a time\nthere was a server."),
        Note(12, "Speak slowly."),
        Connect(13),
        Expect(13, b"220 a\r\n"),
        Send(14, b"NOOP\r\nQU"),
        Expect(16, b"250 b\r\n221 c\r\n"),
        Expect(18, event="closed"),
        Wait(19, 1800.0),
        Change(20, (("takes_mail", False), ("certificate", "wrong name"))),
        ClearFaults(21),
        Connect(22),
        Ask(23, "What comes?", (
            Option(24, "Nothing.", False, misconception("silence-is-no").cure, "silence-is-no"),
            Option(25, "554.", True, "It takes no mail."),
            Option(26, cure.belief, False, cure.cure, "4-is-final"),
        )),
        Expect(27, b"554 d\r\n"),
        HangUp(28),
    )
    assert [option.text for option in scenario.questions[0].right] == ["554."]


@pytest.mark.parametrize(("source", "line", "column", "said"), [
    ("", 1, 1, "has no title"),
    ("@title A title\n", 1, 1, "has no session"),
    (HEAD + "hello", 3, 1, "no known form.*In a scenario also: @title, @minutes"),
    (HEAD + r"C| NOOP\q", 3, 8, "backslash"),
    (HEAD + "@sya hello", 3, 2, "no directive @sya. Did you mean 'say'"),
    (HEAD + "@xyzzy", 3, 2, "There are: ask, clear,"),
    (HEAD + "@say", 3, 5, "@say needs words"),
    (HEAD + "@clear all", 3, 8, "@clear takes no words"),
    ("@title a\n@title b", 2, 1, "a second time"),
    ("@minutes 3\n@minutes 3", 2, 1, "a second time"),
    ("@minutes  soon", 1, 11, "whole number from 1 to 240"),
    ("@minutes 0", 1, 10, "whole number from 1 to 240"),
    ("@minutes " + "9" * 5000, 1, 10, "whole number from 1 to 240"),
    (HEAD + "-- " + "9" * 400 + " s", 3, 4, "1000000000 seconds at most"),
    ("@cures http-503\n  http-504", 2, 3, "id http-504. Did you mean 'http-503'"),
    ("@world extension=all", 1, 8, "no option extension.*'extensions'"),
    ("@world takes_mail=no\n  vrfy=of", 2, 8, "'on', 'off', 'unknown'"),
    ("@world takes_mail=No", 1, 19, "yes or no"),
    ("@world max_recipients=9", 1, 23, "100 or more"),
    ("@world max_recipients=many", 1, 23, "a whole number"),
    ("@world idle_s=soon", 1, 15, "a number"),
    ("@world greylist_s=soon", 1, 19, "a number, or never"),
    ("@world extensions=SIZ", 1, 19, "SIZ.*SIZE"),
    ("@world vrfy=off needs_login=yes", 1, 29, "needs the extension AUTH"),
    ("@world takes_mail", 1, 8, "Write option=value"),
    ("@world mailboxes=bob", 1, 8, "no option mailboxes"),
    (HEAD + "@world takes_mail=maybe", 3, 19, "yes or no"),
    (HEAD + "@fault RCPT#0 -> 452", 3, 13, "counted from 1"),
    (HEAD + "@fault RCPT -> 777", 3, 16, "777"),
    (HEAD + "@fault RCTP -> 452", 3, 8, "RCPT"),
    (HEAD + "@hang-up\nC: NOOP", 4, 1, "Write @connect first"),
    (HEAD + "@hang-up\n@hang-up", 4, 1, "Write @connect first"),
    (HEAD + "-- lost\nS: 250 a", 4, 1, "Write @connect first"),
    (HEAD + "-- closed\n-- lost", 4, 1, "Write @connect first"),
    (HEAD + "@right a | b", 3, 1, "Write @ask"),
    (HEAD + "@ask Why?\n@right a | b\n@say c\n@wrong c | d", 3, 1, "has 1 of the two"),
    (HEAD + "@ask Why?\nC: NOOP", 3, 1, "has 0 of the two"),
    (HEAD + "@ask Why?\n@wrong a | b\n@wrong c | d", 3, 1, "Write one with @right"),
    (HEAD + "@ask Why?\n@right so", 4, 10, "has no reason"),
    (HEAD + "@ask Why?\n@right so |", 4, 11, "has no reason"),
    (HEAD + "@ask Why?\n@right | so", 4, 8, "has no reason"),
    (HEAD + "@ask Why?\n@right http-503", 4, 16, "has no reason"),
])
def test_what_cannot_be_is_told_by_file_line_and_column(source: str, line: int, column: int, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as told:
        Scenario.parse(source, "mine.txt")
    assert (told.value.file, told.value.line, told.value.column) == ("mine.txt", line, column)
    assert str(told.value).startswith(f"mine.txt, line {line}, column {column}: ")
    assert isinstance(told.value, ValueError)


def test_every_option_that_a_text_can_say_is_one_of_the_world() -> None:
    assert set(readers()) <= {field.name for field in fields(World)}
    assert {"takes_mail", "extensions", "greylist_s", "certificate", "idle_s", "refused_hosts"} <= set(readers())
    assert not {"mailboxes", "lists", "seen", "faults"} & set(readers())


def test_options_build_on_those_said_before() -> None:
    world = Scenario.parse("@world extensions=AUTH\n@world needs_login=yes\n" + HEAD).world
    assert world.needs_login
    assert Scenario.parse("@world extensions=AUTH\n" + HEAD + "@world needs_login=yes\n").world == World(
        extensions=("AUTH",))


def test_greylisting_can_be_taken_back() -> None:
    steps = Scenario.parse("@world greylist_s=9\n" + HEAD + "@world greylist_s=never\n").steps
    assert steps[-1] == Change(4, (("greylist_s", None),))


def test_a_file_is_read_whatever_its_line_ends_and_mark(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(("\ufeff" + HEAD).replace("\n", "\r\n").encode())
    scenario = read_scenario(path)
    assert (scenario.title, scenario.name) == ("A title", "mine")


def test_a_file_that_is_no_text_is_told_by_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(b"@title x\n@say \xff\n")
    with pytest.raises(ScenarioError, match=r"mine\.txt, line 2, column 6: .*UTF-8"):
        read_scenario(path)


def test_a_scenario_is_found_by_file_or_by_name(tmp_path: Path) -> None:
    path = tmp_path / "greylisting"
    path.write_text(HEAD)
    assert find_scenario(path).title == "A title"
    assert find_scenario("greylisting") == next(each for each in scenarios() if each.name == "greylisting")
    with pytest.raises(ValueError, match="Did you mean 'greylisting'"):
        find_scenario("graylisting")
    with pytest.raises(ValueError, match=r"There is no file .*There are: accepted_then_bounced"):
        find_scenario(tmp_path / "no.txt")


def test_a_file_of_nearly_that_name_is_told_and_a_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_lesson.txt").write_text(HEAD)
    for said in (tmp_path / "my_leson.txt", tmp_path / "my_lesson"):
        with pytest.raises(ValueError, match=r"Did you mean '.*my_lesson\.txt'"):
            find_scenario(said)
    with pytest.raises(ValueError, match="is a folder"):
        find_scenario(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"Did you mean 'my_lesson\.txt'"):
        find_scenario("my_lesson")


def test_blanks_in_front_of_a_line_are_named() -> None:
    with pytest.raises(ScenarioError, match=r"line 3, column 1: .*Take away the blanks in front of it"):
        Scenario.parse("@title A title\nS: 220 x\n  C: NOOP\n")


@pytest.mark.parametrize("line", ["@say A{}b", "@say A\n {}b{}"])
def test_a_line_full_of_blanks_is_read_at_once(line: str) -> None:
    began = time.monotonic()
    read = Scenario.parse(HEAD + line.replace("{}", " " * 100_000))
    assert isinstance(read.steps[-1], Say) and time.monotonic() - began < 5  # it was a minute


def test_what_would_steer_a_terminal_is_spelled_out_in_an_error() -> None:
    with pytest.raises(ScenarioError, match=r"a\\x1b\[31m.txt, line 1.*@\\x1b\[2J") as error:
        Scenario.parse("@\x1b[2J", "a\x1b[31m.txt")
    assert str(error.value).isprintable()
    with pytest.raises(ValueError, match=r"no file '\\x1b"):
        find_scenario("\x1b[2J")
