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
from smtplab.protocol.wire import CRLF

__all__ = ["Fault", "Finding", "Strength", "check_transcript"]

_BARE_LF = re.compile(rb"(?<!\r)\n")


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
    record = source if isinstance(source, Transcript) else Transcript()
    dialogue = record.dialogue(edition)
    exchanges = dialogue.exchanges if isinstance(source, Transcript) else list(source)
    findings = [
        Finding(what, strength, section, index, text)
        for index, step in enumerate(_steps(exchanges, edition)) if step
        for what, strength, section, text in judge(step)
    ]
    line_section = "2.3.8" if edition == 5321 else "2.3.7"
    sent = b"".join(entry.octets for entry in record.said() if entry.direction == "C")
    unread = sent[sum(len(e.sent) for e in exchanges):]  # what no exchange could be made of
    if _BARE_LF.search(unread) or any(_BARE_LF.search(e.sent) for e in exchanges if e.command):
        text = "The server answered a line that ended with LF alone; only CRLF ends a line."
        findings = [
            replace(finding, what=Fault.LINE_END, section=line_section, text=text)
            if finding.what is Fault.UNASKED else finding
            for finding in findings
        ]
    if dialogue.partial_reply and not record.truncated:
        what, section, text = _broken_off(dialogue.partial_reply, line_section)
        is_cut = not _BARE_LF.search(dialogue.partial_reply) and _is_lost_amid_reply(record)
        text += " The connection was lost then, perhaps ahead of the rest." if is_cut else ""
        findings.append(Finding(what, "MAY" if is_cut else "MUST", section, len(exchanges), text))
    return tuple(findings)


def _broken_off(octets: bytes, line_section: str) -> tuple[Fault, str, str]:
    """What is wrong with the octets of a reply that has no end."""
    if _BARE_LF.search(octets):
        return Fault.LINE_END, line_section, "The server ended a line with LF alone; only CRLF ends a line."
    if octets.endswith(CRLF):
        return Fault.REPLY_FORM, "4.2.1", "The server's last reply has no last line, with a blank behind its code."
    return Fault.LINE_END, line_section, "The server's last line has no CRLF; only CRLF ends a line."


def _is_lost_amid_reply(record: Transcript) -> bool:
    """True when the connection was lost right behind the server's last octets: then its end may be lost with it."""
    entries = [entry for entry in record.said() if entry.octets or entry.event == "lost"]
    return len(entries) > 1 and (entries[-1].event, entries[-2].direction) == ("lost", "S")


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
