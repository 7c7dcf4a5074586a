"""How a scenario that cannot be is told: by file, line and column, with what was wrong and what is possible."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from smtplab.explain.catalogue import text


class ScenarioError(ValueError):
    """A scenario that cannot be.

    Attributes
    ----------
    file : str
    line, column : int
        Both from 1.
    problem : str
        What was wrong and what is possible, in one or two sentences.
    """

    def __init__(self, file: str, line: int, column: int, problem: str) -> None:
        super().__init__(text(
            "scenario.error", file=spelled_out(file), line=line, column=column, problem=spelled_out(problem)))
        self.file, self.line, self.column, self.problem = file, line, column, problem


class Trouble(ValueError):
    """Something wrong at a place of one line, before the line is known; the place counts from 0."""

    def __init__(self, place: int, problem: str) -> None:
        super().__init__(problem)
        self.place, self.problem = place, problem


def spelled_out(foreign: object) -> str:
    r"""Text that a terminal only shows: a character that would steer it stands as its escape.

    >>> print(spelled_out("\x1b[31mred"))
    \x1b[31mred
    """
    return "".join(
        character if character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape").decode() for character in str(foreign)
    )


def possible(said: str, known: Iterable[str]) -> str:
    """The nearest known word; all of them when none is near.

    >>> possible("sya", ("say", "ask"))
    "Did you mean 'say'?"
    """
    words = sorted(known)
    near = get_close_matches(said, words, n=1, cutoff=0.5)
    if near:
        return text("scenario.near", word=repr(near[0]))
    return text("scenario.known", words=", ".join(words))
