"""The code card holds the facts of its edition and fits on one page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from smtplab.notebook.card import card_html, find_browser, save_card
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import format_sequences


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_card_has_every_code_of_its_edition_and_no_other(edition: int) -> None:
    heads = re.findall(r'<th scope="row"><b class="code code-\d">(\d{3})</b>', card_html(edition))
    codes = {int(code) for code in heads}
    assert codes == {c.code for c in REPLY_CODES.values() if (c.in_rfc5321 if edition == 5321 else c.in_rfc2821)}


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_card_has_the_list_of_replies_as_on_the_page(edition: int) -> None:
    assert f"<pre>{format_sequences(edition).rstrip()}</pre>" in card_html(edition).replace("&gt;", ">")


def test_the_card_has_the_digits_and_the_diagram() -> None:
    card = card_html()
    assert "not now, try later" in card
    assert 'id="state-RECIPIENTS_KNOWN"' in card
    assert "any command may get 421, 500, 501" in card


def test_the_page_needs_no_other_file() -> None:
    card = card_html().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|src=|href=|@import|url\(", card)


def test_only_html_and_pdf_can_be_written(tmp_path: Path) -> None:
    assert save_card(tmp_path / "card.html").read_text("utf-8") == card_html()
    with pytest.raises(ValueError, match=r"card\.docx has none of the endings"):
        save_card(tmp_path / "card.docx")


def test_without_a_browser_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match=r"Save as \.html"):
        save_card(tmp_path / "card.pdf")


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_pdf_is_one_page(edition: int, tmp_path: Path) -> None:
    pdf = save_card(tmp_path / "card.pdf", edition=edition)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 1
    if pdfinfo := shutil.which("pdfinfo"):
        told = subprocess.run([pdfinfo, pdf], capture_output=True, text=True, check=True).stdout
        assert re.search(r"Pages: +1\n", told)
        assert "A4" in told


CUT = """() => [...document.querySelectorAll('main, section, pre, table, figure')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.browser
@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_on_the_card_is_cut(browser: Browser, edition: int, tmp_path: Path) -> None:
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(save_card(tmp_path / "card.html", edition=edition).as_uri())
    found = page.evaluate(CUT)
    page.close()
    assert found == []
