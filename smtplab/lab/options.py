"""What an option of a world may be: a wrong value is told in a sentence where it is given, not in mid-session."""

import re
from collections.abc import Iterable
from enum import StrEnum
from math import isfinite
from typing import TypeVar

Member = TypeVar("Member", bound=StrEnum)

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

LONGEST_WAIT_S = 604_800.0
"""A week; what waits for sockets takes no more than some 24 days."""


def member(name: str, value: object, kind: type[Member]) -> Member:
    """The member of an enumeration, also from its text.

    >>> from smtplab.lab.world import Offer
    >>> member("vrfy", "of", Offer)
    Traceback (most recent call last):
        ...
    ValueError: vrfy is 'of'; it must be one of 'on', 'off', 'unknown'.
    """
    try:
        return kind(value)  # type: ignore[arg-type]  # any value may be asked for
    except ValueError:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(repr, map(str, kind)))}.") from None


def each(name: str, value: object, kind: type, container: type[Iterable[object]] = tuple) -> None:
    """Refuse what is no tuple (or other container), or holds something of another kind."""
    if not isinstance(value, container):
        raise TypeError(f"{name} is of type {type(value).__name__}; it must be a {container.__name__}.")
    for found in value:
        if not isinstance(found, kind):
            raise TypeError(f"{name} holds {found!r}; it must hold values of type {kind.__name__} only.")


def among(name: str, value: Iterable[object], known: tuple[str, ...], said: str) -> None:
    """Refuse a member that is not among the known ones, or stands there twice."""
    found = tuple(value)
    for member in found:
        if member not in known:
            raise ValueError(f"{name} holds {member!r}; {said} {', '.join(known)}.")
        if found.count(member) > 1:
            raise ValueError(f"{name} holds {member!r} twice.")


def whole(name: str, value: object, least: int = 0) -> None:
    """Refuse what is no whole number, or too small; the least values over 0 are the RFC's."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; it must be a whole number.")
    if value < least:
        source = "RFC 2821 section 4.5.3.1 asks for" if least else "it must be"
        raise ValueError(f"{name} is {value}; {source} {least} or more.")


def seconds(name: str, value: object) -> None:
    """Refuse what is no time to wait."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; it must be a number of seconds.")
    if not (isfinite(value) and 0 < value <= LONGEST_WAIT_S):
        raise ValueError(f"{name} is {value}; it must be more than 0 and at most a week ({LONGEST_WAIT_S:g}).")


def switch(name: str, value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; it must be True or False.")


def words(**values: object) -> None:
    """Refuse whatever is no text of at least one character."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} is {value!r}; it must be a text.")
        if not value:
            raise ValueError(f"{name} is empty; it must be a text.")


def domain_name(name: str, value: object) -> None:
    """Refuse what is no domain name."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}; it must be a text.")
    if not _DOMAIN.fullmatch(value):
        raise ValueError(f"{name} is {value!r}; it must be a domain name such as 'lab.example'.")
