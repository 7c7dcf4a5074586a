"""CHUNKING at our server: a piece that may come is taken; what its octets are is judged after the last (RFC 3030 2)."""

from smtplab.lab.extensions.behaviour import Answer, Behaviour, keyword_alone
from smtplab.lab.replies import reply
from smtplab.lab.world import World
from smtplab.protocol.extensions.chunking import CHUNKING as GRAMMAR
from smtplab.protocol.extensions.chunking import parse_bdat
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command


def _bdat(world: World, session: Session, command: Command, now: float) -> Answer:
    if session.transaction is not None and not session.transaction.forward_paths:
        return world, reply("data.no-recipients")
    octets, _ = parse_bdat(command.argument)
    return world, reply("chunk", octets=octets)


CHUNKING = Behaviour(GRAMMAR, keyword_alone(GRAMMAR), answers={"BDAT": _bdat})
