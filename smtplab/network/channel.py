"""A client's transmission channel (RFC 2821 section 2.1): a link, the record of what went over it, and TLS put on it.

It decides nothing but when to wait, and for how long. Every wait has a limit. The thread that calls reads for itself
while it waits; `lock` keeps any other from reading meanwhile.
"""

import threading
import weakref
from collections.abc import Callable

from smtplab.explain.catalogue import text
from smtplab.network.conversation import Conversation
from smtplab.network.link import Link
from smtplab.network.tls import TlsLayer
from smtplab.network.tls_link import TlsLink
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import CLOSED

CLOSING_S = 0.5
"""How long a client waits for the end of a connection after the 221."""

LOOK_S = 0.2
"""How long a look may take: a server that never stops sending must not hold up whoever only asks for the state."""


class Channel:
    """Sends, listens and looks over one connection, which ends when nobody holds the channel any more.

    Parameters
    ----------
    link : Link
    conversation : Conversation
        The record, which goes on.

    Attributes
    ----------
    lock : threading.RLock
        Held by whoever sends, or takes what has come.
    """

    def __init__(self, link: Link, conversation: Conversation) -> None:
        self.link, self.conversation = link, conversation
        self.lock = threading.RLock()
        self._hang_up = weakref.finalize(self, link.close)

    def converse(self, octets: bytes, timeout_s: float, *, waits: bool = True) -> list[Exchange]:
        """Send, and read meanwhile, until nothing is due (or all is sent) or the time is over; gives new exchanges."""
        conversation, link = self.conversation, self.link
        if conversation.is_over:
            return []
        conversation.say(octets)
        until = link.clock() + timeout_s
        new: list[Exchange] = []
        has_unsent = conversation.has_unsent
        while True:
            if has_unsent:
                conversation.send(link.send)
            new += conversation.fold()
            if conversation.is_over:
                return new
            has_unsent = conversation.has_unsent
            if not (waits or has_unsent):
                return new
            if not (has_unsent or conversation.dialogue.due or conversation.cannot_send):
                if conversation.dialogue.session.state is not CLOSED:
                    return new
                until = min(until, link.clock() + CLOSING_S)  # after 221 or 421 the end is near: see it
            left = until - link.clock()
            if left <= 0:
                return new
            if link.wait(left, has_unsent):
                conversation.receive(link.receive)

    def take(self) -> list[Exchange]:
        """Take what has come since, so that it is not taken for an answer to what is sent next; gives new exchanges."""
        conversation, link = self.conversation, self.link
        new = conversation.fold()
        until = link.clock() + LOOK_S
        while not conversation.is_over and link.wait(0, False) and link.clock() < until:
            conversation.receive(link.receive)
            new += conversation.fold()
        return new

    def looked(self) -> Conversation:
        """The conversation as it is now; while another thread waits for a reply, as it was when that one last read."""
        if self.lock.acquire(blocking=False):
            try:
                self.take()
            finally:
                self.lock.release()
        return self.conversation

    def secure(self, make_layer: Callable[[], TlsLayer], server_name: str, timeout_s: float) -> str:
        """Put TLS on the channel; gives why that failed, in a sentence, and nothing when it succeeded.

        When it fails the client hangs up: over this connection no word can be said any more.
        """
        conversation = self.conversation
        why = text("tls.interrupted")
        try:
            link = TlsLink(self.link, make_layer(), conversation.overhear)
            why = link.shake_hands(timeout_s, server_name)
        finally:  # an interrupt leaves no handshake or half of one, over which nothing can be said either
            conversation.shook_hands(not why)
            if why:
                self.close()
            conversation.fold()
        if not why:
            self._hang_up.detach()
            self.link, self._hang_up = link, weakref.finalize(self, link.close)
        return why

    @property
    def tls(self) -> TlsLayer | None:
        """The client's end of TLS, once the handshake is over."""
        return self.link.layer if isinstance(self.link, TlsLink) and self.link.layer.is_up else None

    def close(self) -> None:
        """Hang up without a word. May be called twice."""
        self._hang_up()
        with self.lock:
            self.conversation.end()
            self.conversation.fold()
