"""A question about a client's session: asked of it, and its answer heard, whoever sends the line and whenever."""

import weakref
from collections.abc import Callable, Sequence

from smtplab.lab import World
from smtplab.network import Client, NoReply
from smtplab.notebook.console.console import Console
from smtplab.notebook.console.talk import Talk
from smtplab.notebook.question.judgement import Answer, step_of, why_none
from smtplab.notebook.question.question import Question, ask
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.wire import CRLF, Reply, encode


def ask_of(
    target: Client | Console, line: str, *, because: str = "", wrong: Sequence[str] = (), code: bool = False
) -> Question:
    """The question about a line on this session; parameters and errors are those of `ask`."""
    client = client_of(target)
    return ask(client.session, line, _world_of(target), client.edition, message=client.transcript.unanswered(),
               because=because, wrong=wrong, code=code, would_do=client.rehearse)


def client_of(target: Client | Console) -> Client:
    """The client that talks."""
    return target.client if isinstance(target, Console) else target


def _send(target: Client | Console, line: str) -> Reply | NoReply:
    """A console that would ask before a reply does not ask again."""
    return Talk.send(target, line) if isinstance(target, Console) else target.send(line)


def _world_of(target: Client | Console) -> World:
    """The world behind the session where it is known; the class-room world otherwise."""
    server = target.server if isinstance(target, Console) else target.keeps
    return server.world if server is not None else World()


class Hearing:
    """Listens for the answer to one line, from now on.

    Parameters
    ----------
    client : Client
    line : str
    tell : method
        Called when the answer is there. Neither the client nor this keeps its object alive.

    Attributes
    ----------
    step : Exchange or None
        The step that the line was.
    is_silent : bool
        The line was sent, and no reply is due.
    """

    def __init__(self, client: Client, line: str, tell: Callable[[], None]) -> None:
        self.step: Exchange | None = None
        self.is_silent = False
        self._why = ""
        self._octets = encode(line) + CRLF
        self._steps, self._said = len(client.exchanges), len(_octets_said(client))
        self._tell = weakref.WeakMethod(tell)
        held = weakref.ref(self)

        def look(client: Client) -> None:
            if (hearing := held()) is None or hearing._hear(client):
                stop()

        stop = client.on_change(look)

    def _hear(self, client: Client) -> bool:
        """Take note of the answer to the line, once it has been sent; True when there is nothing more to hear."""
        if self.is_over:
            return True
        if self._octets in _octets_said(client)[self._said :]:
            self.step = step_of(client.exchanges[self._steps :], self._octets)
            self.is_silent = self.step is None and client.is_quiet
        if self.is_over and (tell := self._tell()) is not None:
            tell()
        return self.is_over

    def send(self, target: Client | Console, line: str) -> None:
        """Send the line; when the time is over and no reply came, that is the answer."""
        outcome = _send(target, line)
        if not self.is_over and isinstance(outcome, NoReply):
            self.is_silent, self._why = True, why_none(outcome)

    def answer(self, question: Question) -> Answer:
        """What was heard, as the answer to a question."""
        return Answer(question, self.step, self._why)

    @property
    def is_over(self) -> bool:
        """True once the line was sent and the wire has spoken, or has had the time to."""
        return self.step is not None or self.is_silent


def _octets_said(client: Client) -> bytes:
    return b"".join(entry.octets for entry in client.transcript.said() if entry.direction == "C")
