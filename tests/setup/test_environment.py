"""The first start, for real: a copy of the source folder, a bare Python, and nothing installed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smtplab.setup.environment import Environment, SetupError

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
NOT_PART = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "tests")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def no_uv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which uv is there but fails, so that pip must do."""
    folder = tmp_path_factory.mktemp("bin")
    uv = folder / ("uv.bat" if os.name == "nt" else "uv")
    uv.write_text("exit 1\n" if os.name == "nt" else "#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("home") / "smtp läb ü", ignore=NOT_PART))


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """The same, but in need of no packages, so that making its environment takes little time."""
    root = Path(shutil.copytree(ROOT, tmp_path / "smtp läb", ignore=NOT_PART))
    _edit(root / "pyproject.toml", *_dependencies(ROOT / "pyproject.toml"), "dependencies = []")
    return root


def _dependencies(path: Path) -> tuple[str]:
    text = path.read_text("utf-8")
    start = text.index("dependencies = [")
    return (text[start : text.index("]\n", start) + 1],)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _start(
    root: Path, *arguments: str, env: dict[str, str], python: str = BASE_PYTHON
) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "smtplab", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=600, check=False)


def test_a_bare_python_gets_everything_and_the_second_start_takes_seconds(
    project: Path, no_uv: dict[str, str], tmp_path: Path
) -> None:
    first = _start(project, "lab", "--version", env=no_uv)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.splitlines()[0].startswith("Making the environment .venv with Python 3.")

    start = time.perf_counter()
    second = _start(project, "lab", "--version", env=no_uv)
    assert time.perf_counter() - start < 10
    assert second.stdout.count("\n") == 2  # where the lessons are, and the version: not a word of pip
    assert second.returncode == 0

    doctor = _start(project, "doctor", env=no_uv)  # from the bare Python: it finds the environment
    assert doctor.stdout.endswith("All is well.\n"), doctor.stdout + doctor.stderr

    python = str(Environment(project).python)  # as a kernel does: from another folder, with no PYTHONPATH
    ask = [python, "-I", "-c", "import smtplab; print(ascii(smtplab.__file__))"]
    found = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert found.strip() == ascii(str(project / "smtplab" / "__init__.py"))


def test_it_is_made_once_and_again_when_half_made_moved_or_broken(small_project: Path, no_uv: dict[str, str]) -> None:
    environment = Environment(small_project)

    def lab() -> str:
        # JupyterLab is not among the packages here: what counts is how far the start gets.
        done = _start(small_project, "lab", env=no_uv)
        assert "JupyterLab is not installed here" in done.stderr, done.stdout + done.stderr
        assert done.returncode == 1
        return done.stdout

    assert "Making" in lab()
    assert lab() == ""
    stamp = environment.folder / "smtplab.json"

    noted = json.loads(stamp.read_text("utf-8"))
    stamp.write_text(json.dumps({**noted, "finished": False}), "utf-8")  # it was interrupted
    assert "Making" in lab()

    stamp.write_text(json.dumps({**noted, "folder": "/elsewhere"}), "utf-8")  # it came from another folder
    assert "Making" in lab()

    stamp.unlink()
    shutil.rmtree(next(environment.folder.rglob("site-packages/pip")))  # it was interrupted early
    assert "Making" in lab()

    environment.python.unlink()  # its Python is gone
    assert "Making" in lab()

    _edit(small_project / "pyproject.toml", "dependencies = []", 'dependencies = ["iniconfig"]')
    said = lab()  # something new is needed
    assert "Making" not in said
    assert "Installing" in said
    assert lab() == ""


def test_an_update_that_fails_leaves_what_worked(small_project: Path, no_uv: dict[str, str]) -> None:
    _start(small_project, "lab", env=no_uv)
    offline = {**no_uv, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    _edit(small_project / "pyproject.toml", "dependencies = []", 'dependencies = ["iniconfig"]')
    done = _start(small_project, "lab", env=offline)
    assert "Going on with the packages of before." in done.stderr
    assert "JupyterLab is not installed here" in done.stderr  # so far does this small one get

    tests = _start(small_project, "test", env=offline)  # what was never there is still missed
    assert "could not be installed" in tests.stderr.splitlines()[-1]
    assert Environment(small_project).is_usable()


def test_without_venv_the_cure_is_told(small_project: Path, no_uv: dict[str, str]) -> None:
    code = "import runpy, sys; sys.modules['ensurepip'] = None; runpy.run_module('smtplab', run_name='__main__')"
    command = [BASE_PYTHON, "-c", code, "lab"]
    done = subprocess.run(command, cwd=small_project, env=no_uv, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "sudo apt install python3-venv" in done.stderr.splitlines()[-1]


def test_packages_that_cannot_be_had_are_told_with_the_cure(small_project: Path, no_uv: dict[str, str]) -> None:
    _edit(small_project / "pyproject.toml", "dependencies = []", 'dependencies = ["smtplab-has-no-such-package"]')
    done = _start(small_project, "lab", env={**no_uv, "PIP_NO_INDEX": "1"})
    assert done.returncode == 1
    assert "check the network" in done.stderr.splitlines()[-1]
    assert not Environment(small_project).is_ready()


def test_a_folder_that_cannot_be_written_is_told_with_the_cure(
    small_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(environment: Environment) -> None:
        raise PermissionError(13, "Permission denied", str(environment.folder))

    monkeypatch.setattr(Environment, "_make", refuse)
    with pytest.raises(SetupError, match=r"cannot write .*\.venv \(Permission denied\): copy the folder to a place of"):
        Environment(small_project).make_ready(frozenset())


def test_other_commands_run_on_a_bare_python_and_make_nothing(small_project: Path, no_uv: dict[str, str]) -> None:
    done = _start(small_project, "table", "digits", env=no_uv)
    assert done.returncode == 0, done.stderr
    assert not Environment(small_project).folder.exists()
