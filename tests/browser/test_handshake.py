"""The handshake of the self-check where the page has no time for it: all cells run at once in a fresh notebook."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Notebook

pytestmark = pytest.mark.browser

DOCTOR = "import smtplab\nsmtplab.doctor()"
MATRIX = "from smtplab.notebook.frames import matrix\nmatrix()"
LONG_AND_BUSY = "import time; time.sleep(0.5)\n" + "# this line makes the cell long\n" * 30


def test_running_all_cells_leaves_the_answer_and_not_the_cure(open_notebook: Callable[..., Notebook]) -> None:
    """The kernel hears the page when the last cell has run; the first has left the screen by then."""
    notebook = open_notebook(DOCTOR, *[LONG_AND_BUSY] * 6, "smtplab.Console()", width=1366, height=768)
    page = notebook.page
    page.locator(".smtplab-console").wait_for()
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => { panel.scrollTop = 0 }")
    expect(page.get_by_text("Widgets: live, with anywidget")).to_be_visible()
    expect(page.get_by_text("Widgets: not live yet")).not_to_be_visible()


def test_tables_are_read_from_the_left_and_the_matrix_from_the_middle(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook("import smtplab\nsmtplab.frame('digits').head(3)", MATRIX)
    expect(notebook.output(0).locator("td").first).to_have_css("text-align", "left")
    expect(notebook.output(1).locator("td").first).to_have_css("text-align", "center")
