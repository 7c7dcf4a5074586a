"""Faults in a console without a browser: the panel's data and messages, both views, marks in rows and static forms."""

import gc
import json
from typing import Any

import pytest

from smtplab.lab import World
from smtplab.network import LoopbackServer, MemoryServer, NoReply, memory_server
from smtplab.notebook import views
from smtplab.notebook.console import faults as console_faults
from smtplab.notebook.console.console import Console
from smtplab.protocol.machine import State

A_MAIL = ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA")


def console_with(*faults: str) -> Console:
    return Console(memory_server(World(faults=faults)))


def after(console: Console, *lines: str) -> dict[str, Any]:
    """What the browser would draw after these lines."""
    for line in lines:
        console.send(line)
    return console.view()


def rows(view: dict[str, Any]) -> list[tuple[str, str]]:
    """Each row as text, and its note."""
    return [("\n".join(code + said for code, said in row["lines"]), row["note"]) for row in view["rows"]]


def test_a_fault_is_set_told_in_words_counted_and_cleared_by_messages_of_a_browser() -> None:
    console = console_with()
    assert console.view()["faults"] == {"set": [], "serial": 0, "summary": "Faults"}
    console.heard({"do": "set-fault", "text": "rcpt#2 -> 452 4.5.3 Too many recipients"})
    said = "The 2nd RCPT of each mail gets 452 4.5.3 Too many recipients."
    one = {"text": "RCPT#2 -> 452 4.5.3 Too many recipients", "words": said, "fired": "has not happened yet"}
    assert console.view()["faults"] == {"set": [one], "serial": 1, "summary": "Faults: 1 set"}
    assert console.notice == "The fault is set."
    [fault] = after(console, *A_MAIL[:3], A_MAIL[2])["faults"]["set"]
    assert fault["fired"] == "has happened once"
    console.heard({"do": "clear-fault", "text": one["text"]})
    assert (len(console.faults), console.notice) == (0, "")
    console.heard({"do": "clear-fault", "text": one["text"]})
    assert console.notice == f"{one['text']} is not set, so it cannot be cleared."


def test_a_text_that_is_no_fault_is_told_by_its_column_and_sets_nothing() -> None:
    console = console_with()
    console.heard({"do": "set-fault", "text": "RCPT#0 -> 452"})
    assert console.notice.startswith("Column 6: ")
    assert console.view()["faults"] == {"set": [], "serial": 0, "summary": "Faults"}


def test_all_are_cleared_at_once() -> None:
    console = console_with("RCPT -> 450", "NOOP -> silence")
    console.heard({"do": "clear-faults"})
    assert not list(console.faults)


@pytest.mark.parametrize(("name", "said"), list(console_faults.QUICK.items()))
def test_every_quick_choice_can_be_set_and_happens_the_next_time_only(name: str, said: str) -> None:
    console = console_with()
    assert said in [text for _, text in console.fixed()["faults"]]
    console.faults.add(said)
    for line in (*A_MAIL[:2], "RCPT TO:<frank@lab.example>", A_MAIL[2], "DATA", "."):
        if console.state is not State.CLOSED:
            console.send(line)
    console.let_pass(20)
    assert [one.fired for one in console.faults] == [1]


def test_with_another_server_there_is_no_panel_and_a_sentence_for_who_asks() -> None:
    with LoopbackServer() as server:
        from smtplab.network import Client

        console = Console(Client(server.host, server.port))
        assert console.view()["faults"] is None
        console.heard({"do": "set-fault", "text": "RCPT -> 450"})
        assert console.notice == "This server is not smtplab's, so nothing can be forced on it."
        console.close()


def test_a_lost_250_stands_in_the_rows_and_both_views_are_told_in_words() -> None:
    console = console_with("DATA-END -> drop before")
    for line in A_MAIL:
        console.send(line)
    console.send_message("hi")
    told = "The server said 250 and stands at READY, 1 message stored. You read nothing: CLOSED."
    assert console.both_sides == console.view()["both"] == told
    assert told in str(console) and told in console.fragment()
    assert rows(console.view())[-4:] == [
        ("hi", ""), (".", ""),
        ("Decided, but never sent:\n250 Message accepted: 4 octets for 1 recipient",
         "forced by DATA-END -> drop before"),
        ("The connection is lost.", ""),
    ]
    assert console.explanation.here.endswith("A fault made it so.")
    assert any("DATA-END -> drop before" in detail.text for detail in console.explanation.details)
    console.new_session()
    assert console.both_sides == ""


@pytest.mark.parametrize(("what", "both"), [
    ("450 no", ""), ("drop after", ""), ("twice", ""), ("split", ""), ("glue", ""), ("too long", ""),
    ("silence", "The server said 250 and stands at RECIPIENTS_KNOWN. You read nothing: SENDER_KNOWN."),
    ("drop", "The server said 250 and stands at RECIPIENTS_KNOWN. You read nothing: CLOSED."),
    ("no CRLF", "The server said 250 and stands at RECIPIENTS_KNOWN. You read no whole reply: SENDER_KNOWN."),
    ("codes differ", "The server said 250 and stands at RECIPIENTS_KNOWN. You read 550: SENDER_KNOWN."),
    ("delay 30 s", "The server holds back 250 and stands at RECIPIENTS_KNOWN. You read nothing: SENDER_KNOWN."),
])
def test_both_views_are_told_where_they_differ_and_only_there(what: str, both: str) -> None:
    console = console_with(f"RCPT -> {what}")
    assert after(console, *A_MAIL[:3])["both"] == both


@pytest.mark.parametrize("what", ["split", "too long", "twice", "glue", "drop after"])
def test_a_reply_that_came_whole_has_its_row_and_no_other(what: str) -> None:
    console = console_with(f"EHLO -> {what}")
    texts = [said for said, _ in rows(after(console, A_MAIL[0]))]
    assert sum(said.startswith("250-lab.example greets") for said in texts) == 1 + (what == "twice")
    assert not any("unfinished" in said or "never sent" in said for said in texts)


def test_a_reply_without_its_end_stands_once_with_all_its_lines() -> None:
    found = rows(after(console_with("EHLO -> no CRLF"), A_MAIL[0]))
    assert [said for said, _ in found][1:-1] == [A_MAIL[0]]
    assert found[-1][0].startswith("250-lab.example greets") and found[-1][0].endswith("250 HELP\n(unfinished)")
    assert found[-1][1] == "forced by EHLO -> no CRLF"


def test_when_only_the_list_differs_both_lists_are_told() -> None:
    console = console_with("RCPT#2 -> codes differ")
    after(console, *A_MAIL[:3], "RCPT TO:<postmaster@lab.example>")
    assert console.both_sides == (
        "The server said 250 and stands at RECIPIENTS_KNOWN with bob@lab.example and postmaster@lab.example on the "
        "list. You read 550: RECIPIENTS_KNOWN with bob@lab.example on the list.")


def test_a_late_reply_is_shown_when_it_comes_and_is_no_answer_to_the_next_command() -> None:
    console = console_with("MAIL -> delay 30 s")
    view = after(console, *A_MAIL[:2])
    assert view["state"] == "READY" and rows(view)[-1] == (A_MAIL[1], "")
    assert not console.send(A_MAIL[2])
    console.heard({"do": "let-pass", "amount": "0.5", "unit": "minutes"})
    view = console.view()
    assert (view["state"], view["both"]) == ("RECIPIENTS_KNOWN", "")
    assert rows(view)[-4:] == [
        (A_MAIL[1], ""), ("250 Sender accepted: <alice@student.example>", "forced by MAIL -> delay 30 s"),
        (A_MAIL[2], ""), ("250 Recipient accepted: <bob@lab.example>", ""),
    ]
    assert console.explanation.verdict == "Yes."


def test_a_late_reply_of_a_server_over_sockets_is_seen_by_who_watches() -> None:
    from tests.network.waiting import until

    with LoopbackServer(World(faults=("MAIL -> delay 3600 s",))) as server:
        console = Console(server)
        console.send(A_MAIL[0])
        console.heard({"do": "send", "line": A_MAIL[1]})  # waits shortly, since a fault is set
        assert isinstance(console._silence, tuple) and console.client.timeout_s == 5
        console.let_pass(3600)
        until(lambda: console.state is State.SENDER_KNOWN)
        assert console.explanation.verdict == "Yes."
        console.close()


@pytest.mark.parametrize("amount", ["", "x", "-1", "nan", "1e9", "inf"])
def test_what_is_no_time_is_told(amount: str) -> None:
    console = console_with()
    console.heard({"do": "let-pass", "amount": amount, "unit": "seconds"})
    assert console.notice == f"{amount!r} is no time; write a number of seconds or minutes, such as 30."


def test_faults_set_in_another_cell_are_seen_at_once_and_no_console_is_kept_alive_for_it() -> None:
    server = memory_server()
    console = Console(server)
    told: list[int] = []
    console.changed = lambda: told.append(len(server.faults))  # type: ignore[method-assign]
    server.faults.add("RCPT -> 450")
    assert told == [1]
    console.new_session()
    told.clear()
    server.faults.clear()
    assert told == [0]
    console.close()
    server.faults.add("RCPT -> 450")
    assert told == [0]
    del console
    gc.collect()
    server.faults.clear()


def test_what_a_fault_says_is_foreign_and_crosses_readable() -> None:
    console = console_with("NOOP -> 250 <b>bold</b>")
    shown = json.dumps(after(console, "NOOP"))
    assert "<b>bold</b>" in shown and "&lt;" not in shown
    assert "<b>bold" not in console.fragment() and "forced by NOOP -&gt; 250 &lt;b&gt;" in console.fragment()


def test_a_transcript_shows_what_was_forced_and_what_was_decided_instead() -> None:
    server: MemoryServer = memory_server(World(faults=("NOOP#1 -> codes differ", "NOOP#2 -> silence")))
    client = server.connect()
    client.send("NOOP")
    assert isinstance(client.send("NOOP"), NoReply)
    shown = views.transcript(client.transcript)
    assert "forced by NOOP#1 -&gt; codes differ; the server had decided 250 OK, nothing done<" in shown
    assert "<i>decided, but never sent</i>" in shown and "forced by NOOP#2 -&gt; silence<" in shown


def test_a_table_of_the_faults_that_are_set() -> None:
    from smtplab.notebook.frames import frame

    server = memory_server(World(faults=("NOOP -> 250 Hm",)))
    server.connect().send("NOOP")
    assert frame(server.faults).values.tolist() == [["NOOP -> 250 Hm", "Each NOOP gets 250 Hm.", 1]]


def test_a_reply_that_comes_while_the_view_is_made_is_in_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    console = console_with("MAIL -> delay 30 s")
    after(console, *A_MAIL[:2])
    made = console_faults.panel

    def late(server: Any, serial: int) -> Any:
        server.advance(30)
        return made(server, serial)

    monkeypatch.setattr(console_faults, "panel", late)
    view = console.view()
    assert (view["state"], view["envelope"][0][1]) == ("SENDER_KNOWN", "alice@student.example")
    assert rows(view)[-1][0] == "250 Sender accepted: <alice@student.example>"


def test_a_click_waits_no_longer_once_the_fault_is_cleared_that_silenced_the_session() -> None:
    server = memory_server(World(faults=("NOOP -> silence",)))
    console = Console(server)
    console.heard({"do": "send", "line": "NOOP"})
    console.heard({"do": "clear-faults"})
    began = server.now
    console.heard({"do": "send", "line": "NOOP"})
    assert server.now - began == pytest.approx(console_faults.PATIENCE_S)
