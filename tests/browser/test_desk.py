"""The instructor's desk in a real JupyterLab: what a class sees and does not see, by mouse and by keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Notebook, Open

pytestmark = pytest.mark.browser

DESK = "import smtplab\nboard = smtplab.desk()\nboard"


def shown(notebook: Notebook) -> Locator:
    desk = notebook.page.locator(".smtplab-desk")
    desk.wait_for()
    desk.locator(".smtplab-console").wait_for()
    return desk


def button(place: Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


def send(desk: Locator, line: str) -> None:
    entry = desk.get_by_label("Command line")
    entry.fill(line)
    entry.press("Enter")


def test_a_reply_stays_hidden_until_it_is_revealed(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1920, height=1080))
    console = desk.locator(".smtplab-console")
    button(desk, "Hide replies").click()
    send(desk, "EHLO student.example")
    expect(desk.get_by_text("What came back is hidden.")).to_be_visible()
    expect(console).to_have_attribute("data-state", "GREETED")
    expect(console).not_to_contain_text("250")
    expect(button(desk, "Reveal")).to_be_focused()
    desk.page.keyboard.press("Enter")
    expect(console).to_have_attribute("data-state", "READY")
    expect(console.get_by_role("log")).to_contain_text("250")
    expect(button(desk, "Reveal")).to_be_hidden()


def test_the_class_is_asked_hands_are_typed_in_and_revealed(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1920, height=1080))
    send(desk, "EHLO student.example")
    expect(desk.locator(".smtplab-console")).to_have_attribute("data-state", "READY")
    desk.get_by_label("Command line").fill("RCPT TO:<bob@lab.example>")
    button(desk, "Ask the class").click()
    hands = desk.locator(".smtplab-hands")
    hands.get_by_role("spinbutton").first.fill("7")
    button(hands, "Reveal").click()
    expect(hands).to_contain_text("503")
    expect(hands).to_contain_text("The reply None of 7 hands was right.")
    expect(hands.locator(".asked")).to_have_text("The line was: RCPT TO:<bob@lab.example>")
    expect(button(desk, "Console")).to_be_focused()
    button(desk, "Console").press("Enter")
    expect(desk.get_by_label("Command line")).to_be_focused()
    expect(desk.get_by_label("Command line")).to_have_value("")  # it went out
    expect(desk.locator(".smtplab-console").get_by_role("log")).to_contain_text("503")
    button(desk, "New session").click()
    expect(desk.locator(".smtplab-console")).to_have_attribute("data-state", "GREETED")


def test_a_scenario_is_opened_played_with_a_remote_and_taken_over_by_keyboard_alone(open_notebook: Open) -> None:
    notebook = open_notebook(DESK, width=1280, height=860)
    desk, keyboard = shown(notebook), notebook.page.keyboard
    before = notebook.codes
    send(desk, "HELP")
    expect(desk.locator(".smtplab-console").get_by_role("log")).to_contain_text("211")
    choose = desk.get_by_label("Scenario to open").and_(desk.locator("select"))
    choose.focus()
    choose.select_option("two_recipients")
    keyboard.press("Tab")
    keyboard.press("Enter")
    player = desk.locator(".smtplab-player")
    player.wait_for()
    expect(button(player, "Next")).to_be_focused()
    for number in (1, 2, 3, 4):
        keyboard.press("PageDown")
        expect(player).to_have_attribute("data-at", str(number))
    button(player, "Take over from here").focus()
    keyboard.press("Enter")
    console = desk.locator(".smtplab-console")
    expect(console).to_be_visible()
    expect(console.get_by_role("log")).to_contain_text("RCPT")
    expect(console.get_by_role("log")).not_to_contain_text("211")  # the record is the scenario's alone
    expect(desk.get_by_label("Command line")).to_be_focused()
    send(desk, "RSET")
    expect(console).to_have_attribute("data-state", "READY")
    assert notebook.codes == before  # no key reached the notebook


def test_a_message_that_is_taken_over_is_seen_from_its_first_line(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1280, height=800))
    desk.get_by_label("Scenario to open").and_(desk.locator("select")).select_option("the_lost_250")
    button(desk, "Open").click()
    player = desk.locator(".smtplab-player")
    for number in range(1, 6):
        button(player, "Next").click()
        expect(player).to_have_attribute("data-at", str(number))
    button(player, "Take over from here").click()
    message = desk.get_by_role("textbox", name="The message", exact=True)
    expect(message).to_be_focused()
    assert message.evaluate("text => [text.selectionStart, text.scrollTop]") == [0, 0]


def test_a_fault_is_set_and_cleared_with_few_keys(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1920, height=1080))
    send(desk, "EHLO student.example")
    faults = desk.locator("details.faults")
    expect(faults).to_have_attribute("open", "")
    entry = faults.get_by_role("textbox").first
    entry.fill("RCPT#2 -> 452 4.5.3 Too many recipients")
    entry.press("Enter")
    expect(faults).to_contain_text("The 2nd RCPT of each mail")
    for line in ("MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "RCPT TO:<frank@lab.example>"):
        send(desk, line)
    expect(desk.locator(".smtplab-console").get_by_role("log")).to_contain_text("452")


def test_the_panel_of_faults_folds_under_the_curtain_and_tells_nothing_when_it_is_opened(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1920, height=1080))
    console, faults = desk.locator(".smtplab-console"), desk.locator("details.faults")
    expect(faults).to_have_attribute("open", "")
    entry = faults.get_by_role("textbox").first
    entry.fill("NOOP -> 452 Busy")
    entry.press("Enter")
    expect(faults).to_contain_text("has not happened yet")
    button(desk, "Hide replies").click()
    expect(faults).not_to_have_attribute("open", "")
    expect(desk.get_by_text("NOOP -> 452 Busy")).to_be_hidden()
    send(desk, "NOOP")
    expect(desk.get_by_text("What came back is hidden.")).to_be_visible()
    spoken = console.aria_snapshot()
    assert "452" not in spoken and "has happened" not in spoken
    faults.locator("summary").click()  # the instructor may look, but the count tells nothing
    expect(faults).to_contain_text("has not happened yet")
    send(desk, "RSET")
    expect(desk.get_by_text("Reveal what came back first")).to_be_visible()
    expect(desk.get_by_label("Command line")).to_have_value("RSET")
    button(desk, "Reveal").click()
    expect(faults).to_contain_text("has happened once")
    expect(console.get_by_role("log")).to_contain_text("452")


def test_a_console_that_is_taken_over_under_the_curtain_comes_with_its_faults_folded(open_notebook: Open) -> None:
    desk = shown(open_notebook(DESK, width=1920, height=1080))
    button(desk, "Hide replies").click()
    desk.locator("select").first.select_option("the_lost_250")
    button(desk, "Open").click()
    player = desk.locator(".smtplab-player")
    expect(player.locator(".presenter")).to_be_hidden()
    button(player, "Take over from here").click()
    expect(desk.locator(".smtplab-console")).to_be_visible()
    expect(desk.locator("details.faults")).not_to_have_attribute("open", "")


@pytest.mark.parametrize(("width", "height"), [(934, 900), (1280, 860), (1920, 1080)])
def test_nothing_is_wrong_for_a_screen_reader(open_notebook: Open, width: int, height: int) -> None:
    notebook = open_notebook(DESK, width=width, height=height)
    desk = shown(notebook)
    send(desk, "EHLO student.example")
    expect(desk.locator(".smtplab-console")).to_have_attribute("data-state", "READY")
    for part in ("console", "player", "hands"):
        if part == "player":
            desk.locator("select").first.select_option("greylisting")
            button(desk, "Open").click()
            desk.locator(".smtplab-player").wait_for()
        elif part == "hands":
            button(desk, "Console").click()
            desk.get_by_label("Command line").fill("MAIL FROM:<>")
            button(desk, "Ask the class").click()
            desk.locator(".smtplab-hands").wait_for()
        found: Any = Axe().run(notebook.page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
