"""The value that a diagram is: where it may stand, what IPython and files get of it, and how a browser draws it."""

import itertools
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from smtplab.notebook import html
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.picture import lay_out
from smtplab.protocol.machine import State
from smtplab.protocol.transcript import Transcript
from tests.notebook.diagram.drawings import PATH, REFUSED_GREETING, SVG, TLS_AND_CHUNKS, WHAT_IS_REFUSED


def test_the_empty_transcript_stands_before_the_greeting() -> None:
    assert state_diagram(Transcript()).state is State.CONNECTED


def test_a_hostile_verb_cannot_enter_the_picture() -> None:
    record = Transcript.parse('S: 220 a\nC: <script>"\\ x\nS: 500 no\n')
    diagram = state_diagram(record)
    assert "<script" not in diagram.svg().lower()
    assert "<script" not in diagram._repr_mimebundle_()["text/html"].lower()
    if shutil.which("dot"):
        lay_out(diagram.source, "svg")


def test_a_picture_has_a_role_a_title_a_description_and_a_twin_in_words() -> None:
    shown = state_diagram("ready")._repr_mimebundle_()
    root = ElementTree.fromstring(state_diagram("ready").svg())
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert "You are at READY" in (root[1].text or "")
    assert set(shown) == {"text/html", "text/plain"}
    assert "<details><summary>In words" in shown["text/html"]


def test_files_stand_alone(tmp_path: Path) -> None:
    svg = state_diagram(PATH).save(tmp_path / "path.svg").read_text("utf-8")
    assert "<style>" in svg
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    ElementTree.fromstring(svg)
    assert state_diagram().save(tmp_path / "whole.dot").read_text("utf-8").startswith("digraph")


@pytest.mark.parametrize(("what", "options", "error", "said"), [
    ("RAEDY", {}, ValueError, "is no state"),
    (3.5, {}, TypeError, "A float stands nowhere"),
    ([1, 2], {}, TypeError, "A list stands nowhere"),
    (itertools.count(), {}, TypeError, "A count stands nowhere"),
    (None, {"legal": True}, ValueError, "needs a place to stand"),
    (None, {"size": "big"}, ValueError, "projector"),
    (None, {"edition": 821}, ValueError, "2821"),
    (None, {"extensions": ["TLS"]}, ValueError, "holds 'TLS'; smtplab can offer"),
])
def test_bad_input_is_told_in_a_sentence(what: object, options: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        state_diagram(what, **options)


def test_an_unknown_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.dot"):
        state_diagram().save(tmp_path / "a.gif")


# As a browser draws it

VARIANTS = {
    "whole": state_diagram(),
    "refusals": state_diagram(refusals=True),
    "5321 refusals": state_diagram(edition=5321, refusals=True),
    **{f"lit {state}": state_diagram(state) for state in State},
    "legal": state_diagram(State.RECIPIENTS_KNOWN, legal=True),
    "refused step": state_diagram(PATH.exchanges()[5]),
    "path": state_diagram(PATH),
    "refused greeting": state_diagram(REFUSED_GREETING),
    "projector": state_diagram(PATH, size="projector"),
    "all": state_diagram(extensions="all"),
    "all refusals": state_diagram(extensions="all", refusals=True),
    "5321 all refusals": state_diagram(edition=5321, extensions="all", refusals=True),
    **{f"all lit {state}": state_diagram(state, extensions="all", refusals=True) for state in State},
    "all legal": state_diagram(State.READY, extensions="all", legal=True),
    "all path": state_diagram(TLS_AND_CHUNKS),
    "all refused": state_diagram(WHAT_IS_REFUSED),
    **{f"all step {n}": state_diagram(s) for n, s in enumerate(WHAT_IS_REFUSED.exchanges(), 1)},
    "all projector": state_diagram(WHAT_IS_REFUSED, size="projector"),
}
"""Every way in which a picture may be marked."""

OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const outer = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent && t.getClientRects().length);
    const boxes = texts.map(t => [t, t.getBoundingClientRect()]);
    for (const [t, b] of boxes) {
      const cut = b.left < outer.left - 1 || b.right > outer.right + 1 || b.top < outer.top - 1;
      if (cut) found.push('cut: ' + t.textContent);
      const shape = t.parentNode.querySelector('.shape');
      if (shape && b.width > shape.getBoundingClientRect().width) found.push('too wide: ' + t.textContent);
    }
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 4) found.push(boxes[i][0].textContent + ' over ' + boxes[j][0].textContent);
    }
  }
  return found;
}"""

NAMES = """() => [...document.querySelectorAll('.smtplab-diagram svg')].map(svg => {
  const name = svg.querySelector('.state:not(.low) text');
  const scale = Math.min(svg.clientWidth / svg.viewBox.baseVal.width, svg.clientHeight / svg.viewBox.baseVal.height);
  const of = svg.parentNode.classList;
  return [of.contains('projector'), of.contains('extensions'), parseFloat(getComputedStyle(name).fontSize) * scale];
})"""
"""Of each picture: is it for a projector, has it extensions, and how high its names of states are (px)."""


@pytest.mark.browser
def test_in_a_browser_no_text_overlaps_another_or_is_cut_and_names_are_large(browser: Browser, tmp_path: Path) -> None:
    figures = html.join(html.element("div", d.figure(), style="width:934px") for d in VARIANTS.values())
    page_file = tmp_path / "diagrams.html"
    page_file.write_text(f"<!doctype html><meta charset=utf-8>{html.styled(figures)}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto(page_file.as_uri())
    heights = page.evaluate("[...document.querySelectorAll('.smtplab-diagram:not(.projector) svg')]"
                            ".map(svg => svg.getBoundingClientRect().height)")
    overlaps = page.evaluate(OVERLAPS)
    names = page.evaluate(NAMES)
    page.close()
    assert overlaps == []
    assert max(heights) <= 200
    assert min(size for is_large, _, size in names if is_large) >= 18
    assert min(size for is_large, is_bigger, size in names if not is_large and not is_bigger) >= 16
    assert min(size for is_large, is_bigger, size in names if not is_large and is_bigger) >= 15


@pytest.mark.browser
def test_a_readers_forced_colours_are_the_pictures_too(browser: Browser) -> None:
    page = browser.new_page()
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.set_content(html.styled(html.element("div", state_diagram("READY").figure(), class_="smtplab")))
    names, shape, canvas = page.evaluate("""() => {
      const of = (where) => getComputedStyle(document.querySelector(where));
      document.body.style.background = 'Canvas';
      return [of('[id=state-GREETED] text').fill, of('[id=state-GREETED] .shape').fill, of('body').backgroundColor];
    }""")
    page.close()
    assert shape == canvas
    assert names != canvas
