"""Three digits, three readings."""

from smtplab.explain import explain
from smtplab.explain.digits import digits_of


def test_the_second_digit_0_is_about_the_command_itself() -> None:
    assert [digit.meaning for digit in digits_of(503)] == [
        "no, do not repeat the same", "about the command itself", "one of 500 501 502 503 504"]


def test_the_third_digit_alone_means_nothing() -> None:
    assert digits_of(354)[2].meaning == "the only one that begins with 35"
    assert digits_of(457)[2].meaning.startswith("no RFC names 457; there are 450 451")
    assert digits_of(599)[2].meaning == "no RFC names a code that begins with 59"


def test_every_number_from_100_to_599_is_read() -> None:
    for code in range(100, 600):
        readings = digits_of(code)
        assert "".join(digit.digit for digit in readings) == str(code)
        assert [digit.kind for digit in readings] == ["verdict", "subject", "which"]
        assert all(len(digit.meaning.split()) <= 20 for digit in readings)
    assert digits_of(0) == digits_of(600) == explain(type("N", (), {"why": "x"})()).digits == ()
