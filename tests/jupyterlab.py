"""JupyterLab and Chromium for tests: a server as a new user would have it, and a page that cannot leave loopback."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

import smtplab

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Read by every Python below the server's: notes each address outside loopback that is looked up or called.
SPY = """\
import os, socket, sys
def spy(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if host not in ("", "localhost", "::1", "::", "0.0.0.0", "*") and not host.startswith("127."):
        with open(os.environ["SPY_NOTES"], "a") as notes:
            notes.write(f"{sys.argv[:3]} {event} {host}\\n")
sys.addaudithook(spy)
"""


@dataclass(slots=True)
class Lab:
    """A running server: the address it told its user, and what its processes asked of the network."""

    address: str
    notes: Path

    @property
    def base(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def token(self) -> str:
        return self.address.rpartition("token=")[2]

    def asked_outside(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    def has_idle_kernel(self) -> bool:
        request = urllib.request.Request(f"{self.base}/api/sessions", headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return any(session["kernel"]["execution_state"] == "idle" for session in json.load(answer))


@contextmanager
def running_lab(command: list[str], folder: Path, home: Path) -> Iterator[Lab]:
    """Run `command`, which ends in a Jupyter server, for a user whose home folder is `home`."""
    (home / "spy").mkdir(parents=True)
    (home / "spy" / "sitecustomize.py").write_text(SPY)
    notes = home / "spy" / "notes"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "XDG_", "PYTEST"))}
    path = os.pathsep.join([str(home / "spy"), str(Path(smtplab.__file__).parents[1])])
    env = {**kept, "HOME": str(home), "SPY_NOTES": str(notes), "PYTHONPATH": path}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            address = _told_address(server)
            assert server.stdout is not None
            Thread(target=server.stdout.read, daemon=True).start()  # or its log would fill the pipe
            yield Lab(address, notes)
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # the kernels too


def _told_address(server: "subprocess.Popen[str]") -> str:
    said = ""
    assert server.stdout is not None
    for line in server.stdout:
        said += line
        found = re.search(r"http://127\.0\.0\.1:\d+\S+token=\w+", line)
        if found:
            return found[0]
    raise AssertionError(f"Jupyter did not start:\n{said}")


@dataclass(slots=True)
class Browser:
    """A page of headless Chromium, and what it wanted from beyond loopback (and did not get)."""

    page: Any
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def chromium(width: int = 1280, height: int = 860) -> Iterator[Browser]:
    """Open headless Chromium; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        context = browser.new_context(viewport={"width": width, "height": height})
        shown = Browser(context.new_page())

        def guard(route: Any) -> None:
            host = urlsplit(route.request.url).hostname or ""
            if route.request.url.startswith(("data:", "blob:")) or host in ("127.0.0.1", "localhost"):
                route.continue_()
            else:
                shown.outside.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        shown.page.on("pageerror", lambda error: shown.errors.append(str(error)))
        try:
            yield shown
        finally:
            browser.close()


def wait_until_idle(lab: Lab, page: Any) -> None:
    """Wait for the kernel: "Run all" before the session stands would open a box and be lost."""
    for _ in range(300):
        if lab.has_idle_kernel():
            return
        page.wait_for_timeout(200)
    raise AssertionError("no kernel became idle within a minute")


def open_lab_command(*arguments: str) -> list[str]:
    """What ``smtplab lab`` does in an environment that stands ready."""
    return [sys.executable, "-c", f"from smtplab.setup.jupyter import open_lab; open_lab({list(arguments)!r})"]
