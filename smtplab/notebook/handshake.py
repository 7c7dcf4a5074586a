"""The handshake: do widgets live on this page? Only the browser can tell.

The page sends a message to the kernel, and shows its answer. Until then the static form stands, with the cure: it stays
when the Jupyter server has no anywidget.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from smtplab.explain.catalogue import text
from smtplab.notebook.html import Markup, element, styled
from smtplab.notebook.views import doctor_report
from smtplab.notebook.widget import Data, Panel
from smtplab.setup.doctor import DoctorReport, Finding


class Handshake(Panel):
    """Says whether widgets are live, once the browser has answered.

    Attributes
    ----------
    is_live : bool
        Whether a browser has drawn this widget and reached the kernel.
    page_versions : dict of str
        The versions of ``anywidget`` and of Jupyter's widget ``manager`` on the page, as far as it tells.

    >>> handshake = Handshake()
    >>> print(handshake.finding.sentence.partition(" Does")[0])
    Widgets: not live yet.
    >>> handshake.heard({"anywidget": "0.11.0", "manager": "5.0.16"})
    >>> print(handshake.finding)
    ok  widgets     Widgets: live, with anywidget 0.11.0 and widget manager 5.0.16.
    """

    name = "handshake"
    latest: ClassVar["Handshake | None"] = None  # a widget lives while somebody holds it

    def __init__(self) -> None:
        super().__init__("normal", {}, ())
        self.is_live = False
        self.page_versions: dict[str, str] = {}

    @property
    def finding(self) -> Finding:
        """The handshake as `smtplab.doctor` puts it."""
        if len(self.page_versions) == 2:
            return Finding("widgets", True, text("handshake.live-versions", **self.page_versions))
        if self.is_live:
            return Finding("widgets", True, text("handshake.live"))
        return Finding("widgets", False, text("handshake.not-live"), text("handshake.cure"))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Take what the page says of itself."""
        self.is_live = True
        self.page_versions = {name: str(message[name])[:20] for name in ("anywidget", "manager") if name in message}
        return True

    def view(self) -> Data:
        return {"sentence": self.finding.sentence if self.is_live else ""}

    def fragment(self) -> Markup:
        finding = self.finding
        return element("p", finding.sentence, " ", element("code", finding.cure) if finding.cure else None)

    def __repr__(self) -> str:
        return str(self.finding)


def show_report(report: DoctorReport) -> None:
    """Display a self-check in a notebook, and ask what only the browser can answer."""
    from IPython.display import display

    display({"text/html": styled(doctor_report(report)), "text/plain": str(report)}, raw=True)
    Handshake.latest = Handshake()
    Handshake.latest.show()
