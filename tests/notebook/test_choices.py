"""The buttons of the console are the table, grouped by what a command does."""

import pytest

from smtplab.lab.world import World
from smtplab.notebook.choices import GROUPS, choice, choices
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import CONNECT, DATA_END, EDITIONS, State, machine
from smtplab.protocol.session import Session


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("state", State)
def test_every_command_of_the_table_is_offered_once_or_none_at_all(edition: int, state: State) -> None:
    offered = [c.verb for c in choices(machine(edition), Session(state))]
    verbs = {e for e in machine(edition).events if e not in (CONNECT, DATA_END, "LOST")}
    assert sorted(offered) == (sorted(verbs) if machine(edition).commands_in_sequence(state) else [])


@pytest.mark.parametrize("state", State)
def test_try_it_anyway_holds_exactly_what_is_out_of_sequence(state: State) -> None:
    for offered in choices(machine(), Session(state)):
        assert (offered.group == "try") is not machine().in_sequence(state, offered.verb)


def test_the_groups_say_what_a_command_does_from_here() -> None:
    groups = {s: {g: [c.verb for c in choices(machine(), Session(s)) if c.group == g] for g in GROUPS} for s in State}
    assert groups[State.GREETED]["next"] == ["EHLO", "HELO"]
    assert groups[State.READY]["next"] == ["MAIL"]
    assert groups[State.SENDER_KNOWN] == {
        "next": ["RCPT"], "again": ["EHLO", "HELO", "RSET"], "ask": ["VRFY", "EXPN", "HELP", "NOOP"],
        "leave": ["QUIT"], "try": ["MAIL", "DATA"],
    }
    assert groups[State.RECIPIENTS_KNOWN]["next"] == ["RCPT", "DATA"]
    assert groups[State.REFUSED]["leave"] == ["QUIT"]
    assert groups[State.REFUSED]["next"] == groups[State.REFUSED]["ask"] == []


def test_a_button_marks_the_part_of_its_line_to_edit() -> None:
    for verb, part in (("RCPT", "bob@lab.example"), ("EHLO", "student.example"), ("VRFY", "bob"), ("DATA", "")):
        found = choice(verb, Session())
        assert found.line[found.start : found.end] == part


def test_rcpt_offers_a_mailbox_that_this_mail_has_not_tried() -> None:
    dialogue = Dialogue()
    for octets, reply in ((b"", b"220 x"), (b"EHLO a.example", b"250 x"), (b"MAIL FROM:<a@a.example>", b"250 x"),
                          (b"RCPT TO:<bob@lab.example>", b"250 x"), (b"RCPT TO:<carol@lab.example>", b"450 x")):
        if octets:
            dialogue.sent(octets + b"\r\n")
        dialogue.received(reply + b"\r\n")
    assert choice("RCPT", dialogue.session).line == "RCPT TO:<dave@lab.example>"
    assert choice("RCPT", dialogue.session, World(mailboxes=())).line == "RCPT TO:<bob@lab.example>"
