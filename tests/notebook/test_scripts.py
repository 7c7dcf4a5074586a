"""The browser's half draws and tells; it makes no HTML, fetches nothing, and every word comes from the catalogue."""

import re
from pathlib import Path

import pytest

from smtplab.explain.catalogue import texts
from smtplab.notebook import html
from smtplab.notebook.live import PARTS, live_class
from smtplab.notebook.question import question

STATIC = Path(html.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
STYLES = sorted(STATIC.glob("*.css"))
WIDGETS = ("console", "desk", "explorer", "hands", "player", "predict")
FORBIDDEN = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
OUTSIDE = r"https?:|//\w+\.\w|\bimport\b|XMLHttpRequest|@import|url\("


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_html_and_runs_no_text(path: Path) -> None:
    assert re.findall(FORBIDDEN, path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=lambda path: path.name)
def test_nothing_is_fetched_from_anywhere(path: Path) -> None:
    assert re.findall(OUTSIDE, path.read_text("utf-8")) == []


@pytest.mark.parametrize("name", WIDGETS)
def test_every_word_that_a_script_asks_for_is_in_the_catalogue(name: str) -> None:
    script = "".join(map(html.static, (part for part in (*PARTS.get(name, ()), f"{name}.js") if part.endswith(".js"))))
    asked = set(re.findall(r"\bwords\.(\w+)", script))
    assert asked - {"gone"} <= set(texts(name))


def test_every_word_of_the_shared_questions_is_in_the_catalogue() -> None:
    script = html.static("question.js") + html.static("console_predict.js")
    asked = set(re.findall(r"\b(?:texts|fixed\.question)\.(\w+)", script))
    assert len(asked) > 5 and asked <= set(question.words())


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_has_a_style_sheet_and_a_class_of_its_own(name: str) -> None:
    assert f".smtplab-{name}" in live_class(name)._css
    assert len({live_class(other).__name__ for other in WIDGETS}) == len(WIDGETS)
