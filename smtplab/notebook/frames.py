"""Tables as pandas DataFrames, and the matrix of RFC 2821 section 4.3.2: command by code.

pandas takes more than a second to load, so it is loaded when a DataFrame is asked for and not before. The matrix shows
itself without it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from smtplab.explain.catalogue import text
from smtplab.notebook import html, views
from smtplab.protocol import commands, digits, enhanced_codes, limits, machine, reply_codes, sequences
from smtplab.protocol.extensions import extension_rows, keywords_of
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.transcript import Transcript

if TYPE_CHECKING:
    import pandas as pd

Rows = Iterable[Mapping[str, Any]]

TABLES: dict[str, Callable[[int], Rows]] = {
    "codes": lambda edition: reply_codes.reply_code_rows(),
    "commands": lambda edition: commands.command_rows(),
    "differences": lambda edition: sequences.difference_rows(),
    "digits": lambda edition: digits.digit_rows(),
    "enhanced codes": lambda edition: enhanced_codes.enhanced_code_rows(),
    "extensions": lambda edition: extension_rows(),
    "limits": lambda edition: limits.limit_rows(),
    "requirements": lambda edition: machine.requirement_rows(),
    "sequences": sequences.sequence_rows,
    "transitions": machine.transition_rows,
}


def frame(
    what: object, *, edition: int = 2821, extensions: str | Iterable[str] = (), difference: bool = False,
) -> "pd.DataFrame":
    """A DataFrame of a table by name, or of a value that has rows.

    Parameters
    ----------
    what : str or object
        ``"codes"``, ``"commands"``, ``"differences"``, ``"digits"``, ``"enhanced codes"``, ``"extensions"``,
        ``"limits"``, ``"requirements"``, ``"sequences"`` or ``"transitions"``; or a `Transcript`, an `Explanation`, or
        anything else with ``to_rows()``. What logs somebody in is hidden; the record's own ``to_rows()`` has it.
    edition : {2821, 5321}
        For the tables that differ.
    extensions : iterable of str, or ``"all"``
        With ``"transitions"``: whose rows stand there beside the base protocol's.
    difference : bool
        With ``"sequences"``: what changed between the editions, the same as ``"differences"``.

    Raises
    ------
    ValueError
        For a name that is no table; it says which are. For an extension that is not offered.
    TypeError
        For a value without rows.
    """
    return _whole_frame()(list(_rows(what, edition, frozenset(keywords_of(extensions)), difference)))


@lru_cache
def _whole_frame() -> "type[pd.DataFrame]":
    """A DataFrame that shows its texts whole and on the left; pandas alone cuts them at 50 characters."""
    import pandas as pd

    class WholeFrame(pd.DataFrame):
        @property
        def _constructor(self) -> type[pd.DataFrame]:
            return WholeFrame

        def __repr__(self) -> str:
            with pd.option_context("display.max_colwidth", None):
                return super().__repr__()

        def _repr_html_(self) -> str:
            with pd.option_context("display.max_colwidth", None):
                return html.styled(html.Markup(super()._repr_html_()))  # type: ignore[misc]  # escaped by pandas

    return WholeFrame


def _rows(what: object, edition: int, keywords: frozenset[str], difference: bool) -> Rows:
    machine.machine(edition)  # an unknown edition is told there
    if difference:
        if what != "sequences":
            raise ValueError(text("frames.error-difference"))
        return sequences.difference_rows()
    if keywords:
        if what != "transitions":
            raise ValueError(text("frames.error-extensions"))
        return machine.transition_rows(edition, keywords)
    if isinstance(what, str):
        return table(what)(edition)
    to_rows = getattr(what, "to_rows", None)
    if to_rows is None:
        raise TypeError(text("frames.error-value", type=type(what).__name__, names=", ".join(TABLES)))
    rows: Rows = hide_secrets(what).to_rows(edition) if isinstance(what, Transcript) else to_rows()
    return rows


def table(name: str) -> Callable[[int], Rows]:
    """The rows of a table by its name; raises ValueError with the nearest name for an unknown one."""
    found = TABLES.get(name.strip().lower().replace("_", " "))
    if found is None:
        near = get_close_matches(name.lower(), TABLES, n=1, cutoff=0.5)
        key = "frames.error-near" if near else "frames.error-name"
        raise ValueError(text(key, name=repr(name), near=near[0] if near else "", names=", ".join(TABLES)))
    return found


@dataclass(frozen=True)
class Matrix:
    """Which command may get which code: rows in the RFC's order, codes as columns, cells S, I or E.

    Attributes
    ----------
    edition : {2821, 5321}
    codes : tuple of int
    cells : tuple of (str, tuple of str)
        A row: the command, and a cell for each code; empty where the list has no entry, the letter twice where the
        list has the code twice.
    """

    edition: int
    codes: tuple[int, ...]
    cells: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def frame(self) -> "pd.DataFrame":
        """The same as a DataFrame with commands as its index."""
        import pandas as pd

        index = pd.Index([label for label, _ in self.cells], name="command")
        return pd.DataFrame([row for _, row in self.cells], index=index, columns=list(self.codes))

    def to_rows(self) -> list[dict[str, str]]:
        """One row a command: the command, then a cell for each code."""
        return [{"command": label, **dict(zip(map(str, self.codes), row, strict=True))} for label, row in self.cells]

    def __str__(self) -> str:
        width = max(len(label) for label, _ in self.cells)
        lines = [(" " * width, [str(code) for code in self.codes]), *self.cells]
        return "\n".join(f"{label:<{width}} " + " ".join(f"{cell:>3}" for cell in row) for label, row in lines)

    def _repr_html_(self) -> str:
        return html.styled(views.matrix(self.to_rows(), text("frames.matrix", edition=self.edition)))


def matrix(edition: int = 2821) -> Matrix:
    """RFC 2821 section 4.3.2, or RFC 5321's, as a table of commands and codes.

    >>> print(matrix().cells[0][0], matrix().cells[0][1][2])
    CONNECT S
    """
    found = sequences.entries(edition)
    codes = tuple(sorted({entry.code for entry in found}))
    labels = tuple(dict.fromkeys(entry.label for entry in found))
    return Matrix(edition, codes, tuple((label, _cells(found, label, codes)) for label in labels))


def _cells(found: Sequence[sequences.Entry], label: str, codes: Iterable[int]) -> tuple[str, ...]:
    return tuple("".join(e.outcome for e in found if (e.label, e.code) == (label, code)) for code in codes)
