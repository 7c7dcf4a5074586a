"""Two sessions side by side: what both have, the first difference, where each stands, and both ways on one picture."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

import smtplab
from smtplab.network import Client, LoopbackServer, memory_server
from smtplab.notebook.diagram.edges import edges
from smtplab.notebook.futures.futures import Futures, futures
from smtplab.notebook.futures.view import data, fragment
from smtplab.notebook.html import static
from smtplab.protocol.machine import State

A_MAIL = ("EHLO me.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>")


def said(client: Client, *lines: str) -> Client:
    """The client, after these lines."""
    for line in lines:
        client.send(line)
    return client


@pytest.fixture
def client() -> Client:
    """A session with a sender and a recipient."""
    return said(memory_server().connect(), *A_MAIL)


@pytest.fixture
def both(client: Client) -> Futures:
    """It sends a message; its fork asks for Carol, and starts again."""
    said(client, "DATA").send_message("Subject: hi\n\nHello\n")
    return futures(client, said(client.fork(at=2), A_MAIL[2], "RCPT TO:<carol@lab.example>", "RSET"))


def test_the_past_is_what_both_have_up_to_the_fork_even_if_they_go_on_alike(both: Futures) -> None:
    assert [step.event for step in both.past] == ["CONNECT", "EHLO", "MAIL"]
    assert [[step.event for step in future.steps] for future in both.both] == [
        ["RCPT", "DATA", "DATA-END"], ["RCPT", "RCPT", "RSET"]]
    assert both.title == "Two futures from step 2 (after MAIL 250)"
    assert both.origin.startswith("B: This session goes on from step 2")


def test_the_first_difference_may_be_what_is_said(both: Futures) -> None:
    assert both.first == 1
    assert both.difference == "First difference: A says DATA, and B says RCPT TO:<carol@lab.example>."


def test_the_first_difference_may_be_what_is_heard() -> None:
    server = memory_server()
    client = said(server.connect(), *A_MAIL)
    other = client.fork(at=2)
    other.keeps.faults.add("RCPT#1 -> 452 4.5.3 Too many recipients")  # type: ignore[attr-defined]
    found = futures(client, said(other, A_MAIL[2]))
    assert found.first == 0
    assert found.difference == ("First difference: both say RCPT TO:<bob@lab.example>. A hears 250 Recipient accepted: "
                                "<bob@lab.example>, and B hears 452 4.5.3 Too many recipients.")


def test_one_that_only_goes_on_further_differs_where_the_other_ends(client: Client) -> None:
    other = client.fork(at=2)
    assert futures(client, other).difference == (
        "First difference: A goes on with RCPT TO:<bob@lab.example>; B does not.")
    assert futures(other, client).difference.startswith("First difference: B goes on with RCPT")
    assert data(futures(client, other))["columns"][1]["rows"][-1]["differs"] == "≠ first difference"
    assert futures(client, said(other, A_MAIL[2])).first is None
    assert "no difference" in futures(client, other).difference


def test_two_forks_of_the_same_step_part_there(client: Client) -> None:
    one, two = said(client.fork(at=1), "NOOP"), said(client.fork(at=1), "QUIT")
    found = futures(one, two)
    assert (len(found.past), found.difference) == (2, "First difference: A says NOOP, and B says QUIT.")


def test_two_sessions_that_are_no_forks_have_in_common_what_is_alike(client: Client) -> None:
    stranger = said(memory_server().connect(), "EHLO me.example", "RSET")
    found = futures(client, stranger)
    assert (len(found.past), found.first, found.origin) == (2, 0, "")
    none = futures(client, memory_server(edition=5321, extensions="all").connect())
    assert none.past[0].event == "CONNECT"
    foreign = futures(client, said(memory_server(smtplab.World(domain="x.example")).connect()))
    assert foreign.title == "Two sessions that have no step in common"


def test_where_lines_were_said_again_another_wording_is_no_other_past() -> None:
    with LoopbackServer() as server:
        client = said(Client(server.host, server.port), *A_MAIL)
        server.faults.add("MAIL -> 250 2.1.0 queued as 4711")
        other = client.fork(at=3, replay=True)
        found = futures(client, other)
        assert (len(found.past), found.first) == (4, None)
        assert "Step 2 came otherwise" in found.origin
        client.close()
        other.close()


def test_where_each_stands_and_which_messages_were_accepted(both: Futures) -> None:
    first, second = both.both
    assert first.stands == "A stands at READY: no mail is begun."
    assert first.messages == "A: 1 message accepted (alice@student.example → bob@lab.example)."
    assert second.messages == "B: no message accepted."


def test_both_ways_stand_on_one_picture_and_an_edge_of_both_has_both_labels(both: Futures) -> None:
    diagram = both.diagram
    shared = "edge-SENDER_KNOWN-RCPT-RECIPIENTS_KNOWN"
    assert (diagram.classes[shared], diagram.labels[shared]) == ("taken way-a way-b", "A1 B1: RCPT")
    assert diagram.labels["refused-RECIPIENTS_KNOWN"] == "B2: RCPT 450"
    assert diagram.classes["edge-RECIPIENTS_KNOWN-DATA-MAIL_DATA"] == "taken way-a"
    assert diagram.classes["edge-READY-MAIL-SENDER_KNOWN"] == "past"
    assert diagram.classes["edge-READY-QUIT-CLOSED"] == "pale"
    assert diagram.classes["state-READY"] == "lit end-a end-b"
    assert all(f'id="{name}"' in static(f"{diagram.picture}.svg") for name in (*diagram.classes, *diagram.labels))
    assert 'class="edge normal taken way-a way-b"' in diagram.svg() and ">A1 B1: RCPT<" in diagram.svg()
    assert 'id="edge-SENDER_KNOWN-RCPT-RECIPIENTS_KNOWN"' in diagram.source


def test_the_picture_holds_what_either_needs(client: Client) -> None:
    other = said(memory_server(extensions="all").connect(), "EHLO me.example", "STARTTLS")
    diagram = futures(client, other).diagram
    assert diagram.picture == "machine-2821-extensions"
    assert {"edge-READY-STARTTLS-TLS_HANDSHAKE"} <= set(diagram.labels)
    assert {e.id for e in edges(diagram.table)} <= set(diagram.classes)


def test_the_text_twin_tells_each_step_and_where_each_stands(both: Futures) -> None:
    lines = both.diagram.text.splitlines()
    assert lines[:2] == ["Both: 220, EHLO 250, MAIL 250.", "A1. RCPT 250: RECIPIENTS_KNOWN."]
    assert "B2. RCPT 450, refused: still RECIPIENTS_KNOWN." in lines
    assert "A is the solid line, and B the dashed one." in both.diagram.caption


def test_as_rows_it_says_which_future_and_where_they_differ(both: Futures) -> None:
    rows = both.to_rows()
    assert [row["step"] for row in rows] == ["0", "1", "2", "A1", "A2", "A3", "B1", "B2", "B3"]
    assert [row["step"] for row in rows if row["first difference"]] == ["A2", "B2"]
    assert list(smtplab.frame(both)["future"])[-1] == "B"


def test_as_text_the_columns_stand_side_by_side_and_the_difference_has_a_mark(both: Futures) -> None:
    shown = str(both)
    assert " ≠ C: DATA                                     |  ≠ C: RCPT TO:<carol@lab.example>" in shown
    assert max(map(len, shown.splitlines())) <= 110
    assert shown.count("C: EHLO me.example") == 1


def test_what_logs_somebody_in_is_hidden_and_what_is_foreign_is_escaped() -> None:
    client = said(memory_server(extensions="all").connect(), "EHLO me.example")
    other = client.fork(at=1)
    client.login("bob", "builder")
    found = futures(client, said(other, "VRFY <b>bob</b>"))
    page = fragment(found)
    for shown in (str(found), page, str(data(found)), str(found.to_rows())):
        assert "AGJvYgBidWlsZGVy" not in shown
    assert "&lt;b&gt;bob" in page and "<b>bob" not in page


def test_a_long_future_is_cut_in_the_middle_and_says_so(client: Client) -> None:
    other = said(client.fork(at=1), *["NOOP"] * 100)
    rows = data(futures(client, other))["columns"][1]["rows"]
    assert len(rows) == 121
    assert rows[100]["lines"] == [["", "… 40 more steps …"]]


def test_it_shows_itself_in_ipython(both: Futures, shell: InteractiveShell) -> None:
    assert shell.display_formatter is not None
    shown, _ = shell.display_formatter.format(both)
    assert shown["text/plain"] == str(both)
    assert shown["text/html"].count("≠ first difference") == 2
    assert "<details><summary>The past of both: 3 steps, the last is MAIL 250</summary>" in shown["text/html"]
    assert smtplab.futures is futures


def test_what_is_no_client_is_told() -> None:
    with pytest.raises(TypeError, match="compares two Clients; this is str"):
        futures("a", memory_server().connect())  # type: ignore[arg-type]


def test_a_session_that_is_over_stands_at_the_end(client: Client) -> None:
    other = said(client.fork(at=2), "QUIT")
    assert futures(client, other).both[1].session.state is State.CLOSED
    assert futures(client, other).diagram.classes["state-CLOSED"] == "lit end-b"
