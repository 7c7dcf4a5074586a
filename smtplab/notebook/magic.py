"""``%load_ext smtplab``: ``%%smtp`` plays the lines of a cell on a session, ``%smtp`` sends one.

Which lines a cell may hold is told in `dialogue_cell`. Without a name the session is fresh and ends with the cell;
with one it stays, and the next cell of that name goes on. A cell whose expectation is not met fails, without traceback.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display

from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.network import Client, LoopbackServer, NoReply
from smtplab.network.host import OFFERED_BY_DEFAULT
from smtplab.notebook import html, views
from smtplab.notebook.dialogue_cell import CellRun, ExpectationFailed, check_lines, pasted_characters, play
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.extensions import keywords_of
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.secrecy import hide_secrets
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
        """``%smtp LINE`` sends one line; ``%%smtp [name]`` plays the lines of the cell (see `CellOptions`)."""
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
        return self._session(CellOptions(DEFAULT))[0].send(line)

    def _play(self, line: str, cell: str) -> None:
        options = read_options(line)
        lines = check_lines(cell)
        with self._lent(options) as (client, is_new):
            run = play(client, lines, edition=client.edition, is_new=is_new)
            display(CellView(run, octets=options.octets))
        if run.failure:
            raise ExpectationFailed(run.failure)

    @contextmanager
    def _lent(self, options: "CellOptions") -> Iterator[tuple[Client, bool]]:
        """A session, and whether it is new: one that stays when it has a name, else one that ends behind."""
        if options.name:
            yield self._session(options)
            return
        with options.server() as server, server.connect() as client:
            yield client, True

    def _session(self, options: "CellOptions") -> tuple[Client, bool]:
        """The session of that name; a new one when there is none, or when it is over."""
        server, client = self._sessions.get(options.name, (None, None))
        if server is not None and client is not None:
            if not client.is_over:
                if options.edition not in (None, client.edition):
                    name = repr(options.name)
                    raise ValueError(text("magic.error-other-edition", name=name, edition=client.edition))
                if options.extensions not in (None, server.world.extensions):
                    raise ValueError(text("magic.error-other-extensions", name=repr(options.name)))
                return client, False
            server.close()
        server = options.server()
        client = server.connect()
        self._sessions[options.name] = server, client
        return client, True

    def close(self) -> None:
        """End every session that stays."""
        for server, client in self._sessions.values():
            client.close()
            server.close()
        self._sessions.clear()


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What stands behind ``%%smtp``: ``[name] [--edition 5321] [--extensions all] [--octets]``.

    Attributes
    ----------
    name : str
        Of a session that stays; empty: one that ends with the cell.
    edition : {2821, 5321} or None
    extensions : tuple of str or None
    octets : bool
        Unfold the record of octets and times.
    """

    name: str = ""
    edition: int | None = None
    extensions: tuple[str, ...] | None = None
    octets: bool = False

    def server(self) -> LoopbackServer:
        """A new server as asked for."""
        extensions = OFFERED_BY_DEFAULT if self.extensions is None else self.extensions
        return LoopbackServer(edition=self.edition or EDITIONS[0], extensions=extensions)


def read_options(line: str) -> CellOptions:
    """Read them; raises ValueError with one sentence for anything else.

    >>> read_options("mine --edition 5321 --extensions SIZE,AUTH")
    CellOptions(name='mine', edition=5321, extensions=('SIZE', 'AUTH'), octets=False)
    """
    words = iter(shlex.split(line))
    options = CellOptions()
    for word in words:
        if word == "--octets":
            options = replace(options, octets=True)
        elif word == "--extensions":
            options = replace(options, extensions=keywords_of(next(words, "")))
        elif word == "--edition":
            said = next(words, "")
            if said not in map(str, EDITIONS):
                raise ValueError(text("magic.error-edition", said=repr(said)))
            options = replace(options, edition=int(said))
        elif word.startswith("-") or options.name:
            raise ValueError(text("magic.error-option", said=repr(word)))
        else:
            options = replace(options, name=word)
    return options
