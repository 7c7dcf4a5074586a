"""What a server must decide for an extension: what it says in the EHLO answer, and when it refuses a MAIL."""

from collections.abc import Callable
from dataclasses import dataclass

from smtplab.lab.world import World
from smtplab.protocol.extensions import Extension
from smtplab.protocol.wire import Reply


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One offered extension, as our server acts on it.

    Attributes
    ----------
    extension : Extension
        Its grammar, from `smtplab.protocol.extensions`.
    announce : callable
        The line of the EHLO answer.
    check_mail : callable
        Takes the world and the parsed parameters of MAIL by keyword; gives the refusal, or None.
    """

    extension: Extension
    announce: Callable[[World], str]
    check_mail: Callable[[World, dict[str, object]], Reply | None]
