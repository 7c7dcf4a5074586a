"""Every step the machine can produce: state x event x code, with sessions that differ in who is on the list.

`exchanges` runs over the base protocol. `extension_exchanges` runs over the machine with every extension: all codes for
what the extensions bring, and the codes that tell most for the rest. What is secret in it holds `SECRET`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.extensions.auth import AUTH_LINE, encode_base64
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import CONNECT, DATA_END, LOST, UNASKED, State
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


def exchange(
    before: Session, line: str | None, event: str, code: int | None, edition: int = 2821, words: str = "as it is",
) -> Exchange:
    """One step, as the table has it."""
    command: Command | None = parse_command(line.encode()) if line is not None else None
    if event == AUTH_LINE and line is not None:
        command = Command(AUTH_LINE, line, line.encode())
    table = before.machine(edition, *(() if code is not None else ("STARTTLS",)))
    row = table.transition(before.state, event, code)
    reply = None
    if code is not None:
        lines = ("lab.example", "SIZE 900", "HELP") if event == "EHLO" else (words,)
        reply = Reply(code, lines)
        reply = replace(reply, octets=format_reply(reply))
    after = before.after(row, command, reply)
    return Exchange(event, command, (line or "").encode(), reply, row, before, after, edition)


def exchanges(edition: int = 2821, codes: Sequence[int] = CODES) -> Iterator[Exchange]:
    for before in sessions():
        yield exchange(before, None, LOST, None, edition)
        for code in codes:
            for event in NO_COMMANDS:
                yield exchange(before, None, event, code, edition)
            for line in LINES:
                yield exchange(before, line, parse_command(line.encode()).verb, code, edition)


SECRET = "Geheimnis9"
PLAIN_LINE = encode_base64(f"\0bob\0{SECRET}".encode())
SECRETS = (SECRET, PLAIN_LINE, encode_base64(SECRET.encode()))

ALL = tuple((keyword, "PLAIN LOGIN CRAM-MD5" if keyword == "AUTH" else "") for keyword in OFFERED)
EXTENSION_LINES = (
    f"AUTH PLAIN {PLAIN_LINE}", "AUTH LOGIN", "AUTH cram-md5", f"AUTH {PLAIN_LINE}", f"AUTH X {SECRET} {SECRET}",
    "AUTH", "STARTTLS", "STARTTLS now", "BDAT 9", "BDAT 0 LAST", "BDAT x",
)
PARAMETER_LINES = (
    "MAIL FROM:<j\u00f6rg@me.example> SIZE=9", "MAIL FROM:<a@b.example> BODY=8BITMIME RET=HDRS", "MAIL FROM:<> X=1",
    "RCPT TO:<j\u00f6rg@lab.example>", "RCPT TO:<bob@lab.example> NOTIFY=NEVER", "RCPT TO:<bob@lab.example> BODY=7BIT",
    "MAIL FROM:<a@b.example> SIZE=1 SIZE=1", "RCPT TO:<bob@lab.example> +",
)
LOGIN_LINES = (PLAIN_LINE, SECRETS[2], SECRET, "*", "")
TELLING = (220, 221, 250, 354, 421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 530, 550, 552, 553, 554, 555)
ENHANCED = ("4.7.0", "5.7.1", "5.1.1", "5.6.7", "5.1.10")


def extension_sessions() -> Iterator[Session]:
    ready = Session(State.READY, "me.example", ALL)
    mail = Transaction(ALICE, forward_paths=MANY)
    yield ready
    yield replace(ready, tls=True, identity="bob", announced=tuple(pair for pair in ALL if pair[0] != "STARTTLS"))
    yield replace(ready, identity="")
    yield replace(ready, state=State.SENDER_KNOWN, transaction=Transaction(ALICE, (("BODY", "BINARYMIME"),)), tls=True)
    yield replace(ready, state=State.RECIPIENTS_KNOWN, transaction=replace(mail, parameters=(("BODY", "BINARYMIME"),)))
    yield replace(ready, state=State.RECIPIENTS_KNOWN, transaction=mail, identity="bob")
    yield replace(ready, state=State.CHUNKS, transaction=mail)
    yield replace(ready, state=State.CHUNK_REFUSED, transaction=replace(mail, forward_paths=(BOB,)))
    for said in ((f"PLAIN {PLAIN_LINE}", ""), ("LOGIN", "VXNlcm5hbWU6", "Ym9i", "UGFzc3dvcmQ6"),
                 ("CRAM-MD5", "PDFAYj4="), (f"{SECRET}", "")):
        yield replace(ready, state=State.AUTH_EXCHANGE, login=said)
    yield replace(ready, state=State.TLS_HANDSHAKE)
    yield Session(State.GREETED, tls=True)


def extension_exchanges(edition: int = 2821) -> Iterator[Exchange]:
    for before in extension_sessions():
        yield exchange(before, None, LOST, None, edition)
        table = before.machine(edition)
        lines = [(line, parse_command(line.encode())) for line in (*LINES, *PARAMETER_LINES, *EXTENSION_LINES)]
        said = [(line, table.event_of(command)) for line, command in lines]
        if before.state is State.AUTH_EXCHANGE:
            said = [(line, AUTH_LINE) for line in LOGIN_LINES]
        elif before.state is State.TLS_HANDSHAKE:
            said = []
            yield from (exchange(before, None, event, None, edition) for event in (TLS_UP, TLS_FAILED))
        for line, event in said:
            brought = line in EXTENSION_LINES or event == AUTH_LINE
            yield from (exchange(before, line, event, code, edition) for code in (CODES if brought else TELLING))
        for code in TELLING:
            yield exchange(before, None, UNASKED, code, edition)
            for words in ENHANCED:
                yield exchange(before, "RCPT TO:<bob@lab.example>", "RCPT", code, edition, f"{words} no")
    for event in (TLS_UP, TLS_FAILED):
        yield exchange(Session(State.CONNECTED), None, event, None, edition)
