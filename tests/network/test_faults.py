"""Faults over real connections: each client has a clear outcome in bounded time; both ends know what was forced."""

import asyncio
import smtplib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest

from smtplab.lab import World
from smtplab.lab.faults import FaultError, Way, read_fault
from smtplab.network import Client, LoopbackServer, MemoryServer, NoReply, SessionRecord, memory_server
from smtplab.protocol.machine import State
from smtplab.protocol.wire import Reply
from tests.network.raw import Raw
from tests.network.waiting import until

aiosmtplib = pytest.importorskip("aiosmtplib")

TIMEOUT_S = 0.3
BOUND_S = 30.0
"""No client may take longer, whatever happens and however busy the machine is: many times its time limit."""

EHLO, MAIL, BOB = "EHLO me.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>"
LETTER = "Subject: x\r\n\r\nHello\r\n"
WAYS = ("", "delay 3600 s", *map(str, Way))

Server = LoopbackServer | MemoryServer

PATHS: dict[str, tuple[str, ...]] = {
    "CONNECT": (), "EHLO": (EHLO,), "MAIL": (EHLO, MAIL), "RCPT": (EHLO, MAIL, BOB), "DATA": (EHLO, MAIL, BOB, "DATA"),
    "DATA-END": (EHLO, MAIL, BOB, "DATA", "hello", "."), "NOOP": (EHLO, "NOOP"), "QUIT": (EHLO, "QUIT"),
    "BDAT": (EHLO, MAIL, BOB, "chunk"), "BDAT-LAST": (EHLO, MAIL, BOB, "chunk", "last"), "RSET": (EHLO, "RSET"),
    "AUTH": (EHLO, "AUTH LOGIN"), "AUTH-LINE": (EHLO, "AUTH LOGIN", "Ym9i"), "HELP": (EHLO, "HELP"),
    "STARTTLS": (EHLO, "STARTTLS"), "TLS": (EHLO, "STARTTLS"), "VRFY": (EHLO, "VRFY bob"), "ANY": (EHLO,),
}


def everything(*faults: str, **options: object) -> World:
    return World(**{"extensions": "all", "faults": faults, **options})  # type: ignore[arg-type]


def say(client: Client, line: str) -> Reply | NoReply:
    if line in ("chunk", "last"):
        return client.send_chunk(b"hello\r\n", last=line == "last")
    return client.send(line)


def talk_to(server: Server, event: str, timeout_s: float) -> tuple[Client, Reply | NoReply]:
    """A client on the way to an event, and the outcome there, for which alone it has so much time."""
    lines = PATHS[event]
    client = server.connect(timeout_s=BOUND_S if lines else timeout_s)
    outcome = client.greeting
    for line in lines:
        client.timeout_s = timeout_s if line == lines[-1] else BOUND_S
        outcome = say(client, line)
    return client, outcome


GOES_OUT = {"": 1, "drop after": 1, "split": 1, "codes differ": 1, "too long": 1, "twice": 1,
            "no CRLF": 0, "silence": 0, "drop before": 0, "glue": None, "delay 3600 s": None}
"""By way: 1 when the client reads a reply, 0 when it reads none, None when it comes later than this client waits."""


def check_own_client(server: Server, event: str, way: str, text: str) -> None:
    came = 1 if (event, way) == ("QUIT", "glue") else GOES_OUT[way]  # no next reply can come there
    began = monotonic()
    client, outcome = talk_to(server, event, BOUND_S if came and event != "STARTTLS" else TIMEOUT_S)
    assert monotonic() - began < BOUND_S
    assert server.errors == ()
    record = server.record_of(client)
    assert record is not None
    if client.exchanges:  # two looks, between which the server may hang up
        until(lambda: client.session == client.transcript.exchanges()[-1].after)
    transcript = client.transcript
    if event not in ("STARTTLS", "TLS"):
        assert bool(came) is isinstance(outcome, Reply), outcome
        assert not isinstance(outcome, NoReply) or (outcome.was_due and outcome.why and outcome.cure)
    if came is not None:
        assert record.session == record.transcript.decided().exchanges()[-1].after
        assert any(entry.forced == text for entry in transcript.entries), transcript
    if isinstance(outcome, Reply) and event != "TLS":
        assert outcome.exchange is not None and outcome.exchange.forced == text
        assert text in [exchange.forced for exchange in client.exchanges]
    if way == "drop before":
        assert client.is_over and client.exchanges[-1].forced == text
    if way == "drop after":
        until(lambda: client.is_over)
    if way in ("", "split", "too long") and event not in ("TLS", "STARTTLS"):  # nobody was misled
        assert record.session.state is client.state
    client.close()


def forced_at(event: str, way: str) -> str | None:
    try:
        return str(read_fault(f"{event} -> {way or '452 4.3.2 Not now'}"))
    except FaultError:
        assert event == "TLS"
        return None


@pytest.mark.parametrize("event", list(PATHS))
def test_every_way_at_every_event_has_a_clear_outcome_for_our_client(event: str) -> None:
    def one(way: str) -> None:
        if (text := forced_at(event, way)) is not None:
            with LoopbackServer(everything(text)) as server:
                check_own_client(server, event, way, text)
            assert server.errors == ()

    with ThreadPoolExecutor(len(WAYS)) as pool:
        list(pool.map(one, WAYS))


@pytest.mark.parametrize("event", list(PATHS))
def test_every_way_at_every_event_in_memory(event: str) -> None:
    for way in WAYS:
        if (text := forced_at(event, way)) is not None:
            with memory_server(everything(text)) as server:
                check_own_client(server, event, way, text)
            assert server.errors == ()


def deliver_with_smtplib(server: LoopbackServer, timeout_s: float) -> str:
    """A whole delivery with all that a program does; the outcome in a word."""
    try:
        smtp = smtplib.SMTP("127.0.0.1", server.port, timeout=timeout_s)
        with smtp:
            smtp.starttls(context=server.trust())
            smtp.login("bob", "builder")
            smtp.sendmail("bob@lab.example", ["bob@lab.example"], LETTER)
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__
    return "delivered"


def deliver_with_aiosmtplib(server: LoopbackServer, timeout_s: float) -> str:
    async def deliver() -> str:
        try:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port, tls_context=server.trust(),
                                       timeout=timeout_s) as smtp:
                await smtp.login("bob", "builder")
                await smtp.sendmail("bob@lab.example", ["bob@lab.example"], LETTER)
        except (aiosmtplib.SMTPException, OSError) as error:
            return type(error).__name__
        return "delivered"

    return asyncio.run(asyncio.wait_for(deliver(), BOUND_S))


def is_jupyter(record: SessionRecord) -> bool:
    """True for a Jupyter server that calls a kernel of it, which had this port a moment ago and is gone."""
    return any(entry.direction == "C" and entry.octets.startswith(b"\xff\x00") for entry in record.transcript.entries)


PROGRAM_EVENTS = ("CONNECT", "EHLO", "STARTTLS", "TLS", "AUTH", "MAIL", "RCPT", "DATA", "DATA-END", "QUIT")


@pytest.mark.parametrize("deliver", [deliver_with_smtplib, deliver_with_aiosmtplib])
@pytest.mark.parametrize("event", PROGRAM_EVENTS)
def test_every_way_at_every_event_has_a_clear_outcome_for_programs(
    event: str, deliver: Callable[[LoopbackServer, float], str]
) -> None:
    def one(way: str) -> None:
        text = forced_at(event, way)
        if text is None:
            return
        with LoopbackServer(everything(text)) as server:
            for more in (1, 4, 16):  # on a busy machine the time may be over before the event has come
                began = monotonic()
                outcome = deliver(server, TIMEOUT_S * more)
                assert monotonic() - began < BOUND_S, (text, outcome)
                if any(fault.fired for fault in server.faults):
                    break
            until(lambda: not any(record.open and not is_jupyter(record) for record in server.sessions))
            stored = len(server.messages)
            if way in ("", "silence", "drop before", "delay 3600 s") and event not in ("QUIT", "DATA-END"):
                assert outcome != "delivered" and stored == 0, (text, outcome)
            if event == "DATA-END" and way not in ("", "drop before", "silence", "delay 3600 s"):
                assert stored == 1, (text, outcome)
            assert [fault.fired > 0 for fault in server.faults] == [True]
        assert server.errors == ()

    with ThreadPoolExecutor(len(WAYS)) as pool:
        list(pool.map(one, WAYS))


@pytest.fixture(params=["socket", "memory"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = LoopbackServer(everything()) if request.param == "socket" else memory_server(everything())
    with made as running:
        yield running


def in_a_mail(server: Server, **options: object) -> Client:
    client = server.connect(timeout_s=2.0, **options)
    for line in (EHLO, MAIL, BOB):
        assert client.send(line)
    return client


def test_a_lost_250_leaves_the_message_with_the_server_and_a_second_try_stores_it_twice(server: Server) -> None:
    server.faults.add("DATA-END#1 per server -> drop before")
    for attempt, is_known in ((1, False), (2, True)):
        client = in_a_mail(server)
        client.send("DATA")
        outcome = client.send_message(LETTER)
        assert bool(outcome) is is_known
        assert len(server.messages) == attempt
        if not is_known:
            assert isinstance(outcome, NoReply) and "without a reply" in outcome.why
            assert client.exchanges[-1].event == "LOST"
            record = server.record_of(client)
            assert record is not None
            assert [e.event for e in record.transcript.decided().exchanges()][-2:] == ["DATA-END", "LOST"]
            assert "# decided: 250 Message accepted" in str(client.transcript).replace("2.0.0 ", "")
    assert server.messages[0].mail_data == server.messages[1].mail_data


def test_inside_tls_faults_happen_as_in_the_clear(server: Server) -> None:
    server.faults.add("MAIL#1 -> 451 Later", "MAIL#2 -> codes differ", "RCPT -> drop before")
    client = server.connect(timeout_s=2.0)
    client.send(EHLO)
    assert client.send("STARTTLS") and client.session.tls
    client.send(EHLO)
    first, second = client.send(MAIL), client.send(MAIL)
    assert isinstance(first, Reply) and isinstance(second, Reply)
    assert (first.code, str(first)) == (451, "451 Later")
    assert second.code == 550 and client.state is State.READY
    record = server.record_of(client)
    assert record is not None and record.session.state is State.SENDER_KNOWN
    assert first.exchange is not None and first.exchange.forced == "MAIL#1 -> 451 Later"
    assert second.exchange is not None and second.exchange.forced == "MAIL#2 -> codes differ"
    assert not client.send(BOB) and client.is_over
    assert client.exchanges[-1].forced == "RCPT -> drop before"
    forced = [entry for entry in client.transcript.entries if entry.forced]
    assert [entry.layer for entry in forced] == ["inside"] * 3
    assert server.errors == ()


@pytest.mark.parametrize("way", ["silence", "drop", "delay 3600 s"])
@pytest.mark.parametrize("implicit", [False, True])
def test_a_handshake_that_never_comes_is_told(server: Server, way: str, implicit: bool) -> None:
    server.change(implicit_tls=implicit)
    server.faults.add(f"TLS -> {way}")
    client = server.connect(timeout_s=TIMEOUT_S)
    outcome = client.greeting if implicit else (client.send(EHLO), client.send("STARTTLS"))[1]
    assert isinstance(outcome, NoReply) and outcome.why.startswith("TLS failed")
    assert client.is_over and server.errors == ()


def test_after_a_late_handshake_all_goes_on(server: Server) -> None:
    server.faults.add("TLS -> delay 0.05 s")
    client = server.connect(timeout_s=2.0)
    client.send(EHLO)
    assert client.send("STARTTLS") and client.session.tls
    assert client.send(EHLO) and client.send("NOOP")


def test_an_hour_passes_at_once_when_the_clock_is_let_jump(server: Server) -> None:
    server.faults.add("MAIL -> delay 3600 s")
    client = server.connect(timeout_s=5.0)
    client.send(EHLO)
    began = monotonic()
    client.put(MAIL.encode() + b"\r\n" + BOB.encode() + b"\r\n")
    until(lambda: [fault.fired for fault in server.faults] == [1])
    server.advance(3599)
    client.put(b"NOOP\r\n")
    assert client.exchanges[-1].event == "EHLO"
    server.advance(2)
    assert [reply.code for reply in client.hear()] == [250, 250, 250]
    assert monotonic() - began < BOUND_S  # and not an hour
    forced = [exchange.forced for exchange in client.exchanges]
    assert forced == ["", "", "MAIL -> delay 3600 s", "", ""]
    assert client.send("DATA") and client.state is State.MAIL_DATA  # and is not idle since
    assert server.errors == ()


def test_in_memory_a_client_that_waits_long_enough_gets_the_late_reply_at_once() -> None:
    with memory_server(everything("MAIL -> delay 3600 s")) as server:
        client = server.connect(timeout_s=4000.0)
        client.send(EHLO)
        assert client.send(MAIL) and server.now == 3600.0


def test_faults_are_set_and_cleared_while_sessions_go_on(server: Server) -> None:
    client = server.connect(timeout_s=2.0)
    client.send(EHLO)
    assert client.send("NOOP")
    server.faults.add("NOOP#3 -> 450", "RSET -> 451")
    assert [reply.code for reply in client.send_group("NOOP", "NOOP", "RSET")] == [250, 450, 451]
    assert [(str(fault), fault.fired) for fault in server.faults] == [("NOOP#3 -> 450", 1), ("RSET -> 451", 1)]
    assert str(server.faults) == "NOOP#3 -> 450  (happened: 1)\nRSET -> 451  (happened: 1)"
    server.faults.remove("RSET -> 451")
    assert [reply.code for reply in client.send_group("RSET")] == [250]
    with pytest.raises(ValueError, match="RSET -> 451 is not set"):
        server.faults.remove("NOOP#3 -> 450", "RSET -> 451")
    with pytest.raises(FaultError, match="Column 9"):
        server.faults.add("RSET -> 451", "RSET -> 777")
    assert [str(fault) for fault in server.faults] == ["NOOP#3 -> 450"]
    server.faults.clear()
    assert len(server.faults) == 0 and server.faults.have_fired
    assert [exchange.forced for exchange in client.exchanges if exchange.forced] == ["NOOP#3 -> 450", "RSET -> 451"]


def test_faults_are_set_and_cleared_from_many_threads_while_many_talk() -> None:
    with LoopbackServer() as server:
        answered = threading.Semaphore(0)

        def talk() -> list[int]:
            codes = []
            with server.connect() as client:
                for _ in range(60):
                    outcome = client.send("NOOP")
                    answered.release()
                    assert isinstance(outcome, Reply), outcome
                    codes.append(outcome.code)
            return codes

        def change(number: int) -> None:
            for _ in range(150):
                answered.acquire(timeout=60)
                server.faults.add(f"NOOP#{number}+ -> 45{number}")
                list(server.faults)
                server.faults.clear()

        with ThreadPoolExecutor(8) as pool:
            changing = [pool.submit(change, number) for number in (1, 2)]
            codes = [code for done in [pool.submit(talk) for _ in range(6)] for code in done.result()]
            for done in changing:
                done.result()
        assert len(codes) == 360 and set(codes) <= {250, 451, 452}
        assert server.errors == ()


def test_a_loop_that_sets_faults_without_end_does_not_stop_the_server() -> None:
    with LoopbackServer() as server, server.connect(timeout_s=30.0) as client:
        ready, stop = threading.Event(), threading.Event()

        def change() -> int:
            times = 0
            while not stop.is_set():
                server.faults.add("MAIL -> 450")
                server.faults.clear()
                times += 1
                ready.set()
            return times

        with ThreadPoolExecutor(2) as pool:
            changing = [pool.submit(change) for _ in range(2)]
            ready.wait(30.0)
            outcomes = [client.send("NOOP") for _ in range(60)]
            stop.set()
            times = sum(done.result() for done in changing)
        assert all(isinstance(outcome, Reply) and outcome.code == 250 for outcome in outcomes)
        assert times < 60 * 60  # as often as the server had its turn, or nearly; some 100,000 when it has none


def test_the_same_seed_gives_the_same_session_over_sockets_and_in_memory() -> None:
    def codes(server: Server) -> list[int]:
        with server, server.connect() as client:
            return [reply.code for reply in client.send_group(*["NOOP"] * 40)]

    seen = [codes(made(everything("NOOP 50% -> 450", seed=seed)))
            for seed in (3, 4) for made in (LoopbackServer, memory_server)]
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_one_client_is_dropped_and_another_is_not() -> None:
    made = LoopbackServer(everything("NOOP host bad.example -> drop before"))
    with made as server, server.connect() as good, server.connect() as bad:
        good.send("EHLO good.example")
        bad.send("EHLO bad.example")
        assert not bad.send("NOOP") and good.send("NOOP")


def test_a_split_reply_comes_in_segments_of_one_octet() -> None:
    with LoopbackServer(everything("NOOP -> split")) as server, Raw(server.port) as raw:
        raw.read_until(b"220")
        raw.say(b"NOOP\r\n")
        raw.read_until(b"nothing done\r\n")
        (record,) = server.sessions  # a busy machine may hand several to the client at once
        segments = [entry.octets for entry in record.transcript.entries if entry.forced]
        assert len(segments) > 5 and max(map(len, segments)) == 1
        assert server.errors == ()


def test_a_step_that_comes_while_the_record_is_read_is_marked_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher hears it in a thread of its own, between the look at the server's record and that at the client's."""
    server = memory_server(World(faults=("NOOP#1 -> 252 First", "NOOP#2 -> delay 30 s, 452 Late")))
    client = server.connect()
    client.send("NOOP")
    client.put(b"NOOP\r\n")
    read = server.noted_since

    def read_and_go_on(*given: Any) -> Any:
        noted = read(*given)
        server.advance(60)
        client._channel.looked()
        return noted

    monkeypatch.setattr(server, "noted_since", read_and_go_on)
    assert len(client.exchanges) >= 2
    monkeypatch.undo()
    assert [step.forced[:6] for step in client.exchanges] == ["", "NOOP#1", "NOOP#2"]
