"""A widget that draws others as its parts: one model in the browser for all, so that they change together.

Data of a part stand below its name, and messages of a part bear it. In the browser `smtplab.place` is the other half.
"""

import weakref
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from smtplab.notebook.widget import Data, Panel


class Holder(Panel):
    """A widget with parts that come and go."""

    @property
    @abstractmethod
    def held(self) -> Mapping[str, Panel]:
        """The parts that are there, by name."""

    def _hold(self, part: Panel) -> None:
        """Draw another widget as a part of this one from now on."""
        part._holder = weakref.ref(self)

    def heard(self, message: object) -> None:
        """Take a message from the browser: one of a part goes there."""
        if not isinstance(message, dict) or "part" not in message:
            super().heard(message)
            return
        name, said = message["part"], {key: said for key, said in message.items() if key != "part"}
        part = self.held.get(name) if isinstance(name, str) else None
        if part is None:  # it has gone, and its words mean something else here
            super().heard({})
            return
        with self.one_change():
            self.notice = ""
            self.heard_of(name, part, said)

    def heard_of(self, name: str, part: Panel, message: Mapping[str, Any]) -> None:
        """Take a message of a part."""
        part.heard(message)

    def fixed(self) -> Data:
        """What never changes, and that of each part."""
        return {**super().fixed(), **{name: part.fixed() for name, part in self.held.items()}}

    def changed(self) -> None:
        """Tell the browser; parts that came since bring their fixed data, together with what they show."""
        if self._live is None or self._changing:
            super().changed()
            return
        with self._live.hold_sync():
            fixed = self.fixed()
            if _parts_of(fixed) != _parts_of(self._live.fixed):
                self._live.fixed = fixed
            super().changed()


def _parts_of(fixed: Data) -> dict[str, str]:
    """The id of each part."""
    return {name: data["id"] for name, data in fixed.items() if isinstance(data, dict) and "id" in data}
