"""What an answer to EHLO announced, in a real JupyterLab: by keyboard alone, without a secret, and nothing for axe."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

CONSOLE = "from smtplab import Console\nconsole = Console(extensions='all')\nconsole"
Open = Callable[..., Notebook]

IN_BASE64 = ("Ym9i", "YnVpbGRlcg==", "AGJvYgBidWlsZGVy")
"""bob, builder, and both as PLAIN carries them."""


def shown(notebook: Notebook) -> Locator:
    """The live console, once it is drawn."""
    console = notebook.page.locator(".smtplab-console")
    console.first.wait_for()
    return console


def nothing_for_axe(page: Page) -> None:
    """Look at the page as it is now."""
    found = Axe().run(page, context=".jp-Cell-outputArea")
    assert found.violations_count == 0, found.generate_report()


def typed(console: Locator, text: str, state: str) -> None:
    """Type into what has the focus, press Enter, and wait until the session stands there."""
    keyboard = console.page.keyboard
    keyboard.type(text)
    keyboard.press("Enter")
    expect(console).to_have_attribute("data-state", state)


def tabbed_to(console: Locator, wanted: Locator, most: int = 40, key: str = "Tab") -> None:
    """Press Tab until this has the focus."""
    for _ in range(most):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        console.page.keyboard.press(key)
    expect(wanted).to_be_focused()


def pressed(console: Locator, name: str, key: str = "Shift+Tab") -> None:
    """Go to a button by keyboard and press it."""
    tabbed_to(console, console.get_by_role("button", name=name, exact=True), key=key)
    console.page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_mail_by_keyboard_alone_with_tls_login_parameter_pieces_and_a_group(
    lab: Lab, open_notebook: Open, theme: str,
) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        notebook = open_notebook(CONSOLE)
        console, page, keyboard = shown(notebook), notebook.page, notebook.page.keyboard
        console.evaluate("e => { e.style.width = '934px'; }")
        line = console.get_by_label("Command line")
        line.focus()
        typed(console, "EHLO student.example", "READY")
        nothing_for_axe(page)

        pressed(console, "STARTTLS")
        expect(line).to_have_value("STARTTLS")
        typed(console, "", "GREETED")
        expect(console.locator(".badge")).to_contain_text(["Inside TLS (TLSv1."])
        expect(console.get_by_role("log")).to_contain_text("TLS is up")
        typed(console, "EHLO student.example", "READY")

        pressed(console, "AUTH")
        expect(console.get_by_label("Mechanism")).to_be_focused()
        keyboard.press("Escape")
        expect(console.get_by_role("button", name="AUTH", exact=True)).to_be_focused()
        expect(console.get_by_label("Mechanism")).to_be_hidden()
        keyboard.press("Enter")
        keyboard.press("Tab")
        keyboard.type("bob")
        keyboard.press("Tab")
        keyboard.type("wrong")
        keyboard.press("Enter")
        expect(console.locator(".verdict")).to_contain_text("535")
        expect(console.get_by_label("Password")).to_be_focused()
        nothing_for_axe(page)
        keyboard.press("Control+a")
        keyboard.type("builder")
        keyboard.press("Enter")
        expect(console.locator(".badge").last).to_have_text("Logged in as bob")
        expect(line).to_be_focused()

        keyboard.type("MAIL FROM:<bob@lab.example>")
        parameter = console.get_by_role("button", name="BODY=8BITMIME", exact=True)
        tabbed_to(console, parameter)
        keyboard.press("Space")
        expect(parameter).to_have_attribute("aria-pressed", "true")
        expect(line).to_have_value("MAIL FROM:<bob@lab.example> BODY=8BITMIME")
        nothing_for_axe(page)
        tabbed_to(console, line, key="Shift+Tab")
        typed(console, "", "SENDER_KNOWN")
        typed(console, "RCPT TO:<bob@lab.example>", "RECIPIENTS_KNOWN")

        pressed(console, "BDAT")
        piece = console.get_by_label("The piece").get_by_role("textbox")
        expect(piece).to_be_focused()
        nothing_for_axe(page)
        pressed(console, "Send piece", key="Tab")
        expect(console).to_have_attribute("data-state", "CHUNKS")
        expect(piece).to_be_focused()
        keyboard.type("No dot ends it.")
        pressed(console, "Send last piece", key="Tab")
        expect(console).to_have_attribute("data-state", "READY")
        expect(line).to_be_focused()

        pressed(console, "Several at once", key="Tab")
        group = console.get_by_label("Commands that go out together, one a line")
        expect(group).to_be_focused()
        expect(group).to_have_value("MAIL FROM:<alice@student.example>\nRCPT TO:<bob@lab.example>\nDATA")
        keyboard.press("Control+a")
        keyboard.type("MAIL FROM:<>\nRCPT TO:<bob@lab.example>\nRSET")
        nothing_for_axe(page)
        keyboard.press("Control+Enter")
        expect(console.locator(".note")).to_have_text([f"sent together, {place} of 3" for place in (1, 2, 3)])
        keyboard.press("Escape")
        expect(line).to_be_focused()
        typed(console, "QUIT", "CLOSED")
        expect(console.get_by_role("button", name="New session")).to_be_focused()

        said = console.inner_text() + console.locator(".overheard").inner_text()
        assert not any(secret in said for secret in ("builder", *IN_BASE64))
        assert "AUTH PLAIN *****" in said
        pressed(console, "Show secrets", key="Tab")
        expect(console.get_by_role("log")).to_contain_text("AUTH PLAIN AGJvYgBidWlsZGVy")
        expect(console.get_by_role("button", name="Hide secrets")).to_be_focused()
        keyboard.press("Enter")
        expect(console.get_by_role("log")).not_to_contain_text("AGJvYgBidWlsZGVy")
        tabbed_to(console, console.locator("summary", has_text="What a listener saw"))
        keyboard.press("Enter")
        expect(console.locator(".overheard")).to_contain_text("STARTTLS")
        expect(console.locator(".overheard li").last).to_be_in_viewport()
        expect(console.locator("summary", has_text="What a listener saw")).to_be_in_viewport()
        expect(console.locator(".overheard")).to_contain_text("octets that nobody can read")
        expect(console.locator(".overheard")).not_to_contain_text("MAIL FROM")
        nothing_for_axe(page)
        assert notebook.cells.count() == 2
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})


def test_a_typed_bdat_opens_the_form_that_sends_its_octets_with_it(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')\nconsole.send_group('MAIL FROM:<>', "
                             "'RCPT TO:<bob@lab.example>')")
    console, keyboard = shown(notebook), notebook.page.keyboard
    line = console.get_by_label("Command line")
    piece = console.get_by_label("The piece").get_by_role("textbox")
    line.focus()
    keyboard.type("BDAT 10")
    keyboard.press("Enter")
    expect(piece).to_be_focused()
    expect(console.get_by_role("status").filter(has_text="come first")).to_have_text(
        "The octets that belong to the line come first; the reply comes after them.")
    keyboard.press("Escape")
    expect(line).to_have_value("BDAT 10")
    line.focus()
    keyboard.press("Enter")
    expect(piece).to_be_focused()
    console.get_by_role("button", name="Send last piece").click()
    expect(console).to_have_attribute("data-state", "READY")
    expect(line).to_be_focused()
    expect(line).to_have_value("")
    typed(console, "QUIT", "CLOSED")


def test_a_group_that_was_not_sent_stays_in_its_box_and_an_empty_one_is_not_sent_by_key(
    open_notebook: Open,
) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')")
    console, keyboard = shown(notebook), notebook.page.keyboard
    console.get_by_role("button", name="Several at once").click()
    group = console.get_by_label("Commands that go out together, one a line")
    notice = console.locator(".notice")
    for refused, sentence in (("\n".join(["NOOP"] * 201), "this one has 201"), ("RSET\nBDAT 10", "come first")):
        group.fill(refused)
        keyboard.press("Control+Enter")
        expect(notice).to_contain_text(sentence)
        expect(group).to_have_value(refused)
    group.fill("RSET\nNOOP")
    keyboard.press("Control+Enter")
    expect(console.locator(".note")).to_have_count(2)
    expect(group).to_have_value("")
    expect(group).to_be_focused()
    keyboard.press("Control+Enter")
    notebook.page.wait_for_timeout(500)
    expect(notice).to_be_hidden()


def test_a_challenge_is_answered_in_plain_text_and_its_base64_is_seen_unless_it_is_a_secret(
    open_notebook: Open,
) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')\nconsole.send('AUTH LOGIN')")
    console, keyboard = shown(notebook), notebook.page.keyboard
    form = console.get_by_role("form", name="The server asks")
    expect(form).to_contain_text("The server asks: Username:")
    answer = form.get_by_label("Your answer")
    answer.focus()
    keyboard.type("bob")
    expect(form).to_contain_text("goes out as Ym9i")
    keyboard.press("Enter")
    expect(form).to_contain_text("The server asks: Password:")
    expect(answer).to_be_focused()
    keyboard.type("builder")
    expect(answer).to_have_attribute("type", "password")
    expect(form).to_contain_text("goes out as hidden")
    nothing_for_axe(notebook.page)
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(form).to_contain_text("goes out as YnVpbGRlcg==")
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(console.locator(".badge")).to_have_text("Logged in as bob")
    expect(console.get_by_label("Command line")).to_be_focused()
    expect(console.get_by_role("log")).not_to_contain_text("Ym9i")
    typed(console, "RSET", "READY")
    notebook.run_cell_with("console.new_session()\nconsole.send('EHLO a.example')\nconsole.send('AUTH CRAM-MD5')")
    form.get_by_role("button", name="Stop").click()
    expect(console.locator(".verdict")).to_contain_text("501")
    expect(console).to_have_attribute("data-state", "READY")


def test_the_address_book_fills_the_login_form_with_a_name_and_a_password(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')")
    console = shown(notebook)
    console.get_by_role("button", name="AUTH", exact=True).click()
    console.get_by_role("button", name="Address book").click()
    expect(console.get_by_text("Anna Schmidt reads mail every day. password apple")).to_be_visible()
    console.get_by_role("button", name="bob@lab.example").click()
    expect(console.get_by_label("Name")).to_have_value("bob")
    password = console.get_by_label("Password")
    expect(password).to_have_value("builder")
    expect(password).to_be_focused()
    expect(password).to_have_attribute("type", "password")
    console.get_by_role("checkbox", name="Show").check()
    expect(password).to_have_attribute("type", "text")
    console.get_by_label("Mechanism").select_option("CRAM-MD5")
    console.get_by_role("button", name="Log in").click()
    expect(console.locator(".badge")).to_have_text("Logged in as bob")


def test_a_parameter_names_the_address_of_its_line_and_takes_the_place_of_another_value(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')\nconsole.fill('RCPT')")
    console = shown(notebook)
    line = console.get_by_label("Command line")
    line.fill("RCPT TO:<carol@lab.example>")
    console.get_by_role("button", name="ORCPT=rfc822;carol@lab.example").click()
    expect(line).to_have_value("RCPT TO:<carol@lab.example> ORCPT=rfc822;carol@lab.example")
    line.fill("RCPT TO:<bj\u00f6rn+x=y@lab.example>")
    expect(console.get_by_role("button", name="ORCPT=rfc822;bj+C3+B6rn+2Bx+3Dy@lab.example")).to_be_visible()
    line.fill("MAIL FROM:<alice@student.example>")
    for value in ("8BITMIME", "BINARYMIME"):
        console.get_by_role("button", name=f"BODY={value}").click()
        expect(line).to_have_value(f"MAIL FROM:<alice@student.example> BODY={value}")
    expect(console.get_by_role("button", name="BODY=8BITMIME")).to_have_attribute("aria-pressed", "false")
    console.get_by_role("button", name="BODY=BINARYMIME").click()
    expect(line).to_have_value("MAIL FROM:<alice@student.example>")
    line.fill("NOOP")
    expect(console.get_by_role("group", name="Add a parameter")).to_be_hidden()


def test_the_first_view_is_as_simple_as_ever_until_ehlo_and_then_says_what_the_answer_offers(
    open_notebook: Open,
) -> None:
    notebook = open_notebook("from smtplab import Console\nplain = Console()\nplain", CONSOLE)
    plain, rich = (shown(notebook).nth(at) for at in (0, 1))
    for console in (plain, rich):
        expect(console.get_by_role("button")).to_have_text(
            ["EHLO", "HELO", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT", "MAIL", "RCPT", "DATA", "Send",
             "Address book"])
        console.get_by_label("Command line").fill("EHLO student.example")
        console.get_by_label("Command line").press("Enter")
        expect(console).to_have_attribute("data-state", "READY")
    expect(plain.get_by_role("button", name="Several at once")).to_have_count(0)
    expect(plain.locator(".pane summary:visible")).to_have_count(1)
    rich.locator("summary", has_text="What the answer offers").click()
    expect(rich.locator(".offers dt", has_text="STARTTLS")).to_be_visible()
    expect(rich.locator(".offers")).to_contain_text("afterwards begin again with EHLO")
    expect(rich.locator('[data-id="state-TLS_HANDSHAKE"]')).to_be_visible()


def test_a_handshake_that_fails_is_told_and_leaves_only_a_new_session(open_notebook: Open) -> None:
    world = "from smtplab.lab import World\nworld = World(extensions='all', certificate='wrong name')\n"
    source = "from smtplab import Console\nconsole = Console(world)\nconsole"
    notebook = open_notebook(world + source, "console.send('EHLO student.example')")
    console = shown(notebook)
    console.get_by_role("button", name="STARTTLS").click()
    console.get_by_role("button", name="Send", exact=True).click()
    expect(console).to_have_attribute("data-phase", "over")
    expect(console.locator(".explanation")).to_contain_text("certificate")
    expect(console.get_by_role("log")).to_contain_text("The TLS handshake failed.")
    expect(console.get_by_role("button", name="New session")).to_be_visible()


def test_with_every_form_open_input_reply_and_lit_state_are_seen_together(open_notebook: Open) -> None:
    notebook = open_notebook(CONSOLE, "console.send('EHLO student.example')\nconsole.start_tls()\n"
                             "console.send('EHLO student.example')", height=1000)
    console = shown(notebook)
    expect(console.locator(".badge")).to_have_count(1)
    line = console.get_by_label("Command line")
    for width in (500, 700, 934, 1100):
        console.evaluate(f"e => {{ e.style.width = '{width}px'; }}")
        most = 560 if width >= 600 else 1000
        line.fill("MAIL FROM:<alice@student.example>")
        assert seen_together(console, line) <= most
        console.get_by_role("button", name="AUTH", exact=True).click()
        assert seen_together(console, console.get_by_label("Name")) <= most
        console.get_by_role("button", name="Back", exact=True).click()
        console.get_by_role("button", name="Several at once").click()
        assert seen_together(console, console.get_by_label("Commands that go out together")) <= most
        console.get_by_role("button", name="Several at once").click()
    console.evaluate("e => { e.style.width = '934px'; }")
    notebook.run_cell_with("console.send_group('MAIL FROM:<>', 'RCPT TO:<bob@lab.example>')")
    expect(console).to_have_attribute("data-state", "RECIPIENTS_KNOWN")
    console.get_by_role("button", name="BDAT", exact=True).click()
    assert seen_together(console, console.get_by_label("The piece").get_by_role("textbox")) <= 560


def seen_together(console: Locator, entry: Locator) -> float:
    """Check that the parts lie inside the console, not clipped; gives its height."""
    console.evaluate("e => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box = console.bounding_box()
    assert box is not None
    for seen in (entry, console.locator(".rows .now .reply-line").last, console.locator(".verdict"),
                 console.locator(".lit .shape").first):
        part = seen.bounding_box()
        assert part is not None
        assert box["x"] <= part["x"] and part["x"] + part["width"] <= box["x"] + box["width"] + 1
        assert box["y"] <= part["y"] and part["y"] + part["height"] <= box["y"] + box["height"] + 1
    log = console.get_by_role("log").bounding_box()
    last = console.locator(".rows .now .reply-line").last.bounding_box()
    assert log is not None and last is not None
    assert log["y"] - 1 <= last["y"] and last["y"] + last["height"] <= log["y"] + log["height"] + 1
    return box["height"]
