"""A session as the server holds it between two steps, how it begins, and when it is due (RFC 2821 section 4.5.3.2)."""

from typing import NamedTuple

from smtplab.lab.faults.counted import NOTHING_COUNTED, Counted
from smtplab.lab.outbox import EMPTY, Outbox
from smtplab.lab.world import World
from smtplab.protocol.machine import CLOSED, CONNECTED
from smtplab.protocol.session import Session
from smtplab.protocol.wire import MAIL_DATA_START, Command

MESSAGE_BEGINS: tuple[tuple[bytes, ...], bytes, int] = (), MAIL_DATA_START, -len(MAIL_DATA_START)
"""Pieces, octets held and size of a message of which nothing has come: the line end before it is none of it."""


class ServerSession(NamedTuple):
    """A session as the server holds it: state and facts, and octets that cannot be decided yet.

    Every step makes a new one, so it is light, as `Counted` is.

    Attributes
    ----------
    session : Session
    heard_s : float
        When the client was last heard.
    refusal : str or None
        Words for a 554 greeting, for a client that is to be turned away.
    uncut : bytes
        The beginning of a command line.
    dropped : int
        Octets of the present line that were thrown away because it is too long.
    pieces : tuple of bytes
        Mail data so far, dots removed, kept up to the largest message.
    held : bytes
        Mail data that may be the beginning of the end.
    size : int
        Octets of mail data so far, kept or not.
    chunk : Command or None
        The BDAT whose octets are coming.
    chunk_left : int
        How many of them have not come.
    in_handshake : bool
        True from `StartTls` until `TlsUp` or `TlsFailed`.
    counted : Counted
        How often each event has come.
    outbox : Outbox
        What a fault keeps back.
    """

    session: Session
    heard_s: float
    refusal: str | None = None
    uncut: bytes = b""
    dropped: int = 0
    pieces: tuple[bytes, ...] = ()
    held: bytes = b""
    size: int = 0
    chunk: Command | None = None
    chunk_left: int = 0
    in_handshake: bool = False
    counted: Counted = NOTHING_COUNTED
    outbox: Outbox = EMPTY

    @property
    def is_over(self) -> bool:
        """True when nothing will happen any more."""
        return self.session.state is CLOSED and self.outbox is EMPTY


def before_message(session: ServerSession) -> ServerSession:
    """The session as it stood when the 354 had been said, before any octet of the message came.

    >>> from smtplab.protocol.machine import State
    >>> before_message(ServerSession(Session(State.MAIL_DATA), 0.0)).held
    b'\\r\\n'
    """
    pieces, held, size = MESSAGE_BEGINS
    return session._replace(pieces=pieces, held=held, size=size)


def open_session(world: World, *, now: float, refusal: str | None = None) -> ServerSession:
    """A session that stands before its greeting; a Tick is due at once and sends it.

    Examples
    --------
    >>> open_session(World(), now=0.0).session.state
    <State.CONNECTED: 'CONNECTED'>
    """
    return ServerSession(Session(), now, refusal)


def deadline(world: World, session: ServerSession) -> float | None:
    """When a Tick is due, on the clock of the inputs; None for a closed session."""
    if session.outbox is not EMPTY:
        return session.outbox.due_s(session.heard_s + world.idle_s)
    if session.session.state is CLOSED:
        return None
    if session.session.state is CONNECTED and not session.in_handshake:
        return session.heard_s
    return session.heard_s + world.idle_s
