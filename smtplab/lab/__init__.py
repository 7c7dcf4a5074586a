"""What our server is: its world, its answers, and the causes of its replies. Pure: no socket, thread or clock."""

from smtplab.lab.actions import Action, Close, Deliver, Send, StartTls
from smtplab.lab.causes import Cause, causes, general_causes, rfc_7504_causes
from smtplab.lab.extension_causes import extension_causes
from smtplab.lab.inputs import Input, Lost, Octets, Shutdown, Tick, TlsFailed, TlsUp
from smtplab.lab.message import Message
from smtplab.lab.server_session import ServerSession, deadline, open_session
from smtplab.lab.step import step
from smtplab.lab.world import Certificate, Fate, LoginPolicy, Mailbox, MailingList, Offer, Scanner, World

__all__ = [
    "Action", "Cause", "Certificate", "Close", "Deliver", "Fate", "Input", "LoginPolicy",
    "Lost", "Mailbox", "MailingList", "Message", "Octets", "Offer", "Scanner", "Send", "ServerSession", "Shutdown",
    "StartTls", "Tick", "TlsFailed", "TlsUp", "World", "causes", "deadline", "extension_causes", "general_causes",
    "open_session", "rfc_7504_causes", "step",
]
