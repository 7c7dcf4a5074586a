"""What a console offers beyond its first view, as plain data: all of it was announced in the answer to EHLO.

A server that announces no more than the class-room world does by itself gets none of it. The forms and toggles are
read from the extensions themselves, so one that is switched off is gone here too.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from smtplab.explain.catalogue import text
from smtplab.explain.ehlo_answer import explain_ehlo
from smtplab.lab.world import World
from smtplab.network.host import OFFERED_BY_DEFAULT
from smtplab.notebook.console.choices import SENDER, choice
from smtplab.notebook.html import readable
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import OFFERED, Parameter
from smtplab.protocol.extensions.auth import MECHANISMS, decode_base64, encode_base64
from smtplab.protocol.machine import Machine
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.protocol.wire import CRLF, encode
from smtplab.protocol.xtext import format_xtext

LISTENED = 60
"""The most rows of clear text in the listener's view."""

SEALED = 8
"""The most rows of octets that nobody can read; of more, the middle is left out."""

EHLO_LINES = 40

NUL = "\\0"
"""How the octet that parts the answer to PLAIN is typed."""


def goes_beyond_first_view(session: Session) -> bool:
    """True when something was announced that the class-room world does not offer by itself.

    >>> goes_beyond_first_view(Session(announced=(("SIZE", "900"),)))
    False
    """
    return any(session.announces(keyword) for keyword in OFFERED if keyword not in OFFERED_BY_DEFAULT)


def form_of(verb: str, session: Session, table: Machine) -> Data:
    """The form that a command's button opens instead of filling the line; nothing for most."""
    if verb == "AUTH" and mechanisms(session, table):
        return {"form": "login"}
    if verb == "BDAT" and table.in_sequence(session.state, verb):
        return {"form": "chunk"}
    return {}


def mechanisms(session: Session, table: Machine) -> tuple[str, ...]:
    """Those of the server that smtplab can log in with; none when no login is in sequence now.

    >>> from smtplab.protocol.machine import State
    >>> here = Session(State.READY, "me.example", (("AUTH", "XOAUTH2 LOGIN PLAIN"),))
    >>> mechanisms(here, here.machine(2821))
    ('LOGIN', 'PLAIN')
    """
    if not table.in_sequence(session.state, "AUTH") or session.unmet(table, "AUTH"):
        return ()
    said = " ".join(parameters for keyword, parameters in session.announced if keyword == "AUTH")
    return tuple(name for name in said.upper().split() if name in MECHANISMS)


def challenge(session: Session) -> Data | None:
    """What the server asks in a login exchange, in words, and whether the answer is a secret."""
    if not session.login:
        return None
    mechanism = (session.login[0].split() or [""])[0].upper()
    try:
        asked = readable(decode_base64(session.login[-1]))
    except ProtocolError:
        asked = readable(session.login[-1])
    known = mechanism if mechanism in MECHANISMS else "other"
    is_first = len(session.login) == 2 and len(session.login[0].split()) == 1
    return {
        "sentence": text(f"console.asks_{known}", mechanism=readable(mechanism), asked=asked),
        "secret": not (mechanism == "LOGIN" and is_first), "nul": NUL if mechanism == "PLAIN" else "",
    }


def answer_line(session: Session, answer: str) -> str:
    r"""The line that carries an answer in a login exchange.

    >>> answer_line(Session(login=("PLAIN", "")), r"\0bob\0builder")
    'AGJvYgBidWlsZGVy'
    """
    asked = challenge(session)
    nul = asked["nul"] if asked else ""
    return encode_base64(encode(answer.replace(nul, "\0") if nul else answer))


def passwords(session: Session, world: World | None) -> dict[str, list[str]]:
    """Name and password of the users by address, while a login is offered: the lessons tell them."""
    if world is None or not session.announces("AUTH"):
        return {}
    users = (mailbox for mailbox in world.address_book if mailbox.password)
    return {f"{user.name}@{world.domain}": [user.name, user.password] for user in users}


def parameters(session: Session, world: World | None) -> dict[str, list[tuple[str, str]]]:
    """What may stand behind MAIL and RCPT, as it is typed, with addresses of this session.

    Beside it the part that is to be the address in the line, once one stands there; for most it is empty.
    """
    if not goes_beyond_first_view(session):
        return {}
    recipient = choice("RCPT", session, world).line.partition("<")[2].rstrip(">")
    written = format_xtext(recipient)
    announced = [extension for keyword, extension in OFFERED.items() if session.announces(keyword)]
    return {
        "MAIL": [(_with(_user(session, world), p), "") for e in announced for p in e.mail_parameters],
        "RCPT": [
            (said, written if written in said else "")
            for e in announced for p in e.rcpt_parameters for said in [_with(recipient, p)]
        ],
    }


def _with(address: str, parameter: Parameter) -> str:
    """A parameter's example, about this address where it names one; in a value it stands as xtext."""
    return re.sub(r"[\w.-]+@[\w.-]+", lambda _: format_xtext(address), parameter.example)


def _user(session: Session, world: World | None) -> str:
    """Who sends: the one who has logged in, else the sender of the lessons."""
    if not session.identity:
        return SENDER
    return session.identity if "@" in session.identity or world is None else f"{session.identity}@{world.domain}"


def group(session: Session, table: Machine, world: World | None) -> str | None:
    """Lines to begin a group with; None when none may be sent."""
    if not session.announces("PIPELINING") or not table.commands_in_sequence(session.state):
        return None
    way = ("MAIL", "RCPT", "DATA") if table.in_sequence(session.state, "MAIL") else ("RCPT", "DATA")
    is_on_way = any(table.in_sequence(session.state, verb) for verb in way)
    return "\n".join(choice(verb, session, world).line for verb in way) if is_on_way else ""


def facts(session: Session, tls_version: str) -> list[str]:
    """What else is known of the session: that it is encrypted, and who has logged in."""
    found = []
    if session.tls:
        found.append(text("console.in_tls", version=tls_version) if tls_version else text("console.in_some_tls"))
    if session.identity is not None:
        known = session.identity or text("console.somebody")
        found.append(text("console.logged_in", name=readable(known)))
    return found


def ehlo_lines(exchanges: Sequence[Exchange]) -> list[tuple[str, str]]:
    """What the answer to EHLO offers, a line each, when it is the last reply; its first line only greets."""
    last = exchanges[-1] if exchanges else None
    if last is None or last.event != "EHLO" or last.reply is None or not goes_beyond_first_view(last.after):
        return []
    return [(readable(line.keyword), readable(str(line))) for line in explain_ehlo(last.reply)[1 : EHLO_LINES + 1]]


def listener(record: Transcript, reveal: bool = False) -> list[tuple[str, str]]:
    """What somebody on the way saw of a session with TLS: clear text, then octets that nobody can read."""
    sealed = [entry for entry in record.entries if entry.layer == "outside"]
    if not sealed:
        return []
    spoken = Transcript(tuple(entry for entry in record.entries if entry.direction != "-" and not entry.layer))
    clear = (spoken if reveal else hide_secrets(spoken)).entries
    rows = [(_who(direction), text("console.unreadable", count=len(octets))) for direction, octets in _runs(sealed)]
    if len(rows) > SEALED:
        rows = [*rows[: SEALED - 3], ("", text("console.left_out", count=len(rows) - SEALED + 1)), *rows[-2:]]
    lines = [(_who(d), readable(line)) for d, said in _runs(clear) for line in said.removesuffix(CRLF).split(CRLF)]
    return lines[-LISTENED:] + rows


def _runs(entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """What went one way in one go."""
    for direction, run in groupby(entries, lambda entry: entry.direction):
        yield direction, b"".join(entry.octets for entry in run)


def _who(direction: str) -> str:
    return text("console.you" if direction == "C" else "console.server")
