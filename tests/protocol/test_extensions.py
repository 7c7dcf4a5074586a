"""Extensions: SIZE, which is offered, and the table of those that are only known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import KNOWN, OFFERED, extension_rows, line_octets
from smtplab.protocol.extensions.size import SIZE, parse_size, parse_size_announcement


@given(st.integers(0, 10**20 - 1))
def test_any_number_of_up_to_twenty_digits_is_a_size(octets):
    assert parse_size(str(octets)) == octets
    assert parse_size_announcement(str(octets)) == octets


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "1k", "9" * 21, "٩"])
def test_another_value_of_size_is_501(value):
    with pytest.raises(ProtocolError, match="1 to 20 digits") as caught:
        parse_size(value)
    assert caught.value.code == 501


def test_an_announcement_without_number_says_nothing_and_zero_says_no_fixed_limit():
    assert parse_size_announcement("") is None
    assert parse_size_announcement("0") == 0


@pytest.mark.parametrize("text", ["big", "1 2", "9" * 21])
def test_an_announcement_that_is_no_number_is_told_in_a_sentence(text):
    with pytest.raises(ValueError, match="answer to EHLO"):
        parse_size_announcement(text)


def test_size_lengthens_the_mail_line_by_26_octets_once():
    assert line_octets("MAIL", ["SIZE", "SIZE"]) == 538
    assert line_octets("MAIL", ["SIZE", "SMTPUTF8", "X-UNHEARD-OF"]) == 548


def test_the_longest_size_parameter_fits_what_size_adds():
    assert len(" SIZE=" + "9" * 20) == SIZE.line_octets["MAIL"]


def test_an_extension_is_either_offered_or_only_known():
    assert not OFFERED.keys() & KNOWN.keys()
    rows = extension_rows()
    assert [row["keyword"] for row in rows if row["offered"]] == [*OFFERED, "VRFY", "EXPN", "HELP"]
    assert len(rows) == len(OFFERED) + len(KNOWN)
