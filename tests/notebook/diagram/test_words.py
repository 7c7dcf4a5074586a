"""The text twin and the caption say what the picture shows, and what no picture has room for."""

import re

from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.edges import refused_alike, whole_machine
from smtplab.protocol.machine import EDITIONS, State
from smtplab.protocol.transcript import Transcript
from tests.notebook.diagram.drawings import PATH, groups, label


def test_the_caption_counts_the_recipients_and_says_that_a_refusal_changed_nothing() -> None:
    caption = state_diagram(PATH.exchanges()[5]).caption
    assert caption.startswith("You are at RECIPIENTS_KNOWN: sender known, 1 recipient. ")
    assert "The last step, RCPT 450, was refused, so nothing changed." in caption
    assert "2 recipients" in state_diagram(PATH.exchanges()[6]).caption


def test_legal_names_the_commands_in_words() -> None:
    assert "In sequence now: EHLO, HELO, RCPT, RSET, VRFY, EXPN, HELP, NOOP, QUIT." in \
        state_diagram(State.SENDER_KNOWN, legal=True).text
    assert "In sequence now: final dot." in state_diagram(State.MAIL_DATA, legal=True).caption


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


def test_it_says_where_the_drawing_comes_from() -> None:
    for edition in EDITIONS:
        assert f"Derived from RFC {edition} sections 4.1.4 and 4.3.2" in state_diagram(edition=edition).text
