"""What somebody says on the way through a scenario, beside what is right."""

import json

import pytest

from smtplab import missed
from smtplab.course.scenario import Scenario
from smtplab.explain import misconception
from smtplab.notebook.player.player import Player
from tests.notebook.player.walks import ALL, EXAMPLE, steps


def test_an_answer_is_told_with_its_reason_and_the_right_one_and_the_first_counts() -> None:
    player = Player(EXAMPLE)
    player.jump(6)
    said = player.answer(3)
    assert said.startswith("Not yet. ")
    assert player.answer(2) == said
    told = player.view()["question"]["told"]
    assert [(option["mark"], option["says"], bool(option["reason"])) for option in told] == [
        ("", "", False), ("✓", "right", True), ("✗", "your answer", True)]
    player.next()
    assert player.number == 7
    player.back()
    assert player.view()["question"]["told"] == told


def test_what_is_no_answer_is_told_in_a_sentence() -> None:
    player = Player(EXAMPLE)
    with pytest.raises(ValueError, match="No question is asked"):
        player.answer(1)
    with pytest.raises(ValueError, match="No guess is asked for"):
        player.commit("yes", moves=False)
    player.jump(6)
    for number in (0, 4, True, "1"):
        with pytest.raises(ValueError, match="There is no option"):
            player.answer(number)  # type: ignore[arg-type]
    player.heard({"do": "answer", "option": ""})
    assert player.notice == "Choose an answer first." and player.judgements == ()


def test_what_was_missed_is_told_by_misconception_also_after_another_scenario_was_opened() -> None:
    player = Player(EXAMPLE)
    player.jump(6)
    player.answer(1)
    player.jump(10)
    player.answer(1)
    player.open("greylisting")
    table = player.missed
    assert table.questions == 2
    assert [(miss.id, miss.asked, miss.chosen) for miss in table.misses] == [("refused-recipient-ends-mail", 1, 1)]
    assert table.misses[0].belief == misconception("refused-recipient-ends-mail").belief
    assert missed(player) == table


def test_a_guess_stands_until_next_and_then_the_wire_speaks() -> None:
    player = Player(EXAMPLE, predict=True)
    number = next(n for n in steps(player) if player.prediction and "carol" in player.prediction.line)
    question = player.prediction
    assert question is not None
    reasons = question.part("reason")
    assert reasons is not None
    wrong = next(n for n, option in enumerate(reasons.options, 1) if option.misconception)
    player.commit("yes", moves=True, reason=wrong)
    view = player.view()
    assert view["committed"] and view["judgement"] is None and "450" not in json.dumps(view)
    assert player.judgements == ()
    player.next()
    view = player.view()
    assert [row["wire"] for row in view["judgement"]["told"]][:2] == ["Not now.", "It stays SENDER_KNOWN."]
    assert view["judgement"]["wire"] == ["450 <carol@lab.example>: mailbox is busy; try later"]
    assert {miss.about for miss in player.missed.misses} == {"reason", "kind", "moves"}
    player.next()
    assert player.view()["judgement"] is None
    player.jump(number)
    assert player.view()["committed"]


@ALL
def test_of_a_guess_exactly_one_reason_is_right_and_it_is_about_what_comes(scenario: Scenario) -> None:
    player = Player(scenario, predict=True)
    for _ in steps(player):
        if (question := player.prediction) is None:
            continue
        reasons = question.part("reason")
        assert reasons is not None and len(reasons.options) == 3
        assert len([option for option in reasons.options if not option.misconception]) == 1
        player.commit("yes", moves=True, reason=1)
        player.next()
        assert player.judgements[-1].answer.confirmed["reason"]
