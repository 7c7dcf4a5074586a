"""What is shown at a step: what is new, what a fault forced, what did not go as written."""

import json

from smtplab.course.scenario import Scenario
from smtplab.course.scenario_frame import later
from smtplab.notebook.player.player import Player
from tests.notebook.player.walks import steps


def test_a_fault_of_a_scenario_is_told_once_it_has_happened_and_not_before() -> None:
    player = Player(Scenario.parse("@title Busy\n@fault NOOP#2 -> 452 Busy\nS: 220 lab.example SMTP service ready\n"
                                   "C: NOOP\nS: 250 OK, nothing done\nC: NOOP\nS: 452 Busy\n"), predict=True)
    told = ["452" in json.dumps(player.view()) for _ in steps(player)]
    assert told == [False] * (player.count - 1) + [True]


def test_a_jump_of_the_clock_is_told_in_words_where_it_happened() -> None:
    player = Player("greylisting")
    texts = [[line for row in player.view()["rows"] for _, line in row["lines"]] for _ in steps(player)]
    assert any(lines[:2] == ["30 minutes later", "A new session, number 2."] for lines in texts)
    assert (later(1), later(90), later(3600), later(5400), later(172800), later(0.5)) == (
        "1 second later", "90 seconds later", "1 hour later", "90 minutes later", "2 days later", "0.5 seconds later")


def test_what_is_new_is_marked_and_a_line_is_new_once() -> None:
    player = Player("slow_server")
    new = [[row["lines"][0] for row in player.view()["rows"] if row["new"]] for _ in steps(player)]
    assert new[4] == [["", "MAIL FROM:<alice@student.example>"]] and new[5] == [["", "1 minute later"]]
    assert new[7] == [["", "30 seconds later"], ["250", " Sender accepted: <alice@student.example>"]]
    player.jump(8)
    said = [row["lines"][0][1] for row in player.view()["rows"]]
    assert said[-4:] == ["MAIL FROM:<alice@student.example>", "1 minute later", "30 seconds later",
                         " Sender accepted: <alice@student.example>"]
    letter = Player("the_quit_that_became_mail")
    new = [[row["lines"][0] for row in letter.view()["rows"] if row["new"]] for _ in steps(letter)]
    assert [["", "QUIT"]] in new and [["", "NOOP"]] in new


def test_a_forced_reply_says_by_what_and_the_two_sides_may_stand_apart() -> None:
    player = Player("the_lost_250")
    views = [player.view() for _ in steps(player)]
    assert any(view["faults"] for view in views)
    assert any("forced by " in row["note"] for view in views for row in view["rows"])
    forced = Player(Scenario.parse("@title Lost\n@fault EHLO -> drop after\nS: 220 lab.example SMTP service ready\n"
                                   "C: NOOP\nS: 250 OK, nothing done\n"))
    forced.jump(forced.count)
    assert forced.view()["mismatch"] is None


def test_a_mismatch_is_told_with_file_and_line() -> None:
    wrong = "@title Wrong\nS: 220 lab.example SMTP service ready\nC: NOOP\nS: 251 Really?\n"
    scenario = Scenario.parse(wrong, "my.txt")
    player = Player(scenario)
    player.jump(player.count)
    found = player.view()["mismatch"]
    assert found == {"told": "my.txt, line 4: this did not go as written.", "expected": ["S: 251 Really?"],
                     "got": ["S: 250 OK, nothing done"]}
