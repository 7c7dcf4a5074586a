"""``smtplab wheels DIR``: a folder from which smtplab installs without a network."""

import base64
import hashlib
import importlib.metadata
import importlib.util
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from smtplab import __version__
from smtplab.setup.doctor import required
from smtplab.setup.environment import SetupError, project_folder

INSTALL = """\
smtplab {version} and all it needs, for Python {python} on {system}.
No network is needed. In this folder, run:

    python3 -m pip install --no-index --find-links . smtplab

(Windows: py -m pip install --no-index --find-links . smtplab). Then, in any folder of your own:

    smtplab lab
"""


def make_wheels(folder: Path) -> str:
    """Fill `folder` with smtplab's wheel, those of all it needs, and INSTALL.txt.

    Returns
    -------
    str
        One line that says what was made.

    Raises
    ------
    SetupError
        When pip is missing, or fails (its words are on the screen then).
    """
    if importlib.util.find_spec("pip") is None:
        raise SetupError(f'This Python has no pip: run  "{sys.executable}" -m ensurepip  and then this again.')
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("smtplab-*.whl"):
        old.unlink()
    root = project_folder()
    if root is not None:
        _pip("wheel", "--no-deps", str(root), folder=folder)
    else:
        pack_installed(folder)
    _pip("wheel", *required(), folder=folder)
    python = ".".join(platform.python_version_tuple()[:2])
    system = f"{platform.system()} {platform.machine()}"
    (folder / "INSTALL.txt").write_text(INSTALL.format(version=__version__, python=python, system=system), "utf-8")
    count = len(list(folder.glob("*.whl")))
    return f"{count} wheels in {folder}, for Python {python} on {system}. How to install: {folder / 'INSTALL.txt'}"


def pack_installed(folder: Path) -> Path:
    """Make a wheel again from smtplab as it is installed here, since no source folder is at hand."""
    distribution = importlib.metadata.distribution("smtplab")
    name = f"smtplab-{distribution.version}"
    records, wheel = [], folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in distribution.files or ():
            inside = path.parts[0] == "smtplab" or path.name in {"METADATA", "WHEEL", "entry_points.txt"}
            if ".." in path.parts or "__pycache__" in path.parts or not (inside or "licenses" in path.parts):
                continue
            content = path.read_binary()
            archive.writestr(path.as_posix(), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append(f"{path.as_posix()},sha256={digest},{len(content)}\n")
        record = f"{name}.dist-info/RECORD"
        archive.writestr(record, "".join([*records, f"{record},,\n"]))
    return wheel


def _pip(*arguments: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--wheel-dir", str(folder)]
    with tempfile.TemporaryDirectory() as elsewhere:  # pip in a source folder would take that for a package
        if subprocess.run(command, cwd=elsewhere, check=False).returncode != 0:
            raise SetupError("The wheels could not be fetched (the reason is above): check the network and retry.")
