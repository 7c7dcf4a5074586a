"""What a server does when a fault happens: every event, every way and replies of every class, without a socket.

Where it then stands is what the table says for the reply that was decided, and the record tells it too.
"""

from math import isfinite
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.lab import Lost, Octets, Send, Shutdown, StartTls, Tick, TlsFailed, TlsUp, World
from smtplab.lab.faults import Fault, Way, read_fault
from smtplab.lab.faults.delivery import GLUE_S, LONG_LINE_OCTETS
from smtplab.lab.faults.fault import EVENTS
from smtplab.protocol.machine import State
from tests.lab.recorded import Recorded

MAIL, BOB = "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>"
CODES = (200, 211, 220, 221, 235, 250, 251, 252, 299, 300, 334, 354, 399, 400, 421, 450, 452, 454, 499, 500, 502, 503,
         521, 530, 535, 550, 552, 554, 599)

LED_TO: dict[str, tuple[str, ...]] = {
    "MAIL": (MAIL,), "RCPT": (MAIL, BOB), "DATA": (MAIL, BOB, "DATA"), "DATA-END": (MAIL, BOB, "DATA", "hello", "."),
    "BDAT": (MAIL, BOB, "BDAT 3\r\nabc"), "BDAT-LAST": (MAIL, BOB, "BDAT 3\r\nabc", "BDAT 2 LAST\r\nde"),
    "AUTH": ("AUTH LOGIN",), "AUTH-LINE": ("AUTH LOGIN", "Ym9i", "YnVpbGRlcg=="),
    "CONNECT": (), "EHLO": (), "HELO": ("HELO me.example",), "STARTTLS": ("STARTTLS",), "TLS": ("STARTTLS",),
    "VRFY": ("VRFY bob",), "EXPN": ("EXPN friends",), "ANY": ("NOOP",),
}
"""By event: the lines behind EHLO that lead to it."""

WAYS = ("", "delay 30 s, ", *(f"{way}, " for way in Way))


def plain(*faults: str, **options: object) -> World:
    options = {"extensions": "all", "idle_s": 300.0, **options}
    return World(faults=faults, **options)  # type: ignore[arg-type]


def check(talk: Recorded) -> None:
    """What holds between any two steps."""
    due = talk.due()
    assert (due is None) == talk.closed == talk.session.is_over
    assert due is None or isfinite(due)
    talk.seen()  # whatever went out can be folded
    if talk.is_settled and not talk.session.outbox.is_silent:
        assert talk.decided() == talk.session.session


def play(talk: Recorded, event: str) -> None:
    """Say what leads to an event, with time for whatever is held back."""
    for line in ("EHLO me.example", *LED_TO.get(event, (event,))):
        talk.settle()
        if talk.closed:
            return
        talk.give(Octets(line.encode() + b"\r\n", talk.now))
        check(talk)
        if talk.awaits_tls:
            talk.give(TlsUp(talk.now))
            check(talk)


def end(talk: Recorded) -> None:
    """Nothing more comes from the client: the session ends by itself, and within the idle time."""
    until = talk.now + talk.world.idle_s + GLUE_S + 3 * LONG_LINE_OCTETS
    for _ in range(100_000):
        if talk.closed:
            break
        talk.wait()
    assert talk.closed and talk.now <= until
    assert talk.decided().state is State.CLOSED


def forced_texts(event: str) -> list[str]:
    """Every way alone, and every way with forced replies; as far as they can be."""
    texts = []
    for number, way in enumerate(WAYS):
        for code in ("", *(CODES if not way else CODES[number % 3 :: 3])):
            text = f"{event} -> {way}{code}".rstrip(", ")
            try:
                texts.append(str(read_fault(text)))
            except ValueError:
                assert event == "TLS" or not (way or code)
    return texts


@pytest.mark.parametrize("event", EVENTS)
def test_every_way_and_reply_at_every_event(event: str) -> None:
    for number, text in enumerate(forced_texts(event)):
        everything = {"extensions": "all" if number % 4 else (), "edition": 5321 if number % 2 else 2821}
        talk = Recorded(plain(text, **everything))
        check(talk)
        play(talk, event)
        fired = sum(talk.world.faults.fired.values())
        is_offered = everything["extensions"] or event not in ("AUTH-LINE", "TLS", "BDAT-LAST")
        assert fired or not is_offered, text
        end(talk)


TABLED = [
    ("CONNECT -> 354", (), State.REFUSED), ("CONNECT -> 250", (), State.GREETED), ("CONNECT -> 421", (), State.CLOSED),
    ("EHLO -> 250", ("EHLO x",), State.READY), ("EHLO -> 354", ("EHLO x",), State.GREETED),
    ("MAIL -> 354", ("EHLO x", MAIL), State.READY), ("RCPT -> 250", ("EHLO x", BOB), State.RECIPIENTS_KNOWN),
    ("DATA -> 354", ("EHLO x", "DATA"), State.MAIL_DATA), ("DATA -> 250", ("EHLO x", "DATA"), State.READY),
    ("DATA -> 354", ("EHLO x", MAIL, "DATA"), State.MAIL_DATA), ("NOOP -> 354", ("EHLO x", "NOOP"), State.READY),
    ("DATA -> 250", ("EHLO x", MAIL, BOB, "DATA"), State.RECIPIENTS_KNOWN),
    ("DATA-END -> 354", ("EHLO x", MAIL, BOB, "DATA", "."), State.READY),
    ("DATA-END -> 421", ("EHLO x", MAIL, BOB, "DATA", "."), State.CLOSED),
    ("AUTH -> 334", ("EHLO x", "AUTH PLAIN"), State.AUTH_EXCHANGE), ("QUIT -> 550", ("EHLO x", "QUIT"), State.READY),
    ("AUTH -> 235", ("EHLO x", "AUTH PLAIN x"), State.READY), ("QUIT -> 250", ("EHLO x", "QUIT"), State.CLOSED),
    ("STARTTLS -> 220", ("EHLO x", "STARTTLS"), State.TLS_HANDSHAKE), ("BDAT -> 250", ("EHLO x", BOB, "BDAT 0"), None),
    ("STARTTLS -> 454", ("EHLO x", "STARTTLS"), State.READY),
]


@pytest.mark.parametrize(("text", "lines", "state"), TABLED)
@pytest.mark.parametrize("way", ["", "split, ", "glue, ", "no CRLF, ", "codes differ, ", "delay 9 s, ", "twice, "])
def test_the_session_goes_where_the_table_leads_with_the_forced_reply(
    text: str, lines: tuple[str, ...], state: State | None, way: str
) -> None:
    talk = Recorded(plain(text.replace("-> ", f"-> {way}"), extensions=()))
    for line in lines:
        talk.settle()
        talk.give(Octets(line.encode() + b"\r\n", talk.now))
    talk.settle()
    exchange = talk.transcript.decided().exchanges()[-1]
    assert exchange.reply is not None and exchange.forced
    assert str(exchange.reply.code) in text
    assert talk.state is exchange.after.state
    if state is not None:
        assert talk.state is state


def heard(talk: Recorded, start: int) -> bytes:
    return b"".join(entry.octets for entry in talk.entries[start:] if entry.direction == "S")


@pytest.mark.parametrize(("way", "octets"), [
    ("", b"450 x\r\n"), ("split, ", b"450 x\r\n"), ("glue, ", b"450 x\r\n"), ("no CRLF, ", b"450 x"),
    ("codes differ, ", b"450-x\r\n250 x\r\n"), ("twice, ", b"450 x\r\n450 x\r\n"), ("silence, ", b""),
    ("drop before, ", b""), ("drop after, ", b"450 x\r\n"), ("delay 9 s, ", b"450 x\r\n"),
    ("too long, ", b"450 x".ljust(LONG_LINE_OCTETS, b".") + b"\r\n"),
    ("twice, no CRLF, ", b"450 x450 x"), ("split, twice, codes differ, ", b"450-x\r\n250 x\r\n" * 2),
    ("delay 9 s, drop after, twice, ", b"450 x\r\n" * 2), ("delay 9 s, drop before, ", b""),
])
def test_what_goes_out_in_each_way_and_what_was_meant(way: str, octets: bytes) -> None:
    talk = Recorded(plain(f"NOOP -> {way}450 x"))
    start = len(talk.entries)
    talk.give(Octets(b"NOOP\r\n", talk.now))
    talk.settle()
    assert heard(talk, start) == octets
    said = [entry for entry in talk.transcript.decided().entries[start + 1 :] if entry.direction == "S"]
    assert b"".join(entry.octets for entry in said) == b"450 x\r\n"
    assert {entry.forced for entry in said} == {str(read_fault(f"NOOP -> {way}450 x"))}


def test_split_octets_leave_one_by_one_with_time_between() -> None:
    talk = Recorded(plain("NOOP -> split"))
    talk.replies()
    start = len(talk.segments)
    talk.give(Octets(b"NOOP\r\n", 0.0))
    times = [talk.now]
    while not talk.is_settled:
        talk.wait()
        times.append(talk.now)
    assert talk.segments[start:] == [bytes([octet]) for octet in b"250 OK, nothing done\r\n"]
    assert times == sorted(set(times)) and 0 < times[-1] < 1


def test_a_glued_reply_waits_for_the_next_one_or_for_its_time() -> None:
    talk = Recorded(plain("EHLO -> glue"))
    talk.replies()
    assert talk.octets(b"EHLO me.example\r\n") == []
    assert [reply.code for reply in talk.octets(b"NOOP\r\n")] == [250, 250]
    talk = Recorded(plain("EHLO -> glue"))
    talk.replies()
    assert talk.octets(b"EHLO me.example\r\n") == [] and talk.due() == GLUE_S
    talk.wait()
    assert [reply.code for reply in talk.replies()] == [250] and talk.now == GLUE_S


def test_a_busy_server_reads_nothing_and_then_goes_on_with_what_came() -> None:
    talk = Recorded(plain("MAIL -> delay 3600 s"))
    talk.say("EHLO me.example")
    talk.octets(MAIL.encode() + b"\r\n")
    for now, octets in ((1.0, BOB.encode()), (1000.0, b"\r\nDA"), (3000.0, b"TA\r\nhello\r\n.\r\nNOOP\r\n")):
        talk.now = now
        assert talk.octets(octets) == []
        assert talk.state is State.SENDER_KNOWN and talk.session.uncut == b""
    talk.give(Tick(3599.0))
    assert talk.replies() == []
    talk.wait()
    assert talk.now == 3600.0
    assert [reply.code for reply in talk.replies()] == [250, 250, 354, 250, 250]
    assert [message.mail_data for message in talk.messages] == [b"hello\r\n"]


def test_a_client_gets_its_whole_time_after_a_late_reply() -> None:
    talk = Recorded(plain("NOOP -> delay 3600 s", "CONNECT -> delay 1000 s"))
    talk.settle()
    assert talk.due() == 1300.0
    talk.octets(b"NOOP\r\n")
    talk.settle()
    assert not talk.closed and talk.due() == talk.now + 300.0
    talk.wait()
    assert talk.closed and talk.replies()[-1].code == 421


@pytest.mark.parametrize("event", ["CONNECT", "EHLO", "DATA", "DATA-END", "QUIT", "TLS", "STARTTLS", "BDAT"])
def test_silence_lasts_until_the_client_would_have_been_idle(event: str) -> None:
    talk = Recorded(plain(f"{event} -> silence"))
    for line in () if event == "CONNECT" else ("EHLO me.example", *LED_TO.get(event, (event,))):
        talk.octets(line.encode() + b"\r\n")
    output = talk.output
    talk.now = 299.0
    for octets in (b"NOOP\r\n", b"x" * 2_000_000):  # nothing of it is read, or kept
        talk.octets(octets)
    assert talk.output == output and talk.session.outbox.unread == () and not talk.closed
    assert talk.due() == 300.0
    talk.wait()
    assert talk.closed and talk.lost


MOMENTS = ("MAIL -> delay 30 s", "MAIL -> glue", "MAIL -> silence", "MAIL -> split", "MAIL -> delay 30 s, drop after",
           "MAIL -> delay 9 s, 421", "MAIL -> delay 9 s, drop", "MAIL -> delay 9 s, silence", "MAIL -> 450")


@pytest.mark.parametrize("text", MOMENTS)
@pytest.mark.parametrize("given", [Lost, Shutdown])
@pytest.mark.parametrize("ticks", [0, 1, 3])
def test_the_end_may_come_at_any_moment(text: str, given: type[Lost] | type[Shutdown], ticks: int) -> None:
    talk = Recorded(plain(text))
    talk.octets(b"EHLO me.example\r\n" + MAIL.encode() + b"\r\n")
    talk.octets(b"NOOP\r\n")
    for _ in range(ticks):
        if not talk.is_settled:
            talk.wait()
    was_over = talk.closed
    talk.replies()
    talk.give(given(talk.now))
    assert talk.closed and talk.due() is None and talk.state is State.CLOSED
    assert talk.decided().state is State.CLOSED
    codes = [reply.code for reply in talk.replies()]
    if given is Lost or "silence" in text or was_over:
        assert codes == []
    elif "drop" not in text:
        assert codes[-1] == 421 and 421 not in codes[:-1]


@pytest.mark.parametrize("text", ["TLS -> delay 30 s", "TLS -> silence", "TLS -> drop", "STARTTLS -> delay 30 s"])
@pytest.mark.parametrize("given", [Lost, Shutdown, TlsFailed, TlsUp])
@pytest.mark.parametrize("implicit", [False, True])
def test_the_end_may_come_around_a_handshake(text: str, given: type, implicit: bool) -> None:
    talk = Recorded(plain(text, implicit_tls=implicit))
    if not implicit:
        talk.octets(b"EHLO me.example\r\nSTARTTLS\r\nNOOP\r\n")
    if given in (TlsFailed, TlsUp):
        talk.settle()
        if not talk.awaits_tls:
            return end(talk)
    talk.give(given(talk.now))
    check(talk)
    assert talk.closed or given is TlsUp
    return end(talk)


def test_what_a_client_says_ahead_of_a_late_handshake_belongs_to_the_handshake() -> None:
    talk = Recorded(plain("STARTTLS -> delay 5 s"))
    talk.octets(b"EHLO me.example\r\nSTARTTLS\r\nNOOP\r\n")
    talk.now = 1.0
    talk.octets(b"\x16\x03")
    talk.now = 5.0
    actions = talk.give(Tick(5.0))
    assert [type(action) for action in actions] == [Send, StartTls]
    assert actions[1].octets == b"\x16\x03"  # type: ignore[union-attr]
    assert talk.handshake() == [] or talk.state is State.GREETED
    assert talk.session.uncut == b""


def test_what_is_kept_while_the_server_is_busy_has_a_limit() -> None:
    talk = Recorded(plain("NOOP -> delay 30 s", max_message_octets=65536))
    talk.octets(b"NOOP\r\n")
    most = 0
    for _ in range(200):
        if talk.closed:
            break
        talk.octets(b"x" * 1000)
        most = max(most, sum(map(len, talk.session.outbox.unread)))
    assert talk.closed and talk.lost and 60_000 < most <= 65536 + 4096


def test_many_single_octets_are_kept_in_few_pieces() -> None:
    talk = Recorded(plain("NOOP -> delay 30 s"))
    talk.octets(b"NOOP\r\n")
    for octet in b"RSET\r\n" * 100:
        talk.octets(bytes([octet]))
    assert len(talk.session.outbox.unread) == 1
    talk.wait()
    assert [reply.code for reply in talk.replies()][-100:] == [250] * 100


def test_nothing_is_said_behind_a_drop() -> None:
    talk = Recorded(plain("BDAT -> drop before"))
    talk.say("EHLO me.example", MAIL, BOB)
    start = len(talk.entries)
    talk.octets(b"BDAT " + b"1" * 600 + b"\r\n")
    assert talk.lost and heard(talk, start) == b""


def test_a_forced_reply_follows_the_session_and_not_what_the_server_would_have_done() -> None:
    talk = Recorded(plain("DATA-END#1 -> 451", "DATA-END#2 -> 250", "RCPT#2 -> 250"))
    letter = (MAIL, BOB, "RCPT TO:<nobody@lab.example>", "DATA", "hello", ".")
    left = talk.world.storage_octets
    assert talk.codes("EHLO me.example", *letter)[-1] == 451
    assert talk.messages == [] and talk.world.storage_octets == left
    talk.codes(*letter)
    assert [path.local_part for path in talk.messages[0].forward_paths] == ["bob", "nobody"]
    talk = Recorded(plain("DATA -> 354"))
    assert talk.codes("EHLO me.example", "DATA", "hello", ".", "NOOP") == [220, 250, 354, 554, 250]
    assert talk.messages == []


def test_a_message_for_nobody_is_delivered_to_nobody() -> None:
    talk = Recorded(plain("DATA -> 354", "DATA-END -> 250"))
    assert talk.codes("EHLO me.example", MAIL, "DATA", "hello", ".") == [220, 250, 250, 354, 250]
    assert talk.messages == [] and talk.state is State.READY


LINES = ("EHLO me.example", "HELO me", MAIL, "MAIL FROM:<>", "MAIL FROM:<a b>", BOB, "RCPT TO:<nobody@lab.example>",
         "DATA", "hello", ".", "RSET", "NOOP", "QUIT", "VRFY bob", "EXPN friends", "HELP", "STARTTLS", "FOO", "", "TLS",
         "AUTH PLAIN AGJvYgBidWlsZGVy", "AUTH LOGIN", "Ym9i", "*", "BDAT 5", "BDAT x", "BDAT 0 LAST", "ANY", "CONNECT",
         "BDAT 7 LAST\r\nhello", "DATA-END", "x" * 600, "BDAT " + "1" * 600)

NEXT: dict[State, tuple[str, ...]] = {
    State.GREETED: ("EHLO me.example", "EHLO me.example", "STARTTLS"),
    State.READY: (MAIL, MAIL, MAIL, "STARTTLS", "AUTH LOGIN"), State.SENDER_KNOWN: (BOB,),
    State.RECIPIENTS_KNOWN: (BOB, "DATA", "DATA", "BDAT 7\r\nhello", "BDAT 7 LAST\r\nhello"),
    State.MAIL_DATA: ("hello", "."), State.CHUNKS: ("BDAT 7\r\nhello", "BDAT 7 LAST\r\nhello"),
    State.AUTH_EXCHANGE: ("Ym9i", "YnVpbGRlcg==", "*"),
}
"""By state: what leads on, so that random sessions come far."""


def random_fault(chance: Random) -> Fault:
    while True:
        when = f"{chance.choice(EVENTS)}{chance.choice(('', '#1', '#2', '#2', '#3', '#2+'))}"
        when += chance.choice(("", "", " 50%"))
        ways = chance.sample([str(way) for way in Way if way is not Way.TOO_LONG], chance.choice((0, 1, 1, 2)))
        delays = [f"delay {chance.choice((1, 30, 5000))} s"] if chance.random() < 0.2 else []
        replies = [f"{chance.choice(CODES)}{chance.choice(('', ' x', ' a | b', ' 4.5.3 x'))}"]
        try:
            return read_fault(f"{when} -> {', '.join((*delays, *ways, *chance.choice(([], replies))))}")
        except ValueError:
            continue


@settings(max_examples=400)
@given(st.integers(0, 2**32))
def test_random_sessions_with_random_faults(seed: int) -> None:
    chance = Random(seed)
    faults = tuple(str(random_fault(chance)) for _ in range(chance.randint(1, 4)))
    talk = Recorded(plain(*faults, extensions=chance.choice(("all", ())), edition=chance.choice((2821, 5321)),
                          implicit_tls=chance.random() < 0.1))
    for _ in range(chance.randint(1, 40)):
        if talk.closed:
            break
        move = chance.random()
        if talk.awaits_tls and talk.session.in_handshake and move < 0.8:
            talk.give(TlsUp(talk.now) if move < 0.6 else TlsFailed(talk.now))
        elif move < 0.75:
            line = chance.choice(NEXT.get(talk.state, LINES) if chance.random() < 0.75 else LINES)
            octets = line.encode() + b"\r\n"
            if chance.random() < 0.2:
                octets = octets[: chance.randint(1, len(octets))]
            if chance.random() < 0.2:
                octets += chance.choice(LINES).encode() + b"\r\n"
            talk.give(Octets(octets, talk.now))
        elif move < 0.97:
            talk.settle() if chance.random() < 0.9 else talk.wait()
        else:
            talk.give(chance.choice((Lost, Shutdown))(talk.now))
        check(talk)
    while not talk.closed:
        if talk.awaits_tls and talk.session.in_handshake:
            talk.give(TlsUp(talk.now))
        else:
            talk.wait()
    assert talk.decided().state is State.CLOSED
