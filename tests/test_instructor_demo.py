"""The instructor's demo: it runs, also twice, and its scripts name only what there is."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from smtplab.course.scenario import scenarios
from smtplab.explain.catalogue import texts

DEMO = Path(__file__).resolve().parents[1] / "notebooks" / "instructor_demo.ipynb"
CELLS = list(nbformat.read(DEMO, as_version=4).cells)
SCRIPTS = [cell.source for cell in CELLS if re.match(r"## \d+ minutes", cell.source)]


def rows(script: str) -> list[list[str]]:
    """The rows of a script's table, without its head."""
    lines = [line for line in script.splitlines() if line.startswith("|")]
    return [[part.strip() for part in line.strip("|").split("|")] for line in lines[2:]]


def test_there_are_scripts_for_10_25_and_45_minutes() -> None:
    assert [re.findall(r"\d+", script)[0] for script in SCRIPTS] == ["10", "25", "45"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.splitlines()[0].strip("# "))
def test_its_minutes_go_on_and_end_in_time(script: str) -> None:
    minutes = [int(row[0]) for row in rows(script)]
    assert minutes[0] == 0 and minutes == sorted(set(minutes))
    assert minutes[-1] < int(re.findall(r"\d+", script)[0])


def test_it_names_only_scenarios_and_controls_that_there_are() -> None:
    named = set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", "\n".join(SCRIPTS)))
    controls = {said.rstrip(":") for part in ("desk", "console", "player") for said in texts(part).values()}
    known = {scenario.title for scenario in scenarios()} | controls
    assert len(named) > 8
    assert named - known == set()


def test_every_way_in_leads_to_a_heading() -> None:
    headings = {re.sub(r"[^a-z0-9 -]", "", line[3:].lower()).replace(" ", "-")
                for cell in CELLS for line in cell.source.splitlines() if line.startswith("## ")}
    links = set(re.findall(r"\]\(#([^)]+)\)", CELLS[0].source))
    assert links and {link.lower() for link in links} <= headings


def test_it_runs_and_each_cell_may_be_run_twice() -> None:
    notebook = nbformat.read(DEMO, as_version=4)
    here = {"metadata": {"path": str(DEMO.parent)}}
    client = NotebookClient(notebook, timeout=30, kernel_name="python3", resources=here)
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                for _ in range(2):
                    client.execute_cell(cell, index)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    said = "".join(output.get("text", "") for output in outputs)
    assert "RCPT#2 -> 452 4.5.3 Too many recipients" in said
