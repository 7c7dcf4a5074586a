"""Each checker on a good, a partial and a bad answer, and on what it says; and on answers that are none."""

import base64
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smtplab
from smtplab.course import extension_tasks, retry_tasks
from smtplab.course.checks import TASKS, CheckResult, check
from smtplab.course.playing import play
from smtplab.explain import explain
from smtplab.explain.catalogue import texts
from smtplab.lab import World
from smtplab.network import memory_server
from smtplab.protocol import limits
from smtplab.protocol.enhanced_codes import read_enhanced_code
from smtplab.protocol.transcript import Transcript
from tests.course.answers import GOOD

EHLO, ALICE = "EHLO student.example", "MAIL FROM:<alice@student.example>"
BOB_LOGIN = "AUTH PLAIN AGJvYgBidWlsZGVy"
BOB, ANNA = "RCPT TO:<bob@lab.example>", "RCPT TO:<anna@lab.example>"


def changed(id: str, **parts: object) -> dict[object, object]:
    good = GOOD[id]
    assert isinstance(good, dict)
    return {**good, **{int(key[1:]) if key[0] == "n" else key.replace("_", " "): parts[key] for key in parts}}


def lines(*said: str) -> str:
    return "\n".join(said)


def test_every_task_has_a_good_answer_here() -> None:
    assert set(GOOD) == set(TASKS)


@pytest.mark.parametrize("id", TASKS)
def test_a_good_answer_passes_with_all_points_and_says_why(id: str) -> None:
    result = check(id, GOOD[id])
    assert result.passed
    assert result.points == result.of == TASKS[id].of
    assert str(result).startswith("Yes. ")
    assert result.section.startswith("RFC ")


PARTIAL: list[tuple[str, object, int, str]] = [
    ("01.1", changed("01.1", n354="yes"), 3, "354: you said yes. The first digit of 354 is 3."),
    ("01.1", changed("01.1", n452=None), 3, "452 has no answer yet."),
    ("01.1", changed("01.1", n553="maybe"), 3, "553: you said maybe. Choose one of: yes, more, not now, no."),
    ("01.2", changed("01.2", n421="mail", n500="mail"), 2, "421: you said mail. The second digit of 421 is 2."),
    ("01.3", changed("01.3", n471="no"), 2, "471: you said no. No RFC names 471, but its first digit is 4, and that "
     "decides."),
    ("01.4", {**GOOD["01.4"], "450 RCPT": "D"}, 4,  # type: ignore[dict-item]
     "450 RCPT: you said D. This recipient's mailbox is busy. Nothing changed."),
    ("01.5", {**GOOD["01.5"], "replies": 6}, 2,  # type: ignore[dict-item]
     "replies: you said 6. A blank behind the code ends a reply. A hyphen says that more follows."),
    ("01.5", {**GOOD["01.5"], "last code": "4.5"}, 2,  # type: ignore[dict-item]
     "last code: you said 4.5. It must be a whole number such as 2."),
    ("01.6", changed("01.6", B="address"), 3,
     "B: you said address. The enhanced code is 4.2.2; its middle number is 2."),
    ("01.6", changed("01.6", clash="A"), 3,
     "clash: you said A. In that line the two codes begin with the same digit."),
    ("02.1", lines(EHLO, ALICE, "DATA", BOB, ANNA, "Subject: Lunch at noon", ".", "QUIT"), 3,
     'Line 3, "DATA", gets 503: after line 2 the session stands in SENDER_KNOWN.'),
    ("02.1", lines(EHLO, ALICE, BOB, "DATA", ANNA, "Subject: Lunch at noon", ".", "QUIT"), 3,
     f'Line 5, "{ANNA}", is no command here. After DATA in line 4 each line is text, until the dot.'),
    ("02.1", lines(EHLO, ALICE, BOB, ANNA, "DATA", ".", "Subject: Lunch at noon", "QUIT"), 4,
     'Line 7, "Subject: Lunch at noon", gets 500: after line 6 the session stands in READY.'),
    ("02.1", lines(EHLO, ALICE, BOB, ANNA, "DATA", "Subject: Lunch at noon", "."), 4,
     'One line is missing: "QUIT". Use each of the given lines.'),
    ("02.1", lines(EHLO, "NOOP", ALICE, BOB, ANNA, "DATA", "Subject: Lunch at noon", ".", "QUIT"), 4,
     '"NOOP" is not among the given lines, or stands there too often.'),
    ("02.1", lines(EHLO, "QUIT", ALICE, BOB, ANNA, "DATA", "Subject: Lunch at noon", "."), 1,
     f'Line 3, "{ALICE}", comes too late: after line 2 the session is closed.'),
    ("02.2", lines(EHLO, "RSET", ALICE, BOB, ANNA, "DATA", "Subject: For Anna only", ".", ALICE, "QUIT"), 3,
     "Every line is taken, but the mail goes to: anna@lab.example, bob@lab.example. "
     "It should go to: anna@lab.example."),
    ("02.2", lines(EHLO, ALICE, BOB, ALICE, ANNA, "RSET", "DATA", "Subject: For Anna only", ".", "QUIT"), 3,
     f'Line 4, "{ALICE}", gets 503: after line 3 the session stands in RECIPIENTS_KNOWN.'),
    ("02.3", lines(EHLO, ALICE, BOB, "DATA", "Subject: Dinner", "QUIT", "."), 1,
     'Line 6, "QUIT", is no command here. After DATA in line 4 each line is text, until the dot.'),
    ("02.3", lines(EHLO, ALICE, BOB, "DATA", "Subject: Dinner", "."), 2,
     "Every line is taken, but the session stays open in READY. A client says goodbye."),
    ("03.1", changed("03.1", D="SENDER_KNOWN"), 5,
     'D: you said SENDER_KNOWN. After line 3 the session stands in RECIPIENTS_KNOWN. What does "RSET" do there?'),
    ("03.1", changed("03.1", A="GREETED"), 5,
     f'A: you said GREETED. The session has been greeted and stands in GREETED. What does "{EHLO}" do there?'),
    ("03.1", changed("03.1", C="BUSY"), 5,
     "C: you said BUSY, which is no state. Look at the list of states, for example READY."),
    ("03.2", changed("03.2", F="503 SENDER_KNOWN"), 11,
     'F: you said 503 SENDER_KNOWN. After line 3 the session stands in SENDER_KNOWN. What does "DATA" do there?'),
    ("03.2", changed("03.2", A="READY"), 10, 'A: you said READY. Write the code first, then the state: "250 READY" or '
     '"none MAIL_DATA".'),
    ("03.3", changed("03.3", B="221 CLOSED"), 8,
     'B: you said 221 CLOSED. After line 5 the session stands in MAIL_DATA. What does "QUIT" do there?'),
    ("03.4", lines(EHLO, ALICE, "DATA"), 3,
     "DATA in line 3 gets 503, not 554. Before it the session stands in SENDER_KNOWN."),
    ("03.4", lines(EHLO, ALICE), 2,
     f'Line 2, your last, is "{ALICE}" and gets 250. The last line must be DATA, sent as a command.'),
    ("03.4", lines(EHLO, ALICE, BOB, "DATA", "DATA"), 2,
     'Line 5, your last, is "DATA" and gets none. The last line must be DATA, sent as a command.'),
    ("04.1", {**GOOD["04.1"], "CHUNKING": "A"}, 6,  # type: ignore[dict-item]
     "CHUNKING: you said A. You may send the message in counted pieces with BDAT; no dot ends it, and DATA is not "
     "needed."),
    ("04.1", {**GOOD["04.1"], "X-AURORA": "Q"}, 6,  # type: ignore[dict-item]
     "X-AURORA: you said Q. Choose one of: A, B, C, D, E, F, G."),
    ("04.2", changed("04.2", E=501), 7,
     f'E: you said 501. The session stands in READY. Hold "{ALICE} SMTPUTF8" against the answer to EHLO, line by '
     "line."),
    ("04.2", changed("04.2", H="no"), 7, "H: you said no. It must be a whole number such as 2."),
    ("04.3", changed("04.3", password="dW1icmVsbGE="), 3,
     "password: you said dW1icmVsbGE=. Decode the lines that begin with C and follow AUTH; they are base64."),
    ("04.3", changed("04.3", second_password="4532c3a6"), 3,
     "second password: you said 4532c3a6. CRAM-MD5 sends no password, only a mix that cannot be taken apart."),
    ("04.4", lines(EHLO, BOB_LOGIN, ALICE), 1,
     f'Line 2, "{BOB_LOGIN}", gets 530: after line 1 the session stands in READY.'),
    ("04.4", lines(EHLO, "STARTTLS", ALICE), 2,
     f'Line 3, "{ALICE}", gets 503: after line 2 the session stands in GREETED.'),
    ("04.4", lines(EHLO, "STARTTLS", EHLO, ALICE), 3,
     f'Line 4, "{ALICE}", gets 530: after line 3 the session stands in READY.'),
    ("04.4", lines(EHLO, "STARTTLS", EHLO, BOB_LOGIN), 4,
     f'Every line is taken, but the last is "{BOB_LOGIN}" and gets 235 in READY. It must be a MAIL that gets 250.'),
    ("05.1", changed("05.1", G="A", H="A"), 7, "G: you said A. The first digit of 473 is 4."),
    ("05.1", changed("05.1", C="C"), 8, "C: you said C. The line went dead, and no final dot had gone out."),
    ("05.1", changed("05.1", D="B"), 8, "D: you said B. The final dot went out, and no reply to it was heard."),
    ("05.1", changed("05.1", E="C"), 8, "E: you said C. A 250 to the final dot was heard."),
    ("05.1", changed("05.1", F="D"), 8,
     "F: you said D. 555 speaks of the word behind the address, not of the address."),
    ("05.1", changed("05.1", I="F"), 8, "I: you said F. Choose one of: A, B, C, D, E."),
    ("05.2", {**GOOD["05.2"], "minutes, the reply to the dot": 5}, 4,  # type: ignore[dict-item]
     "minutes, the reply to the dot: you said 5. Look for it among the times that RFC 2821 names."),
    ("05.3", "MAIL#2 -> 452 Too many recipients", 1, "The fault can be, but in this session it never happens."),
    ("05.3", "RCPT -> 452 Too many recipients", 2, 'Session 1 goes another way. Shown is "S: 250 Recipient accepted: '
     '<bob@lab.example>", and this came: "S: 452 Too many recipients".'),
    ("05.3", "RCPT#2 -> silence", 2, 'Session 1 goes another way. Shown is "S: 452 Too many recipients", and this '
     'came: "nothing".'),
    ("05.4", "DATA-END#1 -> drop before", 3, 'Session 2 goes another way. Shown is "S: 250 Message accepted: 28 octets '
     'for 1 recipient", and this came: "-- lost".'),
    ("05.4", "DATA-END#1 per server -> drop after", 2, 'Session 1 goes another way. Shown is "-- lost", and this came: '
     '"S: 250 Message accepted: 28 octets for 1 recipient".'),
    ("05.4", "DATA-END#1 per server -> drop before, 451 Not now", 4,
     "Both sides say what is shown, but the server has taken 1 of the 2 mails."),
]


@pytest.mark.parametrize(("id", "answer", "points", "said"), PARTIAL)
def test_a_partial_answer_gets_its_points_and_is_told_the_first_thing_that_differs(
    id: str, answer: object, points: int, said: str
) -> None:
    result = check(id, answer)
    assert result.message == said
    assert result.points == points
    assert not result.passed
    assert str(result).startswith("Not yet. ")


BAD: list[tuple[str, object, str]] = [
    *((id, {"Z": "zzz"}, "has no answer yet.") for id in TASKS if isinstance(GOOD[id], dict)),
    ("02.1", "HELLO", '"HELLO" is not among the given lines'),
    ("02.2", "QUIT", 'One line is missing: "RSET".'),
    ("02.3", "QUIT", "Every line is taken, but the mail goes to: nobody. It should go to: bob@lab.example."),
    ("02.3", lines(EHLO, ALICE, BOB, "DATA", "Subject: Dinner"), "no line with a single dot has ended the message."),
    ("03.4", "HELLO", 'Line 1, your last, is "HELLO" and gets 500.'),
    ("04.4", "HELLO", 'Line 1, "HELLO", gets 500: the session stands in GREETED.'),
    ("04.4", "QUIT", 'the last is "QUIT" and gets 221 in CLOSED.'),
    ("05.3", "452", "This is no fault yet. Column 4: '->' and what is to happen are missing."),
    ("05.3", "RCPT#0 -> 452", "This is no fault yet. Column 6: '0' is no count; times are counted from 1"),
    ("05.4", "DATA-END#1 -> 777", "This is no fault yet. Column 15: "),
    ("05.4", "DOT#1 -> drop before", "This is no fault yet. Column 1: 'DOT'"),
    ("05.4", lines(*["RCPT -> 452"] * 11), "These are more than 10 faults. One is enough."),
]


@pytest.mark.parametrize(("id", "answer", "said"), BAD)
def test_a_bad_answer_gets_no_points_and_never_hears_that_it_is_wrong(id: str, answer: object, said: str) -> None:
    result = check(id, answer)
    assert said in result.message
    assert result.points == 0
    assert "wrong" not in str(result).lower()


ORDERS = [
    ("02.1", lines(EHLO, ALICE, ANNA, BOB, "DATA", "Subject: Lunch at noon", ".", "QUIT")),
    ("02.1", lines("ehlo student.example", ALICE, BOB, ANNA, "data", "Subject: Lunch at noon", ".", "quit")),
    ("02.1", [EHLO, ALICE, BOB, ANNA, "DATA", "Subject: Lunch at noon", ".", "QUIT"]),
    ("02.1", "".join(f"C: {line}\n" for line in str(GOOD["02.1"]).split("\n") if line)),
    ("02.2", lines(EHLO, ALICE, "RSET", ALICE, ANNA, "DATA", "Subject: For Anna only", ".", "QUIT").replace(
        "RSET", f"{BOB}\nRSET")),
    ("02.2", lines(EHLO, ALICE, ANNA, "DATA", "Subject: For Anna only", ".", ALICE, BOB, "RSET", "QUIT")),
    ("02.2", lines("RSET", EHLO, ALICE, ANNA, "DATA", "Subject: For Anna only", ".", ALICE, BOB, "QUIT")),
    ("02.3", lines("HELO x.example", "MAIL FROM:<>", BOB, "DATA", ".", "NOOP", "QUIT")),
    ("04.4", lines("NOOP", EHLO, ALICE, "starttls", "ehlo b.example", "AUTH LOGIN", "Ym9i", "YnVpbGRlcg==",
                   "mail from:<>")),
    ("03.4", lines("HELO x.example", "MAIL FROM:<>", "RCPT TO:<dave@lab.example>", "RCPT TO:<carol@lab.example>",
                   "DATA")),
    ("05.3", "RCPT to anna@lab.example -> 452 Too many recipients"),
    ("05.3", "rcpt#2+ per session -> 452 Too many recipients"),
    ("05.3", ["QUIT -> drop before", "RCPT#2 per server -> 452 Too many recipients"]),
    ("05.4", "DATA-END#1 to bob@lab.example per server -> drop before"),
    ("05.4", "\n  DATA-END#1 per server -> drop\n"),
]


@pytest.mark.parametrize(("id", "answer"), ORDERS)
def test_any_session_that_does_the_job_is_right(id: str, answer: object) -> None:
    assert check(id, answer).passed, check(id, answer)


def test_every_order_of_the_lines_is_judged_as_the_lab_plays_it() -> None:
    """Of all 5040 orders behind EHLO just two deliver to both and close: the RCPT lines may change places."""
    rest = [ALICE, BOB, ANNA, "DATA", "Subject: Lunch at noon", ".", "QUIT"]
    right = [order for order in itertools.permutations(rest) if check("02.1", [EHLO, *order]).passed]
    assert sorted(right) == sorted(
        (ALICE, *pair, "DATA", "Subject: Lunch at noon", ".", "QUIT") for pair in [(BOB, ANNA), (ANNA, BOB)]
    )


SAME: list[tuple[str, object]] = [
    ("01.1", {"251": " Yes. ", "354": "more please", "452": "not-now", "553": "NO"}),
    ("01.1", {**changed("01.1"), 999: "never asked"}),
    ("01.5", {"Replies": "3", "LAST LINE OF THE FIRST": 4, "last_code": "450"}),
    ("03.1", {key.lower(): value.lower().replace("_", " ") for key, value in GOOD["03.1"].items()}),  # type: ignore[attr-defined]
    ("03.2", {key: tuple(value.split()) for key, value in GOOD["03.2"].items()}),  # type: ignore[attr-defined]
    ("03.3", {**GOOD["03.3"], "A": (354, "MAIL_DATA")}),  # type: ignore[dict-item]
    ("04.1", {key.lower(): value.lower() for key, value in GOOD["04.1"].items()}),  # type: ignore[attr-defined]
    ("04.2", {key: str(value) for key, value in GOOD["04.2"].items()}),  # type: ignore[attr-defined]
    ("04.3", {**GOOD["04.3"], "Second_Password": "None.", "second password": None}),  # type: ignore[dict-item]
    ("05.1", {key.lower(): f" {value.lower()}. " for key, value in GOOD["05.1"].items()}),  # type: ignore[attr-defined]
    ("05.2", {key: str(value) for key, value in GOOD["05.2"].items()}),  # type: ignore[attr-defined]
]


@pytest.mark.parametrize(("id", "answer"), SAME)
def test_the_same_answer_written_in_another_way_is_as_good(id: str, answer: object) -> None:
    assert check(id, answer).passed, check(id, answer)


class Hostile:
    """Raises at every touch."""

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __repr__ = __str__ = __eq__ = __iter__ = __len__ = __bool__ = __getattr__ = _raise  # type: ignore[assignment]
    __hash__ = object.__hash__


class HostileText(str):
    __slots__ = ()
    strip = splitlines = lower = upper = __str__ = __len__ = Hostile._raise  # type: ignore[assignment]


class HostileTable(dict[object, object]):
    items = keys = get = __len__ = __iter__ = __getitem__ = Hostile._raise  # type: ignore[assignment]


def endless() -> Iterator[str]:
    while True:
        yield "NOOP"


class EndlessList(list[str]):
    def __iter__(self) -> Iterator[str]:
        return endless()


ABSURD: list[object] = [
    None, ..., 7, -1, 3.5, float("nan"), True, "", " \n ", "x" * 10_000_000, "\n" * 100_000, "\x00\r\x1b", "\ud800",
    b"EHLO x", object(), Hostile(), HostileText("EHLO x"), HostileTable(A="x"), endless(), EndlessList(), [], [None],
    [[[]]], ["NOOP"] * 100_000, ["a\nb"], ["\ud800"], (), {}, {None: None}, {"A": endless()}, {"A": Hostile()},
    {"A": HostileText("READY")}, {251: "x" * 10_000_000}, {251: 10**10_000}, {251: "\ud800\x1b"},
    dict.fromkeys(range(1000)), {1, 2}, print, type, GOOD, CheckResult(True, 1, 1, "me"), lambda: 1, "C: C: C:",
    "." * 500, "DATA\n" * 150,
]


@pytest.mark.parametrize("number", range(len(ABSURD)))
@pytest.mark.parametrize("id", TASKS)
def test_no_answer_whatever_raises_or_passes(id: str, number: int) -> None:
    for hint in range(4):
        result = check(id, ABSURD[number], hint=hint)
        assert not result.passed
        assert str(result).startswith("Not yet. ")
        assert len(str(result)) < 1000
        str(result).encode()


SESSIONS = ["02.1", "02.3", "03.4", "04.4", "05.3", "05.4"]


@given(st.text(max_size=200) | st.lists(st.text(max_size=40), max_size=8), st.sampled_from(SESSIONS))
@settings(max_examples=60)
def test_any_lines_are_played_without_harm(answer: object, id: str) -> None:
    assert not check(id, answer).passed


@pytest.mark.parametrize(
    ("id", "answer", "said"),
    [
        ("01.1", None, "There is no answer yet. Fill in the cell above and run it."),
        ("01.1", "yes", "Your answer is a str. It must be a table, written in braces as in the cell above."),
        ("02.1", 7, "Your answer is a int. It must be a text, one line for each line that is sent."),
        ("02.1", "", "There is no answer yet. Fill in the cell above and run it."),
        ("02.1", "x" * 30_000, "Your answer is very long. At most 20000 characters are read."),
        ("02.1", ["NOOP"] * 300, "Your session has more than 200 lines. A few lines are enough."),
        ("02.1", ["NOOP", 5], "One of your lines is a int. Each line must be a text in quotes."),
        ("02.1", ["EHLO a\nNOOP"], "One of your lines holds a line break. Make it two lines."),
    ],
)
def test_an_answer_of_another_kind_is_told_in_a_sentence(id: str, answer: object, said: str) -> None:
    assert check(id, answer).message == said


@pytest.mark.parametrize("id", TASKS)
def test_three_hints_can_be_asked_for_and_none_comes_unasked(id: str) -> None:
    assert check(id, None).hint == ""
    hints = [check(id, None, hint=level).hint for level in (1, 2, 3)]
    assert [hint[:12] for hint in hints] == ["Hint 1 of 3:", "Hint 2 of 3:", "Hint 3 of 3:"]
    assert hints[0].endswith("?")
    assert hints[2] in str(check(id, None, hint=3))


LESSONS = Path(__file__).resolve().parents[2] / "notebooks" / "source"


@pytest.mark.parametrize(("key", "hint"), texts("hint").items())
def test_what_a_hint_points_to_is_there(key: str, hint: str) -> None:
    for number in re.findall(r"lesson (\d\d)", hint):
        (lesson,) = LESSONS.glob(f"{number}_*.py")
        for quoted in re.findall(r', "([^"]+)"|: "([^"]+)"', hint):
            assert "".join(quoted) in lesson.read_text("utf-8")
    for call in re.findall(r"smtplab\.\w+\([^)]*\)", hint):
        assert eval(call, {"smtplab": smtplab}) is not None


def test_the_steps_worked_in_hints_are_true() -> None:
    def last(*said: str) -> str:
        step = play(said).steps[-1]
        return f"{step.code} {step.after}"

    assert [explain(*each).verdict_id for each in ((221,), (399,), (421, "NOOP"))] == ["yes", "more", "not-now"]
    assert read_enhanced_code("5.6.0").code.agrees_with(554)
    assert last(EHLO, "VRFY bob") == "250 READY"
    assert last(EHLO, "DATA") == "503 READY"
    assert last(EHLO, ALICE, BOB, "DATA", "Hello", "RSET") == "none MAIL_DATA"
    assert last(EHLO, "MAIL FROM:<zoe@student.example>", "RSET", ALICE, BOB) == "250 RECIPIENTS_KNOWN"
    assert last(EHLO, ALICE, "DATA") == "503 SENDER_KNOWN"
    logged_in = play([EHLO, BOB_LOGIN, f"{ALICE} BODY=8BITMIME"], extension_tasks.AFTER_LOGIN)
    assert logged_in.steps[-1].code == "250"
    assert base64.b64decode("VXNlcm5hbWU6") == b"Username:"
    only_tls = replace(extension_tasks.INSIDE_TLS, needs_login=False)
    assert play([EHLO, "STARTTLS", EHLO, ALICE], only_tls).steps[-1].code == "250"
    assert retry_tasks.fate(Transcript.parse("S: 421 mx.north.example\n"))[0] == "later"
    assert limits.SERVER_TIMEOUT_S == 300


def test_the_faults_worked_in_hints_do_what_is_said() -> None:
    later, once, always = (
        memory_server(World(faults=(fault,))) for fault in (
            "NOOP#2 per session -> 451 Come back later", "DATA#1 per server -> drop before", "DATA -> drop before")
    )
    client = later.connect()
    assert [str(client.send("NOOP")) for _ in range(2)] == ["250 OK, nothing done", "451 Come back later"]
    for server, heard in ((once, [False, True]), (always, [False, False])):
        data = []
        for client in (server.connect(), server.connect()):
            for line in (EHLO, ALICE, BOB):
                client.send(line)
            data.append(bool(client.send("DATA")))
        assert data == heard


@pytest.mark.parametrize("hint", [4, -1, "a", None, 1.5, True, object()])
def test_a_hint_that_there_is_not_is_told(hint: Any) -> None:
    assert check("01.1", None, hint=hint).hint == "There are 3 hints: write hint=1, hint=2 or hint=3."


@pytest.mark.parametrize("id", ["9.9", "", None, 7, object(), "01", "01.1.1"])
def test_an_exercise_that_there_is_not_is_told_with_those_there_are(id: Any) -> None:
    result = check(id, None)
    assert result.message.startswith("There is no such exercise. There are: 01.1, 01.2, ")
    assert (result.points, result.of) == (0, 0)


def test_an_exercise_may_be_named_by_a_number() -> None:
    assert check(3.2, GOOD["03.2"]).passed  # type: ignore[arg-type]
    assert check("3.2", GOOD["03.2"]).passed


def test_nothing_is_kept_between_two_calls() -> None:
    assert [str(check("02.1", GOOD["02.1"])) for _ in range(2)] == [str(smtplab.check("02.1", GOOD["02.1"]))] * 2


def test_a_notebook_shows_a_result_as_sentences() -> None:
    from IPython.lib.pretty import pretty

    assert pretty(check("01.1", None)) == str(check("01.1", None))


@pytest.mark.parametrize("exercise", [pytest.param(10**5000, id="huge"), 5, None, b"05.1", float("nan"), ["05.1"]])
def test_what_is_no_exercise_is_told(exercise: object) -> None:
    assert "05.1" in check(exercise, {}).message  # type: ignore[arg-type]
