"""Talking to the lab in memory: one call a line, time in the caller's hand."""

from smtplab.lab import (
    Abort,
    Action,
    Certificate,
    Close,
    Deliver,
    Input,
    Message,
    Octets,
    Send,
    StartTls,
    Tick,
    TlsUp,
    World,
    open_session,
    step,
)
from smtplab.protocol.wire import Reply, cut_reply


class Talk:
    """A connection to the lab without a socket: what was sent back, delivered, and whether it was closed."""

    def __init__(self, world: World | None = None, refusal: str | None = None) -> None:
        self.world = world or World()
        self.session = open_session(self.world, now=0.0, refusal=refusal)
        self.now = 0.0
        self.output = b""
        self.segments: list[bytes] = []
        self.messages: list[Message] = []
        self.closed = self.lost = False
        self.certificates: list[Certificate] = []
        self.give(Tick(0.0))

    def give(self, given: Input) -> list[Action]:
        self.world, self.session, actions = step(self.world, self.session, given)
        for action in actions:
            if isinstance(action, Send):
                self.output += action.octets
                self.segments.append(action.octets)
            elif isinstance(action, Deliver):
                self.messages.append(action.message)
            elif isinstance(action, (Close, Abort)):
                self.closed = True
                self.lost = isinstance(action, Abort)
            elif isinstance(action, StartTls):
                self.certificates.append(action.certificate)
        return actions

    def handshake(self) -> list[Reply]:
        """The handshake that was asked for succeeds; gives the replies not yet seen."""
        self.give(TlsUp(self.now))
        return self.replies()

    def octets(self, octets: bytes) -> list[Reply]:
        """Send octets; gives the replies not yet seen."""
        self.give(Octets(octets, self.now))
        return self.replies()

    def replies(self) -> list[Reply]:
        found: list[Reply] = []
        start = 0
        while cut := cut_reply(self.output, start):
            found.append(cut[0])
            start = cut[1]
        self.output = self.output[start:]
        return found

    def say(self, *lines: str) -> Reply:
        """Send lines; gives the last reply that came."""
        for line in lines:
            self.octets_pending = self.octets(line.encode() + b"\r\n")
        return self.octets_pending[-1]

    def codes(self, *lines: str) -> list[int]:
        return [reply.code for line in lines for reply in self.octets(line.encode() + b"\r\n")]
