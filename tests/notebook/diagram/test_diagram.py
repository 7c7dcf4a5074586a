"""The picture is the table: committed SVG, DOT source and text twin show the machine's rows and nothing else."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from smtplab.network import memory_server
from smtplab.notebook import html
from smtplab.notebook.diagram import bake
from smtplab.notebook.diagram.diagram import StateDiagram, state_diagram
from smtplab.notebook.diagram.edges import (
    before_greeting,
    edge_of,
    edges,
    from_everywhere,
    questions,
    reachable,
    refusals,
    refused_alike,
    whole_machine,
)
from smtplab.notebook.diagram.picture import lay_out
from smtplab.protocol.machine import ANY, EDITIONS, Kind, Machine, State, machine
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript

SVG = "{http://www.w3.org/2000/svg}"

PATH = Transcript.parse("""\
S: 220 lab.example
C: RCPT TO:<bob@lab.example>
S: 503 no
C: EHLO me.example
S: 250 lab.example
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C: RCPT TO:<carol@lab.example>
S: 450 busy
C: RCPT TO:<dora@lab.example>
S: 250 ok
C: DATA
S: 354 go on
C: .
S: 552 too much
C: NOOP
S: 250 ok
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RSET
S: 250 ok
""")

TLS_AND_CHUNKS = Transcript.parse("""\
S: 220 lab.example
C: EHLO me.example
S: 250-lab.example
S: 250-STARTTLS
S: 250 CHUNKING
C: STARTTLS
S: 220 go on
-- tls
C: EHLO me.example
S: 250-lab.example
S: 250-CHUNKING
S: 250 AUTH PLAIN LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: Ym9i
S: 334 UGFzc3dvcmQ6
C: YnVpbGRlcg==
S: 235 ok
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C| BDAT 3\\r\\nabc
S: 250 ok
C| BDAT 3 LAST\\r\\nd\\r\\n
S: 250 ok
C: QUIT
S: 221 bye
""")

WHAT_IS_REFUSED = Transcript.parse("""\
S: 220 lab.example
C: EHLO me.example
S: 250-lab.example
S: 250-STARTTLS
S: 250-CHUNKING
S: 250 AUTH PLAIN LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: *
S: 501 cancelled
C: AUTH PLAIN AGJvYgBidWlsZGVy
S: 235 ok
C: AUTH PLAIN AGJvYgBidWlsZGVy
S: 503 twice
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C: STARTTLS
S: 503 no
C| BDAT 3\\r\\nabc
S: 250 ok
C: RCPT TO:<carol@lab.example>
S: 503 no
C| BDAT 3\\r\\nabc
S: 552 too much
C: DATA
S: 503 no
C: RSET
S: 250 ok
C: STARTTLS
S: 220 go on
-- tls failed
""")

REFUSED_GREETING = Transcript.parse("S: 554 no\nC: HELO me\nS: 503 no\nC: QUIT\nS: 221 bye\n")

DRAWN_EXTENSIONS = ("STARTTLS", "AUTH", "CHUNKING")
TABLES = [
    pytest.param(machine(edition, frozenset(chosen)), id="-".join((str(edition), *chosen)))
    for edition in EDITIONS
    for count in range(len(DRAWN_EXTENSIONS) + 1)
    for chosen in itertools.combinations(DRAWN_EXTENSIONS, count)
]

VARIANTS = {
    "whole": state_diagram(),
    "refusals": state_diagram(refusals=True),
    "5321 refusals": state_diagram(edition=5321, refusals=True),
    **{f"lit {state}": state_diagram(state) for state in State},
    "legal": state_diagram(State.RECIPIENTS_KNOWN, legal=True),
    "refused step": state_diagram(PATH.exchanges()[5]),
    "path": state_diagram(PATH),
    "refused greeting": state_diagram(REFUSED_GREETING),
    "projector": state_diagram(PATH, size="projector"),
    "all": state_diagram(extensions="all"),
    "all refusals": state_diagram(extensions="all", refusals=True),
    "5321 all refusals": state_diagram(edition=5321, extensions="all", refusals=True),
    **{f"all lit {state}": state_diagram(state, extensions="all", refusals=True) for state in State},
    "all legal": state_diagram(State.READY, extensions="all", legal=True),
    "all path": state_diagram(TLS_AND_CHUNKS),
    "all refused": state_diagram(WHAT_IS_REFUSED),
    **{f"all step {n}": state_diagram(s) for n, s in enumerate(WHAT_IS_REFUSED.exchanges(), 1)},
    "all projector": state_diagram(WHAT_IS_REFUSED, size="projector"),
}


def groups(diagram: StateDiagram) -> dict[str, set[str]]:
    """Id and classes of each group of the picture."""
    root = ElementTree.fromstring(diagram.svg())
    return {g.attrib["id"]: set(g.attrib["class"].split()) for g in root.iter(f"{SVG}g")}


def label(diagram: StateDiagram, name: str) -> str:
    group = next(g for g in ElementTree.fromstring(diagram.svg()).iter(f"{SVG}g") if g.get("id") == name)
    return "".join(group.itertext())


def drawn_rows(table: Machine) -> set[tuple[str, str, str, str]]:
    """What the table wants drawn, read from its rows without the help of `edges`."""
    has_other_ways_out = set(State) - {State.READY, State.REFUSED}
    return {
        (row.state, row.event, row.next_state or row.state, row.kind)
        for row in table.rows
        if ANY not in (row.state, row.event) and row.kind is not Kind.VIOLATION
        and (row.next_state or (row.remembers and row.kind is Kind.NORMAL))
        and not (row.kind is Kind.REFUSE and row.event in ("DATA-END", "AUTH-LINE"))
        and not (row.event == "QUIT" and row.state in has_other_ways_out)
        and not (row.state is State.CONNECTED and row.event in ("TLS-UP", "TLS-FAILED"))
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_edges_are_the_tables_rows(table: Machine) -> None:
    found = {(e.tail, event, e.head, e.kind) for e in edges(table) for event in e.events}
    assert found == drawn_rows(table)
    assert sum(len(e.events) for e in edges(table)) == len(found)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_drawn_or_told_in_the_caption(table: Machine) -> None:
    drawn = {(e.tail, event, e.head) for e in edges(table) for event in e.events}
    loops = {(state, event) for state, events in refusals(table).items() for event in events}
    for row in table.rows:
        told = row.event in (*from_everywhere(table), *questions(table))
        changes_nothing = row.next_state is None and not row.remembers and not row.forgets
        assert (
            row.kind is Kind.VIOLATION or ANY in (row.state, row.event) or told
            or (row.state, row.event, row.next_state or row.state) in drawn
            or (row.state, row.event) in loops
            or (row.state is State.CONNECTED and row.event in before_greeting(table))
            or (changes_nothing and row.event == "RSET")  # nothing to drop: the table's word for "stay"
        ), row


@pytest.mark.parametrize("table", TABLES)
def test_the_picture_has_exactly_the_tables_states_and_edges(table: Machine) -> None:
    ids = set(groups(state_diagram(edition=table.edition, extensions=table.extensions)))
    assert {i for i in ids if i.startswith("state-")} == {f"state-{state}" for state in table.states}
    assert {i for i in ids if i.startswith("edge-")} == {edge.id for edge in edges(table)}
    assert ids - {e.id for e in edges(table)} - {f"state-{s}" for s in table.states} \
        == {f"refused-{s}" for s in table.states if s is not State.CLOSED}


@pytest.mark.parametrize("table", TABLES)
def test_labels_and_kinds_of_the_picture_are_the_edges(table: Machine) -> None:
    diagram = state_diagram(edition=table.edition, extensions=table.extensions)
    found = groups(diagram)
    for edge in edges(table):
        assert label(diagram, edge.id) == edge.label
        assert {"edge", edge.kind} <= found[edge.id]


@pytest.mark.parametrize("table", TABLES)
def test_a_machine_with_few_extensions_is_a_part_of_the_whole(table: Machine) -> None:
    assert set(edges(table)) <= set(edges(whole_machine(table.edition)))


@pytest.mark.parametrize("edition", EDITIONS)
def test_extensions_that_draw_nothing_keep_the_simple_picture(edition: int) -> None:
    base = state_diagram(edition=edition)
    assert base.picture == f"machine-{edition}"
    for chosen in ("SIZE", "BINARYMIME"):
        assert state_diagram(edition=edition, extensions=chosen).svg().partition("</desc>")[2] \
            == base.svg().partition("</desc>")[2]
    assert state_diagram(edition=edition, extensions="all").picture == f"machine-{edition}-extensions"


@pytest.mark.parametrize("table", TABLES)
def test_what_the_bigger_picture_holds_too_much_is_off(table: Machine) -> None:
    diagram = state_diagram(edition=table.edition, extensions=table.extensions)
    off = {name for name, how in diagram.classes.items() if how == "off"}
    baked = {g.attrib["id"] for g in ElementTree.fromstring(html.static(f"{diagram.picture}.svg")).iter(f"{SVG}g")}
    assert off == baked - set(groups(diagram))


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on this machine")
@pytest.mark.parametrize("edition", EDITIONS)
def test_baking_again_draws_the_same_picture(edition: int) -> None:
    def shape(svg: str) -> list[tuple[object, ...]]:
        root = ElementTree.fromstring(svg)
        return [(g.get("id"), g.get("class"), "".join(g.itertext())) for g in root.iter(f"{SVG}g")]

    assert shape(bake.draw(edition)) == shape(html.static(f"machine-{edition}.svg"))
    assert bake.draw_all(edition) == html.static(f"machine-{edition}-extensions.svg")


@pytest.mark.parametrize("table", TABLES)
def test_the_source_has_the_same_edges(table: Machine) -> None:
    source = state_diagram(edition=table.edition, extensions=table.extensions, refusals=True).source
    found = re.findall(r'^  (\w+) -> (\w+) \[id="(edge-[^"]+)"', source, re.M)
    assert found == [(e.tail, e.head, e.id) for e in edges(table)]
    assert set(re.findall(r"^  (\w+) \[id=", source, re.M)) == set(map(str, table.states))


def test_without_refusals_the_source_holds_no_refusal_and_no_state_that_needs_one() -> None:
    source = state_diagram().source
    assert "REFUSED" not in source
    assert "violation" not in source
    assert set(re.findall(r"^  (\w+) \[id=", source, re.M)) == {*map(str, machine().states)} - {"REFUSED"}
    assert "CHUNK_REFUSED" not in state_diagram(extensions="all").source


def test_the_source_is_the_same_in_every_run() -> None:
    program = "from smtplab import state_diagram as d; print(d(refusals=True).source, d('READY').svg())"
    runs = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed},
                       capture_output=True, check=True).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1


def test_marking_needs_no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert "lit" in groups(state_diagram(State.READY))["state-READY"]


# Where something stands

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


def test_the_caption_counts_the_recipients_and_says_that_a_refusal_changed_nothing() -> None:
    caption = state_diagram(PATH.exchanges()[5]).caption
    assert caption.startswith("You are at RECIPIENTS_KNOWN: sender known, 1 recipient. ")
    assert "The last step, RCPT 450, was refused, so nothing changed." in caption
    assert "2 recipients" in state_diagram(PATH.exchanges()[6]).caption


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


def test_legal_names_the_commands_in_words() -> None:
    assert "In sequence now: EHLO, HELO, RCPT, RSET, VRFY, EXPN, HELP, NOOP, QUIT." in \
        state_diagram(State.SENDER_KNOWN, legal=True).text
    assert "In sequence now: final dot." in state_diagram(State.MAIL_DATA, legal=True).caption


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


def test_the_words_of_a_path_hold_every_step() -> None:
    lines = [line for line in state_diagram(PATH).text.splitlines() if re.match(r"\d+\. ", line)]
    assert len(lines) == len(PATH.exchanges())
    assert lines[5] == "6. RCPT 450, refused: still RECIPIENTS_KNOWN."
    assert lines[8] == "9. final dot 552, refused: READY."


def test_a_step_against_the_rfc_is_told_and_not_drawn() -> None:
    record = Transcript.parse("S: 220 a\nC: MAIL FROM:<a@b.example>\nS: 250 ok\n")
    diagram = state_diagram(record)
    assert "2. MAIL 250, against the RFC: SENDER_KNOWN." in diagram.text
    assert diagram.classes["state-SENDER_KNOWN"] == "lit"
    assert [name for name, how in diagram.classes.items() if how == "taken"] == ["edge-CONNECTED-CONNECT-GREETED"]


def test_a_refused_greeting_shows_the_way_that_is_hidden_otherwise() -> None:
    found = groups(state_diagram(REFUSED_GREETING))
    assert "refused" in found["edge-CONNECTED-CONNECT-REFUSED"]
    assert "refused" in found["refused-REFUSED"]
    assert "shown" in found["state-REFUSED"]
    assert "shown" in groups(state_diagram(State.REFUSED))["edge-REFUSED-QUIT-CLOSED"]


def test_the_empty_transcript_stands_before_the_greeting() -> None:
    assert state_diagram(Transcript()).state is State.CONNECTED


def test_a_hostile_verb_cannot_enter_the_picture() -> None:
    record = Transcript.parse('S: 220 a\nC: <script>"\\ x\nS: 500 no\n')
    diagram = state_diagram(record)
    assert "<script" not in diagram.svg().lower()
    assert "<script" not in diagram._repr_mimebundle_()["text/html"].lower()
    if shutil.which("dot"):
        lay_out(diagram.source, "svg")


def test_edge_of_finds_only_what_is_drawn() -> None:
    assert edge_of(machine(), State.READY, "NOOP", State.READY) is None
    for table in (machine(), whole_machine(5321)):
        assert set(reachable(edges(table))) == set(table.states)


# Extensions

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


def test_the_source_shows_a_refused_step_that_moves() -> None:
    steps = WHAT_IS_REFUSED.exchanges()
    assert "edge-CHUNKS-BDAT-BDAT-LAST-CHUNK_REFUSED" in state_diagram(steps[11]).source
    assert "edge-TLS_HANDSHAKE-TLS-FAILED-CLOSED" in state_diagram(steps[15]).source
    assert "TLS-FAILED" not in state_diagram(steps[2]).source


def test_implicit_tls_is_told_and_changes_no_picture_but_the_light() -> None:
    diagram = state_diagram(State.CONNECTED, extensions=["starttls"])
    assert "Where TLS comes first, TLS up or TLS failed stands before the greeting." in diagram.text
    assert not any(name.startswith("edge-CONNECTED-TLS") for name in groups(diagram))


def test_guards_are_told_and_those_of_a_policy_only_in_the_words() -> None:
    diagram = state_diagram(extensions="all")
    for said in ("DATA gets 503 if MAIL said BODY=BINARYMIME.", "STARTTLS gets 503 inside TLS.",
                 "AUTH gets 503 after a login."):
        assert said in diagram.caption
        assert said not in state_diagram().text
    policy = "A site may demand more: each command but EHLO, NOOP, QUIT, STARTTLS gets 530 outside TLS."
    assert policy in diagram.text.splitlines()
    assert policy not in diagram.caption


def test_what_a_guard_keeps_back_is_not_legal_now() -> None:
    session = WHAT_IS_REFUSED.exchanges()[4].after
    assert session.identity == "bob"
    diagram = state_diagram(session, legal=True)
    assert diagram.classes["edge-READY-AUTH-AUTH_EXCHANGE"] == "pale"
    assert diagram.classes["edge-READY-STARTTLS-TLS_HANDSHAKE"] == "legal"
    assert "AUTH" not in diagram.text.splitlines()[1]


def test_the_words_name_every_refusal_of_a_loop() -> None:
    diagram = state_diagram(extensions="all", refusals=True)
    assert label(diagram, "refused-GREETED") == "MAIL, RCPT, …"
    assert "GREETED: EHLO or HELO leads to READY; refuses MAIL, RCPT, DATA, BDAT, BDAT LAST, STARTTLS and AUTH." in \
        diagram.text.splitlines()
    assert "a refused BDAT or BDAT LAST leads to CHUNK_REFUSED" in diagram.text


def test_the_words_say_from_where_quit_does_not_come() -> None:
    said = state_diagram(extensions=["AUTH", "STARTTLS"]).caption
    assert "QUIT leads to CLOSED, except from MAIL_DATA, TLS_HANDSHAKE or AUTH_EXCHANGE;" in said
    assert refused_alike(whole_machine(2821)) == ("DATA-END", "AUTH-LINE")


def test_it_says_which_rfcs_the_extensions_come_from() -> None:
    assert "Extensions: CHUNKING (RFC 3030), AUTH (RFC 4954)." in state_diagram(extensions=["AUTH", "CHUNKING"]).text
    assert "Extensions" not in state_diagram(extensions=["SIZE"]).text


# What IPython, files and readers get

def test_a_picture_has_a_role_a_title_a_description_and_a_twin_in_words() -> None:
    shown = state_diagram("ready")._repr_mimebundle_()
    root = ElementTree.fromstring(state_diagram("ready").svg())
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert "You are at READY" in (root[1].text or "")
    assert set(shown) == {"text/html", "text/plain"}
    assert "<details><summary>In words" in shown["text/html"]


def test_it_says_where_the_drawing_comes_from() -> None:
    for edition in EDITIONS:
        assert f"Derived from RFC {edition} sections 4.1.4 and 4.3.2" in state_diagram(edition=edition).text


def test_files_stand_alone(tmp_path: Path) -> None:
    svg = state_diagram(PATH).save(tmp_path / "path.svg").read_text("utf-8")
    assert "<style>" in svg
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    ElementTree.fromstring(svg)
    assert state_diagram().save(tmp_path / "whole.dot").read_text("utf-8").startswith("digraph")


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on this machine")
def test_png_is_laid_out_once_and_then_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_diagram().save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    monkeypatch.setenv("PATH", "")
    assert state_diagram().save(tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def test_pygraphviz_stands_in_for_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygraphviz")
    monkeypatch.setenv("PATH", "")
    lay_out.cache_clear()
    try:
        assert b"<svg" in lay_out(state_diagram().source, "svg")
    finally:
        lay_out.cache_clear()


def test_png_without_graphviz_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("smtplab.notebook.diagram.picture.find_spec", lambda name: None)
    lay_out.cache_clear()
    with pytest.raises(RuntimeError, match="pip install pygraphviz"):
        state_diagram().save(tmp_path / "a.png")


def test_a_graph_that_cannot_be_read_is_told() -> None:
    if shutil.which("dot") is None:
        pytest.skip("no dot on this machine")
    with pytest.raises(RuntimeError, match="syntax error"):
        lay_out("digraph {", "svg")


def test_the_digraph_is_graphviz_own_value_and_can_be_changed() -> None:
    import graphviz

    digraph = state_diagram().digraph
    assert isinstance(digraph, graphviz.Digraph)
    assert digraph.source.split() == state_diagram().source.split()
    digraph.edge("CLOSED", "CONNECTED")
    assert "CLOSED -> CONNECTED" in digraph.source


@pytest.mark.parametrize(("what", "options", "error", "said"), [
    ("RAEDY", {}, ValueError, "is no state"),
    (3.5, {}, TypeError, "A float stands nowhere"),
    ([1, 2], {}, TypeError, "A list stands nowhere"),
    (itertools.count(), {}, TypeError, "A count stands nowhere"),
    (None, {"legal": True}, ValueError, "needs a place to stand"),
    (None, {"size": "big"}, ValueError, "projector"),
    (None, {"edition": 821}, ValueError, "2821"),
    (None, {"extensions": ["TLS"]}, ValueError, "holds 'TLS'; smtplab can offer"),
])
def test_bad_input_is_told_in_a_sentence(what: object, options: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        state_diagram(what, **options)


def test_an_unknown_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.dot"):
        state_diagram().save(tmp_path / "a.gif")


# As a browser draws it

OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const outer = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent && t.getClientRects().length);
    const boxes = texts.map(t => [t, t.getBoundingClientRect()]);
    for (const [t, b] of boxes) {
      const cut = b.left < outer.left - 1 || b.right > outer.right + 1 || b.top < outer.top - 1;
      if (cut) found.push('cut: ' + t.textContent);
      const shape = t.parentNode.querySelector('.shape');
      if (shape && b.width > shape.getBoundingClientRect().width) found.push('too wide: ' + t.textContent);
    }
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 4) found.push(boxes[i][0].textContent + ' over ' + boxes[j][0].textContent);
    }
  }
  return found;
}"""


NAMES = """() => [...document.querySelectorAll('.smtplab-diagram svg')].map(svg => {
  const name = svg.querySelector('.state:not(.low) text');
  const scale = Math.min(svg.clientWidth / svg.viewBox.baseVal.width, svg.clientHeight / svg.viewBox.baseVal.height);
  const of = svg.parentNode.classList;
  return [of.contains('projector'), of.contains('extensions'), parseFloat(getComputedStyle(name).fontSize) * scale];
})"""
"""Of each picture: is it for a projector, has it extensions, and how high its names of states are (px)."""


@pytest.mark.browser
def test_in_a_browser_no_text_overlaps_another_or_is_cut_and_names_are_large(browser: Browser, tmp_path: Path) -> None:
    figures = html.join(html.element("div", d.figure(), style="width:934px") for d in VARIANTS.values())
    page_file = tmp_path / "diagrams.html"
    page_file.write_text(f"<!doctype html><meta charset=utf-8>{html.styled(figures)}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto(page_file.as_uri())
    heights = page.evaluate("[...document.querySelectorAll('.smtplab-diagram:not(.projector) svg')]"
                            ".map(svg => svg.getBoundingClientRect().height)")
    overlaps = page.evaluate(OVERLAPS)
    names = page.evaluate(NAMES)
    page.close()
    assert overlaps == []
    assert max(heights) <= 200
    assert min(size for is_large, _, size in names if is_large) >= 18
    assert min(size for is_large, is_bigger, size in names if not is_large and not is_bigger) >= 16
    assert min(size for is_large, is_bigger, size in names if not is_large and is_bigger) >= 15


@pytest.mark.browser
def test_a_readers_forced_colours_are_the_pictures_too(browser: Browser) -> None:
    page = browser.new_page()
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.set_content(html.styled(html.element("div", state_diagram("READY").figure(), class_="smtplab")))
    names, shape, canvas = page.evaluate("""() => {
      const of = (where) => getComputedStyle(document.querySelector(where));
      document.body.style.background = 'Canvas';
      return [of('[id=state-GREETED] text').fill, of('[id=state-GREETED] .shape').fill, of('body').backgroundColor];
    }""")
    page.close()
    assert shape == canvas
    assert names != canvas
