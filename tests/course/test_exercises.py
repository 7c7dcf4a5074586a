"""The exercises as a learner meets them: the pages, the copies run, and run in ways nobody planned."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from nbformat.notebooknode import NotebookNode

from smtplab.course import extension_tasks, order_tasks, reply_code_tasks, retry_tasks, state_tasks
from smtplab.course.checks import TASKS
from smtplab.course.playing import play

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "01_decode_replies", "02_order_a_session", "03_predict_state_and_reply", "04_read_the_ehlo_answer",
    "05_when_to_try_again",
)
STUB = "raise NotImplementedError()"


def read(name: str, folder: str = "") -> NotebookNode:
    return nbformat.read(ROOT / "exercises" / folder / f"{name}.ipynb", 4)


def answer_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")}


def prefilled(name: str) -> dict[str, Any]:
    """What the answer cells of a learner's copy hold before anything is answered."""
    values: dict[str, Any] = {}
    for cell in answer_cells(read(name)).values():
        with pytest.raises(NotImplementedError):
            exec(cell.source, values)
    return values


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_says_all_a_learner_needs_to_begin(name: str) -> None:
    first = read(name).cells[0].source
    assert re.match(rf"# Exercise {name[:2]} ", first)
    assert re.search(r"^\*\*.+\?\*\*", first, re.MULTILINE)  # the question
    assert first.count("\n- ") >= 3  # the objectives
    for part in ("**RFC 2821:**", "**Time:**", "minutes", "**Before:**", "No module named 'smtplab'"):
        assert part in first


@pytest.mark.parametrize("name", NAMES)
def test_the_prose_has_short_sentences(name: str) -> None:
    words = re.sub(r"```.*?```", "", prose(read(name)), flags=re.DOTALL)
    blocks = re.split(r"\n\s*\n|\n(?=[->|#] ?)", words)  # paragraphs, and each line of a list, a quote or a table
    for sentence in (each for block in blocks for each in re.split(r"(?<=[.!?:;])\s+", block)):
        assert len(sentence.lstrip("#>-| ").split()) <= 20, sentence


@pytest.mark.parametrize("name", NAMES)
def test_every_code_cell_stands_below_a_sentence_and_is_short(name: str) -> None:
    cells = read(name).cells
    for before, cell in pairwise(cells):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown"
            assert len(cell.source.split("\n")) <= 16


@pytest.mark.parametrize("name", NAMES)
def test_headings_go_down_one_step_at_a_time(name: str) -> None:
    levels = [len(mark) for mark in re.findall(r"^(#+) ", prose(read(name)), re.MULTILINE)]
    assert levels[0] == 1 and 1 not in levels[1:]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_every_task_can_be_checked_and_is_graded_once_with_its_points(name: str) -> None:
    ids = [id for id in TASKS if id.startswith(name[:2])]
    code = [cell for cell in read(name).cells if cell.cell_type == "code"]
    assert re.findall(r'check\("([\d.]+)", \w+, hint=0\)', "\n".join(c.source for c in code)) == ids
    graded = [cell for cell in code if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [re.search(r'check\("([\d.]+)", \w+\)\.points$', c.source)[1] for c in graded] == ids  # type: ignore[index]
    assert [cell.metadata.nbgrader.points for cell in graded] == [TASKS[id].of for id in ids]
    assert [f"Task {id}" in prose(read(name)) for id in ids] == [True] * len(ids)


def test_the_points_and_sections_said_are_those_of_the_tasks() -> None:
    for name in NAMES:
        for id, points in re.findall(r"ask (\d\d\.\d), of (\d+) points", prose(read(name))):
            assert TASKS[id].of == int(points)


def test_the_page_shows_what_the_checker_judges() -> None:
    page, given = prose(read(NAMES[0])), prefilled(NAMES[0])
    assert reply_code_tasks.RECEIVED in page
    assert all(f"- {letter}: `{line}`" in page for letter, line in reply_code_tasks.ENHANCED.items())
    assert tuple(given["first_digit"]) == reply_code_tasks.FIRST_DIGIT
    assert tuple(given["second_digit"]) == reply_code_tasks.SECOND_DIGIT
    assert tuple(given["never_seen"]) == reply_code_tasks.NEVER_SEEN
    assert tuple(given["what_now"]) == tuple(f"{code} {verb}" for code, verb in reply_code_tasks.WHAT_NOW)
    given = prefilled(NAMES[1])
    assert given["for_two"] == "\n" + order_tasks.FOR_TWO
    assert given["anna_only"] == "\n" + order_tasks.ANNA_ONLY
    assert given["the_end"] == "\n" + order_tasks.HANGING
    page, given = prose(read(NAMES[2])), prefilled(NAMES[2])
    for name in ("ACCEPTED", "REFUSED", "MAIL_DATA"):
        sessions: dict[str, tuple[str, ...]] = getattr(state_tasks, name)
        assert "\n\n".join(f"{key}: " + "\n   ".join(lines) for key, lines in sessions.items()) in page
        assert given[name.lower()] == dict.fromkeys(sessions)
    page, given = prose(read(NAMES[3])), prefilled(NAMES[3])
    for shown in (extension_tasks.RECEIVED, extension_tasks.OVERHEARD, extension_tasks.OVERHEARD_TOO):
        assert f"```text\n{shown}```" in page
    assert f"```text\n{play([extension_tasks.HELLO], extension_tasks.AFTER_LOGIN).steps[0].reply}\n```" in page
    sessions = extension_tasks.ASKED
    assert "\n\n".join(f"{key}: " + "\n   ".join(lines) for key, lines in sessions.items()) in page
    assert given["codes"] == dict.fromkeys(sessions)
    assert [f"250-{key}" in page or f"250 {key}" in page for key in given["offers"]] == [True] * 7
    page, given = prose(read(NAMES[4])), prefilled(NAMES[4])
    shown = ("\n   ".join([f"{key}:", *end.splitlines()]) for key, end in retry_tasks.SHOWN.items())
    assert "\n\n".join(shown) in page
    assert given["fates"] == dict.fromkeys(retry_tasks.SHOWN)
    assert given["times"] == dict.fromkeys(retry_tasks.TIMES)
    assert f"```text\n{retry_tasks.TOO_MANY[0]}```" in page
    assert [f"```text\nC: DATA\n{end}```" in page for end in _behind_data(retry_tasks.TWICE)] == [True] * 2


def _behind_data(sessions: tuple[str, ...]) -> list[str]:
    return [session.partition("C: DATA\n")[2] for session in sessions]


def test_the_scrambled_lines_are_those_of_the_solution_and_no_order_that_works() -> None:
    from smtplab.course import check

    for id, lines in (("02.1", order_tasks.FOR_TWO), ("02.2", order_tasks.ANNA_ONLY), ("02.3", order_tasks.HANGING)):
        assert check(id, lines).points == 0


def run(notebook: NotebookNode, folder: Path, **options: Any) -> NotebookNode:
    client = nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}, **options)
    client.execute()
    return notebook


@pytest.fixture(autouse=True)
def _kernels_find_smtplab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def errors(notebook: NotebookNode) -> dict[str, str]:
    return {
        cell.id: output.ename
        for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"
    }


def points(notebook: NotebookNode) -> list[float]:
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [float(cell.outputs[-1].data["text/plain"]) for cell in graded]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_in_the_learners_copy_each_stub_raises_not_implemented_and_all_else_runs(name: str, tmp_path: Path) -> None:
    done = run(read(name), tmp_path)
    assert errors(done) == {cell.id: "NotImplementedError" for cell in answer_cells(done).values()}
    assert set(points(done)) == {0}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_runs_and_gets_all_points(name: str, tmp_path: Path) -> None:
    done = run(read(name, "solutions"), tmp_path)
    assert errors(done) == {}
    assert points(done) == [TASKS[id].of for id in TASKS if id.startswith(name[:2])]
    assert STUB not in json.dumps(done)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["", "solutions"])
@pytest.mark.parametrize("name", NAMES)
def test_cells_run_twice_and_in_reverse_never_hang(name: str, folder: str, tmp_path: Path) -> None:
    notebook = read(name, folder)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    order = [cell for cell in code for _ in range(2)] + code[::-1]
    notebook.cells = [nbformat.v4.new_code_cell(cell.source) for cell in order]
    run(notebook, tmp_path, allow_errors=True)
    assert all(cell.execution_count for cell in notebook.cells)
    assert set(errors(notebook).values()) <= {"NotImplementedError"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_cells_run_in_reverse_in_a_fresh_kernel_never_hang(name: str, tmp_path: Path) -> None:
    notebook = read(name)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][::-1]
    run(notebook, tmp_path, allow_errors=True)
    assert set(errors(notebook).values()) <= {"NotImplementedError", "NameError"}
