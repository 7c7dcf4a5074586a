"""The server in a terminal: what it prints while telnet, swaks and others talk to it."""

import io
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from smtplab.network import LoopbackServer
from smtplab.network.serve import LiveLog, serve
from smtplab.protocol.transcript import Entry
from tests.network.raw import Raw

SERVE = "import sys; from smtplab.network.serve import serve; sys.exit(serve())"


class Served:
    """``serve`` in a process of its own, as in a terminal."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.out = self.process.stdout
        found = re.match(r"Listening on 127\.0\.0\.1:(\d+)\.", self.out.readline())
        assert found
        self.port = int(found[1])

    def read_until(self, wanted: str) -> list[str]:
        lines = []
        for line in self.out:
            lines.append(line.rstrip("\n"))
            if wanted in line:
                return lines
        pytest.fail(f"{wanted!r} was not printed, but {lines}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


@pytest.fixture
def served() -> Iterator[Served]:
    running = Served()
    yield running
    running.process.kill()
    running.process.wait()
    running.out.close()


def test_each_line_is_logged_with_its_session(served: Served) -> None:
    with Raw(served.port) as raw:
        raw.read_until(b"220")
        raw.say(b"HELO me.example\r\nQUIT\r\n")
        raw.read_all()
    assert served.read_until("-- closed") == [
        "[1] S: 220 lab.example SMTP service ready",
        "[1] C: HELO me.example",
        "[1] C: QUIT",
        "[1] S: 250 lab.example greets me.example",
        "[1] S: 221 lab.example closes the channel",
        "[1] -- closed",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
def test_ctrl_c_ends_it_quietly(served: Served) -> None:
    assert served.stop() == 0
    assert served.out.read() == "The server has ended.\n"


def test_a_port_in_use_is_told_in_a_sentence() -> None:
    out = io.StringIO()
    with LoopbackServer() as server:
        assert serve(server.port, out=out) == 1
    assert out.getvalue().startswith(f"Port {server.port} cannot be had: another program uses it. Write --port 0")


def test_who_can_log_in_is_told_where_that_is_offered() -> None:
    script = SERVE.replace("serve())", "serve(world=World(extensions='all')))").replace(
        "import sys;", "import sys; from smtplab.lab import World;")
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        process.kill()
    assert said[0].startswith("Listening")
    assert "bob:builder" in said[1] and "carol" not in said[1]


@pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")
def test_swaks_delivers_a_mail(served: Served) -> None:
    command = ["swaks", "--server", "127.0.0.1", "--port", str(served.port), "--ehlo", "student.example",
               "--from", "alice@student.example", "--to", "bob@lab.example", "--body", "Hello\n.dot\n"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    lines = served.read_until("-- closed")
    assert "[1] C: RCPT TO:<bob@lab.example>" in lines
    assert any("Message accepted" in line for line in lines)


@pytest.mark.skipif(not (shutil.which("telnet") and shutil.which("expect")), reason="telnet and expect are needed")
def test_a_session_typed_into_telnet_works(served: Served) -> None:
    script = f"""
set timeout 20
spawn telnet 127.0.0.1 {served.port}
expect "220 "
send "EHLO student.example\\r"
expect "250 HELP"
send "RCPT TO:<bob@lab.example>\\r"
expect "503 "
send "MAIL FROM:<alice@student.example>\\r"
expect "250 Sender"
send "RCPT TO:<bob@lab.example>\\r"
expect "250 Recipient"
send "DATA\\r"
expect "354 "
send "Subject: Hello\\r\\rHello Bob.\\r.\\r"
expect "250 Message accepted"
send "QUIT\\r"
expect "221 "
expect eof
"""
    subprocess.run(["expect", "-c", script], capture_output=True, timeout=60, check=True)
    lines = served.read_until("-- closed")
    assert "[1] C: Hello Bob." in lines
    assert "[1] S: 250 Message accepted: 30 octets for 1 recipient" in lines


def shown(*entries: Entry) -> list[str]:
    log = LiveLog()
    return [line for entry in entries for line in log.lines(7, entry)]


def test_a_line_in_pieces_is_shown_when_it_is_whole() -> None:
    assert shown(Entry("C", b"NO"), Entry("C", b"OP\r"), Entry("C", b"\nRS")) == ["[7] C: NOOP"]


def test_a_bare_lf_is_told_while_the_line_is_not_whole() -> None:
    assert shown(Entry("C", b"NOOP\n")) == ["[7]    bare LF seen, no CRLF yet"]


def test_odd_characters_are_named() -> None:
    assert shown(Entry("C", "NOOP\u00a0x\r\n".encode())) == [
        "[7] C| NOOP\\xc2\\xa0x\\r\\n", "[7]    character 5 is U+00A0, NO-BREAK SPACE",
    ]


def test_what_was_no_line_yet_is_shown_at_the_end() -> None:
    assert shown(Entry("C", b"NOO"), Entry("-", event="lost")) == ["[7] C| NOO", "[7] -- lost"]


def test_a_long_message_is_told_by_its_beginning() -> None:
    lines = shown(Entry("C", b"x\r\n" * 1000), Entry("S", b"250 OK\r\n"))
    assert lines[39:] == ["[7] C: x", "[7]    ... 960 more lines ...", "[7] S: 250 OK"]


def test_a_terminal_sees_no_control_characters() -> None:
    assert shown(Entry("C", b"NOOP \x1b[2J\r\n"))[0] == "[7] C| NOOP \\x1b[2J\\r\\n"


def test_what_logs_somebody_in_is_not_shown() -> None:
    lines = shown(
        Entry("C", b"AUTH PLAIN AGJvYgBidWlsZGVy\r\n"), Entry("S", b"535 no\r\n"), Entry("C", b"AUTH LOGIN\r\n"),
        Entry("S", b"334 VXNlcm5hbWU6\r\n"), Entry("C", b"Ym9i\r\n"), Entry("S", b"334 UGFzc3dvcmQ6\r\n"),
        Entry("C", b"YnVpbGRlcg==\r\n"), Entry("S", b"235 in\r\n"), Entry("C", b"NOOP\r\n"),
    )
    assert [line.removeprefix("[7] ") for line in lines if " C:" in line] == [
        "C: AUTH PLAIN *****", "C: AUTH LOGIN", "C: *****", "C: *****", "C: NOOP",
    ]


def said_in(lines: list[str]) -> list[str]:
    return [line.removeprefix("[7] C: ") for line in lines if " C:" in line]


def test_a_login_is_hidden_when_it_begins_in_the_middle_of_a_segment() -> None:
    lines = shown(
        Entry("C", b"EHLO x\r\nAUTH LOGIN\r\n"), Entry("S", b"250-a\r\n250 AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\n"),
        Entry("C", b"Ym9i\r\n"), Entry("S", b"33"), Entry("S", b"4 UGFzc3dvcmQ6\r\n"), Entry("C", b"builder"),
        Entry("-", event="lost"),
    )
    assert said_in(lines) == ["EHLO x", "AUTH LOGIN", "*****"]
    assert lines[-2:] == ["[7] C| *****", "[7] -- lost"]


def test_lines_behind_a_login_are_hidden_until_its_reply_has_come() -> None:
    group = b"NOOP\r\nAUTH LOGIN\r\nYm9i\r\nYnVpbGRlcg==\r\n"
    lines = shown(
        Entry("C", group), Entry("S", b"250 ok\r\n"), Entry("C", b"Ym9i\r\n"), Entry("S", b"503 no\r\n500 no\r\n"),
        Entry("C", b"Ym9i\r\n"), Entry("S", b"500 no\r\n"), Entry("C", b"NOOP\r\n"), Entry("C", b"FOO\r\n"),
    )
    assert said_in(lines) == ["NOOP", "AUTH LOGIN", "*****", "*****", "*****", "*****", "NOOP", "FOO"]


def test_a_message_has_no_logins() -> None:
    lines = shown(
        Entry("C", b"AUTH PLAIN AGJvYgBidWlsZGVy\r\n"), Entry("S", b"535 no\r\n"), Entry("C", b"DATA\r\n"),
        Entry("S", b"354 go\r\n"), Entry("C", b"AUTH PLAIN x\r\nSGVsbG8gQm9i\r\n.\r\nAUTH PLAIN x\r\n"),
    )
    assert said_in(lines) == ["AUTH PLAIN *****", "DATA", "AUTH PLAIN x", "SGVsbG8gQm9i", ".", "AUTH PLAIN *****"]


def test_inside_tls_what_was_said_is_shown_and_not_what_carried_it() -> None:
    lines = shown(
        Entry("-", event="tls"), Entry("C", b"\x17\x03", layer="outside"), Entry("C", b"NOOP\r\n", layer="inside"),
    )
    assert lines == ["[7] -- tls", "[7] C: NOOP"]


def test_a_forced_reply_is_told_with_its_fault_and_what_was_decided() -> None:
    lines = shown(
        Entry("S", b"452 x\r\n", forced="RCPT#2 -> 452 x"),
        Entry("C", b".\r\n"),
        Entry("S", b"", forced="DATA-END -> drop before", meant=b"250-one\r\n250 two\r\n"),
        Entry("-", event="lost"),
    )
    assert [line.removeprefix("[7] ") for line in lines] == [
        "   forced by the fault RCPT#2 -> 452 x", "S: 452 x", "C: .", "   forced by the fault DATA-END -> drop before",
        "   decided instead: 250-one", "   decided instead: 250 two", "-- lost",
    ]


def test_a_split_reply_is_one_line_and_told_once() -> None:
    pieces = [Entry("S", bytes([octet]), forced="NOOP -> split") for octet in b"250 OK\r\n"]
    assert shown(*pieces, *pieces) == ["[7]    forced by the fault NOOP -> split", "[7] S: 250 OK"] * 2


def test_a_reply_without_its_end_is_shown_when_the_client_goes_on() -> None:
    entry = Entry("S", b"250 OK", forced="NOOP -> no CRLF", meant=b"250 OK\r\n")
    for after, last in ((Entry("C", b"QUIT\r\n"), "C: QUIT"), (Entry("-", event="lost"), "-- lost")):
        assert shown(entry, after) == [
            "[7]    forced by the fault NOOP -> no CRLF", "[7]    decided instead: 250 OK", "[7] S| 250 OK",
            f"[7] {last}",
        ]
    first = Entry("S", b"250 OK\r\n", forced="NOOP -> twice")
    twice = (first, replace(first, meant=b""))
    assert shown(*twice) == ["[7]    forced by the fault NOOP -> twice", "[7] S: 250 OK", "[7] S: 250 OK"]


def test_what_follows_is_read_as_the_server_reads_it_and_not_as_a_fault_told_it() -> None:
    lines = shown(
        Entry("C", b"DATA\r\n"), Entry("S", b"354-x\r\n554 x\r\n", forced="DATA -> codes differ", meant=b"354 x\r\n"),
        Entry("C", b"AUTH PLAIN x\r\n.\r\nAUTH PLAIN x\r\n"),
    )
    assert said_in(lines) == ["DATA", "AUTH PLAIN x", ".", "AUTH PLAIN *****"]


def test_serve_makes_faults_happen_and_tells_so() -> None:
    command = [sys.executable, "-m", "smtplab", "serve", "--port", "0", "--seed", "3",
               "--fault", "NOOP#2 -> 450 Later", "--fault", "NOOP#3 -> drop"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.match(r"Listening on 127\.0\.0\.1:(\d+)\.", process.stdout.readline())
            assert found
            with Raw(int(found[1])) as raw:
                raw.read_until(b"220")
                raw.say(b"NOOP\r\nNOOP\r\nNOOP\r\n")
                assert raw.read_all().endswith(b"250 OK, nothing done\r\n450 Later\r\n")
            lines = []
            while "-- lost" not in "".join(lines[-1:]):
                lines.append(process.stdout.readline().rstrip())
        finally:
            process.kill()
    set_first = [line.removeprefix("This is made to happen: ") for line in lines[:2]]
    assert set_first == ["NOOP#2 -> 450 Later", "NOOP#3 -> drop before"]
    assert lines[6:] == [
        "[1] S: 250 OK, nothing done", "[1]    forced by the fault NOOP#2 -> 450 Later", "[1] S: 450 Later",
        "[1]    forced by the fault NOOP#3 -> drop before", "[1]    decided instead: 250 OK, nothing done",
        "[1] -- lost",
    ]
