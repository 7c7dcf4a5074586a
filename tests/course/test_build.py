"""The notebooks are what their sources say."""

import json
from pathlib import Path

import nbformat
import pytest

from smtplab.course import build

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path for folder in ("notebooks", "exercises") for path in (ROOT / folder).rglob("*.ipynb"))

SOURCE = '''\
# %% [markdown]
# # A title
#
# Text.

# %% the-answer tags=["answer"]
answer = None
### BEGIN SOLUTION
answer = 42
### END SOLUTION
print(answer)

# %% the-test tags=["test"] points=3
answer

# %%
# %%smtp first
# EHLO student.example
# # a comment
#
# S: 250
'''


def test_every_notebook_is_up_to_date() -> None:
    assert build.differences(ROOT) == []


def test_building_again_changes_nothing() -> None:
    assert dict(build.built_files(ROOT)) == dict(build.built_files(ROOT))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_is_valid_and_holds_no_output_and_little_metadata(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "nbgrader"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_a_notebook_is_written_as_nbformat_writes_it() -> None:
    for text in dict(build.built_files(ROOT)).values():
        assert nbformat.writes(nbformat.reads(text, 4)) + "\n" == text


def test_cell_ids_come_from_the_number_and_the_name_or_the_place() -> None:
    assert [cell["id"] for cell in build.parse_source(SOURCE, "07")["cells"]] == [
        "07-00", "07-the-answer", "07-the-test", "07-03",
    ]


def test_the_learners_copy_has_a_stub_for_each_solution_and_is_the_same_elsewhere() -> None:
    full = build.parse_source(SOURCE, "07")["cells"]
    cut = build.cut_solutions(build.parse_source(SOURCE, "07"))["cells"]
    assert cut[1]["source"] == "answer = None\n# YOUR CODE HERE\nraise NotImplementedError()\nprint(answer)"
    assert "answer = 42" in full[1]["source"]
    assert cut[0] == full[0]
    assert cut[2:] == full[2:]


def test_nbgrader_is_told_which_cells_are_answers_and_which_are_graded() -> None:
    answer, test = build.parse_source(SOURCE, "07")["cells"][1:3]
    assert answer["metadata"]["nbgrader"] == {
        "grade": False, "grade_id": "the-answer", "locked": False, "schema_version": 3, "solution": True, "task": False,
    }
    assert test["metadata"]["nbgrader"] == {
        "grade": True, "grade_id": "the-test", "locked": True, "points": 3, "schema_version": 3, "solution": False,
        "task": False,
    }


def test_run_all_goes_on_behind_an_unanswered_stub() -> None:
    answer, test = build.parse_source(SOURCE, "07")["cells"][1:3]
    assert answer["metadata"]["tags"] == ["raises-exception"]
    assert "tags" not in test["metadata"]


def test_the_lines_of_an_smtp_cell_lose_the_mark_that_made_them_comments() -> None:
    cell = build.parse_source(SOURCE, "07")["cells"][3]
    assert cell["source"] == "%%smtp first\nEHLO student.example\n# a comment\n\nS: 250"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# %% a\n1\n\n# %% a\n2\n", "Two cells have the id '01-a'"),
        ("# %% a name\n1\n", "only letters, digits and hyphens"),
        ('# %% tags=["answer"]\n1\n', "needs a name"),
    ],
)
def test_a_source_that_cannot_be_is_told(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build.parse_source(source, "01")


def test_differences_are_told_in_sentences(tmp_path: Path) -> None:
    (tmp_path / "exercises" / "source").mkdir(parents=True)
    (tmp_path / "exercises" / "source" / "07_try.py").write_text(SOURCE, "utf-8")
    (tmp_path / "exercises" / "07_try.ipynb").write_text("{}", "utf-8")
    (tmp_path / "exercises" / "08_left.ipynb").write_text("{}", "utf-8")
    assert build.differences(tmp_path) == [
        "exercises/07_try.ipynb is not what its source says.",
        "exercises/08_left.ipynb has no source.",
        "exercises/solutions/07_try.ipynb is missing.",
    ]


def test_a_fault_in_a_source_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    (tmp_path / "notebooks" / "source" / "07_try.py").write_text("# %% a b\n1\n", "utf-8")
    with pytest.raises(ValueError, match=r"^notebooks/source/07_try\.py: A cell"):
        build.differences(tmp_path)


def test_the_command_writes_what_is_missing_and_check_only_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    (tmp_path / "notebooks" / "source" / "07_try.py").write_text(SOURCE, "utf-8")
    monkeypatch.setattr(build, "project_folder", lambda: tmp_path)
    assert build.main(["--check"]) == 1
    assert "notebooks/07_try.ipynb is missing." in capsys.readouterr().out
    assert build.main([]) == 0
    assert json.loads((tmp_path / "notebooks" / "07_try.ipynb").read_text("utf-8"))["nbformat_minor"] == 5
    assert build.main(["--check"]) == 0
    capsys.readouterr()
    assert build.main([]) == 0
    assert capsys.readouterr().out == ""
