"""The player by methods alone: which scenario and step, how it looks, and going on by hand."""

import gc
import json
from pathlib import Path

import pytest

from smtplab.course.scenario import Scenario, scenarios
from smtplab.notebook.console.console import Console
from smtplab.notebook.player.player import CannotPlay, Player
from smtplab.protocol.machine import State
from tests.notebook.player.walks import ALL, EXAMPLE, seen, steps


@ALL
def test_every_scenario_walks_from_first_to_last_and_back_and_looks_the_same_on_the_way_back(
    scenario: Scenario,
) -> None:
    player = Player(scenario)
    there = [seen(player) for _ in steps(player)]
    assert len(there) == player.count and not player.next()
    back = [seen(player)]
    while player.back():
        back.append(seen(player))
    assert there == back[::-1] and not player.back()
    assert len(set(there)) == player.count, "a step shows nothing new"
    assert not any(json.loads(view)["mismatch"] for view in there)


def test_jump_goes_to_a_step_by_its_number_and_says_when_there_is_none() -> None:
    player = Player("greylisting")
    player.jump(player.count)
    assert player.number == player.count == len(player.steps)
    for number in (0, 99, -1, True, "3"):
        with pytest.raises(ValueError, match=f"There is no step {number!r}; write a number from 1 to 20"):
            player.jump(number)  # type: ignore[arg-type]
    assert player.number == player.count


def test_next_goes_on_without_an_answer() -> None:
    player = Player(EXAMPLE)
    player.jump(6)
    assert player.next() and player.judgements == ()


def test_notes_and_large_type_are_off_at_first_and_can_begin_on() -> None:
    player = Player(EXAMPLE)
    assert (player.view()["notes"], player.view()["large"]) == (False, False)
    player.show_notes()
    player.enlarge()
    assert (player.view()["notes"], player.view()["large"]) == (True, True)
    other = Player(EXAMPLE, notes=True, size="projector")
    assert (other.view()["notes"], other.view()["large"]) == (True, True)
    assert "On the board" in str(other) and "On the board" not in str(Player(EXAMPLE))
    noted = next(n for n in steps(other) if other.view()["note"])
    assert other.view()["note"][0].startswith("On the board") and noted > 1


def test_a_scenario_that_is_not_there_or_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("@title Hello\n@sya words\nS: 220 x\n", encoding="utf-8")
    for what, said in (
        ("grey_listing", "There is no file 'grey_listing'.*Did you mean 'greylisting'"),
        (wrong, "wrong.txt, line 2, column 2: .*Did you mean 'say'"), (tmp_path, "is a folder"),
        ("x" * 5000, "."),
    ):
        with pytest.raises(CannotPlay, match=said) as told:
            Player(what)
        assert told.value._render_traceback_() == [str(told.value)]
    with pytest.raises(TypeError, match="this is int"):
        Player(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whole number from 1 to 600"):
        Player("greylisting", seconds=0)
    with pytest.raises(TypeError, match="Did you mean 'notes'"):
        Player("greylisting", note=True)


def test_a_wrong_scenario_leaves_the_one_that_is_open() -> None:
    player = Player(EXAMPLE)
    player.jump(3)
    with pytest.raises(CannotPlay):
        player.open("nowhere")
    assert player.number == 3


def test_without_a_file_it_lists_what_can_be_shown_and_opens_it() -> None:
    player = Player()
    view = player.view()
    assert view["phase"] == "list" and {found["name"] for found in view["scenarios"]} == {s.name for s in scenarios()}
    assert all(found["title"] and found["minutes"] and found["cures"] for found in view["scenarios"])
    assert player.number == player.count == 0
    for method in (player.next, player.back, player.take_over):
        with pytest.raises(ValueError, match="No scenario is open"):
            method()
    player.heard({"do": "open", "name": "greylisting"})
    assert player.scenario is not None and player.scenario.name == "greylisting" and player.view()["can_leave"]
    player.heard({"do": "leave"})
    assert player.view()["phase"] == "list"
    assert "greylisting" in str(player) and "greylisting" in player.fragment()


@ALL
def test_taking_over_gives_a_live_session_that_stands_as_the_step_does(scenario: Scenario) -> None:
    player = Player(scenario)
    for _ in steps(player):
        stands = player.frame.session.state
        if player.frame.client and not player.view()["waiting"]:
            console = player.take_over()
            assert console.state is stands
            if stands in (State.READY, State.GREETED):
                assert console.send("NOOP").code == 250
    player.close()


def test_taking_over_again_closes_the_console_before_and_leaving_does_too() -> None:
    player = Player(EXAMPLE)
    assert player.take_over().state is State.GREETED
    player.jump(4)
    first = player.take_over()
    second = player.take_over()
    assert first.client.is_over and not second.client.is_over
    player.leave()
    assert second.client.is_over
    assert isinstance(first, Console)


def test_the_console_below_is_a_part_of_the_player_and_its_messages_go_there() -> None:
    player = Player(EXAMPLE)
    player.jump(8)
    assert player.view()["console"] is None and "console" not in player.fixed()
    player.heard({"do": "take-over"})
    view, below = player.view(), player.held["console"]
    assert isinstance(below, Console)
    assert player.fixed()["console"]["id"] == below.fixed()["id"]
    assert view["console"]["state"] == view["state"] == "RECIPIENTS_KNOWN"
    player.heard({"part": "console", "do": "send", "line": "RSET"})
    assert below.state is State.READY and player.view()["console"]["state"] == "READY"
    assert player.number == 8
    player.take_over()
    assert player.view()["console"] is None  # whoever called has that one
    player.heard({"part": "console", "do": "next"})  # what the browser said before it saw that
    assert player.number == 8 and player.notice
    player.close()


def test_the_browser_can_do_all_and_nonsense_is_told() -> None:
    player = Player(EXAMPLE)
    for message in ({"do": "next"}, {"do": "next"}, {"do": "back"}, {"do": "jump", "to": 6}):
        player.heard(message)
    assert player.number == 6
    player.heard({"do": "answer", "option": "2"})
    assert player.view()["question"]["verdict"] == "Yes."
    player.heard({"do": "notes", "on": True})
    player.heard({"do": "large", "on": True})
    assert player.view()["notes"] and player.view()["large"]
    player.heard({"do": "take-over"})
    assert player.notice == ""
    for nonsense in ({"do": "fly"}, {"do": "jump", "to": "x"}, {"do": "leave"}, {"do": "answer"}, 5, {"do": "commit"}):
        player.notice = ""
        player.heard(nonsense)
        assert player.notice, nonsense
    player.heard({"do": "jump", "to": 500})
    assert "There is no step 500" in player.notice and player.number == 6


def test_what_nobody_holds_goes() -> None:
    player = Player(EXAMPLE)
    client = player.take_over().client
    del player
    gc.collect()
    assert client.is_over
