"""All measurements in one run: ``make bench``. Prints ratios, each against a peer measured in the same rounds.

Client and server share one CPU: on two, the kernel's wake-ups drown every difference under a factor of two. Rounds
are interleaved, so that a slow second hits all peers alike; each figure is the median over the rounds.
"""

import contextlib
import os
import resource
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.servers import running
from smtplab.notebook.card import find_browser

ROUNDS = 15
NAMES = ("c", "thread", "smtplab", "aiosmtpd")
LETTER = b"Subject: measured\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 13 + b".\r\n"


class Line:
    """The barest client: one line out, one reply in."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read()

    def read(self) -> bytes:
        got = self.socket.recv(65536)
        while not got.endswith(b"\r\n") or got[:-2].rpartition(b"\r\n")[2][3:4] == b"-":
            got += self.socket.recv(65536)
        return got

    def say(self, octets: bytes) -> bytes:
        self.socket.sendall(octets)
        return self.read()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def noop_round_trip(line: Line) -> float:
    """Seconds for one NOOP, mean of 500."""
    start = time.perf_counter()
    for _ in range(500):
        line.say(b"NOOP\r\n")
    return (time.perf_counter() - start) / 500


def whole_mail(port: int) -> float:
    """Seconds from connecting to the 250 after the dot, mean of 20."""
    start = time.perf_counter()
    for _ in range(20):
        with Line(port) as line:
            line.say(b"EHLO client.example\r\n")
            line.say(b"MAIL FROM:<alice@student.example>\r\n")
            line.say(b"RCPT TO:<bob@lab.example>\r\n")
            line.say(b"DATA\r\n")
            assert line.say(LETTER).startswith(b"250")
    return (time.perf_counter() - start) / 20


def pipelined_group(line: Line) -> float:
    """Seconds for MAIL, two RCPTs and RSET in one segment, until the fourth reply has come; mean of 200."""
    group = b"MAIL FROM:<alice@student.example>\r\nRCPT TO:<bob@lab.example>\r\nRCPT TO:<anna@lab.example>\r\nRSET\r\n"
    start = time.perf_counter()
    for _ in range(200):
        line.socket.sendall(group)
        got = b""
        while got.count(b"\r\n") < 4:
            got += line.socket.recv(65536)
        assert [reply[:3] for reply in got.split(b"\r\n")[:4]] == [b"250"] * 4, got
    return (time.perf_counter() - start) / 200


def mail_inside_tls(port: int) -> float:
    """Seconds from connecting over STARTTLS to the 250 after the dot, mean of 10; certificates are not judged."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    start = time.perf_counter()
    for _ in range(10):
        with Line(port) as line:
            line.say(b"EHLO client.example\r\n")
            line.say(b"STARTTLS\r\n")
            line.socket = context.wrap_socket(line.socket)
            line.say(b"EHLO client.example\r\n")
            line.say(b"MAIL FROM:<alice@student.example>\r\n")
            line.say(b"RCPT TO:<bob@lab.example>\r\n")
            line.say(b"DATA\r\n")
            assert line.say(LETTER).startswith(b"250")
    return (time.perf_counter() - start) / 10


def interleaved(tasks: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each task over rounds that run all of them in turn."""
    seen: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            seen[name].append(task())
    return {name: statistics.median(values) for name, values in seen.items()}


def row(what: str, figures: dict[str, float], base: str, aim: str, unit: float = 1e6, suffix: str = "us") -> None:
    """Print one line a peer: the figure, and its ratio to the base."""
    for name, value in figures.items():
        bound = aim if name.startswith("smtplab") or name == "Client.send" else ""
        print(f"| {what} | {name} | {value * unit:.1f} {suffix} | {value / figures[base]:.2f} | {bound} |", flush=True)


def measure_servers() -> None:
    """NOOP and a whole mail, against the bare C server."""
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(running(name))[0] for name in NAMES}
        with contextlib.ExitStack() as lines:
            open_lines = {name: lines.enter_context(Line(port)) for name, port in ports.items()}
            row("NOOP round trip", interleaved(
                {name: lambda line=line: noop_round_trip(line) for name, line in open_lines.items()}), "c", "<= 1.8")
        row("connect to 250 after the dot, 1 KB", interleaved(
            {name: lambda port=port: whole_mail(port) for name, port in ports.items()}), "c", "<= 2")


def measure_extensions() -> None:
    """A pipelined group, and a mail over STARTTLS, against aiosmtpd."""
    names = ("aiosmtpd", "smtplab, all extensions")
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(running(name))[0] for name in names}
        with contextlib.ExitStack() as lines:
            open_lines = {name: lines.enter_context(Line(port)) for name, port in ports.items()}
            for line in open_lines.values():
                line.say(b"EHLO client.example\r\n")
            row("a group of four commands", interleaved(
                {name: lambda line=line: pipelined_group(line) for name, line in open_lines.items()}),
                "aiosmtpd", "<= 1")
        row("connect, STARTTLS, to 250 after the dot", interleaved(
            {name: lambda port=port: mail_inside_tls(port) for name, port in ports.items()}), "aiosmtpd", "<= 1")


def measure_faults() -> None:
    """A NOOP on a server with 50 faults set, 18 of them for NOOP, against one with none."""
    names = ("smtplab", "smtplab, 50 faults")
    with contextlib.ExitStack() as stack:
        lines = {name: stack.enter_context(Line(stack.enter_context(running(name))[0])) for name in names}
        for line in lines.values():
            line.say(b"EHLO client.example\r\n")
        row("NOOP with faults that wait", interleaved(
            {name: lambda line=line: noop_round_trip(line) for name, line in lines.items()}), "smtplab", "<= 1.2")


def measure_client() -> None:
    """`Client.send` against `smtplib.SMTP.docmd`, both on the lab's server."""
    from smtplab.network import Client

    with running("smtplab") as (port, _):
        peer, own = smtplib.SMTP("127.0.0.1", port), Client("127.0.0.1", port)

        def timed(call: Callable[[str], object]) -> float:
            start = time.perf_counter()
            for _ in range(500):
                call("NOOP")
            return (time.perf_counter() - start) / 500

        figures = interleaved({"smtplib docmd": lambda: timed(peer.docmd), "Client.send": lambda: timed(own.send)})
        row("one command from Python", figures, "smtplib docmd", "<= 1.25")
        peer.close()
        own.close()


def measure_fork() -> None:
    """Back to line 1,000 of a session, until the fork can be used, against the limit of 5 ms; each median of 10."""
    from smtplab.network import Client, LoopbackServer, memory_server

    def forked(client: Client) -> float:
        seen = []
        for _ in range(10):
            start = time.perf_counter()
            fork = client.fork(at=1000)
            seen.append(time.perf_counter() - start)
            assert len(fork.exchanges) == 1001
            fork.close()
            del fork  # and with it its server
        return statistics.median(seen)

    with LoopbackServer() as over_socket, memory_server() as in_memory:
        clients = {"smtplab, over a socket": over_socket.connect(), "smtplab, in memory": in_memory.connect()}
        for client in clients.values():
            for _ in range(1200):
                client.send("NOOP")
        figures = interleaved({name: lambda client=client: forked(client) for name, client in clients.items()})
        row("fork at line 1,000", {"the limit": 0.005, **figures}, "the limit", "<= 1", 1e3, "ms")


def resident_kib(process: int) -> int:
    """Resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def measure_idle_sessions() -> None:
    """Memory for each of 1,000 idle sessions; their clients are in this process."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    figures = {}
    for name in ("thread", "smtplab", "aiosmtpd"):
        with running(name) as (port, process), contextlib.ExitStack() as stack:
            for _ in range(20):  # what a first session costs once is not counted
                stack.enter_context(Line(port)).say(b"EHLO client.example\r\n")
            before = resident_kib(process)
            for _ in range(1000):
                stack.enter_context(Line(port)).say(b"EHLO client.example\r\n")
            figures[name] = (resident_kib(process) - before) / 1000
    row("an idle session of 1,000", figures, "thread", "<= 30 KiB", 1, "KiB")


def measure_start() -> None:
    """A server from the constructor to the first octet of its greeting, and the import."""
    from smtplab.network import LoopbackServer

    def started() -> float:
        start = time.perf_counter()
        with LoopbackServer():
            return time.perf_counter() - start

    def python(code: str) -> Callable[[], float]:
        def run() -> float:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            return time.perf_counter() - start
        return run

    row("server started", interleaved({"smtplab": started}), "smtplab", "<= 5 ms", 1e3, "ms")
    figures = interleaved({"bare interpreter": python("pass"), "smtplab": python("import smtplab")})
    row("import smtplab", figures, "bare interpreter", "<= +50 ms", 1e3, "ms")


def measure_clicks() -> None:
    """From a click to the explained reply in JupyterLab, against a bare echo widget in the same page."""
    if find_browser() is None:
        print("\nNo Chromium on this machine: clicks were not measured.")
        return
    from benchmarks.browser import clicks

    figures = {name: statistics.median(seen) for name, seen in clicks(3 * ROUNDS).items()}
    row("click to the answer in the page", figures, "anywidget echo", "<= 1.3", 1e3, "ms")


def main() -> int:
    """Run all; one CPU for this process and every server it starts, but for the browser, which has all."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    print("| what | who | median | ratio | aim |\n|---|---|---|---|---|")
    measure_servers()
    measure_extensions()
    measure_faults()
    measure_client()
    measure_fork()
    measure_idle_sessions()
    measure_start()
    os.sched_setaffinity(0, every)
    measure_clicks()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
