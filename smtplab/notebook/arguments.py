"""What somebody gives to a method, looked at before it is used: a slip is told in a sentence."""

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from smtplab.explain.catalogue import text

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 60
"""Characters of a wrong value that are shown."""


def quoted(value: object) -> str:
    """A wrong value as Python writes it, cut short where it is long.

    >>> quoted("yes"), len(quoted("x" * 100_000))
    ("'yes'", 60)
    """
    try:
        said = repr(value)
    except Exception:  # a number of more digits than Python writes, lists without end in each other, a slip of its own
        said = f"<{type(value).__name__}>"
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 4]} ..."


def check_switch(name: str, value: object) -> None:
    """Raise ValueError, in a sentence, for what is neither on nor off."""
    if not isinstance(value, bool):
        raise ValueError(text("widget.switch", name=name, value=quoted(value)))


def no_option(name: str, option: str, options: tuple[str, ...]) -> str:
    """That there is no such keyword, with the nearest one, or all."""
    near = get_close_matches(option, options, 1)
    if near:
        return text("widget.unknown-option", name=name, option=quoted(option), near=repr(near[0]))
    return text("widget.unknown-options", name=name, option=quoted(option), options=", ".join(options))


def tells_slips(method: Callable[P, R]) -> Callable[P, R]:
    """Have it told in a sentence when something is missing, or is too much; Python's own words name no example.

    >>> tells_slips(lambda kind, moves: None)("yes")
    Traceback (most recent call last):
        ...
    TypeError: Missing: moves. Write <lambda>(kind, moves).
    """
    shape = inspect.signature(method)

    @wraps(method)
    def call(*args: P.args, **given: P.kwargs) -> R:
        try:
            shape.bind(*args, **given)
        except TypeError:
            raise TypeError(_slip(method.__name__, shape, args, given)) from None
        return method(*args, **given)

    return call


def _slip(name: str, shape: inspect.Signature, args: tuple[Any, ...], given: dict[str, Any]) -> str:
    """What is wrong with a call that does not fit."""
    known = [each for each in shape.parameters.values() if each.name != "self" and each.kind is not each.VAR_KEYWORD]
    names = tuple(each.name for each in known)
    by_place = [each.name for each in known if each.kind is each.POSITIONAL_OR_KEYWORD]
    count = len(args) - ("self" in shape.parameters)
    usage = f"{name}({', '.join(each.name for each in known if each.default is each.empty)})"
    if unknown := [option for option in given if option not in names]:
        return no_option(name, unknown[0], names) if names else text("widget.surplus", usage=usage)
    filled = {*by_place[:count], *given}
    missing = [each.name for each in known if each.default is each.empty and each.name not in filled]
    if missing and count <= len(by_place):
        return text("widget.missing", names=", ".join(missing), usage=usage)
    return text("widget.surplus", usage=f"{name}({', '.join(names)})")
