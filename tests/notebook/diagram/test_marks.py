"""A state, a step or a way is marked on the picture where the table has it."""

import sys

import pytest

from smtplab.network import memory_server
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.edges import edges
from smtplab.protocol.machine import Kind, State, machine
from smtplab.protocol.session import Session
from tests.notebook.diagram.drawings import (
    DRAWN_EXTENSIONS,
    PATH,
    REFUSED_GREETING,
    TLS_AND_CHUNKS,
    WHAT_IS_REFUSED,
    groups,
    label,
)


def test_marking_needs_no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert "lit" in groups(state_diagram(State.READY))["state-READY"]


@pytest.mark.parametrize("state", State)
def test_a_state_its_name_and_a_session_in_it_light_the_same_state(state: State) -> None:
    for what in (state, str(state), str(state).lower(), Session(state)):
        lit = {name for name, classes in groups(state_diagram(what)).items() if "lit" in classes}
        assert lit == {f"state-{state}"}
        assert state_diagram(what).text.startswith(f"You are at {state}: ")


def test_a_client_lights_its_state_and_the_last_step() -> None:
    client = memory_server().connect()
    client.send("EHLO me.example")
    found = groups(state_diagram(client))
    assert "lit" in found["state-READY"]
    assert "taken" in found["edge-GREETED-EHLO-HELO-READY"]
    refused = client.send("RCPT TO:<bob@lab.example>")
    for what in (client, refused, refused.exchange):
        found = groups(state_diagram(what))
        assert "refused" in found["refused-READY"]
        assert label(state_diagram(what), "refused-READY") == "RCPT 503"
        assert not any("taken" in classes for classes in found.values())


@pytest.mark.parametrize("state", [s for s in State if s is not State.CLOSED])
def test_legal_keeps_exactly_what_is_in_sequence(state: State) -> None:
    diagram = state_diagram(state, legal=True)
    found, table = groups(diagram), diagram.table
    legal = {name for name, classes in found.items() if "legal" in classes}
    in_sequence = {
        edge.id for edge in edges(table)
        if edge.tail is state and edge.kind is not Kind.REFUSE
        and any(table.in_sequence(state, event) for event in edge.events)
    }
    assert legal == in_sequence
    assert all("pale" in found[edge.id] for edge in edges(table) if edge.id not in legal)
    assert "pale" not in found[f"state-{state}"]


def test_what_a_guard_keeps_back_is_not_legal_now() -> None:
    session = WHAT_IS_REFUSED.exchanges()[4].after
    assert session.identity == "bob"
    diagram = state_diagram(session, legal=True)
    assert diagram.classes["edge-READY-AUTH-AUTH_EXCHANGE"] == "pale"
    assert diagram.classes["edge-READY-STARTTLS-TLS_HANDSHAKE"] == "legal"
    assert "AUTH" not in diagram.text.splitlines()[1]


def test_a_path_is_numbered_and_ends_in_the_lit_state() -> None:
    diagram = state_diagram(PATH)
    found = groups(diagram)
    assert label(diagram, "edge-READY-MAIL-SENDER_KNOWN") == "4,11: MAIL"
    assert label(diagram, "edge-SENDER_KNOWN-EHLO-HELO-RSET-READY") == "12: RSET"
    assert label(diagram, "refused-RECIPIENTS_KNOWN") == "6: RCPT 450"
    assert label(diagram, "edge-CONNECTED-CONNECT-GREETED") == "1: 220"
    assert "refused" in found["edge-MAIL_DATA-DATA-END-READY"]  # it moves, and it is a refusal
    assert "lit" in found["state-READY"]
    assert "pale" in found["edge-READY-QUIT-CLOSED"]


def test_a_refused_greeting_shows_the_way_that_is_hidden_otherwise() -> None:
    found = groups(state_diagram(REFUSED_GREETING))
    assert "refused" in found["edge-CONNECTED-CONNECT-REFUSED"]
    assert "refused" in found["refused-REFUSED"]
    assert "shown" in found["state-REFUSED"]
    assert "shown" in groups(state_diagram(State.REFUSED))["edge-REFUSED-QUIT-CLOSED"]


def test_a_path_through_tls_keeps_what_the_session_has_forgotten() -> None:
    diagram = state_diagram(TLS_AND_CHUNKS)
    assert diagram.table is machine(2821, frozenset(DRAWN_EXTENSIONS))
    found = groups(diagram)
    assert label(diagram, "edge-READY-STARTTLS-TLS_HANDSHAKE") == "3: STARTTLS"
    assert label(diagram, "edge-TLS_HANDSHAKE-TLS-UP-GREETED") == "4: TLS up"
    assert label(diagram, "edge-GREETED-EHLO-HELO-READY") == "2,5: EHLO"
    assert label(diagram, "edge-AUTH_EXCHANGE-AUTH-LINE-READY") == "8: login line"
    assert label(diagram, "edge-RECIPIENTS_KNOWN-BDAT-CHUNKS") == "11: BDAT"
    assert label(diagram, "edge-CHUNKS-BDAT-LAST-READY") == "12: BDAT LAST"
    assert "pale" in found["edge-RECIPIENTS_KNOWN-DATA-MAIL_DATA"]
    assert "lit" in found["state-CLOSED"]
    assert "4. TLS up: GREETED." in diagram.text.splitlines()


def test_a_live_session_inside_tls_keeps_the_picture_it_had() -> None:
    class Client:
        exchanges = tuple(TLS_AND_CHUNKS.exchanges()[:4])
        session = exchanges[-1].after

    diagram = state_diagram(Client())
    assert diagram.state is State.GREETED
    assert not diagram.session.announced
    assert "state-TLS_HANDSHAKE" in groups(diagram)
    assert "taken" in groups(diagram)["edge-TLS_HANDSHAKE-TLS-UP-GREETED"]


def test_one_step_is_drawn_with_what_was_announced_before_or_after_it() -> None:
    tls_up = TLS_AND_CHUNKS.exchanges()[3]
    assert "taken" in groups(state_diagram(tls_up))["edge-TLS_HANDSHAKE-TLS-UP-GREETED"]
    first_ehlo = TLS_AND_CHUNKS.exchanges()[1]
    assert state_diagram(first_ehlo).picture == "machine-2821-extensions"
    assert state_diagram(PATH.exchanges()[3]).picture == "machine-2821"


def test_refused_steps_that_move_go_along_an_edge() -> None:
    found = groups(state_diagram(WHAT_IS_REFUSED))
    assert "refused" in found["edge-AUTH_EXCHANGE-AUTH-LINE-READY"]  # as a login that succeeds
    assert "refused" in found["edge-CHUNKS-BDAT-BDAT-LAST-CHUNK_REFUSED"]
    assert "refused" in found["edge-TLS_HANDSHAKE-TLS-FAILED-CLOSED"]
    assert "shown" in found["state-CHUNK_REFUSED"]
    assert {"shown", "pale"} <= found["edge-RECIPIENTS_KNOWN-BDAT-BDAT-LAST-CHUNK_REFUSED"]  # not gone, but there
    assert label(state_diagram(WHAT_IS_REFUSED), "refused-RECIPIENTS_KNOWN") == "9: STARTTLS 503"


def test_a_login_in_one_step_is_marked_too() -> None:
    step = WHAT_IS_REFUSED.exchanges()[4]
    assert state_diagram(step).classes["edge-READY-AUTH-READY"] == "taken"
    assert state_diagram(WHAT_IS_REFUSED.exchanges()[2]).classes["edge-READY-AUTH-AUTH_EXCHANGE"] == "taken"
