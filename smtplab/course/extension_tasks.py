"""Exercise 04, read the EHLO answer (RFC 1869, 3207, 4954): judged by the table of extensions and on the lab."""

from itertools import takewhile

from smtplab.course.answers import choice, number, read_lines, read_table, short, word
from smtplab.course.playing import Play, play
from smtplab.course.task import Finding, Item, Task, judge_table, plain
from smtplab.explain import explain_ehlo
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.protocol.extensions.auth import Login, read_login, said_after
from smtplab.protocol.machine import State
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import encode, read_reply

RECEIVED = """\
250-mx.north.example at your service
250-SIZE 35882577
250-8BITMIME
250-PIPELINING
250-CHUNKING
250-STARTTLS
250-ENHANCEDSTATUSCODES
250 X-AURORA 7
"""
"""Task 04.1: an answer to EHLO that no lesson has shown."""

OFFERS = ("pipelining", "chunking", "size", "starttls", "enhancedstatuscodes", "8bitmime", "nothing")
"""What its lines may offer: names in the catalogue's section ``choice``, behind ``offer-``; A to G in this order."""

HELLO, MAIL = "EHLO student.example", "MAIL FROM:<alice@student.example>"
LOGIN = "AUTH PLAIN AGJvYgBidWlsZGVy"

AFTER_LOGIN = World(
    edition=5321, extensions=("SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH"), mechanisms=("PLAIN", "CRAM-MD5"),
    max_message_octets=500_000, needs_login=True,
)
"""Task 04.2: the server, which takes mail only after a login."""

ASKED = {
    "A": (HELLO, MAIL),
    "B": (HELLO, LOGIN, f"{MAIL} SIZE=400000"),
    "C": (HELLO, LOGIN, f"{MAIL} SIZE=600000"),
    "D": (HELLO, LOGIN, f"{MAIL} SIZE=many"),
    "E": (HELLO, LOGIN, f"{MAIL} SMTPUTF8"),
    "F": (HELLO, "AUTH LOGIN"),
    "G": (HELLO, LOGIN, LOGIN),
    "H": (HELLO, "STARTTLS"),
}
"""Task 04.2: each last line gets another code."""

OVERHEARD = """\
S: 220 mx.north.example
C: EHLO laptop.example
S: 250-mx.north.example
S: 250 AUTH PLAIN LOGIN CRAM-MD5
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: aW5lcw==
S: 334 UGFzc3dvcmQ6
C: dW1icmVsbGE=
S: 235 Welcome
"""
"""Task 04.3: a login that a listener wrote down."""

OVERHEARD_TOO = """\
S: 220 mx.north.example
C: EHLO desk.example
S: 250-mx.north.example
S: 250 AUTH PLAIN LOGIN CRAM-MD5
C: AUTH CRAM-MD5
S: 334 PDE3LjRAbXgubm9ydGguZXhhbXBsZT4=
C: b21hciA0NTMyYzNhNjAxYTcwMmYzODdiM2NmMzI0MGU0MmEwYw==
S: 235 Welcome
"""
"""Task 04.3: another."""

INSIDE_TLS = World(edition=5321, extensions=("STARTTLS", "AUTH"), needs_tls=True, needs_login=True)
"""Task 04.4: the server takes nothing in the clear, and no mail without a login."""


def _offers(answer: object) -> Finding:
    lines = explain_ehlo(read_reply(encode(RECEIVED.replace("\n", "\r\n"))))[1:]
    items = tuple(
        Item(line.keyword, (word(f"offer-{line.keyword.lower() if line.known == 'offered' else 'nothing'}"),),
             line.offers) for line in lines
    )
    return judge_table("04.1", items, read_table(answer), choice([f"offer-{name}" for name in OFFERS]))


def _codes(answer: object) -> Finding:
    items = []
    for key, lines in ASKED.items():
        last = play(lines, AFTER_LOGIN).steps[-1]
        items.append(Item(key, (last.code,), text("check.clue-offer", line=last.shown, state=last.before)))
    return judge_table("04.2", tuple(items), read_table(answer), number)


def overheard_login(record: str) -> Login:
    """What a listener can read in a record that ends with a login."""
    last = Transcript.parse(record).exchanges()[-1]
    return read_login(said_after(last.before, last.command))


def _decoded(answer: object) -> Finding:
    first, second = overheard_login(OVERHEARD), overheard_login(OVERHEARD_TOO)
    clue = text("check.clue-base64")
    items = (
        Item("name", (first.identity,), clue),
        Item("password", (first.secret,), clue),
        Item("second name", (second.identity,), clue),
        Item("second password", (text("check.none"),), text("check.clue-digest", mechanism=second.mechanism)),
    )
    return judge_table("04.3", items, read_table(answer), _as_said)


def _as_said(key: str, value: str) -> tuple[str, ...]:
    """A name or a password to the letter; the word for none in any form."""
    none = text("check.none")
    return (none if plain(value) == none else short(value.strip(), 60),)


def _inside_tls(answer: object) -> Finding:
    """Five points: EHLO taken, TLS begun, EHLO taken again, logged in, the last line is a MAIL that is taken."""
    played = play(read_lines(answer), INSIDE_TLS)
    last = played.steps[-1]
    reached = list(takewhile(bool, (*_stages(played), last.line.upper().startswith("MAIL") and last.code == "250")))
    if len(reached) == 5:
        return Finding(5, text("check.04.4"))
    refused = next((n for n, step in enumerate(played.steps, 1) if step.reply and not step.reply.is_positive), 0)
    if not refused:
        return Finding(len(reached), text("check.no-mail-yet", line=last.shown, code=last.code, state=last.after))
    step = played.steps[refused - 1]
    names = {"number": refused, "last": refused - 1, "line": step.shown, "code": step.code, "state": step.before}
    return Finding(len(reached), text("check.refused-first" if refused == 1 else "check.refused", **names))


def _stages(played: Play) -> tuple[bool, bool, bool, bool]:
    """EHLO taken; TLS begun; EHLO taken behind it; logged in, which this server takes only there."""
    hello = [n for n, step in enumerate(played.steps) if step.line.upper().startswith("EHLO") and step.code == "250"]
    tls = [n for n, step in enumerate(played.steps) if step.code == "220" and step.after is State.GREETED]
    again = [n for n in hello if tls and n > tls[0]]
    return bool(hello), bool(tls), bool(again), any(step.code == "235" for step in played.steps)


TASKS = (
    Task("04.1", len(OFFERS), "RFC 5321, section 4.1.1.1", _offers),
    Task("04.2", len(ASKED), "RFC 5321, section 4.1.1.11", _codes),
    Task("04.3", 4, "RFC 4954, section 4", _decoded),
    Task("04.4", 5, "RFC 3207, section 4.2", _inside_tls),
)
