"""Going back on a server that cannot be copied: asked first, said again, and whatever came otherwise is told."""

import re
import socket
from collections.abc import Iterator

import pytest

from smtplab.lab import World
from smtplab.network import Client, LoopbackServer, memory_server
from smtplab.network.link import Link
from smtplab.protocol.machine import State
from tests.network.forking import LETTER, say


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(extensions="all") as running:
        yield running


def stranger(server: LoopbackServer, **options: object) -> Client:
    """A client for which the server is any server."""
    return Client(server.host, server.port, timeout_s=2.0, **options)  # type: ignore[arg-type]


def replies(client: Client) -> list[str]:
    return [str(step.reply) for step in client.exchanges]


def heard(server: LoopbackServer, number: int = -1) -> list[bytes]:
    """The lines that a session's client said, mail data too."""
    entries = server.sessions[number].transcript.said()
    return b"".join(entry.octets for entry in entries if entry.direction == "C").split(b"\r\n")[:-1]


def test_it_is_asked_for_first(server: LoopbackServer) -> None:
    client = say(stranger(server), *LETTER)
    sentence = ("This server cannot be copied. fork(at=3, replay=True) says the lines again to 127.0.0.1; "
                "mail may be delivered twice.")
    with pytest.raises(ValueError, match=re.escape(sentence)):
        client.fork(3)
    assert len(server.sessions) == 1


def test_the_lines_are_said_again_and_mail_is_delivered_again(server: LoopbackServer) -> None:
    client = say(stranger(server), *LETTER)
    for at in range(7):
        forked = client.fork(at, replay=True)
        assert replies(forked) == replies(client)[: at + 1]
        assert forked.session == client.exchanges[at].after
        assert forked.forked is not None
        assert (forked.forked.at, forked.forked.is_copy, forked.forked.differences) == (at, False, ())
        assert str(forked.forked) == f"The lines up to step {at} were said again, over a new connection."
        forked.close()
    assert len(server.messages) == 3
    assert replies(client) == replies(say(stranger(server), *LETTER))


def test_of_a_pipelined_group_only_the_lines_up_to_the_step(server: LoopbackServer) -> None:
    client = say(stranger(server), "EHLO me.example")
    client.send_octets(b"MAIL FROM:<>\r\nRCPT TO:<bob@lab.example>\r\nDATA\r\n")
    forked = client.fork(3, replay=True)
    assert forked.state is State.RECIPIENTS_KNOWN
    assert heard(server) == [b"EHLO me.example", b"MAIL FROM:<>", b"RCPT TO:<bob@lab.example>"]


def test_a_reply_that_comes_otherwise_is_told(server: LoopbackServer) -> None:
    client = say(stranger(server), *LETTER)
    server.change(vrfy="off")
    forked = client.fork(6, replay=True)
    assert forked.forked is not None
    assert [found.step for found in forked.forked.differences] == [1]
    assert forked.forked.at == 6 and forked.state is State.READY
    assert "VRFY" in forked.forked.differences[0].was and "VRFY" not in forked.forked.differences[0].now
    assert "Step 1 came otherwise. It was: 250-lab.example greets me.example" in str(forked.forked)


@pytest.mark.parametrize(("fault", "at", "last"), [
    ("RCPT -> 550 No", 3, b"RCPT TO:<bob@lab.example>"), ("DATA -> 451 Later", 4, b"DATA"),
    ("MAIL -> drop", 2, b"MAIL FROM:<alice@student.example>"), ("CONNECT -> 554 No", 0, None),
])
def test_where_the_session_goes_elsewhere_nothing_more_is_said(
    server: LoopbackServer, fault: str, at: int, last: bytes | None
) -> None:
    client = say(stranger(server), *LETTER[:4], "QUIT", ".", "NOOP")
    assert client.exchanges[5].sent == b"QUIT\r\n.\r\n"
    server.faults.add(fault)
    forked = client.fork(6, replay=True)
    assert forked.forked is not None and forked.forked.at == at
    assert [found.step for found in forked.forked.differences] == [at]
    assert heard(server)[-1:] == ([] if last is None else [last])
    assert b"QUIT" not in heard(server)
    if fault.endswith("drop"):
        assert forked.forked.differences[0].now == "" and "It is now: no reply." in str(forked.forked)


def test_a_piece_of_a_message_is_never_read_as_commands(server: LoopbackServer) -> None:
    client = say(stranger(server), "EHLO me.example", *LETTER[1:3])
    client.send_chunk("QUIT\n", last=True)
    server.change(extensions=("SIZE",))
    forked = client.fork(4, replay=True)
    assert forked.forked is not None and forked.forked.at == 3
    assert b"QUIT" not in heard(server) and not forked.is_over


def test_no_name_is_asked_for_and_no_other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a name was asked for, or a connection made")

    links: list[Link] = [memory_server()._open() for _ in range(2)]
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    for host, link in zip(("mail.made-up.example", "192.0.2.1"), links, strict=True):
        client = Client(host, 25, allow_remote=True, link=link)
        with pytest.raises(ValueError, match=f"^{re.escape(host)} is not this machine."):
            client.fork(0, replay=True)
        with pytest.raises(ValueError, match="cannot be copied"):
            client.fork(0)


def test_a_server_that_is_gone_is_told(server: LoopbackServer) -> None:
    client = say(stranger(server), *LETTER[:2])
    server.close()
    with pytest.raises(ConnectionRefusedError, match="Nothing listens on"):
        client.fork(1, replay=True)
    with pytest.raises(ValueError, match="With step 3 the session was over"):
        client.fork(3, replay=True)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_login_is_said_again(server: LoopbackServer, mechanism: str) -> None:
    client = say(stranger(server), "EHLO me.example")
    assert client.login("bob", "builder", mechanism).code == 235
    last = len(client.exchanges) - 1
    forked = client.fork(last, replay=True)
    assert forked.session == client.session and forked.session.identity == "bob"


def test_a_login_to_another_challenge_is_told(server: LoopbackServer) -> None:
    client = say(stranger(server), "EHLO me.example")
    client.login("bob", "builder", "CRAM-MD5")
    forked = client.fork(3, replay=True)
    assert forked.forked is not None and [found.step for found in forked.forked.differences] == [2, 3]
    assert forked.session.identity is None


@pytest.mark.parametrize("implicit", [False, True])
def test_tls_is_begun_again(implicit: bool) -> None:
    with LoopbackServer(World(extensions="all", implicit_tls=implicit)) as server:  # type: ignore[arg-type]
        client = stranger(server, authority=server.authority, server_name="lab.example", implicit_tls=implicit)
        say(client, *(() if implicit else ("EHLO me.example", "STARTTLS")), "EHLO me.example", "MAIL FROM:<>")
        for at, step in enumerate(client.exchanges):
            forked = client.fork(at, replay=True)
            assert forked.session == step.after or (implicit and at == 0)  # its greeting comes at once
            assert forked.forked is not None and not forked.forked.differences and not forked.forked.tls_is_copied
        assert forked.tls is not None
        assert forked.send("RSET").code == 250


def test_a_strict_client_is_told_of_a_refusal_and_stays_strict(server: LoopbackServer) -> None:
    client = say(stranger(server, strict=True), *LETTER[:3])
    server.faults.add("RCPT -> 550 No")
    forked = client.fork(3, replay=True)
    assert forked.forked is not None and forked.forked.differences[0].now == "550 No"
    assert forked.strict and forked.again().strict


def test_an_unasked_reply_is_not_waited_for(server: LoopbackServer) -> None:
    server.faults.add("MAIL#1 -> twice")
    client = say(stranger(server), *LETTER[:2], "NOOP")
    assert [step.event for step in client.exchanges][2:] == ["MAIL", "UNASKED", "NOOP"]
    forked = client.fork(4, replay=True)
    assert forked.forked is not None and (forked.forked.at, forked.forked.differences) == (4, ())


def test_aiosmtpd_too() -> None:
    programs = pytest.importorskip("tests.network.test_programs")
    running = programs.OnAnyPort(programs.Keep(), hostname="127.0.0.1", port=0)
    running.start()
    try:
        client = say(Client(port=running.port), *LETTER)
        with pytest.raises(ValueError, match="cannot be copied"):
            client.fork(4)
        for at in range(7):
            forked = client.fork(at, replay=True)
            assert replies(forked) == replies(client)[: at + 1]
            assert forked.forked is not None and not forked.forked.differences
            forked.close()
        client.close()
    finally:
        running.stop()
