"""What is seen at one "next" of a scenario, as a value: a player shows it and needs no server."""

from dataclasses import dataclass

from smtplab.course.scenario_shown import Seen
from smtplab.course.scenario_steps import Ask, Mismatch
from smtplab.explain.catalogue import text
from smtplab.lab import Message
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Frame:
    """What is seen at one step of a scenario.

    Attributes
    ----------
    index : int
        Its place, from 0.
    line : int
        Of the scenario's file: where it begins.
    narration, note : str
        Told to all, and to the presenter alone. They stay until others come.
    question : Ask or None
        What is asked now; its reply comes with the next frame.
    client : int
        Number of the session, from 1; 0 before any.
    edition : {2821, 5321}
    seen : Seen
        That session so far, as its client saw it. A reply that is still hidden is not in it.
    server_session : Session or None
        Where the server stands, which may be elsewhere when a reply was lost.
    messages : tuple of Message
        Accepted so far, from any session.
    faults : tuple of (str, int)
        The faults set now, and how often each has fired.
    waited_s : float
        Seconds that the server's clock has jumped so far.
    mismatch : Mismatch or None
        What did not go as written.
    """

    index: int
    line: int
    narration: str
    note: str
    question: Ask | None
    client: int
    edition: int
    seen: Seen
    server_session: Session | None
    messages: tuple[Message, ...]
    faults: tuple[tuple[str, int], ...]
    waited_s: float
    mismatch: Mismatch | None = None

    @property
    def transcript(self) -> Transcript:
        """The record of the session so far."""
        return self.seen.transcript

    @property
    def exchanges(self) -> list[Exchange]:
        """The steps of the session so far."""
        return self.seen.exchanges[: self.seen.steps]

    @property
    def session(self) -> Session:
        """Where the client stands."""
        return self.seen.exchanges[self.seen.steps - 1].after if self.seen.steps else Session()


def later(seconds: float) -> str:
    """A jump of the clock in words.

    >>> later(1800), later(5400), later(1)
    ('30 minutes later', '90 minutes later', '1 second later')
    """
    name, size = next((unit for unit in _UNITS if seconds >= unit[1] and seconds % unit[1] == 0), _UNITS[-1])
    count = f"{seconds / size:g}"
    return text(f"scenario.{name}-later" if count == "1" else f"scenario.{name}s-later", count=count)
