"""Explorer and question in a real JupyterLab; and for every widget: nothing for axe to find, in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

Open = Callable[..., Notebook]

SESSION = "from smtplab import *\nfrom smtplab.network import memory_server\nclient = memory_server().connect()\n"
QUESTION = SESSION + "predict('RCPT TO:<bob@lab.example>', client)"


def test_the_three_digits_turn_by_mouse_and_by_keys(open_notebook: Open) -> None:
    notebook = open_notebook("from smtplab import CodeExplorer\nCodeExplorer(450)")
    explorer, keyboard = notebook.page.locator(".smtplab-explorer"), notebook.page.keyboard
    verdict = explorer.locator(".verdict")
    expect(verdict).to_have_text("450Not now.")
    explorer.get_by_role("button", name="First digit: up").click()
    expect(verdict).to_have_text("550No.")
    third = explorer.get_by_role("spinbutton", name="Third digit")
    third.focus()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(verdict).to_have_text("552No.")
    expect(third).to_be_focused()
    expect(third).to_have_attribute("aria-valuetext", "2: one of 550 551 552 553 554")
    keyboard.press("9")
    expect(explorer.locator(".lists")).to_contain_text("has 559 for no command")
    explorer.get_by_role("button", name="553").click()
    explorer.get_by_role("button", name="RCPT").click()
    expect(explorer.get_by_role("button", name="RCPT")).to_have_attribute("aria-pressed", "true")
    assert notebook.cells.count() == 2


def test_a_question_tells_nothing_before_the_guess_and_hears_the_next_cell(open_notebook: Open) -> None:
    notebook = open_notebook(QUESTION)
    question = notebook.page.locator(".smtplab-predict")
    question.get_by_role("button", name="That is my guess").click()
    expect(question.locator(".notice")).to_contain_text("Choose one answer")
    question.get_by_label("Yes, go on.").check()
    question.get_by_label("It stays GREETED.").check()
    question.get_by_label("The To: line of the message decides").check()
    question.get_by_role("button", name="That is my guess").click()
    expect(question).to_contain_text("run the next cell")
    expect(question).not_to_contain_text("503")
    notebook.run_cell_with("client.send('RCPT TO:<bob@lab.example>')")
    expect(question.locator(".told")).to_contain_text("503")
    expect(question.locator("tbody tr").first).to_have_text("The reply✗ Yes, go on.No.")
    expect(question).to_contain_text("Because:")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_any_widget(lab: Lab, open_notebook: Open, theme: str) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook(
            SESSION + "console = Console(client)\nconsole", "console.send('EHLO a.example')\nconsole.send('RCPT x')",
            "CodeExplorer(503)", "other = Console()\nother", "predict('MAIL FROM:<>', client)",
            "predict('QUIT', client)",
        )
        page = notebook.page
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str("Light" in theme).lower())
        page.locator(".smtplab-predict").last.wait_for()
        console = page.locator(".smtplab-console").first
        expect(console.locator(".rows > li")).to_have_count(5)
        console.get_by_role("button", name="Address book").click()
        found = Axe().run(page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
        notebook.run_cell_with("for line in ('MAIL FROM:<>', 'RCPT TO:<bob@lab.example>', 'DATA'): client.send(line)")
        expect(console).to_have_attribute("data-phase", "message")
        found = Axe().run(page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})
