"""The list of section 4.3.2, both editions, and where a reply to a command stands."""

import re

import pytest

from smtplab.protocol.commands import BASE
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.general_replies import GENERAL_REPLIES, general_reply_rows
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.sequences import (
    RFC_7504,
    Standing,
    differences,
    entries,
    format_sequences,
    listed,
    sequence_rows,
)
from tests.facts import facts

PAGE_OF_RFC_2821 = """\
CONNECTION ESTABLISHMENT
   S: 220
   E: 554
EHLO or HELO
   S: 250
   E: 504, 550
MAIL
   S: 250
   E: 552, 451, 452, 550, 553, 503
RCPT
   S: 250, 251 (section 3.4 tells more of 251 and 551)
   E: 550, 551, 552, 553, 450, 451, 452, 503, 550
DATA
   I: 354 -> data -> S: 250
                     E: 552, 554, 451, 452
   E: 451, 554, 503
RSET
   S: 250
VRFY
   S: 250, 251, 252
   E: 550, 551, 553, 502, 504
EXPN
   S: 250, 252
   E: 550, 500, 502, 504
HELP
   S: 211, 214
   E: 502, 504
NOOP
   S: 250
QUIT
   S: 221
"""


def test_the_list_prints_like_the_page_of_the_rfc():
    assert format_sequences(2821) == PAGE_OF_RFC_2821


def test_rfc_2821_has_53_entries_and_rfc_5321_has_58():
    assert [entry.number for entry in entries(2821)] == list(range(1, 54))
    assert [entry.number for entry in entries(5321)] == list(range(1, 59))


def test_550_stands_twice_for_rcpt_in_rfc_2821_and_once_in_rfc_5321():
    assert [entry.number for entry in listed(2821, "RCPT", 550).entries] == [15, 23]
    assert len(listed(5321, "RCPT", 550).entries) == 1


def test_ehlo_and_helo_share_their_entries():
    assert listed(2821, "EHLO", 504) == listed(2821, "HELO", 504)
    assert listed(2821, "HELO", 504).standing is Standing.LISTED


def test_the_reply_before_the_data_and_the_reply_after_it_are_apart():
    assert listed(2821, "DATA", 354).standing is Standing.LISTED
    assert listed(2821, "DATA", 250).standing is Standing.NOT_LISTED
    assert listed(2821, "DATA-END", 250).standing is Standing.LISTED
    assert listed(2821, "DATA-END", 354).standing is Standing.NOT_LISTED
    assert listed(2821, "DATA", 503).standing is Standing.LISTED
    assert listed(2821, "DATA-END", 503).standing is Standing.NOT_LISTED


@pytest.mark.parametrize("code", [421, 500, 501])
@pytest.mark.parametrize("edition", [2821, 5321])
def test_421_500_and_501_may_answer_any_command(edition, code):
    for event in (*BASE, "DATA-END", "XYZZY"):
        standing = listed(edition, event, code).standing
        assert standing is (Standing.LISTED if (event, code) == ("EXPN", 500) else Standing.GENERAL)


def test_only_421_may_come_unasked():
    assert listed(2821, "UNASKED", 421).standing is Standing.GENERAL
    assert listed(2821, "UNASKED", 500).standing is Standing.NOT_LISTED
    assert listed(2821, "UNASKED", 250).standing is Standing.NOT_LISTED


@pytest.mark.parametrize(
    ("edition", "event", "code", "section"),
    [
        (2821, "CONNECT", 421, "3.9"), (5321, "CONNECT", 421, "3.8"),
        (2821, "CONNECT", 521, "RFC 7504 5.1"), (5321, "RCPT", 556, "RFC 7504 5.1"),
        (2821, "EHLO", 502, "4.1.4"), (2821, "MAIL", 555, "RFC 1869 6.1"), (2821, "DATA-END", 550, "3.3"),
        (2821, "EXPN", 551, "3.5.3"), (2821, "RSET", 503, "3.1"), (2821, "NOOP", 503, "3.1"),
        (2821, "DATA", 550, "3.3"), (2821, "MAIL", 504, "4.2.1"), (2821, "RCPT", 530, "RFC 3207 4; RFC 4954 6"),
        (2821, "AUTH", 235, "RFC 4954 4"), (2821, "STARTTLS", 220, "RFC 3207 4"), (2821, "BDAT", 250, "RFC 3030 2"),
        (2821, "MAIL", 355, "RFC 1845 3"), (2821, "XYZZY", 502, "4.2.4; 4.2.1; 3.5.3"),
        (2821, "STARTTLS", 554, "RFC 3207 4.1"),
    ],
)
def test_a_reply_outside_the_list_may_stand_in_another_section(edition, event, code, section):
    listing = listed(edition, event, code)
    assert listing.standing is Standing.ELSEWHERE
    assert listing.section == section


@pytest.mark.parametrize(
    ("event", "code"),
    [("RCPT", 554), ("NOOP", 502), ("QUIT", 503), ("QUIT", 250), ("EHLO", 530), ("RSET", 504), ("MAIL", 513),
     ("CONNECT", 500), ("XYZZY", 250), ("HELO", 502), ("DATA", 354 + 1)],
)
def test_other_replies_are_not_listed(event, code):
    assert listed(2821, event, code).standing is Standing.NOT_LISTED


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_code_that_an_offered_extension_brings_or_reuses_may_answer_its_command(edition):
    seen = 0
    for fact in facts("extensions"):
        extension = OFFERED.get(fact["ehlo_keyword"])
        codes = re.findall(r"\b[2-5][0-9]{2}\b", f"{fact['reply_codes_introduced']} {fact['reply_codes_reused']}")
        for verb in extension.verbs if extension else ():
            for code in map(int, codes):
                if (verb, code) == ("STARTTLS", 530):
                    continue  # what asks for STARTTLS exempts it
                assert listed(edition, verb, code).standing is not Standing.NOT_LISTED, (verb, code)
                seen += 1
    assert seen > 15


def test_what_changed_between_the_editions():
    changes = {(d.command, d.phase, d.code): d.change for d in differences()}
    assert changes == {
        ("EHLO/HELO", "command", 502): "added",
        ("MAIL", "command", 455): "added", ("MAIL", "command", 555): "added",
        ("RCPT", "command", 455): "added", ("RCPT", "command", 555): "added",
        ("RCPT", "command", 550): "repeat dropped",
        ("DATA", "after-data", 450): "added", ("DATA", "after-data", 550): "added",
        ("DATA", "command", 451): "removed",
        ("CONNECT", "connection", 521): "added by RFC 7504", ("RCPT", "command", 556): "added by RFC 7504",
    }


def test_the_additions_of_rfc_7504_are_in_neither_list():
    for entry in RFC_7504:
        for edition in (2821, 5321):
            assert not [e for e in entries(edition) if (e.command, e.code) == (entry.command, entry.code)]


def test_another_edition_is_told_in_a_sentence():
    for function in (entries, format_sequences, sequence_rows):
        with pytest.raises(ValueError, match=r"section 4\.3\.2 is known of 2821 and of 5321"):
            function(821)


def test_labels_name_the_entries_as_the_causes_do():
    labels = [entry.label for entry in entries(2821)]
    assert labels.count("DATA-END") == 5
    assert labels.count("DATA") == 4
    assert labels.count("EHLO/HELO") == 3


def test_the_three_codes_of_the_general_rule_hold_in_both_editions():
    for rule in GENERAL_REPLIES:
        if rule.any_command:
            assert "4.3.2" in rule.section(2821)
            assert "4.3.2" in rule.section(5321)
    assert len(general_reply_rows()) == len(GENERAL_REPLIES)
