"""The self-check: is all here that the lessons need? Each trouble is a sentence and one command to copy.

What only a browser can tell, whether widgets are live, is asked by `smtplab.notebook.handshake`.
"""

import importlib.metadata
import importlib.util
import json
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import smtplab
from smtplab.__main__ import python_refused
from smtplab.setup.environment import PACKAGE, is_installed, project_folder

PATIENCE_S = 4.0  # for another program to answer; all together stay under 10 s


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, whether it is well, what was seen, and the cure (a command, or "")."""

    subject: str
    is_well: bool
    sentence: str
    cure: str = ""

    def __str__(self) -> str:
        mark = "ok " if self.is_well else "NOT"
        cure = f"\n{'':16}{self.cure}" if self.cure else ""
        return f"{mark} {self.subject:<11} {self.sentence}{cure}"


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` found, in the order looked at.

    >>> print(DoctorReport((Finding("loopback", True, "127.0.0.1 answers."),)))
    ok  loopback    127.0.0.1 answers.
    All is well.
    """

    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        return all(finding.is_well for finding in self.findings)

    def __str__(self) -> str:
        troubles = sum(not finding.is_well for finding in self.findings)
        last = f"To mend: {troubles}. Copy the command below each NOT, then look again." if troubles else "All is well."
        return "\n".join([*map(str, self.findings), last])

    __repr__ = __str__

    def to_rows(self) -> list[dict[str, object]]:
        return [asdict(finding) for finding in self.findings]

    def to_json(self) -> dict[str, Any]:
        return {"is_well": self.is_well, "findings": self.to_rows()}


def doctor() -> DoctorReport:
    """Look at Python, package, kernel, versions, diagrams and loopback; takes about a second, 10 at most.

    Returns
    -------
    DoctorReport
        Prints well, and is a value: ``is_well``, ``findings``, ``to_rows()``.
    """
    looked = [_python(), _package(), _kernel()]
    looked += [check_version(wanted, _installed_version(_name(wanted))) for wanted in required()]
    looked += [_diagrams(), _loopback()]
    return DoctorReport(tuple(looked))


def required() -> list[str]:
    """Return what smtplab requires, as ``name>=floor,<ceiling``: from its metadata, or its source folder."""
    root = project_folder()
    wanted: Iterable[str]
    if root is not None:
        wanted = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    else:
        wanted = importlib.metadata.requires("smtplab") or ()
    return [requirement for requirement in wanted if ";" not in requirement]


def check_version(requirement: str, found: str | None) -> Finding:
    """Hold a version against a requirement.

    >>> print(check_version("anywidget>=0.9.13,<0.12", "0.11.0"))
    ok  anywidget   0.11.0
    >>> check_version("anywidget>=0.9.13,<0.12", "0.9.2").sentence
    '0.9.2 does not fit: smtplab needs >=0.9.13,<0.12.'
    >>> check_version("anywidget>=0.9.13,<0.12", None).sentence
    'It is not installed.'
    """
    name = _name(requirement)
    bounds = re.findall(r"(>=|<)([\d.]+)", requirement)
    if found is None:
        return Finding(name, False, "It is not installed.", install(requirement))
    if all((_numbers(found) >= _numbers(bound)) == (sign == ">=") for sign, bound in bounds):
        return Finding(name, True, found)
    needs = ",".join(sign + bound for sign, bound in sorted(bounds, reverse=True))
    return Finding(name, False, f"{found} does not fit: smtplab needs {needs}.", install(requirement))


def install(requirement: str) -> str:
    """Return the command that installs `requirement` where this runs: a cell's in a notebook, else a shell's."""
    if not is_installed():
        return _start()
    if _in_notebook():
        return f'%pip install "{requirement}"'
    return f'"{sys.executable}" -m pip install "{requirement}"'


def _python() -> Finding:
    refusal = python_refused(sys.version_info[:3])
    seen = f"{platform.python_version()} at {sys.executable}"
    return Finding("python", True, seen) if refusal is None else Finding("python", False, *refusal.split("  "))


def _package() -> Finding:
    seen = f"{smtplab.__version__} at {PACKAGE}"
    if is_installed():
        return Finding("smtplab", True, seen)
    return Finding("smtplab", False, f"{seen} is found from this folder only, since it is not installed.", _start())


def _kernel() -> Finding:
    """Is there a kernel, and does its Python have smtplab?"""
    if _in_notebook():
        return Finding("kernel", True, "This notebook's kernel has smtplab.")
    listed = _answer([sys.executable, "-m", "jupyter", "kernelspec", "list", "--json"])
    try:
        python = json.loads(listed or "")["kernelspecs"]["python3"]["spec"]["argv"][0]
    except (ValueError, LookupError):
        return Finding("kernel", False, "Jupyter has no kernel for Python here.", install("ipykernel"))
    own = {"python", "python3", f"python3.{sys.version_info[1]}"}  # Jupyter reads these as its own Python
    if _answer([sys.executable if python in own else python, "-c", "import smtplab"]) is not None:
        return Finding("kernel", True, "The kernel 'python3' has smtplab.")
    return Finding("kernel", False, f"The kernel 'python3' ({python}) cannot import smtplab.", _start())


def _diagrams() -> Finding:
    if shutil.which("dot") and _answer(["dot", "-V"]) is not None:
        return Finding("diagrams", True, "The program 'dot' draws them.")
    if importlib.util.find_spec("pygraphviz") is not None:
        return Finding("diagrams", True, "The Graphviz inside pygraphviz draws them.")
    sentence = "Without Graphviz you see those that come with smtplab. To draw others:"
    return Finding("diagrams", True, sentence, install("pygraphviz"))


def _loopback() -> Finding:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE_S)
            with socket.create_connection(server.getsockname(), timeout=PATIENCE_S) as client:
                accepted, _ = server.accept()
                with accepted:
                    accepted.sendall(b"220")
                    if client.recv(3) == b"220":
                        return Finding("loopback", True, "127.0.0.1 answers.")
        why = "it answers wrong"
    except OSError as error:
        why = error.strerror or str(error)
    cure = "sudo ip link set lo up" if sys.platform == "linux" else "ping 127.0.0.1"
    return Finding("loopback", False, f"Programs here cannot talk over 127.0.0.1 ({why}).", cure)


def _start() -> str:
    """Return the command that makes a whole environment."""
    python = "py" if sys.platform == "win32" else "python3"
    if project_folder() is not None:
        return f'cd "{PACKAGE.parent}" && {python} -m smtplab lab'
    return f'"{sys.executable}" -m ipykernel install --sys-prefix'


def _in_notebook() -> bool:
    return "ipykernel.zmqshell" in sys.modules


def _installed_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else requirement


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _answer(command: list[str]) -> str | None:
    """Run another program in an empty folder; None when it fails or is too slow."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return done.stdout if done.returncode == 0 else None
