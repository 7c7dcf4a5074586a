"""The curtain of a desk: while it is drawn, nothing on the screen tells what came, before the instructor lifts it.

A reply is not the only thing that tells: so does a state, a count of a fault that has happened, a control that is gone.
So what the class sees is the console as it stood before, with what was sent since, and a row in place of the reply.
"""

from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.notebook.console.view import lines_said, shortened
from smtplab.notebook.html import readable
from smtplab.notebook.widget import Data
from smtplab.protocol.secrecy import HIDDEN
from smtplab.protocol.wire import encode

if TYPE_CHECKING:
    from smtplab.network import Client


class Curtain:
    """What a console's class may see of it.

    Attributes
    ----------
    is_drawn : bool
        True: what comes stays hidden until `lift`.
    """

    def __init__(self) -> None:
        self.is_drawn = False
        self.lift()

    def lift(self) -> None:
        """Show what is hidden; the next that comes is hidden again."""
        self._seen: tuple[Client, Data, int] | None = None  # shown last, with lines said until then
        self._before: Data | None = None  # what was shown before something came that is hidden now
        self._sent: list[bytes] = []  # since then

    @property
    def covers(self) -> bool:
        """True while something is hidden."""
        return self._before is not None

    def look(self, client: "Client", now: Data) -> None:
        """Take note of what there is to see now. Another session hides nothing yet."""
        if self._seen is not None and self._seen[0] is not client:
            self.lift()
        if not self.is_drawn:
            return
        said = lines_said(client.transcript)
        if self._before is None and self._seen is not None and _came(now) != _came(self._seen[1]):
            self._before = self._seen[1]
        if self._before is None or self._seen is None:
            self._seen = client, now, len(said)
        self._sent = said[self._seen[2] :]

    def shown(self, now: Data) -> Data:
        """What the class sees of it."""
        return now if self._before is None else _covered(self._before, now, self._sent)


def _came(view: Data) -> tuple[object, ...]:
    """What the wire has a part in: all that a class could tell a reply from, or that none comes."""
    replies = [row for row in view["rows"] if row["kind"] != "sent"]
    return replies, view["state"], view["explanation"], view["both"], view["envelope"]


def _covered(before: Data, now: Data, sent: list[bytes]) -> Data:
    """A console's view as it was before a reply, with what was sent since, and a row in place of the reply."""
    rows = [*before["rows"], *_sent_rows(sent)]
    curtain = _row(f"curtain-{len(rows)}", "reply", "server", text("desk.curtain")) | {"mark": "?"}
    return before | {"rows": [*rows, curtain], "explanation": None, "details": [], "notice": now["notice"],
                     "history": now["history"], "draft": now["draft"], "faults": _faults(before, now)}


def _sent_rows(lines: list[bytes]) -> list[Data]:
    """A row for each line, whether it has been answered or not: a console draws the two in different ways.

    An answer in a login is left out: that the form went on to it tells that the server asked.
    """
    lines = [line for line in lines if line != encode(HIDDEN)]
    return [_row(f"curtain-sent-{len(lines)}-{number}", "sent", "you", readable(line))
            for number, line in enumerate(shortened(lines))]


def _row(name: str, kind: str, who: str, line: str) -> Data:
    """A row whose name tells nothing of what comes meanwhile, or a screen reader would say so."""
    return {"id": name, "kind": kind, "who": text(f"console.{who}"), "mark": "", "digit": 0, "note": "",
            "secret": False, "lines": [["", line]]}


def _faults(before: Data, now: Data) -> Data | None:
    """The faults that are set, with the counts that they had; one that was set since has none to show."""
    panel: Data | None = now["faults"]
    if panel is None:
        return None
    counts = {fault["text"]: fault["fired"] for fault in (before["faults"] or {"set": []})["set"]}
    return panel | {"set": [fault | {"fired": counts.get(fault["text"], "")} for fault in panel["set"]]}
