"""A connection to the lab in memory with the record that a server keeps of it, so that faults can be judged by it."""

from smtplab.lab import (
    Abort,
    Action,
    Close,
    Input,
    Octets,
    Send,
    Shutdown,
    StartTls,
    Tick,
    TlsFailed,
    TlsUp,
    World,
    deadline,
)
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript
from tests.lab.talk import Talk


class Recorded(Talk):
    """A talk whose record grows as a server's does, by the actions asked for."""

    def __init__(self, world: World | None = None) -> None:
        self.entries: list[Entry] = []
        self.awaits_tls = False
        super().__init__(world)

    def give(self, given: Input) -> list[Action]:
        was_over = self.session.is_over if hasattr(self, "session") else False
        if isinstance(given, Octets):
            layer = "outside" if self.session.in_handshake else ""
            self.entries.append(Entry("C", given.octets, given.now, layer=layer))  # type: ignore[arg-type]
        elif isinstance(given, TlsUp):
            self.entries.append(Entry("-", event="tls"))
        if isinstance(given, (TlsUp, TlsFailed)):
            self.awaits_tls = False
        actions = super().give(given)
        for action in actions:
            if isinstance(action, Send):
                self.entries.append(Entry("S", action.octets, given.now, forced=action.forced, meant=action.meant))
            elif isinstance(action, StartTls):
                self.awaits_tls = True
            elif isinstance(action, (Close, Abort)):
                if isinstance(given, TlsFailed) or self.awaits_tls:
                    self.entries.append(Entry("-", event="tls failed"))
                self.entries.append(Entry("-", event="lost" if isinstance(action, Abort) else "closed"))
        if was_over:
            assert not actions
        return actions

    @property
    def transcript(self) -> Transcript:
        """The server's record."""
        return Transcript(tuple(self.entries))

    @property
    def is_settled(self) -> bool:
        """True when nothing of what the server decided is still held back."""
        return not (self.session.outbox.held or self.session.outbox.glued)

    def decided(self) -> Session:
        """The session that the record tells, as the server decided it."""
        exchanges = self.transcript.decided().exchanges(self.world.edition)
        return exchanges[-1].after if exchanges else Session()

    def seen(self) -> Session:
        """The session as the client sees it; it hangs up with the connection."""
        dialogue = Dialogue(self.world.edition)
        for entry in self.transcript.said():
            dialogue.take(entry.direction, entry.octets, entry.event, entry.forced)
        return dialogue.session

    def due(self) -> float | None:
        """When the server wants to be called next."""
        return deadline(self.world, self.session)

    def wait(self) -> list[Action]:
        """Let time pass until then."""
        due = self.due()
        assert due is not None
        self.now = max(self.now, due)
        return self.give(Tick(self.now))

    def settle(self) -> None:
        """Let time pass until nothing is held back any more."""
        while not self.is_settled:
            self.wait()

    def shut_down(self) -> list[Action]:
        """The server is to stop."""
        return self.give(Shutdown(self.now))

    @property
    def state(self) -> State:
        """Where the session stands, as the server has it."""
        return self.session.session.state
