"""Forks at places that are hard: amid a group, a login, a handshake, after faults, in another time and world."""

import gc
from collections.abc import Iterator

import pytest

from smtplab.lab import World
from smtplab.network import Client, LoopbackServer, memory_server
from smtplab.network.memory import MemoryServer
from smtplab.protocol.machine import State
from tests.network.forking import LETTER, play, rest_of, say, stand
from tests.network.waiting import open_files, threads, until

Server = LoopbackServer | MemoryServer
ALL = World(extensions="all")  # type: ignore[arg-type]  # a word that stands for all of them
GROUP = b"MAIL FROM:<a@student.example>\r\nRCPT TO:<bob@lab.example>\r\nRCPT TO:<anna@lab.example>\r\nDATA\r\n"


@pytest.fixture(params=["memory", "socket"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = LoopbackServer(ALL) if request.param == "socket" else memory_server(ALL)
    with made as running:
        yield running


def in_memory(*faults: str, **options: object) -> tuple[MemoryServer, Client]:
    made = memory_server(World(faults=faults, **options))  # type: ignore[arg-type]
    return made, made.connect()


def told(client: Client) -> list[tuple[str, int]]:
    """Event and code of each step."""
    return [(step.event, step.reply.code if step.reply else 0) for step in client.exchanges]


def fired(client: Client) -> list[int]:
    return [found.fired for found in client.keeps.faults]  # type: ignore[attr-defined]


def test_a_fork_of_a_fork_and_back_to_before_it(server: Server) -> None:
    client = say(server.connect(), *LETTER)
    direct = stand(client)
    second = client.fork(4).fork(3)
    third = second.fork(1)
    for forked, at in ((second, 3), (third, 1), (second.fork(2), 2)):
        assert forked.state is direct.steps[at].after.state
        play(forked, [rest_of(direct.steps, at)])
        assert stand(forked) == direct
    assert stand(client) == direct


def test_amid_a_group_as_if_the_rest_had_not_been_sent(server: Server) -> None:
    client = say(server.connect(), "EHLO me.example")
    client.send_octets(GROUP)
    forked = client.fork(3)
    assert forked.state is State.RECIPIENTS_KNOWN
    assert stand(forked).server.transaction == client.exchanges[3].after.transaction
    assert str(forked.transcript).count("RCPT") == 1
    assert forked.send("RSET").code == 250 and forked.state is State.READY
    assert client.state is State.MAIL_DATA


def test_a_group_keeps_the_time_and_the_world_in_which_it_came() -> None:
    server, client = in_memory(greylist_s=60.0)
    say(client, "EHLO me.example")
    server.advance(100.0)
    server.change(domain="other.example", idle_s=50.0)
    client.send_octets(GROUP)
    server.advance(20.0)
    server.change(domain="third.example")
    forked = client.fork(3)  # after the first RCPT, which was told to come back
    theirs = forked.keeps
    assert isinstance(theirs, MemoryServer)
    assert (theirs.now, theirs.world.domain, server.world.domain) == (100.0, "other.example", "third.example")
    theirs.advance(49.0)
    assert forked.state is State.SENDER_KNOWN
    theirs.advance(1.0)
    assert forked.state is State.CLOSED


def test_a_greylist_wait_goes_on_from_where_it_stood() -> None:
    server, client = in_memory(greylist_s=60.0)
    say(client, "EHLO me.example", "MAIL FROM:<a@student.example>")
    server.advance(10.0)
    assert client.send("RCPT TO:<bob@lab.example>").code == 450
    server.advance(40.0)
    client.send("NOOP")
    server.advance(100.0)
    forked = client.fork(4)
    theirs = forked.keeps
    assert isinstance(theirs, MemoryServer) and theirs.now == 50.0
    theirs.advance(19.0)
    assert forked.send("RCPT TO:<bob@lab.example>").code == 450
    theirs.advance(1.0)
    assert forked.send("RCPT TO:<bob@lab.example>").code == 250


def test_an_idle_limit_goes_on_over_sockets() -> None:
    with LoopbackServer() as server, server.connect() as client:
        client.send("NOOP")
        forked = client.fork(1)
        forked.keeps.advance(299.0)  # type: ignore[attr-defined]
        assert forked.send("NOOP").code == 250
        forked.keeps.advance(301.0)  # type: ignore[attr-defined]
        until(lambda: forked.is_over)
        assert told(forked)[-1] == ("UNASKED", 421)
        assert client.send("NOOP").code == 250


def test_at_the_354_and_amid_mail_data(server: Server) -> None:
    client = say(server.connect(), *LETTER[:4])
    client.put(b"Half a line")
    forked = client.fork(4)
    assert forked.in_mail_data
    assert forked.send_message("Another\n").code == 250
    assert [message.mail_data for message in forked.keeps.messages] == [b"Another\r\n"]  # type: ignore[attr-defined]
    assert not server.messages
    client.send_octets(b".\r\n.\r\n")
    assert [message.mail_data for message in server.messages] == [b"Half a line.\r\n"]


@pytest.mark.parametrize("mechanism", ["LOGIN", "CRAM-MD5"])
def test_amid_a_login(server: Server, mechanism: str) -> None:
    client = say(server.connect(), "EHLO me.example")
    assert client.login("bob", "builder", mechanism).code == 235
    direct = stand(client)
    forked = client.fork(2)
    assert forked.state is State.AUTH_EXCHANGE
    play(forked, [step.sent for step in direct.steps[3:]])
    assert stand(forked) == direct
    cancelled = client.fork(2)
    assert cancelled.send("*").code == 501 and cancelled.session.identity is None
    assert cancelled.login("bob", "builder", mechanism).code == 235  # with another challenge


def test_at_the_220_to_starttls_a_handshake_can_follow(server: Server) -> None:
    client = say(server.connect(), "EHLO me.example", "STARTTLS", "EHLO me.example")
    forked = client.fork(2)
    assert forked.state is State.TLS_HANDSHAKE and forked.tls is None
    assert not forked.forked.tls_is_copied  # type: ignore[union-attr]
    assert forked.start_tls().code == 220
    assert forked.tls is not None and forked.tls.names == client.tls.names  # type: ignore[union-attr]
    assert forked.send("EHLO me.example").code == 250
    assert str(forked.transcript) == str(client.transcript)


def test_after_tls_the_fact_is_copied_and_told(server: Server) -> None:
    client = say(server.connect(), "EHLO me.example", "STARTTLS", "EHLO me.example")
    client.login("bob", "builder")
    direct = stand(client)
    for at in (3, 4, 5):
        forked = client.fork(at)
        assert forked.forked is not None and forked.forked.tls_is_copied
        assert "in the clear" in str(forked.forked)
        assert forked.session.tls and forked.tls is None
        play(forked, [step.sent for step in direct.steps[at + 1:]])
        assert stand(forked) == direct
        for transcript in (forked.transcript, forked.keeps.record_of(forked).transcript):  # type: ignore[attr-defined]
            assert str(transcript) == str(client.transcript)
            assert transcript.entries[-1].layer == "inside"
    assert client.send("NOOP").code == 250


def test_implicit_tls_from_the_handshake_on() -> None:
    world = World(extensions="all", implicit_tls=True)  # type: ignore[arg-type]
    server = memory_server(world)
    client = say(server.connect(), "EHLO me.example")
    assert [step.event for step in client.exchanges] == ["TLS-UP", "CONNECT", "EHLO"]
    for at in range(3):
        forked = client.fork(at)
        assert str(forked.greeting) == str(client.greeting)
        play(forked, [rest_of(client.exchanges, at)])
        assert stand(forked) == stand(client)


@pytest.mark.parametrize("way", ["split", "delay 30 s", "twice", "glue", "too long", "452 4.5.3 No"])
@pytest.mark.parametrize("event", ["CONNECT", "MAIL", "RCPT", "DATA", "DATA-END"])
def test_after_a_fault_it_stands_as_it_stood(event: str, way: str) -> None:
    fault = f"{event} -> {way}"
    _, client = in_memory(fault)
    client.timeout_s = 60.0
    say(client, *LETTER)
    direct = stand(client)
    at_fault = next((n for n, step in enumerate(direct.steps) if step.forced), None)
    for at, step in enumerate(direct.steps):
        if step.after.state is State.CLOSED:
            continue
        forked = client.fork(at)
        assert fired(forked) == [int(at_fault is not None and at >= at_fault)]
        forced = [found.forced for found in direct.steps[: at + 1]]
        assert [found.forced for found in forked.exchanges[: at + 1]] == forced
        forked.timeout_s = 60.0
        for later in direct.steps[at + 1:]:
            if later.sent:
                forked.send_octets(later.sent)
        forked.hear()
        assert stand(forked) == direct
        assert stand(client) == direct


def test_a_reply_that_came_twice_is_still_under_way() -> None:
    _, client = in_memory("MAIL -> twice")
    say(client, *LETTER[:2], "NOOP")
    assert [event for event, _ in told(client)] == ["CONNECT", "EHLO", "MAIL", "UNASKED", "NOOP"]
    assert told(client.fork(2)) == told(client)[:4]
    assert told(client.fork(3)) == told(client)[:4]


@pytest.mark.parametrize(("fault", "last"), [
    ("MAIL -> drop after", ("LOST", 0)), ("MAIL -> 421 Gone", ("MAIL", 421)), ("MAIL -> drop", ("LOST", 0)),
])
def test_a_lost_connection_is_lost_again_and_before_it_another_way_is_open(fault: str, last: tuple[str, int]) -> None:
    for made in (memory_server(World(faults=(fault,))), LoopbackServer(World(faults=(fault,)))):
        with made as server:
            client = say(server.connect(timeout_s=1.0), *LETTER[:2])
            until(lambda: client.is_over)  # noqa: B023
            assert told(client)[-1] == last
            with pytest.raises(ValueError, match=f"With step {len(client.exchanges) - 1} the session was over"):
                client.fork(len(client.exchanges) - 1)
            before = client.fork(1)
            assert fired(before) == [0] and before.send("NOOP").code == 250
            if fault == "MAIL -> drop after":
                forked = client.fork(2)
                until(lambda: forked.is_over)  # noqa: B023
                assert told(forked) == told(client) and fired(forked) == [1]


def test_before_a_silence_there_is_none() -> None:
    server, client = in_memory("MAIL#2 -> silence")
    say(client, "EHLO me.example", "MAIL FROM:<>", "RSET", "MAIL FROM:<>")
    assert fired(client) == [1] and told(client)[-1] == ("RSET", 250)
    server.advance(1000.0)
    assert client.is_over
    forked = client.fork(3)
    assert fired(forked) == [0]
    assert forked.keeps.now == 0.0  # type: ignore[attr-defined]
    assert not forked.send("MAIL FROM:<>") and fired(forked) == [1]
    assert client.fork(2).send("RSET").code == 250


def test_in_a_reply_that_is_delayed_amid_a_group() -> None:
    server, client = in_memory("RCPT -> delay 30 s")
    client.timeout_s = 300.0
    say(client, "EHLO me.example")
    server.advance(100.0)
    client.send_octets(GROUP)
    assert [client.fork(at).keeps.now for at in (2, 3, 4)] == [100.0, 130.0, 160.0]  # type: ignore[attr-defined]


def test_faults_and_world_are_those_of_then_whatever_others_did(server: Server) -> None:
    client = say(server.connect(), "EHLO me.example")
    world = server.world
    client.send("MAIL FROM:<a@student.example>")
    say(server.connect(), *LETTER).close()
    server.faults.add("RCPT -> 452")
    server.change(takes_mail=False, storage_octets=0)
    client.send("RCPT TO:<bob@lab.example>")
    forked = client.fork(2)
    assert forked.keeps.world == world  # type: ignore[attr-defined]
    assert not forked.keeps.messages and len(server.messages) == 1  # type: ignore[attr-defined]
    assert forked.send("RCPT TO:<bob@lab.example>").code == 250
    assert told(client)[-1] == ("RCPT", 452)
    forked.keeps.change(domain="fork.example")  # type: ignore[attr-defined]
    assert server.world.domain == "lab.example"


def test_from_a_closed_session_and_from_a_closed_server(server: Server) -> None:
    client = say(server.connect(), *LETTER)
    direct = stand(client)
    client.quit()
    server.close()
    with pytest.raises(ValueError, match="With step 7 the session was over"):
        client.fork(7)
    for at in (0, 2, 6):
        forked = client.fork(at)
        play(forked, [rest_of(direct.steps, at)])
        assert stand(forked) == direct


def test_after_hanging_up_and_after_a_421(server: Server) -> None:
    hung_up, shut_down = (say(server.connect(), "EHLO me.example") for _ in range(2))
    hung_up.close()
    until(lambda: not server.sessions[0].open)
    server.close()
    until(lambda: shut_down.is_over)
    for client in (hung_up, shut_down):
        assert client.fork(1).send("NOOP").code == 250


@pytest.mark.parametrize(("at", "sentence"), [
    (7, "There is no step 7; this session has the steps 0 to 6."),
    (-1, "There is no step -1; this session has the steps 0 to 6."),
    (True, "at is True; it must be the number of a step"), ("2", "at is '2'; it must be the number of a step"),
    (2.0, "at is 2.0; it must be"), (None, "at is None; it must be"),
])
def test_what_is_no_step_is_told(at: object, sentence: str) -> None:
    client = say(memory_server().connect(), *LETTER)
    with pytest.raises((TypeError, ValueError)) as caught:
        client.fork(at)  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)


def test_a_record_that_was_cut_short_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.network.records.KEPT_OCTETS", 20_000)
    server, client = in_memory()
    say(client, *["NOOP"] * 100)
    assert server.sessions[0].transcript.truncated
    assert client.fork(5).send("NOOP").code == 250
    with pytest.raises(ValueError, match="has not kept this step"):
        client.fork(100)
    monkeypatch.setattr("smtplab.network.conversation.KEPT_OCTETS", 1000)
    client.send("NOOP")
    with pytest.raises(ValueError, match="too long: its beginning was let go"):
        client.fork(5)


def test_of_a_very_long_session_the_later_steps_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.network.records.KEPT_COPIES", 50)
    server, client = in_memory()
    say(client, *["NOOP"] * 100)
    assert not server.sessions[0].transcript.truncated
    with pytest.raises(ValueError, match="has not kept this step"):
        client.fork(5)
    assert len(client.fork(99).exchanges) == 100
    assert client.fork(75).send("NOOP").code == 250


def test_fifty_forks_leave_nothing_behind() -> None:
    gc.collect()
    files, running = open_files(), threads()
    with LoopbackServer() as server:
        client = say(server.connect(), *LETTER)
        forks = [client.fork(number % 7) for number in range(50)]
        assert [forked.send("NOOP").code for forked in forks if not forked.in_mail_data] == [250] * 43
        assert len(threads() - running) == 51
        client.close()
    for forked in forks[:25]:
        forked.keeps.close()  # type: ignore[attr-defined]
        forked.close()
    del forked, forks, client
    gc.collect()
    until(lambda: threads() <= running and open_files() <= files)
