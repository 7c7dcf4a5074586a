"""What a session of the server would say next, asked without its being said.

World and session are values, and `step` is pure: whoever only asks throws the next ones away, so no fault is counted,
no chance is used up, and no message arrives.
"""

from smtplab.lab.actions import Action
from smtplab.lab.inputs import Octets, Tick
from smtplab.lab.outbox import EMPTY
from smtplab.lab.server_session import ServerSession, deadline
from smtplab.lab.step import step
from smtplab.lab.world import World


def rehearse(world: World, session: ServerSession, octets: bytes, now: float) -> list[Action]:
    """All actions that octets of the client would bring, those that a fault delays included.

    A fault with a chance is drawn as it would be now: the next draw of the world, which stays the next. A session that
    draws before this one takes it away.

    Parameters
    ----------
    world : World
    session : ServerSession
    octets : bytes
        As the client would say them.
    now : float
        Seconds, on the server's clock.

    Examples
    --------
    >>> from smtplab.lab.faults import Faults
    >>> from smtplab.protocol.machine import State
    >>> from smtplab.protocol.session import Session
    >>> world = World(faults=Faults.of("NOOP#1 -> delay 30 s, 452"))
    >>> rehearse(world, ServerSession(Session(State.READY, "me.example"), 0.0), b"NOOP\\r\\n", 0.0)[0].octets[:3]
    b'452'
    >>> world.faults.fired
    {}
    """
    world, session, actions = step(world, session, Octets(octets, now))
    while session.outbox is not EMPTY and (session.outbox.held or session.outbox.glued):
        due = deadline(world, session)
        now = now if due is None else max(now, due)
        world, session, late = step(world, session, Tick(now))
        actions = [*actions, *late]
    return actions
