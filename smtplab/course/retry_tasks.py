"""Exercise 05, when to try again (RFC 2821 sections 3.9, 4.2.1, 4.2.5, 4.5.3.2, 4.5.4.1): records judged by the
machine, times by the table of limits, faults by playing them.
"""

from dataclasses import dataclass

from smtplab.course.answers import choice, number, read_lines, read_table, short, word
from smtplab.course.play_scenario import play
from smtplab.course.scenario import Scenario
from smtplab.course.task import Finding, Item, Task, Unreadable, judge_table
from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.lab import FaultError, World
from smtplab.network import memory_server
from smtplab.protocol import limits
from smtplab.protocol.machine import DATA_END, State
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF

EDITION = 5321

NO_SUCH_PARAMETER = 555
"""RFC 5321 section 4.1.1.11: parameters not recognized; the line without them may do."""

_GREETED = "S: 220 mx.north.example\nC: EHLO student.example\nS: 250 mx.north.example\n"
_SENDER = f"{_GREETED}C: MAIL FROM:<alice@student.example>\nS: 250 Fine\n"
_MESSAGE = f"{_SENDER}C: RCPT TO:<ines@north.example>\nS: 250 Fine\nC: DATA\nS: 354 Go on\nC: Subject: Rent\nC:\n"

_SHOWN = {
    "1": (_GREETED, "C: MAIL FROM:<alice@student.example>\nS: 452 No room today\n"),
    "2": (_SENDER, "C: RCPT TO:<ines@north.example>\nS: 553 Not a name that we have\n"),
    "3": (_MESSAGE, "C: The rent is 300\n-- lost\n"),
    "4": (_MESSAGE, "C: The rent is 300.\nC: .\n-- lost\n"),
    "5": (_MESSAGE, "C: The rent is 300.\nC: .\nS: 250 We have it\n-- lost\n"),
    "6": (_GREETED, "C: MAIL FROM:<alice@student.example> COLOUR=blue\nS: 555 What is COLOUR?\n"),
    "7": (_SENDER, "C: RCPT TO:<ines@north.example>\nS: 473 Gladly, with pleasure\n"),
    "8": (_MESSAGE, "C: The rent is 300.\nC: .\nS: 578 Thank you for your letter\n"),
    "9": (_MESSAGE, "C: The rent is 300.\nC: .\n-- 600 s\n"),
}

SHOWN = {key: end for key, (_, end) in _SHOWN.items()}
"""Task 05.1: the end of each record, as the page shows it; a client hears no more than this."""

AFTER = ("none", "later", "twice", "report", "without")
"""What a client does then: names in the catalogue's section ``choice``, behind ``after-``; A to E in this order."""

TIMES = {
    "minutes, the reply to MAIL": limits.MAIL_TIMEOUT_S // 60,
    "minutes, the 354": limits.DATA_START_TIMEOUT_S // 60,
    "minutes, the reply to the dot": limits.DATA_END_TIMEOUT_S // 60,
    "minutes, until the next try": limits.RETRY_INTERVAL_S // 60,
    "days, until it gives up": limits.GIVE_UP_DAYS,
}
"""Task 05.2: the least time that a client waits."""

_HELLO = """\
S: 220 lab.example SMTP service ready
C: EHLO student.example
S: 250-lab.example greets student.example
S: 250-SIZE 1048576
S: 250-VRFY
S: 250-EXPN
S: 250 HELP
C: MAIL FROM:<alice@student.example>
S: 250 Sender accepted: <alice@student.example>
C: RCPT TO:<bob@lab.example>
S: 250 Recipient accepted: <bob@lab.example>
"""
_DATA = """\
C: DATA
S: 354 Send the message; end with a line that holds a single dot
C: Subject: Lunch
C:
C: At noon?
C: .
"""

TOO_MANY = (
    f"{_HELLO}C: RCPT TO:<anna@lab.example>\nS: 452 Too many recipients\n"
    f"{_DATA}S: 250 Message accepted: 28 octets for 1 recipient\n",
)
"""Task 05.3: the session that a fault is to make."""

TWICE = (f"{_HELLO}{_DATA}-- lost\n", f"{_HELLO}{_DATA}S: 250 Message accepted: 28 octets for 1 recipient\n")
"""Task 05.4: two sessions with one server; Bob is to have the mail twice."""

MOST_FAULTS = 10


def _what_now(answer: object) -> Finding:
    items = []
    for key, (begin, end) in _SHOWN.items():
        name, clue = fate(Transcript.parse(begin + end))
        items.append(Item(key, (word(f"after-{name}"),), clue))
    return judge_table("05.1", tuple(items), read_table(answer), choice([f"after-{name}" for name in AFTER]))


def fate(record: Transcript) -> tuple[str, str]:
    """What a client does that has heard so much and no more (one of `AFTER`), and the fact that decides it.

    Examples
    --------
    >>> fate(Transcript.parse("S: 220 mx.north.example\\n-- lost\\n"))[0]
    'later'
    """
    steps = record.exchanges(EDITION)
    last = steps[-1]
    if any(step.event == DATA_END and step.reply and step.reply.is_positive for step in steps):
        return "none", text("check.clue-taken")
    if last.reply is None or last.after.state is State.MAIL_DATA:  # no reply came to what was said last
        sent = b"".join(entry.octets for entry in record.said() if entry.direction == "C")
        has_dot = sent.endswith(CRLF + b"." + CRLF)
        return ("twice", text("check.clue-dot-unheard")) if has_dot else ("later", text("check.clue-no-dot"))
    if last.reply.code == NO_SUCH_PARAMETER:
        return "without", text("check.clue-parameter", code=last.reply.code)
    clue = text("check.clue-first", code=last.reply.code, digit=str(last.reply.code)[0])
    return "later" if explain(last).verdict_id == "not-now" else "report", clue


def _times(answer: object) -> Finding:
    items = tuple(Item(key, (str(value),), text("check.clue-limit")) for key, value in TIMES.items())
    return judge_table("05.2", items, read_table(answer), number)


@dataclass(frozen=True, slots=True)
class _Played:
    """How far sessions went as they are shown, under a fault.

    Attributes
    ----------
    as_shown : int
        Sessions that went so from the first on.
    has_fired : bool
    differs : str
        The first difference, in a sentence; empty when there is none.
    mails : int
        What the server has taken.
    """

    as_shown: int
    has_fired: bool
    differs: str
    mails: int


def _play(sessions: tuple[str, ...], faults: tuple[str, ...]) -> _Played:
    scenario = Scenario.parse("@title Task\n" + "@connect\n".join(sessions))
    with memory_server(World(edition=EDITION)) as server:
        try:
            server.faults.add(*faults)
        except FaultError as error:
            raise Unreadable("no-fault", problem=short(str(error), 300)) from None
        frames = play(scenario, server)
    mismatch = next((frame for frame in frames if frame.mismatch), None)
    fired = any(count for _, count in frames[-1].faults)
    if mismatch is None or mismatch.mismatch is None:
        return _Played(len(sessions), fired, "", len(frames[-1].messages))
    found, none = mismatch.mismatch, text("check.nothing-came")
    differs = text("check.other-play", session=mismatch.client, expected=_first(found.expected) or none,
                   got=_first(found.got) or none)
    return _Played(mismatch.client - 1, fired, differs, len(frames[-1].messages))


def _first(said: str) -> str:
    return short(said.partition("\n")[0], 70)


def _make(id: str, sessions: tuple[str, ...], mails: int, answer: object) -> Finding:
    """A point for a fault that can be, one when it happens, one for each session as shown; one for a second mail."""
    faults = read_lines(answer)
    if len(faults) > MOST_FAULTS:
        raise Unreadable("many-faults", count=MOST_FAULTS)
    played = _play(sessions, faults)
    if not played.has_fired:
        return Finding(1, text("check.not-fired"))
    points = 2 + played.as_shown
    if played.differs:
        return Finding(points, played.differs)
    if played.mails != mails:
        return Finding(points, text("check.other-mails", got=played.mails, wanted=mails))
    return Finding(points + (mails > 1), text(f"check.{id}"))


TASKS = (
    Task("05.1", len(SHOWN), "RFC 2821, sections 3.9, 4.2.1 and 4.2.5", _what_now),
    Task("05.2", len(TIMES), "RFC 2821, sections 4.5.3.2 and 4.5.4.1", _times),
    Task("05.3", 3, "RFC 2821, section 4.5.3.1", lambda answer: _make("05.3", TOO_MANY, 1, answer)),
    Task("05.4", 5, "RFC 2821, section 4.5.3.2", lambda answer: _make("05.4", TWICE, 2, answer)),
)
