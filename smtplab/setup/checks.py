"""``smtplab test`` and ``smtplab bench``: what a source folder can say of itself."""

import subprocess
import sys
from pathlib import Path

from smtplab.setup.environment import SetupError, project_folder


def run_tests(arguments: list[str]) -> int:
    """Run all checks, pytest last; 0 when all passed.

    Parameters
    ----------
    arguments
        Passed on to pytest. With paths among them, only those are tested.

    Raises
    ------
    SetupError
        When there is no source folder to test.
    """
    root = _source_folder()
    python = sys.executable
    chosen = [argument for argument in arguments if (root / argument.partition("::")[0]).exists()]
    checks = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "mypy", "--strict", "smtplab"],
        [python, "-m", "pytest", *([] if chosen else ["--doctest-modules", "smtplab", "tests"]), *arguments],
    ]
    return max([_run(check, root) for check in checks])


def run_benchmarks(arguments: list[str]) -> int:
    """Run the benchmarks; further arguments are theirs."""
    return _run([sys.executable, "-m", "benchmarks", *arguments], _source_folder())


def _source_folder() -> Path:
    root = project_folder()
    if root is None:
        raise SetupError("Tests and benchmarks are in smtplab's source folder, not in the package: run this there.")
    return root


def _run(check: list[str], root: Path) -> int:
    print("$", *check[2:], flush=True)
    return 0 if subprocess.run(check, cwd=root, check=False).returncode == 0 else 1
