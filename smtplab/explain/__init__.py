"""What a reply means: `explain`, its value, the misconceptions, and the catalogue of all sentences."""

from smtplab.explain.catalogue import text, texts
from smtplab.explain.details import Detail
from smtplab.explain.digits import DigitReading
from smtplab.explain.explanation import Explanation, explain
from smtplab.explain.misconceptions import Misconception, misconception, misconceptions

__all__ = [
    "Detail", "DigitReading", "Explanation", "Misconception", "explain", "misconception", "misconceptions", "text",
    "texts",
]
