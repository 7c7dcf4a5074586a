"""Play a learner's lines on the lab, in memory, and look at what came of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smtplab.course.answers import short
from smtplab.explain.catalogue import text
from smtplab.lab import Message, World
from smtplab.network import memory_server
from smtplab.protocol.machine import State
from smtplab.protocol.wire import Reply


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what answered it (None: nothing did), and the state before and after."""

    line: str
    reply: Reply | None
    before: State
    after: State

    @property
    def shown(self) -> str:
        """The line as a sentence may hold it."""
        return short(self.line, 60)

    @property
    def code(self) -> str:
        """The reply code, or the catalogue's word for none."""
        return str(self.reply.code) if self.reply else text("check.none")


@dataclass(frozen=True, slots=True)
class Play:
    """A session that was played."""

    steps: tuple[Step, ...]
    messages: tuple[Message, ...]

    @property
    def end(self) -> State:
        """Where the session stands after the last line."""
        return self.steps[-1].after

    def took(self, verb: str) -> bool:
        """True when the server said yes to this command at least once."""
        return any(step.line.upper().startswith(verb) and step.reply and step.reply.is_positive for step in self.steps)

    def mail(self) -> Counter[str]:
        """How many messages each address got."""
        return Counter(path.address for message in self.messages for path in message.forward_paths)


def play(lines: Iterable[str], world: World | None = None) -> Play:
    """Send the lines one by one to a new server, by default that of the class-room; STARTTLS begins TLS.

    Examples
    --------
    >>> [(step.code, str(step.after)) for step in play(["EHLO me.example", "DATA"]).steps]
    [('250', 'READY'), ('503', 'READY')]
    """
    server = memory_server(world)
    client = server.connect()
    steps = []
    for line in lines:
        before = client.state
        reply = client.send(line)
        steps.append(Step(line, reply if isinstance(reply, Reply) else None, before, client.state))
    return Play(tuple(steps), server.messages)


def first_trouble(played: Play, commands: Sequence[str] = ()) -> str:
    """The first line that did not do what it was meant for, in a sentence; empty when all did.

    Parameters
    ----------
    played : Play
    commands : sequence of str
        Lines that are meant as commands: inside the message they would be text.
    """
    opened = 0
    for number, step in enumerate(played.steps, 1):
        names = {"number": number, "line": step.shown, "code": step.code, "state": step.before, "last": number - 1}
        if step.before is State.CLOSED:
            return text("check.after-the-end", **names)
        if step.before is State.MAIL_DATA and step.line in commands:
            return text("check.command-is-text", opened=opened, **names)
        if step.before is not State.MAIL_DATA and step.after is State.MAIL_DATA:
            opened = number
        if step.reply and not step.reply.is_positive:
            return text("check.refused-first" if number == 1 else "check.refused", **names)
    if played.end is State.MAIL_DATA:
        return text("check.no-dot")
    if played.end is not State.CLOSED:
        return text("check.not-closed", state=played.end)
    return ""
