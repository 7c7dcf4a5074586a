"""An explanation of a reply, as a value: four lines, three digits, and details to unfold (RFC 2821 section 4.2).

How it looks is not decided here, except as plain text; a notebook or a widget draws it from the fields.
"""

import textwrap
from dataclasses import dataclass

from smtplab.explain.catalogue import text
from smtplab.explain.details import Detail, details_of
from smtplab.explain.digits import DigitReading, digits_of
from smtplab.explain.lines import here_line, now_line, verdict_id
from smtplab.explain.misconceptions import shown_by
from smtplab.explain.names import names_of
from smtplab.explain.reading import read_situation
from smtplab.protocol.wire import Command

WIDTH = 78


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a reply means.

    Attributes
    ----------
    code : int
        0 when no reply came, or none that can be read.
    verdict_id : str
        ``yes``, ``more``, ``not-now``, ``no``, ``wrong-moment`` or ``no-reply``.
    verdict : str
        The same as a learner reads it: ``Not now.``
    here, now, not_this : str
        What changed or did not; what a client does; which misconception it cures. With the verdict at most 60 words.
    misconception : str
        Id of that misconception (see `misconceptions`).
    digits : tuple of three DigitReading
        Empty when there is no code.
    details : tuple of Detail
        The folded part, in order.
    event : str
        What was answered; empty when unknown.
    state_before, state_after : str
        Empty without a session.
    reply_lines : tuple of str
        Text of each line of the reply, foreign.
    """

    code: int
    verdict_id: str
    verdict: str
    here: str
    now: str
    not_this: str
    misconception: str
    digits: tuple[DigitReading, ...]
    details: tuple[Detail, ...]
    event: str = ""
    state_before: str = ""
    state_after: str = ""
    reply_lines: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The three lines below the verdict, each with its label."""
        return (
            (text("explain.here"), self.here),
            (text("explain.now"), self.now),
            (text("explain.not-this"), self.not_this),
        )

    def __str__(self) -> str:
        code = f"{self.code} " if self.code else ""
        parts = [f"{code}{self.verdict}"]
        parts += [_labelled(label, words, 10) for label, words in self.lines]
        if self.digits:
            parts.append("")
            parts += [f"  {digit.digit}  {digit.meaning}" for digit in self.digits]
        if self.details:
            parts.append("")
            parts += [textwrap.indent(_labelled(f"{d.label}:", d.text, 4), "  ") for d in self.details]
        return "\n".join(parts)

    def to_rows(self) -> list[dict[str, str]]:
        """Everything in reading order, as rows for a table: part, label, text."""
        return [
            {"part": "verdict", "label": str(self.code or ""), "text": self.verdict},
            *({"part": "line", "label": label, "text": words} for label, words in self.lines),
            *({"part": "digit", "label": digit.digit, "text": digit.meaning} for digit in self.digits),
            *({"part": "detail", "label": detail.label, "text": detail.text} for detail in self.details),
        ]

    def to_json(self) -> dict[str, object]:
        """All fields as plain data, for `json.dump` and for widgets."""
        fields: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        fields["digits"] = [{n: getattr(digit, n) for n in digit.__slots__} for digit in self.digits]
        fields["details"] = [{n: getattr(detail, n) for n in detail.__slots__} for detail in self.details]
        fields["reply_lines"] = list(self.reply_lines)
        return fields


def _labelled(label: str, words: str, indent: int) -> str:
    first = f"{label:<{indent}}" if len(label) < indent else f"{label} "
    return textwrap.fill(words, WIDTH, initial_indent=first, subsequent_indent=" " * indent,
                         break_long_words=False, break_on_hyphens=False)


def explain(what: object, command: str | Command | None = None, *, edition: int | None = None) -> Explanation:
    """Say what a reply means and what to do now.

    Parameters
    ----------
    what : int, str, Reply, Exchange or NoReply
        A code (``550`` or ``"550"``), a reply as it was copied (``"550 5.7.1 rejected by policy"``, also of several
        lines), or what a session gave. A step of a session is explained with its names and its state.
    command : str or Command, optional
        What was answered: ``"RCPT"``, or the whole line. CONNECT stands for the greeting, DATA-END or ``.`` for the
        end of the message.
    edition : {2821, 5321}, optional
        Whose list and sections are shown; by default that of the session, else RFC 2821's.

    Raises
    ------
    ValueError
        For a number or a text that is no reply code, with a sentence that says why; for an unknown edition.
    TypeError
        For any other kind of value.

    Examples
    --------
    >>> explain(503, "RCPT").verdict
    'Wrong moment.'
    >>> print(explain(450).now)
    Go on with the next recipient, if there is one. Keep this recipient's copy; try again in 30 minutes or more.
    >>> explain("abc")
    Traceback (most recent call last):
    ValueError: "abc" is no reply code: a reply code is three digits and nothing else, for example 250.
    """
    situation = read_situation(what, command, edition)
    names = names_of(situation)
    verdict, misconception = verdict_id(situation), shown_by(situation)
    return Explanation(
        code=situation.code,
        verdict_id=verdict,
        verdict=text(f"verdict.{verdict}"),
        here=here_line(situation, names),
        now=now_line(situation, names),
        not_this=text(f"cure.{misconception}") if misconception else "",
        misconception=misconception,
        digits=digits_of(situation.code),
        details=details_of(situation),
        event=situation.event,
        state_before=str(situation.before.state) if situation.before is not None else "",
        state_after=str(situation.after.state) if situation.after is not None else "",
        reply_lines=situation.reply.lines if situation.reply is not None else (),
    )
