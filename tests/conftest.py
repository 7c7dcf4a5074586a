"""Under SMTPLAB_FULL_TESTS=1, as CI sets it, a test that would be skipped fails: nothing is left out unseen.

Three reasons stay good ones: the facts beside the project are not part of it, some tests are for one system only, and
Node's nodemailer is tried where npm is there.
"""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from smtplab.notebook.card import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IS_FULL = os.environ.get("SMTPLAB_FULL_TESTS") == "1"
GOOD_REASON = re.compile(r"\bfacts\b|\bnpm is not\b|\b(Linux|macOS|Windows|POSIX) only\b", re.IGNORECASE)

settings.register_profile("smtplab", deadline=None)  # a busy machine fails no test by its clock
settings.load_profile("smtplab")

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium, without a window: the one of all tests, since Playwright can be opened only once in a process."""
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield running
        running.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in the browser come last: once it runs, so does an event loop, and `asyncio.run` has no place."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


def _fail_unseen_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (IS_FULL and report.outcome == "skipped") or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not GOOD_REASON.search(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(SMTPLAB_FULL_TESTS=1: a full run skips nothing)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    _fail_unseen_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    _fail_unseen_skip(report)
    return report
