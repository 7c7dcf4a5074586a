"""One table is the project: whoever follows a session stands where the table says, at every state x event x code.

The client's fold, the server, the diagram, the console and conformance are each asked what a step does, and held
against the machine's rows. Codes are all that some RFC has, and some of each class that none has.
"""

from collections.abc import Callable, Iterator

import pytest

from smtplab.lab import Cause, World, causes, extension_causes, general_causes, rfc_7504_causes
from smtplab.network import Client
from smtplab.notebook.console.console import Console
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.edges import edges
from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.conformance import Fault, check_transcript
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.machine import CONNECT, DATA_END, EDITIONS, LOST, UNASKED, Kind, Machine, State, machine
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import Standing, listed
from tests.lab.talk import Talk

CODES = (*REPLY_CODES, 299, 399, 457, 599)
TAKEN = {"MAIL": 250, "RCPT": 250, "DATA": 354}
VERBS = (*BASE, "TURN", "XYZZY", "")

WAY = (
    "EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA",
)
"""Lines that lead from the greeting to mail data, a state each."""

RECORD = (b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n")
STATES = (State.GREETED, State.READY, State.SENDER_KNOWN, State.RECIPIENTS_KNOWN, State.MAIL_DATA)


def line_of(verb: str) -> str:
    return COMMANDS[verb].example if verb in COMMANDS else verb


def steps() -> Iterator[tuple[State, str]]:
    """Every event that a state can meet on the wire; during mail data each line is data."""
    yield State.CONNECTED, CONNECT
    yield State.MAIL_DATA, DATA_END
    for state in (*STATES[:-1], State.REFUSED):
        yield from ((state, verb) for verb in VERBS)
    yield from ((state, UNASKED) for state in (*STATES[:-1], State.REFUSED, State.CLOSED))


def led_to(state: State, sent: Callable[[bytes], object], heard: Callable[[bytes], object]) -> None:
    """Say what leads a session to a state."""
    if state is State.CONNECTED:
        return
    if state is State.REFUSED:
        heard(b"554 x\r\n")
        return
    heard(RECORD[0])
    for line, reply in zip(WAY[: STATES.index(state)] if state in STATES else ("QUIT",), RECORD[1:], strict=False):
        sent(line.encode() + b"\r\n")
        heard(reply)


def played(state: State, event: str, code: int | None, edition: int) -> Exchange:
    """One step as a client folds it from octets."""
    dialogue = Dialogue(edition)
    led_to(state, dialogue.sent, dialogue.received)
    assert dialogue.session.state is state
    if event == LOST:
        return dialogue.lost()
    if event in VERBS:
        dialogue.sent(line_of(event).encode() + b"\r\n")
    elif event == DATA_END:
        dialogue.sent(b".\r\n")
    return dialogue.received(b"%d x\r\n" % (code or 0))[0]


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def exchanges(edition: int) -> list[Exchange]:
    """Every step once, folded from octets."""
    lost = [played(state, LOST, None, edition) for state in machine(edition).states]
    return [*lost, *(played(state, event, code, edition) for state, event in steps() for code in CODES)]


def test_a_client_stands_where_the_table_says(edition: int, exchanges: list[Exchange]) -> None:
    table = machine(edition)
    for step in exchanges:
        code = step.reply.code if step.reply else None
        assert step.after.state is table.next_state(step.before.state, step.event, code), step
        assert step.row is table.transition(step.before.state, step.event, code)
        for fact, is_known in (("transaction", step.after.transaction), ("client", step.after.client_name)):
            assert not (fact in step.row.forgets and is_known and not step.row.remembers), step
    assert {(step.before.state, step.event) for step in exchanges} >= set(steps())


def test_the_diagram_lights_where_the_table_leads_and_marks_the_way(edition: int, exchanges: list[Exchange]) -> None:
    drawn = {edge.id: edge for edge in edges(machine(edition))}
    for step in exchanges:
        marks = state_diagram(step, edition=edition).classes
        lit = [name for name, mark in marks.items() if mark == "lit"]
        assert lit == [f"state-{step.after.state}"], step
        for name in marks:
            if name in drawn and marks[name] != "shown":
                edge = drawn[name]
                assert (edge.tail, edge.head) == (step.before.state, step.after.state), step
                assert step.event in edge.events
        if step.row.event == step.event and step.row.next_state and step.row.kind in (Kind.NORMAL, Kind.ABORT):
            is_told = step.event in ("QUIT", UNASKED, LOST)  # what leads on from everywhere is told in the caption
            assert is_told or [name for name in marks if name in drawn and marks[name] == "taken"], step
        if step.reply and step.reply.code >= 400 and not step.moved:
            assert marks[f"refused-{step.before.state}"] == "refused"


def test_conformance_and_the_table_agree_on_what_is_out_of_sequence(edition: int, exchanges: list[Exchange]) -> None:
    table = machine(edition)
    for step in exchanges:
        found = {finding.what for finding in check_transcript([step], edition)}
        state, event, code = step.before.state, step.event, step.reply.code if step.reply else 0
        if state is State.REFUSED and event not in ("QUIT", UNASKED, LOST) and code < 400:
            assert Fault.OUT_OF_SEQUENCE in found, step
        elif table.in_sequence(state, event) or code >= 400 or event == UNASKED:
            assert Fault.OUT_OF_SEQUENCE not in found, step
        elif code == TAKEN.get(event):
            assert Fault.OUT_OF_SEQUENCE in found, step


def test_where_the_table_takes_a_listed_reply_there_is_no_departure(edition: int, exchanges: list[Exchange]) -> None:
    for step in exchanges:
        is_listed = step.reply and listed(edition, step.event, step.reply.code).standing is Standing.LISTED
        if is_listed and step.row.kind in (Kind.NORMAL, Kind.ABORT):
            assert not [f for f in check_transcript([step], edition) if f.is_departure], step


def every_cause(edition: int) -> list[Cause]:
    later = rfc_7504_causes() if edition == 5321 else ()
    return [*causes(edition), *later, *general_causes(edition), *extension_causes(edition)]


def worlds(edition: int) -> list[World]:
    """Every world that some cause needs."""
    return list(dict.fromkeys(cause.world for cause in every_cause(edition)))


def lines(edition: int) -> tuple[str, ...]:
    """The last line of every cause, an example of every command, and a few odd ones."""
    return tuple(dict.fromkeys((
        *(cause.lines[-1] for cause in every_cause(edition) if cause.lines), *map(line_of, COMMANDS),
        "XYZZY", "", "RCPT TO:<>", "RCPT TO:<Postmaster>", "MAIL FROM:<>", "HELO", "DATA ",
    )))


def test_the_server_obeys_the_table_and_the_list_and_finds_no_fault_in_itself(edition: int) -> None:
    seen = set()
    for world in worlds(edition):
        for length in range(len(WAY) + 1):
            for line in lines(edition):
                talk, dialogue = Talk(world), Dialogue(edition)
                dialogue.received(b"".join(talk.segments))
                for said in (*WAY[:length], line, "."):
                    count = len(talk.segments)
                    dialogue.sent(said.encode() + b"\r\n")
                    talk.octets(said.encode() + b"\r\n")
                    for step in dialogue.received(b"".join(talk.segments[count:])):
                        assert step.reply is not None
                        table = step.before.machine(edition)
                        assert step.after.state is table.next_state(step.before.state, step.event, step.reply.code)
                        assert not _departs(table, step), (said, str(step.reply))
                        seen.add((step.before.state, step.event))
                    assert talk.session.session == dialogue.session, (said, "server and client must agree")
                found = [finding for finding in check_transcript(dialogue.exchanges, edition) if finding.is_departure]
                assert not found, (world, line, found)
    assert seen >= {(state, verb) for state in (*STATES[:-1], State.REFUSED) for verb in VERBS}
    assert (State.MAIL_DATA, DATA_END) in seen


def _departs(table: Machine, step: Exchange) -> bool:
    """Whether the server took what the table does not let come, or gave a reply that no section has."""
    assert step.reply is not None
    taken_early = step.reply.is_positive and not table.in_sequence(step.before.state, step.event)
    standing = listed(table.edition, step.event, step.reply.code).standing
    return taken_early or (step.event in (*BASE, CONNECT, DATA_END) and standing is Standing.NOT_LISTED)


class Scripted:
    """The end of a connection whose other side says what it is told to say."""

    address = "scripted"

    def __init__(self) -> None:
        self.inbox: list[bytes] = []
        self.replies: list[bytes] = []
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def send(self, octets: bytes) -> int:
        self.inbox += self.replies[:1]
        del self.replies[:1]
        return len(octets)

    def receive(self, most: int) -> bytes:
        if not self.inbox:
            raise BlockingIOError
        return self.inbox.pop(0)

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        self.now += 0.0 if self.inbox else timeout_s  # waiting in vain takes no real time
        return bool(self.inbox)

    def watch(self, changed: Callable[[], bool]) -> None:
        self.changed = changed

    def close(self) -> None:
        self.inbox.append(b"")


def console_at(state: State, link: Scripted) -> Console:
    """A console on a server that says what leads to this state."""
    said: list[str] = []
    led_to(state, lambda octets: said.append(octets.decode().strip()), link.inbox.append)
    link.inbox, link.replies = link.inbox[:1], link.inbox[1:]
    console = Console(Client("scripted", 0, link=link))
    for line in said:
        console.send(line)
    assert console.state is state
    return console


@pytest.mark.parametrize("state", [*STATES, State.REFUSED])
def test_the_console_shows_what_the_table_says_of_any_server(state: State) -> None:
    table = machine()
    events = VERBS if state is not State.MAIL_DATA else (DATA_END,)
    for event in events:
        for code in (220, 250, 299, 354, 399, 421, 450, 503, 521, 554, 599):
            link = Scripted()
            console = console_at(state, link)
            link.replies.append(b"%d x\r\n" % code)
            console.send("." if event == DATA_END else line_of(event))
            view, expected = console.view(), table.next_state(state, event, code)
            buttons = {c["verb"]: g["id"] for g in view["groups"] for c in g["choices"]}
            out_of_sequence = {verb for verb, group in buttons.items() if group == "try"}
            assert view["state"] == expected and view["classes"][f"state-{expected}"] == "lit", (event, code)
            assert set(buttons) - out_of_sequence == set(table.commands_in_sequence(expected))
            assert view["explanation"]["code"] == code
            console.close()
