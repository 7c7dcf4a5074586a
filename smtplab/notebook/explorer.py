"""The code explorer: three digits to turn; what each says, which codes there are, who sends them, what it all means.

Any code from 100 to 599 can be set: one that no RFC defines is read by its digits (RFC 2821 section 4.2.1).
"""

from collections.abc import Mapping
from typing import Any

from smtplab.explain import Explanation, explain
from smtplab.explain.catalogue import text
from smtplab.explain.digits import digits_of
from smtplab.explain.standing import event_label
from smtplab.notebook import html, views
from smtplab.notebook.console.view import explained
from smtplab.notebook.widget import Data, Panel
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.machine import CONNECT, machine
from smtplab.protocol.reply_codes import REPLY_CODES, read_code, siblings
from smtplab.protocol.sequences import entries

LOWEST = (1, 0, 0)
HIGHEST = (5, 9, 9)


class CodeExplorer(Panel):
    """Turn the three digits of a reply code.

    Parameters
    ----------
    code : int or str
        Where to begin.
    edition : {2821, 5321}
        Whose list tells which commands get the code.
    size : {"normal", "projector"}

    Raises
    ------
    TypeError, ValueError
        For what is no reply code, another edition, size or keyword; in a sentence.

    Examples
    --------
    >>> explorer = CodeExplorer(450)
    >>> explorer.senders
    ('RCPT',)
    >>> explorer.turn(3)
    451
    >>> explorer.explanation.verdict
    'Not now.'
    """

    name = "explorer"

    def __init__(self, code: int | str = 250, *, edition: int = 2821, size: str = "normal", **unknown: object) -> None:
        super().__init__(size, unknown, ("code", "edition", "size"))
        machine(edition)  # an unknown edition is told there
        self.edition = edition
        self._event = ""
        self._code = read_code(code).code

    @property
    def code(self) -> int:
        """The code that is set."""
        return self._code

    @code.setter
    def code(self, code: int | str) -> None:
        self._code = read_code(code).code
        if self._event not in self.senders:
            self._event = ""
        self.changed()

    def turn(self, position: int, by: int = 1) -> int:
        """Turn one digit on, around its end, and give the new code.

        Parameters
        ----------
        position : {1, 2, 3}
            1 for the first digit.
        by : int
            Negative turns back.
        """
        return self._set(position, self._digits()[self._place(position)] + by)

    def _set(self, position: int, value: int) -> int:
        place, digits = self._place(position), self._digits()
        count = HIGHEST[place] - LOWEST[place] + 1
        digits[place] = LOWEST[place] + (value - LOWEST[place]) % count
        self.code = int("".join(map(str, digits)))
        return self.code

    def _digits(self) -> list[int]:
        return [int(digit) for digit in str(self._code)]

    def _place(self, position: int) -> int:
        if position not in (1, 2, 3):
            raise ValueError(text("explorer.position", position=repr(position)))
        return position - 1

    @property
    def senders(self) -> tuple[str, ...]:
        """The events that section 4.3.2 lists this code for, in its order; `rule` tells of codes for any command."""
        found = (event for e in entries(self.edition) if e.code == self._code for event in e.events)
        return tuple(dict.fromkeys(found))

    @property
    def rule(self) -> str:
        """The sentence about codes that any command may get; empty for others."""
        is_general = any(rule.any_command and rule.code == self._code for rule in GENERAL_REPLIES)
        return text("explorer.any", code=self._code) if is_general else ""

    @property
    def explanation(self) -> Explanation:
        """What the code says, as the answer to the chosen command if one is chosen."""
        return explain(self._code, self._event or None, edition=self.edition)

    def choose(self, event: str) -> None:
        """Explain the code as the answer to one of its `senders`; an empty text for none."""
        if event and event not in self.senders:
            raise ValueError(text("explorer.not-listed", code=self._code, command=repr(event)))
        self._event = event
        self.changed()

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        explanation, details = explained(self.explanation)
        labels = (text("explorer.first"), text("explorer.second"), text("explorer.third"))
        return {
            "code": self._code, "notice": self.notice,
            "digits": [
                {"label": label, "value": int(said.digit), "least": least, "most": most, "meaning": said.meaning}
                for label, said, least, most in zip(labels, digits_of(self._code), LOWEST, HIGHEST, strict=True)
            ],
            "codes_label": self._codes_label(), "codes": [{"code": c, "name": _name(c)} for c in siblings(self._code)],
            "senders_label": self._senders_label(),
            "senders": [{"event": e, "label": _label(e), "chosen": e == self._event} for e in self.senders],
            "explanation": explanation, "details": details,
        }

    def _codes_label(self) -> str:
        key = "codes" if siblings(self._code) else "codes-none"
        return text(f"explorer.{key}", pair=str(self._code)[:2])

    def _senders_label(self) -> str:
        if self.rule:
            return self.rule
        return text(f"explorer.{'senders' if self.senders else 'senders-none'}", code=self._code, edition=self.edition)

    def fragment(self) -> html.Markup:
        """The static form: digits, codes, commands, and the explanation."""
        codes = ((str(c), _name(c)) for c in siblings(self._code))
        return html.join((
            views.explanation(self.explanation),
            html.element("p", self._codes_label()), html.definitions(codes),
            html.element("p", self._senders_label(), " ", ", ".join(map(_label, self.senders))),
        ))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was turned or chosen."""
        match message:
            case {"do": "turn", "position": int(position), "by": int(by)}:
                self.turn(position, by)
            case {"do": "set", "position": int(position), "value": int(value)}:
                place = self._place(position)
                if not LOWEST[place] <= value <= HIGHEST[place]:
                    return False
                self._set(position, value)
            case {"do": "code", "code": int(code)}:
                self.code = code
            case {"do": "choose", "event": str(event)}:
                self.choose("" if event == self._event else event)
            case _:
                return False
        return True

    def __str__(self) -> str:
        codes = "\n".join(f"  {c}  {_name(c)}" for c in siblings(self._code))
        senders = f"{self._senders_label()} {', '.join(map(_label, self.senders))}".strip()
        return "\n".join(filter(None, (str(self.explanation), "", self._codes_label(), codes, senders)))

    def __repr__(self) -> str:
        return f"<CodeExplorer, {self._code}>"


def _name(code: int) -> str:
    return REPLY_CODES[code].name


def _label(event: str) -> str:
    return text("explorer.connect") if event == CONNECT else event_label(event)
