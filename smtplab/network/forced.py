"""What a fault forced on a client, asked of the server where it is at hand: a client alone cannot see it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smtplab.network.conversation import Conversation
from smtplab.network.outcome import NoReply
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.forced import Marking
from smtplab.protocol.transcript import Transcript

if TYPE_CHECKING:
    from smtplab.network.following import Following


class Marks:
    """What was forced on one client; from one asking to the next, only what is new is looked at."""

    def __init__(self) -> None:
        self._marking: Marking | None = None
        self._transcript = Transcript()

    def steps(
        self, client: "Following", steps: Sequence[Exchange], conversation: Conversation,
    ) -> tuple[Exchange, ...]:
        """Steps that follow each other in a session, each with the fault that forced it; the conversation has them all.

        Where it has forgotten its beginning, none can be found in the server's record.
        """
        every = conversation.dialogue.exchanges
        known = len(every)  # what a watcher hears from now on, the server's record may lack when it is read
        if not steps or conversation.has_forgotten or (marking := self._up_to_date(client)) is None:
            return tuple(steps)
        marking.take_steps(every, known)
        self._marking = marking
        first = next((place for place in reversed(range(known)) if every[place] is steps[0]), known)
        return tuple(marking.steps[first : first + len(steps)]) or tuple(steps)

    def transcript(self, client: "Following", record: Transcript) -> Transcript:
        """The client's record, with what was forced and by which fault."""
        marking = self._up_to_date(client)
        if marking is None:
            return record
        known = len(marking.entries)
        marking.take_entries(record.entries)
        if len(marking.entries) > known or self._transcript.truncated != record.truncated:
            self._transcript = replace(record, entries=tuple(marking.entries))
        self._marking = marking
        return self._transcript

    def _up_to_date(self, client: "Following") -> Marking | None:
        """What is known of this client, for whoever then puts it back; None while no fault has happened.

        It is taken away meanwhile: an interrupt, or another thread, begins at the beginning.
        """
        marking, self._marking = self._marking, None
        known = marking.known if marking is not None else 0
        entries = client.keeps.noted_since(client, known) if client.keeps is not None else None
        if entries is None:
            return None
        marking = marking or Marking()
        marking.read(entries)
        return marking


def withheld(client: "Following", outcome: NoReply) -> NoReply:
    """That no reply came, with the fault that keeps it back."""
    found = client.keeps.record_of(client) if client.keeps is not None else None
    return outcome if found is None else replace(outcome, forced=found.withheld_by)
