"""What a client shows of its session: where it stands, what was said, and that something has changed.

It decides nothing: state and facts are folded from the record (RFC 2821 sections 3.1, 4.1.1.4, 4.2). When a callback
wants to know of an unasked 421, a watcher looks while nobody calls.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self

from smtplab.explain.catalogue import text
from smtplab.lab import Action
from smtplab.network.channel import Channel
from smtplab.network.conversation import Conversation
from smtplab.network.copies import Place
from smtplab.network.forced import Marks
from smtplab.network.hosting import Hosting
from smtplab.network.tls import TlsLayer
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript


class Following:
    """Follows the session over a channel; as a context manager it hangs up at the end.

    Parameters
    ----------
    channel : Channel
    keeps : Hosting or None
        The server, when it is at hand: it tells what a fault forced, and lives as long as its client.
    """

    def __init__(self, channel: Channel, keeps: Hosting | None) -> None:
        self._channel, self.keeps, self.address = channel, keeps, channel.link.address
        self._listeners: list[Callable[[Any], object]] = []
        self._watched = False
        self._marks = Marks()

    @property
    def state(self) -> State:
        """Where the session stands, as the replies tell."""
        return self.session.state

    @property
    def session(self) -> Session:
        """State and facts: client name, extensions announced, transaction."""
        return self._channel.looked().dialogue.session

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every step so far."""
        conversation = self._channel.looked()
        return self._marks.steps(self, conversation.dialogue.exchanges, conversation)

    @property
    def steps(self) -> tuple[Exchange, ...]:
        """Every step from the greeting on, as the client saw it.

        Raises
        ------
        ValueError
            When the session is so long that its beginning was let go.
        """
        conversation = self._channel.looked()
        if conversation.has_forgotten:
            raise ValueError(text("fork.forgotten"))
        return tuple(conversation.dialogue.exchanges)

    @property
    def transcript(self) -> Transcript:
        """The record of the connection; on a server of ours it tells what was forced, and by which fault."""
        return self._marks.transcript(self, self._channel.looked().transcript())

    @property
    def in_mail_data(self) -> bool:
        """True when the next line is mail data."""
        return self._channel.looked().dialogue.in_mail_data

    @property
    def is_quiet(self) -> bool:
        """True when no reply is due."""
        return self._channel.looked().dialogue.is_quiet

    @property
    def is_over(self) -> bool:
        """True when the connection is gone."""
        return self._channel.looked().is_over

    @property
    def tls(self) -> TlsLayer | None:
        """Inside TLS: its version, cipher, and the names of the server's certificate."""
        return self._channel.tls

    def rehearse(self, octets: bytes) -> list[Action] | None:
        """What the server would do if it heard these octets now; None where it is not ours (`Hosting.rehearse`)."""
        return self.keeps.rehearse(self, octets) if self.keeps is not None else None

    def conversation_after(self, steps: Sequence[Exchange], place: Place) -> Conversation:
        """The record up to some step, for a connection that goes on from there."""
        with self._channel.lock:
            return self._channel.conversation.after(steps, place)

    def on_change(self, callback: Callable[[Self], object]) -> Callable[[], None]:
        """Have `callback(client)` called after whatever was sent or came, also a 421 while nobody waits.

        It is called in the thread that sent, or in a watcher's for what came unasked.

        Returns
        -------
        callable
            Call it to end this.
        """
        channel = self._channel
        with channel.lock:
            self._listeners.append(callback)
            if not self._watched and not channel.conversation.is_over:
                self._watched = True
                channel.link.watch(self._came_unasked)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def _came_unasked(self) -> bool:
        channel = self._channel
        with channel.lock:
            has_changed = bool(channel.take())
            is_over = channel.conversation.is_over
        if has_changed:
            self._tell()
        return not is_over

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback(self)

    def close(self) -> None:
        """Hang up without a word. May be called twice."""
        self._channel.looked()
        self._channel.close()
        self._tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
