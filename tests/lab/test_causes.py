"""Each entry of RFC 2821 section 4.3.2 is caused by what causes it in life."""

import pytest

from smtplab.lab import CAUSES, GENERAL_CAUSES, Cause, Shutdown, Tick
from smtplab.protocol.machine import machine
from smtplab.protocol.sequences import entries
from tests.facts import facts
from tests.lab.talk import Talk


@pytest.mark.parametrize("cause", [*CAUSES, *GENERAL_CAUSES], ids=lambda cause: f"{cause.name}-{cause.event}")
def test_the_dialogue_ends_with_the_reply_it_is_for(cause: Cause) -> None:
    talk = Talk(cause.world)
    last = talk.replies()[-1]
    for line in cause.lines:
        got = talk.octets(line.encode() + b"\r\n")
        last = got[-1] if got else last
    if cause.shutdown:
        talk.give(Shutdown(1.0))
    elif cause.event == "UNASKED":
        talk.give(Tick(cause.world.idle_s))
    last = (talk.replies() or [last])[-1]
    assert last.code == cause.code


def test_the_causes_are_the_entries_of_the_rfc_in_its_order() -> None:
    listed = [(entry.events[0], entry.code) for entry in entries(2821)]
    assert [(cause.event, cause.code) for cause in CAUSES] == listed
    assert len(CAUSES) == 53


def test_each_cause_has_a_sentence_of_its_own() -> None:
    sentences = [cause.sentence for cause in CAUSES if not cause.name.startswith("vrfy")]
    assert len(set(sentences)) > len(sentences) * 0.9
    assert all(sentence.endswith(".") for sentence in sentences)


def test_the_facts_propose_a_cause_for_the_same_errors() -> None:
    proposed = {(fact["entry"].split("/")[0], int(fact["code"])) for fact in facts("causes")}
    assert proposed <= {(cause.event, cause.code) for cause in CAUSES}


def test_general_causes_cover_each_command_that_may_get_501() -> None:
    verbs = {event for event in machine().events if event.isalpha() and event not in ("CONNECT", "LOST", "HELO")}
    assert {cause.event for cause in GENERAL_CAUSES if cause.code == 501} == verbs
