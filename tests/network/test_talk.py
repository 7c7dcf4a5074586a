"""Typing SMTP in a terminal, each reply explained."""

import io
from pathlib import Path

import pytest

from smtplab.lab import World
from smtplab.network import LoopbackServer
from smtplab.network.talk import talk


def typed(lines: str, target: str | None = None, world: World | None = None) -> tuple[int, str]:
    out = io.StringIO()
    return talk(target, world=world, input=io.StringIO(lines), out=out), out.getvalue()


def test_each_reply_is_explained_and_the_state_is_the_prompt() -> None:
    status, shown = typed("EHLO me.example\nRCPT TO:<bob@lab.example>\nQUIT\n")
    assert status == 0
    assert "GREETED> 250-lab.example greets me.example" in shown
    assert "READY> 503 Send MAIL first\n    Wrong moment. Step 2.\n    Here " in shown
    assert shown.endswith("The connection is closed.\n")


def test_mail_data_is_typed_line_by_line() -> None:
    with LoopbackServer() as server:
        lines = "EHLO a.example\nMAIL FROM:<>\nRCPT TO:<bob@lab.example>\nDATA\nSubject: Hi\n\n?\n.\nQUIT\n"
        status, shown = typed(lines, f"127.0.0.1:{server.port}")
        assert (status, server.messages[0].mail_data) == (0, b"Subject: Hi\r\n\r\n?\r\n")
    assert "MAIL_DATA> MAIL_DATA> MAIL_DATA> MAIL_DATA> 250 Message accepted" in shown


def test_a_question_mark_tells_all_about_the_last_reply() -> None:
    assert "On the RFC's list for CONNECT" in typed("?\n")[1]


def test_the_end_of_the_input_ends_it() -> None:
    assert typed("NOOP\n")[0] == 0


def test_a_bare_cr_is_told_and_nothing_is_sent() -> None:
    assert "send_octets sends such octets" in typed("NO\rOP\nQUIT\n")[1]


def test_a_server_that_is_not_there_is_told() -> None:
    with LoopbackServer() as server:
        port = server.port
    status, shown = typed("", str(port))
    assert status == 1
    assert shown.startswith(f"Nothing listens on 127.0.0.1:{port}.")


def test_another_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="not this machine"):
        typed("", "192.0.2.1:25")


def test_a_session_goes_on_inside_tls() -> None:
    lines = "EHLO me.example\nSTARTTLS\nEHLO me.example\nAUTH PLAIN\nAGJvYgBidWlsZGVy\nBDAT 3\nQUIT\n"
    status, shown = typed(lines, world=World(extensions="all"))  # type: ignore[arg-type]
    assert status == 0
    assert "READY> 220 2.0.0 Ready to start TLS" in shown and "-- tls\n" in shown
    assert "AUTH_EXCHANGE> 235 2.7.0 Welcome, Bob Baker" in shown
    assert "READY> The line waits for the octets that belong to it" in shown
    assert "READY> 503" in shown  # QUIT and its line end are the three octets and two more


def test_a_handshake_that_fails_is_told_in_a_sentence() -> None:
    world = World(extensions="all", certificate="expired")  # type: ignore[arg-type]
    status, shown = typed("EHLO me.example\nSTARTTLS\nNOOP\n", world=world)
    assert status == 0
    accepted, _, failed = shown.partition("READY> 220 2.0.0 Ready to start TLS\n")[2].partition("TLS failed: ")
    assert "Carry out the TLS handshake" in accepted
    assert failed.startswith("the server's certificate has expired.")


def test_a_session_leaves_a_capture(tmp_path: Path) -> None:
    out = io.StringIO()
    assert talk(capture=tmp_path / "session.pcap", input=io.StringIO("QUIT\n"), out=out) == 0
    assert (tmp_path / "session.pcap").stat().st_size > 500
    assert "Wireshark opens it" in out.getvalue()
