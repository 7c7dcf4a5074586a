"""What a terminal shows well: how wide it is, and rows of a table as text, or as CSV."""

import csv
import io
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

Rows = Sequence[Mapping[str, object]]


def width_of(out: TextIO, most: int = sys.maxsize) -> int:
    """How many columns there are to write in; `most` where that is less, or where no terminal is."""
    return min(most, shutil.get_terminal_size().columns) if out.isatty() else most


def format_rows(rows: Rows, columns: Sequence[str], width: int) -> str:
    """Lay `rows` out in aligned columns, the last one cut where the terminal ends.

    >>> print(format_rows([{"code": 250, "name": "done"}, {"code": 354, "name": "start mail"}], ("code", "name"), 12))
    code  name
    250   done
    354   start…
    """
    cells = [tuple(columns), *(tuple(_text(row[column]) for column in columns) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(_cut(line.rstrip(), width) for line in lines)


def format_csv(rows: Rows) -> str:
    """Write `rows` with all their columns, as RFC 4180 has it but with plain line ends.

    >>> format_csv([{"code": 250, "said": "OK, done"}])
    'code,said\\n250,"OK, done"\\n'
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"
