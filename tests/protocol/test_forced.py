"""A client's steps marked with the faults that the server's record tells of."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smtplab.protocol import forced
from smtplab.protocol.entry import Entry
from smtplab.protocol.transcript import Transcript

FAULT = "NOOP -> 250 Forced"


def record(commands: int, fault: str) -> Transcript:
    said = (Entry("C", b"NOOP\r\n"), Entry("S", b"250 Forced\r\n", forced=fault))
    return Transcript((Entry("S", b"220 lab.example\r\n"), *said * commands))


def marked(commands: int) -> forced.Marking:
    marking = forced.Marking()
    marking.read(record(commands, FAULT).entries)
    marking.take_steps(record(commands, "").exchanges())
    marking.take_entries(record(commands, "").entries)
    return marking


def test_each_step_of_a_long_session_is_compared_with_the_fault_at_its_place_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    belongs = forced._belongs
    monkeypatch.setattr(forced, "_belongs", lambda *given: compared.append(given) or belongs(*given))
    marking = marked(1000)
    assert [step.forced for step in marking.steps] == ["", *[FAULT] * 1000]
    assert len(compared) < 3000  # a console marks all steps after each line, so this must not grow with their square


def test_a_long_record_is_marked_piece_by_piece() -> None:
    marking = marked(500)
    assert [entry.forced for entry in marking.entries if entry.direction == "S"] == ["", *[FAULT] * 500]


def decided(entries: list[Entry]) -> bytes:
    return b"".join(entry.octets for entry in Transcript(tuple(entries)).decided().entries if entry.direction == "S")


def marked_at_once(servers: Transcript, client: Transcript) -> forced.Marking:
    marking = forced.Marking()
    marking.read(servers.entries)
    marking.take_steps(client.exchanges())
    marking.take_entries(client.entries)
    return marking


replies = some.sampled_from([
    Entry("S", b"250 OK\r\n"), Entry("S", b"250 Forced\r\n", forced=FAULT, meant=b"250 OK\r\n"),
    Entry("S", b"", forced="NOOP -> silence", meant=b"250 OK\r\n"),
])


@given(some.lists(replies, min_size=1, max_size=12), some.lists(some.integers(1, 30), max_size=12))
def test_a_session_marked_as_it_grows_is_marked_as_one_looked_at_when_it_is_over(
    answers: list[Entry], cuts: list[int],
) -> None:
    """Whatever segments the client reads: marks never change later, and no octet is lost."""
    greeting, noop = Entry("S", b"220 lab.example\r\n"), Entry("C", b"NOOP\r\n")
    marking, known, read = forced.Marking(), [greeting], [greeting]
    for answer in answers:
        known += [noop, answer]
        read.append(noop)
        ends = [end for end in accumulate(cuts) if end < len(answer.octets)]
        pieces = (answer.octets[a:b] for a, b in zip([0, *ends], [*ends, len(answer.octets)], strict=True))
        read += [Entry("S", piece) for piece in pieces if piece]
        marking.read(known[marking.known :])
        marking.take_steps(Transcript(tuple(read)).exchanges())
        seen = list(marking.entries)
        marking.take_entries(read)
        assert marking.entries[: len(seen)] == seen
    once = marked_at_once(Transcript(tuple(known)), Transcript(tuple(read)))
    assert (marking.entries, marking.steps) == (once.entries, once.steps)
    assert b"".join(e.octets for e in marking.entries) == b"".join(e.octets for e in read)
    assert [e.forced for e in Transcript(tuple(marking.entries)).merged() if e.direction == "S"][1:] == [
        e.forced for e in Transcript(tuple(known)).merged() if e.direction == "S"][1:]
    assert decided(marking.entries) == decided(known)


def test_a_reply_kept_back_between_two_that_were_read_in_one_segment_stands_between_them() -> None:
    silent = Entry("S", b"", forced="RSET -> silence", meant=b"250 Reset\r\n")
    one, other = Entry("S", b"250 1\r\n"), Entry("S", b"250 2\r\n", forced=FAULT)
    lines = Entry("C", b"NOOP\r\nRSET\r\nNOOP\r\n")
    client = Transcript((lines, replace(one, octets=one.octets + other.octets)))
    marking = marked_at_once(Transcript((lines, one, silent, other)), client)
    assert marking.entries == [lines, one, silent, other]
