"""What a task is, and what its judge finds: values without any rule about SMTP."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from smtplab.explain.catalogue import text


@dataclass(frozen=True, slots=True)
class Finding:
    """What a judge found in an answer.

    Attributes
    ----------
    points : int
    message : str
        The first thing that differs, or why the answer is right.
    """

    points: int
    message: str


@dataclass(frozen=True, slots=True)
class Task:
    """One task of an exercise.

    Attributes
    ----------
    id : str
        Exercise and task, for example ``"03.2"``.
    of : int
        The most points.
    section : str
        Where it is written, for example ``RFC 2821, section 4.2.1``.
    judge : callable
        Takes any answer; raises `Unreadable` for one that is of no use.
    """

    id: str
    of: int
    section: str
    judge: Callable[[object], Finding]


class Unreadable(Exception):
    """An answer that cannot be read: one sentence says why."""

    def __init__(self, key: str, **names: object) -> None:
        super().__init__(text(f"check.{key}", **names))


def plain(words: str) -> str:
    """Words to compare by: lower case, without marks around them, one blank between them.

    >>> plain(" Not-now. ")
    'not now'
    """
    return " ".join(re.sub(r"[-_\s]+", " ", words).strip(" .!,;:'\"").lower().split())


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a task that is answered by a table.

    Attributes
    ----------
    key : str
        The line's name, as in the answer.
    right : tuple of str
        Each part of it is a point.
    clue : str
        What is said when the answer differs: a fact to look at, never the answer.
    """

    key: str
    right: tuple[str, ...]
    clue: str


Reader = Callable[[str, str], tuple[str, ...]]
"""Reads the value given for a key; raises `Unreadable`."""


def judge_table(id: str, items: tuple[Item, ...], given: Mapping[str, str], read: Reader) -> Finding:
    """Compare a table with what the protocol says, item by item; the first that differs is told.

    Parameters
    ----------
    id : str
        The task's: its catalogue text is what is said when all is right.
    items : tuple of Item
    given : mapping
        The answer, plain key to value.
    read : callable
    """
    points, message = 0, ""
    for item in items:
        try:
            if plain(item.key) not in given:
                raise Unreadable("no-item", item=item.key)
            said = read(item.key, given[plain(item.key)])
        except Unreadable as error:
            message = message or str(error)
            continue
        points += sum(mine == right for mine, right in zip(said, item.right, strict=True))
        if said != item.right and not message:
            message = text("check.differs", item=item.key, said=" ".join(said), clue=item.clue)
    return Finding(points, message or text(f"check.{id}"))
