"""A slip in what is given to a method is told in one sentence that names what was expected; nothing is sent by it."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from smtplab.network import memory_server
from smtplab.notebook.arguments import LONGEST, quoted
from smtplab.notebook.console.console import Console
from smtplab.notebook.desk import Desk, desk
from smtplab.notebook.player.player import Player
from smtplab.notebook.question.hands import ShowOfHands, show_of_hands
from smtplab.notebook.question.predict import Prediction, predict

HUGE = "x" * 100_000


def asking() -> Console:
    console = Console(memory_server(), predict=True)
    with pytest.raises(ValueError, match="Say first"):
        console.send("NOOP")
    return console


def question() -> Prediction:
    return predict("NOOP", memory_server().connect())


def hands(line: Any = "NOOP", **given: Any) -> ShowOfHands:
    return show_of_hands(line, memory_server().connect(), **given)


def board() -> Desk:
    return desk(memory_server())


def player() -> Player:
    return Player("two_recipients", predict=True)


SLIPS: dict[str, tuple[Callable[[], object], str]] = {
    "no move": (lambda: asking().commit("yes"), r"Missing: moves. Write commit\(kind, moves\)."),  # type: ignore[call-arg]
    "nothing": (lambda: question().answer(), r"Missing: kind, moves. Write answer\("),  # type: ignore[call-arg]
    "player": (lambda: player().commit("yes"), "Missing: moves. Write commit"),  # type: ignore[call-arg]
    "surplus": (lambda: asking().commit("yes", True, 1, 250, 9), "more than can be given. Write commit"),  # type: ignore[call-arg]
    "keyword": (lambda: asking().commit("yes", mvs=True), "commit has no option 'mvs'. Did you mean 'moves'"),  # type: ignore[call-arg]
    "way out": (lambda: asking().change_line(3), r"Write change_line\(\)."),  # type: ignore[call-arg]
    "keyword of none": (lambda: asking().change_line(line="x"), r"more than can be given. Write change_line\(\)."),  # type: ignore[call-arg]
    "half": (lambda: asking().commit("yes", True, reason=1.0), "reason is 1.0; write"),  # type: ignore[arg-type]
    "no line": (lambda: hands(""), "line is ''; write the line that the class is asked about"),
    "blank line": (lambda: hands("   "), "write the line that the class"),
    "two lines": (lambda: hands("NOOP\r\nQUIT"), "A line holds no CR or LF"),
    "two lines of one": (lambda: predict("NOOP\n", memory_server().connect()), "A line holds no CR or LF"),
    "octets": (lambda: hands(b"NOOP"), r"Write show_of_hands\(line, target\)"),
    "no target": (lambda: show_of_hands("NOOP"), "Missing: target. Write show_of_hands"),  # type: ignore[call-arg]
    "about None": (lambda: hands(about=None), "about is None; write some of kind, moves"),
    "about lists": (lambda: hands(about=[[]]), "write some of kind, moves"),
    "no belief": (lambda: hands(wrong=["text-decide", "x"]), 'no misconception; write .* such as "text-decides"'),
    "one belief": (lambda: hands(wrong=["text-decides"]), "write two different names of misconceptions"),
    "twice": (lambda: hands(wrong=["text-decides"] * 2), "write two different names"),
    "numbers": (lambda: hands(wrong=[1, 2]), "wrong is a list of names"),
    "bytes": (lambda: hands(wrong=b"ab"), "wrong is a list of names"),
    "send": (lambda: hands(send="no"), "send is 'no'; write True or False"),
    "code": (lambda: predict("NOOP", memory_server().connect(), code=250), "code is 250; write True or False"),
    "no hands": (lambda: hands().count("yes"), "Missing: hands. Write count"),  # type: ignore[call-arg]
    "part": (lambda: board().show_part(), "Missing: part. Write show_part"),  # type: ignore[call-arg]
    "hide": (lambda: board().hide_replies("no"), "on is 'no'; write True or False"),  # type: ignore[arg-type]
    "open": (lambda: board().open(None), "takes a file, the name of a scenario"),  # type: ignore[arg-type]
    "ask": (lambda: board().ask("NOOP\r\n"), "A line holds no CR or LF"),
    "player asks": (lambda: Player("two_recipients", predict="code"), "predict is 'code'; write True or False"),  # type: ignore[arg-type]
    "notes": (lambda: player().show_notes("no"), "on is 'no'; write True or False"),  # type: ignore[arg-type]
    "login": (lambda: Console(memory_server()).login("bob", None), "password is a text; this is NoneType"),  # type: ignore[arg-type]
    "answer": (lambda: Console(memory_server()).answer(b"bob"), "said is a text; this is bytes"),  # type: ignore[arg-type]
    "no password": (lambda: Console(memory_server()).login("bob"), r"Missing: password. Write login\("),  # type: ignore[call-arg]
    "no answer": (lambda: Console(memory_server()).answer(), r"Missing: said. Write answer\(said\)."),  # type: ignore[call-arg]
    "no octets": (lambda: Console(memory_server()).send_chunk(), r"Missing: data. Write send_chunk\("),  # type: ignore[call-arg]
    "no text": (lambda: Console(memory_server()).send_line(), r"Missing: line. Write send_line\(line\)."),  # type: ignore[call-arg]
    "no verb": (lambda: Console(memory_server()).fill(), r"Missing: verb. Write fill\(verb\)."),  # type: ignore[call-arg]
    "no time": (lambda: Console(memory_server()).let_pass(), r"Missing: seconds. Write let_pass\(seconds\)."),  # type: ignore[call-arg]
    "no step": (lambda: Console(memory_server()).go_back(at=2), "go_back has no option 'at'. It has: step, replay."),  # type: ignore[call-arg]
    "huge kind": (lambda: asking().commit(HUGE, True), "kind is 'xxx"),
    "huge option": (lambda: hands().count(HUGE, 1), "is no option here"),
    "huge number": (lambda: hands().count("yes", 10**2000), "hands for yes cannot be"),
    "endless number": (lambda: hands().count("yes", 10**5000), "<int> hands for yes cannot be"),
    "endless option": (lambda: hands().count(10**5000, 1), "<int> is no option here"),
    "endless code": (lambda: predict("NOOP", memory_server().connect(), code=True).answer("yes", True, 1, 10**5000),
                     "code is <int>; write one of"),
    "huge file": (lambda: player().open(HUGE), "File name too long"),
    "huge part": (lambda: board().show_part(HUGE), "a desk has console, player, hands"),
    "huge step": (lambda: player().jump(HUGE), "There is no step"),  # type: ignore[arg-type]
    "huge size": (lambda: board().__class__(None, HUGE, {}, {}), 'write "normal" or "projector"'),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_a_sentence(slip: str) -> None:
    call, told = SLIPS[slip]
    with pytest.raises((TypeError, ValueError), match=told) as found:
        call()
    assert len(str(found.value)) < 400 and str(found.value).endswith((".", "?"))


def test_an_empty_line_of_the_message_may_be_asked_about() -> None:
    client = memory_server().connect()
    for line in ("EHLO a.example", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "DATA"):
        client.send(line)
    assert "No reply." in str(show_of_hands("", client))


def test_a_slip_sends_nothing_and_the_question_stays_open() -> None:
    console = asking()
    with pytest.raises(TypeError):
        console.commit("yes")  # type: ignore[call-arg]
    assert console.question is not None and len(console.exchanges) == 1
    assert console.commit("yes", moves=False).code == 250


def test_help_still_tells_what_a_method_takes() -> None:
    assert str(inspect.signature(Console.commit)).startswith("(self, kind: ")
    assert "Commit to a guess" in (Console.commit.__doc__ or "")


def test_a_long_value_is_cut() -> None:
    assert quoted("a") == "'a'" and len(quoted(HUGE)) == LONGEST


def test_a_value_that_cannot_be_written_is_told_by_its_type() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError

    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    for value in (10**5000, nested, Odd()):
        with pytest.raises(ValueError, match=f"<{type(value).__name__}>"):
            hands().count(value, 1)  # type: ignore[arg-type]
