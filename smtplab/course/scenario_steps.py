"""The steps of a scenario, as values: what is said, asked, sent, expected, and done to the server.

Each knows the line of the file that it began in, from 1.
"""

from dataclasses import dataclass

from smtplab.protocol.wire import show


@dataclass(frozen=True, slots=True)
class Say:
    """What is told to the class; paragraphs stand on lines of their own."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What only the presenter sees."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question.

    Attributes
    ----------
    line : int
    text : str
    is_right : bool
    reason : str
        Why it is right or wrong.
    misconception : str
        Id of the one that a wrong option is; empty when it is none.
    """

    line: int
    text: str
    is_right: bool
    reason: str
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with two options or more, one right at least."""

    line: int
    text: str
    options: tuple[Option, ...]

    @property
    def right(self) -> tuple[Option, ...]:
        """The right options."""
        return tuple(option for option in self.options if option.is_right)


@dataclass(frozen=True, slots=True)
class Send:
    """Octets that the client sends in one segment: a line, or several that stand together."""

    line: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Expect:
    """What must come next: octets of the server, or an event of the connection.

    Attributes
    ----------
    line : int
    octets : bytes
        Empty for an event.
    event : str
        ``lost``, ``closed``, ``tls`` or ``tls failed``; empty for octets.
    """

    line: int
    octets: bytes = b""
    event: str = ""

    def __str__(self) -> str:
        return f"-- {self.event}" if self.event else show(self.octets)


@dataclass(frozen=True, slots=True)
class Wait:
    """The server's clock jumps."""

    line: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Connect:
    """A new session on the same server."""

    line: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """The client leaves without a word."""

    line: int


@dataclass(frozen=True, slots=True)
class Change:
    """The running server gets other options, as `World` has them."""

    line: int
    options: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class SetFault:
    """The server gets a fault, in its text form."""

    line: int
    fault: str


@dataclass(frozen=True, slots=True)
class ClearFaults:
    """The server loses all its faults."""

    line: int


Told = Say | Note | Ask
"""Steps that are words; all others are deeds."""

Step = Told | Send | Expect | Wait | Connect | HangUp | Change | SetFault | ClearFaults


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a session did not go as written.

    Attributes
    ----------
    file : str
    line : int
        Of the scenario.
    expected, got : str
        In the transcript's text form; empty where nothing was expected, or nothing came.
    """

    file: str
    line: int
    expected: str
    got: str
