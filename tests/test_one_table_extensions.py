"""One table with extensions too: client and server stand where it says, at every state x event x code it brings."""

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from smtplab.lab import TlsFailed, World
from smtplab.protocol import dialogue as dialogue_module
from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import ANY, EDITIONS, LOST, NO_COMMANDS, UNASKED, Kind, State, machine
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import parse_command
from tests.lab.talk import Talk

WITH_ROWS = ("CHUNKING", "BINARYMIME", "STARTTLS", "AUTH")
ALL = frozenset(WITH_ROWS)
CODES = (*REPLY_CODES, 299, 399, 457, 599)

GREETING = (b"", b"220 x\r\n")
EHLO = (b"EHLO me.example\r\n", b"250-x\r\n250-AUTH PLAIN\r\n250-STARTTLS\r\n250-BINARYMIME\r\n250 CHUNKING\r\n")
MAIL, RCPT = (b"MAIL FROM:<a@b.example>\r\n", b"250 x\r\n"), (b"RCPT TO:<bob@lab.example>\r\n", b"250 x\r\n")
WAYS: dict[State, tuple[tuple[bytes, bytes], ...]] = {
    State.READY: (GREETING, EHLO),
    State.TLS_HANDSHAKE: (GREETING, EHLO, (b"STARTTLS\r\n", b"220 x\r\n")),
    State.AUTH_EXCHANGE: (GREETING, EHLO, (b"AUTH PLAIN\r\n", b"334 \r\n")),
    State.SENDER_KNOWN: (GREETING, EHLO, MAIL),
    State.RECIPIENTS_KNOWN: (GREETING, EHLO, MAIL, RCPT),
    State.MAIL_DATA: (GREETING, EHLO, MAIL, RCPT, (b"DATA\r\n", b"354 x\r\n")),
    State.CHUNKS: (GREETING, EHLO, MAIL, RCPT, (b"BDAT 1\r\nx", b"250 x\r\n")),
    State.CHUNK_REFUSED: (GREETING, EHLO, MAIL, RCPT, (b"BDAT 1\r\nx", b"552 x\r\n")),
}
"""What leads a session to each state in which the extensions are known: what is said, what answers."""

LINES = {
    AUTH_LINE: b"AGJvYgBidWlsZGVy\r\n", "BDAT": b"BDAT 2\r\nab", BDAT_LAST: b"BDAT 2 LAST\r\nab", UNASKED: b"",
    **{verb: COMMANDS[verb].example.encode() + b"\r\n" for verb in (*BASE, "AUTH", "STARTTLS", "TURN")},
}
"""What a client says for each event."""


def events_in(state: State) -> tuple[str, ...]:
    """The events that octets can be in this state."""
    if state is State.AUTH_EXCHANGE:
        return (AUTH_LINE, UNASKED)
    if state in (State.MAIL_DATA, State.TLS_HANDSHAKE):
        return (UNASKED,)
    return tuple(event for event in LINES if event != AUTH_LINE)


def played(state: State, event: str, code: int, edition: int) -> Exchange:
    dialogue = Dialogue(edition)
    for sent, reply in WAYS[state]:
        dialogue.sent(sent)
        dialogue.received(reply)
    assert dialogue.session.state is state
    dialogue.sent(LINES[event])
    return dialogue.received(b"%d x\r\n" % code)[0]


@pytest.mark.parametrize(("edition", "state"), list(product(EDITIONS, WAYS)))
def test_a_client_stands_where_the_table_says(edition: int, state: State) -> None:
    table = machine(edition, ALL)
    for event, code in product(events_in(state), CODES):
        step = played(state, event, code, edition)
        row = table.transition(state, event, code)
        assert (step.event, step.row) == (event, row)
        assert step.after.state is (row.next_state or state)
        assert (step.after.transaction is None) >= ("transaction" in row.forgets and not row.remembers)
        assert (step.after.client_name is None) >= ("client" in row.forgets and not row.remembers)
        assert ("identity" in row.remembers) <= (step.after.identity is not None)


def test_a_handshake_that_nobody_agreed_upon_is_followed_all_the_same() -> None:
    for text, state in (("S: 220 a\n-- tls\n", State.GREETED), ("-- tls failed\n", State.CLOSED),
                        ("S: 220 a\nC: EHLO x\nS: 250 a\n-- tls\n-- tls\n", State.GREETED)):
        step = Transcript.parse(text).exchanges()[-1]
        assert (step.after.state, step.after.client_name) == (state, None)


@pytest.mark.parametrize("state", [State.CONNECTED, State.TLS_HANDSHAKE])
@pytest.mark.parametrize("is_up", [True, False])
def test_a_handshake_forgets_all_but_tls(state: State, is_up: bool) -> None:
    dialogue = Dialogue()
    for sent, reply in WAYS.get(state, ()):
        dialogue.sent(sent)
        dialogue.received(reply)
    step = dialogue.tls(is_up)
    assert step.event == (TLS_UP if is_up else TLS_FAILED)
    assert step.after.tls is is_up
    assert (step.after.client_name, step.after.announced, step.after.transaction) == (None, (), None)
    expected = (State.GREETED if state is State.TLS_HANDSHAKE else State.CONNECTED) if is_up else State.CLOSED
    assert step.after.state is expected


def subsets() -> Iterator[frozenset[str]]:
    for size in range(len(WITH_ROWS) + 1):
        yield from map(frozenset, combinations(WITH_ROWS, size))


@pytest.mark.parametrize("keywords", list(subsets()), ids=lambda keywords: "+".join(sorted(keywords)) or "none")
def test_every_machine_is_total_and_has_one_row_a_step(keywords: frozenset[str]) -> None:
    for edition in EDITIONS:
        table = machine(edition, keywords)
        keys = [(row.state, row.event, row.reply) for row in table.rows]
        assert len(keys) == len(set(keys))
        for state, event, code in product(State, (*table.events, "XYZZY", UNASKED), CODES):
            row = table.transition(state, event, code)
            assert row.state in (state, ANY) and row.event in (event, ANY)
            assert row.reply in (code, f"{code // 100}yz")
        for state in State:
            assert table.next_state(state, LOST, None) is State.CLOSED
            assert table.next_state(state, "AUTH", 421) is State.CLOSED


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_base_protocol_is_the_same_with_and_without_extensions(edition: int) -> None:
    base, more = machine(edition), machine(edition, ALL)
    assert more.rows[:len(base.rows)] == base.rows
    for state, event, code in product(base.states, base.events, CODES):
        assert more.transition(state, event, code or None) == base.transition(state, event, code)


def test_an_extension_without_rows_or_guards_leaves_the_machine_alone() -> None:
    for keyword in OFFERED.keys() - ALL:
        assert machine(2821, frozenset({keyword})) is machine(2821)
    assert machine(2821, frozenset({"X-UNHEARD-OF"})) is machine(2821)


def test_every_row_of_an_extension_names_a_section_of_its_own_rfc_or_of_the_base() -> None:
    for extension in OFFERED.values():
        for row in extension.rows():
            for edition in EDITIONS:
                assert row.section(edition).startswith("RFC ") or row.event in BASE, row
        for needed in extension.requirements:
            assert needed.section.startswith(extension.rfc)


def test_whatever_an_extension_remembers_it_tells_how() -> None:
    for extension in OFFERED.values():
        remembered = {row.remembers for row in extension.rows() if row.event not in BASE} - {""}
        assert remembered == set(extension.remember)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_server_obeys_the_table_in_every_state_the_extensions_bring(edition: int) -> None:
    table, seen = machine(edition, ALL), set()
    for state, way in WAYS.items():
        for event in events_in(state):
            talk = Talk(World(edition=edition, extensions="all", max_message_octets=65536))  # type: ignore[arg-type]
            for sent, _ in way:
                oversized = state is State.CHUNK_REFUSED and sent.startswith(b"BDAT")
                talk.octets(b"BDAT 70000\r\n" + b"x" * 70000 if oversized else sent)
            assert talk.session.session.state is state
            before = talk.session.session
            talk.replies()
            for reply in talk.octets(LINES[event]):
                row = table.transition(state, event, reply.code)
                assert talk.session.session.state is (row.next_state or state), (state, event, str(reply))
                assert not (reply.is_positive and not table.in_sequence(state, event)), (state, event, str(reply))
                refused = before.unmet(table, event) is not None or not table.in_sequence(state, event)
                assert not (refused and reply.is_positive)
                assert row.kind is not Kind.VIOLATION
                seen.add((state, event))
    assert seen >= {(state, event) for state in WAYS for event in events_in(state) if event not in NO_COMMANDS}


def test_the_server_closes_when_a_handshake_fails() -> None:
    talk = Talk(World(extensions="all"))  # type: ignore[arg-type]
    talk.codes("EHLO me.example", "STARTTLS")
    talk.give(TlsFailed(1.0))
    assert talk.session.session.state is machine(2821, ALL).next_state(State.TLS_HANDSHAKE, TLS_FAILED, None)


def folded(text: str) -> Session:
    return Transcript.parse("S: 220 a\n" + text).exchanges()[-1].after


def test_a_server_that_takes_what_it_should_not_is_followed() -> None:
    hello = "C: EHLO x\nS: 250-a\nS: 250-AUTH PLAIN\nS: 250 CHUNKING\nC: MAIL FROM:<>\nS: 250 a\n"
    begun = hello + "C: RCPT TO:<a@b.example>\nS: 250 a\nC: BDAT 3\nC: a\nS: 250 a\n"
    assert folded(begun + "C: DATA\nS: 354 go\nC: QUIT\nC: .\nS: 250 taken\n").state is State.READY
    inside = folded(hello + "C: AUTH PLAIN\nS: 334 \nC: AGJvYgBidWlsZGVy\nS: 235 in\n")
    assert (inside.state, inside.identity) == (State.READY, "bob")
    assert folded(hello + "C: AUTH PLAIN AGJvYgBidWlsZGVy\nS: 235 in\n").identity == "bob"


def test_a_login_that_was_never_announced_is_followed() -> None:
    session = folded("C: HELO x\nS: 250 a\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: Ym9i\nS: 334 UGFzc3dvcmQ6\n"
                     "C: eA==\nS: 235 in\nC: NOOP\nS: 250 ok\n")
    assert (session.state, session.identity) == (State.READY, "bob")
    assert folded("C: STARTTLS\nS: 220 go\n-- tls\n").tls


def test_a_piece_in_very_many_segments_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    monkeypatch.setattr(dialogue_module, "parse_command", lambda line: looked.append(line) or parse_command(line))
    dialogue = Dialogue()
    for sent, reply in WAYS[State.RECIPIENTS_KNOWN]:
        dialogue.sent(sent)
        dialogue.received(reply)
    dialogue.sent(b"BDAT 50000\r\n")
    for _ in range(1000):
        dialogue.sent(b"x" * 50)
    assert dialogue.received(b"250 x\r\n")[0].sent == b"BDAT 50000\r\n" + b"x" * 50000
    assert looked.count(b"BDAT 50000") == 2  # when its line came, and when it was whole
