"""The code explorer without a browser."""

import json
from typing import Any

import pytest

from smtplab.notebook.explorer import CodeExplorer
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import entries


def test_each_digit_turns_around_its_end() -> None:
    explorer = CodeExplorer(550)
    assert explorer.turn(1) == 150
    assert explorer.turn(1, -1) == 550
    assert explorer.turn(3, -1) == 559
    assert [explorer.turn(2) for _ in range(10)][-1] == 559


@pytest.mark.parametrize("edition", [2821, 5321])
def test_the_senders_of_every_code_are_those_of_the_list(edition: int) -> None:
    explorer = CodeExplorer(edition=edition)
    for code in REPLY_CODES:
        explorer.code = code
        listed = [event for entry in entries(edition) if entry.code == code for event in entry.events]
        assert list(explorer.senders) == list(dict.fromkeys(listed))
        json.dumps(explorer.view())


def test_every_code_from_100_to_599_can_be_shown() -> None:
    explorer = CodeExplorer()
    for code in range(100, 600):
        explorer.code = code
        view = explorer.view()
        assert "".join(str(digit["value"]) for digit in view["digits"]) == str(code)
        assert view["explanation"]["lines"]


def test_a_code_that_no_rfc_defines_is_read_by_its_digits() -> None:
    explorer = CodeExplorer(457)
    assert explorer.explanation.verdict == "Not now."
    assert "has 457 for no command" in str(explorer)
    assert [known["code"] for known in explorer.view()["codes"]][:3] == [450, 451, 452]


def test_a_code_for_any_command_says_so() -> None:
    assert CodeExplorer(421).rule == "Any command may get 421 (4.3.2)."
    assert CodeExplorer(250).rule == ""


def test_a_chosen_command_is_explained_and_forgotten_when_the_code_no_longer_fits() -> None:
    explorer = CodeExplorer(550)
    explorer.choose("RCPT")
    assert "takes no mail for" in explorer.explanation.here
    explorer.code = 354
    assert explorer.explanation.event == "DATA"
    with pytest.raises(ValueError, match="does not get 354"):
        explorer.choose("RCPT")


@pytest.mark.parametrize("message", [
    None, {"do": "turn"}, {"do": "turn", "position": 4, "by": 1}, {"do": "turn", "position": "1", "by": 1},
    {"do": "set", "position": 1, "value": 0}, {"do": "code", "code": 999}, {"do": "choose", "event": "FLY"},
])
def test_a_malformed_message_is_ignored_with_a_sentence(message: Any) -> None:
    explorer = CodeExplorer(250)
    explorer.heard(message)
    assert explorer.code == 250 and explorer.notice.endswith((".", "9."))


def test_what_is_no_code_is_told() -> None:
    with pytest.raises(ValueError, match="three digits"):
        CodeExplorer(42)
    with pytest.raises(TypeError, match="Did you mean 'edition'"):
        CodeExplorer(edtion=2821)
    with pytest.raises(ValueError, match="2821 or 5321"):
        CodeExplorer(edition=822)


def test_the_static_form_says_what_the_live_one_says() -> None:
    shown = CodeExplorer(503).fragment()
    assert all(words in shown for words in ("Wrong moment.", "Bad sequence of commands", "MAIL, RCPT, DATA"))
