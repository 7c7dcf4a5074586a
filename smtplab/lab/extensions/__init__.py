"""What our server does for each extension it offers: one module an extension, beside its grammar in `protocol`."""

from smtplab.lab.extensions.behaviour import Behaviour
from smtplab.lab.extensions.size import SIZE

__all__ = ["BEHAVIOURS", "Behaviour"]

BEHAVIOURS: dict[str, Behaviour] = {behaviour.extension.keyword: behaviour for behaviour in (SIZE,)}
"""By EHLO keyword; a world offers those it names in `World.extensions`."""
