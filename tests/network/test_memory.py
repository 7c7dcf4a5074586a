"""Server and client in memory: the same dialogue, and time that passes only when asked."""

from pathlib import Path

import pytest

from smtplab.lab import World
from smtplab.network import LoopbackServer, memory_server
from smtplab.protocol.machine import State
from smtplab.protocol.transcript import Transcript
from tests.network.waiting import open_files, threads

DIALOGUES = sorted((Path(__file__).parents[1] / "dialogues").glob("*.txt"))


def lines_of(path: Path) -> list[str]:
    """The lines a client types; those files that send other octets are no lines."""
    entries = Transcript.parse(path.read_text("utf-8")).entries
    said = b"".join(entry.octets for entry in entries if entry.direction == "C")
    return [line.decode("utf-8", "surrogateescape") for line in said.split(b"\r\n")[:-1]]


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_the_transcript_is_that_of_a_real_connection(path: Path) -> None:
    world = World(takes_mail=path.stem != "refused_at_connection")
    records = []
    with LoopbackServer(world) as over_tcp, memory_server(world) as in_memory:
        for server in (over_tcp, in_memory):
            client = server.connect()
            for line in lines_of(path):
                if "\n" in line or "\r" in line:
                    client.send_octets(line.encode() + b"\r\n")
                else:
                    client.send(line)
            records.append(str(client.transcript))
            assert str(server.sessions[0].transcript) == str(client.transcript)
        assert records[0] == records[1]
        assert over_tcp.messages == in_memory.messages


def test_it_needs_no_socket_and_no_thread() -> None:
    files, running = open_files(), threads()
    with memory_server() as server:
        server.connect().send("NOOP")
        assert open_files() == files
        assert threads() == running


def test_time_passes_only_when_asked() -> None:
    server = memory_server()
    client = server.connect()
    server.advance(299.0)
    assert client.state is State.GREETED
    client.send("NOOP")
    server.advance(299.0)
    assert client.state is State.GREETED
    server.advance(1.0)
    assert client.state is State.CLOSED
    assert client.transcript.entries[-1].time_s == 599.0


def test_a_callback_hears_of_an_unasked_421() -> None:
    server = memory_server()
    client = server.connect()
    states: list[State] = []
    client.on_change(lambda changed: states.append(changed.state))
    client.send("NOOP")
    assert states == [State.GREETED]
    server.advance(1000.0)
    assert states[-1] is State.CLOSED


def test_close_sends_421_and_refuses_new_sessions() -> None:
    server = memory_server()
    client = server.connect()
    server.close()
    server.close()
    assert [exchange.event for exchange in client.exchanges] == ["CONNECT", "UNASKED"]
    assert not client.send("NOOP")
    with pytest.raises(ConnectionRefusedError, match="closed"):
        server.connect()


def test_a_client_that_hangs_up_is_lost_to_the_server() -> None:
    server = memory_server()
    server.connect().close()
    assert str(server.sessions[0].transcript).splitlines()[-1] == "-- lost"


def test_options_and_edition_are_those_of_the_real_server() -> None:
    server = memory_server(edition=5321)
    client = server.connect(strict=False)
    client.send("EHLO me.example")
    assert client.send("MAIL FROM:<alice@student.example> COLOUR=red").code == 555
    server.change(storage_octets=0)
    assert client.send("MAIL FROM:<alice@student.example>").code == 452
    assert repr(client) == "<Client of memory:0, READY>"


@pytest.mark.parametrize("wrong", [-1, float("inf"), float("nan"), "soon"])
def test_time_goes_on_by_seconds_only(wrong: float) -> None:
    with pytest.raises(ValueError, match="time goes on by a number of seconds"):
        memory_server().advance(wrong)


@pytest.mark.parametrize("wrong", [1e300, 10**400])
@pytest.mark.parametrize("make", [memory_server, LoopbackServer])
def test_time_goes_no_farther_than_a_clock_can_count(wrong: float, make: type[LoopbackServer]) -> None:
    with make() as server:
        with pytest.raises(ValueError, match="at most 1000000 seconds at once"):
            server.advance(wrong)
        client = server.connect()
        server.advance(400)
        client.hear()
        assert client.state is State.CLOSED


def test_a_large_message_takes_no_time() -> None:
    server = memory_server()
    client = server.connect()
    for line in ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA"):
        client.send(line)
    assert str(client.send_message((b"x" * 70 + b"\r\n") * 10_000)).startswith("250")
    assert server.now == 0.0
