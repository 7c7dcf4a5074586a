"""The answer to EHLO line by line: what each line offers, and what the client may now say (RFC 2821 section 4.1.1.1).

What an extension offers stands in `protocol.extensions`; here it is put beside the line that announces it. A client
passes over what it does not know, so a foreign or broken line is told and never an error.
"""

from dataclasses import dataclass
from typing import Literal

from smtplab.explain.catalogue import has, text
from smtplab.explain.names import joined, short
from smtplab.explain.reading import read_pasted
from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.extensions import KNOWN, OFFERED, Extension, KnownExtension
from smtplab.protocol.extensions.auth import MECHANISMS, SHOWS_PASSWORD
from smtplab.protocol.wire import Reply

Known = Literal["offered", "known", "base", "unknown"]


@dataclass(frozen=True, slots=True)
class EhloLine:
    """One line of the answer to EHLO.

    Attributes
    ----------
    line : str
        As the server said it, without the code; foreign.
    keyword : str
        Upper case; empty for the first line, which greets.
    offers : str
        What it means for the client.
    may_say : tuple of str
        Lines the client may now type, as examples.
    rfc : str
        Who defines it; empty when nobody known does.
    known : {"offered", "known", "base", "unknown"}
        An extension that smtplab has too; one it only knows; a word of the base protocol; neither.
    value : int, str, tuple of str, or None
        What stands behind the keyword, read; None when nothing does, or it cannot be read.
    note : str
        What else is to be said of this line; may be empty.
    """

    line: str
    keyword: str
    offers: str
    may_say: tuple[str, ...]
    rfc: str
    known: Known
    value: object = None
    note: str = ""

    def __str__(self) -> str:
        say = text("ehlo.say", examples=joined(self.may_say, "or")) if self.may_say else ""
        return " ".join(filter(None, (self.offers, say, self.note, f"({self.rfc})" if self.rfc else "")))


class EhloAnswer(tuple[EhloLine, ...]):
    """The lines of an answer to EHLO, in order; printed, each with what it offers below it."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(f"{line.line}\n    {line.offers}" for line in self)

    def to_rows(self) -> list[dict[str, str | bool]]:
        """One row a line, for a table."""
        return [
            {
                "line": line.line, "keyword": line.keyword, "offers": line.offers, "may_say": "; ".join(line.may_say),
                "rfc": line.rfc, "known": line.known, "offered": line.known == "offered",
                "value": _shown(line.value), "note": line.note,
            }
            for line in self
        ]


def explain_ehlo(reply: Reply | str) -> EhloAnswer:
    """Read an answer to EHLO line by line; nothing for a refusal, or when no reply came.

    Parameters
    ----------
    reply : Reply or str
        What `Client.send` gave, or the lines as copied, codes and all.

    Raises
    ------
    ValueError, TypeError
        For a text that is no reply, and for what is neither; with a sentence.

    Examples
    --------
    >>> answer = explain_ehlo(Reply(250, ("lab.example greets you", "SIZE 900")))
    >>> print(answer)
    lab.example greets you
        The server gives its name and greets you; this line names no extension.
    SIZE 900
        You may add SIZE= to MAIL, so that too large a message is refused before it is sent.
    >>> answer[1].value, answer[1].may_say, answer[1].known
    (900, ('MAIL FROM:<...> SIZE=900',), 'offered')
    """
    if isinstance(reply, str):
        reply = read_pasted(reply)
    if not reply:  # a client's value for no reply
        return EhloAnswer()
    if not isinstance(reply, Reply):
        raise TypeError(text("error.ehlo-type", type=type(reply).__name__))
    if not reply.is_positive or not reply.lines:
        return EhloAnswer()
    first = EhloLine(reply.lines[0], "", text("ehlo.greeting"), (), "RFC 2821 4.1.1.1", "base")
    return EhloAnswer((first, *map(_line, reply.lines[1:])))


def _line(line: str) -> EhloLine:
    keyword, _, behind = line.partition(" ")
    keyword, behind = keyword.upper(), behind.strip()
    if keyword.startswith("AUTH=") and "AUTH" in OFFERED:
        mechanisms = f"{keyword.removeprefix('AUTH=')} {behind}"
        return _offered(line, OFFERED["AUTH"], mechanisms, text("ehlo.old-auth"))
    if keyword in OFFERED:
        return _offered(line, OFFERED[keyword], behind)
    if keyword in KNOWN:
        return _known(line, KNOWN[keyword], behind)
    return _unknown(line)


def _offered(line: str, extension: Extension, behind: str, note: str = "") -> EhloLine:
    keyword, value, unreadable = extension.keyword, None, ""
    try:
        value = extension.parse_announcement(behind)
    except ValueError as error:
        unreadable = text("ehlo.unreadable", problem=error)
    if not extension.announcement and behind:
        note = text("ehlo.nothing-behind", keyword=keyword, behind=short(behind))
    says = _mechanisms_said(value) if keyword == "AUTH" else tuple(COMMANDS[verb].example for verb in extension.verbs)
    parameters = (
        *(f"MAIL FROM:<...> {parameter.example}" for parameter in extension.mail_parameters),
        *(f"RCPT TO:<...> {parameter.example}" for parameter in extension.rcpt_parameters),
    )
    notes = (unreadable or _value_note(keyword, value), note)
    return EhloLine(line, keyword, extension.offers, (*says, *parameters), extension.rfc, "offered",
                    value if value != "" else None, " ".join(filter(None, notes)))


def _mechanisms_said(value: object) -> tuple[str, ...]:
    return tuple(f"AUTH {short(name)}" for name in value) if isinstance(value, tuple) else ()


def _value_note(keyword: str, value: object) -> str:
    """What the value of an announcement means."""
    if keyword == "SIZE":
        key = "none" if value is None else "0" if value == 0 else "limit"
        return text(f"ehlo.size-{key}", value=value)
    if keyword == "AUTH" and isinstance(value, tuple):
        if not value:
            return text("ehlo.auth-none")
        strange = [short(name) for name in value if name not in MECHANISMS]
        notes = [text("ehlo.auth-strange", names=joined(strange))] if strange else []
        if set(SHOWS_PASSWORD).intersection(value):
            notes.append(text("ehlo.auth-seen"))
        return " ".join(notes)
    return ""


def _known(line: str, extension: KnownExtension, behind: str) -> EhloLine:
    """An extension that smtplab does not have, or a command of the base protocol, which a server lists too."""
    keyword, spec = extension.keyword, COMMANDS.get(extension.keyword)
    is_base = extension.status.startswith("base")
    offers = spec.meaning if spec is not None else text("ehlo.purpose", purpose=extension.purpose)
    verbs = (spec.example,) if spec is not None else ()
    parameters = (
        *(f"MAIL FROM:<...> {syntax}" for syntax in filter(None, extension.mail_parameters.split(" / "))),
        *(f"RCPT TO:<...> {syntax}" for syntax in filter(None, extension.rcpt_parameters.split(" / "))),
    )
    notes = [_limits(behind)] if keyword == "LIMITS" else []
    if not is_base:
        notes.append(text("ehlo.not-offered"))
    return EhloLine(line, keyword, offers, (*verbs, *parameters), extension.rfc, "base" if is_base else "known",
                    behind or None, " ".join(filter(None, notes)))


def _limits(behind: str) -> str:
    """Limits by name (RFC 9422 section 4); those that nobody registered are passed over."""
    pairs = (limit.partition("=")[::2] for limit in behind.split())
    known = ((name.upper(), value) for name, value in pairs if has(f"ehlo.limit-{name.upper()}"))
    return " ".join(
        text(f"ehlo.limit-{name}", value=value) if value.isdigit() and len(value) <= 6 and int(value)
        else text("ehlo.limit-unreadable", name=name)
        for name, value in known
    )


def _unknown(line: str) -> EhloLine:
    keyword = line.partition(" ")[0].upper()
    key = "empty" if not keyword else "private" if keyword.startswith("X") else "unknown"
    return EhloLine(line, keyword, text(f"ehlo.{key}"), (), "", "unknown", line.partition(" ")[2].strip() or None)


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
