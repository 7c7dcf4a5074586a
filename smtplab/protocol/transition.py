"""What a row of the one table is: states, events, kinds, transitions and requirements (RFC 2821 sections 3, 4.1.4).

The rows themselves stand in `base_rows` and, for each extension, in its own file; `machine` puts them together.
"""

from dataclasses import dataclass
from enum import StrEnum

ANY = "*"
"""In a row: any state, or any event."""


class State(StrEnum):
    """Where a session stands. RFC 2821 names no states; these names follow its sections 3.1, 3.3 and 4.1.4.

    The last four come with extensions: STARTTLS (RFC 3207), AUTH (RFC 4954), CHUNKING (RFC 3030).
    """

    CONNECTED = "CONNECTED"
    GREETED = "GREETED"
    READY = "READY"
    SENDER_KNOWN = "SENDER_KNOWN"
    RECIPIENTS_KNOWN = "RECIPIENTS_KNOWN"
    MAIL_DATA = "MAIL_DATA"
    REFUSED = "REFUSED"
    CLOSED = "CLOSED"
    TLS_HANDSHAKE = "TLS_HANDSHAKE"
    AUTH_EXCHANGE = "AUTH_EXCHANGE"
    CHUNKS = "CHUNKS"
    CHUNK_REFUSED = "CHUNK_REFUSED"


CONNECTED, MAIL_DATA, CLOSED = State.CONNECTED, State.MAIL_DATA, State.CLOSED
TLS_HANDSHAKE, AUTH_EXCHANGE = State.TLS_HANDSHAKE, State.AUTH_EXCHANGE
"""States that every command asks about: in Python 3.11 a look into an enumeration takes ten times as long as a name."""


class Kind(StrEnum):
    """What sort of step a row is."""

    NORMAL = "normal"
    ABORT = "abort"
    REFUSE = "refuse"
    DISCOURAGED = "discouraged"
    VIOLATION = "violation"


CONNECT, DATA_END, UNASKED, LOST = "CONNECT", "DATA-END", "UNASKED", "LOST"
"""Events that are no command: the connection, the final dot, a reply nobody asked for, the connection's loss."""

Sections = tuple[tuple[int, str], ...]
"""Edition of the RFC, and the sections in it; an extension's own RFC stands in both."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes
    ----------
    state : State or ``"*"``
        Where the session stands before.
    event : str
        A verb, CONNECT, DATA-END, UNASKED, LOST, an event that an extension brings, or ``"*"``.
    reply : int, str or None
        An exact code, a class such as ``"2yz"``, or None where no reply belongs to the event.
    next_state : State or None
        None: the session stays where it is.
    forgets : frozenset of str
        Which facts end with this step: ``"transaction"``, ``"client"`` (its name and what was announced to it),
        ``"login"`` (an exchange under way), ``"identity"``.
    remembers : str
        Which fact begins: ``"client"``, ``"reverse-path"``, ``"forward-path"``, ``"refused-path"``, one that an
        extension brings (``"tls"``, ``"login"``, ``"identity"``), or nothing.
    kind : Kind
        Rows of kind violation follow what servers do although the RFC forbids it; diagrams leave them out.
    strength : str
        MUST, SHOULD, MAY, or empty where the RFC only describes.
    sections : tuple of (int, str)
        Edition and the sections in it; a row holds for just these editions.
    """

    state: State | str
    event: str
    reply: int | str | None
    next_state: State | None
    kind: Kind
    sections: Sections
    forgets: frozenset[str] = frozenset()
    remembers: str = ""
    strength: str = ""

    def section(self, edition: int) -> str:
        """The sections of one edition, for example ``"4.1.1.4; 3.3"``."""
        return dict(self.sections)[edition]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A guard: what must be known, or must not, for an event to be taken although the state allows it.

    Attributes
    ----------
    event : str
        A verb, or ``"*"`` for every command that is not exempt.
    fact : str
        Of the session: ``"tls"``, ``"identity"``, ``"binary-body"``.
    wanted : bool
        True: the fact must be known. False: it must not.
    code : int
        The refusal.
    section, strength : str
        The RFC's, with its number.
    exempt : frozenset of str
        Verbs that need it never.
    policy : str
        Name of the site policy under which it holds (``"login"``, ``"tls"``); empty: it always holds.
    """

    event: str
    fact: str
    wanted: bool
    code: int
    section: str
    strength: str = ""
    exempt: frozenset[str] = frozenset()
    policy: str = ""

    def is_for(self, event: str) -> bool:
        """True when this command may meet the guard."""
        return self.event == event or (self.event == ANY and event not in self.exempt)


TRANSACTION = frozenset({"transaction"})
CLIENT = TRANSACTION | {"client"}
"""What a greeting by EHLO or HELO drops; who has logged in stays logged in."""
EVERYTHING = CLIENT | {"login", "identity"}
"""All but that the connection is encrypted, which lasts as long as the connection."""

IN_SESSION = (State.GREETED, State.READY, State.SENDER_KNOWN, State.RECIPIENTS_KNOWN)
IN_TRANSACTION = (State.SENDER_KNOWN, State.RECIPIENTS_KNOWN)
IN_CHUNKS = (State.CHUNKS, State.CHUNK_REFUSED)
"""A mail transaction too, where CHUNKING is in use (RFC 3030 section 2)."""


def in_editions(rfc2821: str, rfc5321: str = "") -> Sections:
    """The same sections in both editions, unless the second is given."""
    return ((2821, rfc2821), (5321, rfc5321 or rfc2821))
