"""The offline folder: made here, installed with the network cut, in an environment that has nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from smtplab.setup.environment import project_folder

pytestmark = pytest.mark.slow

OFFLINE = ["unshare", "--map-root-user", "--net"]  # a network namespace of its own, without even a route


def _run(*command: str | Path, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHONPATH"))}
    # Pip's own settings name indexes on some machines. Where no network can be cut, it is led into a void.
    env = {**kept, "PIP_CONFIG_FILE": os.devnull, "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _cut() -> list[str]:
    can = (
        shutil.which("unshare") and subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode == 0
    )
    return OFFLINE if can else []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usb stick") / "smtplab ü"
    command = [sys.executable, "-m", "smtplab", "wheels", str(folder)]
    done = subprocess.run(command, cwd=project_folder(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"wheels in {folder}" in done.stdout.splitlines()[-1]
    return folder


@pytest.fixture(scope="module")
def offline_python(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment, filled by the one command of INSTALL.txt while the network is cut."""
    venv = tmp_path_factory.mktemp("offline") / "venv"
    _run(sys.executable, "-m", "venv", venv, cwd=folder)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (line,) = (
        line for line in (folder / "INSTALL.txt").read_text("utf-8").splitlines() if line.startswith("    python3")
    )
    _run(*_cut(), python, *line.split()[1:], cwd=folder)
    return python


def test_the_folder_installs_with_the_network_cut_and_the_lab_opens_copies(
    offline_python: Path, tmp_path: Path
) -> None:
    said = _run(offline_python, "-m", "smtplab", "lab", "--version", cwd=tmp_path)
    assert said.startswith(f"Lessons and exercises in {tmp_path / 'smtplab-course'}: ")
    root = project_folder()
    assert root is not None
    for folder in ("notebooks", "exercises"):
        copies = (tmp_path / "smtplab-course" / folder).glob("*.ipynb")
        assert [path.name for path in sorted(copies)] == [path.name for path in sorted((root / folder).glob("*.ipynb"))]
    assert _run(offline_python, "-m", "smtplab", "doctor", cwd=tmp_path).endswith("All is well.\n")


def test_an_installed_smtplab_packs_itself_again(offline_python: Path, folder: Path, tmp_path: Path) -> None:
    code = "import sys, pathlib, smtplab.setup.wheels as w; print(w.pack_installed(pathlib.Path(sys.argv[1])))"
    packed = Path(_run(offline_python, "-c", code, tmp_path, cwd=tmp_path).strip())
    (original,) = folder.glob("smtplab-*.whl")
    assert packed.name == original.name
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(packed) as after:
        assert sorted(after.namelist()) == sorted(before.namelist())
    _run(offline_python, "-m", "pip", "install", "--no-index", "--no-deps", "--force-reinstall", packed, cwd=tmp_path)
    assert _run(offline_python, "-c", "import smtplab; print(smtplab.__version__)", cwd=tmp_path)


def test_the_wheel_carries_types_and_the_files_of_the_page(folder: Path) -> None:
    (wheel,) = folder.glob("smtplab-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"smtplab/py.typed", "smtplab/setup/jupyter_config/labconfig/default_setting_overrides.json"} <= names
    root = project_folder()
    assert root is not None
    static = {f"smtplab/notebook/static/{path.name}" for path in (root / "smtplab/notebook/static").iterdir()}
    assert static <= names
    assert not any("test" in Path(name).parts[0] for name in names)
