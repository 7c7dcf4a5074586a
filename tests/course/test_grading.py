"""A real nbgrader course: released from the solutions, handed in solved, half solved and empty, graded, compared."""

import os
import shutil
from pathlib import Path
from sysconfig import get_path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from smtplab.course.checks import TASKS, check
from tests.course.answers import GOOD

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "01_decode_replies", "02_order_a_session", "03_predict_state_and_reply", "04_read_the_ehlo_answer",
    "05_when_to_try_again",
)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"

HALF: dict[str, tuple[str, object]] = {
    "first-digit": ("01.1", {251: "yes", 354: "more", 452: "no", 553: "no"}),
    "what-now": ("01.4", GOOD["01.4"]),
    "for-two": ("02.1", "EHLO student.example\nMAIL FROM:<alice@student.example>\nDATA\nQUIT"),
    "refused": ("03.2", {"A": "503 READY", "B": "503 READY"}),
    "make-554": ("03.4", None),
    "codes": ("04.2", {"A": 530, "B": 250, "H": 502}),
    "inside-tls": ("04.4", "EHLO student.example\nSTARTTLS\nMAIL FROM:<alice@student.example>"),
    "times": ("05.2", {"minutes, the 354": 2, "days, until it gives up": 4}),
    "make-twice": ("05.4", "DATA-END#1 -> drop before"),
}
"""What the half solved submission answers: the answer's name, task and value; the rest keeps its stub."""


def half_solved(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in HALF:
            cell.source = cell.source.replace(STUB, f"{name.replace('-', '_')} = {HALF[name][1]!r}")
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder in which everything was released, handed in and graded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "exercises" / "solutions", folder / "source" / "smtp")
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.Exchange.root = str(folder / "exchange")
    config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", get_path("scripts"), prepend=os.pathsep)  # nbgrader calls alembic by its name
        patch.setenv("PYTHONPATH", str(ROOT))  # for the kernels
        _hold_course(NbGraderAPI(config=config), folder)
    return folder


def _hold_course(api: NbGraderAPI, folder: Path) -> None:
    released = api.generate_assignment("smtp")
    assert released["success"], released["log"]
    for student in ("solved", "half", "empty"):
        handed_in = folder / "submitted" / student / "smtp"
        handed_in.mkdir(parents=True)
        for name in NAMES:
            origin = ROOT / "exercises" / "solutions" if student == "solved" else folder / "release" / "smtp"
            notebook = nbformat.read(origin / f"{name}.ipynb", 4)
            nbformat.write(half_solved(notebook) if student == "half" else notebook, handed_in / f"{name}.ipynb")
        graded = api.autograde("smtp", student)
        assert graded["success"], graded["log"]


def scores(course: Path, student: str) -> dict[str, float]:
    """Points by task."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        notebooks = book.find_submission("smtp", student).notebooks
        points = {grade.name: grade.auto_score for notebook in notebooks for grade in notebook.grades}
    assert set(points) == set(GRADED)
    return {id: points[name] for id, name in zip(TASKS, GRADED, strict=True)}


GRADED = tuple(
    cell.metadata.nbgrader.grade_id
    for name in NAMES for cell in nbformat.read(ROOT / "exercises" / f"{name}.ipynb", 4).cells
    if cell.metadata.get("nbgrader", {}).get("grade")
)
"""The graded cells' names, in the order of the tasks."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_nbgrader_releases_is_the_learners_copy(course: Path, name: str) -> None:
    released = nbformat.read(course / "release" / "smtp" / f"{name}.ipynb", 4)
    ours = nbformat.read(ROOT / "exercises" / f"{name}.ipynb", 4)
    assert [(cell.id, cell.source) for cell in released.cells] == [(cell.id, cell.source) for cell in ours.cells]


@pytest.mark.slow
def test_a_solved_submission_gets_all_points(course: Path) -> None:
    assert scores(course, "solved") == {id: task.of for id, task in TASKS.items()}


@pytest.mark.slow
def test_an_empty_submission_gets_none(course: Path) -> None:
    assert set(scores(course, "empty").values()) == {0}


@pytest.mark.slow
def test_a_half_solved_submission_gets_partial_credit_as_check_says(course: Path) -> None:
    expected = dict.fromkeys(TASKS, 0) | {id: check(id, answer).points for id, answer in HALF.values()}
    assert expected["01.1"] == 3 and expected["02.1"] == 2 and expected["03.2"] == 3
    assert expected["04.2"] == expected["04.4"] == 2
    assert expected["05.2"] == 2 and expected["05.4"] == 3
    assert scores(course, "half") == expected
