"""What people do to the command line: slips, contradictions, files and streams that fail, narrow terminals, Ctrl-C."""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import ROOT, smtplab


@pytest.mark.parametrize("arguments", [
    ["course", ""], ["card", ""], ["diagram", "-o", ""], ["talk", "--pcap", ""],
    ["serve", "--authority", ""], ["scenario", "new", ""],
])
def test_an_empty_name_is_no_folder(arguments: list[str]) -> None:
    done = smtplab(*arguments)
    assert done.returncode == 2
    assert done.stderr.endswith(": the name is empty\n")


@pytest.mark.parametrize("option", [
    ["--fault", "RCPT -> 452"], ["--extensions", "all"], ["--certificate", "expired"], ["--implicit-tls"],
    ["--seed", "3"],
])
def test_an_option_of_the_own_server_and_another_server_contradict_each_other(option: list[str]) -> None:
    done = smtplab("talk", "1", *option)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{option[0]} is for the own server of this command; leave HOST:PORT out.\n"


def test_a_certificate_without_tls_is_told() -> None:
    done = smtplab("talk", "--certificate", "expired")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--certificate is for TLS; add --implicit-tls, or --extensions STARTTLS.\n"
    assert smtplab("talk", "--certificate", "expired", "--implicit-tls").returncode == 0


@pytest.mark.parametrize("command", [["talk", "--pcap"], ["serve", "--port", "0", "--authority"]])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_said(command: list[str], tmp_path: Path) -> None:
    done = smtplab(*command, str(tmp_path), typed="QUIT\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path}: Is a directory\n"


def test_a_port_that_is_taken_is_told_with_what_to_write() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = smtplab("serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stdout == f"Port {port} cannot be had: another program uses it. Write --port 0 for any free one.\n"


@pytest.mark.parametrize(("port", "words"), [
    ("25", "those under 1024 belong to the system"), ("-1", "ports go from 0 to 65535"),
    ("65536", "ports go from 0 to 65535"),
])
def test_a_port_that_cannot_be_is_wrong_usage(port: str, words: str) -> None:
    done = smtplab("serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
@pytest.mark.parametrize("command", ["talk", "explain 550", "table codes", "scenario run greylisting", "scenario list"])
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_do_no_harm(command: str, closed: str) -> None:
    line = f'"{sys.executable}" -m smtplab {command} {closed}'
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, input="", capture_output=True, text=True, timeout=60,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux only")
def test_a_full_disk_is_told_in_a_line() -> None:
    line = f'"{sys.executable}" -m smtplab table codes > /dev/full'
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "No space left on device\n")


def test_a_letter_that_the_terminal_lacks_is_no_octet() -> None:
    done = smtplab("talk", typed="NOOP \u00e9\n/\u00e9\n", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "The lab has no /" in done.stdout
    done = smtplab("explain", "\u00e9\u20ac\U0001f600", PYTHONIOENCODING="ascii")
    assert done.stderr.startswith('"\\u00e9\\u20ac\\U0001f600" is no reply code')  # \\xe9 is how an octet is shown


def in_a_terminal(*arguments: str, columns: int, typed: bytes, until: bytes) -> tuple[int, str]:
    """Exit status, and what a terminal of so many columns shows; `typed` is typed once `until` stands there."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    name = os.ttyname(theirs)  # opened by the first process of a session it is the one that has the keyboard
    opened = ["sh", "-c", f'exec "$@" <{name} >{name} 2>&1', "sh", sys.executable, "-m", "smtplab", *arguments]
    with subprocess.Popen(opened, cwd=ROOT, env=environment, start_new_session=True) as process:
        shown, has_typed, is_ours_alone = b"", False, False
        while True:
            assert select.select([ours], [], [], 60)[0], shown
            try:
                octets = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not octets:
                break
            shown += octets
            if not is_ours_alone:  # the process has its end open by now
                os.close(theirs)
                is_ours_alone = True
            if not has_typed and until in shown:
                os.write(ours, typed)
                has_typed = True
        status = process.wait(timeout=60)
    os.close(ours)
    return status, shown.decode().replace("\r\n", "\n")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux terminal")
@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_narrow_terminal_is_kept_to_and_a_key_ends_the_talk(key: bytes) -> None:
    status, shown = in_a_terminal("talk", columns=40, typed=key, until=b"GREETED> ")
    assert status == 0
    assert "Traceback" not in shown
    assert max(map(len, shown.splitlines())) <= 40


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux terminal")
def test_a_scenario_keeps_to_a_narrow_terminal_and_ctrl_c_ends_it() -> None:
    status, shown = in_a_terminal("scenario", "run", "greylisting", columns=50, typed=b"\x03", until=b"Enter")
    assert status == 130
    words = [line for line in shown.splitlines() if not line.startswith("  ")]  # the wire is shown as it is
    assert "Traceback" not in shown and max(map(len, words)) <= 50
