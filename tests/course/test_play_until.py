"""A scenario taken to one of its frames leaves a live session that stands as the frame does."""

import pytest

from smtplab.course.play_scenario import play
from smtplab.course.play_until import play_until
from smtplab.course.scenario import Scenario, scenarios
from smtplab.network import LoopbackServer, memory_server
from smtplab.protocol.machine import State


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
def test_the_client_has_said_and_heard_what_the_frame_shows(scenario: Scenario) -> None:
    for frame in play(scenario):
        client = play_until(scenario, frame.index, memory_server(scenario.world))
        assert (client is None) == (frame.client == 0)
        if client is not None:
            shown = [exchange.event for exchange in frame.exchanges]
            assert [exchange.event for exchange in client.exchanges][: len(shown)] == shown
            client.close()


def test_over_a_socket_the_session_is_open_for_whoever_goes_on() -> None:
    scenario = next(found for found in scenarios() if found.name == "two_recipients")
    index = next(frame.index for frame in play(scenario) if frame.session.state is State.RECIPIENTS_KNOWN)
    with LoopbackServer(scenario.world) as server:
        client = play_until(scenario, index, server)
        assert client is not None and client.state is State.RECIPIENTS_KNOWN
        assert client.send("RSET").code == 250
        client.close()


def test_clients_of_earlier_sessions_have_hung_up() -> None:
    greeted = "S: 220 lab.example SMTP service ready\n"
    scenario = Scenario.parse(f"@title Hello\n{greeted}@connect\n{greeted}")
    server = memory_server(scenario.world)
    client = play_until(scenario, 99, server)
    assert client is not None and not client.is_over
    assert [record.open for record in server.sessions] == [False, True]
