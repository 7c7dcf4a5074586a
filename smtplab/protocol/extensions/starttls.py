"""STARTTLS: the rest of the connection is encrypted (RFC 3207 section 4).

After the 220 a TLS handshake follows. Both sides then forget what they learned, all but that TLS is there, and stand
where they stood after the greeting. What came ahead of the handshake is thrown away: anybody on the way could have
written it. The same handshake may come before the greeting (implicit TLS, RFC 8314).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smtplab.protocol.extensions.extension import Extension
from smtplab.protocol.transition import (
    ANY,
    EVERYTHING,
    IN_CHUNKS,
    IN_TRANSACTION,
    Kind,
    Requirement,
    State,
    Transition,
    in_editions,
)
from smtplab.protocol.wire import Command, Reply

if TYPE_CHECKING:
    from smtplab.protocol.session import Session

TLS_UP, TLS_FAILED = "TLS-UP", "TLS-FAILED"
"""The handshake succeeded; it failed, and no word can be said any more."""


def _rows() -> Iterator[Transition]:
    section, before = in_editions("RFC 3207 4"), in_editions("RFC 8314 3")
    yield Transition(State.CONNECTED, TLS_UP, None, None, Kind.NORMAL, before, remembers="tls")
    yield Transition(State.CONNECTED, TLS_FAILED, None, State.CLOSED, Kind.REFUSE, before, EVERYTHING)
    yield Transition(State.READY, "STARTTLS", "2yz", State.TLS_HANDSHAKE, Kind.NORMAL, section)
    for state in (State.GREETED, *IN_TRANSACTION, *IN_CHUNKS):
        yield Transition(state, "STARTTLS", 503, None, Kind.REFUSE, section)  # no text says it; our reading
    up = in_editions("RFC 3207 4.2")
    yield Transition(State.TLS_HANDSHAKE, TLS_UP, None, State.GREETED, Kind.NORMAL, up, EVERYTHING, "tls", "MUST")
    failed = in_editions("RFC 3207 4.1")
    yield Transition(State.TLS_HANDSHAKE, TLS_FAILED, None, State.CLOSED, Kind.REFUSE, failed, EVERYTHING)
    # A record may tell of a handshake that nobody had agreed upon.
    yield Transition(ANY, TLS_UP, None, State.GREETED, Kind.VIOLATION, up, EVERYTHING, "tls")
    yield Transition(ANY, TLS_FAILED, None, State.CLOSED, Kind.VIOLATION, failed, EVERYTHING)


def _remember_tls(before: "Session", command: Command | None, reply: Reply | None) -> Mapping[str, Any]:
    return {"tls": True}


STARTTLS = Extension(
    keyword="STARTTLS",
    rfc="RFC 3207",
    status="Proposed Standard (updated by RFC 7817)",
    purpose="Switch the connection to TLS",
    offers="You may encrypt the rest of the session with STARTTLS; afterwards begin again with EHLO.",
    verbs=("STARTTLS",),
    events=(TLS_UP, TLS_FAILED),
    ends_group=("STARTTLS",),
    rows=_rows,
    requirements=(
        Requirement("STARTTLS", "tls", False, 503, "RFC 3207 4.2", "MUST"),
        Requirement("*", "tls", True, 530, "RFC 3207 4", "SHOULD",
                    frozenset({"NOOP", "EHLO", "STARTTLS", "QUIT"}), policy="tls"),
    ),
    remember={"tls": _remember_tls},
    reply_codes="454, 530",
    replaces="RFC 2487",
    note="Session restarts after the handshake",
)
