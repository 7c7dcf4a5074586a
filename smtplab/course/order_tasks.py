"""Exercise 02, put a session in order: any order that does the job is right, since the lines are played on the lab."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from smtplab.course.answers import read_lines, short
from smtplab.course.playing import Play, first_trouble, play
from smtplab.course.task import Finding, Task
from smtplab.explain.catalogue import text
from smtplab.protocol.machine import State

BOB, ANNA = "bob@lab.example", "anna@lab.example"

FOR_TWO = """\
DATA
RCPT TO:<anna@lab.example>
QUIT
Subject: Lunch at noon
EHLO student.example
.
RCPT TO:<bob@lab.example>
MAIL FROM:<alice@student.example>
"""
"""Task 02.1, scrambled: one mail for Bob and Anna."""

ANNA_ONLY = """\
RSET
Subject: For Anna only
MAIL FROM:<alice@student.example>
DATA
RCPT TO:<bob@lab.example>
QUIT
MAIL FROM:<alice@student.example>
EHLO student.example
RCPT TO:<anna@lab.example>
.
"""
"""Task 02.2, scrambled: Bob was a mistake, only Anna gets the mail."""

HANGING = """\
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
DATA
Subject: Dinner
QUIT
"""
"""Task 02.3: a session that never ends."""


def _for_two(answer: object) -> Finding:
    return _judge_order("02.1", read_lines(answer), FOR_TWO, Counter({BOB: 1, ANNA: 1}))


def _anna_only(answer: object) -> Finding:
    return _judge_order("02.2", read_lines(answer), ANNA_ONLY, Counter({ANNA: 1}))


def _judge_order(id: str, lines: Sequence[str], given: str, goal: Counter[str]) -> Finding:
    """Points for how far it gets: EHLO, MAIL, RCPT taken, the right mail delivered, closed, with nothing amiss."""
    mine, theirs = Counter(map(str.casefold, lines)), Counter(map(str.casefold, given.splitlines()))
    played = play(lines)
    delivered = played.mail() == goal and len(played.messages) == 1
    reached = [*(played.took(verb) for verb in ("EHLO", "MAIL", "RCPT")), delivered, _is_closed(played)]
    commands = [line for line in lines if line.casefold() in theirs and not line.startswith(("Subject", "."))]
    message = first_trouble(played, commands)
    if extra := next((line for line in lines if mine[line.casefold()] > theirs[line.casefold()]), ""):
        message = text("check.extra-line", line=short(extra, 60))
    elif missing := next((line for line in given.splitlines() if theirs[line.casefold()] > mine[line.casefold()]), ""):
        message = text("check.missing-line", line=missing)
    elif not message and not delivered:
        message = _who_got_it(played, goal)
    return _finding(id, reached, message)


def _finding(id: str, reached: Sequence[bool], message: str) -> Finding:
    """A point for each thing before the first not reached; the last point is kept back while something is amiss."""
    points = len(list(takewhile(bool, reached)))
    if message:
        return Finding(min(points, len(reached) - 1), message)
    return Finding(points, text(f"check.{id}"))


def _who_got_it(played: Play, goal: Counter[str]) -> str:
    got, wanted = ", ".join(sorted(played.mail().elements())), ", ".join(sorted(goal))
    return text("check.other-mail", got=got or text("check.nobody"), wanted=wanted)


def _is_closed(played: Play) -> bool:
    return played.end is State.CLOSED and any(step.code == "221" for step in played.steps)


def _the_dot(answer: object) -> Finding:
    """Three points: a mail for Bob delivered, no QUIT in it, closed by 221."""
    lines = read_lines(answer)
    played = play(lines)
    delivered = played.mail() == Counter({BOB: 1})
    clean = delivered and b"QUIT" not in played.messages[0].mail_data.upper().splitlines()
    message = first_trouble(played, ("QUIT",))
    if not message and not delivered:
        message = _who_got_it(played, Counter({BOB: 1}))
    return _finding("02.3", (delivered, clean, _is_closed(played)), message)


TASKS = (
    Task("02.1", 5, "RFC 2821, section 3.3", _for_two),
    Task("02.2", 5, "RFC 2821, section 4.1.1.5", _anna_only),
    Task("02.3", 3, "RFC 2821, section 4.1.1.4", _the_dot),
)
