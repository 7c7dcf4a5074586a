"""Every step the machine can produce: state x event x code, with sessions that differ in who is on the list."""

from collections.abc import Iterator
from dataclasses import replace

from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import CONNECT, DATA_END, LOST, UNASKED, State, machine
from smtplab.protocol.paths import NULL_PATH, Path
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.session import Session, Transaction
from smtplab.protocol.wire import Command, Reply, format_reply, parse_command

CODES = (*REPLY_CODES, 199, 299, 399, 457, 599, 0, 999)
NO_COMMANDS = (CONNECT, DATA_END, UNASKED)
LINES = (*(spec.example for spec in COMMANDS.values()), "RCPT TO:<>", "RCPT", "MAIL FROM:<>", "RCTP TO:<x@y>", "XYZZY",
         "", " ", "\x00\xff")

ALICE, BOB = Path("alice", "student.example"), Path("bob", "lab.example")
MANY = tuple(Path(name, "lab.example") for name in ("bob", "carol", "dora", "emil", "frida"))


def sessions() -> Iterator[Session]:
    ready = Session(State.READY, "me.example", tuple((f"EXTENSION{n}", "") for n in range(9)))
    yield Session(State.CONNECTED)
    yield Session(State.GREETED)
    yield ready
    yield replace(ready, announced=())
    yield replace(ready, state=State.SENDER_KNOWN, transaction=Transaction(ALICE))
    yield replace(ready, state=State.SENDER_KNOWN, transaction=Transaction(NULL_PATH, refused=(BOB,)))
    for paths in ((BOB,), MANY[:2], MANY, (BOB, BOB), (BOB, Path("bob", "other.example"))):
        yield replace(ready, state=State.RECIPIENTS_KNOWN, transaction=Transaction(ALICE, forward_paths=paths))
    yield replace(ready, state=State.MAIL_DATA, transaction=Transaction(ALICE, forward_paths=MANY[:3]))
    yield replace(ready, state=State.MAIL_DATA, transaction=Transaction(NULL_PATH))
    yield Session(State.REFUSED)
    yield Session(State.CLOSED)


def exchange(before: Session, line: str | None, event: str, code: int | None, edition: int = 2821) -> Exchange:
    """One step, as the table has it."""
    command: Command | None = parse_command(line.encode()) if line is not None else None
    row = machine(edition).transition(before.state, event, code)
    reply = None
    if code is not None:
        lines = ("lab.example", "SIZE 900", "HELP") if event == "EHLO" else ("as it is",)
        reply = Reply(code, lines)
        reply = replace(reply, octets=format_reply(reply))
    return Exchange(event, command, (line or "").encode(), reply, row, before, before.after(row, command, reply))


def exchanges(edition: int = 2821) -> Iterator[Exchange]:
    for before in sessions():
        yield exchange(before, None, LOST, None, edition)
        for code in CODES:
            for event in NO_COMMANDS:
                yield exchange(before, None, event, code, edition)
            for line in LINES:
                yield exchange(before, line, parse_command(line.encode()).verb, code, edition)
