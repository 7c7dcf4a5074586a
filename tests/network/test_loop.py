"""Bad input and bad manners: the right reply or a closed session, bounded memory, the other sessions undisturbed."""

import os
import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.lab import ServerSession, World
from smtplab.network import LoopbackServer, loop, stepping
from smtplab.protocol.transcript import Transcript
from tests.network.raw import Raw
from tests.network.waiting import until

DIALOGUES = sorted((Path(__file__).parents[1] / "dialogues").glob("*.txt"))
WORLDS = {"refused_at_connection": World(takes_mail=False)}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running
        assert running.errors == ()


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
@pytest.mark.parametrize("split", ["by line", "glued", "octet by octet"])
def test_a_golden_dialogue_plays_over_a_socket_at_any_split(path: Path, split: str) -> None:
    entries = list(Transcript.parse(path.read_text("utf-8")).merged())
    said = [entry.octets for entry in entries if entry.direction == "C"]
    expected = b"".join(entry.octets for entry in entries if entry.direction == "S")
    whole = b"".join(said)
    pieces = {"by line": said, "glued": [whole], "octet by octet": [bytes([octet]) for octet in whole]}[split]
    with LoopbackServer(WORLDS.get(path.stem)) as server, Raw(server.port) as raw:
        raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            raw.say(piece)
        assert raw.read_all() == expected


@pytest.mark.parametrize("octets", [b"NOOP\n", b"NOOP\r", b"NOOP\n\n\n", b"\r", b"\n"])
def test_a_line_without_crlf_is_no_line_yet(server: LoopbackServer, octets: bytes) -> None:
    with Raw(server.port) as raw:
        raw.read_until(b"\r\n")
        raw.say(octets)
        assert raw.ask(b"\r\n")[:3] in (b"500", b"501")


@pytest.mark.parametrize(
    "octets", [b"\r\n", b"\x00\r\n", b"\xff\xfe\r\n", "\u201cNOOP\u201d\r\n".encode(), b" NOOP\r\n"]
)
def test_what_is_no_command_is_answered_500_and_the_session_goes_on(server: LoopbackServer, octets: bytes) -> None:
    with Raw(server.port) as raw:
        raw.read_until(b"\r\n")
        assert raw.ask(octets).startswith(b"500 ")
        assert raw.ask(b"NOOP\r\n").startswith(b"250 ")


def test_a_line_of_a_megabyte_is_answered_500_once_and_not_kept(server: LoopbackServer) -> None:
    with Raw(server.port) as raw:
        raw.read_until(b"\r\n")
        assert raw.ask(b"NOOP " + b"x" * 1_000_000 + b"\r\n").startswith(b"500 Line too long")
        assert raw.ask(b"NOOP\r\n").startswith(b"250 ")


def test_a_hundred_thousand_commands_in_one_paste_get_as_many_replies(server: LoopbackServer) -> None:
    with server.connect(timeout_s=60) as client:
        replies = client.send_octets(b"NOOP\r\n" * 100_000)
        assert len(replies) == 100_000
        assert {reply.code for reply in replies} == {250}


def test_another_session_has_its_turn_during_a_big_paste(server: LoopbackServer) -> None:
    with Raw(server.port) as greedy, server.connect() as modest:
        greedy.socket.setblocking(False)
        greedy.socket.send(b"NOOP\r\n" * 100_000)
        for _ in range(20):
            assert modest.send("NOOP").code == 250


def stuff(raw: Raw) -> None:
    """Send commands and read nothing, until no more of them go out."""
    raw.socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        raw.say(b"HELP\r\n" * 10_000_000)


def test_a_client_that_never_reads_is_read_no_more(server: LoopbackServer) -> None:
    with Raw(server.port) as deaf:
        stuff(deaf)
        (connection,) = server._loop._connections.values()
        until(lambda: connection.unsent)  # on a busy machine it may still be answering what it has read
        assert len(connection.unsent) < 1_000_000
        with server.connect() as other:
            assert other.send("NOOP").code == 250
    until(lambda: not any(record.open for record in server.sessions))


def test_a_deaf_client_that_hears_again_gets_all_its_replies_in_order_and_then_the_421(server: LoopbackServer) -> None:
    with Raw(server.port) as deaf:
        stuff(deaf)
        server.change(idle_s=0.01)
        until(lambda: not server.sessions[0].open)
        deaf.socket.settimeout(20)
        lines = deaf.read_all().splitlines()
    assert lines[0].startswith(b"220 ")
    assert lines[-1].startswith(b"421 ")
    help_lines = [line[:4] for line in lines[1:-1]]
    assert help_lines == [b"211-", b"211-", b"211 "] * (len(help_lines) // 3)


def test_replies_that_had_to_wait_come_in_order(server: LoopbackServer) -> None:
    lines = [f"VRFY nobody{number}\r\n" for number in range(50_000)]
    with server.connect(timeout_s=60) as client:
        replies = client.send_octets("".join(lines).encode())
        assert [reply.text.partition(":")[0] for reply in replies] == [line[5:].strip() for line in lines]


@pytest.mark.parametrize("path", [path for path in DIALOGUES if path.stem == "first_mail"], ids=lambda path: path.stem)
def test_a_client_may_vanish_at_any_octet(server: LoopbackServer, path: Path) -> None:
    whole = b"".join(e.octets for e in Transcript.parse(path.read_text("utf-8")).entries if e.direction == "C")
    for length in range(len(whole)):
        with Raw(server.port) as raw:
            raw.say(whole[:length])
            if length % 2:  # a reset instead of an orderly end
                raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    until(lambda: len(server.sessions) == len(whole) and not any(record.open for record in server.sessions))
    with server.connect() as client:
        assert client.send("NOOP").code == 250


def test_a_client_that_ends_its_side_still_gets_its_replies(server: LoopbackServer) -> None:
    with Raw(server.port) as raw:
        raw.say(b"HELO me.example\r\nNOOP\r\n")
        raw.socket.shutdown(socket.SHUT_WR)
        assert [line[:3] for line in raw.read_all().splitlines()] == [b"220", b"250", b"250"]


def test_what_follows_quit_does_not_destroy_the_221(server: LoopbackServer) -> None:
    with Raw(server.port) as raw:
        raw.say(b"QUIT\r\n" + b"NOOP\r\n" * 50_000)
        assert [line[:3] for line in raw.read_all().splitlines()] == [b"220", b"221"]


def test_a_closed_session_whose_client_stays_is_let_go(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LINGER_S", 0.01)
    with Raw(server.port) as raw:
        raw.say(b"QUIT\r\n")
        raw.read_all()
        until(lambda: len(server._loop._connections) == 0)


@settings(max_examples=60)
@given(st.lists(st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"\r\n", b"EHLO x\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<bob@lab.example>\r\n", b"DATA\r\n", b".\r\n"]
    ),
), max_size=12))
def test_any_octets_leave_the_server_well(pieces: list[bytes]) -> None:
    with LoopbackServer() as server:
        with Raw(server.port) as raw:
            for piece in pieces:
                raw.say(piece)
            raw.socket.shutdown(socket.SHUT_WR)
            assert raw.read_all().startswith(b"220 ")
        with server.connect() as client:
            assert client.send("NOOP").code == 250
        assert server.errors == ()


def test_a_fault_of_the_lab_ends_one_session_with_a_421_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = stepping.step

    def step(world: World, session: ServerSession, given: object) -> object:
        if b"BOOM" in getattr(given, "octets", b""):
            raise ZeroDivisionError("a secret")
        return real(world, session, given)  # type: ignore[arg-type]

    monkeypatch.setattr(stepping, "step", step)
    with LoopbackServer() as server, server.connect() as other, server.connect() as client:
        reply = client.send("BOOM")
        assert reply.code == 421
        assert "secret" not in str(reply)
        assert client.is_over
        assert other.send("NOOP").code == 250
        (error,) = server.errors
    assert isinstance(error, ZeroDivisionError)


def test_more_sessions_than_the_limit_get_a_421_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "MAX_SESSIONS", 3)
    with LoopbackServer() as server:
        clients = [server.connect() for _ in range(3)]
        with Raw(server.port) as raw:
            assert raw.read_all().startswith(b"421 lab.example has no room")
        clients[0].quit()
        until(lambda: sum(record.open for record in server.sessions) == 2)
        with Raw(server.port) as raw:
            assert raw.read_until(b"\r\n").startswith(b"220 ")
        assert clients[1].send("NOOP").code == 250
        for client in clients:
            client.close()


NO_FILES_LEFT = """
import resource, socket, subprocess, sys
from smtplab.network import LoopbackServer
server = LoopbackServer()
first = server.connect()
visitors = 60
code = (
    "import socket, sys\\n"
    "sockets = [socket.create_connection(('127.0.0.1', int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]\\n"
    "heard = [s.recv(3) for s in sockets]\\n"
    "print(heard.count(b'220'), heard.count(b'421'))\\n"
    "[s.close() for s in sockets]\\n"
)
import os
used = max(map(int, os.listdir("/proc/self/fd")))
visit = lambda: subprocess.run([sys.executable, "-c", code, str(server.port), str(visitors)],
                               capture_output=True, text=True, timeout=30, preexec_fn=lambda: resource.setrlimit(
                               resource.RLIMIT_NOFILE, (256, 256)))
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 30, 256))
seen = visit().stdout.split()
assert int(seen[0]) > 5 and int(seen[1]) > 5 and int(seen[0]) + int(seen[1]) == visitors, seen
assert first.send("NOOP").code == 250
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
assert visit().stdout.split() == [str(visitors), "0"]
server.close()
print("well")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_a_machine_without_a_file_left_gives_a_421_greeting_and_recovers() -> None:
    command = [sys.executable, "-c", NO_FILES_LEFT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "well\n", done.stderr


IDLE = """
import sys
from smtplab.network import LoopbackServer
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
server = LoopbackServer()
for line in sys.stdin:
    if line.strip() == "end":
        break
    print(server.port if line.strip() == "port" else resident(), flush=True)
server.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_a_thousand_idle_sessions_cost_at_most_30_kib_each() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1100:
        pytest.fail(f"This needs 1,100 open files; the hard limit is {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2200) if hard == resource.RLIM_INFINITY else hard, hard))
    process = subprocess.Popen([sys.executable, "-c", IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(what: str) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        print(what, file=process.stdin, flush=True)
        return int(process.stdout.readline())

    try:
        port = ask("port")
        with Raw(port) as warm:
            warm.read_until(b"220")
        before = ask("size")
        clients = [Raw(port) for _ in range(1000)]
        for client in clients:
            client.read_until(b"220")
        assert (ask("size") - before) / 1000 <= 30
        for client in clients:
            client.socket.close()
        print("end", file=process.stdin, flush=True)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nothing_waits_on_a_clock_while_nobody_talks(server: LoopbackServer) -> None:
    with server.connect() as client:
        client.send("NOOP")
        before = os.times().user + os.times().system
        assert not client._channel.link.wait(0.2, False)
        assert os.times().user + os.times().system - before < 0.05
