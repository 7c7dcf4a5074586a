"""How often each event has come in a session, so that a fault can wait for the nth."""

from collections.abc import Mapping
from typing import NamedTuple

from smtplab.lab.faults.fault import EVENTS, Scope, stands_for

_MOST = (1 << 40) - 1
_PLACE = {name: 40 * number for number, name in enumerate(EVENTS)}
"""Counts stand side by side in one number, each in 40 bits: the next one is a sum, and no mapping is copied."""

_ONE = {event: sum(1 << _PLACE[name] for name in stands_for(event) if name in _PLACE) for event in (*EVENTS, "")}
"""By event: one more for every name that a fault may use for it."""

_ONE_UNKNOWN = _ONE[""]

_MAIL = Scope.MAIL


class Counted(NamedTuple):
    """Counts of one session; a value that is replaced, never changed. Every command makes a new one, so it is light.

    Attributes
    ----------
    in_session : int
        From the beginning, all counts in one number.
    before_mail : int
        The same, as it stood when the last mail began.
    under_conditions : mapping of str to int
        What faults with conditions have counted, by `When.key`.
    """

    in_session: int
    before_mail: int
    under_conditions: Mapping[str, int]

    def with_event(self, event: str) -> "Counted":
        """After one more event; verbs that nobody knows are counted for ANY alone."""
        return Counted(self.in_session + _ONE.get(event, _ONE_UNKNOWN), self.before_mail, self.under_conditions)

    def with_mail_begun(self) -> "Counted":
        """After a MAIL was accepted: what is counted in a mail begins anew."""
        kept = {key: count for key, count in self.under_conditions.items() if not key.startswith(f"{Scope.MAIL} ")}
        return Counted(self.in_session, self.in_session, kept)

    def times(self, name: str, scope: Scope) -> int:
        """How often an event has come, or whatever a name stands for, in the session or in this mail.

        >>> from smtplab.lab.faults.fault import ANY_COMMAND
        >>> NOTHING_COUNTED.with_event("NOOP").with_event("XYZZY").times(ANY_COMMAND, Scope.SESSION)
        2
        """
        counts = self.in_session - self.before_mail if scope is _MAIL else self.in_session
        return counts >> _PLACE[name] & _MOST


NOTHING_COUNTED = Counted(0, 0, {})
