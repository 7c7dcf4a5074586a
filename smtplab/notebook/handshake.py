"""The handshake: do widgets live on this page? Only the browser can tell.

A message goes from the page to the kernel and its answer back. Until it has come, the static line stands, with the
cure; when the Jupyter server lacks the kernel's anywidget, the widget never runs and the line stays.
"""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets
from IPython.display import display

from smtplab.explain.catalogue import text
from smtplab.notebook.html import element, styled
from smtplab.setup.doctor import DoctorReport, Finding


class Handshake(anywidget.AnyWidget):
    """Says whether widgets are live, once the browser has answered.

    Attributes
    ----------
    is_live : bool
        Whether a browser has shown this widget and reached the kernel.
    page_versions : dict of str
        The versions of anywidget and of Jupyter's widget manager on the page, as far as it tells.

    >>> handshake = Handshake()
    >>> handshake.finding.is_well
    False
    >>> handshake.answer({"anywidget": "0.11.0", "manager": "5.0.17"})
    >>> handshake.finding.sentence
    'Widgets: live, with anywidget 0.11.0 and widget manager 5.0.17.'
    """

    _esm = Path(__file__).parent / "static" / "handshake.js"
    _key = traitlets.Unicode().tag(sync=True)
    _sentence = traitlets.Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__(_key=uuid4().hex)
        self.is_live = False
        self.page_versions: dict[str, str] = {}
        self.on_msg(lambda _widget, versions, _buffers: self.answer(versions))

    def answer(self, versions: Mapping[str, Any]) -> None:
        """Take what the page says of itself, and answer it."""
        self.is_live = True
        self.page_versions = {name: str(versions[name])[:20] for name in ("anywidget", "manager") if name in versions}
        self._sentence = self.finding.sentence

    @property
    def finding(self) -> Finding:
        """The handshake as `smtplab.doctor` puts it."""
        if len(self.page_versions) == 2:
            return Finding("widgets", True, text("widgets.live-versions", **self.page_versions))
        if self.is_live:
            return Finding("widgets", True, text("widgets.live"))
        version = importlib.metadata.version("anywidget")
        cure = text("widgets.cure", version=version)
        return Finding("widgets", False, text("widgets.not-live"), cure)

    def show(self) -> None:
        """Display the static line as an output of its own, then the widget, which hides it once it is answered."""
        said = f"{self.finding.sentence} {self.finding.cure}".rstrip()
        line = styled(element("p", said, data_smtplab_static=self._key))
        display({"text/plain": said, "text/html": line}, raw=True)
        display(self)

    def __repr__(self) -> str:
        return f"Handshake({self.finding.sentence})"


def show_report(report: DoctorReport) -> None:
    """Display a self-check in a notebook, with the one question that only the browser can answer."""
    lines = (element("div", line) for line in str(report).splitlines())
    display({"text/plain": str(report), "text/html": styled(element("pre", *lines))}, raw=True)
    Handshake().show()
