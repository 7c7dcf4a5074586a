"""What people learn: the exercises' checks and hints, and the builder of the notebooks.

`check` judges an answer of an exercise by what it does, on the lab or against the protocol's tables.
"""

from smtplab.course.checks import CheckResult, check

__all__ = ["CheckResult", "check"]
