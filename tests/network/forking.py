"""What tests of forks share: playing octets to a client, and all that a session and its server are."""

from collections.abc import Sequence
from dataclasses import dataclass

from smtplab.lab import Message, World
from smtplab.network import Client, LoopbackServer
from smtplab.network.memory import MemoryServer
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session

LETTER = ("EHLO me.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA", ".", "NOOP")


@dataclass(frozen=True, slots=True)
class Stand:
    """All that a session is at some moment, on both sides."""

    steps: tuple[Exchange, ...]
    said: bytes
    client: Session
    server: Session
    messages: tuple[Message, ...]
    world: World


def stand(client: Client) -> Stand:
    """How a client of ours, its server's session and its server stand; what the server has recorded is the same."""
    server = client.keeps
    assert isinstance(server, LoopbackServer | MemoryServer)
    steps, record = client.exchanges, server.record_of(client)
    if steps and steps[-1].reply is not None and steps[-1].reply.code == 421:
        steps = steps[:-1]  # it comes unasked, or as the answer to whatever was sent by then
    assert record is not None
    transcripts = [transcript.said() for transcript in (client.transcript, record.transcript)]
    sides = [[b"".join(entry.octets for entry in said if entry.direction == side) for side in "CS"]
             for said in transcripts]
    assert sides[0] == sides[1]
    return Stand(steps, sides[0][1], client.session, record.session, tuple(server.messages), server.world)


def say(client: Client, *lines: str) -> Client:
    """Send lines, whatever comes."""
    for line in lines:
        client.send(line)
    return client


def play(client: Client, pieces: Sequence[bytes]) -> None:
    """Send octets piece by piece, with handshakes where the session asks for them."""
    for piece in pieces:
        client.send_octets(piece)
        if client.state is State.TLS_HANDSHAKE and not client.is_over:
            client.start_tls()


def lines(octets: bytes) -> list[bytes]:
    """Each line with its end, as a person types them."""
    return octets.splitlines(keepends=True)


def rest_of(steps: Sequence[Exchange], at: int) -> bytes:
    """What was sent after a step."""
    return b"".join(step.sent for step in steps[at + 1:])
