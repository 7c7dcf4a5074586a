"""What a server of ours shows, over sockets and in memory alike."""

import ssl
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from smtplab.lab import Action, World, before_message, rehearse
from smtplab.network.copies import Kept
from smtplab.network.fork import Forked, check_step, place_after
from smtplab.network.host import Host
from smtplab.network.mailbox import Messages
from smtplab.network.record import Progress, SessionRecord
from smtplab.network.server_faults import ServerFaults
from smtplab.network.tls import client_context
from smtplab.protocol.entry import Entry
from smtplab.protocol.machine import State

if TYPE_CHECKING:
    from smtplab.network.client import Client
    from smtplab.network.following import Following


class Hosting(ABC):
    """What a server shows of its host, over sockets and in memory alike; as a context manager it closes at the end."""

    _host: Host

    @property
    def faults(self) -> ServerFaults:
        """What is made to happen on this server: ``server.faults.add("RCPT#2 -> 452")``."""
        return ServerFaults(self._host, self._wake)

    @abstractmethod
    def _wake(self) -> None:
        """Let the server look at its time limits anew."""

    def record_of(self, client: "Following") -> SessionRecord | None:
        """This server's record of a client's session; None when it is another's, or forgotten."""
        return self._host.record_of(client.address) if client.keeps is self else None

    def noted_since(self, client: "Following", entry: int) -> tuple[Entry, ...] | None:
        """This server's record of a client's session from some entry on; None while no fault has happened."""
        return self._host.noted_since(client.address, entry) if self._host.have_fired and client.keeps is self else None

    def progress_of(self, client: "Following") -> Progress | None:
        """How far this server has come in a client's session; None when it is another's, or forgotten."""
        return self._host.progress_of(client.address) if client.keeps is self else None

    def rehearse(self, client: "Following", octets: bytes) -> list[Action] | None:
        """What this server would do if a client said these octets now; nothing is said, counted or drawn by asking.

        Parameters
        ----------
        client : Client
        octets : bytes
            In mail data: all of the message so far, since the server may not have taken in the last lines yet.

        Returns
        -------
        list of Action, or None
            As `smtplab.lab.rehearse` gives them; None when the session is another server's, or gone.
        """
        standing = self._host.standing(client.address) if client.keeps is self else None
        if standing is None:
            return None
        world, session = standing
        if session.session.state is State.MAIL_DATA and client.in_mail_data:
            session = before_message(session)
        return rehearse(world, session, octets, self._clock())

    @abstractmethod
    def _clock(self) -> float:
        """Seconds, as the server counts them."""

    def fork(self, client: "Client", at: int, **options: Any) -> "Client":
        """A client whose session goes on as this one stood after a step, on a copy of this server (`Client.fork`)."""
        steps = check_step(client, at)
        place = place_after(steps)
        server = self._like(self._host.kept_at(client.address, place))
        forked = server.connect(continues=client.conversation_after(steps, place), **options)
        server._host.wait_for_it()
        forked.forked = Forked(at, True, tls_is_copied=steps[-1].after.tls)
        return forked

    @abstractmethod
    def _like(self, kept: Kept) -> "Hosting":
        """A server like this one, whose next connection goes on with that session."""

    @abstractmethod
    def connect(self, **options: Any) -> "Client":
        """A new `Client` of this server; options are those of `Client`."""

    @abstractmethod
    def advance(self, seconds: float) -> None:
        """Let the server's clock jump: whatever falls due meanwhile happens (delays, greylisting, idle limits)."""

    @abstractmethod
    def close(self) -> None:
        """Send 421 to every open session. May be called twice."""

    @property
    def messages(self) -> Messages:
        """The messages accepted so far: each stands here before its 250 is sent."""
        return self._host.messages

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        """A record of each session, in the order of connecting."""
        return self._host.sessions

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self._host.world

    def _for_clients(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options of a `Client` of this server: its edition, and what it needs for TLS."""
        world = self.world
        known: dict[str, Any] = {"edition": world.edition, "implicit_tls": world.implicit_tls}
        if world.implicit_tls or "STARTTLS" in world.extensions:
            known |= {"authority": self.authority, "server_name": world.domain}
        return {**known, **options}

    @property
    def authority(self) -> bytes:
        """The certificate of whoever signs this server's certificates, as PEM: what another program is to trust."""
        return self._host.authority.pem

    def trust(self) -> ssl.SSLContext:
        """How a client that trusts this server's authority judges certificates: for `smtplib` and other programs."""
        return client_context(self.authority, verify=True)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """Faults of the lab itself; each ended a session with a 421."""
        return tuple(self._host.errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
