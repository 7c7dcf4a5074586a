"""The learner's copies: an update brings what is new and never overwrites what the learner did."""

from pathlib import Path

import pytest

from smtplab.setup.course_files import course_folder, deliver
from smtplab.setup.environment import SetupError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "exercises" / "data").mkdir(parents=True)
    (folder / "notebooks" / "00_first.ipynb").write_text("lesson, first edition")
    (folder / "exercises" / "01_decode.ipynb").write_text("exercise")
    (folder / "exercises" / "data" / "replies.txt").write_text("250 OK")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "smtplab-course"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_first_run_brings_everything(source: Path, target: Path) -> None:
    assert "3 new." in deliver(source, target)
    assert _files(target) == {*_files(source), ".smtplab/delivered.json"}


def test_a_second_run_changes_nothing(source: Path, target: Path) -> None:
    deliver(source, target)
    assert "nothing new" in deliver(source, target)


def test_a_lesson_the_learner_never_changed_is_updated(source: Path, target: Path) -> None:
    deliver(source, target)
    (source / "notebooks/00_first.ipynb").write_text("lesson, second edition")
    assert "1 updated" in deliver(source, target)
    assert (target / "notebooks/00_first.ipynb").read_text() == "lesson, second edition"


def test_a_changed_lesson_stays_and_the_newer_one_comes_beside_it_once(source: Path, target: Path) -> None:
    deliver(source, target)
    (target / "notebooks/00_first.ipynb").write_text("my notes")
    assert "nothing new" in deliver(source, target)
    (source / "notebooks/00_first.ipynb").write_text("lesson, second edition")
    assert "1 newer beside yours" in deliver(source, target)
    assert (target / "notebooks/00_first.ipynb").read_text() == "my notes"
    assert (target / "notebooks/00_first.new.ipynb").read_text() == "lesson, second edition"
    assert "nothing new" in deliver(source, target)


def test_a_newer_version_that_the_learner_works_in_stays_as_well(source: Path, target: Path) -> None:
    deliver(source, target)
    for text in ("second", "third"):
        (target / "notebooks/00_first.ipynb").write_text("my notes")
        (source / "notebooks/00_first.ipynb").write_text(text)
        deliver(source, target)
        if text == "second":
            (target / "notebooks/00_first.new.ipynb").write_text("more notes")
    assert (target / "notebooks/00_first.new.ipynb").read_text() == "more notes"
    assert (target / "notebooks/00_first.new2.ipynb").read_text() == "third"


def test_an_untouched_newer_version_gives_way_to_one_newer_still(source: Path, target: Path) -> None:
    deliver(source, target)
    (target / "notebooks/00_first.ipynb").write_text("my notes")
    for text in ("second", "third"):
        (source / "notebooks/00_first.ipynb").write_text(text)
        deliver(source, target)
    assert (target / "notebooks/00_first.new.ipynb").read_text() == "third"
    assert not (target / "notebooks/00_first.new2.ipynb").exists()


def test_a_deleted_lesson_comes_back(source: Path, target: Path) -> None:
    deliver(source, target)
    (target / "notebooks/00_first.ipynb").unlink()
    assert "1 new" in deliver(source, target)
    assert (target / "notebooks/00_first.ipynb").exists()


def test_a_learners_own_file_is_left_alone(source: Path, target: Path) -> None:
    deliver(source, target)
    (target / "notebooks/mine.ipynb").write_text("mine")
    deliver(source, target)
    assert (target / "notebooks/mine.ipynb").read_text() == "mine"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"notebooks/00_first.ipynb": 7}'])
def test_with_unreadable_notes_nothing_of_the_learner_is_overwritten(source: Path, target: Path, damage: str) -> None:
    deliver(source, target)
    (target / ".smtplab/delivered.json").write_text(damage)
    (target / "notebooks/00_first.ipynb").write_text("my notes")
    deliver(source, target)
    assert (target / "notebooks/00_first.ipynb").read_text() == "my notes"


@pytest.mark.parametrize("folder", ["notebooks/.ipynb_checkpoints", "notebooks/source", "exercises/solutions"])
def test_sources_solutions_and_what_jupyter_leaves_behind_are_not_delivered(
    source: Path, target: Path, folder: str
) -> None:
    (source / folder).mkdir()
    (source / folder / "00_first.ipynb").write_text("not for learners")
    deliver(source, target)
    assert not (target / folder).exists()


def test_a_source_folder_gets_copies_too_so_that_a_clone_stays_clean(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtplab.setup.course_files.project_folder", lambda: source)
    folder, said = course_folder(tmp_path)
    assert folder == source / "smtplab-course"
    assert "3 new" in said
    assert _files(folder) == {name for name in _files(source) if not name.startswith("smtplab-course")} | {
        ".smtplab/delivered.json"}


def test_installed_smtplab_makes_copies_here_and_finds_them_from_inside(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "smtplab"
    (package / "course").mkdir(parents=True)
    source.rename(package / "course" / "files")
    monkeypatch.setattr("smtplab.setup.course_files.PACKAGE", package)
    monkeypatch.setattr("smtplab.setup.course_files.project_folder", lambda: None)
    folder, said = course_folder(tmp_path)
    assert folder == tmp_path / "smtplab-course"
    assert "3 new" in said
    assert course_folder(folder)[0] == folder


def test_a_place_that_cannot_be_written_is_told_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smtplab-course").write_text("a file where the folder should be")
    monkeypatch.setattr("smtplab.setup.course_files.project_folder", lambda: None)
    with pytest.raises(SetupError, match="go to a folder of your own"):
        course_folder(tmp_path)


def test_plan_and_solutions_reach_a_teacher_and_no_learner(source: Path, target: Path, tmp_path: Path) -> None:
    for name in ("notebooks/teacher_plan.md", "exercises/solutions/01_decode.ipynb", "exercises/source/01_decode.py"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("not for learners")
    deliver(source, target)
    assert _files(target) == {
        "notebooks/00_first.ipynb", "exercises/01_decode.ipynb", "exercises/data/replies.txt",
        ".smtplab/delivered.json",
    }
    deliver(source, tmp_path / "teacher", for_teacher=True)
    extra = _files(tmp_path / "teacher") - _files(target)
    assert extra == {"notebooks/teacher_plan.md", "exercises/solutions/01_decode.ipynb"}
