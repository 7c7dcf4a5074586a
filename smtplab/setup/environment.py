"""The project folder's own environment: ``.venv``, made on the first start, found again on the next.

Used only where smtplab runs from its source folder (a clone, an unpacked ZIP). Installed from a wheel,
or with ``pip install -e .`` into an environment of the user's choice (conda, a hub), smtplab runs there.

A stamp in ``.venv`` says for which folder, which ``pyproject.toml`` and which extras it was made.
It is written twice: unfinished before anything is installed, and finished after all is.
So a ``.venv`` that was interrupted half-way is known, and made again.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from urllib.request import url2pathname

from smtplab.__main__ import python_refused

PACKAGE = Path(__file__).resolve().parents[1]


class SetupError(Exception):
    """Something that keeps smtplab from starting: one sentence, with the cure."""


def project_folder() -> Path | None:
    """Return the source folder this code runs from; None when it was installed from a wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "Makefile").is_file() else None


def is_installed() -> bool:
    """Whether this very code is installed in the running Python, from a wheel or as an editable source folder."""
    try:
        distribution = importlib.metadata.distribution("smtplab")
    except importlib.metadata.PackageNotFoundError:
        return False
    root = project_folder()
    if root is None:
        return True
    origin = urlsplit(json.loads(distribution.read_text("direct_url.json") or "{}").get("url", ""))
    return origin.scheme == "file" and Path(url2pathname(origin.path)).resolve() == root


@dataclass(frozen=True, slots=True)
class Environment:
    """The ``.venv`` of a project folder."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def is_running(self) -> bool:
        """Whether this very process is its Python."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def stamp(self) -> dict[str, object]:
        """Return what was noted when it was made; empty when nothing readable was."""
        try:
            noted = json.loads((self.folder / "smtplab.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def is_ready(self, extras: frozenset[str] = frozenset()) -> bool:
        """Whether all that `extras` asks for is installed, as today's ``pyproject.toml`` has it."""
        noted = self.stamp()
        return self._made_here(noted) and noted.get("pyproject") == self._digest() and extras <= _extras(noted)

    def is_usable(self) -> bool:
        """Whether it was finished once, for this folder, and its Python still runs."""
        return self._made_here(self.stamp()) and _version_of(self.python) is not None

    def make_ready(self, extras: frozenset[str]) -> bool:
        """Make it, or bring it up to date; True when something was installed. Else it costs some 30 ms.

        Raises
        ------
        SetupError
            When this Python or this folder cannot have one, or the packages cannot be had.
        """
        before = self.stamp()
        version = _version_of(self.python) if not before or self._made_here(before) else None
        if version is not None and self.is_ready(extras):
            return False
        try:
            if version is None or python_refused(version):
                self._make()
                before = {}
            self._write_stamp({"finished": False})
            return self._bring_up_to_date(extras, before)
        except OSError as error:
            raise SetupError(
                f"smtplab cannot write {error.filename or self.folder} ({error.strerror}): "
                "copy the folder to a place of your own, such as your home folder, and run this again there."
            ) from None

    def _bring_up_to_date(self, extras: frozenset[str], before: dict[str, object]) -> bool:
        try:
            self._install(extras | _extras(before))
        except SetupError as error:
            if not before:
                raise
            self._write_stamp(before)  # what worked before still does: without a network, say
            if not extras <= _extras(before):
                raise
            print(error, "Going on with the packages of before.", file=sys.stderr)
            return False
        noted = {"finished": True, "folder": str(self.root), "pyproject": self._digest()}
        self._write_stamp({**noted, "extras": sorted(extras | _extras(before))})
        return True

    def _made_here(self, noted: dict[str, object]) -> bool:
        # A moved or copied .venv still points to the old folder.
        return noted.get("finished") is True and noted.get("folder") == str(self.root)

    def _digest(self) -> str:
        return hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()

    def _write_stamp(self, noted: dict[str, object]) -> None:
        (self.folder / "smtplab.json").write_text(json.dumps(noted, indent=1), "utf-8")

    def _make(self) -> None:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"Making the environment .venv with Python {version} (once, about a minute) ...", flush=True)
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder)
        else:
            self.folder.unlink(missing_ok=True)
        base = str(getattr(sys, "_base_executable", sys.executable))  # this one may lie in the folder just removed
        uv = shutil.which("uv")
        if uv and _succeeds([uv, "venv", "--quiet", "--seed", "--python", base, str(self.folder)]):
            return
        if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
            raise SetupError(
                "This Python comes without 'venv', which Debian and Ubuntu keep in a package of its own: "
                "run  sudo apt install python3-venv  and then this again."
            )
        if not _succeeds([base, "-m", "venv", "--clear", str(self.folder)]):
            raise OSError(0, "its words are above", str(self.folder))

    def _install(self, extras: frozenset[str]) -> None:
        here = f".[{','.join(sorted(extras))}]" if extras else "."
        print(f"Installing smtplab {here[1:]}".rstrip(), "and what it needs ...", flush=True)
        uv = shutil.which("uv")
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "-e", here]
        done = uv and _succeeds([uv, "pip", "install", "--python", str(self.python), "-e", here], self.root)
        if uv and not done:
            print("uv could not do it (the reason is above): going on with pip ...", flush=True)
        if not done and not _succeeds(pip, self.root):
            raise SetupError(
                "The packages could not be installed (the reason is above): check the network and run this again; "
                "without a network, use a folder made by  smtplab wheels  on another machine."
            )
        self._point_to_root()

    def _point_to_root(self) -> None:
        """Make a folder with a non-ASCII name importable from anywhere.

        Installers write the folder's name in UTF-8 to a ``.pth`` file, and before Python 3.13 ``site``
        reads it in the machine's own encoding. A line of Python in pure ASCII says it in any.
        """
        if str(self.root).isascii():
            return
        ask = [str(self.python), "-c", "import json, sysconfig; print(json.dumps(sysconfig.get_path('purelib')))"]
        packages = Path(json.loads(subprocess.run(ask, capture_output=True, text=True, check=True).stdout))
        line = f"import sys; folder = {str(self.root)!a}; folder in sys.path or sys.path.append(folder)\n"
        (packages / "smtplab-folder.pth").write_text(line, "ascii")


def enter(arguments: list[str], extras: frozenset[str] | None = None) -> None:
    """Return in an environment where smtplab is installed: this one, or never (the process is replaced).

    Parameters
    ----------
    arguments
        The command line after ``smtplab``, given again in the other environment.
    extras
        Extras of ``pyproject.toml`` that must be there; the environment is made when need be.
        None: use one that stands ready, but make none.
    """
    root = project_folder()
    if root is None:
        return
    environment = Environment(root)
    if not environment.is_running and is_installed():
        return
    if extras is None and not environment.is_usable():
        return
    changed = extras is not None and environment.make_ready(extras)
    if changed or not environment.is_running:
        become([str(environment.python), "-m", "smtplab", *arguments])


def become(command: list[str]) -> NoReturn:
    """Go on as another program, with this terminal, and end with its exit status."""
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):  # they would lead a venv's Python astray
        os.environ.pop(name, None)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    with subprocess.Popen(command) as child:  # Windows cannot replace a process
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:  # the child had it too, and says when it is done
                continue


def _extras(noted: dict[str, object]) -> frozenset[str]:
    extras = noted.get("extras")
    return frozenset(map(str, extras)) if isinstance(extras, list) else frozenset()


def _version_of(python: Path) -> tuple[int, ...] | None:
    """Ask an environment's Python for its version; None when it does not run, or pip did not get there."""
    ask = [
        str(python),
        "-c",
        "import importlib.util, sys; print(*sys.version_info[:3]); sys.exit(importlib.util.find_spec('pip') is None)",
    ]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=60, check=False)
        return tuple(map(int, answer.stdout.split())) if answer.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _succeeds(command: list[str], folder: Path | None = None) -> bool:
    try:
        return subprocess.run(command, cwd=folder, check=False).returncode == 0
    except OSError as error:
        print(error, file=sys.stderr)
        return False
