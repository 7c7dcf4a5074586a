"""What our server does for each extension it offers: one module an extension, beside its grammar in `protocol`."""

from functools import lru_cache

from smtplab.lab.extensions.auth import AUTH
from smtplab.lab.extensions.behaviour import Behaviour
from smtplab.lab.extensions.binarymime import BINARYMIME
from smtplab.lab.extensions.chunking import CHUNKING
from smtplab.lab.extensions.dsn import DSN
from smtplab.lab.extensions.eightbitmime import EIGHTBITMIME
from smtplab.lab.extensions.enhancedstatuscodes import ENHANCEDSTATUSCODES
from smtplab.lab.extensions.pipelining import PIPELINING
from smtplab.lab.extensions.size import SIZE
from smtplab.lab.extensions.smtputf8 import SMTPUTF8
from smtplab.lab.extensions.starttls import STARTTLS
from smtplab.lab.world import World
from smtplab.protocol.session import Session

__all__ = ["BEHAVIOURS", "Behaviour", "dressing", "in_use", "offered_by"]

BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.extension.keyword: behaviour
    for behaviour in (
        SIZE, EIGHTBITMIME, PIPELINING, ENHANCEDSTATUSCODES, SMTPUTF8, DSN, CHUNKING, BINARYMIME, STARTTLS, AUTH,
    )
}
"""By EHLO keyword; a world offers those it names in `World.extensions`."""


def offered_by(world: World) -> tuple[Behaviour, ...]:
    """The behaviours of a world, in the order of its EHLO answer."""
    return _of(world.extensions)


@lru_cache(maxsize=256)
def _of(keywords: tuple[str, ...]) -> tuple[Behaviour, ...]:
    return tuple(BEHAVIOURS[keyword] for keyword in keywords)


@lru_cache(maxsize=256)
def dressing(keywords: tuple[str, ...]) -> tuple[Behaviour, ...]:
    """Those that change what a reply looks like."""
    return tuple(behaviour for behaviour in _of(keywords) if behaviour.dress is not None)


def in_use(world: World, session: Session) -> list[Behaviour]:
    """Those that were announced to this session."""
    return [behaviour for behaviour in offered_by(world) if session.announces(behaviour.extension.keyword)]
