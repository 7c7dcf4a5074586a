"""A Jupyter server that lacks anywidget, or has another version than the kernel: what a hub may look like."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

Open = Callable[..., Notebook]

INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
OLDER = "0.9.13"
CELLS = ("from smtplab import *\nconsole = Console()\nconsole", "CodeExplorer(503)",
         "predict('RCPT TO:<bob@lab.example>', console)")


def extensions_without_anywidget(folder: Path) -> Path:
    """A folder with all extensions of this Python but anywidget."""
    folder.mkdir()
    for found in INSTALLED.iterdir():
        if found.name != "anywidget":
            (folder / found.name).symlink_to(found, target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def lacking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab without anywidget; the kernel has it."""
    root = tmp_path_factory.mktemp("lacking")
    running = Lab(root, extensions_without_anywidget(root / "extensions"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def older(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab whose anywidget says that it is an older one than the kernel's.

    ``SMTPLAB_OLD_ANYWIDGET`` may name the folder of a really older extension.
    """
    root = tmp_path_factory.mktemp("older")
    folder = extensions_without_anywidget(root / "extensions") / "anywidget"
    if real := os.environ.get("SMTPLAB_OLD_ANYWIDGET"):
        folder.symlink_to(real, target_is_directory=True)
    else:
        version = json.loads((INSTALLED / "anywidget" / "package.json").read_text())["version"]
        for source in (INSTALLED / "anywidget").rglob("*.js*"):
            target = folder / source.relative_to(INSTALLED / "anywidget")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text("utf-8").replace(version, OLDER), "utf-8")
    running = Lab(root, root / "extensions")
    yield running
    running.close()


def test_without_anywidget_the_static_forms_stay_and_say_what_to_do(lacking: Lab, open_in: Open) -> None:
    notebook = open_in(lacking, *CELLS)
    expect(notebook.page.get_by_text("Click to show javascript error").first).to_be_visible()
    for number, words in enumerate(("220 lab.example SMTP service ready", "Wrong moment.", "Which sentence is right?")):
        static = notebook.output(number).locator("[data-smtplab-static]")
        expect(static).to_be_visible()
        expect(static).to_contain_text(words)
        expect(static).to_contain_text("Run this cell again")
    expect(notebook.output(0).locator("svg .lit").first).to_be_visible()


def test_another_version_of_anywidget_draws_the_widgets_as_well(older: Lab, open_in: Open) -> None:
    notebook = open_in(older, *CELLS)
    console = notebook.page.locator(".smtplab-console")
    console.get_by_label("Command line").fill("EHLO student.example")
    console.get_by_role("button", name="Send", exact=True).click()
    expect(console).to_have_attribute("data-state", "READY")
    expect(notebook.page.locator(".smtplab-explorer, .smtplab-predict")).to_have_count(2)
    expect(notebook.page.locator("[data-smtplab-static]:visible")).to_have_count(0)
