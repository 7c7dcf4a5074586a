"""What a server keeps of its sessions: a record of each, as the values that `server.sessions` shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from smtplab.lab import Send, ServerSession
from smtplab.lab.outbox import Outbox
from smtplab.network.copies import HostedCopy, HostedEntry
from smtplab.network.tls import TlsLayer
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Layer, Transcript
from smtplab.protocol.wire import CRLF


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
    held : tuple of Entry
        What the server has decided, and a fault keeps back for now; `time_s` is when it is to go out.
    """

    number: int
    peer: str
    transcript: Transcript
    session: Session
    open: bool
    held: tuple[Entry, ...] = ()

    @property
    def withheld_by(self) -> str:
        """The fault that keeps the last reply from the client, all of it or its end; empty when none does."""
        said = [entry for entry in self.transcript.merged() if entry.direction == "S"]
        last = self.held[-1] if self.held else said[-1] if said else None
        return last.forced if last is not None and (self.held or not last.octets.endswith(CRLF)) else ""


class Progress(NamedTuple):
    """How far a server has come in a session.

    Attributes
    ----------
    handshakes, heard : int
        TLS handshakes, and the client's octets read since the last of them.
    session : Session
        As the server sees it.
    open : bool
    """

    handshakes: int
    heard: int
    session: Session
    open: bool


class Hosted:
    """A session while it runs: the lab's value, and the record that grows beside it."""

    __slots__ = (
        "ahead", "began", "copies", "entries", "handshakes", "heard", "kept", "layer", "number", "open", "peer", "said",
        "session", "tls", "truncated",
    )

    def __init__(self, number: int, peer: str, session: ServerSession, began: float) -> None:
        self.number, self.peer, self.session, self.began = number, peer, session, began
        self.open = True
        self.tls: TlsLayer | None = None
        self.layer: Layer = ""  # of what goes in the clear: "inside" where a fork has copied TLS as a fact
        self.ahead = b""
        self.entries: list[HostedEntry] = []
        self.kept = 0
        self.truncated = False
        self.handshakes = self.heard = self.said = 0
        self.copies: list[HostedCopy] = []

    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(self.handshakes, self.heard, self.session.session, self.open)

    def snapshot(self) -> Callable[[], SessionRecord]:
        """Take the present state, which is quick; the function given makes the value of it, which need not be."""
        entries, truncated, session, is_open = tuple(self.entries), self.truncated, self.session.session, self.open
        outbox, began = self.session.outbox, self.began

        def record() -> SessionRecord:
            transcript = Transcript(tuple(Entry(*entry) for entry in entries), truncated)
            return SessionRecord(self.number, self.peer, transcript, session, is_open, _held(outbox, began))

        return record


def _held(outbox: Outbox, began: float) -> tuple[Entry, ...]:
    """What is kept back, as it will stand in the record once it goes out."""
    kept = [(held.due_s, held.action) for held in outbox.held]
    kept += [(outbox.glued_until_s, action) for action in outbox.glued]
    return tuple(
        Entry("S", action.octets, due_s - began, forced=action.forced, meant=action.meant)
        for due_s, action in kept if isinstance(action, Send)
    )
