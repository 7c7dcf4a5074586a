"""What the widgets share: a static form first, then the live one; and the same class driven by methods.

A live widget is never the only output. Its static form is displayed before it, as an output of its own, and gives way
once the widget has been drawn and Python has answered it. Where the Jupyter server cannot draw widgets, and where there
is no Python (an export, a page opened later), the static form stays.
"""

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from smtplab.explain.catalogue import text, texts
from smtplab.notebook.arguments import no_option, quoted
from smtplab.notebook.cells import keep_while_shown
from smtplab.notebook.html import Markup, element, styled

if TYPE_CHECKING:
    from smtplab.notebook.live import Live

Data = dict[str, Any]
"""What crosses to the browser: plain values, and nothing of it is HTML."""

SIZES = ("normal", "projector")
LONGEST_MESSAGE = 1024 * 1024
"""Characters that a text from the browser may have."""


class Panel(ABC):
    """A widget of three forms.

    Subclasses give `name` (of their script and of their section in the catalogue), their data, and their static form.

    Parameters
    ----------
    size : {"normal", "projector"}
    unknown : mapping
        Keywords that the subclass does not know; any raises a TypeError with advice.
    options : iterable of str
        Those it knows.
    """

    name: str

    def __init__(self, size: str, unknown: Mapping[str, object], options: Iterable[str]) -> None:
        if unknown:
            raise TypeError(no_option(type(self).__name__, next(iter(unknown)), tuple(options)))
        if size not in SIZES:
            raise ValueError(text("widget.size", size=quoted(size)))
        self.size = size
        self.notice = ""
        self._id = uuid4().hex
        self._live: Live | None = None
        self._drawing = threading.RLock()
        self._changing = 0
        self._holder: weakref.ref[Panel] | None = None

    @abstractmethod
    def view(self) -> Data:
        """The data that changes."""

    @abstractmethod
    def fragment(self) -> Markup:
        """The static form, without style sheet."""

    @abstractmethod
    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out a message from the browser; False when it is none of ours."""

    def fixed(self) -> Data:
        """The data that never changes."""
        return {"id": self._id, "size": self.size, "words": self.words()}

    def words(self) -> dict[str, str]:
        """The strings of this widget by name, for the browser."""
        return {**texts(self.name), "gone": text("widget.gone")}

    def heard(self, message: object) -> None:
        """Take a message from the browser. One that makes no sense is answered with a sentence, never an error."""
        if message == {"do": "hello"}:  # a page has drawn the widget, and asks whether anybody is here
            if self._live is not None:
                self._live.send({"answer": "hello"})
            return
        with self.one_change():
            self.notice = ""
            try:
                understood = _is_sound(message) and self.do(message)  # type: ignore[arg-type]  # _is_sound says so
            except (TypeError, ValueError) as error:
                understood, self.notice = True, str(error)
            if not understood:
                self.notice = text("widget.malformed")

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """However much changes inside, the browser is told once, at the end."""
        self._changing += 1
        try:
            yield
        finally:
            self._changing -= 1
            self.changed()

    def changed(self) -> None:
        """Tell the browser, if one is looking, and the widget that holds this one. May be called from any thread."""
        with self._drawing:
            if self._changing:
                return
            if self._live is not None:
                self._live.view = self.view()
        holder = self._holder() if self._holder is not None else None
        if holder is not None:
            holder.changed()

    def show(self) -> None:
        """Display the static form, then the live one."""
        from IPython.display import display

        cure = element("p", text("widget.cure"), class_="soft")
        static = styled(element("div", self.fragment(), cure, class_=self.size, data_smtplab_static=self._id))
        display({"text/html": static, "text/plain": str(self)}, raw=True)
        with self._drawing:
            if self._live is None:
                from smtplab.notebook.live import live_class

                self._live = live_class(self.name)(self, fixed=self.fixed(), view=self.view())
                weakref.finalize(self, self._live.close).atexit = False
        keep_while_shown(self)
        display(self._live)

    _ipython_display_ = show


def _is_sound(message: object) -> bool:
    """True for a dict of short texts under text keys."""
    return isinstance(message, dict) and all(
        isinstance(key, str) and isinstance(value, str | int) and len(str(value)) <= LONGEST_MESSAGE
        for key, value in message.items()
    )
