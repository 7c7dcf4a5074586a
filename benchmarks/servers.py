"""The servers that are compared, each a process of its own: ``python -m benchmarks.servers NAME`` prints its port.

``thread`` is the least a Python server can do: one blocking thread a connection, fixed replies, no checks.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent


def serve_with_threads() -> None:
    """Fixed replies from one blocking thread a connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"220 thread.example ready\r\n")
        buffer, in_data = b"", False
        while received := connection.recv(65536):
            buffer += received
            while True:
                line, ended, rest = buffer.partition(b"\r\n.\r\n" if in_data else b"\r\n")
                if not ended:
                    break
                buffer = rest
                if in_data:
                    in_data = False
                    connection.sendall(b"250 accepted\r\n")
                elif line.startswith(b"DATA"):
                    in_data = True
                    connection.sendall(b"354 go ahead\r\n")
                elif line.startswith(b"QUIT"):
                    connection.sendall(b"221 bye\r\n")
                    connection.close()
                    return
                else:
                    connection.sendall(b"250 OK, nothing done\r\n")

    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def serve_with_aiosmtpd() -> None:
    """The field's library, with a handler that keeps nothing."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink

    from smtplab.lab import Certificate
    from smtplab.network.certificates import Authority

    with socket.create_server(("127.0.0.1", 0)) as free:  # it cannot start on port 0
        port = free.getsockname()[1]
    context = Authority().server_context(Certificate.VALID, "lab.example")  # the same kind of key as the lab's server
    controller = Controller(Sink(), hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    print(port, flush=True)
    signal.pause()


def serve_with_smtplab() -> None:
    """The lab's server."""
    from smtplab.network import LoopbackServer

    server = LoopbackServer()
    print(server.port, flush=True)
    signal.pause()


def serve_with_all_extensions() -> None:
    """The lab's server, offering everything."""
    from smtplab.network import LoopbackServer

    server = LoopbackServer(extensions="all")
    print(server.port, flush=True)
    signal.pause()


FAULTS = (
    *(f"NOOP#{number} -> 450" for number in range(10_000_001, 10_000_013)),
    "NOOP#10000000+ -> 450", "NOOP host other.example -> drop", "NOOP in RECIPIENTS_KNOWN -> silence",
    "NOOP from eve@student.example -> 450", "ANY#10000020 -> 421", "NOOP#2 in GREETED per session -> delay 5 s",
    *(f"RCPT#{number} -> 452 4.5.3 Too many recipients" for number in range(2, 12)),
    *(f"DATA-END#{number} per server -> drop before" for number in range(2, 10)),
    *(f"MAIL from m{number}@student.example 30% -> 451" for number in range(8)),
    "CONNECT#9 -> 421 Busy", "EHLO#2 -> glue", "DATA -> no CRLF", "QUIT -> twice", "RSET -> split", "HELP -> too long",
)
"""50 faults of all kinds, 18 of them for the command that is measured, none of which happens."""


def serve_with_faults() -> None:
    """The lab's server with many faults set."""
    from smtplab.network import LoopbackServer

    server = LoopbackServer()
    server.faults.add(*FAULTS)
    assert len(server.faults) == 50
    print(server.port, flush=True)
    signal.pause()


SERVERS = {
    "thread": serve_with_threads, "aiosmtpd": serve_with_aiosmtpd, "smtplab": serve_with_smtplab,
    "smtplab, all extensions": serve_with_all_extensions, "smtplab, 50 faults": serve_with_faults,
}


@contextmanager
def running(name: str) -> Iterator[tuple[int, int]]:
    """Start a server by name (``c`` too), and stop it; gives its port and process id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.servers", name]
        if name == "c":
            program = Path(folder) / "line_server"
            subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", program, FOLDER / "line_server.c"], check=True)
            command = [str(program)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent) as process:
            assert process.stdout is not None
            try:
                yield int(process.stdout.readline()), process.pid
            finally:
                process.terminate()


if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
