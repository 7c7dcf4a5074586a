"""The player in a real JupyterLab: by mouse, by keyboard, by a presenter's remote, full screen; nothing jumps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from smtplab.course.scenario import find_scenario
from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

Open = Callable[..., Notebook]

EXAMPLE = str(Path(__file__).parents[1] / "notebook" / "player" / "player_example.txt")

PLAYER = "from smtplab import Player\nplayer = Player({})\nplayer"


def shown(notebook: Notebook) -> Locator:
    """The live player, once it is drawn."""
    player = notebook.page.locator(".smtplab-player")
    player.wait_for()
    return player


def at(player: Locator, number: int) -> None:
    """Wait for a step."""
    expect(player).to_have_attribute("data-at", str(number - 1))


def button(player: Locator, name: str) -> Locator:
    return player.get_by_role("button", name=name, exact=True)


def test_by_mouse_from_the_list_through_a_question_to_the_console_that_goes_on(open_notebook: Open) -> None:
    notebook = open_notebook(PLAYER.format(""))
    player = shown(notebook)
    expect(player.locator(".shelf .name").last).to_have_text("unknown_codes")  # what lessons call it
    player.get_by_role("button", name="Two recipients, two fates").click()
    at(player, 1)
    expect(player.get_by_text("Step 1 of 13")).to_be_visible()
    for number in range(2, 7):
        button(player, "Next").click()
        at(player, number)
    expect(player.get_by_role("log")).to_contain_text("450 <carol@lab.example>: mailbox is busy")
    button(player, "That is my answer").click()
    expect(player.locator(".notice")).to_have_text("Choose an answer first.")
    right = find_scenario("two_recipients").questions[0].right[0]
    player.get_by_label(right.text).check()
    button(player, "That is my answer").click()
    expect(player.locator(".question")).to_contain_text(right.reason)
    player.get_by_label("Go to step").select_option("10")
    at(player, 10)
    expect(player.locator(".waiting")).to_have_text("No reply is shown yet.")
    expect(player).not_to_contain_text("250 Message accepted")
    expect(player).to_have_attribute("data-state", "MAIL_DATA")
    button(player, "Next").click()
    expect(player.get_by_role("log")).to_contain_text("250 Message accepted")
    expect(player.locator('[data-id="state-READY"]')).to_have_class("state lit")
    button(player, "Back").click()
    expect(player).not_to_contain_text("250 Message accepted")
    player.get_by_label("Go to step").select_option("8")
    button(player, "Take over from here").click()
    console = notebook.page.locator(".smtplab-console")
    console.wait_for()
    expect(console).to_have_attribute("data-state", "RECIPIENTS_KNOWN")
    console.get_by_label("Command line").fill("RSET")
    console.get_by_label("Command line").press("Enter")
    expect(console).to_have_attribute("data-state", "READY")
    at(player, 8)
    button(player, "All scenarios").click()
    expect(player.get_by_role("button", name="Two recipients, two fates")).to_be_visible()
    expect(console).to_have_count(0)


def test_by_keyboard_alone_and_by_a_presenters_remote(open_notebook: Open) -> None:
    notebook = open_notebook(PLAYER.format(repr(EXAMPLE)))
    player, keyboard = shown(notebook), notebook.page.keyboard
    before = notebook.codes
    button(player, "Next").focus()
    keyboard.press("Enter")
    at(player, 2)
    for key, number in (("PageDown", 3), ("PageDown", 4), ("PageUp", 3), ("ArrowRight", 4), ("ArrowLeft", 3),
                        ("End", 13), ("PageDown", 13), ("Home", 1)):
        keyboard.press(key)
        at(player, number)
    player.get_by_role("log").focus()
    keyboard.press("Space")
    at(player, 2)
    notes = player.get_by_role("note", name="Presenter's notes")
    expect(notes).to_be_hidden()
    keyboard.press("n")
    expect(notes).to_be_visible()
    keyboard.press("l")
    expect(button(player, "Large type")).to_have_attribute("aria-pressed", "true")
    keyboard.press("l")
    expect(button(player, "Large type")).to_have_attribute("aria-pressed", "false")
    for _ in range(4):
        keyboard.press("PageDown")
    at(player, 6)
    option = player.get_by_label("One refused recipient stops the whole mail.")
    option.focus()
    keyboard.press("Space")
    expect(option).to_be_checked()
    keyboard.press("ArrowDown")
    expect(player.get_by_label("It goes on for the others.")).to_be_checked()
    at(player, 6)
    keyboard.press("Enter")
    expect(player.locator(".question .strong")).to_have_text("Yes.")
    keyboard.press("PageDown")
    at(player, 7)
    player.get_by_label("Seconds a step").focus()
    keyboard.press("ArrowLeft")
    keyboard.press("p")
    at(player, 7)
    keyboard.press("PageDown")
    at(player, 8)
    for key in ("a", "b", "d", "d", "m", "x", "Escape", "0", "0"):
        player.get_by_role("log").focus()
        keyboard.press(key)
    assert notebook.codes == before


def test_it_plays_by_itself_and_stops_at_a_question(open_notebook: Open) -> None:
    player = shown(open_notebook(PLAYER.format(f"{EXAMPLE!r}, seconds=1")))
    button(player, "Play").click()
    expect(button(player, "Pause")).to_be_visible()
    at(player, 3)
    button(player, "Pause").click()
    expect(button(player, "Play")).to_be_visible()
    player.press("p")
    at(player, 6)
    expect(button(player, "Play")).to_be_visible()
    expect(player.locator(".question")).to_be_visible()
    player.press("p")
    at(player, 7)
    expect(button(player, "Pause")).to_be_visible()


def test_full_screen_takes_all_keys_and_escape_leaves_it(open_notebook: Open) -> None:
    notebook = open_notebook(PLAYER.format(repr(EXAMPLE)))
    player, page = shown(notebook), notebook.page
    button(player, "Full screen").click()
    expect(button(player, "Full screen")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.fullscreenElement.className").startswith("smtplab smtplab-player")
    page.evaluate("document.activeElement.blur()")
    before, cells = notebook.codes, notebook.cells.count()
    for key in ("a", "b", "d", "d", "PageDown"):
        page.keyboard.press(key)
    at(player, 2)
    assert notebook.cells.count() == cells and notebook.codes == before
    nothing_for_axe(page)
    page.keyboard.press("Escape")
    expect(button(player, "Full screen")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.fullscreenElement") is None
    player.press("f")
    expect(button(player, "Full screen")).to_have_attribute("aria-pressed", "true")
    player.press("f")
    expect(button(player, "Full screen")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("width", [934, 1280, 1920])
@pytest.mark.parametrize("name", ["starttls", "two_recipients"])
def test_nothing_jumps_from_step_to_step(open_notebook: Open, width: int, name: str) -> None:
    notebook = open_notebook(PLAYER.format(repr(name) + ", notes=True"), width=width)
    player = shown(notebook)
    places = {json_of(player)}
    count = player.get_by_label("Go to step").locator("option").count()
    for number in range(2, count + 1):
        player.press("PageDown")
        at(player, number)
        places.add(json_of(player))
    assert len(places) == 1, places


def test_at_934_by_560_controls_words_lit_state_record_and_meaning_are_seen_together(open_notebook: Open) -> None:
    notebook = open_notebook(PLAYER.format(repr(EXAMPLE)), width=1106)
    player = shown(notebook)
    player.press("End")
    at(player, 13)
    box = player.bounding_box()
    assert box is not None and box["width"] <= 934 and box["height"] <= 560


def json_of(player: Locator) -> str:
    """Where the parts of a player are, within it."""
    said: str = player.evaluate("""root => {
      const top = root.getBoundingClientRect();
      const parts = root.querySelectorAll(
        ".head > *, .controls > *, .narration, .presenter, .stage, .caption, .log, .pane");
      return JSON.stringify([...parts].filter((part) => part.offsetParent).map((part) => {
        const box = part.getBoundingClientRect();
        return [part.className, box.left - top.left, box.top - top.top, box.width, box.height].map(
          (said) => typeof said === "number" ? Math.round(said) : said); }));
    }""")
    return said


def nothing_for_axe(page: Page) -> None:
    found: Any = Axe().run(page, context=".jp-Cell-outputArea")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(lab: Lab, open_notebook: Open, theme: str) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook("from smtplab import Player\nshelf = Player()\nshelf",
                                 "player = Player('the_lost_250', notes=True, predict=True)\nplayer")
        page = notebook.page
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str("Light" in theme).lower())
        page.locator(".smtplab-player").last.wait_for()
        nothing_for_axe(page)
        for code in ("next(n for n in range(1, player.count) if player.jump(n) or player.prediction)",
                     "player.commit('yes', moves=True, reason=1); player.next()",
                     "next(n for n in range(1, player.count) if player.jump(n) or player.frame.question)",
                     "player.answer(1)", "player.jump(player.count)"):
            notebook.run_cell_with(f"_ = {code}" if "next(n" in code else code)
            page.wait_for_function("() => !document.querySelector('.jp-InputPrompt')?.textContent.includes('*')")
            nothing_for_axe(page)
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})
