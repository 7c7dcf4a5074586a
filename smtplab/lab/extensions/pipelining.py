"""PIPELINING at our server: the replies to one segment leave as one segment; input is never flushed (RFC 2920 3.2).

The lab reads a stream, so groups need nothing more than to be announced.
"""

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.protocol.extensions.pipelining import PIPELINING as GRAMMAR

PIPELINING = Behaviour(GRAMMAR, keyword_alone(GRAMMAR))
