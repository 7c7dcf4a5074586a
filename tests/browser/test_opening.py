"""``smtplab lab`` as a new user has it: the first lesson opens, nothing covers it, nothing is asked of the network."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route

import smtplab

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


# What `smtplab lab` does in an environment that stands ready, with another folder for the course.
OPEN_LAB = """\
import pathlib, sys
from smtplab.setup import jupyter
jupyter.course_folder = lambda here: (pathlib.Path(sys.argv[1]), "")
jupyter.open_lab(["--no-browser", "--port=0"])
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "smtp läb"
    (folder / "notebooks").mkdir(parents=True)
    cell = {"cell_type": "code", "id": "check", "metadata": {}, "execution_count": None, "outputs": []}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    lesson = {
        "cells": [cell | {"source": "import smtplab\n\nsmtplab.doctor()"}],
        "metadata": kernel,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "notebooks" / "00_first.ipynb").write_text(json.dumps(lesson))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of a user who has never used Jupyter, where all Pythons are spied on."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SPY)
    (folder / "notes").touch()
    return folder


@contextmanager
def lab_address(course: Path, home: Path) -> Iterator[str]:
    """Run the lab; gives the address that it tells its user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "XDG_", "PYTEST"))}
    path = os.pathsep.join([str(home), str(Path(smtplab.__file__).parents[1])])
    env = {**kept, "HOME": str(home), "SPY_NOTES": str(home / "notes"), "PYTHONPATH": path}
    command = [sys.executable, "-c", OPEN_LAB, str(course)]
    with subprocess.Popen(
        command, cwd=home, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as server:
        assert server.stdout is not None
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+\S+token=\w+", line) for line in server.stdout)
            address = next((match[0] for match in found if match), None)
            assert address is not None, f"Jupyter ended with {server.wait()} before it told its address"
            Thread(target=server.stdout.read, daemon=True).start()  # or its log would fill the pipe
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # the kernels too


def ask(address: str, what: str) -> Any:
    """What the server says; None while it does not answer: it tells its address a moment before it listens."""
    parts = urlsplit(address)
    try:
        with urllib.request.urlopen(f"http://{parts.netloc}/api/{what}?{parts.query}", timeout=20) as answer:
            return json.load(answer)
    except URLError:
        return None


def has_idle_kernel(address: str) -> bool:
    return any(session["kernel"]["execution_state"] == "idle" for session in ask(address, "sessions") or ())


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_lesson_opens_with_live_widgets_and_nothing_leaves_loopback(
    browser: Browser, course: Path, home: Path
) -> None:
    page = browser.new_page()
    outside: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):  # None: data: and blob:
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", guard)
    with lab_address(course, home) as address:
        assert "/lab/tree/notebooks/00_first.ipynb" in address
        for _ in range(600):
            if ask(address, "status"):
                break
            page.wait_for_timeout(100)
        page.goto(address)
        page.locator(".jp-Notebook").wait_for(timeout=90_000)
        for _ in range(600):  # the page says idle before there is a kernel
            if has_idle_kernel(address):
                break
            page.wait_for_timeout(100)
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.get_by_text("Widgets: live, with anywidget").wait_for(timeout=60_000)
        assert not page.get_by_text("Widgets: not live yet").is_visible()
        assert page.get_by_text("127.0.0.1 answers.").count() == 1
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        page.close()
    assert outside == []
    assert (home / "notes").read_text() == ""
    written = [path.relative_to(home).as_posix() for path in (home / ".jupyter").rglob("*") if path.is_file()]
    assert not [name for name in written if re.search("settings|workspace|config", name)]
