"""A verdict on a server from a record of what it said: each finding with its section and strength (RFC 2119 words).

MUST and SHOULD are departures; MAY marks what is allowed and worth knowing, so it is never an alarm. What a section
leaves to policy is no finding: 252 for 250, 554 or 503 at DATA, a refusal with 4yz or 5yz, private verbs. What a
client does wrong is left out. The rules are in `conformance_rules`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from smtplab.protocol.conformance_rules import Fault, Step, Strength, judge
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import DATA_END
from smtplab.protocol.transcript import Transcript

__all__ = ["Fault", "Finding", "Strength", "check_transcript"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure, or one thing worth knowing.

    Attributes
    ----------
    what : Fault
    strength : {"MUST", "SHOULD", "MAY"}
    section : str
        Of the edition checked against, or of the RFC named in it.
    exchange : int
        Index of the exchange; the number of exchanges for octets behind the last complete reply.
    text : str
        One sentence, with the command and the code.
    """

    what: Fault
    strength: Strength
    section: str
    exchange: int
    text: str

    @property
    def is_departure(self) -> bool:
        """False for MAY: allowed, only unusual."""
        return self.strength != "MAY"


def check_transcript(source: Transcript | Iterable[Exchange], edition: int = 2821) -> tuple[Finding, ...]:
    """Judge the server's side of a record.

    Parameters
    ----------
    source : Transcript or exchanges
        Exchanges hold no octets behind the last complete reply; a transcript does.
    edition : {2821, 5321}

    Returns
    -------
    tuple of Finding
        In the order of the exchanges; empty for a server that keeps to the RFC.

    Examples
    --------
    >>> record = Transcript.parse("S: 220 lab.example\\nC: RCPT TO:<bob@lab.example>\\nS: 250 OK\\n")
    >>> [(f.strength, f.section, str(f.what)) for f in check_transcript(record)]
    [('MUST', '4.1.4; 3.3; 4.3.2', 'accepted out of sequence')]
    """
    exchanges = source.exchanges(edition) if isinstance(source, Transcript) else list(source)
    findings = [
        Finding(what, strength, section, index, text)
        for index, step in enumerate(_steps(exchanges, edition)) if step
        for what, strength, section, text in judge(step)
    ]
    line_section = "2.3.8" if edition == 5321 else "2.3.7"
    unread = _behind(source, "C", [e.sent for e in exchanges])
    if _BARE_LF.search(unread) or any(_BARE_LF.search(e.sent) for e in exchanges if e.command):
        text = "The server answered a line that ended with LF alone; only CRLF ends a line."
        findings = [
            replace(finding, what=Fault.LINE_END, section=line_section, text=text)
            if finding.what is Fault.UNASKED else finding
            for finding in findings
        ]
    if _BARE_LF.search(_behind(source, "S", [e.reply.octets for e in exchanges if e.reply])):
        text = "The server ended a line with LF alone; only CRLF ends a line."
        findings.append(Finding(Fault.LINE_END, "MUST", line_section, len(exchanges), text))
    return tuple(findings)


def _steps(exchanges: Iterable[Exchange], edition: int) -> Iterator[Step | None]:
    """One step an exchange; None for a lost connection, which no reply answers."""
    mail_may_wait = False
    for exchange in exchanges:
        reply = exchange.reply
        yield Step(exchange, reply, exchange.before.machine(edition), mail_may_wait) if reply else None
        done = reply is not None and 200 <= reply.code < 300
        if exchange.event == DATA_END:
            mail_may_wait = not done
        elif done and exchange.event in ("RSET", "EHLO", "HELO"):
            mail_may_wait = False


_BARE_LF = re.compile(rb"(?<!\r)\n")


def _behind(source: object, direction: str, read: list[bytes]) -> bytes:
    """The octets of one direction behind the last exchange: what no exchange could be made of."""
    if not isinstance(source, Transcript):
        return b""
    octets = b"".join(entry.octets for entry in source.said() if entry.direction == direction)
    return octets[sum(map(len, read)):]
