"""A show of hands: counted beside the options, and the answer only at the reveal."""

from typing import Any

import pytest

from smtplab.explain import misconception
from smtplab.network import Client, memory_server
from smtplab.notebook.console.console import Console
from smtplab.notebook.question.hands import ShowOfHands, show_of_hands

LINE = "RCPT TO:<bob@lab.example>"
WRONG = ("error-ends-session", "to-header-adds-recipients")


def greeted() -> Client:
    return memory_server().connect()


def row(hands: ShowOfHands, option: str) -> dict[str, Any]:
    return next(row for row in hands.to_rows() if row["option"] == option)


def test_nothing_is_told_or_sent_before_the_reveal() -> None:
    client = greeted()
    hands = show_of_hands(LINE, client, wrong=WRONG).count("yes", 18).count("no", 6)
    assert len(client.exchanges) == 1 and hands.answer is None
    for shown in (str(hands), hands.fragment(), str(hands.view())):
        assert "503" not in shown and misconception(WRONG[0]).cure not in shown and "✓" not in shown
    assert (row(hands, "yes")["hands"], row(hands, "yes")["percent"], row(hands, "yes")["came"]) == (18, 75, None)


def test_the_reveal_sends_the_line_once_and_tells_what_came_and_the_cures() -> None:
    client = greeted()
    hands = show_of_hands(LINE, client, wrong=WRONG).count("yes", 18).count("no", 6).reveal()
    hands.reveal()
    assert [exchange.event for exchange in client.exchanges] == ["CONNECT", "RCPT"]
    assert [row(hands, option)["came"] for option in ("no", "yes", "stays")] == [True, False, True]
    cures = {r["misconception"]: r["cure"] for r in hands.to_rows() if r["about"] == "reason" and r["cure"]}
    assert cures == {id: misconception(id).cure for id in WRONG}
    assert [r["came"] for r in hands.to_rows() if r["about"] == "reason"].count(True) == 1
    for shown in (str(hands), hands.fragment()):
        assert "503 Send EHLO" in shown and "18 of 24, 75 %" in shown and "✓ right" in shown
        assert all(cure in shown for cure in cures.values())


def test_hands_of_one_part_are_no_share_of_another_and_none_is_said() -> None:
    hands = show_of_hands(LINE, greeted()).count(1, 3).count("2", 1)
    assert (row(hands, "1")["percent"], row(hands, "2")["percent"], row(hands, "yes")["percent"]) == (75, 25, 0)
    counted = {option["value"]: option["count"] for part in hands.view()["parts"] for option in part["options"]}
    assert counted["1"] == "3 of 4, 75 %" and counted["yes"] == "no hands"
    assert row(hands.count(1, 0), "2")["percent"] == 100


def test_without_sending_the_forecast_is_shown_and_said_to_be_one_until_the_wire_speaks() -> None:
    client = greeted()
    hands = show_of_hands(LINE, client, send=False).reveal()
    assert len(client.exchanges) == 1 and hands.is_foreseen and row(hands, "no")["came"]
    for shown in (str(hands), hands.fragment(), hands.view()["foreseen"]):
        assert "Nothing was sent" in shown
    client.send(LINE)
    assert not hands.is_foreseen and hands.view()["foreseen"] == "" and "503" in str(hands)


def test_a_line_that_went_out_meanwhile_is_not_sent_again() -> None:
    client = greeted()
    hands = show_of_hands("NOOP", client)
    client.send("NOOP")
    client.send("QUIT")
    assert row(hands.reveal(), "yes")["came"] and [e.event for e in client.exchanges] == ["CONNECT", "NOOP", "QUIT"]


def test_a_session_that_moved_on_is_told_and_nothing_is_sent() -> None:
    client = greeted()
    hands = show_of_hands(LINE, client)
    client.send("EHLO a.example")
    hands.heard({"do": "hands-reveal"})
    assert "make a new question" in hands.notice and hands.answer is None and len(client.exchanges) == 2


def test_what_is_asked_can_be_chosen_and_a_code_asked_for() -> None:
    hands = show_of_hands(LINE, greeted(), about=("code", "reason")).count(503, 4)
    assert [part["name"] for part in hands.view()["parts"]] == ["code", "reason"]
    assert row(hands.reveal(), "503")["came"] and [r["came"] for r in hands.to_rows() if r["about"] == "code"].count(
        True) == 1
    assert [part["name"] for part in show_of_hands(LINE, greeted(), about="kind").view()["parts"]] == ["kind"]


def test_a_console_that_asks_is_not_asked_again() -> None:
    console = Console(memory_server(), predict=True)
    assert row(show_of_hands("NOOP", console).reveal(), "yes")["came"] and console.question is None


@pytest.mark.parametrize(("option", "number", "advice"), [
    ("no", -1, "-1 hands for no cannot be; write a whole number from 0 to 9999"), ("no", 10_000, "cannot be"),
    ("no", 2.5, "cannot be"), ("no", True, "cannot be"), ("no", "3", "cannot be"),
    ("maybe", 3, "'maybe' is no option here; write one of yes, more, not-now, no"), (4, 3, "is no option here"),
])
def test_hands_that_cannot_be_are_told(option: Any, number: Any, advice: str) -> None:
    hands = show_of_hands(LINE, greeted())
    with pytest.raises(ValueError, match=advice):
        hands.count(option, number)
    assert set(hands.counts.values()) == {0}


@pytest.mark.parametrize("typed", ["-3", "?", "1.5", "", "\u00b2", "99999"])
def test_what_is_typed_in_the_browser_is_told_alike(typed: str) -> None:
    hands = show_of_hands(LINE, greeted())
    hands.heard({"do": "hands-count", "option": "no", "hands": typed})
    assert "write a whole number" in hands.notice and hands.counts["no"] == 0
    hands.heard({"do": "hands-count", "option": "no", "hands": "12"})
    assert hands.notice == "" and hands.counts["no"] == 12
    hands.heard({"do": "fly"})
    assert hands.notice


def test_no_hands_are_counted_after_the_reveal() -> None:
    with pytest.raises(ValueError, match="no hands are counted any more"):
        show_of_hands(LINE, greeted()).reveal().count("yes", 2)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(TypeError, match=r"Write show_of_hands\(line, target\)"):
        show_of_hands(greeted(), LINE)  # type: ignore[arg-type]
    for wrong in ((), ("kind", "colour"), "colour"):
        with pytest.raises(ValueError, match="write some of kind, moves, code, reason"):
            show_of_hands(LINE, greeted(), about=wrong)
    with pytest.raises(TypeError, match="Did you mean 'about'"):
        show_of_hands(LINE, greeted(), abuot=("kind",))


@pytest.mark.parametrize(("raised", "verdict"), [
    ({}, "No hands were counted."),
    ({"no": 1}, "One hand was raised, and it was right."),
    ({"yes": 1}, "One hand was raised, and it was not right."),
    ({"no": 30}, "All 30 hands were right."),
    ({"yes": 28, "more": 2}, "None of 30 hands was right."),
    ({"yes": 29, "no": 1}, "1 of 30 hands was right."),
    ({"yes": 18, "not-now": 2, "no": 10}, "10 of 30 hands were right."),
])
def test_the_reveal_says_how_many_of_a_class_were_right_in_every_form(raised: dict[str, int], verdict: str) -> None:
    hands = show_of_hands(LINE, greeted())
    for option, number in raised.items():
        hands.count(option, number)
    assert verdict not in str(hands) and not any(part["verdict"] for part in hands.view()["parts"])
    hands.reveal()
    assert hands.view()["parts"][0]["verdict"] == verdict
    assert f"The reply  {verdict}" in str(hands) and f"The reply {verdict}" in hands.fragment()
    for form in (str(hands), hands.fragment()):
        assert "The line was:" in form and "Before you send this line" not in form


def test_what_came_although_it_was_no_option_is_told() -> None:
    server = memory_server()
    client = server.connect()
    hands = show_of_hands("NOOP", client).count("yes", 4)
    server.faults.add("NOOP -> silence")
    parts = hands.reveal().view()["parts"]
    assert parts[0]["verdict"] == "What came was not among the answers: No reply."
    assert parts[2]["verdict"] == "Something else came than these sentences are about, so none is marked."
