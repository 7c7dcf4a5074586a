"""Where a player stops: what hides a reply hides all that follows from it, names of steps too."""

import json

from smtplab.course.scenario import Scenario
from smtplab.course.scenario_steps import Expect
from smtplab.notebook.player import view as player_view
from smtplab.notebook.player.player import Player
from tests.notebook.player.walks import ALL, EXAMPLE, SEEN, steps


@ALL
def test_a_reply_is_nowhere_in_the_data_before_the_step_that_shows_it(scenario: Scenario) -> None:
    player = Player(scenario, predict=True)  # the scenario's own questions are asked too
    hidden = 0
    for number in steps(player):
        view = player.view()
        if not (view["asks"] and view["waiting"]) or number in (1, player.count):
            continue
        player.jump(number + 1)
        came = [row for row in player.view()["rows"] if row["new"] and row["kind"] == "reply"]
        player.jump(number - 1)
        earlier = player.view()
        player.jump(number)
        hidden += bool(came)
        assert not {row["id"] for row in came} & {row["id"] for row in view["rows"]}
        assert not [row for row in view["rows"] if row["new"] and row["kind"] != "sent" and row["who"]]
        assert view["explanation"] is None and view["details"] == []
        for name in SEEN:
            assert view[name] == earlier[name], name
        without_the_rest = player_view.shown(player._stops[:number], number - 1)
        assert without_the_rest == {name: view[name] for name in without_the_rest}
    assert hidden


def test_what_hides_a_reply_hides_all_that_follows_from_it() -> None:
    player = Player(EXAMPLE)
    player.jump(6)
    view = player.view()
    assert view["question"]["text"].startswith("Carol's mailbox is busy")
    player.jump(10)
    view = player.view()
    assert view["asks"] and view["state"] == "MAIL_DATA" and view["waiting"]
    assert view["explanation"] is None and view["messages"] == [] and view["apart"] == ""
    assert "250 Message accepted" not in json.dumps(view)
    assert view["question"]["told"] == [] and "Only Bob was accepted" not in json.dumps(view)
    player.next()
    view = player.view()
    assert view["state"] == "READY" and view["explanation"]["code"] == 250 and not view["waiting"]
    assert view["messages"] == ["alice@student.example to bob@lab.example, 38 octets"]


@ALL
def test_no_name_of_a_step_tells_a_reply(scenario: Scenario) -> None:
    said = [step.octets.decode() for step in scenario.steps if isinstance(step, Expect)]
    replies = [octets.splitlines()[0] for octets in said if octets]
    names = " ".join(Player(scenario, predict=True).steps)
    for words in (*replies, *(asked.text for asked in scenario.questions)):
        assert words not in names


def test_a_question_is_named_by_its_words_once_it_was_seen() -> None:
    player = Player(EXAMPLE)
    assert player.steps[5] == "6 Question 1"
    player.jump(6)
    player.jump(1)
    assert player.steps[5] == "6 Question 1: Carol's mailbox is busy. What becomes of the mail?"


def test_a_guess_is_asked_before_each_reply_that_has_no_question_of_its_own() -> None:
    player = Player(EXAMPLE, predict=True)
    asked = []
    for _ in steps(player):
        if player.prediction is not None:
            asked.append(player.prediction.line)
            assert player.frame.question is None and player.view()["asks"]
            before = player.view()
            assert before["rows"][-1]["kind"] == "sent" and before["rows"][-1]["new"] and before["waiting"]
    # The end of the message has a question of its own, asked while its reply is hidden.
    assert asked == ["EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<carol@lab.example>",
                     "RCPT TO:<zoe@lab.example>", "RCPT TO:<bob@lab.example>", "DATA", "QUIT"]
