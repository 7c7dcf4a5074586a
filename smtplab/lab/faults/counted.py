"""How often each event has come in a session, so that a fault can wait for the nth."""

from collections.abc import Mapping
from typing import NamedTuple

from smtplab.lab.faults.fault import ANY_COMMAND, EVENTS, Scope, stands_for

_EVENTS = frozenset(EVENTS)
_PARTS = {name: tuple(event for event in (*EVENTS, "") if name in stands_for(event)) for name in ("BDAT", ANY_COMMAND)}
"""Names that stand for several events."""


class Counted(NamedTuple):
    """Counts of one session; a value that is replaced, never changed. Every command makes a new one, so it is light.

    Attributes
    ----------
    in_session : mapping of str to int
        By event, from the beginning.
    before_mail : mapping of str to int
        The same, as it stood when the last mail began.
    under_conditions : mapping of str to int
        What faults with conditions have counted, by `When.key` and scope.
    """

    in_session: Mapping[str, int]
    before_mail: Mapping[str, int]
    under_conditions: Mapping[str, int]

    def with_event(self, event: str) -> "Counted":
        """After one more event; verbs that nobody knows are counted as one."""
        name = event if event in _EVENTS else ""
        counts = {**self.in_session, name: self.in_session.get(name, 0) + 1}
        return Counted(counts, self.before_mail, self.under_conditions)

    def with_mail_begun(self) -> "Counted":
        """After a MAIL was accepted: what is counted in a mail begins anew."""
        kept = {key: count for key, count in self.under_conditions.items() if not key.startswith("mail ")}
        return Counted(self.in_session, self.in_session, kept)

    def times(self, name: str, scope: Scope) -> int:
        """How often an event has come, or whatever a name stands for, in the session or in this mail."""
        events = _PARTS.get(name, (name,))
        before = self.before_mail if scope is Scope.MAIL else NOTHING_COUNTED.in_session
        return sum(self.in_session.get(event, 0) - before.get(event, 0) for event in events)


NOTHING_COUNTED = Counted({}, {}, {})
