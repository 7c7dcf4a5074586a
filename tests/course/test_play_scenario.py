"""A scenario is played into frames: values that show what was written, or tell what differs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from smtplab.course.play_scenario import Server, play
from smtplab.course.scenario import Scenario
from smtplab.course.scenario_frame import Frame
from smtplab.network import LoopbackServer, memory_server
from smtplab.protocol.entry import Entry
from smtplab.protocol.machine import State

GREETING = "S: 220 lab.example SMTP service ready\n"
HELLO = "C: HELO me.example\nS: 250 lab.example greets me.example\n"
MAIL = "C: MAIL FROM:<a@b.example>\nS: 250 Sender accepted: <a@b.example>\n"
TO_DATA = (GREETING + HELLO + MAIL + "C: RCPT TO:<bob@lab.example>\nS: 250 Recipient accepted: <bob@lab.example>\n"
           "C: DATA\nS: 354 Send the message; end with a line that holds a single dot\n")
QUESTION = "@ask What comes?\n@right This. | So.\n@wrong That. | No.\n"


def scenario(source: str) -> Scenario:
    return Scenario.parse(f"@title A title\n{source}", "mine.txt")


@contextmanager
def server_of(kind: str, played: Scenario) -> Iterator[Server]:
    with (LoopbackServer if kind == "socket" else memory_server)(played.world) as server:
        yield server


def played(source: str, kind: str = "memory") -> tuple[Frame, ...]:
    read = scenario(source)
    with server_of(kind, read) as server:
        return play(read, server)


def new(frames: tuple[Frame, ...], index: int) -> str:
    """What a frame shows more than the one before."""
    before = str(frames[index - 1].transcript) if index else ""
    return str(frames[index].transcript).removeprefix(before)


both = pytest.mark.parametrize("kind", ["memory", "socket"])


@both
def test_words_come_before_the_line_they_are_about_and_stay(kind: str) -> None:
    frames = played(f"@say Look.\n@note Smile.\n{GREETING}{HELLO}@say Now MAIL.\n{MAIL}", kind)
    assert [(frame.narration, frame.note) for frame in frames] == [
        ("Look.", "Smile."), ("Look.", "Smile."), ("Look.", "Smile."), ("Now MAIL.", ""), ("Now MAIL.", "")]
    assert [new(frames, index) for index in range(5)] == ["", GREETING, HELLO, "", MAIL]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.line for frame in frames] == [2, 4, 5, 7, 8]
    assert not any(frame.mismatch for frame in frames)


@both
def test_a_question_shows_the_line_and_hides_the_reply(kind: str) -> None:
    frames = played(f"{GREETING}C: NOOP\n{QUESTION}S: 250 OK, nothing done\n", kind)
    assert [new(frames, index) for index in range(3)] == [GREETING, "C: NOOP\n", "S: 250 OK, nothing done\n"]
    assert [frame.question.text if frame.question else "" for frame in frames] == ["", "What comes?", ""]
    assert len(frames[1].exchanges) == 1
    assert len(frames[2].exchanges) == 2


@both
def test_what_the_server_decided_is_not_told_before_its_reply(kind: str) -> None:
    line, reply = MAIL.splitlines()
    frames = played(f"{GREETING}{HELLO}{line}\n{QUESTION}{reply}\n", kind)
    assert [frame.server_session.state for frame in frames if frame.server_session] == [
        State.GREETED, State.READY, State.READY, State.SENDER_KNOWN]


@both
def test_words_may_stand_inside_a_reply(kind: str) -> None:
    frames = played(f"{GREETING}C: EHLO me\nS: 250-lab.example greets me\n@say More comes.\n"
                    "S: 250-SIZE 1048576\nS: 250-VRFY\nS: 250-EXPN\nS: 250 HELP\n", kind)
    assert [frame.session.state for frame in frames] == [
        State.GREETED, State.GREETED, State.GREETED, State.READY]
    assert str(frames[2].transcript).endswith("S: 250-lab.example greets me\n")
    assert not any(frame.mismatch for frame in frames)


@both
def test_lines_that_stand_together_go_out_together(kind: str) -> None:
    frames = played(f"@world extensions=PIPELINING\n{GREETING}C: NOOP\nC: RSET\n"
                    "S: 250 OK, nothing done\nS: 250 Reset: no sender, no recipients, no message\n", kind)
    assert [entry.octets for entry in frames[1].transcript.entries if entry.direction == "C"] == [b"NOOP\r\nRSET\r\n"]
    assert [exchange.event for exchange in frames[1].exchanges] == ["CONNECT", "NOOP", "RSET"]


@both
def test_a_delayed_reply_is_heard_once_the_clock_has_jumped(kind: str) -> None:
    frames = played(f"@fault NOOP -> delay 90 s\n{GREETING}C: NOOP\n@say Wait.\n-- 60 s\n@say Wait on.\n-- 30 s\n"
                    "S: 250 OK, nothing done\n", kind)
    assert [(frame.narration, frame.waited_s, len(frame.exchanges)) for frame in frames] == [
        ("", 0, 1), ("Wait.", 0, 1), ("Wait on.", 60, 1), ("Wait on.", 90, 2)]
    assert frames[-1].exchanges[-1].forced == "NOOP -> delay 90 s"
    assert frames[-1].faults == (("NOOP -> delay 90 s", 1),)
    assert not any(frame.mismatch for frame in frames)


@both
def test_both_sides_are_told_where_they_differ(kind: str) -> None:
    letter = "C: Hi\nC: .\n@say Nothing.\n-- 60 s\n@say Still nothing.\n"
    frames = played(f"@fault DATA-END -> silence\n{TO_DATA}{letter}", kind)
    assert (frames[-1].session.state, len(frames[-1].messages)) == (State.MAIL_DATA, 1)
    assert frames[-1].server_session is not None
    assert frames[-1].server_session.state is State.READY


@both
def test_a_reply_lost_with_the_connection(kind: str) -> None:
    letter = f"C: Hi\nC: .\n-- lost\n@clear\n@connect\n{GREETING}"
    frames = played(f"@fault DATA-END -> drop before\n{TO_DATA}{letter}", kind)
    assert not any(frame.mismatch for frame in frames)
    assert (frames[-2].session.state, len(frames[-2].messages), frames[-2].faults[0][1]) == (State.CLOSED, 1, 1)
    assert (frames[-1].client, frames[-1].faults, str(frames[-1].transcript)) == (2, (), GREETING)


@both
def test_a_client_that_hangs_up_leaves_the_server_without_a_mail(kind: str) -> None:
    frames = played(f"{TO_DATA}C: Hi\n@hang-up\n", kind)
    assert frames[-1].messages == ()
    assert frames[-1].server_session is not None
    assert frames[-1].server_session.state is State.CLOSED


@both
def test_the_server_is_changed_while_it_runs(kind: str) -> None:
    frames = played(f"{GREETING}C: QUIT\nS: 221 lab.example closes the channel\n@world takes_mail=no\n@connect\n"
                    "S: 554 lab.example takes no mail here\n", kind)
    assert not any(frame.mismatch for frame in frames)
    assert frames[-1].session.state is State.REFUSED


@both
def test_tls_is_begun_where_it_is_written(kind: str) -> None:
    hello = "C: EHLO me\nS: 250-lab.example greets me\nS: 250-STARTTLS\nS: 250-VRFY\nS: 250-EXPN\nS: 250 HELP\n"
    start = f"@world extensions=STARTTLS\n{GREETING}{hello}C: STARTTLS\nS: 220 Ready to start TLS\n"
    frames = played(f"{start}@say Now.\n-- tls\nC: NOOP\nS: 250 OK, nothing done\n", kind)
    assert not any(frame.mismatch for frame in frames)
    assert [frame.session.tls for frame in frames] == [False, False, False, False, True, True]
    failed = played(f"@world certificate=expired\n{start}-- tls failed\n", kind)
    assert not any(frame.mismatch for frame in failed)
    assert failed[-1].session.state is State.CLOSED


def mismatches(source: str, kind: str) -> list[tuple[int, str, str]]:
    found = [frame.mismatch for frame in played(source, kind) if frame.mismatch]
    assert {each.file for each in found} <= {"mine.txt"}
    return [(each.line, each.expected, each.got) for each in found]


@both
@pytest.mark.parametrize(("source", "expected"), [
    (GREETING + "C: NOOP\nS: 250 OK\n" + HELLO, [(4, "S: 250 OK", "S: 250 OK, nothing done")]),
    ("S: 220\n", [(2, "S: 220", "S: 220 lab.example SMTP service ready")]),
    ("C: NOOP\nS: 250 OK, nothing done\n", [(2, "", "S: 220 lab.example SMTP service ready")]),
    (GREETING + "C: QUIT\n-- lost\n", [(4, "-- lost", "S: 221 lab.example closes the channel\n-- closed")]),
    (GREETING + "C: QUIT\nS: 221 lab.example closes the channel\nC: NOOP\n", [(5, "C: NOOP", "")]),
    ("@fault NOOP -> twice\n" + GREETING + "C: NOOP\nS: 250 OK, nothing done\n",
     [(5, "", "S: 250 OK, nothing done")]),
])
def test_what_differs_is_told_with_its_line_and_does_not_stop_the_play(
    source: str, expected: list[tuple[int, str, str]], kind: str
) -> None:
    assert mismatches(source, kind) == expected


def test_a_reply_that_never_comes_is_told() -> None:
    assert mismatches(f"{TO_DATA}C: Hi\nS: 250 OK\n", "memory") == [(12, "S: 250 OK", "")]


def test_what_came_instead_is_shown() -> None:
    frames = played(GREETING + "C: NOOP\nS: 250 OK\n" + HELLO)
    assert str(frames[1].transcript) == GREETING + "C: NOOP\nS: 250 OK, nothing done\n"
    assert str(frames[2].transcript).endswith(HELLO)


def test_an_end_behind_a_goodbye_need_not_be_written() -> None:
    frames = played(GREETING + "C: QUIT\nS: 221 lab.example closes the channel\n")
    assert not any(frame.mismatch for frame in frames)
    assert str(frames[-1].transcript).endswith("-- closed\n")


def test_a_server_that_has_had_sessions_is_no_trouble() -> None:
    read = scenario(TO_DATA)
    with memory_server(read.world) as server:
        server.connect().quit()
        frames = play(read, server)
    assert frames[-1].server_session == frames[-1].session


def test_no_session_stays_open_behind_a_play() -> None:
    read = scenario(f"{GREETING}@connect\n{GREETING}")
    with memory_server(read.world) as server:
        play(read, server)
        assert [record.open for record in server.sessions] == [False, False]


@both
def test_a_new_session_begins_with_nothing_known_of_it(kind: str) -> None:
    frames = played(f"{GREETING}{HELLO}@connect\n@say Wait.\n{GREETING}", kind)
    assert [(frame.client, str(frame.transcript), frame.server_session is None) for frame in frames[2:]] == [
        (2, "", True), (2, GREETING, False)]


def test_a_server_that_has_fallen_silent_is_not_waited_for_again_and_again() -> None:
    lines = "C: NOOP\nS: 250 OK\n" * 20
    scenario = Scenario.parse(f"@title Silence\n@fault ANY -> silence\nS: 220 lab.example SMTP service ready\n{lines}")
    with LoopbackServer(scenario.world) as server:
        began = time.monotonic()
        frames = play(scenario, server)
        assert sum(frame.mismatch is not None for frame in frames) == 20
        assert time.monotonic() - began < 25  # one time limit, not twenty


def test_each_line_of_a_long_scenario_is_looked_at_as_often_as_of_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows with the square of the lines takes minutes for some thousands; so no frame reads the record anew."""

    def made(exchanges: int) -> int:
        count = 0
        make = Entry.__init__

        def counted(self: Entry, *given: object, **named: object) -> None:
            nonlocal count
            count += 1
            make(self, *given, **named)  # type: ignore[arg-type]

        line = "@say Once more.\nC: NOOP\nS: 250 OK, nothing done\n"
        read = scenario(f"@fault NOOP#2 -> delay 1 s\n{GREETING}{line * exchanges}")
        with monkeypatch.context() as patch:
            patch.setattr(Entry, "__init__", counted)
            frames = play(read)
        assert len(frames) == 2 * exchanges + 1
        assert frames[-1].exchanges[2].forced
        return count

    assert made(200) < 4.5 * made(50)
