"""The command line that ``smtplab lab`` gives to JupyterLab; in a browser it is tried in tests/browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smtplab.setup.environment import project_folder
from smtplab.setup.jupyter import lab_command


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_first.ipynb").touch()
    return tmp_path


def _open_lab(code: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", f"from smtplab.setup.jupyter import open_lab; {code}"]
    return subprocess.run(command, cwd=project_folder(), capture_output=True, text=True, check=False)


def test_the_first_lesson_is_what_opens(course: Path) -> None:
    assert "--LabApp.default_url=/lab/tree/notebooks/00_first.ipynb" in lab_command(course, [])


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
    assert _open_lab("open_lab(['--version'])").stdout.splitlines()[-1].startswith("4.")


def test_without_jupyterlab_the_cure_is_told() -> None:
    done = _open_lab("import sys; sys.modules['jupyterlab'] = None; open_lab([])")
    assert "pip install jupyterlab" in done.stderr.splitlines()[-1]
