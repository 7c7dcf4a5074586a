"""A session of ours that is gone on with on another server: what a fork takes along."""

from smtplab.explain.catalogue import text
from smtplab.lab import Deliver, Input, Message, Octets, Send, Tick, deadline, step
from smtplab.network.certificates import Authority
from smtplab.network.fork import Copy, Place
from smtplab.network.record import HostedEntry


class Resumed:
    """World, session, record and messages as they stood at a place; `go_on` has to bring them there first.

    Parameters
    ----------
    copies : list of Copy
        How all stood at the steps up to the place; the last one is of the place, or a little before.
    place : Place
    began : float
        When the session began, on the clock of its server.
    entries : list
        Of the record, as long as the copy is old.
    messages : list of Message
        The same.
    authority : Authority or None
    """

    def __init__(
        self, copies: list[Copy], place: Place, began: float, entries: list[HostedEntry], messages: list[Message],
        authority: Authority | None,
    ) -> None:
        copy = copies[-1]
        self.copies = copies
        self.world, self.session, self.now = copy.world, copy.session, copy.now
        self.place, self.began, self.entries, self.messages, self.authority = place, began, entries, messages, authority
        self._said = copy.said

    def go_on(self, left: bytes) -> None:
        """Let the session hear what it had heard at its place, in the time that it takes; it says what it had said.

        Raises
        ------
        ValueError
            When it says something else: whatever had changed meanwhile has not been kept.
        """
        given: Input | None = None
        if left:
            self._note("C", left)
            given = Octets(left, self.now)
        while given is not None:
            self.world, self.session, actions = step(self.world, self.session, given)
            for action in actions:
                if isinstance(action, Send):
                    self._said += len(action.octets)
                    self._note("S", action.octets, action.forced, action.meant)
                elif isinstance(action, Deliver):
                    self.messages.append(action.message)
            outbox, due = self.session.outbox, deadline(self.world, self.session)
            is_late = self._said < self.place.said and (outbox.held or outbox.glued)
            given = Tick(max(self.now, due)) if is_late and due is not None else None
            self.now = self.now if given is None else given.now
        if self._said != self.place.said:
            raise ValueError(text("fork.not_kept"))

    def _note(self, direction: str, octets: bytes, forced: str = "", meant: bytes | None = None) -> None:
        layer = "inside" if self.session.session.tls else ""
        self.entries.append((direction, octets, self.now - self.began, "", layer, forced, meant))  # type: ignore[arg-type]
