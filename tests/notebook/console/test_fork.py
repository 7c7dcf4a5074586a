"""Going back in the console without a browser: by methods, and by messages as a browser sends them."""

import gc
import json
import threading
import weakref

import pytest

from smtplab.lab import World
from smtplab.network import Client, LoopbackServer, memory_server
from smtplab.notebook.console.console import Console
from smtplab.protocol.machine import State

LINES = ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "RSET")


@pytest.fixture
def console() -> Console:
    """A console on a server in memory, after a few lines."""
    return said(Console(memory_server()))


def said(console: Console, *lines: str) -> Console:
    """The console, after these lines."""
    for line in lines or LINES:
        console.send(line)
    return console


def servers() -> int:
    """How many servers run."""
    return sum("smtplab server" in thread.name for thread in threading.enumerate())


def test_going_back_goes_on_with_the_fork_and_keeps_what_was_left(console: Console) -> None:
    left = console.client
    gone_back = console.go_back(2)
    assert (console.client, console.other) == (gone_back, left)
    assert (console.state, left.state) == (State.SENDER_KNOWN, State.READY)
    assert console.send("RCPT TO:<carol@lab.example>").code == 450
    assert len(left.exchanges) == 5
    assert console.futures.difference.startswith("First difference: A says RCPT TO:<bob@lab.example>, and B says RCPT")


def test_messages_and_world_are_those_of_the_session_that_goes_on(console: Console) -> None:
    console.go_back(3)
    said(console, "DATA").send_message("Subject: x\n\nx\n")
    assert len(console.messages) == 1
    console.switch()
    assert (len(console.messages), console.state) == (0, State.READY)
    console.switch()
    assert len(console.messages) == 1


def test_switching_changes_places_and_the_names_stay(console: Console) -> None:
    left = console.client
    new = console.go_back(1)
    assert console.switch() is left
    assert (console.client, console.other) == (left, new)
    assert [future.steps[-1].event if future.steps else "" for future in console.futures.both] == ["RSET", ""]
    assert console.view()["fork"]["bar"]["told"] == (
        "You are in the future that you had left. The two part at step 1 (after EHLO 250).")


def test_only_the_present_and_one_other_are_kept(console: Console) -> None:
    first = console.client
    second = console.go_back(3)
    said(console, "NOOP")
    third = console.go_back(2)
    assert (console.client, console.other) == (third, second)
    assert first.is_over and not second.is_over
    assert console.futures.title == "Two futures from step 2 (after MAIL 250)"


def test_what_the_server_gave_up_meanwhile_is_taken_as_it_was_left(console: Console) -> None:
    left = console.client
    console.go_back(2)
    assert left.keeps is not None
    left.keeps.advance(3600)  # type: ignore[attr-defined]
    assert left.is_over
    console.switch()
    assert (console.state, console.notice) == (
        State.READY, "The server had given up waiting, so this is a copy of the session as you left it.")
    assert [step.event for step in console.exchanges][-1] == "RSET"
    assert [future.steps[-1].event if future.steps else "" for future in console.futures.both] == ["RSET", ""]


def test_the_console_goes_on_being_told_and_the_future_that_was_left_is_silent(console: Console) -> None:
    seen: list[int] = []
    console.changed = lambda: seen.append(len(console.exchanges))  # type: ignore[method-assign]
    left = console.client
    console.go_back(2)
    del seen[:]
    left.send("NOOP")
    assert seen == []
    console.client.send("NOOP")
    assert seen


def test_rows_that_both_have_keep_their_ids_and_others_never_share_one(console: Console) -> None:
    before = [row["id"] for row in console.view()["rows"]]
    console.go_back(2)
    said(console, "RCPT TO:<carol@lab.example>", "RSET")
    after = [row["id"] for row in console.view()["rows"]]
    assert after[:5] == before[:5] and not set(after[5:]) & set(before)
    console.go_back(3)
    said(console, "NOOP")
    again = [row["id"] for row in console.view()["rows"]]
    assert again[:7] == after[:7] and not set(again[7:]) & {*before, *after}
    console.new_session()
    assert not {row["id"] for row in console.view()["rows"]} & {*before, *after, *again}


def test_each_step_but_the_last_is_offered_by_name(console: Console) -> None:
    view = console.view()
    assert view["fork"]["steps"] == {
        "0": "Go back to step 0, after the greeting", "1": "Go back to step 1, after EHLO 250",
        "2": "Go back to step 2, after MAIL 250", "3": "Go back to step 3, after RCPT 250"}
    assert [row.get("step") for row in view["rows"]] == [0, None, 1, None, 2, None, 3, None, 4]
    json.dumps(view)


def test_after_the_end_one_can_still_go_back_but_not_to_the_end(console: Console) -> None:
    said(console, "QUIT")
    assert list(console.view()["fork"]["steps"]) == ["0", "1", "2", "3", "4"]
    with pytest.raises(ValueError, match="With step 5 the session was over"):
        console.go_back(5)
    console.go_back(3)
    assert console.view()["phase"] == "commands"


def test_while_a_reply_is_due_nothing_is_offered_and_a_call_is_told_so() -> None:
    with LoopbackServer(World(faults=("NOOP -> silence",))) as server:
        console = said(Console(server.connect(timeout_s=0.1)), "EHLO a.example", "NOOP")
        assert console.view()["fork"]["steps"] == {}
        with pytest.raises(ValueError, match="still due"):
            console.go_back(0)
        console.close()


def test_a_step_that_is_none_is_told_and_nothing_changes(console: Console) -> None:
    client = console.client
    for step, words in ((9, "the steps 0 to 4"), (-1, "the steps 0 to 4")):
        console.heard({"do": "back", "step": step})
        assert words in console.notice
    with pytest.raises(TypeError, match="number of a step"):
        console.go_back("2")  # type: ignore[arg-type]
    assert console.client is client and console.other is None


def test_without_two_futures_there_is_nothing_to_compare_or_to_take(console: Console) -> None:
    with pytest.raises(ValueError, match="one session only"):
        console.switch()
    with pytest.raises(ValueError, match="one session only"):
        _ = console.futures
    assert console.view()["fork"]["bar"] is None
    console.heard({"do": "switch"})
    assert "one session only" in console.notice


def test_a_browser_goes_back_compares_and_takes_the_other(console: Console) -> None:
    console.heard({"do": "back", "step": 2})
    fork = console.view()["fork"]
    assert fork["bar"]["told"] == "You went back to step 2 (after MAIL 250). The future you left is kept."
    assert fork["bar"]["note"] == "This session goes on from step 2, on a copy of the server."
    assert fork["futures"] is None
    console.heard({"do": "compare", "on": True})
    drawn = console.view()["fork"]["futures"]
    assert [column["title"] for column in drawn["columns"]] == ["Future A", "Future B: you are here"]
    json.dumps(drawn)
    console.heard({"do": "switch"})
    assert (console.state, console.view()["fork"]["futures"]) == (State.READY, None)


def test_a_fork_has_the_faults_that_were_set_at_its_step_and_the_patience_of_its_session() -> None:
    with Console() as console:
        console.faults.add("RCPT#1 -> 452 Too many recipients")
        said(console, *LINES[:2])
        console.faults.add("RSET -> 500 What?")
        said(console, *LINES[2:])
        console.heard({"do": "back", "step": 2})
        assert console.client.timeout_s == console.other.timeout_s == 5.0  # type: ignore[union-attr]
        assert [found["text"] for found in console.view()["faults"]["set"]] == ["RCPT#1 -> 452 Too many recipients"]
        assert console.send("RCPT TO:<bob@lab.example>").code == 452


def test_inside_tls_it_is_said_that_no_handshake_is_repeated() -> None:
    console = said(Console(memory_server(extensions="all")), "EHLO a.example", "STARTTLS", "EHLO a.example", "NOOP")
    console.go_back(4)
    assert "TLS is copied as a fact" in console.view()["fork"]["bar"]["note"]


def test_the_static_form_and_the_text_show_both_futures(console: Console) -> None:
    assert "first difference" not in console.fragment()
    console.go_back(2)
    assert "first difference" in console.fragment()


def test_one_can_go_back_when_the_connection_is_lost_before_the_reply() -> None:
    server = memory_server()
    server.faults.add("DATA-END#1 per server -> drop before")
    console = said(Console(server), *LINES[:-1], "DATA")
    console.send_message("Subject: Invoice\n\nPlease pay.\n")
    assert console.client.is_over and not console.client.is_quiet
    assert list(console.view()["fork"]["steps"]) == [str(step) for step in range(len(console.exchanges) - 1)]
    console.go_back(2)
    assert console.state is State.SENDER_KNOWN


def test_a_server_that_cannot_be_copied_is_asked_about_and_no_means_no() -> None:
    with LoopbackServer() as server:
        console = said(Console(Client(server.host, server.port)))
        client = console.client
        console.heard({"do": "back", "step": 2})
        assert console.view()["fork"]["question"] == (
            f"The lines up to step 2 will be said again to 127.0.0.1:{server.port}; "
            "mail may be delivered twice. Go on?")
        console.heard({"do": "back-no"})
        assert (console.view()["fork"]["question"], console.client) == ("", client)
        console.heard({"do": "back-yes"})
        assert console.notice and console.client is client  # nothing is asked any more
        console.heard({"do": "back", "step": 2})
        console.heard({"do": "back-yes"})
        assert (console.state, console.other) == (State.SENDER_KNOWN, client)
        assert len(server.sessions) == 2
        console.close()


def test_a_reply_that_came_otherwise_when_said_again_is_told() -> None:
    with LoopbackServer() as server:
        console = said(Console(Client(server.host, server.port)))
        server.faults.add("MAIL -> 451 Not now")
        with pytest.raises(ValueError, match=r"go_back\(2, replay=True\)"):
            console.go_back(2)
        console.go_back(2, replay=True)
        bar = console.view()["fork"]["bar"]
        assert "Step 2 came otherwise." in bar["note"] and "451 Not now" in bar["note"]
        console.close()


def test_a_server_on_another_machine_is_refused_in_a_sentence(console: Console) -> None:
    console.client.keeps, console.client.host = None, "mail.example"
    console.heard({"do": "back", "step": 2})
    assert console.notice.startswith("mail.example is not this machine")
    assert console.view()["fork"]["question"] == "" and console.other is None


def test_a_server_that_is_gone_is_told() -> None:
    server = LoopbackServer()
    console = said(Console(Client(server.host, server.port)))
    server.close()
    with pytest.raises(ValueError, match="does not answer"):
        console.go_back(1, replay=True)


def test_closing_leaves_no_server_and_no_session_behind() -> None:
    before = servers()
    console = said(Console())
    left, forks = console.client, []
    for _ in range(5):
        forks.append(console.go_back(2))
        said(console, "RSET")
    assert servers() == before + 3  # its own, the present one's, the other's
    console.close()
    console.close()
    assert servers() == before
    assert all(client.is_over for client in (left, *forks))
    with pytest.raises(ValueError, match="closed"):
        console.go_back(1)
    with pytest.raises(ValueError, match="closed"):
        console.switch()


def test_a_new_session_begins_on_the_first_server_and_ends_both_futures() -> None:
    before = servers()
    with Console() as console:
        home = console.server
        left, new = said(console).client, console.go_back(2)
        assert console.server is not home
        console.new_session()
        assert console.server is home and servers() == before + 1
        assert left.is_over and new.is_over and console.other is None
        assert len(console.exchanges) == 1
    assert servers() == before


def test_a_console_that_nobody_holds_leaves_nothing_behind() -> None:
    before = servers()
    console = said(Console())
    console.go_back(2)
    held = weakref.ref(console)
    del console
    gc.collect()
    assert held() is None and servers() == before
