"""What fits where, measured in pixels: heights that stay, pictures that are seen whole, names that a class can read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Notebook
from tests.browser.test_console import said, seen_together

pytestmark = pytest.mark.browser

Open = Callable[..., Notebook]

CELL_PX, MOST_PX = 934, 560
"""A cell of a screen of 1366 x 768 px, and what it shows at once."""

SMALL = {"width": 1280, "height": 800}
"""A projector that is not a big one."""

FIRST = ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<carol@lab.example>",
         "RCPT TO:<bob@lab.example>")

PICTURE = """root => {
  const stage = [...root.querySelectorAll('.stage')].find(each => each.getClientRects().length);
  const svg = stage.querySelector('svg');
  const {width, height} = svg.viewBox.baseVal;
  const scale = Math.min(svg.clientWidth / width, svg.clientHeight / height);
  const name = svg.querySelector('.state:not(.low) text');
  return [stage.scrollWidth > stage.clientWidth || svg.clientHeight > stage.clientHeight + 1,
          parseFloat(getComputedStyle(name).fontSize) * scale];
}"""
"""Whether the picture is cut, and how high the names of its states are."""


def height(part: Locator) -> float:
    part.evaluate("e => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box = part.bounding_box()
    assert box is not None
    return box["height"]


def window_of(notebook: Notebook) -> float:
    """How much of a notebook is seen at once."""
    seen: float = notebook.page.locator(".jp-WindowedPanel-outer").evaluate("e => e.clientHeight")
    return seen


@pytest.mark.parametrize("extensions", ["()", "'all'"])
def test_a_console_has_one_height_whatever_comes_and_whatever_is_open(open_notebook: Open, extensions: str) -> None:
    source = f"from smtplab import Console\nconsole = Console(extensions={extensions})\nconsole"
    notebook = open_notebook(source, width=1400, height=900)
    console = notebook.page.locator(".smtplab-console")
    console.evaluate(f"e => {{ e.style.width = '{CELL_PX}px'; }}")
    heights = {"new": height(console)}
    for line in FIRST:
        said(console, line)
        heights[line] = height(console)
        assert seen_together(console) <= MOST_PX
    console.get_by_role("button", name="Address book").click()
    heights["book"] = height(console)
    console.get_by_role("button", name="Address book").click()
    notebook.run_cell_with("for verb in ('HELP', 'NOOP', 'VRFY'): console.faults.add(f'{verb} -> 250 x')")
    expect(console.locator(".faults li")).to_have_count(3)
    console.locator(".faults summary").click()
    heights["faults"] = height(console)
    assert seen_together(console) <= MOST_PX
    console.locator(".faults summary").click()
    said(console, "DATA")
    heights["message"] = height(console)
    console.get_by_role("button", name="Send message").click()
    expect(console).to_have_attribute("data-state", "READY")
    heights["sent"] = height(console)
    assert set(heights.values()) == {heights["new"]}, heights
    assert heights["new"] <= MOST_PX


@pytest.mark.parametrize("extensions", ["()", "'all'"])
def test_a_projector_console_fits_a_small_screen_and_its_picture_is_seen_whole(
    open_notebook: Open, extensions: str,
) -> None:
    source = f"from smtplab import Console\nconsole = Console(extensions={extensions}, size='projector')\nconsole"
    notebook = open_notebook(source, **SMALL)
    console = notebook.page.locator(".smtplab-console")
    first = height(console)
    said(console, *FIRST)
    assert height(console) == first <= window_of(notebook)
    is_cut, name = console.evaluate(PICTURE)
    assert not is_cut
    assert name >= 18


def test_the_desk_needs_no_scrolling_on_a_small_screen_in_a_page_or_in_full_screen(open_notebook: Open) -> None:
    notebook = open_notebook("import smtplab\nboard = smtplab.desk()\nboard", **SMALL)
    desk = notebook.page.locator(".smtplab-desk")
    console = desk.locator(".smtplab-console")
    said(console, *FIRST[:3])
    assert height(desk) <= window_of(notebook)
    assert not desk.evaluate(PICTURE)[0]
    desk.get_by_role("button", name="Full screen").click()
    notebook.page.wait_for_function("() => document.fullscreenElement")
    assert desk.evaluate("e => e.scrollHeight <= e.clientHeight")
    is_cut, name = desk.evaluate(PICTURE)
    assert not is_cut
    assert name >= 22
    last = console.locator(".rows > li").last
    expect(last).to_be_in_viewport(ratio=0.9)
    expect(console.locator(".verdict")).to_be_in_viewport(ratio=0.9)


def test_what_a_class_is_told_is_seen_whole_in_full_screen_and_can_be_read(open_notebook: Open) -> None:
    notebook = open_notebook("import smtplab\nboard = smtplab.desk()\nboard", **SMALL)
    desk = notebook.page.locator(".smtplab-desk")
    desk.get_by_role("button", name="Full screen").click()
    notebook.page.wait_for_function("() => document.fullscreenElement")
    desk.get_by_role("textbox", name="Command line").fill("EHLO student.example")
    desk.get_by_role("button", name="Ask the class").click()
    hands = desk.locator(".smtplab-hands")
    hands.get_by_role("button", name="Reveal").click()
    expect(hands.locator("li.came")).to_have_count(3)
    assert height(hands) < SMALL["height"]
    assert desk.evaluate("e => e.scrollHeight <= e.clientHeight")
    assert hands.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 18
    expect(hands.get_by_text("250-lab.example greets")).to_be_visible()
    expect(hands.get_by_text("250 HELP")).to_be_visible()
    expect(hands.get_by_text("250-VRFY")).to_be_hidden()


def test_a_projected_scenario_fits_a_small_screen_and_its_picture_is_seen_whole(open_notebook: Open) -> None:
    source = "from smtplab import Player\nplayer = Player('two_recipients', size='projector')\nplayer"
    notebook = open_notebook(source, **SMALL)
    player = notebook.page.locator(".smtplab-player")
    player.wait_for()
    player.press("PageDown")
    expect(player).to_have_attribute("data-at", "1")
    assert height(player) <= window_of(notebook)
    is_cut, name = player.evaluate(PICTURE)
    assert not is_cut
    assert name >= 18
