"""The handshake without a browser; in one, it is tried by the test that opens the lab."""

import pytest

from smtplab.notebook.handshake import Handshake


def test_widgets_are_not_live_before_a_page_has_answered() -> None:
    handshake = Handshake()
    assert not handshake.finding.is_well
    assert handshake.finding.cure == "pip install anywidget"
    assert handshake.view() == {"sentence": ""}  # so the static form stays


def test_an_answer_makes_them_live_and_is_answered() -> None:
    handshake = Handshake()
    handshake.heard({})
    assert handshake.is_live
    assert handshake.view() == {"sentence": "Widgets: live."}


def test_the_versions_on_the_page_are_told() -> None:
    handshake = Handshake()
    handshake.heard({"anywidget": "0.9.21", "manager": "5.0.16", "more": "x"})
    assert handshake.page_versions == {"anywidget": "0.9.21", "manager": "5.0.16"}
    assert "0.9.21" in handshake.finding.sentence


@pytest.mark.parametrize("nonsense", [None, "live", ["live"], {1: "x"}, {"anywidget": {"a": 1}}])
def test_a_message_that_makes_no_sense_proves_nothing(nonsense: object) -> None:
    handshake = Handshake()
    handshake.heard(nonsense)
    assert not handshake.is_live


def test_the_static_form_escapes_what_a_page_said() -> None:
    handshake = Handshake()
    handshake.heard({"anywidget": "<b>", "manager": "<i>"})
    assert "<b>" not in handshake.fragment()
    assert "&lt;b&gt;" in handshake.fragment()
