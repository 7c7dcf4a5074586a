"""What a server keeps of its sessions: a record of each, as the values that `server.sessions` shows."""

from collections.abc import Callable
from dataclasses import dataclass

from smtplab.lab import ServerSession
from smtplab.network.fork import Copy
from smtplab.network.tls import TlsLayer
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Direction, Entry, Layer, Transcript


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session of a server, as it was when asked for.

    Attributes
    ----------
    number : int
        Counted from 1 in the order of connecting.
    peer : str
        Address and port of the client; ``"memory"`` for one without a socket.
    transcript : Transcript
        Cut short, and marked so, when it grew beyond the server's limit.
    session : Session
        As the server sees it: state, client name, transaction.
    open : bool
    """

    number: int
    peer: str
    transcript: Transcript
    session: Session
    open: bool


HostedEntry = tuple[Direction, bytes, float, str, Layer, str, bytes | None]
"""The fields of an `Entry`: what is kept by the thousand is kept light."""


class Hosted:
    """A session while it runs: the lab's value, and the record that grows beside it."""

    __slots__ = (
        "began", "copies", "entries", "handshakes", "heard", "kept", "number", "open", "peer", "said", "session", "tls",
        "truncated",
    )

    def __init__(self, number: int, peer: str, session: ServerSession, began: float) -> None:
        self.number, self.peer, self.session, self.began = number, peer, session, began
        self.open = True
        self.tls: TlsLayer | None = None
        self.entries: list[HostedEntry] = []
        self.kept = 0
        self.truncated = False
        self.handshakes = self.heard = self.said = 0
        self.copies: list[Copy] = []

    def snapshot(self) -> Callable[[], SessionRecord]:
        """Take the present state, which is quick; the function given makes the value of it, which need not be."""
        entries, truncated, session, is_open = tuple(self.entries), self.truncated, self.session.session, self.open

        def record() -> SessionRecord:
            transcript = Transcript(tuple(Entry(*entry) for entry in entries), truncated)
            return SessionRecord(self.number, self.peer, transcript, session, is_open)

        return record
