"""What the lab asks of whoever runs a connection, in the order in which it is to be done."""

from dataclasses import dataclass

from smtplab.lab.message import Message
from smtplab.lab.world import Certificate


@dataclass(frozen=True, slots=True)
class Send:
    """Send these octets as one segment."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """Keep this message: the 250 after the final dot is on its way."""

    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection once all was sent."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """Begin a TLS handshake as its server, once all was sent; show this certificate."""

    certificate: Certificate


Action = Send | Deliver | Close | StartTls
