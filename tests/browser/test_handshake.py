"""The handshake of the self-check where the page has no time for it: all cells run at once in a fresh notebook."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

DOCTOR = "import smtplab\nsmtplab.doctor()"
LONG_AND_BUSY = "import time; time.sleep(0.5)\n" + "# this line makes the cell long\n" * 30


WINDOWING = "lab/api/settings/@jupyterlab/notebook-extension:tracker"


@pytest.mark.parametrize("mode", ["contentVisibility", "full"])  # with full, a cell off the screen is off the page
def test_running_all_cells_leaves_the_answer_and_not_the_cure(
    lab: Lab, open_notebook: Callable[..., Notebook], mode: str
) -> None:
    """The kernel hears the page when the last cell has run; the first has left the screen by then."""
    lab.ask(WINDOWING, "PUT", {"raw": f'{{"windowingMode": "{mode}"}}'})
    try:
        _run_all_and_look(open_notebook)
    finally:
        lab.ask(WINDOWING, "PUT", {"raw": "{}"})


def _run_all_and_look(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(DOCTOR, *[LONG_AND_BUSY] * 6, "smtplab.Console()", width=1366, height=768)
    page = notebook.page
    page.locator(".smtplab-console").wait_for()
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => { panel.scrollTop = 0 }")
    expect(page.get_by_text("Widgets: live, with anywidget")).to_be_visible()
    expect(page.get_by_text("Widgets: not live yet")).not_to_be_visible()
