"""Options of a world in a scenario: ``extensions=all greylist_s=300 certificate="wrong name"``.

Which options there are, and of what kind each is, is read from `World` itself; a value is checked by it too.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import get_type_hints

from smtplab.course.scenario_error import Trouble, possible
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.protocol.extensions import keywords_of

_PIECE = re.compile(r'(?P<name>\w+)=(?P<value>"[^"]*"|[^\s"]*)(?=\s|$)|(?P<other>\S+)')


def _switch(said: str) -> bool:
    return {"yes": True, "no": False}[said]


def _words(said: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, said.split(","))))


def _seconds_or_never(said: str) -> float | None:
    return None if said == "never" else float(said)


_READERS: dict[object, tuple[str, Callable[[str], object]]] = {
    bool: ("switch", _switch), int: ("whole", int), float: ("number", float), str: ("text", str),
    float | None: ("never", _seconds_or_never), tuple[str, ...]: ("words", _words),
    frozenset[str]: ("words", lambda said: frozenset(_words(said))),
}
"""By the type of an option: how its value is written (a name in the catalogue), and how it is read."""


@lru_cache
def readers() -> dict[str, tuple[str, Callable[[str], object]]]:
    """The options that a scenario can set, each with the name of its form and its reader."""
    found: dict[str, tuple[str, Callable[[str], object]]] = {}
    for name, hint in get_type_hints(World).items():
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            found[name] = ("text", str)  # the world knows its members
        elif hint in _READERS:
            found[name] = _READERS[hint]
    return {**found, "extensions": ("words", keywords_of)}


def read_options(said: str, before: dict[str, object]) -> dict[str, object]:
    """Options as said, on top of those set before.

    Raises
    ------
    Trouble
        With the place in `said`, from 0.

    Examples
    --------
    >>> read_options('greylist_s=300 certificate="wrong name" takes_mail=no', {})
    {'greylist_s': 300.0, 'certificate': 'wrong name', 'takes_mail': False}
    """
    options: dict[str, object] = {}
    places: dict[str, int] = {}
    for piece in _PIECE.finditer(said):
        name, value = piece["name"], (piece["value"] or "").strip('"')
        if name is None:
            raise Trouble(piece.start(), text("scenario.option-form", said=piece["other"]))
        if name not in readers():
            raise Trouble(piece.start(), text("scenario.option", said=name, possible=possible(name, readers())))
        form, read = readers()[name]
        try:
            options[name] = read(value)
        except (KeyError, ValueError) as error:
            problem = text("scenario.value", name=name, value=value, form=text(f"scenario.form-{form}"))
            raise Trouble(piece.start("value"), str(error) if name == "extensions" else problem) from None
        places[name] = piece.start("value")
    if not options:
        raise Trouble(0, text("scenario.option-none"))
    try:
        World(**{**before, **options})  # type: ignore[arg-type]  # told right below
    except (TypeError, ValueError) as error:
        about = str(error).split(maxsplit=1)[0]
        raise Trouble(places.get(about, min(places.values())), str(error)) from None
    return options
