"""What a server keeps of its sessions, and what it lets go when a limit is reached."""

import pytest

from smtplab.lab import Tick, World, open_session, step
from smtplab.network import LoopbackServer, records
from smtplab.network.copies import HostedCopy
from smtplab.network.record import Hosted
from smtplab.network.records import Records


def test_a_record_that_grows_too_long_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "KEPT_OCTETS", 20_000)
    with LoopbackServer() as server, server.connect() as client:
        client.send_octets(b"NOOP\r\n" * 10_000)
        record = server.sessions[0]
        assert record.transcript.truncated
        assert sum(len(entry.octets) for entry in record.transcript.entries) < 20_000
        assert client.send("NOOP").code == 250


def test_the_oldest_closed_sessions_are_forgotten_when_records_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "KEPT_IN_ALL", 40_000)
    with LoopbackServer() as server, server.connect() as first:
        for _ in range(200):
            server.connect().quit()
        numbers = [record.number for record in server.sessions]
        assert numbers[0] == 1, "an open session is not forgotten"
        assert numbers[-1] == 201
        assert len(numbers) < 100
        assert first.send("NOOP").code == 250


def a_session(number: int) -> Hosted:
    world = World()
    _, session, _ = step(world, open_session(world, now=0.0, refusal=None), Tick(0.0))
    return Hosted(number, f"peer {number}", session, 0.0)


def a_copy(hosted: Hosted, heard: int) -> HostedCopy:
    return (0, heard, 0, World(), hosted.session, 0.0, 0, 0)


def test_the_last_session_of_an_address_is_found_and_any_by_its_number() -> None:
    kept = Records(is_told=False)
    sessions = [a_session(number) for number in (1, 2, 3)]
    sessions[2].peer = sessions[0].peer
    for hosted in sessions:
        kept.add(hosted)
    assert kept.find("peer 1") is sessions[2]
    assert kept.find(1) is sessions[0]
    assert kept.find("nobody") is None
    assert [record().number for record in kept.snapshots()] == [1, 2, 3]


def test_of_copies_beyond_the_limit_the_older_half_is_let_go_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "KEPT_COPIES", 4)
    kept, hosted = Records(is_told=False), a_session(1)
    seen: list[list[int]] = []
    for heard in range(8):
        kept.keep_copy(hosted, a_copy(hosted, heard))
        seen.append([copy[1] for copy in hosted.copies])
    assert seen[3:] == [[0, 1, 2, 3], [2, 3, 4], [2, 3, 4, 5], [4, 5, 6], [4, 5, 6, 7]]


def test_what_happened_is_given_once_and_collected_only_when_somebody_is_told() -> None:
    for is_told in (True, False):
        kept, hosted = Records(is_told), a_session(1)
        kept.note(hosted, "C", b"NOOP\r\n", 3.0)
        assert [(entry.octets, entry.time_s) for entry in kept.take_happened()] == [(b"NOOP\r\n", 3.0)] * is_told
        assert kept.take_happened() == []
        assert [entry[1] for entry in hosted.entries] == [b"NOOP\r\n"]


def test_a_session_that_began_elsewhere_counts_with_all_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, hosted = Records(is_told=False), a_session(1)
    kept.note(hosted, "C", b"NOOP\r\n", 0.0)
    kept.keep_copy(hosted, a_copy(hosted, 6))
    cost = hosted.kept + records.COPY_OCTETS
    monkeypatch.setattr(records, "KEPT_IN_ALL", cost + records.ENTRY_OCTETS)
    other = Records(is_told=False)
    other.count(hosted)
    other.note(hosted, "S", b"", 0.0)
    assert not hosted.truncated
    other.note(hosted, "S", b"", 0.0)
    assert hosted.truncated
