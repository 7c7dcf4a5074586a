"""The verified facts beside the project, where they are: CSV tables that the project's own tables are held against."""

import csv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "facts"


def facts(name: str) -> list[dict[str, str]]:
    """Rows of one table; the calling test is skipped where the folder is not there."""
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        pytest.skip("the folder of verified facts is not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
