"""What our server is: its world, its answers, and the causes of its replies. Pure: no socket, thread or clock."""

from smtplab.lab.actions import Abort, Action, Close, Deliver, Send, StartTls
from smtplab.lab.causes import Cause, causes, general_causes, rfc_7504_causes
from smtplab.lab.extension_causes import extension_causes
from smtplab.lab.faults import Fault, FaultError, Faults, Forced, Scope, Way, What, When, fault_in_words, read_fault
from smtplab.lab.inputs import Input, Lost, Octets, Shutdown, Tick, TlsFailed, TlsUp
from smtplab.lab.message import Message
from smtplab.lab.rehearsal import rehearse
from smtplab.lab.server_session import ServerSession, before_message, deadline, open_session
from smtplab.lab.step import step
from smtplab.lab.world import Certificate, Fate, LoginPolicy, Mailbox, MailingList, Offer, Scanner, World

__all__ = [
    "Abort", "Action", "Cause", "Certificate", "Close", "Deliver", "Fate", "Fault", "FaultError", "Faults",
    "Forced", "Input", "LoginPolicy", "Lost", "Mailbox", "MailingList", "Message", "Octets", "Offer", "Scanner",
    "Scope", "Send", "ServerSession", "Shutdown", "StartTls", "Tick", "TlsFailed", "TlsUp", "Way", "What", "When",
    "World", "before_message", "causes", "deadline", "extension_causes", "fault_in_words", "general_causes",
    "open_session", "read_fault", "rehearse", "rfc_7504_causes", "step",
]
