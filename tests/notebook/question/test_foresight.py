"""The forecast asks the server as it stands, with the faults as they are counted; and asking changes nothing."""

from typing import Any

import pytest

from smtplab.lab import World
from smtplab.network import Client, LoopbackServer, MemoryServer, memory_server
from smtplab.notebook import html
from smtplab.notebook.console.console import Console
from smtplab.notebook.question.hands import show_of_hands
from smtplab.notebook.question.hearing import ask_of
from smtplab.notebook.question.predict import Prediction, predict

MAIL = ("EHLO a.example", "MAIL FROM:<a@a.example>")


def told(server: MemoryServer | LoopbackServer, *lines: str) -> Client:
    client = server.connect()
    for line in lines:
        client.send(line)
    return client


def code(client: Client, line: str) -> int | None:
    """The code that the forecast has for a line."""
    step = ask_of(client, line).foreseen.step
    return step.reply.code if step is not None and step.reply is not None else None


def counts(server: MemoryServer | LoopbackServer) -> Any:
    faults = server.world.faults
    return [(str(one), one.fired) for one in server.faults], faults.met, faults.draws, server.sessions


@pytest.fixture(params=["memory", "socket"])
def server(request: pytest.FixtureRequest) -> Any:
    made = memory_server() if request.param == "memory" else LoopbackServer()
    with made:
        yield made


def test_the_nth_time_is_counted_as_the_server_counts_it(server: Any) -> None:
    server.faults.add("RCPT#2 -> 452 4.5.3 Too many recipients", "NOOP#2 per server -> 421")
    client = told(server, *MAIL)
    other = told(server, "NOOP")
    line = "RCPT TO:<bob@lab.example>"
    assert (code(client, line), code(client, line), code(client, "NOOP")) == (250, 250, 421)
    assert client.send(line).code == 250
    assert (code(client, line), code(other, "NOOP")) == (452, 421)
    assert client.send(line).code == 452
    assert code(client, line) == 250


def test_asking_sends_nothing_and_moves_no_count(server: Any) -> None:
    server.faults.add("NOOP#1 per server -> 452", "RSET 50% -> 452", "RCPT#1 to bob@lab.example -> 452")
    client = told(server, *MAIL)
    before = counts(server)
    for line in ("NOOP", "RSET", "RCPT TO:<bob@lab.example>") * 3:
        show_of_hands(line, client, send=False).reveal()
        predict(line, client).answer("no", moves=False)
    assert counts(server) == before and len(client.exchanges) == 3
    assert client.send("NOOP").code == 452


def test_what_has_a_chance_is_drawn_as_it_will_be_and_the_judgement_says_that_nobody_could_be_sure() -> None:
    server = memory_server(World(faults="NOOP 40% -> 452", seed=7))
    client = server.connect()
    foreseen, came, said = [], [], set()
    for _ in range(20):
        question = predict("NOOP", client, send=True)
        foreseen.append(code(client, "NOOP"))
        question.answer("yes", moves=False, reason=1)
        came.append(client.exchanges[-1].reply.code)  # type: ignore[union-attr]
        said.add(("chance of 40 percent, so nobody could be sure" in question.because, came[-1]))
    assert foreseen == came and set(came) == {250, 452}
    assert said == {(False, 250), (True, 452)}


def test_a_draw_that_another_session_took_leaves_the_reason_unjudged() -> None:
    server = memory_server(World(faults="NOOP 40% -> 452", seed=7))
    client, other = server.connect(), server.connect()
    for _ in range(50):
        question = predict("NOOP", client, send=True)
        foreseen = code(client, "NOOP")
        other.send("NOOP")
        if code(client, "NOOP") != foreseen:
            break
    question.answer("yes", moves=False, reason=1)
    assert [row[0] for row in question.told] == ["The reply", "The state"]


def test_the_options_do_not_tell_that_a_fault_is_set_for_this_line() -> None:
    server = memory_server()
    server.faults.add("RCPT -> 452 Too many", "VRFY -> 250")
    client = told(server, *MAIL)
    forced = str(predict("RCPT TO:<bob@lab.example>", client))
    assert "fault" not in forced and "No room for one more recipient" in forced
    assert "No reply." in forced  # as for each line while faults are set
    assert "No reply." in str(predict("NOOP", client))
    assert "No reply." not in str(predict("NOOP", told(memory_server())))


def test_each_time_the_reason_is_judged_also_where_a_fault_forces_the_reply(server: Any) -> None:
    server.faults.add("MAIL#1 -> 451")
    client = told(server, "EHLO a.example")
    question = predict("MAIL FROM:<>", client, send=True).answer("yes", moves=True, reason=1)
    assert len(question.told) == 3 and question.because.startswith("Forced by a fault that was set: MAIL#1 -> 451.")
    question = predict("MAIL FROM:<>", client, send=True).answer("yes", moves=True, reason=1)
    assert len(question.told) == 3 and "ault" not in question.because


def test_a_message_that_is_on_its_way_is_asked_about_whole(server: Any) -> None:
    server.change(max_message_octets=65536)
    client = told(server, *MAIL, "RCPT TO:<bob@lab.example>", "DATA")
    client.send("x" * 900)
    assert code(client, "x") is None and code(client, ".") == 250
    for _ in range(40):
        client.send("x" * 900)
    assert code(client, ".") == 250  # the half of what fits: no line is counted twice
    for _ in range(40):
        client.send("x" * 900)
    assert code(client, ".") == 552 == client.send(".").code


def test_time_that_has_passed_counts(server: Any) -> None:
    server.change(greylist_s=300.0)
    client = told(server, *MAIL)
    line = "RCPT TO:<bob@lab.example>"
    assert code(client, line) == client.send(line).code
    assert code(client, line) == 450
    server.advance(280)
    client.send("NOOP")
    server.advance(30)
    assert code(client, line) == 250 == client.send(line).code


def test_a_reply_that_comes_later_than_the_client_waits_leaves_the_reason_unjudged_and_names_the_fault() -> None:
    server = memory_server()
    server.faults.add("NOOP -> delay 60 s")
    client = server.connect()
    client.timeout_s = 1.0
    question: Prediction = predict("NOOP", client, send=True).answer("silent", moves=False, reason=1)
    assert [row[1:] for row in question.told] == [("No reply.",) * 2, ("It stays GREETED.",) * 2]
    assert question.because.startswith("Forced by a fault that was set: NOOP -> delay 60 s. No reply came within 1 s")


def test_the_forecast_that_is_shown_instead_of_the_reply_names_the_fault() -> None:
    server = memory_server()
    server.faults.add("NOOP -> silence", "RSET -> 452 Busy")
    client = server.connect()
    silent, busy = (show_of_hands(line, client, send=False).reveal() for line in ("NOOP", "RSET"))
    assert "Forced by a fault that was set: NOOP -> silence. A reply belongs to the line" in str(silent)
    said = "Forced by a fault that was set: RSET -> 452 Busy."
    assert "452 Busy" in str(busy) and said in str(busy) and html.escape(said) in busy.fragment()
    assert len(client.exchanges) == 1


def test_a_fork_is_asked_with_the_counts_that_it_has(server: Any) -> None:
    server.faults.add("NOOP#2 -> 452")
    client = told(server, "NOOP")
    with client.fork(at=0) as fork:
        assert (code(client, "NOOP"), code(fork, "NOOP")) == (452, 250)
        if fork.keeps is not None:
            fork.keeps.close()


def test_another_server_is_guessed_at() -> None:
    server = memory_server()
    server.faults.add("NOOP -> 452")
    client = server.connect()
    client.keeps = None
    assert code(client, "NOOP") == 250
    question = predict("NOOP", client, send=True).answer("yes", moves=False, reason=1)
    assert [row[0] for row in question.told] == ["The reply", "The state"]


def test_a_console_that_asks_foresees_the_fault_too() -> None:
    server = memory_server()
    server.faults.add("NOOP#1 -> 452")
    console = Console(server, predict=True)
    with pytest.raises(ValueError, match="Say first"):
        console.send("NOOP")
    assert [one.fired for one in console.faults] == [0]
    console.commit("yes", moves=False, reason=1)
    assert len(console.judgements[0].rows) == 3 and "Forced by" in console.judgements[0].because
