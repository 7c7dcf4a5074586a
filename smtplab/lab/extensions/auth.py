"""AUTH at our server: mechanisms, challenges, and who may log in how (RFC 4954 sections 4 and 6).

The users are the world's mailboxes. Nothing here is safe against anybody: the lessons tell the passwords, and
challenges are counted, so that a session plays again as it played before.
"""

from collections.abc import Sequence
from dataclasses import replace

from smtplab.lab.extensions.behaviour import Answer, Behaviour
from smtplab.lab.replies import reply
from smtplab.lab.world import Fate, LoginPolicy, Mailbox, World
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import AUTH as GRAMMAR
from smtplab.protocol.extensions.auth import (
    AUTH_LINE,
    CANCEL,
    SHOWS_PASSWORD,
    Login,
    cram_md5,
    decode_base64,
    encode_base64,
    parse_auth,
    read_login,
    said_after,
)
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command, Reply

_CHALLENGES = {"PLAIN": (b"",), "LOGIN": (b"Username:", b"Password:")}
"""What the server says before each response; CRAM-MD5 makes its own."""


def offered(world: World, session: Session) -> tuple[str, ...]:
    """The mechanisms to be had now: in the clear perhaps none that shows the password."""
    hidden = SHOWS_PASSWORD if world.login_needs_tls and not session.tls else ()
    return tuple(mechanism for mechanism in world.mechanisms if mechanism not in hidden)


def _announce(world: World, session: Session) -> str | None:
    mechanisms = offered(world, session)
    return " ".join(("AUTH", *mechanisms)) if mechanisms else None


def _auth(world: World, session: Session, command: Command, now: float) -> Answer:
    mechanism, initial = parse_auth(command.argument or "")
    if mechanism not in world.mechanisms:
        # Not repeated: who forgets the mechanism says the secret in its place.
        return world, reply("auth.mechanism", offered=", ".join(offered(world, session)))
    if mechanism not in offered(world, session):
        return world, reply("auth.needs-tls", mechanism=mechanism)
    if mechanism == "CRAM-MD5" and initial is not None:
        return world, reply("auth.initial", mechanism=mechanism)
    return _go_on(world, said_after(session, command), now)


def _line(world: World, session: Session, command: Command, now: float) -> Answer:
    if command.argument == CANCEL:
        return world, reply("auth.cancelled")
    return _go_on(world, said_after(session, command), now)


def _go_on(world: World, said: Sequence[str], now: float) -> Answer:
    """The next challenge, or the verdict when all was said."""
    try:
        login = read_login(said)
    except ProtocolError as error:
        return world, reply("auth.base64", problem=error.text)
    count = len(login.responses)
    if login.mechanism == "CRAM-MD5" and not count:
        challenge = f"<{world.challenges + 1}.{int(now)}@{world.domain}>".encode()
        return world.with_challenge(), _challenge(challenge)
    challenges = _CHALLENGES.get(login.mechanism, ())
    if count < len(challenges):
        return world, _challenge(challenges[count])
    return _verdict(world, login, said)


def _challenge(octets: bytes) -> Reply:
    return replace(reply("auth.challenge", challenge=""), lines=(encode_base64(octets),))  # never cut short


def _verdict(world: World, login: Login, said: Sequence[str]) -> Answer:
    mailbox = user(world, login.identity)
    if mailbox is None or not mailbox.password:
        return world, reply("auth.wrong")
    if mailbox.fate is Fate.UNREADABLE:
        return world, reply("auth.unready")
    if login.mechanism in SHOWS_PASSWORD and mailbox.login is LoginPolicy.STRONG:
        return world, reply("auth.weak", mechanism=login.mechanism)
    if login.mechanism == "CRAM-MD5" and mailbox.login is LoginPolicy.TRANSITION:
        return world, reply("auth.transition")
    if login.acts_as or login.secret != _expected(mailbox, login, said):
        return world, reply("auth.wrong")
    if mailbox.login is LoginPolicy.TRANSITION:  # its password is stored anew now
        world = world.with_mailbox(replace(mailbox, login=LoginPolicy.ANY))
    return world, reply("auth", person=mailbox.person)


def _expected(mailbox: Mailbox, login: Login, said: Sequence[str]) -> str:
    if login.mechanism != "CRAM-MD5":
        return mailbox.password
    return cram_md5(mailbox.password, decode_base64(said[1]))


def user(world: World, identity: str) -> Mailbox | None:
    """The mailbox whose owner has this name: its local-part, or its address."""
    name, at, domain = identity.rpartition("@")
    if at and not world.is_ours(domain):
        return None
    return world.mailbox(name if at else identity)


AUTH = Behaviour(GRAMMAR, _announce, answers={"AUTH": _auth, AUTH_LINE: _line})
