"""What a reply means: `explain`, its value, the misconceptions, and the catalogue of all sentences."""

from smtplab.explain.catalogue import text, texts
from smtplab.explain.details import Detail
from smtplab.explain.digits import DigitReading
from smtplab.explain.ehlo_answer import EhloAnswer, EhloLine, explain_ehlo
from smtplab.explain.explanation import Explanation, explain
from smtplab.explain.misconceptions import Misconception, misconception, misconceptions

__all__ = [
    "Detail", "DigitReading", "EhloAnswer", "EhloLine", "Explanation", "Misconception", "explain", "explain_ehlo",
    "misconception", "misconceptions", "text", "texts",
]
