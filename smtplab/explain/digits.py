"""The three digits of a reply code in a few words each (RFC 2821 section 4.2.1).

The third means nothing alone: it tells replies apart that share the first two, so it is read as "one of 450 451 452".
"""

from dataclasses import dataclass
from typing import Literal

from smtplab.explain.catalogue import text
from smtplab.protocol.reply_codes import read_code


@dataclass(frozen=True, slots=True)
class DigitReading:
    """One digit of a code.

    Attributes
    ----------
    digit : str
    meaning : str
        A few words.
    kind : {"verdict", "subject", "which"}
        The first digit says yes or no, the second what about, the third which of several.
    """

    digit: str
    meaning: str
    kind: Literal["verdict", "subject", "which"]


def digits_of(code: int) -> tuple[DigitReading, ...]:
    """Read a code digit by digit; nothing for a number that is no reply code.

    >>> [digit.meaning for digit in digits_of(450)]
    ['not now, try later', 'the mail system', 'one of 450 451 452']
    """
    if not 100 <= code < 600:
        return ()
    first, second, third = tuple(str(code))
    subject = f"second-{second}" if second in "012345" else "second-unused"
    return (
        DigitReading(first, text(f"digit.first-{first}"), "verdict"),
        DigitReading(second, text(f"digit.{subject}"), "subject"),
        DigitReading(third, _which(code), "which"),
    )


def _which(code: int) -> str:
    siblings = read_code(code).siblings
    names = {"code": code, "codes": " ".join(map(str, siblings)), "pair": str(code)[:2]}
    if code not in siblings:
        return text("digit.third-unknown" if siblings else "digit.third-alone", **names)
    return text("digit.third" if len(siblings) > 1 else "digit.third-only", **names)
