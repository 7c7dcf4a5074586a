"""The player: a scenario step by step, by methods alone. Hidden stays hidden, and what was answered is told."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtplab import missed
from smtplab.course.scenario import Scenario, scenarios
from smtplab.course.scenario_frame import later
from smtplab.course.scenario_steps import Expect
from smtplab.explain import misconception
from smtplab.notebook.console.console import Console
from smtplab.notebook.player import view as player_view
from smtplab.notebook.player.player import CannotPlay, Player
from smtplab.protocol.machine import State

SEEN = ("state", "classes", "labels", "caption", "envelope", "messages", "faults", "apart", "mismatch")
"""What a reply changes."""

EXAMPLE = Path(__file__).with_name("player_example.txt")
"""One of those that come with smtplab, as it once was: what is asked in them may be said better some day."""

ALL = pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)


def steps(player: Player) -> Iterator[int]:
    """Walk to the last step, and say at each which it is."""
    yield player.number
    while player.next():
        yield player.number


def seen(player: Player) -> str:
    """All that is seen, without the names of steps: those of questions are told once they were seen."""
    return json.dumps({name: shown for name, shown in player.view().items() if name != "steps"})


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


def test_jump_goes_to_a_step_by_its_number_and_says_when_there_is_none() -> None:
    player = Player("greylisting")
    player.jump(player.count)
    assert player.number == player.count == len(player.steps)
    for number in (0, 99, -1, True, "3"):
        with pytest.raises(ValueError, match=f"There is no step {number!r}; write a number from 1 to 20"):
            player.jump(number)  # type: ignore[arg-type]
    assert player.number == player.count


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


def test_next_goes_on_without_an_answer() -> None:
    player = Player(EXAMPLE)
    player.jump(6)
    assert player.next() and player.judgements == ()


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


def test_a_fault_of_a_scenario_is_told_once_it_has_happened_and_not_before() -> None:
    player = Player(Scenario.parse("@title Busy\n@fault NOOP#2 -> 452 Busy\nS: 220 lab.example SMTP service ready\n"
                                   "C: NOOP\nS: 250 OK, nothing done\nC: NOOP\nS: 452 Busy\n"), predict=True)
    told = ["452" in json.dumps(player.view()) for _ in steps(player)]
    assert told == [False] * (player.count - 1) + [True]


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
def test_the_static_form_tells_all_that_is_told_asked_and_sent(scenario: Scenario) -> None:
    page, plain = Player(scenario, notes=True).fragment(), str(Player(scenario, notes=True))
    assert page.count("<ol>") == len(scenario.questions)
    for asked in scenario.questions:
        for option in asked.options:
            assert option.text in plain
    assert scenario.title in plain and "<script" not in page


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


def test_the_plain_text_of_a_scenario_steers_no_terminal_and_paragraphs_stay_apart() -> None:
    player = Player(Scenario.parse(
        "@title \x1b[2J\n@say One\x07.\n@say Two.\n@note This.\n@note That.\nS: 220 lab.example SMTP service ready\n"
        "@ask \x1b[1m?\n@right \x1b[2m | so\n@wrong No | so\n"), notes=True)
    assert all(line.isprintable() for line in str(player).splitlines())
    assert "\nTwo." in str(player) and "This. That." in str(player.fragment())
