"""``%load_ext smtplab``: ``%%smtp`` plays the lines of a cell on a session, ``%smtp`` sends one.

Which lines a cell may hold is told in `dialogue_cell`. Without a name the session is fresh and ends with the cell;
with one it stays, and the next cell of that name goes on. A cell whose expectation is not met fails, without traceback.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display

from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.network import Client, LoopbackServer, NoReply
from smtplab.notebook import html, views
from smtplab.notebook.dialogue_cell import CellRun, ExpectationFailed, check_lines, pasted_characters, play
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.logins import hide_secrets
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply

DEFAULT = "default"


class CellView:
    """What a played cell shows: its transcript, explained, and notes on what was typed."""

    def __init__(self, run: CellRun, *, octets: bool = False) -> None:
        self.run = run
        self.octets = octets

    def _repr_html_(self) -> str:
        run = self.run
        shown = views.transcript(
            run.transcript, edition=run.edition, explained=True, octets=self.octets, since=run.since)
        notes = html.element("ul", *(html.element("li", note) for note in run.notes), class_="notes")
        return html.styled(shown, notes if run.notes else None)

    def __repr__(self) -> str:
        run = self.run
        dialogue, lines = Dialogue(run.edition), []
        for number, entry in enumerate(hide_secrets(run.transcript).entries):
            if entry.layer == "outside":
                continue
            steps = dialogue.take(entry.direction, entry.octets, entry.event)
            if number >= run.since:
                lines.append(str(Transcript((entry,))).rstrip("\n"))
                lines += [f"# {meaning.verdict} {meaning.here}" for meaning in map(explain, steps)]
        return "\n".join((*lines, *run.notes))


@magics_class
class SmtpMagics(Magics):
    """The magics, and the sessions that stay."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._sessions: dict[str, tuple[LoopbackServer, Client]] = {}

    @no_var_expand
    @line_cell_magic
    def smtp(self, line: str, cell: str | None = None) -> object:
        """``%smtp LINE`` sends one line; ``%%smtp [name] [--edition 5321] [--octets]`` plays the lines of the cell."""
        try:
            if cell is None:
                return self._send(line)
            self._play(line, cell)
        except ValueError as error:
            raise UsageError(str(error)) from None
        return None

    def _send(self, line: str) -> Reply | NoReply:
        if not line:
            raise UsageError(text("magic.error-no-line"))
        for odd in pasted_characters(line):
            print(text("magic.odd-line", what=odd))
        return self._session(DEFAULT, None)[0].send(line)

    def _play(self, line: str, cell: str) -> None:
        name, edition, octets = read_options(line)
        lines = check_lines(cell)
        with self._lent(name, edition) as (client, is_new):
            run = play(client, lines, edition=client.edition, is_new=is_new)
            display(CellView(run, octets=octets))
        if run.failure:
            raise ExpectationFailed(run.failure)

    @contextmanager
    def _lent(self, name: str, edition: int | None) -> Iterator[tuple[Client, bool]]:
        """A session, and whether it is new: one that stays when it has a name, else one that ends behind."""
        if name:
            yield self._session(name, edition)
            return
        with LoopbackServer(edition=edition or EDITIONS[0]) as server, server.connect() as client:
            yield client, True

    def _session(self, name: str, edition: int | None) -> tuple[Client, bool]:
        """The session of that name; a new one when there is none, or when it is over."""
        server, client = self._sessions.get(name, (None, None))
        if server is not None and client is not None:
            if not client.is_over:
                if edition not in (None, client.edition):
                    raise ValueError(text("magic.error-other-edition", name=repr(name), edition=client.edition))
                return client, False
            server.close()
        server = LoopbackServer(edition=edition or EDITIONS[0])
        client = server.connect()
        self._sessions[name] = server, client
        return client, True

    def close(self) -> None:
        """End every session that stays."""
        for server, client in self._sessions.values():
            client.close()
            server.close()
        self._sessions.clear()


def read_options(line: str) -> tuple[str, int | None, bool]:
    """Name, edition and octets of a ``%%smtp`` line; raises ValueError with one sentence for anything else.

    >>> read_options("mine --edition 5321")
    ('mine', 5321, False)
    """
    words = iter(shlex.split(line))
    name, edition, octets = "", None, False
    for word in words:
        if word == "--octets":
            octets = True
        elif word == "--edition":
            said = next(words, "")
            if said not in map(str, EDITIONS):
                raise ValueError(text("magic.error-edition", said=repr(said)))
            edition = int(said)
        elif word.startswith("-") or name:
            raise ValueError(text("magic.error-option", said=repr(word)))
        else:
            name = word
    return name, edition, octets
