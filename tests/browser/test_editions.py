"""The figure of the differences between the editions in a real JupyterLab: it fits a cell, and axe finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

NARROW_PX = 934
"""A cell beside an open side bar in a window of 1366 px."""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_differences_fit_a_cell_and_axe_finds_nothing(
    lab: Lab, open_notebook: Callable[..., Notebook], theme: str
) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    lab.ask(setting, "PUT", {"raw": f'{{"theme": "{theme}"}}'})
    try:
        page = open_notebook("import smtplab\nsmtplab.edition_differences()").page
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str("Light" in theme).lower())
        table = page.locator("table.editions")
        expect(table.locator("tbody tr")).to_have_count(12)
        assert table.evaluate("table => table.scrollWidth") <= NARROW_PX
        found = Axe().run(page, context=".jp-Cell-outputArea")
        assert found.violations_count == 0, found.generate_report()
    finally:
        lab.ask(setting, "PUT", {"raw": "{}"})
