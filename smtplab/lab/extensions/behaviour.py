"""What a server must decide for an extension: what it says in the EHLO answer, what it refuses, what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smtplab.lab.world import World
from smtplab.protocol.extensions import Extension
from smtplab.protocol.paths import Path
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command, Reply

Answer = tuple[World, Reply]
Answering = Callable[[World, Session, Command, float], Answer]
"""Takes the world, the session before the command, the command, and seconds on the caller's clock."""

CheckPath = Callable[[World, Session, Path, Mapping[str, object]], Reply | None]
"""Takes the world, the session, the path and the parameters read; gives the refusal, or None."""


def _no_objection(world: World, session: Session, path: Path, parameters: Mapping[str, object]) -> Reply | None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """One offered extension, as our server acts on it.

    Attributes
    ----------
    extension : Extension
        Its grammar, from `smtplab.protocol.extensions`.
    announce : callable
        The line of the EHLO answer; None when it is not to be had now (STARTTLS inside TLS).
    check_mail, check_rcpt : callable
        Whether a sender, or a recipient, with these parameters is refused.
    answers : mapping of str to callable
        What it answers to the events it brings.
    dress : callable or None
        Takes an event and the reply to it; gives the reply as it goes out. None: as it is.
    """

    extension: Extension
    announce: Callable[[World, Session], str | None]
    check_mail: CheckPath = _no_objection
    check_rcpt: CheckPath = _no_objection
    answers: Mapping[str, Answering] = field(default_factory=dict)
    dress: Callable[[str, Reply], Reply] | None = None


def keyword_alone(extension: Extension) -> Callable[[World, Session], str]:
    """An announcement of the keyword and nothing behind it."""
    return lambda world, session: extension.keyword
