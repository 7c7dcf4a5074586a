"""The console without a browser: driven by methods, by messages as a browser sends them, and left to itself."""

import gc
import json
import threading
import weakref
from typing import Any

import pytest

from smtplab.lab import World
from smtplab.network import LoopbackServer, NoReply, memory_server
from smtplab.notebook import cells
from smtplab.notebook.console.console import Console
from smtplab.notebook.html import static
from smtplab.protocol.machine import State

A_MAIL = ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA")


@pytest.fixture
def console() -> Console:
    """A console on a server in memory."""
    return Console(memory_server())


def after(console: Console, *lines: str) -> dict[str, Any]:
    """What the browser would draw after these lines."""
    for line in lines:
        console.send(line)
    return console.view()


def verbs(view: dict[str, Any], group: str) -> list[str]:
    """The buttons of one group."""
    return [c["verb"] for g in view["groups"] if g["id"] == group for c in g["choices"]]


def test_a_session_by_methods_delivers_a_mail(console: Console) -> None:
    for line in A_MAIL:
        console.send(line)
    assert console.state is State.MAIL_DATA
    console.send_message("Subject: hi\n\n.dot\n")
    assert console.explanation.verdict == "Yes."
    assert console.messages[0].mail_data == b"Subject: hi\r\n\r\n.dot\r\n"
    assert str(console.transcript).splitlines()[-2] == "C: ."


def test_what_crosses_to_the_browser_is_plain_data_without_markup(console: Console) -> None:
    view = after(console, "EHLO student.example", "VRFY <b>bob</b>", "\u202etxt.exe")
    assert view.pop("history")[-1] == "\u202etxt.exe"  # to be typed again as it was
    shown = json.dumps(view)
    assert "<b>bob</b>" in shown and "&lt;" not in shown
    assert "\\u202e" not in shown


def test_one_mark_stands_at_each_reply_and_none_at_its_lines(console: Console) -> None:
    rows = after(console, "EHLO student.example", "RCPT TO:<bob@lab.example>")["rows"]
    assert [row["mark"] for row in rows] == ["✓", "", "✓", "", "✗"]
    assert [code for code, _ in rows[2]["lines"]] == ["250"] * len(rows[2]["lines"])


def test_a_refused_command_is_marked_as_refused_in_the_picture(console: Console) -> None:
    view = after(console, "EHLO student.example", "RCPT TO:<bob@lab.example>")
    assert view["classes"] == {"refused-READY": "refused", "state-READY": "lit"}
    assert view["labels"] == {"refused-READY": "RCPT 503"}
    assert "so nothing changed" in view["caption"]


def test_every_id_that_is_marked_is_in_the_picture() -> None:
    console, seen = Console(memory_server()), set()
    for line in ("EHLO a.example", "MAIL FROM:<>", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "RSET", "QUIT"):
        seen |= set(after(console, line)["classes"])
    assert all(f'id="{name}"' in static("machine-2821.svg") for name in seen)


def test_after_354_there_are_no_buttons_and_a_message_to_begin_with(console: Console) -> None:
    view = after(console, *A_MAIL)
    assert (view["phase"], view["groups"]) == ("message", [])
    assert view["message"].startswith("From: alice@student.example\nTo: bob@lab.example\n")


def test_lines_of_a_message_are_shown_before_any_reply_and_counted_once(console: Console) -> None:
    view = after(console, *A_MAIL, "Subject: x", "", "QUIT")
    assert [row["lines"][0][1] for row in view["rows"][-3:]] == ["Subject: x", "", "QUIT"]
    view = after(console, ".")
    assert [row["kind"] for row in view["rows"][-2:]] == ["sent", "reply"]
    assert view["rows"][-2]["lines"][-1] == ["", "."]
    assert len({row["id"] for row in view["rows"]}) == len(view["rows"])


def test_a_long_message_is_shown_with_its_middle_left_out(console: Console) -> None:
    after(console, *A_MAIL)
    console.send_message("line\n" * 500)
    shown = console.view()["rows"][-2]["lines"]
    assert len(shown) < 15 and "more lines" in shown[-3][1] and shown[-1] == ["", "."]


def test_after_221_only_a_new_session_is_left(console: Console) -> None:
    view = after(console, "QUIT")
    assert (view["phase"], view["groups"]) == ("over", [])
    assert isinstance(console.send("NOOP"), NoReply)
    assert console.explanation.verdict == "No reply."
    console.new_session()
    assert console.state is State.GREETED
    assert [row["id"] for row in console.view()["rows"]] == ["2.0-S"]


def test_a_button_is_pressed_by_filling_the_line_and_nothing_is_sent(console: Console) -> None:
    assert console.fill("rcpt") == "RCPT TO:<bob@lab.example>"
    draft = console.view()["draft"]
    assert draft["line"][draft["start"] : draft["end"]] == "bob@lab.example"
    assert len(console.exchanges) == 1


def test_an_unasked_421_reaches_the_browser_without_a_call() -> None:
    with LoopbackServer() as server:
        console = Console(server)
        told = threading.Event()
        console.changed = told.set  # type: ignore[method-assign]  # stands for the browser
        server.close()
        assert told.wait(5)
        view = console.view()
        assert view["phase"] == "over" and view["explanation"]["code"] == 421
        assert "Nobody asked" in view["rows"][-2]["lines"][0][1]


def test_a_pasted_character_outside_ascii_is_named_with_its_place(console: Console) -> None:
    console.send("RCPT\u00a0TO:<bob@lab.example>")
    assert console.notice == "Character 5 of your line is U+00A0, no-break space; SMTP commands are plain ASCII."
    console.send("NOOP")
    assert console.notice == ""


@pytest.mark.parametrize("message", [
    None, 5, "send", [], {}, {"do": "send"}, {"do": "send", "line": 5}, {"do": "fly", "line": "x"}, {5: "x"},
    {"do": "send", "line": "x" * 2_000_000}, {"do": "send", "line": "NOOP\r\nQUIT"}, {"do": "message", "text": "x"},
])
def test_a_malformed_message_from_the_browser_is_ignored_with_a_sentence(console: Console, message: object) -> None:
    console.heard(message)
    if message != {"do": "message", "text": "x"}:
        assert console.notice.endswith(".")
    assert [e.event for e in console.exchanges] == ["CONNECT"]


def test_a_click_of_a_page_that_lags_behind_is_no_line_of_the_message(console: Console) -> None:
    after(console, *A_MAIL)
    console.heard({"do": "send", "line": "QUIT"})
    assert console.notice and console.state is State.MAIL_DATA
    assert b"QUIT" not in b"".join(entry.octets for entry in console.transcript.entries)


def test_the_address_book_is_that_of_the_server_and_empty_for_a_stranger() -> None:
    console = Console(World())
    assert {"address": "bob@lab.example", "story": "Bob Baker reads mail every day."} in console.fixed()["book"]
    assert Console(console.server).fixed()["book"] == console.fixed()["book"]
    console.close()


def test_the_static_form_tells_state_record_and_meaning(console: Console) -> None:
    after(console, "EHLO student.example", "RCPT TO:<bob@lab.example>")
    shown = console.fragment()
    assert all(words in shown for words in ("state lit", "refused", "503", "Wrong moment.", "You are at READY"))
    assert "Wrong moment." in str(console) and "C: RCPT TO:<bob@lab.example>" in str(console)
    assert repr(console) == "<Console, READY, 3 replies>"


@pytest.mark.parametrize(("arguments", "advice"), [
    ({"sise": 1}, "Did you mean 'size'"), ({"colour": 1}, "It has: target, size"),
])
def test_an_unknown_keyword_is_told_with_advice(arguments: dict[str, Any], advice: str) -> None:
    with pytest.raises(TypeError, match=advice):
        Console(**arguments)


def test_a_target_that_is_none_is_told() -> None:
    with pytest.raises(TypeError, match="a LoopbackServer or a Client; this is str"):
        Console("localhost")
    with pytest.raises(ValueError, match='"normal" or "projector"'):
        Console(size="huge")


def servers() -> int:
    """Threads of servers that are running."""
    return sum("smtplab server" in thread.name for thread in threading.enumerate())


def test_a_console_that_is_closed_or_forgotten_leaves_nothing_running() -> None:
    before = servers()
    closed, forgotten = Console(), Console()
    assert servers() == before + 2
    closed.close()
    closed.close()
    closed.heard({"do": "new-session"})
    assert "Run its cell again" in closed.notice
    gone = weakref.ref(forgotten)
    del forgotten
    gc.collect()
    assert gone() is None and servers() == before


def test_a_cell_that_runs_again_closes_the_server_of_its_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = iter([("cell", "1"), ("cell", "1"), ("other", "2"), ("cell", "3")])
    monkeypatch.setattr(cells, "_running", lambda: next(runs))
    before = servers()
    first, beside, other, second = Console(), Console(), Console(), Console()
    assert first.state is beside.state is State.CLOSED
    assert other.state is second.state is State.GREETED
    assert servers() == before + 2
    other.close()
    second.close()


def test_another_server_than_ours_is_followed_too() -> None:
    with LoopbackServer(World(takes_mail=False)) as server:
        view = Console(server.connect()).view()
        assert view["state"] == "REFUSED" and verbs(view, "leave") == ["QUIT"]
        assert verbs(view, "next") == []


@pytest.mark.parametrize("wrong", [3, None, b"NOOP", []], ids=str)
def test_what_is_no_line_and_no_command_is_told_in_a_sentence(console: Console, wrong: Any) -> None:
    with pytest.raises(TypeError, match="A line is a text such as"):
        console.send(wrong)
    with pytest.raises(TypeError, match="fill takes a command such as"):
        console.fill(wrong)


def test_half_a_character_from_the_browser_is_told_in_a_sentence(console: Console) -> None:
    console.heard({"do": "send", "line": "\ud83d"})
    assert console.notice == "Character 1 is half of one (U+D83D); type it again."
