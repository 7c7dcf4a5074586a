"""What the lab asks of whoever runs a connection, in the order in which it is to be done."""

from dataclasses import dataclass
from typing import NamedTuple

from smtplab.lab.message import Message
from smtplab.lab.world import Certificate


class Send(NamedTuple):
    """Send these octets as one segment. Nearly every step makes one, so it is light.

    Attributes
    ----------
    octets : bytes
        Empty where a fault keeps the whole reply back.
    forced : str
        The fault that forced it; empty: nothing did.
    meant : bytes or None
        The reply that the server decided, where that is something else.
    """

    octets: bytes
    forced: str = ""
    meant: bytes | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Keep this message: the 250 after the final dot is on its way."""

    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection once all was sent."""


@dataclass(frozen=True, slots=True)
class Abort:
    """Let the connection be lost, without a word."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """Begin a TLS handshake as its server, once all was sent; show this certificate.

    Attributes
    ----------
    certificate : Certificate
    octets : bytes
        What the client has said of its handshake already.
    """

    certificate: Certificate
    octets: bytes = b""


Action = Send | Deliver | Close | Abort | StartTls
