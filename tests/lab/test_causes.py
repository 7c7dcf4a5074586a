"""Each entry of section 4.3.2, in both editions, and each reply of an extension is caused by what causes it in life."""

import re

import pytest

from smtplab.lab import Cause, Shutdown, Tick, causes, extension_causes, general_causes, rfc_7504_causes
from smtplab.protocol.conformance import check_transcript
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import EDITIONS, machine
from smtplab.protocol.sequences import RFC_7504, Standing, entries, listed
from tests.facts import facts
from tests.lab.talk import Talk

ALL = [
    cause for edition in EDITIONS for cause in (*causes(edition), *general_causes(edition), *extension_causes(edition))
] + list(rfc_7504_causes())

OFFERED_EVENTS = {event for extension in OFFERED.values() for event in (*extension.verbs, *extension.events)}


def named(cause: Cause) -> str:
    return f"{cause.world.edition}-{cause.name}-{cause.event}"


def played(cause: Cause) -> Dialogue:
    """The dialogue of a cause as a client folds it, in memory."""
    talk, dialogue = Talk(cause.world), Dialogue(cause.world.edition)
    dialogue.received(talk.output)
    talk.replies()
    for line in cause.lines:
        octets = line.encode() + b"\r\n"
        dialogue.sent(octets)
        for reply in talk.octets(octets):
            dialogue.received(reply.octets)
    if cause.shutdown:
        talk.give(Shutdown(1.0))
    elif cause.event == "UNASKED":
        talk.give(Tick(cause.world.idle_s))
    dialogue.received(talk.output)
    return dialogue


@pytest.mark.parametrize("cause", ALL, ids=named)
def test_the_dialogue_ends_with_the_reply_it_is_for(cause: Cause) -> None:
    last = played(cause).exchanges[-1]
    assert last.reply is not None
    assert (last.event, last.reply.code) == (cause.event, cause.code)


@pytest.mark.parametrize("cause", ALL, ids=named)
def test_no_cause_makes_the_server_depart_from_its_rfc(cause: Cause) -> None:
    found = check_transcript(played(cause).exchanges, cause.world.edition)
    assert not [finding for finding in found if finding.is_departure]


@pytest.mark.parametrize("cause", ALL, ids=named)
def test_every_reply_that_is_caused_stands_in_some_rfc(cause: Cause) -> None:
    found = listed(cause.world.edition, cause.event, cause.code)
    assert found.standing is not Standing.NOT_LISTED
    if cause.event in OFFERED_EVENTS and found.standing is Standing.ELSEWHERE:
        assert found.section.startswith(OFFERED[cause.extension].rfc), "its own RFC, not another's rule for many"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_causes_are_the_entries_of_the_rfc_in_its_order(edition: int) -> None:
    listed = [(entry.events[0], entry.code) for entry in entries(edition)]
    assert [(cause.event, cause.code) for cause in causes(edition)] == listed
    assert len(listed) == {2821: 53, 5321: 58}[edition]
    assert {cause.world.edition for cause in causes(edition)} == {edition}


def test_what_rfc_7504_adds_is_caused_where_it_holds() -> None:
    assert [(cause.event, cause.code) for cause in rfc_7504_causes()] == [(e.events[0], e.code) for e in RFC_7504]
    assert {cause.world.edition for cause in rfc_7504_causes()} == {5321}


def test_what_both_editions_list_is_caused_alike() -> None:
    by_edition = [{cause.name: cause.in_edition(2821) for cause in causes(edition)} for edition in EDITIONS]
    assert by_edition[0].keys() - by_edition[1].keys() == {"rcpt-550-relay", "data-451"}
    assert by_edition[0].keys() & by_edition[1].keys()
    for name in by_edition[0].keys() & by_edition[1].keys():
        assert by_edition[0][name] == by_edition[1][name]


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_reply_code_that_only_extensions_bring_has_a_cause(edition: int) -> None:
    brought = {int(code) for extension in OFFERED.values() for code in re.findall("[0-9]+", extension.reply_codes)}
    assert {235, 334, 432, 454, 530, 534, 535, 538} <= brought
    caused = {cause.code for cause in (*causes(edition), *extension_causes(edition))}
    assert brought <= caused


def test_each_extension_with_a_refusal_of_its_own_has_a_cause() -> None:
    assert {cause.extension for cause in extension_causes()} == {
        "STARTTLS", "AUTH", "CHUNKING", "BINARYMIME", "8BITMIME", "SMTPUTF8",
    }
    for event in ("AUTH", "MAIL", "STARTTLS"):
        assert {454, 530} & {cause.code for cause in extension_causes() if cause.event == event}


def test_an_extension_that_is_taken_out_takes_its_causes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OFFERED, "AUTH")
    left = extension_causes.__wrapped__()
    assert "AUTH" not in {cause.extension for cause in left}
    assert len(left) > 10


def test_each_cause_has_a_sentence_of_its_own() -> None:
    sentences = {cause.name: cause.sentence for cause in ALL if not cause.name.startswith("vrfy")}
    assert len(set(sentences.values())) > len(sentences) * 0.9
    assert all(sentence.endswith(".") for sentence in sentences.values())


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_facts_propose_a_cause_for_the_same_errors(edition: int) -> None:
    proposed = {(fact["entry"].split("/")[0], int(fact["code"])) for fact in facts("causes")}
    dropped = {("DATA", 451)} if edition == 5321 else set()
    assert proposed - dropped <= {(cause.event, cause.code) for cause in causes(edition)}


@pytest.mark.parametrize("edition", EDITIONS)
def test_general_causes_cover_each_command_that_may_get_501(edition: int) -> None:
    verbs = {event for event in machine().events if event.isalpha() and event not in ("CONNECT", "LOST", "HELO")}
    assert {cause.event for cause in general_causes(edition) if cause.code == 501} == verbs
