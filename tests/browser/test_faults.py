"""Faults in a real JupyterLab: the console's panel by mouse and by keyboard, what it shows, and nothing for axe."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lab, Notebook
from tests.browser.test_console import said, seen_together, shown
from tests.browser.test_console_extensions import tabbed_to

pytestmark = pytest.mark.browser

CONSOLE = "from smtplab import Console\nconsole = Console()\nconsole"
FIRST = ("EHLO student.example", "MAIL FROM:<alice@student.example>")
Open = Callable[..., Notebook]


def nothing_for_axe(notebook: Notebook) -> None:
    found = Axe().run(notebook.page, context=".jp-Cell-outputArea")
    assert found.violations_count == 0, found.generate_report()


def pictured(place: Locator, name: str) -> None:
    """Keep a picture for whoever wants to look: where the environment names a folder."""
    if folder := os.environ.get("SMTPLAB_PICTURES"):
        place.screenshot(path=Path(folder) / f"{name}.png")


def panel(console: Locator) -> Locator:
    return console.locator("details.faults")


def test_the_next_recipient_is_refused_by_mouse_and_the_fault_is_cleared_by_one_click(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    said(console, *FIRST)
    panel(console).locator("summary").click()
    panel(console).get_by_role("button", name="452 to RCPT").click()
    line = panel(console).get_by_role("textbox").first
    expect(line).to_be_focused()
    expect(line).to_have_value("RCPT#1 per server -> 452 Too many recipients")
    panel(console).get_by_role("button", name="Set", exact=True).click()
    expect(line).to_have_value("")
    expect(panel(console).locator("summary")).to_have_text("Faults: 1 set")
    expect(panel(console).locator("li")).to_contain_text(
        "The 1st RCPT since this was set gets 452 Too many recipients.")
    expect(panel(console).locator("li")).to_contain_text("has not happened yet")
    said(console, "RCPT TO:<bob@lab.example>")
    expect(console.locator(".rows .reply").last).to_contain_text("452 Too many recipients")
    expect(console.locator(".rows .reply .note").last).to_have_text(
        "forced by RCPT#1 per server -> 452 Too many recipients")
    expect(console.locator(".explanation")).to_contain_text("A fault says: No room for one more recipient")
    expect(panel(console).locator("li")).to_contain_text("has happened once")
    nothing_for_axe(notebook)
    pictured(console, "panel-1280")
    panel(console).get_by_role("button", name="Clear RCPT#1").click()
    expect(panel(console).locator("li")).to_have_count(0)
    expect(panel(console).locator("summary")).to_have_text("Faults")
    notebook.run_cell_with("console.faults.add('HELP -> 250 x')")
    expect(panel(console).locator("li")).to_contain_text("Each HELP gets 250 x.")
    said(console, "RCPT TO:<bob@lab.example>")
    expect(console.locator(".verdict")).to_have_text("250Yes.")


def test_a_lost_250_shows_both_views_in_words(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    said(console, *FIRST, "RCPT TO:<bob@lab.example>", "DATA")
    panel(console).locator("summary").click()
    panel(console).get_by_role("button", name="Lost after the dot").click()
    notebook.page.keyboard.press("Enter")
    expect(panel(console).locator("li")).to_have_count(1)
    panel(console).locator("summary").click()
    console.get_by_role("button", name="Send message").click()
    expect(console).to_have_attribute("data-phase", "over")
    expect(console.locator(".both")).to_have_text(
        "Two views: The server said 250 and stands at READY, 1 message stored. You read nothing: CLOSED.")
    expect(console.get_by_role("log")).to_contain_text("Decided, but never sent:250 Message accepted")
    expect(console.locator(".rows > li").last).to_contain_text("The connection is lost.")
    expect(console.locator(".explanation")).to_contain_text("A fault made it so.")
    nothing_for_axe(notebook)
    pictured(console, "lost-1280")
    console.get_by_role("button", name="New session").click()
    expect(console.locator(".both")).to_be_hidden()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_by_keyboard_alone_a_fault_is_typed_corrected_set_and_cleared(
    lab: Lab, open_notebook: Open, theme: str,
) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook(CONSOLE)
        console, keyboard = shown(notebook), notebook.page.keyboard
        said(console, *FIRST)
        tabbed_to(console, panel(console).locator("summary"))
        keyboard.press("Enter")
        line = panel(console).get_by_label("A fault: when -> what")
        tabbed_to(console, line)
        keyboard.type("RCPT#0 -> 452")
        keyboard.press("Enter")
        expect(console.locator(".notice")).to_have_text(
            "Column 6: '0' is no count; times are counted from 1: #1, #2, #2+.")
        expect(line).to_have_value("RCPT#0 -> 452")
        expect(line).to_be_focused()
        nothing_for_axe(notebook)
        keyboard.press("Control+a")
        keyboard.type("RCPT#2 -> 452")
        keyboard.press("Enter")
        expect(panel(console).locator("li")).to_have_count(1)
        keyboard.type("NOOP -> delay 1 s")
        keyboard.press("Enter")
        expect(panel(console).locator("li")).to_have_count(2)
        nothing_for_axe(notebook)
        tabbed_to(console, panel(console).get_by_role("button", name="Clear all"))
        keyboard.press("Enter")
        expect(panel(console).locator("li")).to_have_count(0)
        expect(line).to_be_focused()
        keyboard.press("Escape")
        expect(line).to_be_hidden()
        expect(panel(console).locator("summary")).to_be_focused()
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})


def test_a_late_reply_comes_when_time_passes_and_the_panel_stays_usable_meanwhile(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.faults.add('MAIL -> delay 30 s')")
    console = shown(notebook)
    said(console, FIRST[0])
    line = console.get_by_label("Command line")
    line.fill(FIRST[1])
    line.press("Enter")
    expect(console.locator(".explanation")).to_contain_text("A fault made it so.")
    expect(console.locator(".both")).to_contain_text(
        "The server holds back 250 and stands at SENDER_KNOWN. You read nothing: READY.")
    pictured(console, "late-1280")
    panel(console).locator("summary").click()
    panel(console).get_by_label("Time to pass").fill("0.5")
    panel(console).get_by_label("Unit").select_option("minutes")
    panel(console).get_by_role("button", name="Let time pass").click()
    expect(console).to_have_attribute("data-state", "SENDER_KNOWN")
    expect(console.locator(".verdict")).to_have_text("250Yes.")
    expect(console.locator(".both")).to_be_hidden()
    expect(console.locator(".notice")).to_have_text("On the server's clock 0.5 minutes have passed.")
    said(console, "RCPT TO:<bob@lab.example>")
    expect(console).to_have_attribute("data-state", "RECIPIENTS_KNOWN")


def test_a_late_reply_that_comes_by_itself_is_no_answer_to_the_next_command(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.faults.add('MAIL -> delay 4 s')")
    console = shown(notebook)
    said(console, FIRST[0])
    line = console.get_by_label("Command line")
    for text in (FIRST[1], "RCPT TO:<bob@lab.example>"):
        line.fill(text)
        line.press("Enter")
    expect(console).to_have_attribute("data-state", "RECIPIENTS_KNOWN")
    expect(console.locator(".rows .reply").nth(2)).to_contain_text("250 Sender accepted")
    expect(console.locator(".rows .reply").nth(3)).to_contain_text("250 Recipient accepted")
    expect(console.locator(".both")).to_be_hidden()


def test_with_the_panel_folded_input_reply_and_lit_state_are_still_seen_together(open_notebook: Open) -> None:
    setup = "console.faults.add('RCPT -> codes differ')"
    projector = "large = Console(console.client, size='projector')\nlarge"
    notebook = open_notebook(CONSOLE, setup, projector, width=1920, height=1080)
    console = shown(notebook).first
    said(console, *FIRST, "RCPT TO:<carol@lab.example>")
    expect(console.locator(".both")).to_be_visible()
    for width, most in {500: 960, 934: 560, 1280: 620}.items():
        console.evaluate(f"e => {{ e.style.width = '{width}px'; }}")
        pictured(console, f"folded-{width}")
        assert seen_together(console) <= most
    large = notebook.page.locator(".smtplab-console.projector")
    large.scroll_into_view_if_needed()
    panel(large).locator("summary").click()
    pictured(large, "projector-open")
    panel(large).locator("summary").click()
    pictured(large, "projector-1920")
    assert seen_together(large) <= 900
