"""What runs the lab: a server on loopback, a client to talk with by hand, and both in memory."""

from smtplab.network.client import Client
from smtplab.network.memory import MemoryServer, memory_server
from smtplab.network.outcome import NoReply, ReplyError
from smtplab.network.pcap import write_pcap
from smtplab.network.record import SessionRecord
from smtplab.network.server import LoopbackServer

__all__ = [
    "Client", "LoopbackServer", "MemoryServer", "NoReply", "ReplyError", "SessionRecord", "memory_server", "write_pcap",
]
