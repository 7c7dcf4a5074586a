"""A console that asks before a reply, and a show of hands: by mouse, by keyboard, and for who cannot see."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

Open = Callable[..., Notebook]

CONSOLE = "from smtplab import *\nconsole = Console(predict=True)\nconsole"
SESSION = "from smtplab import *\nfrom smtplab.network import memory_server\nclient = memory_server().connect()\n"
HANDS = SESSION + "hands = show_of_hands('RCPT TO:<bob@lab.example>', client)\nhands"


def shown(notebook: Notebook, name: str = "console") -> Locator:
    """The live widget, once it is drawn."""
    widget = notebook.page.locator(f".smtplab-{name}")
    widget.first.wait_for()
    return widget


def asked_about(console: Locator, line: str) -> Locator:
    """Send a line, and give the question that opens."""
    console.get_by_label("Command line").fill(line)
    console.get_by_role("button", name="Send", exact=True).click()
    asking = console.get_by_role("group", name="A question before the reply")
    expect(asking).to_be_visible()
    return asking


def test_by_mouse_a_line_waits_for_the_guess_and_what_came_stands_above_the_explanation(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    asking = asked_about(console, "RCPT TO:<bob@lab.example>")
    expect(console.get_by_label("Command line")).to_be_hidden()
    expect(console.locator(".rows > li")).to_have_count(1)
    expect(asking).not_to_contain_text("503")
    asking.get_by_role("button", name="That is my guess").click()
    expect(console.locator(".notice")).to_have_text("Choose one answer to each question first.")
    asking.get_by_label("Yes, go on.").check()
    asking.get_by_label("It stays GREETED.").check()
    asking.get_by_label("The To: line of the message decides").check()
    asking.get_by_role("button", name="That is my guess").click()
    expect(asking).to_be_hidden()
    told = console.locator(".pane .told")
    expect(told.locator("tbody tr").first).to_have_text("The reply✗ Yes, go on.No.")
    expect(told).to_contain_text("To: and Cc: in the message add nobody")
    below = console.locator(".pane .verdict").bounding_box()
    above = told.bounding_box()
    assert above is not None and below is not None and above["y"] + above["height"] <= below["y"]
    notebook.run_cell_with("console.missed")
    expect(notebook.page.locator(".jp-OutputArea table").last).to_contain_text("to-header-adds-recipients")


def test_by_keyboard_alone_with_a_way_out_and_the_end_of_a_message(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console, keyboard = shown(notebook), notebook.page.keyboard
    line = console.get_by_label("Command line")
    line.focus()
    keyboard.type("NOPE")
    keyboard.press("Enter")
    expect(console.get_by_label("Yes, go on.")).to_be_focused()
    keyboard.press("Escape")
    expect(line).to_be_focused()
    expect(line).to_have_value("NOPE")
    expect(console.locator(".rows > li")).to_have_count(1)
    for text in ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA"):
        line.fill(text)
        commit_by_keyboard(notebook, console)
    message = console.get_by_label("The message", exact=True)
    expect(message).to_be_focused()
    console.get_by_role("button", name="Send message").press("Enter")
    expect(console.get_by_label("Yes, go on.")).to_be_focused()
    expect(message).to_be_hidden()
    keyboard.press("Escape")
    expect(message).to_be_focused()
    console.get_by_role("button", name="Send message").focus()
    commit_by_keyboard(notebook, console)
    expect(console).to_have_attribute("data-state", "READY")
    expect(line).to_be_focused()
    expect(console.locator(".pane .told tbody tr")).to_have_count(3)


def commit_by_keyboard(notebook: Notebook, console: Locator) -> None:
    """Press Enter, choose the first option of each part, and commit."""
    keyboard = notebook.page.keyboard
    replies = console.locator(".rows .reply").count()
    keyboard.press("Enter")
    expect(console.get_by_label("Yes, go on.")).to_be_focused()
    for key in ("Space", "Tab", "Space", "Tab", "Space", "Enter"):
        keyboard.press(key)
    expect(console.locator(".rows .reply")).to_have_count(replies + 1)


def test_a_group_goes_out_without_a_question_and_says_so(open_notebook: Open) -> None:
    notebook = open_notebook("from smtplab import *\nconsole = Console(predict=True, extensions='all')\nconsole")
    console = shown(notebook)
    asking = asked_about(console, "EHLO student.example")
    asking.get_by_label("Yes, go on.").check()
    asking.get_by_label("It moves away").check()
    asking.get_by_role("radio").last.check()
    asking.get_by_role("button", name="That is my guess").click()
    console.get_by_role("button", name="Several at once").click()
    console.get_by_role("button", name="Send together").click()
    expect(console).to_have_attribute("data-state", "MAIL_DATA")
    expect(console.locator(".notice")).to_have_text("A group is sent without a question.")


def test_hands_are_counted_and_the_reveal_sends_the_line(open_notebook: Open) -> None:
    notebook = open_notebook(HANDS)
    hands, keyboard = shown(notebook, "hands"), notebook.page.keyboard
    expect(hands).to_have_css("font-size", "22px")
    hands.get_by_label("Yes, go on.").fill("-3")
    keyboard.press("Tab")
    expect(hands.locator(".notice")).to_contain_text("write a whole number from 0 to 9999")
    hands.get_by_label("Yes, go on.").focus()
    for typed in ("18", "", "", "6"):
        keyboard.type(typed)
        keyboard.press("Tab")
    hands.get_by_label("The To: line of the message decides").fill("12")
    expect(hands).not_to_contain_text("503")
    keyboard.press("Enter")
    expect(hands.locator(".told")).to_contain_text("503 Send EHLO or HELO first")
    expect(hands.locator(".told li").first).to_have_text("Yes, go on.18 of 24, 75 %")
    expect(hands.locator(".came").first).to_have_text("No. ✓ right6 of 24, 25 %")
    expect(hands.locator(".told")).to_contain_text("To: and Cc: in the message add nobody")
    expect(hands.get_by_role("button", name="Reveal")).to_be_hidden()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_a_question_a_judgement_or_hands(lab: Lab, open_notebook: Open, theme: str) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook(
            CONSOLE.replace("True", "'code'"), HANDS,
            "told = show_of_hands('NOOP', client, size='normal').count('yes', 3).reveal()\ntold",
            "missed(predict('NOOP', client, send=True, code=True).answer('no', moves=False, reason=1, code=500))",
        )
        page = notebook.page
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str("Light" in theme).lower())
        console = shown(notebook)
        asking = asked_about(console, "RCPT TO:<bob@lab.example>")
        found = Axe().run(page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
        for label in ("Not now.", "It stays", "503", "The To: line of the message decides"):
            asking.get_by_label(label).check()
        asking.get_by_role("button", name="That is my guess").click()
        expect(console.locator(".pane .told tbody tr")).to_have_count(4)
        found = Axe().run(page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})


def test_the_question_and_the_lit_state_are_seen_together(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, height=1000)
    console = shown(notebook)
    asking = asked_about(console, "RCPT TO:<bob@lab.example>")
    for width in (500, 934, 1100):
        console.evaluate(f"e => {{ e.style.width = '{width}px'; }}")
        box, question, lit = (part.bounding_box() for part in (console, asking, console.locator(".lit .shape").first))
        assert box is not None and question is not None and lit is not None
        assert question["x"] + question["width"] <= box["x"] + box["width"]
        assert question["y"] + question["height"] <= lit["y"] or width < 934
        if width >= 934:
            assert box["height"] <= 560
