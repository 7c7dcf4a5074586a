"""STARTTLS at our server: offered until TLS is there; 454 while the certificate cannot be read (RFC 3207 section 4)."""

from smtplab.lab.extensions.behaviour import Answer, Behaviour
from smtplab.lab.replies import reply
from smtplab.lab.world import Certificate, World
from smtplab.protocol.extensions.starttls import STARTTLS as GRAMMAR
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command


def _announce(world: World, session: Session) -> str | None:
    return None if session.tls else "STARTTLS"


def _starttls(world: World, session: Session, command: Command, now: float) -> Answer:
    return world, reply("tls.unready" if world.certificate is Certificate.UNREADABLE else "tls")


STARTTLS = Behaviour(GRAMMAR, _announce, answers={"STARTTLS": _starttls})
