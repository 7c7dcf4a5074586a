"""Exercise 03, predict state and reply: each session is played on the lab, and the answer held against it."""

from smtplab.course.answers import read_lines, read_table, short
from smtplab.course.playing import play
from smtplab.course.task import Finding, Item, Task, Unreadable, judge_table, plain
from smtplab.explain.catalogue import text
from smtplab.protocol.machine import State

HELLO, SENDER = "EHLO student.example", "MAIL FROM:<alice@student.example>"
BOB, CAROL, ZOE = "RCPT TO:<bob@lab.example>", "RCPT TO:<carol@lab.example>", "RCPT TO:<zoe@lab.example>"

ACCEPTED = {
    "A": (HELLO,),
    "B": (HELLO, SENDER),
    "C": (HELLO, SENDER, BOB),
    "D": (HELLO, SENDER, BOB, "RSET"),
    "E": (HELLO, SENDER, BOB, "EHLO laptop.example"),
    "F": (HELLO, SENDER, BOB, "NOOP"),
}
"""Task 03.1: the server takes every line of these sessions."""

REFUSED = {
    "A": (HELLO, BOB),
    "B": (HELLO, SENDER, SENDER),
    "C": (HELLO, SENDER, ZOE),
    "D": (HELLO, SENDER, BOB, CAROL),
    "E": (HELLO, SENDER, "DATA"),
    "F": (HELLO, SENDER, ZOE, "DATA"),
}
"""Task 03.2: the server refuses the last line of each."""

MAIL_DATA = {
    "A": (HELLO, SENDER, BOB, "DATA"),
    "B": (HELLO, SENDER, BOB, "DATA", "Subject: Hello", "QUIT"),
    "C": (HELLO, SENDER, BOB, "DATA", "Subject: Hello", "."),
    "D": (HELLO, SENDER, BOB, "DATA", "Subject: Hello", ".", SENDER),
    "E": (HELLO, SENDER, BOB, "QUIT"),
}
"""Task 03.3: before, in and after the message."""


def _items(sessions: dict[str, tuple[str, ...]], with_code: bool) -> tuple[Item, ...]:
    """What the lab says to the last line of each session; the clue is where the line before it leads."""
    items = []
    for key, lines in sessions.items():
        last = play(lines).steps[-1]
        right = (last.code, str(last.after)) if with_code else (str(last.after),)
        clue = "check.clue-first-line" if len(lines) == 1 else "check.clue-state"
        items.append(Item(key, right, text(clue, number=len(lines) - 1, state=last.before, line=last.line)))
    return tuple(items)


def _state(key: str, value: str) -> tuple[str, ...]:
    name = plain(value).upper().replace(" ", "_")
    if name not in State.__members__:
        raise Unreadable("no-state", item=key, said=short(value))
    return (name,)


def _code_and_state(key: str, value: str) -> tuple[str, ...]:
    code, _, state = plain(value).partition(" ")
    if code != text("check.none") and not (len(code) == 3 and code.isascii() and code.isdigit()):
        raise Unreadable("no-code", item=key, said=short(value), none=text("check.none"))
    return (code, *_state(key, state))


def _accepted(answer: object) -> Finding:
    return judge_table("03.1", _items(ACCEPTED, False), read_table(answer), _state)


def _refused(answer: object) -> Finding:
    return judge_table("03.2", _items(REFUSED, True), read_table(answer), _code_and_state)


def _mail_data(answer: object) -> Finding:
    return judge_table("03.3", _items(MAIL_DATA, True), read_table(answer), _code_and_state)


def _make_554(answer: object) -> Finding:
    """Four points: EHLO taken, MAIL taken, the last line is DATA, and it gets 554."""
    played = play(read_lines(answer))
    last, number = played.steps[-1], len(played.steps)
    is_data = last.line.upper() == "DATA" and last.reply is not None
    done = is_data and last.code == "554"
    points = sum((played.took("EHLO") or played.took("HELO"), played.took("MAIL"), is_data, done))
    if done:
        return Finding(points, text("check.03.4"))
    names = {"number": number, "line": last.shown, "code": last.code, "before": last.before, "state": last.after}
    return Finding(points, text("check.other-code" if is_data else "check.no-data", **names))


TASKS = (
    Task("03.1", len(ACCEPTED), "RFC 2821, section 4.1.4", _accepted),
    Task("03.2", 2 * len(REFUSED), "RFC 2821, section 4.1.4", _refused),
    Task("03.3", 2 * len(MAIL_DATA), "RFC 2821, section 4.1.1.4", _mail_data),
    Task("03.4", 4, "RFC 2821, section 3.3", _make_554),
)
