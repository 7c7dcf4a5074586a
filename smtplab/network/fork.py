"""Going back to a step of a session, and on from there in another way: a fork.

A server of ours is a value with each session: world and session are copied as they were, and nothing is said again. On
any other server the lines are said again over a new connection, which may deliver mail a second time; so it must be
asked for, and is refused where the server is not on this machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from smtplab.explain.catalogue import text
from smtplab.lab import ServerSession, World
from smtplab.network.address import is_loopback
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import LOST, UNASKED, State

if TYPE_CHECKING:
    from smtplab.network.client import Client


class Place(NamedTuple):
    """How far a session has come: TLS handshakes, and octets heard and said since the last of them."""

    handshakes: int
    heard: int
    said: int


class Copy(NamedTuple):
    """A session of ours as it stood once: all that goes on with it in a fork.

    Attributes
    ----------
    handshakes, heard, said : int
        How far it had come (see `Place`).
    world : World
    session : ServerSession
    now : float
    entries, messages : int
        How many entries its record had, and how many messages the server.
    """

    handshakes: int
    heard: int
    said: int
    world: World
    session: ServerSession
    now: float
    entries: int
    messages: int

    def fits(self, place: Place) -> bool:
        """True when a session that stood like this came to that place later, or stands there."""
        return (self.handshakes == place.handshakes and self.heard <= place.heard and self.said <= place.said
                and self.session.session.state is not State.CLOSED)


@dataclass(frozen=True, slots=True)
class Difference:
    """A reply that was another when the lines were said again.

    Attributes
    ----------
    step : int
    was, now : str
        The replies; empty for none.
    """

    step: int
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Forked:
    """Where a forked session comes from.

    Attributes
    ----------
    at : int
        The last step that both have, from 0 (the greeting).
    is_copy : bool
        True: the server was copied. False: the lines were said again.
    tls_is_copied : bool
        True: the session counts as encrypted, but no handshake was made again, and its octets go in the clear.
    differences : tuple of Difference
        Replies that came otherwise; the last one may have ended the replay before `at`.
    """

    at: int
    is_copy: bool
    tls_is_copied: bool = False
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        sentences = [text("fork.copy" if self.is_copy else "fork.replay", step=self.at)]
        sentences += [text("fork.tls")] if self.tls_is_copied else []
        none = text("fork.none")
        sentences += [text("fork.difference", step=found.step, was=found.was or none, now=found.now or none)
                      for found in self.differences]
        return " ".join(sentences)


def check_step(client: "Client", at: object) -> tuple[Exchange, ...]:
    """The steps up to one that a session can be gone on from.

    Raises
    ------
    TypeError, ValueError
        In a sentence: for what is no step of this session, or one with which it was over.
    """
    steps = client.steps
    if not isinstance(at, int) or isinstance(at, bool):
        raise TypeError(text("fork.number", at=repr(at)))
    if not 0 <= at < len(steps):
        raise ValueError(text("fork.range", at=at, last=len(steps) - 1))
    if steps[at].after.state is State.CLOSED:
        raise ValueError(text("fork.over", at=at))
    return steps[: at + 1]


def place_after(steps: Sequence[Exchange]) -> tuple[Place, bytes]:
    """How far a session has come with these steps, and the octets that the server heard since the last handshake."""
    handshakes, since = 0, 0
    for number, step in enumerate(steps):
        if step.event in (TLS_UP, TLS_FAILED):
            handshakes, since = handshakes + 1, number + 1
    heard = b"".join(step.sent for step in steps[since:])
    said = sum(len(step.reply.octets) for step in steps[since:] if step.reply is not None)
    return Place(handshakes, len(heard), said), heard


def say_again(client: "Client", steps: Sequence[Exchange]) -> "Client":
    """Say the lines of these steps again, over a new connection to the same server.

    Returns
    -------
    Client
        With `Client.forked`. Where a reply moves the session elsewhere than it did, nothing more is said.

    Raises
    ------
    ValueError
        For a server that is not on this machine.
    """
    if not is_loopback(client.host):
        raise ValueError(text("fork.remote", host=client.host))
    new = client.again()
    at, differences = 0, list(_differences(0, steps[0], new.steps[0] if new.steps else None))
    for number, step in enumerate(steps[1:], 1):
        if new.state is not steps[number - 1].after.state or step.event in (LOST, UNASKED):
            break
        known = len(new.steps)
        if step.event == TLS_UP:
            new.start_tls()
        else:
            new.send_octets(step.sent)
        at = number
        differences += _differences(number, step, new.steps[known] if len(new.steps) > known else None)
    new.forked = Forked(at, False, differences=tuple(differences))
    return new


def _differences(number: int, was: Exchange, now: Exchange | None) -> Sequence[Difference]:
    replies = [str(step.reply) if step is not None and step.reply is not None else "" for step in (was, now)]
    return [] if replies[0] == replies[1] else [Difference(number, *replies)]
