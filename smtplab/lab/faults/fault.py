"""A fault as a value: when it happens, and what happens then.

It is no magic of the server: the session goes on by the table, with the reply that the fault forces, while what
reaches the client may be something else, later, or nothing (RFC 2821 sections 3.9, 4.2, 4.3.2, 4.5.3.1, 4.5.3.2).
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import isfinite

from smtplab.lab import options
from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.machine import CONNECT, DATA_END, State
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.wire import Reply

TLS, ANY_COMMAND = "TLS", "ANY"
"""The handshake behind STARTTLS (or ahead of the greeting); any command line."""

EVENTS = (CONNECT, *COMMANDS, AUTH_LINE, BDAT_LAST, DATA_END, TLS, ANY_COMMAND)
"""All that a fault can wait for."""

OUTSIDE = (CONNECT, TLS)
"""No client name, sender or recipient counts there."""

NO_COMMAND_IN = (State.CONNECTED, State.MAIL_DATA, State.AUTH_EXCHANGE, State.TLS_HANDSHAKE, State.CLOSED)
"""States in which what a client sends is no command line."""

ARROWS = ("->", "\u2192")
BAR = "|"
"""In the text form: between when and what; between the lines of a reply."""

ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![^ \t])")
"""An enhanced status code, as a word of its own."""


def stands_for(event: str) -> frozenset[str]:
    """The names that a fault may use for an event; the empty event is any verb that nobody knows.

    >>> sorted(stands_for("BDAT-LAST"))
    ['ANY', 'BDAT', 'BDAT-LAST']
    """
    names = {event, "BDAT"} if event == BDAT_LAST else {event}
    return frozenset(names if event in (*OUTSIDE, DATA_END) else {*names, ANY_COMMAND})


MOST_TIMES = 999_999_999
LONGEST_DELAY_S = 86_400.0
LONGEST_TEXT = 500
MOST_LINES = 100


class Scope(StrEnum):
    """Within what an event is counted: this mail, this session, or the server since the fault was set."""

    MAIL = "mail"
    SESSION = "session"
    SERVER = "server"


class Way(StrEnum):
    """What becomes of a reply on its way to the client."""

    SILENCE = "silence"
    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    SPLIT = "split"
    GLUE = "glue"
    CODES_DIFFER = "codes differ"
    NO_CRLF = "no CRLF"
    TOO_LONG = "too long"
    TWICE = "twice"


INSTEAD = (Way.SILENCE, Way.DROP_BEFORE)
"""No octet of the reply goes out."""

_ENDS = (Way.SILENCE, Way.DROP_BEFORE, Way.DROP_AFTER)

COUNTED_IN = {"RCPT": Scope.MAIL, "BDAT": Scope.MAIL, BDAT_LAST: Scope.MAIL, CONNECT: Scope.SERVER}
"""Where an event is counted when nobody says; all others in a session."""


@dataclass(frozen=True, slots=True)
class When:
    """When a fault happens.

    Attributes
    ----------
    event : str
        One of `EVENTS`. ``BDAT`` is also the last one.
    nth : int or None
        Only the time of this number, from 1; None: each time.
    onwards : bool
        From the `nth` time on.
    sender, recipient, host : str
        Only in a mail from this address (``<>`` for the null one), for this address, of a client with this name.
        Letters match in any case.
    state : State or None
        Only when the session stands there.
    scope : Scope or None
        Within what is counted; None: as in `COUNTED_IN`. Without a condition all counts, whenever the fault was set;
        with one, and in the server, what happened since.
    percent : float or None
        Only with this chance; chance is drawn from the world's seed.
    counted_in : Scope
        What `scope` says or means.
    has_condition : bool
        True when more is asked for than the event, its number and chance.
    key : str
        The same for all that count one event within the same, under the same conditions.
    """

    event: str
    nth: int | None = None
    onwards: bool = False
    sender: str = ""
    recipient: str = ""
    host: str = ""
    state: State | None = None
    scope: Scope | None = None
    percent: float | None = None
    counted_in: Scope = field(init=False, repr=False, compare=False)
    has_condition: bool = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.event not in EVENTS:
            raise ValueError(f"event is {self.event!r}; it must be one of {', '.join(EVENTS)}.")
        if self.nth is not None and (type(self.nth) is not int or not 1 <= self.nth <= MOST_TIMES):
            raise ValueError(f"nth is {self.nth!r}; times are counted from 1 to {MOST_TIMES}.")
        if self.onwards and self.nth is None:
            raise ValueError("onwards needs nth: from which time on?")
        if self.percent is not None and not 0 < self.percent <= 100:
            raise ValueError(f"percent is {self.percent:g}; a chance is more than 0 and at most 100 percent.")
        for name, kind in (("state", State), ("scope", Scope)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, options.member(name, getattr(self, name), kind))
        for name in ("sender", "recipient"):
            said = getattr(self, name)
            bare = said if name == "sender" and said == "<>" else said.strip("<>")
            if said and not bare:
                raise ValueError(f"{name} is {said!r}; it must be an address, or for a sender also '<>'.")
            object.__setattr__(self, name, bare)
        given = {"sender": self.sender, "recipient": self.recipient, "host": self.host}
        for name, said in given.items():
            if not said.isprintable() or " " in said or any(arrow in said for arrow in ARROWS):
                raise ValueError(f"{name} is {said!r}; it must be one word, without an arrow.")
        unknown = {
            **dict.fromkeys(OUTSIDE, ("sender", "recipient", "host")),
            "MAIL": ("recipient",), "EHLO": ("sender", "recipient"), "HELO": ("sender", "recipient"),
        }.get(self.event, ())
        for name in unknown:
            if given[name]:
                raise ValueError(f"At {self.event} no {name} is known yet.")
        if self.state is not None and self.event in (*OUTSIDE, DATA_END, AUTH_LINE):
            raise ValueError(f"{self.event} comes in one state only; leave the state out.")
        if self.state in NO_COMMAND_IN and not (self.event == ANY_COMMAND and self.state is State.AUTH_EXCHANGE):
            raise ValueError(f"No command comes in {self.state}.")
        if self.scope is Scope.MAIL and self.event in (*OUTSIDE, "EHLO", "HELO", "MAIL"):
            raise ValueError(f"{self.event} comes outside a mail; count it per session or per server.")
        conditions = (self.sender.lower(), self.recipient.lower(), self.host.lower(), str(self.state or ""))
        counted_in = self.scope or COUNTED_IN.get(self.event, Scope.SESSION)
        for name, value in (  # what every event asks for is worked out once
            ("counted_in", counted_in),
            ("has_condition", any(conditions)),
            ("key", " ".join((counted_in, self.event, *conditions))),
        ):
            object.__setattr__(self, name, value)

    @property
    def is_plain(self) -> bool:
        """True when only a time is asked for, of what every session counts anyway."""
        return not (self.has_condition or self.percent or self.counted_in is Scope.SERVER)


@dataclass(frozen=True, slots=True)
class Forced:
    """A reply that a fault forces.

    Attributes
    ----------
    code : int
        200 to 599; RFC 2821 section 4.2.1 gives no other to a server.
    lines : tuple of str
        Text of each line; none: the usual words for this code.
    enhanced : str
        Enhanced status code for each line, such as ``"4.5.3"``; empty for none.
    """

    code: int
    lines: tuple[str, ...] = ()
    enhanced: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.code, int) or not 200 <= self.code <= 599:
            raise ValueError(f"{self.code} is no reply code of a server; there are 200 to 599.")
        if len(self.lines) > MOST_LINES:
            raise ValueError(f"The reply has {len(self.lines)} lines; at most {MOST_LINES} are possible.")
        if self.enhanced and ENHANCED.fullmatch(self.enhanced) is None:
            raise ValueError(f"{self.enhanced!r} is no enhanced status code; one reads like 4.5.3.")
        if self.lines and not self.enhanced and ENHANCED.match(self.lines[0]):
            raise ValueError(f"The text begins with an enhanced status code; say it as enhanced: {self.lines[0]!r}.")
        for line in self.lines:
            if not line or line != line.strip(" ") or BAR in line.split(" "):
                raise ValueError(f"A line of the reply is empty, or has blanks or '{BAR}' at an end: {line!r}.")
            if len(line.encode("utf-8", "replace")) > LONGEST_TEXT:
                raise ValueError(f"A line of the reply is over {LONGEST_TEXT} octets; for that there is 'too long'.")
            if not line.isprintable():
                raise ValueError(f"A line of the reply holds a character that cannot be printed: {line!r}.")

    @property
    def reply(self) -> Reply:
        """The reply as the server says it."""
        known = REPLY_CODES.get(self.code)
        lines = self.lines or (known.name if known is not None else "No RFC names this code",)
        code = f"{self.enhanced} " if self.enhanced else ""
        return Reply(self.code, tuple(f"{code}{line}" for line in lines))


@dataclass(frozen=True, slots=True)
class What:
    """What happens: another reply, another way for it, or both.

    Attributes
    ----------
    reply : Forced or None
        None: the reply that the server decides by itself.
    ways : tuple of Way
    delay_s : float
        Seconds before the reply; the server reads nothing meanwhile.
    """

    reply: Forced | None = None
    ways: tuple[Way, ...] = ()
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "ways", tuple(options.member("way", way, Way) for way in self.ways))
        if not (isfinite(self.delay_s) and 0 <= self.delay_s <= LONGEST_DELAY_S):
            raise ValueError(f"A delay of {self.delay_s:g} s cannot be; it is at most a day ({LONGEST_DELAY_S:g} s).")
        if self.reply is None and not self.ways and not self.delay_s:
            raise ValueError("Nothing is said of what happens: a reply, or a way such as silence or drop.")
        if len(set(self.ways)) < len(self.ways):
            raise ValueError("The same way stands there twice.")
        ends = [way for way in self.ways if way in _ENDS]
        if len(ends) > 1:
            raise ValueError(f"{ends[0]} and {ends[1]} exclude each other.")
        others = [way for way in self.ways if way not in _ENDS]
        if ends and ends[0] in INSTEAD and others:
            raise ValueError(f"With {ends[0]} no reply goes out, so nothing can be {others[0]}.")
        if Way.GLUE in self.ways and (ends or Way.SPLIT in self.ways or self.delay_s):
            raise ValueError("glue waits for the next reply, so it cannot go with split, a delay or an end.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is made to happen.

    Attributes
    ----------
    when : When
    what : What

    Examples
    --------
    >>> print(Fault(When("RCPT", 2), What(Forced(452, ("Too many recipients",), "4.5.3"))))
    RCPT#2 -> 452 4.5.3 Too many recipients
    """

    when: When
    what: What
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_text", f"{_format_when(self.when)} -> {_format_what(self.what)}")
        if self.when.event == TLS and (self.what.reply is not None or not set(self.what.ways) <= set(INSTEAD)):
            raise ValueError("In a TLS handshake no reply can be said; there are silence, drop and delay.")

    def __str__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return hash(self._text)  # equal faults have one text, and it is quicker than all the parts


def _format_when(when: When) -> str:
    nth = "" if when.nth is None else f"#{when.nth}{'+' if when.onwards else ''}"
    conditions = [
        ("from", when.sender), ("to", when.recipient), ("host", when.host), ("in", when.state), ("per", when.scope),
    ]
    words = [f"{when.event}{nth}", *(f"{word} {said}" for word, said in conditions if said)]
    return " ".join(words if when.percent is None else [*words, f"{_number(when.percent)}%"])


def _format_what(what: What) -> str:
    words = [f"delay {_number(what.delay_s)} s"] if what.delay_s else []
    words += map(str, what.ways)
    if what.reply is not None:
        reply = what.reply
        words.append(" ".join(filter(None, (str(reply.code), reply.enhanced, f" {BAR} ".join(reply.lines)))))
    return ", ".join(words)


def _number(number: float) -> str:
    """A number to the last digit, without an exponent."""
    return f"{Decimal(repr(float(number))).normalize():f}"
