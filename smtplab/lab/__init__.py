"""What our server is: its world, its answers, and the causes of its replies. Pure: no socket, thread or clock."""

from smtplab.lab.causes import Cause, causes, general_causes, rfc_7504_causes
from smtplab.lab.extension_causes import extension_causes
from smtplab.lab.message import Message
from smtplab.lab.step import (
    Action,
    Close,
    Deliver,
    Input,
    Lost,
    Octets,
    Send,
    ServerSession,
    Shutdown,
    StartTls,
    Tick,
    TlsFailed,
    TlsUp,
    deadline,
    open_session,
    step,
)
from smtplab.lab.world import Certificate, Fate, LoginPolicy, Mailbox, MailingList, Offer, Scanner, World

__all__ = [
    "Action", "Cause", "Certificate", "Close", "Deliver", "Fate", "Input", "LoginPolicy",
    "Lost", "Mailbox", "MailingList", "Message", "Octets", "Offer", "Scanner", "Send", "ServerSession", "Shutdown",
    "StartTls", "Tick", "TlsFailed", "TlsUp", "World", "causes", "deadline", "extension_causes", "general_causes",
    "open_session", "rfc_7504_causes", "step",
]
