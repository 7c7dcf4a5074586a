"""A real interrupt, at random moments and in a wait: the client goes on, and each reply finds its own command."""

import subprocess
import sys

import pytest

AT_RANDOM = """
import random, signal
from smtplab.network import LoopbackServer
random.seed(SEED)
with LoopbackServer() as server:
    client = server.connect()
    interrupts = done = 0
    wrong = []
    while True:
        try:
            while done < 5000:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00002, 0.0002))
                while done < 5000:
                    done += 1
                    name = f"n{done}"
                    reply = client.send(f"VRFY {name}")
                    if not str(reply).startswith(f"550 {name}:"):
                        wrong.append((name, reply))
            signal.signal(signal.SIGALRM, signal.SIG_IGN)  # the last one is met here, or never
            break
        except KeyboardInterrupt:
            interrupts += 1
    assert not wrong, wrong
    assert interrupts > 200, interrupts
    assert str(client.send("VRFY last")).startswith("550 last:")
    for exchange in client.exchanges[1:]:
        name = exchange.command.argument
        assert exchange.reply.text.startswith(f"{name}:"), exchange
    assert client.transcript.exchanges() == list(client.exchanges)
    for direction in "CS":
        seen = [b"".join(e.octets for e in transcript.entries if e.direction == direction)
                for transcript in (client.transcript, server.sessions[0].transcript)]
        assert seen[0] == seen[1]
    client.close()
print("well")
"""

INSIDE_TLS = """
import random, signal
from smtplab.network import LoopbackServer
random.seed(SEED)
def inside(server):
    client = server.connect()
    client.send("EHLO student.example")
    assert client.send("STARTTLS").code == 220
    return client
with LoopbackServer(extensions="all") as server:
    client = inside(server)
    interrupts = sessions = done = 0
    while done < 3000:
        try:
            if client.is_over:  # an interrupt amid a record cannot be mended: the client has hung up
                sessions += 1
                client = inside(server)
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.0006))
            while done < 3000 and not client.is_over:
                done += 1
                name = f"n{done}"
                reply = client.send(f"VRFY {name}")
                assert not reply or str(reply).startswith(f"550 {name}:"), (name, reply)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            interrupts += 1
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    assert interrupts > 50, interrupts
    client.close()
    said = [line for record in server.sessions for line in str(record.transcript).splitlines() if "VRFY n" in line]
    assert len(said) == len(set(said)), "a command went out twice"
    assert not server.errors, server.errors
    assert inside(server).send("NOOP").code == 250
print("well")
"""

IN_A_HANDSHAKE = """
import signal, socket, threading
from smtplab.network import Client, LoopbackServer
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    connection = listener.accept()[0]
    connection.sendall(b"220 slow\\r\\n")
    connection.recv(100)
    connection.sendall(b"250-slow\\r\\n250 STARTTLS\\r\\n")
    connection.recv(100)
    connection.sendall(b"220 go\\r\\n")
    while connection.recv(1000):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGALRM)
thread = threading.Thread(target=serve, daemon=True)
thread.start()
client = Client(port=listener.getsockname()[1], timeout_s=30)
client.send("EHLO me.example")
PREPARATION
try:
    client.send("STARTTLS")
    raise SystemExit("not interrupted")
except KeyboardInterrupt:
    pass
assert client.is_over and client.state == "CLOSED", client.state
assert client.exchanges[-1].event == "TLS-FAILED"
assert not client.send("NOOP")
thread.join(10)
with LoopbackServer(extensions="all") as server, server.connect() as client:
    client.send("EHLO me.example")
    assert client.send("STARTTLS").code == 220 and client.session.tls
print("well")
"""

INTERRUPTED_BEFORE = """
import smtplab.network.client as asked
make_context = asked.client_context
def interrupted(*given):
    asked.client_context = make_context
    raise KeyboardInterrupt
asked.client_context = interrupted
"""

IN_A_FORK = """
import gc, random, signal, threading
from smtplab.network import LoopbackServer
threading.excepthook = lambda told: failed.append(told)
failed = []
random.seed(SEED)
interrupts = 0
def interrupt(*_):
    global interrupts
    interrupts += 1
    raise KeyboardInterrupt
with LoopbackServer() as server:
    client = server.connect()
    client.send("EHLO me.example")
    for _ in range(500):
        try:
            signal.signal(signal.SIGALRM, interrupt)
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00005, 0.003))
            fork = client.fork(at=1)
            fork.on_change(id)
            fork.close()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
    fork = None
    gc.collect()
    others = [thread for thread in threading.enumerate()[1:] if thread is not server._thread]
    for thread in others:
        if thread.is_alive():  # Python lists one, too, that never came to start
            thread.join(10)
    assert interrupts > 30, interrupts
    assert not failed, failed
    assert not [thread for thread in others if thread.is_alive()], others
    assert client.send("NOOP").code == 250
print("well")
"""

IN_A_WAIT = """
import signal, socket, threading
from smtplab.network import Client
listener = socket.create_server(("127.0.0.1", 0))
go_on = threading.Event()
def serve():
    connection = listener.accept()[0]
    connection.sendall(b"220 slow\\r\\n")
    connection.recv(100)
    go_on.wait(10)
    connection.sendall(b"250 the first\\r\\n")
    connection.recv(100)
    connection.sendall(b"251 the second\\r\\n")
    connection.recv(100)
thread = threading.Thread(target=serve, daemon=True)
thread.start()
client = Client("127.0.0.1", listener.getsockname()[1], timeout_s=10)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    client.send("NOOP 1")
    print("not interrupted")
except KeyboardInterrupt:
    pass
go_on.set()
print(client.send("NOOP 2"))
print(client.exchanges[1].command, client.exchanges[1].reply)
client.close()
thread.join(10)
"""

CTRL_C = "import signal; signal.signal(signal.SIGALRM, signal.default_int_handler)\n"


def run(code: str) -> str:
    command = [sys.executable, "-c", CTRL_C + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
@pytest.mark.parametrize("seed", range(3))
def test_interrupts_at_any_moment_leave_the_record_true(seed: int) -> None:
    assert run(AT_RANDOM.replace("SEED", str(seed))) == "well\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
def test_an_interrupted_wait_ends_at_once_and_the_late_reply_finds_its_command() -> None:
    assert run(IN_A_WAIT) == "251 the second\nNOOP 1 250 the first\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
@pytest.mark.parametrize("seed", range(2))
def test_interrupts_inside_tls_never_send_a_command_twice(seed: int) -> None:
    assert run(INSIDE_TLS.replace("SEED", str(seed))) == "well\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
@pytest.mark.parametrize("preparation", ["", INTERRUPTED_BEFORE], ids=["amid it", "before its first octet"])
def test_an_interrupted_handshake_hangs_up_and_the_next_session_is_well(preparation: str) -> None:
    assert run(IN_A_HANDSHAKE.replace("PREPARATION", preparation)) == "well\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
@pytest.mark.parametrize("seed", range(3))
def test_a_fork_that_is_interrupted_leaves_no_server_behind(seed: int) -> None:
    assert run(IN_A_FORK.replace("SEED", str(seed))) == "well\n"
