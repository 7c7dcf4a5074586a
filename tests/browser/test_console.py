"""The console in a real JupyterLab: by mouse, by keyboard, and what must not happen to the notebook around it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Notebook

pytestmark = pytest.mark.browser

CONSOLE = "from smtplab import Console\nconsole = Console()\nconsole"
Open = Callable[..., Notebook]


def shown(notebook: Notebook) -> Locator:
    """The live console, once it is drawn."""
    console = notebook.page.locator(".smtplab-console")
    console.first.wait_for()
    return console


def said(console: Locator, *lines: str) -> None:
    """Type lines, each ended by Enter, and wait until each is answered."""
    line = console.get_by_label("Command line")
    for text in lines:
        before = console.locator(".rows .reply").count()
        line.fill(text)
        line.press("Enter")
        expect(console.locator(".rows .reply")).to_have_count(before + 1)


def test_a_first_mail_goes_from_ehlo_to_delivered_by_mouse_alone(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    way = {"EHLO": "READY", "MAIL": "SENDER_KNOWN", "RCPT": "RECIPIENTS_KNOWN", "DATA": "MAIL_DATA"}
    for verb, state in way.items():
        console.get_by_role("button", name=verb, exact=True).click()
        console.get_by_role("button", name="Send", exact=True).click()
        expect(console).to_have_attribute("data-state", state)
    expect(console.get_by_role("button", name="RCPT", exact=True)).to_have_count(0)
    console.get_by_role("button", name="Send message").click()
    expect(console).to_have_attribute("data-state", "READY")
    expect(console.get_by_role("log")).to_contain_text("250 Message accepted")
    expect(console.locator(".verdict")).to_have_text("250Yes.")
    console.get_by_role("button", name="QUIT", exact=True).click()
    console.get_by_role("button", name="Send", exact=True).click()
    expect(console.locator(".bar").get_by_role("button")).to_have_text(["New session"])
    console.get_by_role("button", name="New session").click()
    expect(console).to_have_attribute("data-state", "GREETED")
    expect(console.locator(".rows > li")).to_have_count(1)


def test_a_button_fills_the_line_and_selects_the_part_to_edit_but_sends_nothing(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    console.get_by_role("button", name="RCPT", exact=True).click()
    line = console.get_by_label("Command line")
    expect(line).to_be_focused()
    expect(line).to_have_value("RCPT TO:<bob@lab.example>")
    assert line.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == "bob@lab.example"
    notebook.page.keyboard.type("carol@lab.example")
    expect(line).to_have_value("RCPT TO:<carol@lab.example>")
    expect(console.locator(".rows > li")).to_have_count(1)


def test_a_refusal_is_drawn_as_refused_and_nothing_foreign_becomes_part_of_the_page(open_notebook: Open) -> None:
    console = shown(open_notebook(CONSOLE))
    said(console, "EHLO student.example", "RCPT TO:<bob@lab.example>")
    expect(console).to_have_attribute("data-state", "READY")
    expect(console.locator('[data-id="refused-READY"]')).to_have_class("edge loop-refused refused")
    expect(console.locator('[data-id="refused-READY"] text')).to_have_text("RCPT 503")
    expect(console.locator('[data-id="refused-READY"]')).to_be_visible()
    expect(console.locator('[data-id="state-READY"]')).to_have_class("state lit")
    expect(console.locator(".verdict")).to_have_text("503Wrong moment.")
    expect(console.locator(".caption")).to_contain_text("was refused")
    said(console, "<img src=x onerror=alert(1)>", "VRFY <b>bob</b>")
    expect(console.get_by_role("log")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(console.locator("img, .log b:not([class^=code]), .pane dd *")).to_have_count(0)


def test_by_keyboard_alone_with_history_address_book_and_lines_of_a_message(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console, keyboard = shown(notebook), notebook.page.keyboard
    line = console.get_by_label("Command line")
    line.focus()
    for text in ("EHLO student.example", "MAIL FROM:<alice@student.example>"):
        keyboard.type(text)
        keyboard.press("Enter")
    expect(console).to_have_attribute("data-state", "SENDER_KNOWN")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(line).to_have_value("EHLO student.example")
    line.fill("RCPT TO:<>")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(console.get_by_text("Carol Cook's mailbox is busy")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(line).to_have_value("RCPT TO:<carol@lab.example>")
    expect(line).to_be_focused()
    said(console, "RCPT TO:<carol@lab.example>", "RCPT TO:<bob@lab.example>", "DATA")
    message = console.get_by_label("The message", exact=True)
    expect(message).to_be_focused()
    expect(message).to_have_value("From: alice@student.example\nTo: bob@lab.example\nSubject: hello\n\nHello!\n"
                                  "This is my first message by hand.\n")
    console.get_by_role("button", name="Line by line").press("Enter")
    for text in ("Subject: x", "", "QUIT"):
        keyboard.type(text)
        keyboard.press("Enter")
    expect(console.locator(".rows > li").last).to_contain_text("QUIT")
    expect(console).to_have_attribute("data-state", "MAIL_DATA")
    keyboard.type(".")
    keyboard.press("Enter")
    expect(console.get_by_role("log")).to_contain_text("250 Message accepted")
    expect(line).to_be_focused()


def test_keys_pressed_inside_the_console_do_nothing_to_the_notebook(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    before, count = notebook.codes, notebook.cells.count()
    for place in (console.get_by_role("button", name="NOOP", exact=True), console.get_by_role("log"),
                  console.get_by_label("Command line")):
        for key in ("a", "b", "d", "d", "m", "x", "Enter", "Shift+Enter", "Control+Enter", "Escape", "0", "0"):
            place.focus()
            notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(300)
    assert notebook.codes == before and notebook.cells.count() == count
    expect(notebook.page.locator(".jp-Dialog")).to_have_count(0)
    expect(notebook.output(0).locator(".smtplab-console")).to_be_visible()


def test_what_happens_in_python_is_seen_at_once_a_call_as_well_as_an_unasked_421(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')\nconsole.fill('MAIL')")
    console = shown(notebook)
    expect(console).to_have_attribute("data-state", "READY")
    expect(console.get_by_label("Command line")).to_have_value("MAIL FROM:<alice@student.example>")
    notebook.run_cell_with("console.server.close()")
    expect(console.get_by_role("log")).to_contain_text("421")
    expect(console.get_by_role("log")).to_contain_text("Nobody asked")
    expect(console).to_have_attribute("data-phase", "over")


def test_the_static_form_makes_room_and_comes_back_with_advice_after_a_restart(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    static = notebook.output(0).locator("[data-smtplab-static]")
    expect(static).to_have_count(1)
    expect(static).to_be_hidden()
    notebook.restart_kernel()
    expect(console.get_by_role("alert")).to_contain_text("Run the cell again")
    expect(console.get_by_role("button", name="EHLO", exact=True)).to_be_disabled()


def test_running_the_cell_twice_leaves_one_console_and_one_server(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE)
    console = shown(notebook)
    said(console, "EHLO student.example")
    notebook.run_all()
    expect(notebook.page.locator(".smtplab-console")).to_have_count(1)
    expect(notebook.page.locator(".smtplab-console")).to_have_attribute("data-state", "GREETED")
    notebook.run_cell_with("import threading\nprint('SERVERS', sum('server' in t.name for t in threading.enumerate()))")
    expect(notebook.page.get_by_text("SERVERS 1", exact=True)).to_be_visible()


def test_input_reply_and_lit_state_are_seen_together_at_every_size(open_notebook: Open) -> None:
    projector = "large = Console(console.client, size='projector')\nlarge"
    notebook = open_notebook(CONSOLE, projector, height=1000)
    console = shown(notebook).first
    said(console, "EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<carol@lab.example>")
    for width in (500, 600, 934, 1100):
        console.evaluate(f"e => {{ e.style.width = '{width}px'; }}")
        assert seen_together(console) <= (560 if width >= 934 else 900)
    large = notebook.page.locator(".smtplab-console.projector")
    large.scroll_into_view_if_needed()
    expect(large).to_have_css("font-size", "22px")
    assert seen_together(large) <= 860


def seen_together(console: Locator) -> float:
    """Check that the parts lie inside the console, not clipped; gives its height."""
    notice_resize = "e => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    console.evaluate(notice_resize)
    box = console.bounding_box()
    assert box is not None
    for seen in (console.get_by_label("Command line"), console.locator(".rows > li").last,
                 console.locator(".verdict"), console.locator(".lit .shape").first):
        part = seen.bounding_box()
        assert part is not None
        assert box["x"] <= part["x"] and part["x"] + part["width"] <= box["x"] + box["width"] + 1
        assert box["y"] <= part["y"] and part["y"] + part["height"] <= box["y"] + box["height"] + 1
    return box["height"]
