"""A cell of lines that is played on a session: what ``%%smtp`` runs, without IPython.

======================  ==============================================================================
``NOOP``, ``C: NOOP``   sends the line; CRLF is implied
``C| NOOP\\n``           sends exactly these octets
``S: 250``              expects this code of the reply that is next; ``S: 5yz`` expects the class
``S: 250 lab.example``  expects a reply line with this code that begins with this text, in any case
``-- closed``           expects that the session is over (``-- lost`` too)
``-- tls``              expects that the session is inside TLS
``# remark``            for the reader
======================  ==============================================================================

Replies that nobody expects are passed over. During mail data every line is the message, empty ones and those that
begin with ``#`` too; only lines in the forms above keep their sense.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from smtplab.explain.catalogue import text
from smtplab.network import Client
from smtplab.protocol.machine import State
from smtplab.protocol.text_form import unescape
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import show

_FORM = re.compile(r"([CS])([:|]) ?(.*)", re.DOTALL)
_EVENT = re.compile(r"-- *(lost|closed|tls)\s*")
_EXPECTED = re.compile(r"([0-9]{3}|[1-5]yz)(?:[ -](.*))?", re.DOTALL)
_ODD = frozenset({"Zs", "Pd", "Pi", "Pf", "Cf"})


class ExpectationFailed(AssertionError):
    """An ``S:`` line was not met. IPython shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass
class CellRun:
    """What a cell did.

    Attributes
    ----------
    client : Client
    edition : {2821, 5321}
    since : int
        Number of entries of the transcript that were there before.
    notes : list of str
        Remarks on what was typed.
    failure : str
        The expectation that was not met; empty when all were.
    """

    client: Client
    edition: int
    since: int = 0
    notes: list[str] = field(default_factory=list)
    failure: str = ""

    @property
    def transcript(self) -> Transcript:
        return self.client.transcript


def pasted_characters(line: str) -> Iterator[str]:
    """What a word processor or a PDF put into a line: dashes, quotes and blanks that only look like ASCII.

    >>> list(pasted_characters("RCPT TO:\\u00a0<bob@lab.example>"))
    ['character 9 is U+00A0, no-break space']
    """
    for at, character in enumerate(line, 1):
        if not character.isascii() and unicodedata.category(character) in _ODD:
            name = unicodedata.name(character, "?").lower()
            yield text("magic.character", at=at, number=f"{ord(character):04X}", name=name)


def check_lines(cell: str) -> list[str]:
    """The lines of a cell.

    Raises
    ------
    ValueError
        For a form that says nothing, with the line number, before anything is sent.
    """
    lines = cell.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        form = _FORM.fullmatch(line)
        if form and form[1] == "S" and not _EXPECTED.fullmatch(form[3].rstrip()):
            raise ValueError(text("magic.error-expected", line=number, said=show(form[3].encode())[:40]))
        if form and form[2] == "|":
            try:
                unescape(form[3])
            except ValueError as error:
                raise ValueError(text("magic.error-escape", line=number, error=error)) from None
    return lines[:-1] if lines and not lines[-1] else lines


def play(client: Client, lines: list[str], *, edition: int = 2821, is_new: bool = True) -> CellRun:
    """Send the lines, check the expectations, stop at the first that is not met or when the session is over."""
    run = CellRun(client, edition, 0 if is_new else len(client.transcript.entries))
    seen = 0 if is_new else len(client.exchanges)
    coming: list[str] = []
    for number, line in enumerate(lines, 1):
        coming += _reply_lines(client, seen)
        seen = len(client.exchanges)
        form = _FORM.fullmatch(line)
        if form and form[1] == "S":
            run.failure = _unmet(number, form[3].rstrip(), coming)
        elif event := _EVENT.fullmatch(line):
            wants_tls = event[1] == "tls"
            is_so = client.session.tls if wants_tls else client.state is State.CLOSED
            run.failure = "" if is_so else text("magic.not-tls" if wants_tls else "magic.still-open", line=number)
        elif form or _is_sent(line, client):
            if client.is_over:
                run.notes.append(text("magic.over", line=number))
                break
            coming.clear()
            run.notes += [text("magic.odd", line=number, what=odd) for odd in pasted_characters(line)]
            _send(client, line, form)
        if run.failure:
            break
    if client.in_mail_data and not run.failure:
        run.notes.append(text("magic.unfinished"))
    return run


def _is_sent(line: str, client: Client) -> bool:
    return client.in_mail_data or not (line.strip() == "" or line.lstrip().startswith("#"))


def _send(client: Client, line: str, form: re.Match[str] | None) -> None:
    if form and form[2] == "|":
        client.send_octets(unescape(form[3]))
    else:
        client.send(form[3] if form else line)


def _reply_lines(client: Client, since: int) -> list[str]:
    """Each line of the replies that have come, code and separator first."""
    replies = (step.reply for step in client.exchanges[since:])
    return [line for reply in replies if reply is not None for line in str(reply).split("\n")]


def _unmet(number: int, expected: str, coming: list[str]) -> str:
    """Take the expected line, or reply, from those that came; a sentence when it is another or none."""
    parts = _EXPECTED.fullmatch(expected)
    assert parts is not None, "check_lines has seen every line"
    code, said = parts[1].removesuffix("yz"), parts[2]
    if not coming:
        return text("magic.none-came", line=number, expected=expected)
    got = coming.pop(0)
    if said is None:  # the code alone speaks for the whole reply
        while coming and got[3:4] == "-":
            got = coming.pop(0)
    if got.startswith(code) and got[4:].casefold().startswith((said or "").casefold()):
        return ""
    return text("magic.unmet", line=number, expected=expected, got=show(got.encode("utf-8", "surrogateescape")))
