"""DSN at our server: what the sender asks for is kept with the message; nothing is reported (RFC 3461 section 5).

When the part that would write reports is down, its parameters cannot be honoured for now: 455, in RFC 2821 451.
"""

from collections.abc import Mapping

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.lab.replies import reply_by_edition
from smtplab.lab.world import World
from smtplab.protocol.extensions.dsn import DSN as GRAMMAR
from smtplab.protocol.paths import Path
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Reply

_OWN = {parameter.keyword for parameter in (*GRAMMAR.mail_parameters, *GRAMMAR.rcpt_parameters)}


def _check(world: World, session: Session, path: Path, parameters: Mapping[str, object]) -> Reply | None:
    if world.reports_ready or _OWN.isdisjoint(parameters):
        return None
    return reply_by_edition("parameter.reports", world.edition)


DSN = Behaviour(GRAMMAR, keyword_alone(GRAMMAR), check_mail=_check, check_rcpt=_check)
