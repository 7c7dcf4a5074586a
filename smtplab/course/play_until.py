"""Takes a scenario to one of its frames and leaves the session open, for who wants to go on by hand."""

from smtplab.course.play_scenario import Playing, Server
from smtplab.course.scenario import Scenario
from smtplab.network import Client


def play_until(scenario: Scenario, index: int, server: Server) -> Client | None:
    """Play up to a frame, and give the client that talks there; None before any has connected.

    What the server has replied is in the client's record, also where the frame still hides it.

    Parameters
    ----------
    scenario : Scenario
    index : int
        Of the frame, from 0; behind the last one all is played.
    server : MemoryServer or LoopbackServer
        A new one of ``scenario.world``.

    Examples
    --------
    >>> from smtplab.network import memory_server
    >>> scenario = Scenario.parse("@title Hello\\nS: 220 lab.example SMTP service ready\\nC: NOOP\\nS: 250 OK\\n")
    >>> client = play_until(scenario, 0, memory_server(scenario.world))
    >>> [exchange.event for exchange in client.exchanges], client.is_over
    (['CONNECT'], False)
    """
    run = Playing(scenario, server)
    for frame in run.frames():
        if frame.index == index:
            break
    for earlier in run.clients[:-1]:
        earlier.close()
    return run.clients[-1] if run.clients else None
