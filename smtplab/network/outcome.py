"""What a client gets besides a reply: no reply, with the reason; and the exception of a strict client."""

from dataclasses import dataclass

from smtplab.explain.catalogue import text
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


class ReplyError(Exception):
    """A strict client was refused, got no reply, or did what the machine calls a violation.

    Attributes
    ----------
    reply : Reply or NoReply
    """

    def __init__(self, reply: Reply | NoReply) -> None:
        super().__init__(str(reply))
        self.reply = reply
