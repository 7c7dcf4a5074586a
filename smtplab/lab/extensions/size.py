"""SIZE at our server: the limit in the EHLO answer; a declared size is held against limit and storage (RFC 1870)."""

from collections.abc import Mapping

from smtplab.lab.extensions.behaviour import Behaviour
from smtplab.lab.replies import reply
from smtplab.lab.world import World
from smtplab.protocol.extensions.size import SIZE as GRAMMAR
from smtplab.protocol.paths import Path
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Reply


def _announce(world: World, session: Session) -> str:
    return f"SIZE {world.max_message_octets}"


def _check_mail(world: World, session: Session, path: Path, parameters: Mapping[str, object]) -> Reply | None:
    size = parameters.get("SIZE")
    if not isinstance(size, int):
        return None
    if size > world.max_message_octets:
        return reply("mail.too-large", size=size, limit=world.max_message_octets)
    if size > world.storage_octets:
        return reply("mail.storage")
    return None


SIZE = Behaviour(GRAMMAR, _announce, check_mail=_check_mail)
