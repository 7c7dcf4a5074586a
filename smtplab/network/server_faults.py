"""``server.faults``: the faults of a running server, to set and clear while sessions go on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smtplab.explain.catalogue import text
from smtplab.lab import Fault, Faults, fault_in_words, read_fault
from smtplab.network.host import Host


@dataclass(frozen=True, slots=True)
class SetFault:
    """A fault that is set.

    Attributes
    ----------
    fault : Fault
    fired : int
        How often it has happened.
    """

    fault: Fault
    fired: int

    def __str__(self) -> str:
        return str(self.fault)


class ServerFaults:
    """The faults of one server, in the order in which they were set; of several that fit, the first happens.

    Examples
    --------
    >>> from smtplab.network import memory_server
    >>> server = memory_server()
    >>> server.faults.add("RCPT#2 -> 452 4.5.3 Too many recipients")
    >>> print(server.faults)
    RCPT#2 -> 452 4.5.3 Too many recipients
    >>> server.faults.clear()
    >>> len(server.faults)
    0
    """

    def __init__(self, host: Host, changed: Callable[[], object]) -> None:
        self._host, self._changed = host, changed

    def add(self, *faults: str | Fault) -> None:
        """Set faults, each a text or a value. One that is set already is counted anew.

        Raises
        ------
        FaultError
            A ValueError, for a text that is no fault: with the column and what is possible. Then none is set.
        """
        self._change(lambda now: now.with_set(*faults))

    def remove(self, *faults: str | Fault) -> None:
        """Clear these.

        Raises
        ------
        ValueError
            When one of them is not set.
        """
        found = [fault if isinstance(fault, Fault) else read_fault(fault) for fault in faults]
        for fault in found:
            if fault not in self._host.world.faults.set:
                raise ValueError(text("faults.not_set", fault=fault))
        self._change(lambda now: now.without(*found))

    def clear(self) -> None:
        """Clear them all. What a fault holds back already still comes as it forced it."""
        self._change(lambda now: Faults(seed=now.seed))

    def _change(self, how: Callable[[Faults], Faults]) -> None:
        self._host.change_faults(how)
        self._changed()

    def on_change(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Have `callback()` called after faults were set or cleared; call what is given to end this."""
        listeners = self._host.fault_listeners
        listeners.append(callback)
        return lambda: listeners.remove(callback) if callback in listeners else None

    @property
    def have_fired(self) -> bool:
        """True when a fault has happened, also one that is cleared by now."""
        return self._host.have_fired

    def __iter__(self) -> Iterator[SetFault]:
        faults = self._host.world.faults
        return iter([SetFault(fault, faults.fired.get(fault, 0)) for fault in faults.set])

    def __len__(self) -> int:
        return len(self._host.world.faults.set)

    def to_rows(self) -> list[dict[str, object]]:
        """One row a fault: its text form, what it says in words, how often it has happened."""
        return [{"fault": str(one), "in words": fault_in_words(one.fault), "happened": one.fired} for one in self]

    def __str__(self) -> str:
        return "\n".join(
            f"{found}  {text('faults.fired', count=found.fired)}" if found.fired else str(found) for found in self
        )

    def __repr__(self) -> str:
        return f"<ServerFaults {[str(found) for found in self]}>"
