"""Going back in the console, in a real JupyterLab: by mouse, by keyboard, and with nothing for axe to find."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

CONSOLE = "from smtplab import Console\nconsole = Console()\nconsole"
SAID = """for line in ('EHLO me.example', 'MAIL FROM:<alice@student.example>', 'RCPT TO:<bob@lab.example>', 'RSET'):
    console.send(line)"""
STRANGE = """from smtplab import Client, Console, LoopbackServer
server = LoopbackServer()
console = Console(Client('127.0.0.1', server.port))
console"""
Open = Callable[..., Notebook]


def shown(notebook: Notebook) -> Locator:
    """The live console, once it is drawn."""
    console = notebook.page.locator(".smtplab-console")
    console.wait_for()
    return console


def back_to(console: Locator, step: int) -> Locator:
    """The button of one step."""
    return console.get_by_role("button", name=f"Go back to step {step},")


def nothing_for_axe(page: Page) -> None:
    """Let axe look at all outputs."""
    found = Axe().run(page, context=".jp-Cell-outputArea")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_by_mouse_back_to_a_step_the_futures_compared_and_the_other_taken(
    lab: Lab, open_notebook: Open, theme: str
) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook(CONSOLE, SAID, height=1200)
        console = shown(notebook)
        expect(console.locator(".back button")).to_have_count(4)  # the greeting and three steps; not the last
        expect(back_to(console, 2)).to_have_css("opacity", "0")
        console.locator('.rows [data-step="2"]').hover()
        expect(back_to(console, 2)).to_have_css("opacity", "1")
        back_to(console, 2).click()
        expect(console).to_have_attribute("data-state", "SENDER_KNOWN")
        expect(console.locator(".forked:visible")).to_contain_text(
            "You went back to step 2 (after MAIL 250). The future you left is kept.")
        line = console.get_by_label("Command line")
        line.fill("RCPT TO:<carol@lab.example>")
        line.press("Enter")
        expect(console.locator(".rows > li").last).to_contain_text("450")
        nothing_for_axe(notebook.page)
        console.get_by_role("button", name="Compare the two futures").click()
        futures = console.get_by_role("region", name="Two futures")
        expect(futures).to_be_focused()
        expect(futures.locator(".difference")).to_contain_text("≠ First difference: A says RCPT TO:<bob@lab.example>")
        expect(futures.locator(".first .differs")).to_have_text(["≠ first difference"] * 2)
        expect(futures.locator('[data-id="refused-SENDER_KNOWN"]')).to_have_class("edge loop-refused refused way-b")
        expect(futures.locator('[data-id="refused-SENDER_KNOWN"] text')).to_have_text("B1: RCPT 450")
        expect(futures.locator(".name")).to_have_text(["Future A", "Future B: you are here"])
        nothing_for_axe(notebook.page)
        console.get_by_role("button", name="Take the other one").click()
        expect(console).to_have_attribute("data-state", "READY")
        expect(console.locator(".rows > li").last).to_contain_text("250 Reset")
        expect(futures).to_be_hidden()
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})


def test_by_keyboard_alone_the_arrows_go_from_step_to_step(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, SAID)
    console, keyboard = shown(notebook), notebook.page.keyboard
    expect(console.locator(".back button")).to_have_count(4)
    console.get_by_role("log").focus()
    keyboard.press("Tab")
    expect(back_to(console, 3)).to_be_focused()
    expect(back_to(console, 3)).to_have_css("opacity", "1")
    keyboard.press("ArrowUp")
    expect(back_to(console, 2)).to_be_focused()
    keyboard.press("Tab")  # one stop for all steps
    assert not console.locator(".back button:focus").count()
    keyboard.press("Shift+Tab")
    expect(back_to(console, 2)).to_be_focused()
    keyboard.press("Enter")
    expect(console).to_have_attribute("data-state", "SENDER_KNOWN")
    line = console.get_by_label("Command line")
    expect(line).to_be_focused()
    keyboard.type("RSET")
    keyboard.press("Enter")
    expect(console).to_have_attribute("data-state", "READY")
    compare = console.get_by_role("button", name="Compare the two futures")
    compare.focus()
    keyboard.press("Enter")
    expect(console.get_by_role("region", name="Two futures")).to_be_focused()
    expect(compare).to_have_attribute("aria-expanded", "true")
    compare.focus()
    keyboard.press("Enter")
    expect(console.get_by_role("region", name="Two futures")).to_be_hidden()
    assert notebook.cells.count() == 3


def test_an_empty_line_of_a_message_keeps_its_place_in_the_futures(open_notebook: Open) -> None:
    mail = "Subject: Lunch\\n\\nAt noon?\\n"
    notebook = open_notebook(CONSOLE, SAID.replace("'RSET'", "'DATA'"), f"console.send_message('{mail}')",
                             "_ = console.go_back(3)\nconsole.futures")
    heights = notebook.page.locator(".smtplab .wire .line", has_text="Subject: Lunch").last.evaluate(
        "line => [line, line.nextElementSibling].map((each) => each.getBoundingClientRect().height)")
    assert heights[0] == heights[1] > 0


def test_the_steps_that_both_have_stay_in_the_page_so_that_they_are_not_read_again(open_notebook: Open) -> None:
    console = shown(open_notebook(CONSOLE, SAID))
    rows = console.locator(".rows > li")
    expect(rows).to_have_count(9)
    rows.evaluate_all("rows => rows.forEach((row) => { row.dataset.seen = 'yes'; })")
    console.locator('.rows [data-step="2"]').hover()
    back_to(console, 2).click()
    expect(rows).to_have_count(5)
    expect(console.locator('.rows > li[data-seen="yes"]')).to_have_count(5)
    line = console.get_by_label("Command line")
    line.fill("RCPT TO:<carol@lab.example>")
    line.press("Enter")
    expect(rows).to_have_count(7)
    expect(console.locator('.rows > li[data-seen="yes"]')).to_have_count(5)


def test_a_server_that_is_not_ours_is_asked_about_first(open_notebook: Open) -> None:
    notebook = open_notebook(STRANGE, SAID)
    console = shown(notebook)
    expect(console.locator(".back button")).to_have_count(4)
    console.locator('.rows [data-step="2"]').hover()
    back_to(console, 2).click()
    question = console.get_by_role("group", name="Say the lines again?")
    expect(question).to_contain_text("mail may be delivered twice")
    expect(question.get_by_role("button", name="No")).to_be_focused()
    nothing_for_axe(notebook.page)
    notebook.page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(back_to(console, 2)).to_be_focused()
    expect(console).to_have_attribute("data-state", "READY")
    notebook.page.keyboard.press("Enter")
    question.get_by_role("button", name="Yes").click()
    expect(console).to_have_attribute("data-state", "SENDER_KNOWN")
    expect(console.locator(".forked:visible")).to_contain_text("said again, over a new connection")


def test_input_reply_and_lit_state_are_seen_together_after_going_back(open_notebook: Open) -> None:
    console = shown(open_notebook(CONSOLE, SAID + "\nconsole.go_back(2)\nconsole.send('RSET')", width=1400))
    expect(console.locator(".forked:visible")).to_be_visible()
    for width in (500, 600, 934, 1100):
        console.evaluate(f"e => {{ e.style.width = '{width}px'; }}")
        box = console.bounding_box()
        assert box is not None and box["height"] <= (560 if width >= 934 else 940)
        expect(console.locator(".rows > li").last).to_be_in_viewport()
