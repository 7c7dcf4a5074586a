"""The evidence: which replies RFC 2821 section 4.3.2 lists for which command, entry by entry and in its order.

RFC 2821 has 53 entries (550 stands twice for RCPT), RFC 5321 has 58; RFC 7504 adds two to the latter. The rule that
stands before the list is in `general_replies`. Where a reply leads is in `machine`.

The list holds the *usual* replies (4.3.2). A server SHOULD keep to it (4.3.1), yet a client must understand any code
by its first digit: a code outside the list is a reason to look closer, not by itself a broken rule.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.machine import CONNECT, DATA_END, EDITIONS, NO_COMMANDS, UNASKED
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.wire import REPLY_CLASSES


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the list.

    Attributes
    ----------
    number : int
        Place in the edition's list, from 1.
    command : str
        A verb, ``EHLO/HELO``, or CONNECT.
    phase : {"connection", "command", "data-intermediate", "after-data"}
    outcome : {"S", "I", "E"}
        Success, intermediate, error: the RFC's letters.
    code : int
    edition : int
        2821, 5321, or 7504 for what RFC 7504 adds.
    section : str
    note : str
    """

    number: int
    command: str
    phase: str
    outcome: str
    code: int
    edition: int
    section: str = "4.3.2"
    note: str = ""

    @property
    def events(self) -> tuple[str, ...]:
        """The machine's events that this entry answers."""
        return (DATA_END,) if self.phase == "after-data" else tuple(self.command.split("/"))

    @property
    def label(self) -> str:
        """How the entry is named in a list of causes, such as ``RCPT`` or ``DATA-END``."""
        return "/".join(self.events)


# Command, phase, outcome, codes of RFC 2821, codes of RFC 5321, remark. A line here is a line of the RFC's page.
_LINES: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("CONNECT", "connection", "S", "220", "220", ""),
    ("CONNECT", "connection", "E", "554", "554", ""),
    ("EHLO/HELO", "command", "S", "250", "250", ""),
    ("EHLO/HELO", "command", "E", "504 550", "504 550 502", ""),
    ("MAIL", "command", "S", "250", "250", ""),
    ("MAIL", "command", "E", "552 451 452 550 553 503", "552 451 452 550 553 503 455 555", ""),
    ("RCPT", "command", "S", "250 251", "250 251", "section 3.4 tells more of 251 and 551"),
    ("RCPT", "command", "E", "550 551 552 553 450 451 452 503 550",
     "550 551 552 553 450 451 452 503 455 555", ""),
    ("DATA", "data-intermediate", "I", "354", "354", ""),
    ("DATA", "after-data", "S", "250", "250", ""),
    ("DATA", "after-data", "E", "552 554 451 452", "552 554 451 452", ""),
    ("DATA", "after-data", "E", "", "450 550", "refused by policy"),
    ("DATA", "command", "E", "451 554 503", "503 554", ""),
    ("RSET", "command", "S", "250", "250", ""),
    ("VRFY", "command", "S", "250 251 252", "250 251 252", ""),
    ("VRFY", "command", "E", "550 551 553 502 504", "550 551 553 502 504", ""),
    ("EXPN", "command", "S", "250 252", "250 252", ""),
    ("EXPN", "command", "E", "550 500 502 504", "550 500 502 504", ""),
    ("HELP", "command", "S", "211 214", "211 214", ""),
    ("HELP", "command", "E", "502 504", "502 504", ""),
    ("NOOP", "command", "S", "250", "250", ""),
    ("QUIT", "command", "S", "221", "221", ""),
)

_NOTES: dict[tuple[int, str, str, int], str] = {
    (5321, "EHLO/HELO", "command", 504): "the RFC calls this rare",
    (5321, "EHLO/HELO", "command", 502): "only from an old server without EHLO",
    (5321, "MAIL", "command", 455): "see 4.1.1.11",
    (5321, "MAIL", "command", 555): "see 4.1.1.11",
    (5321, "RCPT", "command", 455): "see 4.1.1.11",
    (5321, "RCPT", "command", 555): "see 4.1.1.11",
    (5321, "DATA", "after-data", 450): "for refusals by policy",
    (5321, "DATA", "after-data", 550): "for refusals by policy",
    (2821, "RCPT", "command", 550): "the RFC lists this code twice for RCPT",
    (2821, "DATA", "command", 451): "dropped in RFC 5321",
}


def _read_lines(edition: int) -> Iterator[Entry]:
    number = 0
    for command, phase, outcome, codes_2821, codes_5321, _ in _LINES:
        for code in map(int, (codes_5321 if edition == 5321 else codes_2821).split()):
            number += 1
            yield Entry(number, command, phase, outcome, code, edition,
                        note=_NOTES.get((edition, command, phase, code), ""))


SEQUENCES: dict[int, tuple[Entry, ...]] = {edition: tuple(_read_lines(edition)) for edition in EDITIONS}
"""The list of section 4.3.2, by edition."""

RFC_7504: tuple[Entry, ...] = (
    Entry(1, "CONNECT", "connection", "E", 521, 7504, "5.1", "stands before 554"),
    Entry(2, "RCPT", "command", "E", 556, 7504, "5.1"),
)
"""What RFC 7504 adds to the list of RFC 5321."""

_OTHER_SECTIONS: dict[tuple[str, int], tuple[str, str]] = {
    ("CONNECT", 421): ("3.9", "3.8"),
    ("EHLO", 502): ("4.1.4", "4.1.4"),
    ("MAIL", 455): ("RFC 1869 6.1", "4.3.2"),
    ("MAIL", 555): ("RFC 1869 6.1", "4.3.2"),
    ("RCPT", 455): ("RFC 1869 6.1", "4.3.2"),
    ("RCPT", 555): ("RFC 1869 6.1", "4.3.2"),
    ("DATA-END", 550): ("3.3", "4.3.2"),
    ("EXPN", 251): ("3.5.3", "3.5.3"),
    ("EXPN", 551): ("3.5.3", "3.5.3"),
}
"""Event and code: sections outside the list that speak of this reply to this command, by edition."""


class Standing(StrEnum):
    """Where a reply to a command stands in an edition of the RFC."""

    LISTED = "listed"
    GENERAL = "general rule"
    ELSEWHERE = "elsewhere in the RFC"
    NOT_LISTED = "not listed"


@dataclass(frozen=True, slots=True)
class Listing:
    """Where the RFC has a reply to an event.

    Attributes
    ----------
    standing : Standing
    section : str
        Of the edition asked for, or of the RFC named in it; empty when not listed.
    entries : tuple of Entry
        The entries of the list; two for 550 to RCPT in RFC 2821.
    note : str
        On which condition the reply is in order.
    """

    standing: Standing
    section: str = ""
    entries: tuple[Entry, ...] = ()
    note: str = ""


def entries(edition: int = 2821) -> tuple[Entry, ...]:
    """The list of section 4.3.2 in its order.

    Raises
    ------
    ValueError
        For an edition other than 2821 and 5321.

    >>> len(entries(2821)), len(entries(5321))
    (53, 58)
    """
    try:
        return SEQUENCES[edition]
    except KeyError:
        raise ValueError(f"edition is {edition!r}; section 4.3.2 is known of 2821 and of 5321.") from None


def listed(edition: int, event: str, code: int) -> Listing:
    """Tell where the RFC has this reply to this event.

    Parameters
    ----------
    edition : {2821, 5321}
    event : str
        A verb, or CONNECT, DATA-END, UNASKED.
    code : int

    Examples
    --------
    >>> listed(2821, "RCPT", 550).standing, len(listed(2821, "RCPT", 550).entries)
    (<Standing.LISTED: 'listed'>, 2)
    >>> listed(2821, "NOOP", 421).standing
    <Standing.GENERAL: 'general rule'>
    >>> listed(5321, "RCPT", 556).section, listed(5321, "BDAT-LAST", 250).section
    ('RFC 7504 5.1', 'RFC 3030 2')
    """
    found = tuple(entry for entry in entries(edition) if entry.code == code and event in entry.events)
    if found:
        return Listing(Standing.LISTED, found[0].section, found, found[0].note)
    if event != CONNECT and (event != UNASKED or code == 421):
        for rule in GENERAL_REPLIES:
            if rule.any_command and rule.code == code:
                return Listing(Standing.GENERAL, rule.section(edition), note=rule.condition)
    return next(_elsewhere(edition, event, code), Listing(Standing.NOT_LISTED))


def _brought(edition: int, event: str, code: int) -> Iterator[Listing]:
    """Sections of extensions: rows of the one that brings this event, and guards, as far as some RFC has the code."""
    if code not in REPLY_CODES or not REPLY_CODES[code].verified:
        return
    replies = (code, REPLY_CLASSES[code // 100])
    sections: list[str] = []
    for extension in OFFERED.values():
        if event in (*extension.verbs, *extension.events):
            rows = (row for row in extension.rows() if row.event == event and row.reply in replies)
            sections += (row.section(edition) for row in rows)
        if event not in NO_COMMANDS:
            guards = (needed for needed in extension.requirements if needed.is_for(event) and needed.code == code)
            sections += (needed.section for needed in guards)
    if sections:
        yield Listing(Standing.ELSEWHERE, "; ".join(dict.fromkeys(sections)))


def _elsewhere(edition: int, event: str, code: int) -> Iterator[Listing]:
    yield from _brought(edition, event, code)
    for entry in RFC_7504:
        if entry.code == code and event in entry.events:
            yield Listing(Standing.ELSEWHERE, f"RFC 7504 {entry.section}", (entry,), entry.note)
    if (event, code) in _OTHER_SECTIONS:
        yield Listing(Standing.ELSEWHERE, _OTHER_SECTIONS[event, code][edition == 5321])
    known = REPLY_CODES.get(code)
    if known and event in known.commands and not (known.in_rfc5321 and event in BASE):
        source = known.defined_in[-1] if event in BASE or event not in COMMANDS else COMMANDS[event].defined_in[-1]
        yield Listing(Standing.ELSEWHERE, source)
    if event == "DATA" and 500 <= code < 600:
        yield Listing(Standing.ELSEWHERE, "3.3", note="Any 5yz reply tells the client to send no mail data.")
    for rule in GENERAL_REPLIES:
        if rule.code == code and rule.scope.startswith("any command") and _is_in_scope(edition, event, code):
            yield Listing(Standing.ELSEWHERE, rule.section(edition), note=rule.condition)


def _is_in_scope(edition: int, event: str, code: int) -> bool:
    """Whether a rule for "any command but some" takes in this one: see the scopes in `GENERAL_REPLIES`.

    554 for poor TLS (RFC 3207 section 4.1) is told of STARTTLS alone: elsewhere the code has another, commoner sense.
    """
    if event in NO_COMMANDS:
        return False
    required = event in COMMANDS and COMMANDS[event].is_required(edition)
    return {
        502: not required,
        503: event != "QUIT",
        504: event not in COMMANDS or COMMANDS[event].argument != "none",
        554: event == "STARTTLS",
    }.get(code, False)


@dataclass(frozen=True, slots=True)
class Difference:
    """A code that the editions do not list alike for a command.

    Attributes
    ----------
    command, phase, outcome : str
    code : int
    times_2821, times_5321 : int
        How often each edition lists it.
    change : {"added", "removed", "repeat dropped", "added by RFC 7504"}
    """

    command: str
    phase: str
    outcome: str
    code: int
    times_2821: int
    times_5321: int
    change: str

    @property
    def label(self) -> str:
        """What the code answers, as in `Entry.label`."""
        return DATA_END if self.phase == "after-data" else self.command


def differences() -> tuple[Difference, ...]:
    """What changed in the list from RFC 2821 to RFC 5321, and then by RFC 7504.

    >>> [(d.command, d.code) for d in differences() if d.change == "removed"]
    [('DATA', 451)]
    """
    old, new = (Counter((e.command, e.phase, e.outcome, e.code) for e in entries(n)) for n in (2821, 5321))
    changed = (key for key in dict.fromkeys([*old, *new]) if old[key] != new[key])
    return (
        *(Difference(*key, old[key], new[key], _change(old[key], new[key])) for key in changed),
        *(Difference(e.command, e.phase, e.outcome, e.code, 0, 0, "added by RFC 7504") for e in RFC_7504),
    )


def difference_rows() -> list[dict[str, str | int]]:
    """What changed, as rows for a table.

    >>> len(difference_rows()), difference_rows()[0]["code"]
    (11, 550)
    """
    return [{name: getattr(found, name) for name in Difference.__slots__} for found in differences()]


def _change(times_before: int, times_after: int) -> str:
    if times_before and times_after:
        return "repeat dropped"
    return "removed" if times_before else "added"


def format_sequences(edition: int = 2821) -> str:
    """The list laid out as on the RFC's page, one command after another.

    >>> print(format_sequences().split("RSET")[0].split("RCPT")[1], end="")
    <BLANKLINE>
       S: 250, 251 (section 3.4 tells more of 251 and 551)
       E: 550, 551, 552, 553, 450, 451, 452, 503, 550
    DATA
       I: 354 -> data -> S: 250
                         E: 552, 554, 451, 452
       E: 451, 554, 503
    """
    entries(edition)
    text, before = "", ""
    for command, phase, outcome, codes_2821, codes_5321, remark in _LINES:
        codes = ", ".join((codes_5321 if edition == 5321 else codes_2821).split())
        if not codes:
            continue
        if command != before:
            text += {"CONNECT": "CONNECTION ESTABLISHMENT", "EHLO/HELO": "EHLO or HELO"}.get(command, command) + "\n"
            before = command
        line = f"{outcome}: {codes}" + (f" ({remark})" if remark else "")
        if phase == "data-intermediate":
            text += f"   {line} -> data -> "
        elif phase == "after-data" and outcome == "S":
            text += f"{line}\n"
        else:
            text += " " * (21 if phase == "after-data" else 3) + f"{line}\n"
    return text


def sequence_rows(edition: int = 2821) -> list[dict[str, str | int]]:
    """The list as rows for a table, one entry a row.

    >>> sequence_rows()[0]["command"], sequence_rows()[0]["code"]
    ('CONNECT', 220)
    """
    return [{name: getattr(entry, name) for name in Entry.__slots__} for entry in entries(edition)]
