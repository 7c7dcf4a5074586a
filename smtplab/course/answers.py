"""Read whatever stands in an answer: a table, a word out of a few, the lines of a session.

An answer can be any Python value, also a huge or a hostile one. Only plain strings, numbers, lists and dicts are
looked into, with the methods of these types themselves, and only up to a limit; anything else is named by its type.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from smtplab.course.task import Reader, Unreadable, plain
from smtplab.explain.catalogue import texts

MAX_CHARACTERS = 20_000
MAX_LINES = 200
MAX_ITEMS = 100


def read_table(answer: object) -> dict[str, str]:
    """The answer as keys and values in text.

    Raises
    ------
    Unreadable
        When it is no dict, or too large a one. Values that are no text and no number are left out.

    Examples
    --------
    >>> read_table({250: "yes", "A": ("503", "READY"), "b": None})
    {'250': 'yes', 'a': '503 READY'}
    """
    if answer is None or answer is Ellipsis:
        raise Unreadable("nothing")
    if not isinstance(answer, dict):
        raise Unreadable("no-table", type=type(answer).__name__)
    if dict.__len__(answer) > MAX_ITEMS:
        raise Unreadable("large-table", count=MAX_ITEMS)
    pairs = ((_scalar(key), _value(value)) for key, value in dict.items(answer))
    return {plain(key): value for key, value in pairs if key and value}


def read_lines(answer: object) -> tuple[str, ...]:
    r"""The lines of a session, from a text or a list of texts; a ``C:`` in front of a line is taken off.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> read_lines("\n  C: NOOP\nQUIT\n")
    ('NOOP', 'QUIT')
    """
    if answer is None or answer is Ellipsis:
        raise Unreadable("nothing")
    if isinstance(answer, str):
        lines: Iterable[object] = _limited(answer).splitlines()
    elif isinstance(answer, (list, tuple)):
        lines = list(islice(answer, MAX_LINES + 1))
    else:
        raise Unreadable("no-lines", type=type(answer).__name__)
    read = [re.sub(r"^C: ?", "", _line(line)) for line in lines]
    while read and not read[0]:
        del read[0]
    while read and not read[-1]:
        del read[-1]
    if not read:
        raise Unreadable("nothing")
    if len(read) > MAX_LINES:
        raise Unreadable("many-lines", count=MAX_LINES)
    return tuple(read)


def choice(options: Sequence[str]) -> Reader:
    """A reader for one of a few words.

    Parameters
    ----------
    options : sequence of str
        Names in the catalogue's section ``choice``; there each stands with the words that mean it.
    """
    words = texts("choice")
    shown = ", ".join(words[name].partition("|")[0] for name in options)
    meant = {plain(word): name for name in options for word in words[name].split("|")}

    def read(key: str, value: str) -> tuple[str, ...]:
        if plain(value) not in meant:
            raise Unreadable("no-choice", item=key, said=short(value), options=shown)
        return (words[meant[plain(value)]].partition("|")[0],)

    return read


def word(name: str) -> str:
    """How the catalogue shows a meaning of section ``choice``."""
    return texts("choice")[name].partition("|")[0]


def number(key: str, value: str) -> tuple[str, ...]:
    """A reader for a whole number."""
    if not re.fullmatch(r"[0-9]{1,6}", value.strip(), re.ASCII):
        raise Unreadable("no-number", item=key, said=short(value))
    return (str(int(value)),)


def short(value: str, length: int = 30) -> str:
    """At most so many characters of it, all of them printable, to show in a sentence."""
    cut = value if len(value) <= length else value[: length - 1] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut)


def _scalar(value: object) -> str:
    """Text of a string or a whole number, by the base type's own methods; empty for anything else."""
    if isinstance(value, str):
        return str.strip(value) if str.__len__(value) <= MAX_CHARACTERS else ""
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__repr__(value) if int.bit_length(value) <= 64 else ""
    return ""


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(_scalar(part) for part in islice(value, MAX_ITEMS))
    return _scalar(value)


def _limited(value: str) -> str:
    if str.__len__(value) > MAX_CHARACTERS:
        raise Unreadable("long", count=MAX_CHARACTERS)
    return str.strip(value, "\r\n")


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("no-line", type=type(value).__name__)
    line = str.strip(_limited(value))
    if "\n" in line or "\r" in line:
        raise Unreadable("line-break")
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("no-text") from None
    return line
