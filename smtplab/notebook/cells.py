"""What a cell leaves behind, and for how long: until it is run again.

IPython keeps the value of every cell for itself, and ipywidgets keeps every widget, so waiting until nobody holds a
console would be waiting forever; while what is only displayed, and has no name, would be gone at once.
"""

import sys
import weakref
from typing import Any, Protocol


class Closable(Protocol):
    """What a cell may make."""

    def close(self) -> None:
        """End it; may be called twice."""


_made: dict[str, tuple[object, list[weakref.ref[Any]]]] = {}
"""By cell: the run in which its consoles were made, and those consoles."""

_shown: dict[str, tuple[object, list[object]]] = {}
"""By cell: the run in which it showed something, and what it showed."""


def replaces_earlier(new: Closable) -> None:
    """Take note that the running cell made `new`, and close what an earlier run of the same cell had made.

    Outside a notebook there are no cells, and nothing happens; so also below.
    """
    cell, run = _running()
    if cell is None:
        return
    earlier, made = _made.get(cell, (run, []))
    if earlier != run:
        for held in made:
            if (old := held()) is not None:
                old.close()
        made = []
    _made[cell] = (run, [*made, weakref.ref(new)])


def keep_while_shown(shown: object) -> None:
    """Keep alive what the running cell shows, until it is run again."""
    cell, run = _running()
    if cell is not None:
        earlier, kept = _shown.get(cell, (run, []))
        _shown[cell] = (run, [*kept, shown] if earlier == run else [shown])


def _running() -> tuple[str | None, object]:
    """The id of the cell that is running, and what tells this run from others."""
    if "IPython" not in sys.modules:
        return None, None
    from IPython import get_ipython

    parent = getattr(get_ipython(), "parent_header", None) or {}
    return parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
