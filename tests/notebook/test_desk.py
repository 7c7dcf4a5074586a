"""The instructor's desk by methods: the curtain, the question for the class, scenarios, what is told of mistakes."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest

from smtplab.notebook.desk import Desk, desk
from tests.network.waiting import until


@pytest.fixture
def board() -> Iterator[Desk]:
    with desk() as made:
        yield made


def say(board: Desk, line: str) -> None:
    board.heard({"part": "console", "do": "send", "line": line})


def test_it_begins_with_the_console_at_projector_size(board: Desk) -> None:
    view = board.view()
    assert view["shown"] == "console" and view["console"]["state"] == "GREETED"
    assert board.fixed()["console"]["size"] == "projector"
    assert view["player"] is None and view["hands"] is None


def test_a_hidden_reply_is_nowhere_in_what_the_browser_gets(board: Desk) -> None:
    say(board, "EHLO student.example")
    board.hide_replies()
    say(board, "RCPT TO:<bob@lab.example>")
    assert board.is_covered
    shown = str(board.view())
    assert "503" not in shown and "Wrong moment" not in shown and "Send MAIL first" not in shown
    assert "503" not in board.fragment() and "503" not in str(board)  # should the cell be run again
    assert "RCPT TO:<bob@lab.example>" in shown and "What came back is hidden." in shown
    board.heard({"do": "uncover"})
    assert not board.is_covered and "Send MAIL first" in str(board.view())


def test_the_state_does_not_move_before_the_reveal(board: Desk) -> None:
    board.heard({"do": "hide", "on": True})
    say(board, "EHLO student.example")
    assert board.view()["console"]["state"] == "GREETED" and str(board.console.state) == "READY"
    board.reveal()
    assert board.view()["console"]["state"] == "READY"


def test_a_second_line_of_a_cell_stays_hidden_too(board: Desk) -> None:
    board.hide_replies()
    board.console.send("EHLO student.example")
    board.console.send("MAIL FROM:<>")
    assert board.view()["console"]["state"] == "GREETED"
    rows = [row["lines"][0][1] for row in board.view()["console"]["rows"] if row["kind"] == "sent"]
    assert rows == ["EHLO student.example", "MAIL FROM:<>"]


def test_a_message_is_not_sent_twice_while_its_reply_is_hidden(board: Desk) -> None:
    for line in ("EHLO student.example", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "DATA"):
        say(board, line)
    board.hide_replies()
    for _ in range(2):
        board.heard({"part": "console", "do": "message", "text": "Subject: Hello"})
    assert [step.event for step in board.console.exchanges][-2:] == ["DATA", "DATA-END"]
    assert board.notice.startswith("Reveal what came back first")
    board.reveal()
    say(board, "NOOP")
    assert board.console.exchanges[-1].event == "NOOP"


def test_switching_the_curtain_off_reveals(board: Desk) -> None:
    board.hide_replies()
    say(board, "EHLO student.example")
    board.heard({"do": "hide", "on": False})
    assert not board.is_covered and board.view()["console"]["state"] == "READY"


def test_the_class_is_asked_about_the_line_and_the_reveal_sends_it(board: Desk) -> None:
    say(board, "EHLO student.example")
    board.heard({"do": "ask", "line": "MAIL FROM:<alice@student.example>"})
    assert board.shown == "hands" and str(board.console.state) == "READY"
    board.heard({"part": "hands", "do": "hands-count", "option": "yes", "hands": "21"})
    board.heard({"part": "hands", "do": "hands-reveal"})
    assert str(board.console.state) == "SENDER_KNOWN"
    assert "21 of 21" in str(board.view()["hands"])


def test_without_a_line_nobody_is_asked(board: Desk) -> None:
    board.heard({"do": "ask", "line": "  "})
    assert board.hands is None and board.notice.startswith("Type a line")


def test_a_scenario_is_opened_played_and_taken_over(board: Desk) -> None:
    board.heard({"do": "open", "name": "two_recipients"})
    assert board.shown == "player" and board.player is not None
    while str(board.player.frame.session.state) != "SENDER_KNOWN":
        board.heard({"part": "player", "do": "next"})
    old = board.console
    board.heard({"part": "player", "do": "take-over"})
    assert board.shown == "console" and board.console is not old
    assert board.view()["console"]["state"] == "SENDER_KNOWN"
    say(board, "RSET")
    assert board.view()["console"]["state"] == "READY"
    board.heard({"do": "open", "name": "greylisting"})
    board.show_part("console")
    say(board, "NOOP")
    assert board.console.exchanges[-1].event == "NOOP"


def test_faults_are_at_hand(board: Desk) -> None:
    board.heard({"part": "console", "do": "set-fault", "text": "NOOP -> 452 4.5.3 Too many recipients"})
    say(board, "NOOP")
    assert board.console.exchanges[-1].forced.startswith("NOOP")


@pytest.mark.parametrize(("message", "told"), [
    ({"do": "open", "name": "no such"}, "no such"),
    ({"do": "front", "which": "player"}, "There is no scenario to show yet."),
    ({"do": "front", "which": "moon"}, "a desk has console, player, hands"),
    ({"do": "take-over"}, "There is no scenario"),
    ({"part": "player", "do": "next"}, "nothing was done"),
    ({"part": 3, "do": "next"}, "nothing was done"),
    ({"do": "dance"}, "nothing was done"),
    ([], "nothing was done"),
])
def test_what_cannot_be_is_told_in_a_sentence(board: Desk, message: object, told: str) -> None:
    board.heard(message)
    assert told in board.notice


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(TypeError, match="edition"):
        desk(editon=5321)
    with pytest.raises(ValueError, match="size"):
        desk(size="huge")


def test_a_part_that_changes_is_told_to_the_browser_once(board: Desk) -> None:
    seen: list[str] = []

    class Page:
        fixed: dict[str, object] = board.fixed()

        def __setattr__(self, name: str, value: object) -> None:
            seen.append(name)

        def hold_sync(self) -> AbstractContextManager[None]:
            return nullcontext()

    board._live = Page()  # type: ignore[assignment]
    say(board, "EHLO student.example")
    assert seen == ["view"]
    board.open("greylisting")
    assert seen[1] == "fixed"  # the words of a part come before its data
    board._live = None


def test_its_text_is_that_of_the_part_in_front(board: Desk) -> None:
    board.open("two_recipients")
    assert str(board).startswith("Two recipients, two fates")
    board.show_part("console")
    assert str(board).startswith("S: 220")


def test_a_reply_that_comes_late_stays_hidden_too(board: Desk) -> None:
    say(board, "EHLO student.example")
    board.heard({"part": "console", "do": "set-fault", "text": "NOOP -> delay 600 s, 252 Slowly"})
    board.hide_replies()
    say(board, "NOOP")
    assert board.is_covered
    board.console.let_pass(1000)
    until(lambda: len(board.console.exchanges) == 3)
    shown = {name: said for name, said in board.view()["console"].items() if name != "faults"}
    assert "252" not in str(shown) and "is hidden." in str(shown)
    board.reveal()
    assert "Slowly" in str(board.view()["console"]["rows"])


@pytest.mark.parametrize("fault", ["NOOP -> silence", "NOOP -> no CRLF", "NOOP -> drop before", "NOOP -> twice"])
def test_the_class_cannot_see_either_that_no_whole_reply_came(board: Desk, fault: str) -> None:
    say(board, "EHLO student.example")
    board.console.faults.add(fault)
    board.hide_replies()
    say(board, "NOOP")
    console = board.view()["console"]
    assert board.is_covered and console["explanation"] is None and not console["both"]
    assert [row["kind"] for row in console["rows"]][-2:] == ["sent", "reply"]
    assert "What came back is hidden." in str(console["rows"][-1])


def test_what_a_cell_sends_is_hidden_too_and_another_session_hides_nothing(board: Desk) -> None:
    board.hide_replies()
    board.console.send("EHLO student.example")
    assert board.is_covered and board.view()["console"]["state"] == "GREETED"
    board.heard({"part": "console", "do": "new-session"})
    assert not board.is_covered and "220" in str(board.view()["console"]["rows"])


@pytest.mark.parametrize("in_python", [True, False])
def test_the_reveal_of_a_question_shows_the_reply_in_the_console_as_well(board: Desk, in_python: bool) -> None:
    board.hide_replies()
    board.heard({"do": "ask", "line": "EHLO student.example"})
    if in_python:
        board.shows[0].reveal()
    else:
        board.heard({"part": "hands", "do": "hands-reveal"})
    assert not board.is_covered and board.view()["console"]["state"] == "READY"


def test_after_a_question_was_told_the_next_reply_is_hidden_again(board: Desk) -> None:
    board.hide_replies()
    board.ask("NOOP").reveal()
    assert not board.is_covered
    say(board, "EHLO student.example")
    board.console.changed()
    assert board.is_covered and board.view()["console"]["state"] == "GREETED"


def test_a_notice_of_the_desk_goes_with_the_next_message_of_a_part(board: Desk) -> None:
    board.heard({"do": "ask", "line": ""})
    assert board.view()["notice"]
    say(board, "NOOP")
    assert board.view()["notice"] == ""


@pytest.mark.parametrize("came", ["", "EHLO -> 421", "EHLO -> drop before", "EHLO -> silence", "EHLO -> 501"])
def test_what_is_told_of_a_line_too_early_is_the_same_whatever_came(board: Desk, came: str) -> None:
    if came:
        board.console.faults.add(came)
    board.hide_replies()
    say(board, "EHLO student.example")
    say(board, "MAIL FROM:<>")
    console = board.view()["console"]
    assert board.notice == "Reveal what came back first; until then nothing more is sent."
    assert console["draft"]["line"] == "MAIL FROM:<>" and console["phase"] == "commands"
    assert [row["lines"][0][1] for row in console["rows"]][-2:] == ["EHLO student.example", "What came back is hidden."]


def test_a_count_of_the_panel_does_not_tell_that_a_fault_has_happened(board: Desk) -> None:
    say(board, "EHLO student.example")
    board.console.faults.add("NOOP -> 452 Busy")
    say(board, "NOOP")
    board.hide_replies()
    say(board, "NOOP")
    board.heard({"part": "console", "do": "set-fault", "text": "RSET -> 421 Closing"})
    shown = {fault["text"]: fault["fired"] for fault in board.view()["console"]["faults"]["set"]}
    assert shown == {"NOOP -> 452 Busy": "has happened once", "RSET -> 421 Closing": ""}
    board.console.send("RSET")
    assert {fault["text"]: fault["fired"] for fault in board.view()["console"]["faults"]["set"]} == shown
    board.reveal()
    shown = {fault["text"]: fault["fired"] for fault in board.view()["console"]["faults"]["set"]}
    assert shown == {"NOOP -> 452 Busy": "has happened 2 times", "RSET -> 421 Closing": "has happened once"}


def test_a_fault_that_is_cleared_under_the_curtain_goes_and_its_reply_stays_hidden(board: Desk) -> None:
    board.console.faults.add("NOOP -> 452 Busy")
    board.hide_replies()
    say(board, "NOOP")
    board.heard({"part": "console", "do": "clear-faults"})
    assert board.view()["console"]["faults"]["set"] == [] and board.is_covered
    assert "452" not in str(board.view())


@pytest.mark.parametrize("fault", ["NOOP -> 452 Busy", "NOOP -> silence", "NOOP -> drop before", "NOOP -> twice"])
def test_no_form_of_the_desk_tells_what_came(board: Desk, fault: str) -> None:
    say(board, "EHLO student.example")
    board.console.faults.add(fault)
    board.hide_replies()
    before = board.view()["console"]
    say(board, "NOOP")
    now = board.view()["console"]
    for what in ("state", "caption", "classes", "labels", "picture", "both", "envelope", "faults", "phase", "groups"):
        assert now[what] == before[what], what
    for form in (str(board), board.fragment(), repr(board)):
        assert "452" not in form and "CLOSED" not in form and "has happened" not in form
    assert repr(board) == "<Desk, READY, shows the console>"
    board.reveal()
    assert board.view()["console"]["faults"] != before["faults"]


def test_what_comes_late_changes_nothing_that_a_screen_reader_would_say(board: Desk) -> None:
    board.console.faults.add("NOOP -> delay 600 s")
    board.hide_replies()
    say(board, "NOOP")
    before = board.view()["console"]["rows"][-1]
    board.console.let_pass(1000)
    until(lambda: len(board.console.exchanges) == 2)
    assert board.view()["console"]["rows"][-1] == before


def test_the_faults_of_a_scenario_that_was_taken_over_keep_their_counts_under_the_curtain(board: Desk) -> None:
    board.hide_replies()
    board.open("the_lost_250")
    console = board.take_over()
    console.faults.add("NOOP -> 452 Busy")
    board.view()
    say(board, "NOOP")
    assert board.is_covered
    assert {fault["fired"] for fault in board.view()["console"]["faults"]["set"]} == {"has not happened yet"}


def test_the_notes_of_a_scenario_are_folded_in_every_form_until_they_are_opened(board: Desk) -> None:
    player = board.open("the_lost_250")
    player.show_notes()
    again = board.open("two_recipients")
    assert not board.view()["player"]["notes"] and again.scenario is not None
    notes = [step.text for step in again.scenario.steps if type(step).__name__ == "Note"]
    assert notes and not any(note in form for note in notes for form in (str(board), str(board.fragment())))


@pytest.mark.parametrize("came", ["NOOP -> 452 Busy", "NOOP -> silence", "NOOP -> drop before", "NOOP -> glue"])
def test_a_line_under_the_curtain_looks_the_same_whatever_came(board: Desk, came: str) -> None:
    """Down to the ids of its rows, which are attributes on the page."""
    with desk() as other:
        for each in (board, other):
            each.hide_replies()
        board.console.faults.add(came)
        for each in (board, other):
            say(each, "NOOP")
            assert each.is_covered
        assert board.view()["console"]["rows"] == other.view()["console"]["rows"]


@pytest.mark.parametrize("lines", [3, 40])
def test_a_message_under_the_curtain_looks_the_same_whether_it_was_answered_or_not(board: Desk, lines: int) -> None:
    with desk() as other:
        board.console.faults.add("DATA-END -> drop before")
        for each in (board, other):
            for line in ("EHLO student.example", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "DATA"):
                say(each, line)
            each.hide_replies()
            each.heard({"part": "console", "do": "message", "text": "Hello\n" * lines})
        rows = board.view()["console"]["rows"]
        assert rows == other.view()["console"]["rows"]
        assert len(rows) < 25 and rows[-2]["lines"] == [["", "."]]


def test_a_login_under_the_curtain_does_not_tell_whether_the_server_asked_on() -> None:
    with desk(extensions=("AUTH",)) as asked, desk(extensions=("AUTH",)) as refused:
        refused.console.faults.add("AUTH -> 454 Not now")
        for each in (asked, refused):
            say(each, "EHLO student.example")
            each.hide_replies()
            login = {"do": "login", "mechanism": "LOGIN", "name": "bob", "password": "builder"}
            each.heard({"part": "console", **login})
        assert len(asked.console.exchanges) > len(refused.console.exchanges)
        assert asked.view()["console"]["rows"] == refused.view()["console"]["rows"]


def test_a_login_under_the_curtain_shows_no_password(board: Desk) -> None:
    say(board, "EHLO student.example")
    board.hide_replies()
    board.console.send("AUTH PLAIN AGJvYgBidWlsZGVy")
    assert board.is_covered and "AGJvYg" not in str(board.view()["console"]["rows"])


def test_a_curtain_that_is_drawn_twice_is_not_lifted(board: Desk) -> None:
    board.hide_replies()
    say(board, "NOOP")
    board.hide_replies()
    board.heard({"do": "hide", "on": True})
    assert board.is_covered


@pytest.mark.parametrize("message", [{"do": "back", "step": 0}, {"do": "switch"}])
def test_under_the_curtain_the_session_goes_nowhere_else(board: Desk, message: dict[str, object]) -> None:
    """What is told when it cannot, and the future that is left, would both tell what came."""
    say(board, "EHLO student.example")
    board.hide_replies()
    say(board, "NOOP")
    board.heard({"part": "console", **message})
    assert board.notice.startswith("Reveal what came back first") and board.is_covered and board.console.other is None
