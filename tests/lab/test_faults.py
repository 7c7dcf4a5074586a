"""Faults as values: their text form, what it refuses, what is counted within what, and which of several happens."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.lab import Octets, Tick, World, open_session, step
from smtplab.lab.faults import Fault, FaultError, Faults, Forced, Scope, Way, What, When, read_fault
from smtplab.lab.faults.fault import EVENTS
from smtplab.protocol.machine import State
from tests.lab.talk import Talk

MAIL, BOB, ANNA = "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "RCPT TO:<anna@lab.example>"
LETTER = (MAIL, BOB, "DATA", ".")

words = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12)
lines = st.text(st.characters(exclude_categories=["C"], exclude_characters=["\u3000", "\xa0"]), max_size=20)
enhanced = st.sampled_from(["", "2.0.0", "4.5.3", "5.7.999"])


@st.composite
def built(draw: st.DrawFn, kind: type, **parts: st.SearchStrategy) -> object:  # type: ignore[type-arg]
    """A value of a kind, from parts that may not go together: then other ones are drawn, a few times."""
    for _ in range(8):
        try:
            return kind(**{name: draw(part) for name, part in parts.items()})
        except ValueError:
            continue
    return draw(st.nothing())


forced = built(Forced, code=st.integers(200, 599), lines=st.lists(lines, max_size=3).map(tuple), enhanced=enhanced)
percents = st.floats(0, 100, exclude_min=True, allow_subnormal=False)
whens = built(
    When, event=st.sampled_from(EVENTS), nth=st.none() | st.integers(1, 999_999_999), onwards=st.booleans(),
    sender=st.just("") | words | st.just("<>"), recipient=st.just("") | words, host=st.just("") | words,
    state=st.none() | st.sampled_from(State), scope=st.none() | st.sampled_from(Scope), percent=st.none() | percents,
)
whats = built(
    What, reply=st.none() | forced, ways=st.lists(st.sampled_from(Way), max_size=3).map(tuple),
    delay_s=st.just(0.0) | st.floats(0, 86_400),
)


@given(built(Fault, when=whens, what=whats))
def test_the_text_form_of_any_fault_reads_back_as_that_fault(fault: Fault) -> None:
    assert read_fault(str(fault)) == fault


@pytest.mark.parametrize(("text", "column", "arrow"), [
    ("RCPT#2 - 452 4.5.3 Too many recipients", 8, "-"), ("RCPT => 452", 6, "=>"), ("RCPT : 452", 6, ":"),
    ("RCPT \u2014 452", 6, "\u2014"),
])
def test_what_stands_for_the_arrow_is_told_where_it_stands(text: str, column: int, arrow: str) -> None:
    with pytest.raises(FaultError, match=f"^Column {column}: '{arrow}' is no arrow; write '->'"):
        read_fault(text)


@given(st.text(st.sampled_from("RCPT#2+ ->45from inpermail30%,|drop\u2192 delay split"), max_size=40))
def test_any_text_is_a_fault_or_is_told_with_its_column(text: str) -> None:
    try:
        fault = read_fault(text)
    except FaultError as error:
        told = error
    else:
        assert read_fault(str(fault)) == fault
        return
    assert 1 <= told.column <= len(text) + 1
    assert str(told) == f"Column {told.column}: {told.problem}" and told.problem.endswith((".", "'", "?"))


@pytest.mark.parametrize(("text", "same"), [
    ("rcpt#2->452", "RCPT#2 -> 452"),
    ("  Rcpt#2  FROM <a@b.example>   In sender_known \u2192  Drop ",
     "RCPT#2 from a@b.example in SENDER_KNOWN -> drop before"),
    ("MAIL from <> per SERVER 2.50% -> DELAY 1.0s,  No  CRLF", "MAIL from <> per server 2.5% -> delay 1 s, no CRLF"),
    ("EHLO -> 250 2.0.0 one  |  two, three", "EHLO -> 250 2.0.0 one | two, three"),
    ("CONNECT -> 421", "CONNECT -> 421"),
])
def test_blanks_and_case_do_not_matter(text: str, same: str) -> None:
    assert str(read_fault(text)) == same


@pytest.mark.parametrize(("text", "column", "said"), [
    ("RCTP -> 452", 1, "Did you mean 'RCPT'?"),
    ("DATAEND -> 452", 1, "Did you mean 'DATA-END'?"),
    ("  XYZZY -> 452", 3, "There are CONNECT, EHLO"),
    ("RCPT -> 777", 9, "200 to 599"),
    ("RCPT -> 99", 9, "200 to 599"),
    ("RCPT -> 199 x", 9, "200 to 599"),
    ("RCPT -> 4520", 9, "200 to 599"),
    ("RCPT -> 452, drop after", 12, "A reply comes last"),
    ("RCPT#0 -> 452", 6, "counted from 1: #1, #2, #2+"),
    ("RCPT# -> 452", 6, "counted from 1"),
    ("RCPT#+ -> 452", 6, "counted from 1"),
    ("RCPT#two -> 452", 6, "counted from 1"),
    ("RCPT#9999999999 -> 452", 6, "counted from 1"),
    ("RCPT 0% -> 452", 6, "more than 0% and at most 100%"),
    ("RCPT 101% -> 452", 6, "more than 0% and at most 100%"),
    ("RCPT 10% 20% -> 452", 10, "twice"),
    ("NOOP in REDY -> 452", 9, "Did you mean 'READY'?"),
    ("NOOP in MAIL_DATA -> 452", 1, "No command comes in MAIL_DATA"),
    ("NOOP per day -> 452", 10, "mail, session, server"),
    ("NOOP by a@b -> 452", 6, "from, to, host, in, per"),
    ("NOOP hots x -> 452", 6, "Did you mean 'host'?"),
    ("NOOP from a@b from c@d -> 452", 15, "twice"),
    ("NOOP per mail per mail -> 452", 15, "twice"),
    ("NOOP from -> 452", 11, "something is missing"),
    ("NOOP to <> -> 452", 1, "must be an address"),
    ("MAIL to bob@lab.example -> 452", 1, "At MAIL no recipient is known yet"),
    ("CONNECT host x -> 452", 1, "At CONNECT no host is known yet"),
    ("MAIL per mail -> 452", 1, "per session or per server"),
    ("DATA-END in READY -> 452", 1, "one state only"),
    ("TLS -> 454", 8, "silence, drop and delay"),
    ("TLS -> split", 8, "silence, drop and delay"),
    ("NOOP -> silense", 9, "Did you mean 'silence'?"),
    ("NOOP -> delay", 9, "can not happen"),
    ("NOOP -> delay 5 min", 9, "delay 30 s"),
    ("NOOP -> delay 90000 s", 9, "at most a day"),
    ("NOOP -> delay 1 s, delay 2 s", 20, "twice"),
    ("NOOP -> split, split", 9, "twice"),
    ("NOOP -> silence, drop after", 9, "exclude each other"),
    ("NOOP -> drop before, twice", 9, "nothing can be twice"),
    ("NOOP -> glue, split", 9, "glue waits"),
    ("NOOP -> delay 1 s, glue", 9, "glue waits"),
    ("NOOP -> 250 a | b | ", 9, "is empty"),
    ("NOOP -> 250 \x07", 9, "cannot be printed"),
    ("NOOP -> 250 " + "x" * 501, 9, "'too long'"),
    ("NOOP 452", 9, "'->'"),
    ("", 1, "'->'"),
    ("-> 452", 1, "event is missing"),
    ("   -> 452", 1, "event is missing"),
    ("NOOP ->", 8, "Nothing is said"),
    ("NOOP -> ,, ", 9, "Nothing is said"),
])
def test_an_impossible_fault_is_told_with_its_column_and_what_is_possible(text: str, column: int, said: str) -> None:
    with pytest.raises(FaultError) as told:
        read_fault(text)
    assert told.value.column == column, told.value
    assert said in told.value.problem


@pytest.mark.parametrize("wrong", [
    lambda: When("RCTP"), lambda: When("RCPT", 0), lambda: When("RCPT", True), lambda: When("RCPT", onwards=True),
    lambda: When("RCPT", percent=0), lambda: When("RCPT", sender="a b"), lambda: When("RCPT", host="a->b"),
    lambda: When("RCPT", state="SOMEWHERE"), lambda: When("RCPT", scope="day"),  # type: ignore[arg-type]
    lambda: Forced(199), lambda: Forced(250, (" x",)), lambda: Forced(250, ("a | b",)), lambda: Forced(250, ("",)),
    lambda: Forced(250, ("4.5.3 x",)), lambda: Forced(250, ("x",), "4.5"), lambda: Forced(250, ("x",) * 101),
    What, lambda: What(ways=("drip",)),  # type: ignore[arg-type]
    lambda: What(delay_s=-1.0), lambda: What(delay_s=float("nan")),
])
def test_a_value_that_has_no_text_form_cannot_be_made(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"\w+ .*[.?]"):
        wrong()  # type: ignore[operator]


def test_states_scopes_and_ways_may_be_given_by_name() -> None:
    when = When("RCPT", state="READY", scope="mail")  # type: ignore[arg-type]
    assert when.state is State.READY and when.scope is Scope.MAIL
    assert What(ways=("split",)).ways == (Way.SPLIT,)  # type: ignore[arg-type]


def test_what_is_no_fault_at_all_is_told_where_it_is_given() -> None:
    with pytest.raises(FaultError, match="Column 1: 'RCTP'"):
        World(faults=("MAIL -> 451", "RCTP -> 452"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="read from a text; this is int"):
        World(faults=(452,))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must hold faults such as"):
        World(faults=452)  # type: ignore[arg-type]
    assert len(World(faults="RCPT -> 452").faults.set) == 1  # type: ignore[arg-type]


def world(*faults: str, seed: int = 0, **options: object) -> World:
    return World(faults=faults, seed=seed, **options)  # type: ignore[arg-type]


def greeted(*faults: str, **options: object) -> Talk:
    talk = Talk(world(*faults, **options))  # type: ignore[arg-type]
    talk.say("EHLO me.example")
    return talk


def test_recipients_are_counted_anew_in_each_mail() -> None:
    talk = greeted("RCPT#2 -> 452")
    assert talk.codes(MAIL, BOB, ANNA, BOB) == [250, 250, 452, 250]
    assert talk.codes("RSET", MAIL, BOB, ANNA, BOB) == [250, 250, 250, 452, 250]


def test_recipients_can_be_counted_through_the_session_or_the_server() -> None:
    talk = greeted("RCPT#3 per session -> 452")
    assert talk.codes(MAIL, BOB, BOB, "RSET", MAIL, BOB, BOB) == [250, 250, 250, 250, 250, 452, 250]
    first = greeted("RCPT#3 per server -> 452")
    first.codes(MAIL, BOB, BOB)
    second = Talk(first.world)
    assert second.codes("EHLO me.example", MAIL, BOB, BOB)[-2:] == [452, 250]


def test_what_came_before_a_fault_was_set_counts_in_a_mail_and_in_a_session() -> None:
    talk = greeted()
    talk.codes(MAIL, BOB)
    talk.world = talk.world.with_faults(Faults.of(("RCPT#2 -> 452", "NOOP#2 -> 450", "NOOP#1 per server -> 451")))
    assert talk.codes(ANNA, "NOOP", "NOOP") == [452, 451, 450]


def test_connections_are_counted_over_sessions_since_the_fault_was_set() -> None:
    before = Talk()
    now = before.world.with_faults(Faults.of(("CONNECT#2 -> 421 Busy",)))
    codes = []
    for _ in range(3):
        talk = Talk(now)
        codes.append(talk.replies()[0].code)
        now = talk.world
    assert codes == [220, 421, 220]


def test_onwards_is_each_time_from_then_on() -> None:
    talk = greeted("NOOP#2+ -> 450")
    assert talk.codes("NOOP", "NOOP", "NOOP", "RSET", "NOOP") == [250, 450, 450, 250, 450]


def test_any_is_any_command_and_no_greeting_no_end_of_mail() -> None:
    talk = Talk(world("ANY#4 -> 450"))
    assert talk.replies()[0].code == 220
    assert talk.codes("EHLO me.example", *LETTER) == [250, 250, 250, 450, 500]
    talk = Talk(world("ANY#5+ -> 450"))
    talk.replies()
    assert talk.codes("EHLO me.example", *LETTER, "nonsense", "NOOP") == [250, 250, 250, 354, 250, 450, 450]


def test_the_last_piece_is_a_piece_too() -> None:
    pieces = ("BDAT 0", "BDAT 0", "BDAT 0 LAST")
    for event, codes in (("BDAT#2", [250, 451, 503]), ("BDAT#3", [250, 250, 451]), ("BDAT-LAST", [250, 250, 451]),
                         ("BDAT-LAST#1", [250, 250, 451]), ("BDAT-LAST#2", [250, 250, 250])):
        talk = greeted(f"{event} -> 451", extensions=("CHUNKING",))
        assert talk.codes(MAIL, BOB, *pieces)[2:] == codes, event
    talk = greeted("BDAT#2 -> 451", extensions=("CHUNKING",))
    for _ in range(2):
        assert talk.codes(MAIL, BOB, "BDAT 0 LAST") == [250] * 3


def test_verbs_that_nobody_knows_count_together_and_only_for_any() -> None:
    talk = greeted("ANY#4 -> 450")
    assert talk.codes("FOO", "BAR", "FOO") == [500, 500, 450]
    assert talk.session.counted.times("ANY", Scope.SESSION) == 4


def test_a_verb_that_is_typed_like_an_event_is_a_verb_that_nobody_knows() -> None:
    talk = greeted("CONNECT#2 -> 450", "DATA-END -> 450", "TLS -> drop", "AUTH-LINE -> 450")
    assert talk.codes("CONNECT", "DATA-END", "TLS", "ANY", "AUTH-LINE") == [500] * 5
    assert talk.session.counted.times("ANY", Scope.SESSION) == 6


def test_the_first_that_fits_wins_whatever_its_kind() -> None:
    for faults, code in (
        (("NOOP#1 -> 450", "NOOP -> 451"), 450), (("NOOP -> 451", "NOOP#1 -> 450"), 451),
        (("ANY#2 -> 450", "NOOP#1 -> 451"), 450), (("NOOP#1 -> 451", "ANY#2 -> 450"), 451),
        (("NOOP in GREETED -> 450", "NOOP#1+ -> 451"), 451), (("NOOP#1 per session -> 450", "NOOP#1 -> 451"), 450),
    ):
        assert greeted(*faults).codes("NOOP") == [code], faults


def test_a_fault_that_is_set_again_goes_to_the_end_and_counts_anew() -> None:
    faults = Faults.of(("NOOP#1 per server -> 450", "NOOP -> 451"))
    talk = greeted()
    talk.world = talk.world.with_faults(faults)
    assert talk.codes("NOOP", "NOOP") == [450, 451]
    talk.world = talk.world.with_faults(talk.world.faults.with_set("NOOP -> 451"))
    assert [str(fault) for fault in talk.world.faults.set] == ["NOOP#1 per server -> 450", "NOOP -> 451"]
    assert list(talk.world.faults.fired.values()) == [1]
    anew = talk.world.faults.with_set("NOOP#1 per server -> 450").without(read_fault("NOOP -> 451"))
    talk.world = talk.world.with_faults(anew)
    assert talk.codes("NOOP", "NOOP") == [450, 250]


def draws(seed: int, fault: str = "NOOP 50% -> 450") -> list[int]:
    return greeted(fault, seed=seed).codes(*["NOOP"] * 64)


def test_the_same_seed_gives_the_same_session_and_another_another() -> None:
    assert draws(1) == draws(1)
    assert len({tuple(draws(seed)) for seed in range(8)}) == 8
    assert 12 < draws(1).count(450) < 52
    assert draws(1, "NOOP 100% -> 450") == [450] * 64


def test_chance_of_a_rare_fault_is_rare() -> None:
    fired = sum(greeted("NOOP 10% -> 450", seed=seed).codes(*["NOOP"] * 50).count(450) for seed in range(20))
    assert 60 < fired < 140


@pytest.mark.parametrize(("fault", "lines", "codes"), [
    ("RCPT from alice@student.example -> 450", (MAIL, BOB, "RSET", "MAIL FROM:<eve@x.example>", BOB),
     [250, 450, 250, 250, 250]),
    ("RCPT from <> -> 450", (MAIL, BOB, "RSET", "MAIL FROM:<>", BOB), [250, 250, 250, 250, 450]),
    ("MAIL from ALICE@Student.Example -> 450", ("MAIL FROM:<eve@x.example>", "RSET", MAIL), [250, 250, 450]),
    ("RCPT to anna@lab.example -> 450", (MAIL, BOB, ANNA, "RCPT TO:<ANNA@lab.example>", "RCPT TO"),
     [250, 250, 450, 450, 501]),
    ("DATA to anna@lab.example -> 450", (MAIL, BOB, "DATA", ".", MAIL, BOB, ANNA, "DATA"),
     [250, 250, 354, 250, 250, 250, 250, 450]),
    ("DATA-END to bob@lab.example from alice@student.example -> 450", LETTER, [250, 250, 354, 450]),
    ("RCPT#2 to bob@lab.example -> 450", (MAIL, BOB, ANNA, BOB, "RSET", MAIL, BOB),
     [250, 250, 250, 450, 250, 250, 250]),
    ("NOOP host ME.example -> 450", ("NOOP", "EHLO other.example", "NOOP"), [450, 250, 250]),
    ("EHLO host other.example -> 450", ("EHLO other.example", "EHLO third.example"), [450, 250]),
    ("NOOP in SENDER_KNOWN -> 450", ("NOOP", MAIL, "NOOP", BOB, "NOOP"), [250, 250, 450, 250, 250]),
    ("NOOP#2 in READY per session -> 450", ("NOOP", MAIL, "NOOP", "RSET", "NOOP"), [250, 250, 250, 250, 450]),
    ("NOOP#2 in SENDER_KNOWN per mail -> 450",
     (MAIL, "NOOP", "RSET", MAIL, "NOOP", "NOOP", "NOOP", "RSET", MAIL, "NOOP", "NOOP"),
     [250, 250, 250, 250, 250, 450, 250, 250, 250, 250, 450]),
    ("NOOP#1 per mail -> 450", ("NOOP", "NOOP", MAIL, "NOOP", "NOOP"), [450, 250, 250, 450, 250]),
])
def test_conditions(fault: str, lines: tuple[str, ...], codes: list[int]) -> None:
    assert greeted(fault).codes(*lines) == codes


def both(talk: Talk) -> Iterator[list[int]]:
    """What each of two copies of a session says to the same two commands."""
    for _ in range(2):
        now, session, codes = talk.world, talk.session, []
        for line in (ANNA, BOB):
            now, session, actions = step(now, session, Octets(line.encode() + b"\r\n", talk.now))
            codes.append(int(actions[0].octets[:3]))  # type: ignore[union-attr]
        yield codes


def test_a_copied_session_goes_on_by_itself() -> None:
    talk = greeted("RCPT#2 -> 452", "RCPT#3 per server -> 450", "RCPT 50% -> 451")
    talk.codes(MAIL, BOB)
    first, second = both(talk)
    assert first == second
    assert talk.world.faults.met and not talk.world.faults.fired.get(read_fault("RCPT#2 -> 452"))


def test_a_session_without_faults_counts_all_the_same() -> None:
    now = World()
    session = open_session(now, now=0.0)
    now, session, _ = step(now, session, Tick(0.0))
    now, session, _ = step(now, session, Octets(b"NOOP\r\nNOOP\r\n", 0.0))
    assert session.counted.times("NOOP", Scope.SESSION) == session.counted.times("ANY", Scope.SESSION) == 2
