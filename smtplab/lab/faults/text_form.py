"""The text form of a fault, read: ``RCPT#2 -> 452 4.5.3 Too many recipients``.

=====================  ==========================================================================================
``EVENT``              CONNECT, a verb, DATA-END, BDAT-LAST, AUTH-LINE, TLS, or ANY for any command line
``#2``, ``#2+``        the second time; from the second on
``from``, ``to``       in a mail from this address, for this recipient: ``to carol@lab.example``
``host NAME``          of a client that said this name at EHLO
``in STATE``           when the session stands there: ``in READY``
``per mail``           within what is counted; also ``per session``, ``per server``
``30%``                with this chance
``->``                 then one or more of these, with commas between, a reply last:
``silence``            nothing more is said in this session; ``drop before``, ``drop after``: the connection is lost
``delay 30 s``         the reply comes late
``split``, ``glue``    octet by octet; together with the next reply
``codes differ``       malformed: lines with different codes; ``no CRLF``; ``too long``; ``twice``
``452 4.5.3 words``    the reply: code, enhanced status code, text; lines are parted by `` | ``
=====================  ==========================================================================================
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NoReturn

from smtplab.lab.faults.fault import ARROWS, BAR, ENHANCED, EVENTS, Fault, Forced, Scope, Way, What, When
from smtplab.protocol.machine import State


class FaultError(ValueError):
    """A text is no fault.

    Attributes
    ----------
    column : int
        Where it went wrong, from 1.
    problem : str
        What was wrong there, and what is possible.
    """

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"Column {column}: {problem}")
        self.column, self.problem = column, problem


_ARROW = re.compile("|".join(ARROWS))
_OTHER_ARROW = re.compile(r"(?<=\s)(?:[-=>\u2013\u2014]+|:)(?=\s)")
_WORD = re.compile(r"\S+")
_EVENT = re.compile(r"([^\s#]+)(?:#(\S*))?")
_NTH = re.compile(r"([0-9]+)(\+?)")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_DELAY = re.compile(r"delay\s+([0-9]+(?:\.[0-9]+)?)\s*s?", re.IGNORECASE)
_REPLY = re.compile(rf"([0-9]+)(?:[ \t]+({ENHANCED.pattern}))?(?:[ \t]+(.*))?", re.DOTALL)
_CONDITIONS = {"from": "sender", "to": "recipient", "host": "host", "in": "state", "per": "scope"}
_WAYS = {**{way.lower(): way for way in Way}, "drop": Way.DROP_BEFORE}
_EXAMPLE = "A fault reads like 'RCPT#2 -> 452 4.5.3 Too many recipients'."


def read_fault(text: str) -> Fault:
    """The fault that a text says.

    Raises
    ------
    FaultError
        A ValueError with the column, what was wrong, and what is possible.

    Examples
    --------
    >>> fault = read_fault("DATA-END#1 per server -> drop before")
    >>> fault.when.nth, fault.what.ways
    (1, (<Way.DROP_BEFORE: 'drop before'>,))
    >>> read_fault("RCPT#0 -> 452")
    Traceback (most recent call last):
        ...
    smtplab.lab.faults.text_form.FaultError: Column 6: '0' is no count; times are counted from 1: #1, #2, #2+.
    """
    if not isinstance(text, str):
        raise TypeError(f"A fault is read from a text; this is {type(text).__name__}. {_EXAMPLE}")
    arrow = _ARROW.search(text)
    if arrow is None:
        if other := _OTHER_ARROW.search(text):
            _wrong(other.start(), f"{other[0]!r} is no arrow; write '->'. {_EXAMPLE}")
        raise FaultError(len(text.rstrip()) + 1, f"'->' and what is to happen are missing. {_EXAMPLE}")
    when = _read_when(text[: arrow.start()], arrow.start() + 1)
    what = _read_what(text, arrow.end())
    try:
        return Fault(when, what)
    except ValueError as error:
        _wrong(_WORD.search(text, arrow.end()).start(), str(error))  # type: ignore[union-attr]  # else no What


def _read_when(text: str, end: int) -> When:
    words = list(_WORD.finditer(text))
    if not words:
        raise FaultError(1, f"The event is missing. {_EXAMPLE}")
    given: dict[str, Any] = {}
    _read_event(words[0], given)
    rest = iter(words[1:])
    for word in rest:
        if percent := _PERCENT.fullmatch(word[0]):
            if "percent" in given:
                _wrong(word.start(), "A chance stands there twice.")
            given["percent"] = float(percent[1])
            if not 0 < given["percent"] <= 100:
                _wrong(word.start(), f"{word[0]} is no chance; it is more than 0% and at most 100%.")
            continue
        name = _CONDITIONS.get(word[0].lower())
        if name is None:
            _wrong(word.start(), f"{word[0]!r} is no condition; there are {', '.join(_CONDITIONS)}, and a chance like "
                                 f"30%.{_near(word[0], _CONDITIONS)}")
        if name in given:
            _wrong(word.start(), f"{word[0]!r} stands there twice.")
        said = next(rest, None)
        if said is None:
            raise FaultError(end, f"Behind {word[0]!r} something is missing.")
        given[name] = _read_condition(name, said)
    try:
        return When(**given)
    except ValueError as error:
        _wrong(words[0].start(), str(error))


def _read_event(word: re.Match[str], given: dict[str, Any]) -> None:
    parts = _EVENT.fullmatch(word[0])
    event = (parts[1] if parts else word[0]).upper()
    if parts is None or event not in EVENTS:
        _wrong(word.start(), f"{event!r} is no event.{_near(event, EVENTS)} There are {', '.join(EVENTS)}.")
    given["event"] = event
    if parts[2] is not None:
        count = _NTH.fullmatch(parts[2])
        if count is None or len(count[1]) > 9 or int(count[1]) == 0:
            _wrong(word.start() + word[0].index("#") + 1,
                   f"{parts[2]!r} is no count; times are counted from 1: #1, #2, #2+.")
        given["nth"], given["onwards"] = int(count[1]), bool(count[2])


def _read_condition(name: str, word: re.Match[str]) -> object:
    said = word[0]
    if name == "state":
        if said.upper() not in State.__members__:
            _wrong(word.start(), f"{said!r} is no state.{_near(said.upper(), State)} There are {', '.join(State)}.")
        return State(said.upper())
    if name == "scope":
        if said.lower() not in tuple(Scope):
            _wrong(word.start(), f"{said!r} is nothing to count in; there are {', '.join(Scope)}.")
        return Scope(said.lower())
    return said


def _read_what(text: str, start: int) -> What:
    ways: list[Way] = []
    reply, delay_s = None, 0.0
    for at, item in _items(text, start):
        word = " ".join(item.lower().split())
        if word in _WAYS:
            ways.append(_WAYS[word])
        elif matched := _DELAY.fullmatch(item):
            if delay_s:
                _wrong(at, "A delay stands there twice.")
            delay_s = float(matched[1])
        elif item[:1].isdigit():
            reply = _read_reply(item, at)
        else:
            known = ", ".join((*Way, "delay 30 s"))
            _wrong(at, f"{item!r} can not happen.{_near(word, _WAYS)} There are {known}, or a reply such as 452.")
    try:
        return What(reply, tuple(ways), delay_s)
    except ValueError as error:
        first = _WORD.search(text, start)
        _wrong(first.start() if first else len(text.rstrip()), str(error))


def _items(text: str, start: int) -> Iterator[tuple[int, str]]:
    """What stands between commas, each with its place; a reply takes the rest, for its text may hold commas."""
    while (first := _WORD.search(text, start)) is not None:
        at = first.start()
        comma = text.find(",", at)
        end = len(text) if text[at].isdigit() or comma < 0 else comma
        if text[at:end].strip():
            yield at, text[at:end].strip()
        start = end + 1


def _read_reply(item: str, at: int) -> Forced:
    matched = _REPLY.fullmatch(item)
    if matched is None or not (len(matched[1]) == 3 and matched[1].isascii() and 200 <= int(matched[1]) <= 599):
        code = item.split()[0]
        if "," in code:
            _wrong(at + code.index(","), "A reply comes last, for its text may hold commas: 'delay 30 s, 452 Busy'.")
        _wrong(at, f"{code!r} is no reply code of a server; there are 200 to 599 (RFC 2821 section 4.2.1).")
    lines = tuple(line.strip() for line in matched[3].split(f" {BAR} ")) if matched[3] else ()
    try:
        return Forced(int(matched[1]), lines, matched[2] or "")
    except ValueError as error:
        _wrong(at, str(error))


def _near(word: str, known: Any) -> str:
    near = get_close_matches(word, [str(name) for name in known], 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _wrong(place: int, problem: str) -> NoReturn:
    raise FaultError(place + 1, problem) from None
