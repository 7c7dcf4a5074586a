"""JupyterLab in headless Chromium: one server and one browser for all tests, a notebook and a kernel for each.

Nothing but loopback is reached: a page that asks for anything else is refused it, and its test fails.
"""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 90


class Lab:
    """A JupyterLab server with settings of its own.

    Parameters
    ----------
    root : Path
    labextensions : Path, optional
        The only place to look for extensions, so that a server can lack some, or have others than the kernel.
    """

    def __init__(self, root: Path, labextensions: Path | None = None) -> None:
        self.root, self.token = root, secrets.token_hex(16)
        settings = root / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(
            '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}')
        places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
                  "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
        environment = os.environ | {name: str(root / place) for name, place in places.items()}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
        options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
                   "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}",
                   f"--IdentityProvider.token={self.token}", "--LabApp.news_url=None",
                   "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                   "--LabApp.extension_manager=readonly"]
        if labextensions is not None:
            options.append(f"--LabApp.labextensions_path={labextensions}")
        self._log = (root / "server.log").open("w")
        self._process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], env=environment,
                                         stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True)
        self.url = self._wait_for_url()

    def _wait_for_url(self) -> str:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self._process.poll() is None:
            for found in (self.root / "runtime").glob("jpserver-*.json"):
                try:
                    url = f"http://127.0.0.1:{json.loads(found.read_text())['port']}"
                    self.ask("api/status", url=url)
                except (OSError, ValueError):
                    continue
                return url
            time.sleep(0.1)
        self.close()
        raise RuntimeError("JupyterLab did not start:\n" + (self.root / "server.log").read_text()[-2000:])

    def ask(self, what: str, method: str = "GET", data: object = None, *, url: str = "") -> Any:
        """Ask the server's own interface."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{url or self.url}/{what}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def close(self) -> None:
        """End the server and its kernels."""
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._log.close()


class Notebook:
    """A notebook in a page of the browser."""

    def __init__(self, lab: Lab, page: Page, path: str) -> None:
        self.lab, self.page, self.path = lab, page, path

    @property
    def cells(self) -> Locator:
        """The cells."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    @property
    def codes(self) -> list[str]:
        """What stands in the cells, as the page has it."""
        return self.page.locator(".jp-Notebook .jp-Cell .cm-content").all_inner_texts()

    def output(self, number: int) -> Locator:
        """The output area of a cell."""
        return self.cells.nth(number).locator(".jp-Cell-outputArea")

    def run_all(self) -> None:
        """Run every cell and wait for the last, which prints DONE."""
        self.command("Run", "Run All Cells")
        self.page.get_by_text("DONE", exact=True).last.wait_for(timeout=60_000)

    def run_cell_with(self, source: str) -> None:
        """Write into the last cell and run it."""
        self.cells.last.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Control+Enter")

    def command(self, menu: str, item: str) -> None:
        """Choose from the menu bar."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    @property
    def session(self) -> Any:
        """What the server says of this notebook's session; None while there is none."""
        return next((s for s in self.lab.ask("api/sessions") if s["path"] == self.path), None)

    def until_idle(self) -> None:
        """Wait for the kernel. The server knows; the page says idle before there is one."""
        until = time.monotonic() + PATIENCE_S
        while not (self.session and self.session["kernel"]["execution_state"] == "idle"):
            assert time.monotonic() < until, "no kernel is idle"
            self.page.wait_for_timeout(100)

    def restart_kernel(self) -> None:
        """Restart the kernel, as the menu does."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).first.click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.get_by_text("| Idle").wait_for()

    def close(self) -> None:
        """Close the page and end the kernel."""
        self.page.close()
        if self.session:
            self.lab.ask(f"api/sessions/{self.session['id']}", "DELETE")


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab of this Python."""
    running = Lab(tmp_path_factory.mktemp("lab"))
    yield running
    running.close()


Open = Callable[..., Notebook]


@pytest.fixture(scope="session")
def outside(browser: Browser) -> Iterator[tuple[BrowserContext, list[str]]]:
    """Where pages are opened, and what they asked of the world beyond loopback; that is not given."""
    asked: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context = browser.new_context()  # one for all, so that the second page finds JupyterLab in its cache
    context.route("**/*", guard)
    yield context, asked
    context.close()


@pytest.fixture
def open_in(outside: tuple[BrowserContext, list[str]]) -> Iterator[Open]:
    """Open a notebook of some cells in a lab: ``open_in(lab, *sources, width=..., height=...)``."""
    context, asked = outside
    opened: list[Notebook] = []

    def open_one(lab: Lab, *sources: str, width: int = 1280, height: int = 860) -> Notebook:
        path = f"{secrets.token_hex(4)}.ipynb"
        written = nbformat.v4.new_notebook()
        written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        written.cells = [nbformat.v4.new_code_cell(source) for source in (*sources, "print('DONE')")]
        nbformat.write(written, lab.root / path)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(20_000)
        notebook = Notebook(lab, page, path)
        opened.append(notebook)
        page.goto(f"{lab.url}/doc/tree/{path}?reset&token={lab.token}")
        page.locator(".jp-Notebook").wait_for(timeout=60_000)
        notebook.until_idle()
        notebook.run_all()
        return notebook

    yield open_one
    for notebook in opened:
        notebook.close()
    assert not asked


@pytest.fixture
def open_notebook(lab: Lab, open_in: Open) -> Open:
    """Open a notebook of some cells in the JupyterLab of this Python."""
    return lambda *sources, **options: open_in(lab, *sources, **options)
