"""The loopback server as a whole: what it keeps, how it lives and ends."""

import gc
import smtplib
import subprocess
import sys
import threading
from time import perf_counter

import pytest

from smtplab.lab import World
from smtplab.network import LoopbackServer
from tests.network.raw import Raw
from tests.network.waiting import open_files, threads, until


def deliver(port: int, text: str = "Subject: Hello\r\n\r\nHello Bob.\r\n") -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("alice@student.example", ["bob@lab.example"], text)


def test_a_message_stands_in_messages_with_its_envelope() -> None:
    with LoopbackServer() as server:
        deliver(server.port)
        (message,) = server.messages
    assert str(message.reverse_path.address) == "alice@student.example"
    assert [path.address for path in message.forward_paths] == ["bob@lab.example"]
    assert message.mail_data == b"Subject: Hello\r\n\r\nHello Bob.\r\n"
    assert message.parsed()["Subject"] == "Hello"


def test_every_session_has_a_record() -> None:
    with LoopbackServer() as server:
        with server.connect() as first:
            first.send("NOOP")
            assert [record.open for record in server.sessions] == [True]
            first.quit()
        until(lambda: not server.sessions[0].open)
        with server.connect():
            numbers = [record.number for record in server.sessions]
        record = server.sessions[0]
    assert numbers == [1, 2]
    assert record.peer.startswith("127.0.0.1:")
    assert str(record.transcript) == str(first.transcript)
    assert str(record.transcript).splitlines()[-1] == "-- closed"


def test_a_client_that_hangs_up_is_recorded_as_lost() -> None:
    with LoopbackServer() as server:
        server.connect().close()
        until(lambda: not server.sessions[0].open)
        assert str(server.sessions[0].transcript).splitlines()[-1] == "-- lost"


def test_the_world_can_be_changed_while_sessions_run() -> None:
    with LoopbackServer() as server, server.connect() as client:
        assert client.send("HELO me.example").code == 250
        server.change(storage_octets=0)
        assert client.send("MAIL FROM:<alice@student.example>").code == 452
        server.change(storage_octets=1_000_000)
        assert client.send("MAIL FROM:<alice@student.example>").code == 250
        assert server.world.storage_octets == 1_000_000


def test_a_shorter_idle_time_holds_for_sessions_that_wait_already() -> None:
    with LoopbackServer() as server, server.connect() as client:
        server.change(idle_s=0.01)
        until(lambda: client.is_over)
        assert client.exchanges[-1].reply is not None
        assert client.exchanges[-1].reply.code == 421


def test_a_session_that_talks_is_not_idle() -> None:
    with LoopbackServer(World(idle_s=0.5)) as server, server.connect() as client:
        end = perf_counter() + 0.8
        while perf_counter() < end:
            assert client.send("NOOP").code == 250
        until(lambda: client.is_over)
        assert [e.reply.code for e in client.exchanges[-2:] if e.reply] == [250, 421]


def test_an_option_that_the_world_lacks_is_told() -> None:
    with LoopbackServer() as server, pytest.raises(TypeError, match=r"no option 'storage'; it has .*storage_octets"):
        server.change(storage=0)


def test_a_world_of_the_wrong_type_is_told() -> None:
    with pytest.raises(TypeError, match="it must be a World"):
        LoopbackServer({"takes_mail": False})  # type: ignore[arg-type]


def test_the_edition_is_that_of_the_world() -> None:
    with LoopbackServer(edition=5321) as server, server.connect() as client:
        assert server.world.edition == 5321
        client.send("EHLO me.example")
        assert client.send("MAIL FROM:<alice@student.example> COLOUR=red").code == 555


def test_close_sends_421_to_open_sessions_and_may_be_called_twice() -> None:
    server = LoopbackServer()
    clients = [server.connect() for _ in range(3)]
    clients[0].send("HELO me.example")
    server.close()
    server.close()
    for client in clients:
        reply = client.exchanges[-1].reply
        assert reply is not None
        assert reply.code == 421
        assert client.is_over
    assert not server.is_open
    assert not any(record.open for record in server.sessions)
    with pytest.raises(ConnectionRefusedError, match="Nothing listens"):
        server.connect()


def test_close_leaves_no_thread_and_no_file_behind() -> None:
    gc.collect()
    files, running = open_files(), threads()
    for _ in range(5):
        with LoopbackServer() as server:
            clients = [server.connect() for _ in range(5)]
            clients[0].on_change(lambda client: None)
            clients[1].quit()
    del server
    for client in clients:
        client.close()
    until(lambda: threads() <= running)
    assert open_files() <= files


def test_a_server_that_nobody_holds_any_more_is_closed() -> None:
    server = LoopbackServer()
    port = server.port
    with Raw(port) as visitor:
        visitor.read_until(b"220")
        del server
        gc.collect()
        assert b"421 lab.example is shutting down" in visitor.read_all()


def test_a_client_keeps_its_server_alive() -> None:
    client = LoopbackServer().connect()
    gc.collect()
    assert client.send("NOOP").code == 250
    client.close()


def test_the_end_of_python_closes_servers_and_clients() -> None:
    code = """
import smtplab
server = smtplab.LoopbackServer()
client = server.connect()
client.on_change(lambda client: None)
print(client.send("NOOP"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("250 OK, nothing done\n", "")


def test_many_servers_run_at_once() -> None:
    servers = [LoopbackServer() for _ in range(20)]
    assert len({server.port for server in servers}) == 20
    for server in servers:
        with server.connect() as client:
            assert client.send("NOOP").code == 250
    for server in servers:
        server.close()


def test_a_port_in_use_is_told() -> None:
    with LoopbackServer() as server, pytest.raises(OSError, match=f"Port {server.port} of 127.0.0.1 cannot be had"):
        LoopbackServer(port=server.port)


def test_a_port_can_be_taken_again_at_once() -> None:
    with LoopbackServer() as server, server.connect() as client:
        client.send("NOOP")
    for _ in range(3):
        with LoopbackServer(port=server.port) as again, again.connect() as client:
            assert client.send("NOOP").code == 250


def test_a_thread_that_cannot_start_is_told_and_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    files = open_files()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="lets no further thread start"):
        LoopbackServer()
    assert open_files() == files


def test_it_is_shown_where_it_listens() -> None:
    with LoopbackServer() as server:
        assert repr(server) == f"<LoopbackServer at 127.0.0.1:{server.port}>"
    assert repr(server) == "<LoopbackServer, closed>"


def test_a_listener_may_ask_the_server_and_may_fail() -> None:
    asked = []

    def listen(number: int, entry: object) -> None:
        asked.append(len(server.sessions) + len(server.messages))
        raise KeyError("the listener's own fault")

    with LoopbackServer(on_entry=listen) as server:
        with server.connect() as client:
            assert client.send("NOOP").code == 250
        assert asked[0] == 1
        assert isinstance(server.errors[0], KeyError)
    with pytest.raises(TypeError, match="on_entry is 3; it must be a function"):
        LoopbackServer(on_entry=3)  # type: ignore[arg-type]
