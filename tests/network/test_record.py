"""What a server's record tells of a reply that a fault keeps back."""

import pytest

from smtplab.lab import World
from smtplab.network import Client, MemoryServer, NoReply, memory_server
from smtplab.network.record import SessionRecord
from smtplab.protocol.wire import Reply


def talked(fault: str, *lines: str) -> tuple[MemoryServer, Client, SessionRecord, Reply | NoReply]:
    server = memory_server(World(faults=(fault,), extensions="all"))  # type: ignore[arg-type]
    client = server.connect()
    outcome: Reply | NoReply = client.greeting
    for line in lines:
        outcome = client.send(line)
    record = server.record_of(client)
    assert record is not None
    return server, client, record, outcome


@pytest.mark.parametrize("what", ["silence", "drop before", "no CRLF", "delay 30 s", "codes differ, no CRLF"])
def test_a_reply_that_did_not_come_whole_is_told_with_its_fault(what: str) -> None:
    _, _, record, outcome = talked(f"NOOP -> {what}", "NOOP")
    assert record.withheld_by == f"NOOP -> {what}"
    assert isinstance(outcome, NoReply) and outcome.forced == f"NOOP -> {what}"


@pytest.mark.parametrize("what", ["drop after", "twice", "codes differ", "split", "250 yes", "too long"])
def test_a_reply_that_came_is_not(what: str) -> None:
    assert talked(f"NOOP -> {what}", "NOOP")[2].withheld_by == ""


def test_what_is_held_back_is_told_until_it_goes_out() -> None:
    server, client, record, _ = talked("NOOP -> delay 30 s, 299 late", "NOOP")
    [held] = record.held
    assert (held.octets, held.forced, held.time_s) == (b"299 late\r\n", "NOOP -> delay 30 s, 299 late", 30.0)
    server.advance(30)
    later = server.record_of(client)
    assert later is not None and (later.held, later.withheld_by) == ((), "")


def test_a_handshake_that_a_fault_prevents_is_told_too() -> None:
    outcome = talked("TLS -> drop", "EHLO a.example", "STARTTLS")[3]
    assert isinstance(outcome, NoReply) and (outcome.event, outcome.forced) == ("TLS-FAILED", "TLS -> drop before")


def test_silence_without_a_fault_names_none() -> None:
    server = memory_server()
    client = server.connect()
    server.close()
    outcome = client.send("NOOP")
    assert isinstance(outcome, NoReply) and outcome.forced == ""
