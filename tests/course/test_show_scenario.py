"""At a terminal a scenario goes on with Enter and asks; anywhere else it runs straight through."""

import io
from pathlib import Path

import pytest

from smtplab.course.show_scenario import check_scenario, run_scenario

SHORT = """\
@title A short one
@minutes 2
@say Look.
@note Smile.
S: 220 lab.example SMTP service ready
C: RCPT TO:<bob@lab.example>
@ask What comes?
@wrong http-503
@right 503. | No sender is known.
S: 503 Send EHLO or HELO first
@say That was it.
"""


class Terminal(io.StringIO):
    """Typed lines, as from a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "short.txt"
    path.write_text(SHORT, "utf-8")
    return path


def run(path: Path, typed: io.StringIO, *, with_notes: bool = False) -> tuple[int, list[str]]:
    out = io.StringIO()
    status = run_scenario(path, with_notes=with_notes, input=typed, out=out)
    return status, out.getvalue().splitlines()


def test_without_a_terminal_all_is_shown_with_the_answers(path: Path) -> None:
    status, lines = run(path, io.StringIO())
    assert status == 0
    assert lines == [
        "A short one (2 minutes)",
        "",
        "Look.",
        "  S: 220 lab.example SMTP service ready",
        "      220 Yes. The server greets you and will take commands. The session is open.",
        "  C: RCPT TO:<bob@lab.example>",
        "",
        "What comes?",
        "  1  503 means that the service is unavailable.",
        "  2  503.",
        "The answer: 503. No sender is known.",
        "  S: 503 Send EHLO or HELO first",
        "      503 Wrong moment. RCPT is a good command, but you have not said EHLO yet. Nothing changed;",
        "      the state is still GREETED.",
        "",
        "That was it.",
        "",
        "It played as written.",
    ]


def test_at_a_terminal_a_chosen_option_is_answered_with_its_reason(path: Path) -> None:
    status, lines = run(path, Terminal("\n\nx\n7\n1\n2\n\n\n"))
    said = "\n".join(lines)
    assert status == 0
    assert said.count("Your answer, 1 to 2:") == 4
    assert 'Not yet. "Service unavailable" is HTTP\'s 503; SMTP says that with 421.' in said
    assert said.index("Not yet.") < said.index("Yes. No sender is known.") < said.index("S: 503 Send EHLO")
    assert "The answer:" not in said
    assert lines[-1] == "It played as written."


@pytest.mark.parametrize("typed", ["q\n", "", "\n\nq\n"])
def test_who_has_seen_enough_may_leave(path: Path, typed: str) -> None:
    status, lines = run(path, Terminal(typed))
    assert status == 0
    assert "  S: 503 Send EHLO or HELO first" not in lines


def test_notes_are_shown_when_asked_for(path: Path) -> None:
    assert "Note: Smile." not in run(path, io.StringIO())[1]
    assert "Note: Smile." in run(path, io.StringIO(), with_notes=True)[1]


def test_what_differs_is_told_by_file_and_line_and_is_status_1(path: Path) -> None:
    path.write_text(SHORT.replace("503 Send", "502 Send"), "utf-8")
    status, lines = run(path, io.StringIO())
    assert status == 1
    told = [
        f"{path}, line 10: this did not go as written.",
        "  expected: S: 502 Send EHLO or HELO first",
        "  got: S: 503 Send EHLO or HELO first",
    ]
    assert "\n".join(told) in "\n".join(lines)
    assert lines[-1] == "Places that did not go as written: 1."
    out = io.StringIO()
    assert check_scenario(path, out) == 1
    assert out.getvalue().splitlines() == [*told, "A short one (2 minutes)", "Places that did not go as written: 1."]


def test_a_check_tells_what_is_well_and_what_cannot_be_read(path: Path) -> None:
    out = io.StringIO()
    assert check_scenario(path, out) == 0
    path.write_text("@titel x", "utf-8")
    assert check_scenario(path, out) == 1
    assert out.getvalue().splitlines() == [
        "A short one (2 minutes)", "It played as written.",
        f"{path}, line 1, column 2: There is no directive @titel. Did you mean 'title'?",
    ]


def test_both_sides_are_told_when_a_reply_is_lost(tmp_path: Path) -> None:
    lines = run(Path("the_lost_250"), io.StringIO())[1]
    assert "      Messages that the server has taken charge of so far: 1." in lines
    assert "      Messages that the server has taken charge of so far: 2." in lines
    assert "A new session, number 2." in lines
    assert "      The client stands in MAIL_DATA, the server in READY." in run(Path("slow_server"), io.StringIO())[1]


def test_octets_that_steer_a_terminal_are_shown_escaped(path: Path) -> None:
    path.write_text(SHORT.replace("C: RCPT", "C| NOOP \\x1b[2J\\r\\nS: 501 a\nC: RCPT"), "utf-8")
    assert "\x1b" not in "\n".join(run(path, io.StringIO())[1])


def test_no_words_of_a_file_steer_the_terminal(tmp_path: Path) -> None:
    hostile = tmp_path / "it\x1b[31m.txt"
    words = SHORT.replace("503 Send", "250 Send")
    for said, instead in (("A short one", "A \x1b[2J"), ("Look.", "Look\x07 \u202e."), ("Smile.", "\x1b]0;x\x07"),
                          ("What comes?", "\x9b1m?"), ("known.", "\x1b[8m."), ("503. |", "\x1b[5m |")):
        words = words.replace(said, instead)
    hostile.write_text(words, "utf-8")
    status, lines = run(hostile, io.StringIO(), with_notes=True)
    assert status == 1 and "A \\x1b[2J (2 minutes)" in lines and all(line.isprintable() for line in lines)


def test_an_endless_number_is_no_answer(path: Path) -> None:
    status, _ = run(path, Terminal("\n\n" + "9" * 5000 + "\nq\n"))
    assert status == 0


def test_every_question_is_put_also_the_last_and_pauses_are_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(SHORT + "-- 60 s\n@say Later.\n@ask And now?\n@wrong No. | It is.\n@right Yes. | So.\n", "utf-8")
    _, lines = run(path, io.StringIO())
    assert lines[-10:] == [
        "", "  -- 1 minute later", "", "Later.", "", "And now?", "  1  No.", "  2  Yes.", "The answer: Yes. So.", "",
        "It played as written."][-10:]
    _, lines = run(path, Terminal("\n" * 2 + "2\n" + "\n" * 3 + "x\n1\n2\n"))
    said = "\n".join(lines)
    assert "That is no option. Type a number from 1 to 2, or q to leave." in said
    assert said.index("That is no option") < said.index("Not yet. It is.") < said.index("Yes. So.")
    assert lines[-1] == "It played as written."
