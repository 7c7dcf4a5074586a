"""What the files around the package promise, held against each other."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from smtplab import __main__ as start

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
IN_CONDA = {"graphviz": "python-graphviz"}  # conda's "graphviz" is the program


def _split(requirement: str) -> tuple[str, set[str]]:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return name[0], set(filter(None, requirement[name.end() :].split(",")))


def test_conda_gets_the_same_packages_with_the_same_bounds() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    listed = dict(_split(each) for each in environment["dependencies"] if isinstance(each, str))
    wanted = {IN_CONDA.get(name, name): bounds for name, bounds in map(_split, PROJECT["dependencies"])}
    assert {name: listed[name] for name in wanted} == wanted
    assert set(listed) - set(wanted) == {"python", "graphviz", "pip"}
    assert {"pip": ["-e ."]} in environment["dependencies"]
    assert environment["channels"][0] == "conda-forge"


def test_the_python_that_conda_gets_is_one_that_smtplab_takes() -> None:
    (python,) = re.findall(r"python=(\d+)\.(\d+)", (ROOT / "environment.yml").read_text("utf-8"))
    assert start.python_refused(tuple(map(int, python))) is None


def test_the_pythons_refused_at_the_start_are_those_that_pip_refuses() -> None:
    (first_major, first_minor), (last_major, last_minor) = start.FIRST, start.LAST
    assert PROJECT["requires-python"] == f">={first_major}.{first_minor},<{last_major}.{last_minor + 1}"


@pytest.mark.parametrize(
    ("version", "age"), [((3, 8, 18), "too old"), ((3, 10, 99), "too old"), ((3, 15, 0), "too new")]
)
def test_a_python_out_of_range_is_told_in_one_sentence_with_the_cure(version: tuple[int, ...], age: str) -> None:
    said = start.python_refused(version)
    assert said is not None
    assert age in said
    assert "3.13 -m smtplab lab" in said
    assert "\n" not in said


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 7), (3, 13, 0), (3, 14, 1)])
def test_a_python_in_range_is_taken(version: tuple[int, ...]) -> None:
    assert start.python_refused(version) is None


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_files_that_refuse_it(name: str) -> None:
    tree = ast.parse((ROOT / "smtplab" / name).read_text("utf-8"), feature_version=(3, 6))
    assert not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in ast.walk(tree))


def test_make_only_calls_python() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "-n", "lab", "test", "bench", "PYTHON=py", "ARGS=--port 8899"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == [f"py -m smtplab {name} --port 8899" for name in ("lab", "test", "bench")]


def test_the_extras_and_the_command_are_there() -> None:
    assert set(PROJECT["optional-dependencies"]) == {"dot", "instructor", "dev"}
    assert PROJECT["scripts"] == {"smtplab": "smtplab.__main__:main"}


def test_starting_needs_no_package_beyond_the_standard_library() -> None:
    run = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(ROOT)!r}); import smtplab.cli"]
    subprocess.run(run, check=True)
