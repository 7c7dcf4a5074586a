"""What RFC 5321 changed in the list of section 4.3.2, at a glance: commands by codes, with a mark on each change.

The marks are derived from `sequences.differences`. A letter without a mark stands in both editions.
"""

from collections import Counter
from dataclasses import dataclass

from smtplab.explain.catalogue import text
from smtplab.notebook import html, views
from smtplab.protocol.sequences import RFC_7504, differences, entries

MARKS = {"added": "+", "removed": "\u2212", "repeat dropped": "2\u21921", "added by RFC 7504": "*"}
"""By `Difference.change`, in the order of the legend."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What the two lists say of one code for one command.

    Attributes
    ----------
    outcome : {"S", "I", "E", ""}
        The RFC's letter; empty where neither list has the code.
    change : str
        `Difference.change`; empty where both list it alike.
    """

    outcome: str = ""
    change: str = ""

    @property
    def mark(self) -> str:
        """The sign of the change; empty without one."""
        return MARKS.get(self.change, "")

    @property
    def key(self) -> str:
        """The change as one word."""
        return self.change.lower().replace(" ", "-") or "same"

    @property
    def says(self) -> str:
        """The change in words; without one, what the letters are."""
        return text(f"editions.{self.key}")

    def __str__(self) -> str:
        """The letter and its mark.

        >>> str(Cell("E", "added")), str(Cell("S"))
        ('E+', 'S')
        """
        return self.outcome + self.mark


@dataclass(frozen=True, slots=True, repr=False)
class EditionDifferences:
    """The matrix of both editions. Make it with `edition_differences`.

    Attributes
    ----------
    codes : tuple of int
        Those of either edition, and of RFC 7504.
    cells : tuple of (str, tuple of Cell)
        A row: the command, and a cell for each code.
    """

    codes: tuple[int, ...]
    cells: tuple[tuple[str, tuple[Cell, ...]], ...]

    @property
    def caption(self) -> str:
        """The counts, in one sentence or two."""
        count = Counter(found.change for found in differences())
        return text(
            "editions.caption", old=len(entries(2821)), new=len(entries(5321)), added=count["added"],
            removed=count["removed"], once=count["repeat dropped"], later=count["added by RFC 7504"],
        )

    @property
    def legend(self) -> tuple[tuple[str, str, str], ...]:
        """Key, sign and words of each change; the letters alone come last."""
        marked = ((cell.key, cell.mark, cell.says) for cell in (Cell("E", change) for change in MARKS))
        return (*marked, (Cell().key, "S I E", Cell().says))

    def to_rows(self) -> list[dict[str, str]]:
        """One row a command: the command, then the letter and mark for each code."""
        return [
            {"command": label, **{str(code): str(cell) for code, cell in zip(self.codes, row, strict=True)}}
            for label, row in self.cells
        ]

    def __str__(self) -> str:
        width = max(len(label) for label, _ in self.cells)
        lines = [(" " * width, map(str, self.codes)), *((label, map(str, row)) for label, row in self.cells)]
        table = (f"{label:<{width}} " + " ".join(f"{cell:<4}" for cell in row).rstrip() for label, row in lines)
        legend = (f"{mark:<5} {words}" for _, mark, words in self.legend)
        return "\n".join((text("editions.title"), "", *table, "", *legend, "", self.caption))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html.styled(views.edition_differences(self))


def edition_differences() -> EditionDifferences:
    """What changed from RFC 2821 to RFC 5321, and then by RFC 7504, as a table with marks.

    >>> found = edition_differences()
    >>> {row["command"]: row["502"] for row in found.to_rows()}["EHLO/HELO"]
    'E+'
    >>> print(found.caption)
    RFC 2821 lists 53 replies, RFC 5321 lists 58: 7 added, 1 removed, 1 no longer listed twice. RFC 7504 adds 2 more.
    """
    listed = (*entries(2821), *entries(5321), *RFC_7504)
    outcomes = {(entry.label, entry.code): entry.outcome for entry in listed}
    changes = {(found.label, found.code): found.change for found in differences()}
    codes = tuple(sorted({entry.code for entry in listed}))
    cells = tuple(
        (label, tuple(Cell(outcomes.get((label, code), ""), changes.get((label, code), "")) for code in codes))
        for label in dict.fromkeys(entry.label for entry in listed)
    )
    return EditionDifferences(codes, cells)
