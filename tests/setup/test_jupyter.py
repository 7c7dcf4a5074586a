"""``smtplab lab`` in a browser: the first lesson opens, nothing covers it, and nothing is asked of the network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smtplab.setup.environment import project_folder
from smtplab.setup.jupyter import lab_command
from tests.jupyterlab import chromium, open_lab_command, running_lab, wait_until_idle

FIRST_CELL = "import smtplab\n\nsmtplab.doctor()"


def _notebook(*cells: str) -> str:
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{n}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for n, source in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lesson in it whose name and content are this test's."""
    folder = tmp_path / "smtp läb"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "00_first.ipynb").write_text(_notebook(FIRST_CELL))
    return folder


@pytest.mark.slow
@pytest.mark.browser
def test_the_lab_opens_on_the_first_lesson_with_live_widgets_and_leaves_loopback_alone(
    course: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    code = (
        "import sys; from pathlib import Path; from smtplab.setup import jupyter; "
        "jupyter.course_folder = lambda here: (Path(sys.argv[1]), ''); jupyter.open_lab(['--no-browser', '--port=0'])"
    )
    command = [sys.executable, "-c", code, str(course)]
    with running_lab(command, tmp_path, home) as lab, chromium() as browser:
        assert "/lab/tree/notebooks/00_first.ipynb" in lab.address
        page = browser.page
        page.goto(lab.address)
        page.locator(".jp-Notebook").wait_for(timeout=90_000)
        wait_until_idle(lab, page)
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.get_by_text("Widgets: live, with anywidget").wait_for(timeout=60_000)
        assert not page.get_by_text("Widgets: not live yet").is_visible()
        assert page.get_by_text("127.0.0.1 answers.").count() == 1
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        assert browser.outside == []
        assert browser.errors == []
        assert lab.asked_outside() == []
    written = {path.relative_to(home).as_posix() for path in (home / ".jupyter").rglob("*") if path.is_file()}
    assert not [name for name in written if "settings" in name or "workspace" in name or "config" in name]


def test_own_arguments_come_last_so_that_they_win(course: Path) -> None:
    command = lab_command(course, ["--no-browser", "--port", "8899"])
    assert command[-3:] == ["--no-browser", "--port", "8899"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX only")
@pytest.mark.parametrize(("user", "is_allowed"), [(0, True), (1000, False)])
def test_root_is_let_in(course: Path, monkeypatch: pytest.MonkeyPatch, user: int, is_allowed: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--allow-root" in lab_command(course, [])) is is_allowed


def test_a_workspace_folder_the_user_has_chosen_is_kept(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("workspaces_dir" in part for part in lab_command(course, []))
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", "/mine")
    assert not any("workspaces_dir" in part for part in lab_command(course, []))


def test_arguments_reach_jupyterlab() -> None:
    done = subprocess.run(
        open_lab_command("--version"), cwd=project_folder(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].startswith("4.")


def test_without_jupyterlab_the_cure_is_told() -> None:
    code = "import sys; sys.modules['jupyterlab'] = None; from smtplab.setup.jupyter import open_lab; open_lab([])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project_folder(), capture_output=True, text=True, check=False
    )
    assert "pip install jupyterlab" in done.stderr.splitlines()[-1]
