"""The buttons of the console are the table, grouped by what a command does."""

from itertools import combinations
from typing import Any

import pytest

from smtplab.lab.world import Fate, Mailbox, World
from smtplab.network import memory_server
from smtplab.notebook.console.choices import GROUPS, choice, choices
from smtplab.notebook.console.console import Console
from smtplab.protocol.commands import BASE
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import EDITIONS, State, machine
from smtplab.protocol.session import Session

BROUGHT = {"AUTH": {"AUTH"}, "STARTTLS": {"STARTTLS"}, "CHUNKING": {"BDAT"}, "SIZE": set()}
TABLES = [
    pytest.param(edition, frozenset(chosen), id="-".join((str(edition), *chosen)))
    for edition in EDITIONS for count in range(len(BROUGHT) + 1) for chosen in combinations(BROUGHT, count)
]


@pytest.mark.parametrize(("edition", "extensions"), TABLES)
@pytest.mark.parametrize("state", State)
def test_every_command_of_the_table_is_offered_once_or_none_at_all(
    edition: int, extensions: frozenset[str], state: State,
) -> None:
    table = machine(edition, extensions)
    offered = [c.verb for c in choices(table, Session(state))]
    verbs = {*BASE, *(verb for keyword in extensions for verb in BROUGHT[keyword])}
    assert sorted(offered) == (sorted(verbs) if table.commands_in_sequence(state) else [])


@pytest.mark.parametrize(("edition", "extensions"), TABLES)
@pytest.mark.parametrize("state", State)
def test_try_it_anyway_holds_exactly_what_is_out_of_sequence(
    edition: int, extensions: frozenset[str], state: State,
) -> None:
    table = machine(edition, extensions)
    for offered in choices(table, Session(state)):
        assert (offered.group == "try") is not table.in_sequence(state, offered.verb)


def test_the_groups_say_what_a_command_does_from_here() -> None:
    groups = {s: {g: [c.verb for c in choices(machine(), Session(s)) if c.group == g] for g in GROUPS} for s in State}
    assert groups[State.GREETED]["next"] == ["EHLO", "HELO"]
    assert groups[State.READY]["next"] == ["MAIL"]
    assert groups[State.SENDER_KNOWN] == {
        "next": ["RCPT"], "again": ["EHLO", "HELO", "RSET"], "protect": [], "ask": ["VRFY", "EXPN", "HELP", "NOOP"],
        "leave": ["QUIT"], "try": ["MAIL", "DATA"],
    }
    assert groups[State.RECIPIENTS_KNOWN]["next"] == ["RCPT", "DATA"]
    assert groups[State.REFUSED]["leave"] == ["QUIT"]
    assert groups[State.REFUSED]["next"] == groups[State.REFUSED]["ask"] == []


def grouped(session: Session, extensions: str = "AUTH STARTTLS CHUNKING") -> dict[str, list[str]]:
    found = choices(machine(2821, frozenset(extensions.split())), session)
    return {group: [c.verb for c in found if c.group == group] for group in GROUPS}


def test_tls_and_a_login_stand_together_and_chunks_lead_on() -> None:
    ready = grouped(Session(State.READY))
    assert ready["protect"] == ["STARTTLS", "AUTH"]
    assert (ready["next"], ready["again"]) == (["MAIL"], ["EHLO", "HELO", "RSET"])
    assert grouped(Session(State.GREETED))["protect"] == []
    assert grouped(Session(State.RECIPIENTS_KNOWN))["next"] == ["RCPT", "DATA", "BDAT"]
    assert grouped(Session(State.CHUNKS)) == {
        "next": ["BDAT"], "again": ["EHLO", "HELO", "RSET"], "protect": [], "ask": ["VRFY", "EXPN", "HELP", "NOOP"],
        "leave": ["QUIT"], "try": ["MAIL", "RCPT", "DATA", "STARTTLS", "AUTH"],
    }
    assert grouped(Session(State.CHUNK_REFUSED))["again"] == ["EHLO", "HELO", "RSET"]
    assert "BDAT" in grouped(Session(State.CHUNK_REFUSED))["try"]
    assert not any(grouped(Session(State.AUTH_EXCHANGE)).values())


def test_what_a_guard_keeps_back_is_only_to_be_tried() -> None:
    inside = grouped(Session(State.READY, "me.example", tls=True, identity="bob"))
    assert inside["protect"] == []
    assert inside["try"][-2:] == ["STARTTLS", "AUTH"]
    assert grouped(Session(State.READY, "me.example", tls=True))["protect"] == ["AUTH"]


def test_auth_is_filled_with_a_mechanism_that_was_announced() -> None:
    for announced, line in (("PLAIN LOGIN", "AUTH PLAIN"), ("cram-md5 XOAUTH2", "AUTH CRAM-MD5"), ("", "AUTH PLAIN")):
        assert choice("AUTH", Session(State.READY, "me.example", (("AUTH", announced),))).line == line


def test_a_button_marks_the_part_of_its_line_to_edit() -> None:
    for verb, part in (("RCPT", "bob@lab.example"), ("EHLO", "student.example"), ("VRFY", "bob"), ("DATA", ""),
                       ("BDAT", "900 LAST"), ("AUTH", "PLAIN"), ("STARTTLS", "")):
        found = choice(verb, Session())
        assert found.line[found.start : found.end] == part


@pytest.mark.parametrize("extensions", [(), "all"], ids=str)
def test_rcpt_offers_first_who_takes_mail(extensions: Any) -> None:
    console = Console(memory_server(extensions=extensions))
    for line in ("EHLO student.example", "MAIL FROM:<alice@student.example>"):
        console.send(line)
    for _ in range(4):
        assert console.send(console.fill("RCPT")).code == 250
    assert [path.address for path in console.session.transaction.forward_paths] == [
        f"{name}@lab.example" for name in ("bob", "anna", "otto", "postmaster")]


def test_rcpt_offers_a_mailbox_that_this_mail_has_not_tried() -> None:
    dialogue = Dialogue()
    for octets, reply in ((b"", b"220 x"), (b"EHLO a.example", b"250 x"), (b"MAIL FROM:<a@a.example>", b"250 x"),
                          (b"RCPT TO:<bob@lab.example>", b"250 x"), (b"RCPT TO:<carol@lab.example>", b"450 x")):
        if octets:
            dialogue.sent(octets + b"\r\n")
        dialogue.received(reply + b"\r\n")
    assert choice("RCPT", dialogue.session).line == "RCPT TO:<anna@lab.example>"
    world = World(mailboxes=(Mailbox("carol", "Carol", Fate.BUSY), Mailbox("dave", "Dave", Fate.FULL)))
    assert choice("RCPT", dialogue.session, world).line == "RCPT TO:<dave@lab.example>"
    assert choice("RCPT", dialogue.session, World(mailboxes=())).line == "RCPT TO:<bob@lab.example>"
