"""Reply codes and their digits: the table, and any three digits read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.digits import DIGITS, digit_rows, read_digit
from smtplab.protocol.reply_codes import REPLY_CODES, read_code, reply_code_rows, siblings

CODES_OF_4_2_3 = [
    211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 500, 501, 502, 503, 504, 550, 551, 552, 553, 554,
]


def test_rfc_2821_has_twenty_two_codes_and_rfc_821_lacks_252():
    assert [code for code, row in REPLY_CODES.items() if row.in_rfc2821] == CODES_OF_4_2_3
    assert [code for code, row in REPLY_CODES.items() if row.in_rfc2821 and not row.in_rfc821] == [252]


def test_rfc_5321_adds_455_and_555():
    assert [code for code, row in REPLY_CODES.items() if row.in_rfc5321 and not row.in_rfc2821] == [455, 555]


def test_codes_of_extensions_are_known():
    assert {235, 334, 432, 454, 455, 521, 530, 534, 535, 538, 555, 556} <= REPLY_CODES.keys()


def test_the_table_is_ascending_without_doubles():
    assert list(REPLY_CODES) == sorted({row["code"] for row in reply_code_rows()})
    assert len(REPLY_CODES) == len(reply_code_rows())


@pytest.mark.parametrize("code", [550, "550", " 550 "])
def test_a_code_reads_alike_as_number_and_as_text(code):
    reading = read_code(code)
    assert reading.code == 550
    assert reading.known is REPLY_CODES[550]
    assert [digit.name for digit in reading.digits] == [
        "Permanent negative completion", "Mail system", "Finest gradation",
    ]


def test_a_code_no_rfc_defines_is_read_by_its_digits():
    reading = read_code(513)
    assert reading.known is None
    assert reading.digits[0].digit == "5"
    assert reading.digits[1].name == "Information"
    assert reading.siblings == ()


def test_a_second_digit_over_five_reads_as_not_used():
    assert read_code(277).digits[1].name == "Not used"


@given(st.integers(100, 599))
def test_every_code_from_100_to_599_reads(code):
    reading = read_code(code)
    assert reading.code == code
    assert (code in reading.siblings) == (code in REPLY_CODES)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (999, "first digit"), ("999", "first digit"), ("099", "first digit"),
        ("25", "this has 2"), (2500, "this has 4"), (0, "this has 1"),
        ("abc", "three digits"), ("", "three digits"), ("250 OK", "three digits"), (-250, "three digits"),
        ("٢٥٠", "three digits"), ("x" * 500, "three digits"),
    ],
)
def test_what_is_no_reply_code_is_told_why_in_a_sentence(text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        read_code(text)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value).split()) <= 20


@pytest.mark.parametrize("value", [None, 250.0, True, b"250", [250]])
def test_another_type_is_told_in_a_sentence(value):
    with pytest.raises(TypeError, match="A reply code is a whole number or a text"):
        read_code(value)


def test_siblings_of_a_base_code_are_base_codes():
    assert siblings(450) == (450, 451, 452)
    assert siblings(550) == (550, 551, 552, 553, 554)
    assert siblings(421) == (421,)


def test_siblings_of_other_codes_are_all_that_an_rfc_defines():
    assert siblings(454) == (450, 451, 452, 453, 454, 455, 458, 459)
    assert siblings(535) == (530, 534, 535, 538)
    assert siblings(533) == (530, 533, 534, 535, 538)
    assert siblings(499) == ()


def test_the_first_digit_has_five_values_in_rfc_2821_and_four_in_rfc_5321():
    first = [digit for digit in DIGITS if digit.position == 1]
    assert [digit.digit for digit in first if digit.in_rfc2821] == list("12345")
    assert [digit.digit for digit in first if digit.in_rfc5321] == list("2345")


@pytest.mark.parametrize(("position", "value"), [(1, 0), (1, 6), (2, 10), (4, 1)])
def test_a_digit_no_code_has_is_told_in_a_sentence(position, value):
    with pytest.raises(ValueError, match="No reply code has"):
        read_digit(position, value)


def test_where_the_source_page_differs_a_note_says_how():
    assert all(row["note"] for row in digit_rows() if row["seed_agrees"] != "yes")
