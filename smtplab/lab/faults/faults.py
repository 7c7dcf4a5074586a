"""The faults set in a world, with what has been counted: which of them happens now.

A value, as all of the world is: a fork has counts and chance of its own, and the same seed gives the same session.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from math import inf
from operator import itemgetter

from smtplab.lab.faults.counted import Counted
from smtplab.lab.faults.fault import EVENTS, Fault, Scope, When, stands_for
from smtplab.lab.faults.text_form import read_fault
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.paths import PathArgument, parse_mail_argument
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command

_SERVER = Scope.SERVER


class _Moment:
    """What a fault with conditions asks about: an event, its command, and the session before it."""

    __slots__ = ("command", "event", "session")

    def __init__(self, event: str, command: Command | None, session: Session) -> None:
        self.event, self.command, self.session = event, command, session

    def meets(self, when: When) -> bool:
        """True when all conditions hold but number and chance."""
        return (
            (when.state is None or self.session.state is when.state)
            and (not when.host or when.host.lower() == self.host)
            and (not when.sender or when.sender.lower() == self.sender)
            and (not when.recipient or when.recipient.lower() in self.recipients)
        )

    @property
    def host(self) -> str:
        """The client's name, in lower case; empty when it is not known."""
        if self.event in ("EHLO", "HELO") and self.command is not None:
            return (self.command.argument or "").strip().lower()
        return (self.session.client_name or "").lower()

    @property
    def _said(self) -> PathArgument | None:
        argument = self.command.argument if self.command is not None else None
        try:
            return parse_mail_argument(argument or "", "FROM:" if self.event == "MAIL" else "TO:", utf8=True)
        except ProtocolError:
            return None

    @property
    def sender(self) -> str:
        """The sender's address in lower case, ``<>`` for the null one; empty outside a mail."""
        transaction = self.session.transaction
        path = transaction.reverse_path if transaction is not None else None
        if self.event == "MAIL" and (said := self._said) is not None:
            path = said.path
        return (path.address.lower() or "<>") if path is not None else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The recipient that is asked for, else those accepted, in lower case."""
        if self.event == "RCPT":
            return (said.path.address.lower(),) if (said := self._said) is not None else ()
        transaction = self.session.transaction
        return tuple(path.address.lower() for path in transaction.forward_paths) if transaction is not None else ()


Placed = tuple[int, Fault]
"""A fault and its place among all that are set."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The faults that wait for one event, each where few looks find it, so that many cost little.

    Attributes
    ----------
    by_time : tuple of (str, Scope, mapping, sequence)
        Those that just wait for a time: what is counted, within what; by that time the first of each; and from which
        time on each of the rest happens.
    always : tuple of (int, Fault)
        Those without a condition.
    by_state, by_host, by_sender, by_recipient : mapping of str to list of (int, Fault)
        Those with one, by the first that they have.
    """

    by_time: tuple[tuple[str, Scope, Mapping[int, Placed], Sequence[tuple[int, Placed]]], ...]
    always: tuple[Placed, ...]
    by_state: Mapping[str, list[Placed]]
    by_host: Mapping[str, list[Placed]]
    by_sender: Mapping[str, list[Placed]]
    by_recipient: Mapping[str, list[Placed]]

    @classmethod
    def of(cls, faults: tuple[Fault, ...], event: str) -> "_Waiting | None":
        """Those among all; None when nothing waits. The empty event stands for every verb that nobody knows."""
        names = stands_for(event)
        by_time: dict[tuple[str, Scope], tuple[dict[int, Placed], list[tuple[int, Placed]]]] = {}
        always: list[Placed] = []
        by_state: dict[str, list[Placed]] = {}
        by_host: dict[str, list[Placed]] = {}
        by_sender: dict[str, list[Placed]] = {}
        by_recipient: dict[str, list[Placed]] = {}
        for place, fault in enumerate(faults):
            when = fault.when
            if when.event not in names:
                continue
            if when.nth is not None and when.is_plain:
                once, onwards = by_time.setdefault((when.event, when.counted_in), ({}, []))
                if when.onwards:
                    onwards.append((when.nth, (place, fault)))
                else:
                    once.setdefault(when.nth, (place, fault))
            elif not when.has_condition:
                always.append((place, fault))
            else:
                found, said = next((found, said) for found, said in (
                    (by_state, when.state), (by_host, when.host.lower()), (by_sender, when.sender.lower()),
                    (by_recipient, when.recipient.lower()),
                ) if said)
                found.setdefault(said, []).append((place, fault))
        waiting = tuple((name, scope, once, onwards) for (name, scope), (once, onwards) in by_time.items())
        if not (waiting or always or by_state or by_host or by_sender or by_recipient):
            return None
        return cls(waiting, tuple(always), by_state, by_host, by_sender, by_recipient)

    def exactly(self, counted: Counted) -> tuple[float, Fault | None]:
        """The first fault that just waits for this time, with its place; or none, behind all places."""
        first: tuple[float, Fault | None] = (inf, None)
        for name, scope, once, onwards in self.by_time:
            time = counted.times(name, scope)
            found = once.get(time)
            if found is not None and found[0] < first[0]:
                first = found
            for nth, placed in onwards:
                if time >= nth and placed[0] < first[0]:
                    first = placed
        return first

    def others(self, moment: _Moment) -> Sequence[Placed]:
        """The others whose conditions hold now, in their order."""
        found: list[Placed] = []
        if self.by_state:
            found += self.by_state.get(moment.session.state, ())
        if self.by_host:
            found += self.by_host.get(moment.host, ())
        if self.by_sender:
            found += self.by_sender.get(moment.sender, ())
        if self.by_recipient:
            for address in dict.fromkeys(moment.recipients):
                found += self.by_recipient.get(address, ())
        if not found:
            return self.always
        meeting = [one for one in found if moment.meets(one[1].when)]
        if not self.always and len(meeting) < 2:
            return meeting
        return sorted((*self.always, *meeting), key=itemgetter(0))


@dataclass(frozen=True)  # without slots, as `World`
class Faults:
    """Faults in the order in which they were set; the first that fits happens.

    Attributes
    ----------
    set : tuple of Fault
    seed : int
        Where chance begins.
    fired : mapping of Fault to int
        How often each has happened.
    met : mapping of Fault to int
        For what is counted in the server: how often its event has come since it was set, as far as it matters.
    draws : int
        How often chance was asked.

    Examples
    --------
    >>> faults = Faults.of(("MAIL -> 451", "RCPT#2 -> 452"))
    >>> [str(fault) for fault in faults.set]
    ['MAIL -> 451', 'RCPT#2 -> 452']
    """

    set: tuple[Fault, ...] = ()
    seed: int = 0
    fired: Mapping[Fault, int] = field(default_factory=dict, hash=False)
    met: Mapping[Fault, int] = field(default_factory=dict, hash=False)
    draws: int = 0
    _by_event: Mapping[str, "_Waiting | None"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_event", {event: _Waiting.of(self.set, event) for event in (*EVENTS, "")})

    @classmethod
    def of(cls, given: object, seed: int = 0) -> "Faults":
        """The faults that somebody gave: one, or several, each as a value or as a text.

        Raises
        ------
        TypeError, ValueError
            In a sentence; for a text that is no fault, with the column.
        """
        if isinstance(given, Faults):
            return given if given.seed == seed else replace(given, seed=seed, draws=0)
        several = (given,) if isinstance(given, str | Fault) else given
        if not isinstance(several, Iterable):
            raise TypeError(f"faults is {given!r}; it must hold faults such as 'RCPT#2 -> 452'.")
        return cls((), seed).with_set(*several)

    def with_set(self, *given: object) -> "Faults":
        """These, and more at the end. What is set already stays, and is counted anew."""
        found = [fault if isinstance(fault, Fault) else read_fault(fault) for fault in given]  # type: ignore[arg-type]
        kept = self.without(*found)
        return replace(kept, set=(*kept.set, *dict.fromkeys(found)))

    def without(self, *faults: Fault) -> "Faults":
        """All but these; their counts are forgotten."""
        return replace(
            self, set=tuple(fault for fault in self.set if fault not in faults),
            fired={fault: count for fault, count in self.fired.items() if fault not in faults},
            met={fault: count for fault, count in self.met.items() if fault not in faults},
        )

    def choose(
        self, event: str, command: Command | None, session: Session, counted: Counted
    ) -> tuple[Fault | None, "Faults", Counted]:
        """Which fault happens now, if any; and what has been counted, in the server and in the session.

        Parameters
        ----------
        event : str
            As the machine calls it, or TLS.
        command : Command or None
        session : Session
            Before the event.
        counted : Counted
            This time included.
        """
        waiting = self._by_event.get(event, self._by_event[""])
        if waiting is None:
            return None, self, counted
        at, chosen = waiting.exactly(counted)
        others = waiting.others(_Moment(event, command, session))
        if chosen is None and not others:
            return None, self, counted
        draws = self.draws
        met: dict[Fault, int] = {}
        met_here: dict[str, int] = {}
        for place, fault in others:
            when = fault.when
            time = self._count(fault, counted, met, met_here) if when.nth is not None else None
            if place > at or not _is_time(when, time):
                continue
            if when.percent is not None:
                draws += 1
                if _chance(self.seed, draws) >= when.percent:
                    continue
            at, chosen = place, fault
        if met_here:
            counted = Counted(counted.in_session, counted.before_mail, {**counted.under_conditions, **met_here})
        if chosen is None and not met and draws == self.draws:
            return None, self, counted
        fired = {**self.fired, chosen: self.fired.get(chosen, 0) + 1} if chosen is not None else self.fired
        return chosen, self._following(fired, {**self.met, **met} if met else self.met, draws), counted

    def _count(self, fault: Fault, counted: Counted, met: dict[Fault, int], met_here: dict[str, int]) -> int:
        """Which time it is for this fault; what the fault has to count itself is noted."""
        when = fault.when
        if when.counted_in is _SERVER:
            time = self.met.get(fault, 0) + 1
            if when.nth is None or time <= when.nth + 1:  # once it is past, no further count matters
                met[fault] = time
            return time
        if not when.has_condition:
            return counted.times(when.event, when.counted_in)
        time = met_here[when.key] = counted.under_conditions.get(when.key, 0) + 1
        return time

    def _following(self, fired: Mapping[Fault, int], met: Mapping[Fault, int], draws: int) -> "Faults":
        """The same faults after a step, without sorting them by event again."""
        after = object.__new__(Faults)
        after.__dict__.update(self.__dict__, fired=fired, met=met, draws=draws)
        return after


def _chance(seed: int, draw: int) -> float:
    """A number from 0 to 100, the same each time; a generator of its own would take ten times as long to begin."""
    return int.from_bytes(blake2b(f"{seed} {draw}".encode(), digest_size=8).digest()) * 100 / 2**64


def _is_time(when: When, time: int | None) -> bool:
    return time is None or when.nth is None or time == when.nth or (when.onwards and time > when.nth)
