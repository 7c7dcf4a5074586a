"""Exercise 01, decode replies (RFC 2821 sections 4.2, 4.2.1; RFC 3463 section 2): judged by the tables of codes."""

from smtplab.course.answers import choice, number, read_table, short, word
from smtplab.course.task import Finding, Item, Task, Unreadable, judge_table, plain
from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.protocol.enhanced_codes import parse_enhanced_code
from smtplab.protocol.wire import Reply, cut_reply, encode

VERDICTS = ("yes", "more", "not-now", "no")
SUBJECTS = ("syntax", "information", "connection", "mail-system")
ACTIONS = ("do-next", "do-more", "do-later", "do-change", "do-repair")

FIRST_DIGIT = (251, 354, 452, 553)
SECOND_DIGIT = (214, 421, 500, 552)
NEVER_SEEN = (298, 471, 577)
WHAT_NOW = ((250, "MAIL"), (354, "DATA"), (450, "RCPT"), (550, "RCPT"), (503, "RCPT"))

RECEIVED = """\
250-lab.example greets student.example
250-SIZE 1048576
250-VRFY
250 HELP
250 Sender accepted: <alice@student.example>
450 <carol@lab.example>: mailbox is busy; try later
"""
"""What a client received that sent EHLO, MAIL and RCPT in one go."""

ENHANCED = {
    "A": "550 5.1.1 No such user",
    "B": "452 4.2.2 Mailbox full",
    "C": "550 5.7.1 Rejected by policy",
    "D": "450 5.2.1 Mailbox switched off",
}
"""Replies with an enhanced status code; in one of them it does not fit the reply code."""


def _verdicts(id: str, codes: tuple[int, ...], clue: str) -> tuple[Item, ...]:
    return tuple(
        Item(str(code), (word(explain(code).verdict_id),), text(clue, code=code, digit=str(code)[0])) for code in codes
    )


def _first_digit(answer: object) -> Finding:
    items = _verdicts("01.1", FIRST_DIGIT, "check.clue-first")
    return judge_table("01.1", items, read_table(answer), choice(VERDICTS))


def _second_digit(answer: object) -> Finding:
    names = {"0": "syntax", "1": "information", "2": "connection", "5": "mail-system"}
    items = tuple(
        Item(str(code), (word(names[str(code)[1]]),), text("check.clue-second", code=code, digit=str(code)[1]))
        for code in SECOND_DIGIT
    )
    return judge_table("01.2", items, read_table(answer), choice(SUBJECTS))


def _never_seen(answer: object) -> Finding:
    items = _verdicts("01.3", NEVER_SEEN, "check.clue-never-seen")
    return judge_table("01.3", items, read_table(answer), choice(VERDICTS))


def _what_now(answer: object) -> Finding:
    does = {"yes": "do-next", "more": "do-more", "not-now": "do-later", "no": "do-change", "wrong-moment": "do-repair"}
    explained = ((f"{code} {verb}", explain(code, verb)) for code, verb in WHAT_NOW)
    items = tuple(Item(key, (word(does[found.verdict_id]),), found.here) for key, found in explained)
    return judge_table("01.4", items, read_table(answer), choice(ACTIONS))


def received_replies() -> tuple[Reply, ...]:
    """The replies in `RECEIVED`, cut as a client cuts them."""
    octets, start, replies = encode(RECEIVED.replace("\n", "\r\n")), 0, []
    while cut := cut_reply(octets, start):
        reply, start = cut
        replies.append(reply)
    return tuple(replies)


def _several_lines(answer: object) -> Finding:
    replies = received_replies()
    right = {"replies": len(replies), "last line of the first": len(replies[0].lines), "last code": replies[-1].code}
    items = tuple(Item(key, (str(value),), text("check.clue-lines")) for key, value in right.items())
    return judge_table("01.5", items, read_table(answer), number)


def _enhanced(answer: object) -> Finding:
    items, clash = [], ""
    for letter, line in ENHANCED.items():
        code, _, words = line.partition(" ")
        parts = parse_enhanced_code(words)
        assert parts is not None
        if parts.agrees_with(int(code)):
            clue = text("check.clue-subject", enhanced=parts, subject=parts.subject)
            items.append(Item(letter, (word(f"subject-{parts.subject}"),), clue))
        else:
            clash = letter
    items.append(Item("clash", (clash,), text("check.clue-clash")))
    return judge_table("01.6", tuple(items), read_table(answer), _subject_or_letter)


def _subject_or_letter(key: str, value: str) -> tuple[str, ...]:
    if key != "clash":
        return choice([f"subject-{number}" for number in range(1, 8)])(key, value)
    letter = plain(value).upper()
    if letter not in ENHANCED:
        raise Unreadable("no-choice", item=key, said=short(value), options=", ".join(ENHANCED))
    return (letter,)


TASKS = (
    Task("01.1", len(FIRST_DIGIT), "RFC 2821, section 4.2.1", _first_digit),
    Task("01.2", len(SECOND_DIGIT), "RFC 2821, section 4.2.1", _second_digit),
    Task("01.3", len(NEVER_SEEN), "RFC 2821, section 4.2.1", _never_seen),
    Task("01.4", len(WHAT_NOW), "RFC 2821, section 4.2.1", _what_now),
    Task("01.5", 3, "RFC 2821, section 4.2.1", _several_lines),
    Task("01.6", len(ENHANCED), "RFC 3463, section 2", _enhanced),
)
