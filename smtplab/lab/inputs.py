"""What comes to the lab from outside, each with the time it came; time, chance and handshakes enter only so."""

from dataclasses import dataclass
from typing import NamedTuple


class Octets(NamedTuple):
    """Octets came from the client. Every command makes one, so it is light."""

    octets: bytes
    now: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The time of `deadline` has come."""

    now: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone."""

    now: float


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The server is to stop: 421, then close (section 3.9)."""

    now: float


@dataclass(frozen=True, slots=True)
class TlsUp:
    """The TLS handshake that `StartTls` asked for has succeeded."""

    now: float


@dataclass(frozen=True, slots=True)
class TlsFailed:
    """It has failed; nothing can be said any more."""

    now: float


Input = Octets | Tick | Lost | Shutdown | TlsUp | TlsFailed
