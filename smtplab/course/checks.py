"""`check`: is this answer right, what differs first, and a hint for who asks.

An answer is judged by what it does: sessions are played on the lab, codes are looked up in the protocol's tables. No
answer is compared with a model solution. Nothing is kept between two calls.
"""

from dataclasses import dataclass
from typing import Any

from smtplab.course import extension_tasks, order_tasks, reply_code_tasks, retry_tasks, state_tasks
from smtplab.course.task import Finding, Task, Unreadable
from smtplab.explain.catalogue import text

HINTS = 3
"""Hints a task has: a question about what is on screen, where to look, the step worked on another case."""

TASKS: dict[str, Task] = {
    task.id: task
    for tasks in (reply_code_tasks, order_tasks, state_tasks, extension_tasks, retry_tasks) for task in tasks.TASKS
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `check` says of an answer. Printed, it reads as sentences.

    Attributes
    ----------
    passed : bool
    points, of : int
    message : str
        Why it is right, or the first thing that differs.
    hint : str
        The hint that was asked for; empty when none was.
    section : str
        Where to read, for example ``RFC 2821, section 4.2.1``.
    """

    passed: bool
    points: int
    of: int
    message: str
    hint: str = ""
    section: str = ""

    def __str__(self) -> str:
        said = [text("check.passed" if self.passed else "check.not-yet", why=self.message)]
        if self.of:
            said.append(text("check.points", points=self.points, of=self.of, section=self.section))
        return "\n".join([*said, *([self.hint] if self.hint else [])])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a notebook shows when a cell ends with a result."""
        printer.text(str(self))


def check(exercise: str, answer: object, *, hint: int = 0) -> CheckResult:
    """Judge an answer. Never raises, whatever the answer is.

    Parameters
    ----------
    exercise : str
        Exercise and task, for example ``"03.2"``.
    answer : object
        As the exercise asks for it: a dict, or the lines of a session.
    hint : {0, 1, 2, 3}
        1: a question about what is on screen. 2: where to look. 3: the step worked on another case.

    Returns
    -------
    CheckResult

    Examples
    --------
    >>> print(check("01.1", {251: "yes", 354: "yes", 452: "not now", 553: "no"}))
    Not yet. 354: you said yes. The first digit of 354 is 3.
    3 of 4 points. Read more: RFC 2821, section 4.2.1.
    """
    number = str(exercise) if isinstance(exercise, (str, float)) else ""
    task = TASKS.get(number.strip().zfill(4))
    if task is None:
        return CheckResult(False, 0, 0, text("check.no-task", tasks=", ".join(TASKS)))
    found = _judged(task, answer)
    return CheckResult(found.points == task.of, found.points, task.of, found.message, _hint(task, hint), task.section)


def _judged(task: Task, answer: object) -> Finding:
    try:
        return task.judge(answer)
    except Unreadable as error:
        return Finding(0, str(error))
    except Exception:  # whatever a strange value raises when it is looked at
        return Finding(0, text("check.strange", type=type(answer).__name__))


def _hint(task: Task, level: object) -> str:
    if type(level) is not int or not 0 <= level <= HINTS:
        return text("check.no-hint", count=HINTS)
    if not level:
        return ""
    return text("check.hint", level=level, count=HINTS, hint=text(f"hint.{task.id} {level}"))
