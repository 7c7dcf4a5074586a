"""Enhanced status codes: found at the start of a reply's text, and read part by part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.enhanced_codes import (
    DETAILS,
    SUBJECTS,
    EnhancedCode,
    enhanced_code_rows,
    parse_enhanced_code,
    read_enhanced_code,
)

codes = st.builds(EnhancedCode, st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999))


@given(codes, st.sampled_from(["", " ok", "\tok", "  two blanks"]))
def test_what_is_written_reads_back_the_same(code, rest):
    assert parse_enhanced_code(str(code) + rest) == code


@pytest.mark.parametrize(
    "text",
    ["", "ok", "5.7", "5.7.1.2 ok", "192.0.2.1 ok", "3.0.0 go on", "1.0.0", "5.7.1rejected", "5.07.1", "5.7.1000",
     " 5.7.1", "5.\u0667.1", "5.7.1: no"],
)
def test_other_texts_hold_no_enhanced_code(text):
    assert parse_enhanced_code(text) is None


def test_a_known_code_is_read_part_by_part():
    reading = read_enhanced_code("5.7.1")
    assert reading.class_.name == "Permanent failure"
    assert reading.subject.name == "Security or policy"
    assert reading.detail.name == "Delivery not authorised"


@pytest.mark.parametrize(("text", "subject"), [("4.2.99", "Mailbox"), ("5.7.999", "Security or policy")])
def test_an_unknown_detail_is_read_by_its_subject(text, subject):
    reading = read_enhanced_code(text)
    assert reading.detail is None
    assert reading.subject.name == subject


def test_an_unknown_subject_is_read_by_its_class():
    reading = read_enhanced_code(EnhancedCode(4, 9, 1))
    assert reading.subject is None
    assert reading.class_.name == "Persistent transient failure"


@pytest.mark.parametrize("text", ["", "3.1.1", "5.7", "x" * 100, EnhancedCode(3, 0, 0)])
def test_what_is_no_enhanced_code_is_told_in_a_sentence(text):
    with pytest.raises(ValueError, match="is no enhanced status code"):
        read_enhanced_code(text)


def test_the_class_must_be_the_first_digit_of_the_reply_code():
    assert EnhancedCode(5, 7, 1).agrees_with(550)
    assert not EnhancedCode(5, 7, 1).agrees_with(450)


def test_every_detail_belongs_to_a_known_subject_and_stands_once():
    assert {subject for subject, _ in DETAILS} == set(SUBJECTS)
    assert len(DETAILS) == len(enhanced_code_rows())
