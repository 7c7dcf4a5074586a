"""The client: what it sends, what it gives back, and that it never hangs."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from smtplab.lab import World
from smtplab.network import Client, LoopbackServer, NoReply, ReplyError, conversation
from smtplab.protocol.machine import State
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply
from tests.network.waiting import threads, until

HELLO = "EHLO student.example"
TO_DATA = (HELLO, "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA")


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


@pytest.fixture
def client(server: LoopbackServer) -> Iterator[Client]:
    with server.connect() as connected:
        yield connected


class Scripted:
    """A server in a thread that does whatever the test says, once, on one connection."""

    def __init__(self, play: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(play,))
        self._thread.start()

    def _run(self, play: Callable[[socket.socket], None]) -> None:
        with self._listener, self._listener.accept()[0] as connection:
            play(connection)

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()


def code(reply: Reply | NoReply) -> int:
    assert isinstance(reply, Reply), reply
    return reply.code


def test_making_a_client_reads_the_greeting(client: Client) -> None:
    assert code(client.greeting) == 220
    assert client.state is State.GREETED


def test_a_reply_knows_its_step(client: Client) -> None:
    reply = client.send(HELLO)
    assert isinstance(reply, Reply)
    assert reply.exchange is not None
    assert reply.exchange.sent == b"EHLO student.example\r\n"
    assert (reply.exchange.before.state, reply.exchange.after.state) == (State.GREETED, State.READY)


def test_state_and_facts_follow_the_replies(client: Client) -> None:
    for line in TO_DATA[:3]:
        client.send(line)
    assert client.state is State.RECIPIENTS_KNOWN
    assert client.session.client_name == "student.example"
    assert client.session.announces("SIZE")
    assert client.session.transaction is not None
    assert [path.address for path in client.session.transaction.forward_paths] == ["bob@lab.example"]


@pytest.mark.parametrize(("line", "expected"), [
    ("RCPT TO:<bob@lab.example>", 503), ("", 500), ("HLEO", 500), ("NOOP \u00e9\u201c", 501), ("NOOP \0", 501),
    ("x" * 100_000, 500), (".", 500),
])
def test_anything_may_be_sent_legal_or_not(client: Client, line: str, expected: int) -> None:
    assert code(client.send(line)) == expected
    assert code(client.send("NOOP")) == 250


def test_mail_data_goes_line_by_line_as_by_telnet(server: LoopbackServer, client: Client) -> None:
    assert [code(client.send(line)) for line in TO_DATA] == [250, 250, 250, 354]
    for line in ("Subject: Hello", "", "..two dots", "QUIT"):
        outcome = client.send(line)
        assert isinstance(outcome, NoReply)
        assert not outcome.was_due
        assert client.in_mail_data
    assert code(client.send(".")) == 250
    assert server.messages[0].mail_data == b"Subject: Hello\r\n\r\n.two dots\r\nQUIT\r\n"
    assert client.state is State.READY


def test_send_line_doubles_a_leading_dot(server: LoopbackServer, client: Client) -> None:
    for line in TO_DATA:
        client.send(line)
    for line in (".", "..two", "plain"):
        assert not client.send_line(line)
    assert code(client.send(".")) == 250
    assert server.messages[0].mail_data == b".\r\n..two\r\nplain\r\n"


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Bcc"] = "alice@student.example", "eve@student.example"
    message.set_content("Hello\n.\nBob\n")
    return message


@pytest.mark.parametrize(("message", "stored"), [
    (b"a\r\n.\r\nb", b"a\r\n.\r\nb\r\n"),
    (b"", b""),
    ("a\n.b\rc\r\n", b"a\r\n.b\r\nc\r\n"),
    (letter(), letter().as_bytes(policy=letter().policy.clone(linesep="\r\n"))),
])
def test_a_whole_message_arrives_as_it_was_meant(
    server: LoopbackServer, client: Client, message: bytes | str | EmailMessage, stored: bytes
) -> None:
    for line in TO_DATA:
        client.send(line)
    assert code(client.send_message(message)) == 250
    assert server.messages[0].mail_data == stored


def test_a_message_outside_mail_data_is_not_sent(client: Client) -> None:
    outcome = client.send_message("Subject: Hello\n")
    assert isinstance(outcome, NoReply)
    assert "354" in outcome.cure
    assert len(client.exchanges) == 1


def test_send_octets_gives_all_new_replies(client: Client) -> None:
    replies = client.send_octets(b"NOOP\r\nRSET\r\nFOO\r\nNO")
    assert [reply.code for reply in replies] == [250, 250, 500]
    assert all(reply.exchange is not None for reply in replies)
    assert [reply.code for reply in client.send_octets(b"OP\r\n")] == [250]
    assert client.send_octets(b"NOOP\n") == ()


def test_the_quit_that_became_mail(client: Client) -> None:
    client.send_octets("".join(f"{line}\r\n" for line in (*TO_DATA, "QUIT")).encode())
    assert client.in_mail_data
    assert code(client.send(".")) == 250


@pytest.mark.parametrize(("line", "error", "words"), [
    (b"NOOP", TypeError, "send_octets takes bytes"), (None, TypeError, "A line is a text"),
    ("NOOP\r\n", ValueError, "send_octets sends such octets"), ("a\nb", ValueError, "no CR or LF"),
])
def test_what_is_no_line_is_told_and_nothing_is_sent(
    client: Client, line: object, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        client.send(line)  # type: ignore[arg-type]
    assert len(client.exchanges) == 1


def test_other_wrong_arguments_are_told(client: Client) -> None:
    with pytest.raises(TypeError, match="Octets are bytes"):
        client.send_octets("NOOP")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A message is"):
        client.send_message(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be a number"):
        Client("127.0.0.1", 25, timeout_s="5")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="more than 0"):
        Client("127.0.0.1", 25, timeout_s=0)
    with pytest.raises(ValueError, match="2821 or 5321"):
        Client("127.0.0.1", 25, edition=822)
    with pytest.raises(ValueError, match="needs the port"):
        Client("127.0.0.1")


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError, match=f"Nothing listens on 127.0.0.1:{port}"):
        Client("127.0.0.1", port)


def test_after_the_end_send_says_so_and_names_the_cure(client: Client) -> None:
    assert code(client.quit()) == 221
    outcome = client.send("NOOP")
    assert isinstance(outcome, NoReply)
    assert str(outcome) == "The connection is closed. Open a new session."
    assert client.send_octets(b"NOOP\r\n") == ()
    assert str(client.transcript).endswith("-- closed\n")


def test_hanging_up_without_quit_is_recorded_as_lost(client: Client) -> None:
    client.close()
    client.close()
    assert str(client.transcript).splitlines()[-1] == "-- lost"
    assert client.state is State.CLOSED


def test_an_unasked_421_is_seen_while_nobody_waits(server: LoopbackServer, client: Client) -> None:
    server.close()
    assert client.state is State.CLOSED
    assert [exchange.event for exchange in client.exchanges] == ["CONNECT", "UNASKED"]
    assert not client.send("NOOP")


def test_a_callback_hears_of_what_was_sent_and_of_what_came_unasked(server: LoopbackServer, client: Client) -> None:
    states: list[State] = []
    end = client.on_change(lambda changed: states.append(changed.state))
    client.send(HELLO)
    assert states[-1] is State.READY
    server.change(idle_s=0.01)
    until(lambda: State.CLOSED in states)
    until(lambda: not threads() - {name for name in threads() if "server" in name})
    end()
    end()


def test_a_callback_may_use_the_client(server: LoopbackServer, client: Client) -> None:
    seen: list[int] = []
    client.on_change(lambda changed: seen.append(len(changed.exchanges)))
    for _ in range(50):
        client.send("NOOP")
    assert seen == list(range(2, 52))


def test_a_silent_server_is_waited_for_no_longer_than_the_limit() -> None:
    done = threading.Event()
    with Scripted(lambda connection: done.wait(10) and None) as silent:
        client = Client("127.0.0.1", silent.port, timeout_s=0.05)
        assert isinstance(client.greeting, NoReply)
        assert "0.05 seconds" in client.greeting.why
        assert not client.send("NOOP")
        client.close()
        done.set()


def test_a_late_reply_is_put_to_its_own_command() -> None:
    go_on = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 slow\r\n")
        connection.recv(100)
        go_on.wait(10)
        connection.sendall(b"250 the late one\r\n")
        connection.recv(100)
        connection.sendall(b"214 the second\r\n")

    with Scripted(play) as slow, Client("127.0.0.1", slow.port, timeout_s=0.05) as client:
        assert not client.send("NOOP")
        client.timeout_s = 5.0
        go_on.set()
        reply = client.send("HELP")
        assert str(reply) == "214 the second"
        assert [(e.event, e.reply.text) for e in client.exchanges[1:3] if e.reply] == [
            ("NOOP", "the late one"), ("HELP", "the second"),
        ]


def test_a_late_354_makes_the_line_after_it_mail_data() -> None:
    go_on = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 slow\r\n")
        connection.recv(100)
        go_on.wait(10)
        connection.sendall(b"354 go on\r\n")
        connection.recv(100)
        connection.recv(100)

    with Scripted(play) as slow, Client("127.0.0.1", slow.port, timeout_s=0.05) as client:
        assert not client.send("DATA")
        client.timeout_s = 5.0
        go_on.set()
        outcome = client.send("QUIT")
        assert isinstance(outcome, NoReply)
        assert not outcome.was_due
        assert client.in_mail_data


def test_a_reply_in_pieces_is_put_together() -> None:
    def play(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in b"220-one\r\n220 two\r\n":
            connection.sendall(bytes([octet]))
        connection.recv(100)

    with Scripted(play) as server, Client("127.0.0.1", server.port) as client:
        assert client.greeting == Reply(220, ("one", "two"))


@pytest.mark.parametrize("octets", [b"", b"220", b"220 half", b"nonsense\r\n", b"\xff\x00\r\n"])
def test_a_server_that_is_none_breaks_nothing(octets: bytes) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(octets)

    with Scripted(play) as server, Client("127.0.0.1", server.port) as client:
        outcome = client.send("NOOP")
        assert not outcome or isinstance(outcome, Reply)
        assert client.is_over


def test_a_server_that_answers_while_it_is_sent_to_does_not_block() -> None:
    """Both directions are fuller than the sockets' buffers: only who reads while writing gets through."""
    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        with connection.makefile("rb") as commands:
            for _ in range(400):
                commands.read(600)
                connection.sendall(b"250 " + b"x" * 20_000 + b"\r\n")

    with Scripted(play) as server, Client("127.0.0.1", server.port, timeout_s=20) as client:
        replies = client.send_octets(b"NOOP\r\n" * 40_000)
        assert len(replies) == 400


def test_a_server_that_never_reads_does_not_block() -> None:
    done = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n354 never\r\n")
        done.wait(10)

    with Scripted(play) as deaf, Client("127.0.0.1", deaf.port, timeout_s=0.05) as client:
        assert client.send_octets(b"NOOP\r\n" * 2_000_000) == ()
        done.set()


def test_a_strict_client_raises(server: LoopbackServer) -> None:
    with server.connect(strict=True) as client:
        for line in TO_DATA:
            if line == "DATA":
                with pytest.raises(ReplyError, match="550 "):
                    client.send("RCPT TO:<zoe@lab.example>")
            client.send(line)
        assert not client.send("a line of mail data, to which no reply is due")
        assert code(client.send(".")) == 250
        with pytest.raises(ReplyError, match="503") as caught:
            client.send("DATA")
        assert code(caught.value.reply) == 503
        client.quit()
        with pytest.raises(ReplyError, match="Open a new session"):
            client.send("NOOP")


def test_a_strict_client_is_not_made_when_the_greeting_refuses() -> None:
    with LoopbackServer(World(takes_mail=False)) as server, pytest.raises(ReplyError, match="554"):
        server.connect(strict=True)


def test_what_came_before_hanging_up_is_recorded(server: LoopbackServer, client: Client) -> None:
    server.close()
    client.close()
    assert [exchange.event for exchange in client.exchanges] == ["CONNECT", "UNASKED"]
    assert str(client.transcript).endswith("closing\n-- closed\n")


def test_a_violation_is_an_error_for_a_strict_client_only() -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        connection.recv(100)
        connection.sendall(b"250 taken out of order\r\n")
        connection.recv(100)

    for strict in (False, True):
        with Scripted(play) as lax, Client("127.0.0.1", lax.port, strict=strict) as client:
            if strict:
                with pytest.raises(ReplyError):
                    client.send("RCPT TO:<bob@lab.example>")
            else:
                assert code(client.send("RCPT TO:<bob@lab.example>")) == 250


def test_the_transcript_is_the_record(client: Client) -> None:
    client.send(HELLO)
    client.send("NOOP \0\u00e9")
    client.quit()
    transcript = client.transcript
    assert Transcript.parse(str(transcript)).exchanges() == transcript.exchanges()
    assert transcript.exchanges() == list(client.exchanges)
    assert Transcript.from_json(transcript.to_json()) == transcript
    times = [entry.time_s for entry in transcript.entries]
    assert times == sorted(times)


def test_a_record_that_grows_too_long_is_cut_short_and_the_session_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "KEPT_OCTETS", 3000)
    monkeypatch.setattr(conversation, "KEPT_EXCHANGES", 20)
    for _ in range(100):
        assert code(client.send("NOOP")) == 250
    transcript = client.transcript
    assert transcript.truncated
    assert len(transcript.entries) < 20
    assert len(client.exchanges) <= 40
    assert code(client.quit()) == 221


def test_two_threads_may_share_a_client(client: Client) -> None:
    replies: list[Reply | NoReply] = []

    def ask(name: str) -> None:
        for number in range(100):
            reply = client.send(f"VRFY {name}{number}")
            assert str(reply).startswith(f"550 {name}{number}:")
            replies.append(reply)

    workers = [threading.Thread(target=ask, args=(name,)) for name in ("x", "y")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(replies) == 200


def test_a_client_works_where_no_thread_can_start(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with server.connect() as client:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        seen: list[object] = []
        client.on_change(seen.append)
        assert code(client.send("NOOP")) == 250
        assert seen == [client]


def test_the_greeting_may_refuse() -> None:
    with LoopbackServer(World(takes_mail=False)) as server, server.connect() as client:
        assert code(client.greeting) == 554
        assert client.state is State.REFUSED
        assert code(client.send("NOOP")) == 503
        assert code(client.quit()) == 221


def test_it_is_shown_where_it_is_connected(client: Client) -> None:
    assert repr(client) == f"<Client of 127.0.0.1:{client.port}, GREETED>"


def flood(block: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 lab.example\r\n")
        connection.recv(100)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(block)

    return play


@pytest.mark.parametrize("block", [b"x" * 65536, b"250-more\r\n" * 5000], ids=["no line", "no last line"])
def test_a_reply_without_end_is_hung_up_on(block: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "LONGEST_REPLY", 500_000)
    with Scripted(flood(block)) as server, Client(port=server.port) as client:
        outcome = client.send("NOOP")
        assert str(outcome) == "The reply has no end, so the client has hung up. " \
                               "Open a new session, or try another server."
        assert client.state is State.CLOSED


def test_whoever_asks_for_the_state_is_not_held_up_by_replies_without_end() -> None:
    with Scripted(flood(b"250 again\r\n" * 100)) as server, Client(port=server.port) as client:
        assert client.send("NOOP")
        for _ in range(3):
            assert client.state is State.GREETED


@pytest.mark.parametrize("host", ["no.such.invalid", "a" * 70 + ".example"])
def test_a_host_without_address_is_told_in_a_sentence(host: str) -> None:
    with pytest.raises(OSError, match=r":25 cannot be reached: .+\.$"):
        Client(host, 25, allow_remote=True)
