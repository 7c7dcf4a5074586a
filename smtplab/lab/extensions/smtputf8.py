"""SMTPUTF8 at our server: addresses outside ASCII need the word at MAIL (RFC 6531 sections 3.4 and 3.5)."""

from collections.abc import Mapping

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.lab.replies import reply
from smtplab.lab.world import World
from smtplab.protocol.extensions.smtputf8 import SMTPUTF8 as GRAMMAR
from smtplab.protocol.paths import Path
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Reply


def _check_mail(world: World, session: Session, path: Path, parameters: Mapping[str, object]) -> Reply | None:
    return None if path.is_ascii or "SMTPUTF8" in parameters else reply("mail.utf8")


def _check_rcpt(world: World, session: Session, path: Path, parameters: Mapping[str, object]) -> Reply | None:
    allowed = session.transaction is not None and session.transaction.has("SMTPUTF8")
    return None if path.is_ascii or allowed else reply("rcpt.utf8")


SMTPUTF8 = Behaviour(GRAMMAR, keyword_alone(GRAMMAR), _check_mail, _check_rcpt)
