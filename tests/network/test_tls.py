"""TLS between client and server: over sockets and in memory, certificates with faults, handshakes that fail."""

import smtplib
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

from smtplab.explain import explain
from smtplab.lab import Certificate, World
from smtplab.network import Client, LoopbackServer, MemoryServer, NoReply, ReplyError, memory_server
from smtplab.network.certificates import Authority
from smtplab.protocol.machine import State
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply
from tests.network.raw import Raw
from tests.network.test_client import Scripted, code
from tests.network.waiting import until

EHLO = "EHLO student.example"
ESMTP = World(extensions="all")  # type: ignore[arg-type]  # a word that stands for all of them

Server = LoopbackServer | MemoryServer


def agree_to_tls(connection: socket.socket) -> None:
    """The server's part up to the 220 to STARTTLS."""
    connection.sendall(b"220 x\r\n")
    connection.recv(100)
    connection.sendall(b"250-x\r\n250 STARTTLS\r\n")
    connection.recv(100)
    connection.sendall(b"220 go\r\n")


@pytest.fixture(params=["socket", "memory"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = LoopbackServer(ESMTP) if request.param == "socket" else memory_server(ESMTP)
    with made as running:
        yield running


def secured(server: Server, **options: object) -> Client:
    client = server.connect(**options)
    client.send(EHLO)
    assert code(client.send("STARTTLS")) == 220
    return client


def test_after_starttls_both_ends_stand_as_after_the_greeting_and_go_on(server: Server) -> None:
    client = secured(server)
    assert (client.state, client.session.tls, client.session.announced) == (State.GREETED, True, ())
    assert client.tls is not None
    assert client.tls.version.startswith("TLSv1.") and "lab.example" in client.tls.names
    reply = client.send(EHLO)
    assert isinstance(reply, Reply) and "STARTTLS" not in reply.lines
    assert code(client.login("bob", "builder", "LOGIN")) == 235
    for line in ("MAIL FROM:<bob@lab.example>", "RCPT TO:<anna@lab.example>", "DATA"):
        client.send(line)
    assert code(client.send_message("Subject: inside\n\n.dot\n")) == 250
    assert code(client.quit()) == 221
    message = server.messages[0]
    assert (message.protocol, message.mail_data) == ("ESMTPSA", b"Subject: inside\r\n\r\n.dot\r\n")
    until(lambda: not server.sessions[0].open)
    assert server.sessions[0].session.state is State.CLOSED and not server.errors


def test_the_record_holds_what_was_said_and_what_a_listener_saw(server: Server) -> None:
    client = secured(server)
    client.send(EHLO)
    client.send("VRFY bob")
    client.quit()
    until(lambda: not server.sessions[0].open)
    own, theirs = client.transcript, server.sessions[0].transcript
    assert str(own) == str(theirs)
    assert "-- tls" in str(own) and "C: VRFY bob" in str(own)
    assert Transcript.parse(str(own)).exchanges() == own.exchanges() == list(client.exchanges)
    assert Transcript.from_json(own.to_json()) == own
    for record in (own, theirs):
        seen = b"".join(entry.octets for entry in record.overheard().entries)
        assert b"STARTTLS\r\n" in seen
        assert b"VRFY bob" not in seen and b"Bob Baker" not in seen
        assert b"\x16\x03" in seen and b"\x17\x03\x03" in seen
    for side in "CS":  # both saw the same octets, but for the goodbye that nobody waits for
        ours, other = (b"".join(e.octets for e in record.overheard().entries if e.direction == side)
                       for record in (own, theirs))
        assert ours[:len(other)] == other[:len(ours)]


@pytest.mark.parametrize(("kind", "words"), [
    (Certificate.EXPIRED, "has expired"),
    (Certificate.WRONG_NAME, "for another name than lab.example"),
    (Certificate.SELF_SIGNED, "signed by itself"),
])
def test_a_certificate_with_a_fault_is_told_in_words_and_the_server_stays_well(kind: Certificate, words: str) -> None:
    with LoopbackServer(World(extensions="all", certificate=kind)) as server:  # type: ignore[arg-type]
        client = server.connect()
        client.send(EHLO)
        outcome = client.send("STARTTLS")
        assert isinstance(outcome, NoReply) and words in outcome.why
        assert explain(outcome).verdict == "No." and words in explain(outcome).here
        assert "in the clear" in explain(outcome).not_this
        assert client.is_over and client.state is State.CLOSED and not client.session.tls
        assert [exchange.event for exchange in client.exchanges][-2:] == ["STARTTLS", "TLS-FAILED"]
        until(lambda: not server.sessions[0].open)
        assert "-- tls failed" in str(server.sessions[0].transcript)
        with secured(server, verify=False) as careless:
            assert code(careless.send("NOOP")) == 250
        assert not server.errors


def test_an_authority_that_nobody_knows_is_not_trusted(server: Server) -> None:
    other = memory_server(ESMTP)
    client = server.connect(authority=other.authority)
    client.send(EHLO)
    outcome = client.send("STARTTLS")
    assert isinstance(outcome, NoReply) and "nobody you trust" in outcome.why


def test_a_strict_client_raises_when_tls_fails() -> None:
    with LoopbackServer(World(extensions="all", certificate=Certificate.EXPIRED)) as server:  # type: ignore[arg-type]
        client = server.connect(strict=True)
        client.send(EHLO)
        with pytest.raises(ReplyError, match="expired"):
            client.send("STARTTLS")


def test_commands_injected_behind_starttls_are_never_carried_out(server: Server) -> None:
    client = server.connect()
    client.send(EHLO)
    replies = client.send_octets(b"STARTTLS\r\nMAIL FROM:<mallory@x.example>\r\n")
    assert [reply.code for reply in replies] == [220]
    assert client.state is State.TLS_HANDSHAKE
    assert code(client.start_tls()) == 220
    assert (client.state, client.session.transaction) == (State.GREETED, None)
    assert code(client.send(EHLO)) == 250
    assert code(client.send("RCPT TO:<bob@lab.example>")) == 503
    assert client.transcript.exchanges() == list(client.exchanges)


def test_what_a_server_says_ahead_of_the_handshake_counts_for_nothing() -> None:
    with memory_server(ESMTP) as real:
        context = real._host.authority.server_context(Certificate.VALID, "lab.example")

        def play(connection: socket.socket) -> None:
            connection.sendall(b"220 x\r\n")
            connection.recv(100)
            connection.sendall(b"250-x\r\n250 STARTTLS\r\n")
            connection.recv(100)
            connection.sendall(b"220 go\r\n250 injected\r\n2")
            with context.wrap_socket(connection, server_side=True) as inside:
                inside.recv(100)
                inside.sendall(b"502 no\r\n")

        with Scripted(play) as other:
            client = Client(port=other.port, authority=real.authority)
            client.send(EHLO)
            assert code(client.send("STARTTLS")) == 220
            assert client.session.tls
            assert code(client.send("NOOP")) == 502


@pytest.mark.parametrize("octets", [
    b"", b"EHLO x\r\n", b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\xff\xff", b"\x80" * 400,
])
def test_a_handshake_that_is_none_leaves_the_server_well(octets: bytes) -> None:
    with LoopbackServer(ESMTP) as server:
        with Raw(server.port) as raw:
            raw.ask(b"EHLO x\r\n", 14)
            raw.ask(b"STARTTLS\r\n")
            raw.say(octets)
            raw.socket.shutdown(socket.SHUT_WR)
            raw.read_all()
        until(lambda: not server.sessions[0].open)
        assert server.sessions[0].session.state is State.CLOSED
        assert not server.errors
        with secured(server) as client:
            assert code(client.send("NOOP")) == 250


def test_a_silent_client_amid_a_handshake_is_closed_when_its_time_is_over() -> None:
    server = memory_server(World(extensions="all", idle_s=30))  # type: ignore[arg-type]
    client = server.connect()
    client.send(EHLO)
    client.send_octets(b"STARTTLS\r\n")
    server.advance(31)
    assert client.is_over
    assert str(server.sessions[0].transcript).endswith("-- tls failed\n-- closed\n")


def test_a_server_that_never_shakes_hands_is_given_up() -> None:
    def play(connection: socket.socket) -> None:
        agree_to_tls(connection)
        while connection.recv(1000):
            pass

    with Scripted(play) as other:
        client = Client(port=other.port, timeout_s=0.3)
        client.send(EHLO)
        outcome = client.send("STARTTLS")
        assert isinstance(outcome, NoReply) and "did not end within 0.3 seconds" in outcome.why
        assert client.is_over


def test_implicit_tls_encrypts_the_greeting_too() -> None:
    world = World(extensions="all", implicit_tls=True)  # type: ignore[arg-type]
    with LoopbackServer(world) as server:
        with server.connect() as client:
            assert code(client.greeting) == 220
            assert client.session.tls
            assert b"220" not in client.transcript.overheard().entries[1].octets
            assert "STARTTLS" not in str(client.send(EHLO))
        with smtplib.SMTP_SSL("127.0.0.1", server.port, context=server.trust()) as smtp:
            assert smtp.noop()[0] == 250
        clear = Client(port=server.port, timeout_s=0.3)  # who speaks in the clear hears nothing
        assert isinstance(clear.greeting, NoReply)
        clear.close()


def test_a_whole_mail_of_a_megabyte_goes_through(server: Server) -> None:
    server.change(max_message_octets=4 * 1024 * 1024)
    client = secured(server)
    for line in (EHLO, "MAIL FROM:<a@b.example>", "RCPT TO:<bob@lab.example>", "DATA"):
        client.send(line)
    letter = (b"y" * 70 + b"\r\n") * 40_000
    assert code(client.send_message(letter)) == 250
    assert server.messages[0].mail_data == letter
    client.close()


def test_where_no_certificate_can_be_made_only_that_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackServer(ESMTP) as server, server.connect() as other:
        client = server.connect(timeout_s=1)
        client.send(EHLO)
        monkeypatch.setattr(Authority, "server_context", lambda *_: 1 / 0)
        outcome = client.send("STARTTLS")
        assert isinstance(outcome, NoReply) and "TLS failed" in outcome.why
        assert [type(error) for error in server.errors] == [ZeroDivisionError]
        assert code(other.send("NOOP")) == 250


def test_many_sessions_inside_tls_at_once() -> None:
    with LoopbackServer(ESMTP) as server:
        clients = [secured(server) for _ in range(20)]
        assert [code(client.send(EHLO)) for client in clients] == [250] * 20
        assert [code(client.quit()) for client in clients] == [221] * 20


def test_a_shutdown_says_421_inside_tls() -> None:
    server = LoopbackServer(ESMTP)
    client = secured(server)
    assert code(client.send("NOOP")) == 250  # so that the server knows, too, that TLS is up
    server.close()
    assert client.state is State.CLOSED
    assert client.exchanges[-1].reply is not None and client.exchanges[-1].reply.code == 421


def test_other_programs_may_trust_the_authority_of_a_server() -> None:
    with LoopbackServer(ESMTP) as server:
        with smtplib.SMTP("127.0.0.1", server.port) as smtp:
            smtp.starttls(context=server.trust())
            smtp.login("bob", "builder")
        with pytest.raises(ssl.SSLCertVerificationError), smtplib.SMTP("127.0.0.1", server.port) as smtp:
            smtp.starttls(context=ssl.create_default_context())


def test_a_connection_torn_off_amid_the_handshake_is_told() -> None:
    def play(connection: socket.socket) -> None:
        agree_to_tls(connection)
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell

    with Scripted(play) as other:
        client = Client(port=other.port)
        client.send(EHLO)
        outcome = client.send("STARTTLS")
        assert isinstance(outcome, NoReply) and "TLS failed" in outcome.why
        assert client.is_over


def test_who_says_goodbye_still_hears_the_replies_to_what_was_said_before() -> None:
    with LoopbackServer(ESMTP) as server:
        context = server.trust()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            said = (b"EHLO x\r\n", b"STARTTLS\r\n")
            for octets, end in zip((b"", *said), (b"ready\r\n", b"HELP\r\n", b"TLS\r\n"), strict=True):
                connection.sendall(octets)
                heard = b""
                while not heard.endswith(end):
                    heard += connection.recv(4096)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            inside = context.wrap_bio(incoming, outgoing, server_hostname="lab.example")
            while True:
                try:
                    inside.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65536))
            inside.write(b"NOOP\r\nQUIT\r\n")
            with pytest.raises(ssl.SSLWantReadError):
                inside.unwrap()
            connection.sendall(outgoing.read())  # both commands and the goodbye, in one segment
            while octets := connection.recv(65536):
                incoming.write(octets)
            heard = b""
            with suppress(ssl.SSLError):
                while piece := inside.read(4096):
                    heard += piece
            assert heard == b"250 OK, nothing done\r\n221 lab.example closes the channel\r\n"


def test_an_authority_that_is_none_is_told_before_anything_is_said() -> None:
    with LoopbackServer(ESMTP) as server:
        with pytest.raises(TypeError, match="must be bytes"):
            server.connect(authority="x")
        with pytest.raises(ValueError, match="no certificate in PEM form"):
            server.connect(authority=b"x")
        assert server.sessions == ()


def test_a_server_of_another_name_shows_a_certificate_for_that_name() -> None:
    with LoopbackServer(ESMTP) as server:
        secured(server).close()
        server.change(domain="other.lab.example")
        client = secured(server)
        assert client.tls is not None and "other.lab.example" in client.tls.names
        client.close()


@pytest.mark.parametrize("challenge", [b"334 ", b"334 %%%", b"334"])
def test_a_login_that_is_asked_without_end_ends(challenge: bytes) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 x\r\n")
        connection.recv(100)
        connection.sendall(b"250 x\r\n")
        while connection.recv(1000):
            connection.sendall(challenge + b"\r\n")

    with Scripted(play) as other:
        client = Client(port=other.port)
        client.send("HELO x")
        for mechanism in ("CRAM-MD5", "LOGIN", "PLAIN"):
            assert code(client.login("bob", "builder", mechanism)) == 334
        client.close()
