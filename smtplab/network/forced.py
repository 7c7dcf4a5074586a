"""What a fault forced on a client, asked of the server where it is at hand: a client alone cannot see it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smtplab.network.conversation import Conversation
from smtplab.network.outcome import NoReply
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.forced import mark_exchanges, mark_transcript
from smtplab.protocol.transcript import Transcript

if TYPE_CHECKING:
    from smtplab.network.following import Following


def marked_steps(
    client: "Following", steps: Sequence[Exchange], conversation: Conversation,
) -> tuple[Exchange, ...]:
    """Steps of a session, each with the fault that forced it; the conversation has them all.

    Where it has forgotten its beginning, none can be found in the server's record.
    """
    servers = client.keeps.forced_record_of(client) if client.keeps is not None and steps else None
    if servers is None or conversation.has_forgotten:
        return tuple(steps)
    every = conversation.dialogue.exchanges
    marks = {id(step): marked for step, marked in zip(every, mark_exchanges(every, servers), strict=True)}
    return tuple(marks.get(id(step), step) for step in steps)


def marked_transcript(client: "Following", record: Transcript) -> Transcript:
    """A client's record, with what was forced and by which fault."""
    servers = client.keeps.forced_record_of(client) if client.keeps is not None else None
    return record if servers is None or record.truncated else mark_transcript(record, servers)


def withheld(client: "Following", outcome: NoReply) -> NoReply:
    """That no reply came, with the fault that keeps it back."""
    found = client.keeps.record_of(client) if client.keeps is not None else None
    return outcome if found is None else replace(outcome, forced=found.withheld_by)
