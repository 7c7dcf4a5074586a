"""The lessons and exercises: where they lie, and the learner's copies of them.

A source folder holds them at its top, an installed smtplab inside the package. Either way the learner works in
copies: an update of smtplab brings its new files without touching what the learner changed.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from smtplab.setup.environment import PACKAGE, SetupError, project_folder

FOLDERS = ("notebooks", "exercises")
NOT_FOR_LEARNERS = {"solutions", "teacher_plan.md"}
FOR_NOBODY = {"source", "__pycache__"}
COPIES = "smtplab-course"


def course_folder(here: Path) -> tuple[Path, str]:
    """Return the folder to work in, and a line on what was done to get it ready.

    Parameters
    ----------
    here
        Where the copies go when smtplab is installed: to ``smtplab-course/`` in this folder, or to this
        folder itself when it is one. In a source folder they go to its own ``smtplab-course/``.

    Raises
    ------
    SetupError
        When the copies cannot be written.
    """
    target = here if (here / _Delivery.NOTES).is_file() else (project_folder() or here) / COPIES
    return target, copy_course(target)


def copy_course(target: Path, *, for_teacher: bool = False) -> str:
    """Copy the course to `target`, as `deliver` does, and return its line.

    Raises
    ------
    SetupError
        When the copies cannot be written.
    """
    try:
        return deliver(project_folder() or PACKAGE / "course" / "files", target, for_teacher=for_teacher)
    except OSError as error:
        raise SetupError(
            f"The lessons cannot be copied to {target} ({error.strerror}): go to a folder of your own "
            "and run this again there."
        ) from None


def deliver(source: Path, target: Path, *, for_teacher: bool = False) -> str:
    """Copy the course from `source` to `target`; what the learner changed stays as it is.

    A file that is missing comes (back). One that the learner never changed is replaced by a newer one.
    Where both changed, the newer one is put beside it as ``NAME.new.ipynb``, once. A teacher gets the plan and the
    solutions as well.

    Returns
    -------
    str
        One line that says what was done.
    """
    delivery = _Delivery(target)
    for name in _course_names(source, FOR_NOBODY if for_teacher else FOR_NOBODY | NOT_FOR_LEARNERS):
        delivery.bring(name, (source / name).read_bytes())
    delivery.save()
    return str(delivery)


def _course_names(source: Path, left_out: set[str]) -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((source / folder).rglob("*")):
            name = path.relative_to(source)
            if path.is_file() and not any(part in left_out or part.startswith(".") for part in name.parts):
                yield name.as_posix()


@dataclass(slots=True)
class _Delivery:
    """One update of the copies, and the notes of what was delivered before (name -> digest)."""

    target: Path
    digests: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"new": 0, "updated": 0, "beside": 0})

    NOTES = ".smtplab/delivered.json"

    def __post_init__(self) -> None:
        try:
            noted = json.loads((self.target / self.NOTES).read_text("utf-8"))
            self.digests = {str(name): str(digest) for name, digest in noted.items()}
        except (OSError, ValueError, AttributeError):  # first time, or unreadable: then nothing is overwritten
            self.digests = {}

    def bring(self, name: str, content: bytes) -> None:
        digest = _digest(content)
        present = self._digest_of(name)
        if present == digest:
            pass
        elif present is None:
            self._write(name, content, "new")
        elif present == self.digests.get(name):
            self._write(name, content, "updated")
        elif self.digests.get(name) != digest:
            self._write(self._free_name(name, digest), content, "beside")
        self.digests[name] = digest

    def save(self) -> None:
        _write(self.target / self.NOTES, json.dumps(self.digests, indent=1).encode())

    def __str__(self) -> str:
        done = [
            f"{self.counts['new']} new" if self.counts["new"] else "",
            f"{self.counts['updated']} updated" if self.counts["updated"] else "",
            f"{self.counts['beside']} newer beside yours (look for .new in the name)" if self.counts["beside"] else "",
        ]
        said = ", ".join(filter(None, done)) or "nothing new, yours as you left them"
        return f"Lessons and exercises in {self.target}: {said}."

    def _digest_of(self, name: str) -> str | None:
        path = self.target / name
        return _digest(path.read_bytes()) if path.is_file() else None

    def _free_name(self, name: str, digest: str) -> str:
        path = Path(name)
        for number in range(1, 1000):
            tag = ".new" if number == 1 else f".new{number}"
            beside = path.with_name(path.stem + tag + path.suffix).as_posix()
            if self._digest_of(beside) in (None, digest, self.digests.get(beside)):
                return beside
        raise OSError(0, "too many newer versions beside it", name)

    def _write(self, name: str, content: bytes, what: str) -> None:
        _write(self.target / name, content)
        self.digests[name] = _digest(content)
        self.counts[what] += 1


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
