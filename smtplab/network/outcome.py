"""What comes of what a client says: a reply, or none, with the reason; and the exception of a strict client."""

from dataclasses import dataclass

from smtplab.explain.catalogue import text
from smtplab.network.conversation import Conversation
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import Kind
from smtplab.protocol.wire import Reply


@dataclass(frozen=True, slots=True)
class NoReply:
    """No reply came, or none was due. It counts as false, so ``if client.send(...)`` reads well.

    Attributes
    ----------
    why : str
        One sentence.
    cure : str
        What to do, in one sentence.
    was_due : bool
        False for a line of mail data, to which no reply belongs.
    event : str
        What the machine calls that which happened instead, such as ``TLS-FAILED``; empty when nothing did.
    forced : str
        The fault that kept the reply back, where a server of ours tells; empty otherwise.
    """

    why: str
    cure: str = ""
    was_due: bool = True
    event: str = ""
    forced: str = ""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"{self.why} {self.cure}".rstrip()


def no_reply(reason: str, *, was_due: bool = True, **names: object) -> NoReply:
    """The value for one of the catalogue's reasons."""
    return NoReply(text(f"client.{reason}", **names), text(f"client.{reason}-cure", **names), was_due)


def why_no_reply(conversation: Conversation, timeout_s: float) -> NoReply:
    """The reason why no reply to the octets said last is there, after a wait of so many seconds at most."""
    dialogue = conversation.dialogue
    if conversation.is_over:
        return no_reply("endless" if conversation.is_endless else "lost")
    if dialogue.in_mail_data and not conversation.has_unsent:
        return no_reply("mail-data", was_due=False)
    if dialogue.is_quiet and dialogue.uncut and not conversation.has_unsent:
        return no_reply("unfinished", was_due=False)
    return no_reply("silence", timeout_s=f"{timeout_s:g}")


def reply_with(reply: Reply, exchange: Exchange) -> Reply:
    """The reply, with the step it belongs to; written out, since `dataclasses.replace` takes three times as long."""
    return Reply(reply.code, reply.lines, reply.octets, exchange, reply.name)


def is_bad(outcome: Reply | NoReply) -> bool:
    """True for what a strict client does not put up with: a refusal, a violation of the table, a missing reply."""
    if isinstance(outcome, NoReply):
        return outcome.was_due
    is_violation = outcome.exchange is not None and outcome.exchange.row.kind is Kind.VIOLATION
    return is_violation or not outcome.is_positive


class ReplyError(Exception):
    """A strict client was refused, got no reply, or did what the machine calls a violation.

    Attributes
    ----------
    reply : Reply or NoReply
    """

    def __init__(self, reply: Reply | NoReply) -> None:
        super().__init__(str(reply))
        self.reply = reply
