"""CHUNKING: the message in counted pieces by BDAT, no dot needed (RFC 3030 section 2).

The octets of a piece follow its line at once and are not looked at for lines or dots. A server swallows them before
it answers, whatever it answers. After a refused piece only RSET (or EHLO, or QUIT) helps; BDAT and DATA do not mix.
"""

import re
from collections.abc import Iterator

from smtplab.protocol.base_rows import anytime_rows, hello_rows
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension
from smtplab.protocol.transition import IN_CHUNKS, TRANSACTION, Kind, State, Transition, in_editions
from smtplab.protocol.wire import Command

BDAT_LAST = "BDAT-LAST"
"""The event of a BDAT that says LAST: success ends the mail."""

_ARGUMENT = re.compile(r"([0-9]{1,20})(?: +(LAST))?", re.IGNORECASE)


def parse_bdat(argument: str | None) -> tuple[int, bool]:
    """Octets of the piece, and whether it is the last.

    Raises
    ------
    ProtocolError
        501 when the count cannot be read, so that nobody knows where the next command starts.

    >>> parse_bdat("86 LAST"), parse_bdat("1000")
    ((86, True), (1000, False))
    """
    matched = _ARGUMENT.fullmatch(argument or "")
    if matched is None or not matched[1].isascii():
        raise ProtocolError(501, "BDAT needs a count of octets, and perhaps LAST. Write for example BDAT 86 LAST.")
    return int(matched[1]), matched[2] is not None


def _event_of(command: Command) -> str:
    try:
        return BDAT_LAST if parse_bdat(command.argument)[1] else command.verb
    except ProtocolError:
        return command.verb


def _octets_behind(command: Command) -> int:
    return parse_bdat(command.argument)[0]


def _rows() -> Iterator[Transition]:
    normal, refuse = Kind.NORMAL, Kind.REFUSE
    chunk, mixed = in_editions("RFC 3030 2"), in_editions("RFC 3030 2; 3")
    under_way, failed = IN_CHUNKS
    for state in (State.RECIPIENTS_KNOWN, under_way):
        yield Transition(state, "BDAT", "2yz", under_way, normal, chunk)
        yield Transition(state, BDAT_LAST, "2yz", State.READY, normal, chunk, TRANSACTION)
        for event in ("BDAT", BDAT_LAST):
            for reply in ("4yz", "5yz"):
                yield Transition(state, event, reply, failed, refuse, chunk)
        # Its count cannot be read, so it is no piece; where the next command starts nobody knows.
        yield Transition(state, "BDAT", 501, None, refuse, chunk)
    for event in ("BDAT", BDAT_LAST):
        for state in (State.GREETED, State.READY, State.SENDER_KNOWN, failed):
            yield Transition(state, event, 503, None, refuse, chunk, strength="MUST" if state is failed else "MAY")
        for state in (State.READY, State.SENDER_KNOWN):
            yield Transition(state, event, 554, None, refuse, chunk, strength="MAY")
    for state in IN_CHUNKS:
        for verb in ("MAIL", "RCPT", "DATA"):
            yield Transition(state, verb, 503, None, refuse, mixed, strength="MUST" if verb == "DATA" else "")
        yield Transition(state, "DATA", "3yz", State.MAIL_DATA, Kind.VIOLATION, mixed, strength="MUST")
    yield from hello_rows(IN_CHUNKS)
    yield from anytime_rows(IN_CHUNKS)


CHUNKING = Extension(
    keyword="CHUNKING",
    rfc="RFC 3030",
    status="Proposed Standard",
    purpose="Send the message in counted chunks",
    offers="You may send the message in counted pieces with BDAT; no dot ends it, and DATA is not needed.",
    verbs=("BDAT",),
    events=(BDAT_LAST,),
    rows=_rows,
    event_of=_event_of,
    octets_behind=_octets_behind,
    replaces="RFC 1830",
    note="RSET is the only way on after a failed BDAT",
)
