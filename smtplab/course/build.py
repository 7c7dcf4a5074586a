"""Make the notebooks of lessons and exercises from their sources: ``python -m smtplab.course.build [--check]``.

A source is a Python file in the percent format, read by jupytext. ``notebooks/source/NN_name.py`` becomes
``notebooks/NN_name.ipynb``, and so does ``instructor_demo.py``. ``exercises/source/NN_name.py`` holds the solution and
becomes two notebooks: ``exercises/solutions/NN_name.ipynb``, and the learner's copy ``exercises/NN_name.ipynb``, in
which each solution is cut out as nbgrader cuts it. Needed by who writes lessons, not by who reads them.

In a source, ``# %% the-name [markdown]`` begins a cell with a name, which becomes its id; a cell without one is known
by its place. ``# %% the-name tags=["answer"]`` is a cell that nbgrader lets a learner fill in: the solution stands
between ``### BEGIN SOLUTION`` and ``### END SOLUTION``. ``# %% the-name tags=["test"] points=4`` is one that nbgrader
grades. A cell that begins with ``# %%smtp`` has every line behind a ``# ``.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jupytext

from smtplab.setup.environment import project_folder

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
"""What stands in the learner's copy instead of a solution; the words are nbgrader's."""

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

_SOLUTION = re.compile(r"^### BEGIN SOLUTION\n.*?^### END SOLUTION$", re.MULTILINE | re.DOTALL)
_SMTP = re.compile(r"%%smtp\b")


def parse_source(text: str, number: str) -> dict[str, Any]:
    """The notebook of a source, solutions in place, in the form of nbformat 4.5.

    Parameters
    ----------
    text : str
        The source, in jupytext's percent format.
    number : str
        The lesson's or exercise's number, for example ``"03"``, or another word that cell ids begin with.

    Raises
    ------
    ValueError
        For a cell name that is used twice or cannot be an id, and for an answer or a test without a name.
    """
    read = jupytext.reads(text, fmt="py:percent")
    cells = [_cell(cell, number, place) for place, cell in enumerate(read.cells)]
    ids = [cell["id"] for cell in cells]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ValueError(f"Two cells have the id {twice[0]!r}.")
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def cut_solutions(notebook: dict[str, Any]) -> dict[str, Any]:
    """The learner's copy: a stub that raises NotImplementedError in place of each solution."""
    cells = [{**cell, "source": _SOLUTION.sub(STUB, cell["source"])} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def _cell(read: Any, number: str, place: int) -> dict[str, Any]:
    name = read.metadata.get("title", "")
    identity = f"{number}-{name or f'{place:02d}'}"
    if not re.fullmatch(r"[\w-]{1,64}", identity, re.ASCII):
        raise ValueError(f"A cell cannot have the name {name!r}: only letters, digits and hyphens.")
    cell = {"id": identity, "cell_type": read.cell_type, "source": read.source, "metadata": _metadata(read.metadata)}
    if read.cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
        if _SMTP.match(read.source):
            cell["source"] = re.sub(r"^# ?", "", read.source, flags=re.MULTILINE)
    return cell


def _metadata(read: Any) -> dict[str, Any]:
    """What a cell keeps: its tags, and what nbgrader wants to know of an answer or a test."""
    tags = list(read.get("tags", []))
    answer, test = "answer" in tags, "test" in tags
    metadata: dict[str, Any] = {}
    if answer or test:
        if "title" not in read:
            raise ValueError("An answer or a test needs a name: nbgrader tells cells apart by it.")
        tags = [tag for tag in tags if tag not in ("answer", "test")]
        tags += ["raises-exception"] if answer else []  # so that "Run All" goes on behind an unanswered stub
        metadata["nbgrader"] = {
            "grade": test, "grade_id": read["title"], "locked": test, "schema_version": 3, "solution": answer,
            "task": False, **({"points": read["points"]} if test else {}),
        }
    if tags:
        metadata["tags"] = tags
    return metadata


def built_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Each notebook that the sources below `root` make: its path and its text."""
    for folder in ("notebooks", "exercises"):
        for source in sorted((root / folder / "source").glob("*.py")):
            try:
                full = parse_source(source.read_text("utf-8"), source.name.partition("_")[0])
            except ValueError as error:
                raise ValueError(f"{source.relative_to(root).as_posix()}: {error}") from None
            name = source.stem + ".ipynb"
            if folder == "notebooks":
                yield root / folder / name, _text(full)
            else:
                yield root / folder / name, _text(cut_solutions(full))
                yield root / folder / "solutions" / name, _text(full)


def _text(notebook: dict[str, Any]) -> str:
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def differences(root: Path) -> list[str]:
    """What a build would change below `root`, a sentence each; empty when the notebooks are what the sources say."""
    made = dict(built_files(root))
    folders = (root / "notebooks", root / "exercises", root / "exercises" / "solutions")
    found = {path for folder in folders for path in folder.glob("*.ipynb")}
    said = []
    for path in sorted(made.keys() | found):
        name = path.relative_to(root).as_posix()
        if path not in made:
            said.append(f"{name} has no source.")
        elif path not in found:
            said.append(f"{name} is missing.")
        elif path.read_bytes() != made[path].encode():
            said.append(f"{name} is not what its source says.")
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, or with ``--check`` only say what would change: exit code 0 when nothing would, else 1."""
    parser = argparse.ArgumentParser(prog="python -m smtplab.course.build", description="Make the notebooks.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a notebook is not up to date")
    chosen = parser.parse_args(arguments)
    root = project_folder()
    if root is None:
        print("The sources of the lessons are only in smtplab's source folder: run this in a clone.", file=sys.stderr)
        return 2
    if chosen.check:
        said = differences(root)
        print("\n".join([*said, "Run python -m smtplab.course.build."] if said else ["All notebooks are up to date."]))
        return 1 if said else 0
    for path, text in built_files(root):
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            print(f"wrote {path.relative_to(root).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
