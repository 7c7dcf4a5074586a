"""Going back to a step of a session, and on from there in another way: a fork.

A server of ours is a value with each session: world and session are copied as they were, and nothing is said again. On
any other server the lines are said again over a new connection, which may deliver mail a second time; so it must be
asked for, and is refused where the server is not on this machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.network.address import is_loopback
from smtplab.network.copies import Place
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.starttls import TLS_FAILED, TLS_UP
from smtplab.protocol.machine import CONNECT, UNASKED, State

if TYPE_CHECKING:
    from smtplab.network.client import Client


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
    if not steps:
        raise ValueError(text("fork.none_yet"))
    if not 0 <= at < len(steps):
        raise ValueError(text("fork.range", at=at, last=len(steps) - 1))
    if steps[at].after.state is State.CLOSED:
        raise ValueError(text("fork.over", at=at))
    return steps[: at + 1]


def place_after(steps: Sequence[Exchange]) -> Place:
    """How far a session has come with these steps."""
    handshakes, since = 0, 0
    for number, step in enumerate(steps):
        if step.event in (TLS_UP, TLS_FAILED):
            handshakes, since = handshakes + 1, number + 1
    heard = b"".join(step.sent for step in steps[since:])
    said = b"".join(step.reply.octets for step in steps[since:] if step.reply is not None)
    return Place(handshakes, heard, said)


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
    new = client.again(strict=False)  # a refusal is told as a difference
    new.strict = client.strict
    at = min(_greeting(steps), len(steps) - 1)
    differences = _differences(at, steps[at], new.steps)
    for number in range(at + 1, len(steps)):
        step, known = steps[number], len(new.steps)
        if not _stands_alike(new, step):
            break
        if step.event == TLS_UP:
            new.start_tls()
        elif step.event != UNASKED:
            new.send_octets(step.sent)
        at = number
        differences += _differences(number, step, new.steps[known:])
    new.forked = Forked(at, False, differences=tuple(differences))
    return new


def _greeting(steps: Sequence[Exchange]) -> int:
    """The step that is the greeting: not the first, where TLS began with the connection."""
    return next((number for number, step in enumerate(steps) if step.event == CONNECT), len(steps))


def _stands_alike(new: "Client", step: Exchange) -> bool:
    """True when the new session would read what was sent as this one did: as a command, or as data."""
    if new.is_over or new.state is not step.before.state:
        return False
    if step.command is None:
        return True
    was, now = (session.machine(step.edition) for session in (step.before, new.session))
    return was.has_octets_behind(step.command.verb) is now.has_octets_behind(step.command.verb)


def _differences(number: int, was: Exchange, new: Sequence[Exchange]) -> list[Difference]:
    """Whether the first of the new steps that answers something answers otherwise."""
    if was.event in (UNASKED, TLS_UP):
        return []
    answer = next((step for step in new if step.event not in (UNASKED, TLS_UP)), None)
    then, now = (str(step.reply) if step is not None and step.reply is not None else "" for step in (was, answer))
    return [] if then == now else [Difference(number, then, now)]
