"""What a server keeps back from a client because of a fault, and what the client said meanwhile."""

from dataclasses import dataclass

from smtplab.lab.actions import Send, StartTls


@dataclass(frozen=True, slots=True)
class Held:
    """Something that goes out later.

    Attributes
    ----------
    due_s : float
    action : Send or StartTls
    """

    due_s: float
    action: Send | StartTls


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is kept back.

    Attributes
    ----------
    held : tuple of Held
        In order; until all has gone the server is busy and reads nothing.
    glued : tuple of Send
        What goes with the next reply, or alone when `glued_until_s` has come.
    is_silent : bool
        The server says nothing any more, and reads nothing.
    drops : bool
        Once all has gone the connection is lost, without a word.
    unread : tuple of bytes
        What came while the server was busy.
    """

    held: tuple[Held, ...] = ()
    glued: tuple[Send, ...] = ()
    glued_until_s: float = 0.0
    is_silent: bool = False
    drops: bool = False
    unread: tuple[bytes, ...] = ()

    def due_s(self, idle_until_s: float) -> float:
        """When something is to happen next; a silent server leaves when it would have closed for idleness."""
        if self.held:
            return self.held[0].due_s
        return min(self.glued_until_s, idle_until_s) if self.glued else idle_until_s


EMPTY = Outbox()
