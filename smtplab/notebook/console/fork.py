"""Going back in a console: to any step of the record, and on from there; and the future that was left.

The console talks over one client at a time and keeps at most one other: what was left last. Both are closed with the
console, and when a new session begins; so is the server of each that was copied for it.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from smtplab.explain.catalogue import text
from smtplab.network import Client
from smtplab.network.address import is_loopback
from smtplab.notebook.arguments import tells_slips
from smtplab.notebook.console.talk import Server, Talk, server_of
from smtplab.notebook.diagram.two_ways import NAMES
from smtplab.notebook.futures import view as futures_view
from smtplab.notebook.futures.futures import Futures, after, futures
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import State


class Branch(NamedTuple):
    """A session that the console has, or had and keeps.

    Attributes
    ----------
    client : Client
    names : tuple of (int, int)
        From which step on it is which session, by number: a fork begins with steps of another.
    copy : LoopbackServer, MemoryServer or None
        The server that was made for it alone.
    steps : int
        How many it had when it was left.
    """

    client: Client
    names: tuple[tuple[int, int], ...]
    copy: Server | None = None
    steps: int = 0

    def name_of(self, step: int) -> int:
        """In which session a step was said."""
        return [name for first, name in self.names if first <= step][-1]

    def close(self) -> None:
        """Hang up, and close its own server."""
        self.client.close()
        if self.copy is not None:
            self.copy.close()


class Rewind(Talk):
    """A widget that talks over a client and can go back to a step of it."""

    _here: Branch
    _left: Branch | None = None
    _asked: int | None = None
    _compares = False
    _count = 0

    @abstractmethod
    def _begin(self, branch: Branch) -> None:
        """Talk over this one's client from now on, and close what there is in the end."""

    @abstractmethod
    def _check_open(self) -> None:
        """Raise a ValueError, with a sentence, when all is closed."""

    @property
    def server(self) -> Server | None:
        """The server at hand that the session is on: the console's own or one that was given, or a copy of it."""
        return server_of(self.client)

    @property
    def other(self) -> Client | None:
        """The session that was left when the console went back, or changed over; None when there is none."""
        return self._left.client if self._left is not None else None

    @property
    def futures(self) -> Futures:
        """The two futures side by side: A is the one that was there first.

        Raises
        ------
        ValueError
            When the console has not gone back.
        """
        first, second = self._in_order()
        return futures(first.client, second.client)

    @tells_slips
    def go_back(self, step: int, *, replay: bool = False) -> Client:
        """Go on from an earlier step in another way; the future that is left is kept as `other`.

        Parameters
        ----------
        step : int
            Its number in `exchanges`; 0 is the greeting.
        replay : bool
            For a server that cannot be copied: True says the lines again over a new connection, and mail may be
            delivered twice.

        Returns
        -------
        Client
            The console's new one; its `forked` tells where it comes from.

        Raises
        ------
        TypeError, ValueError
            In a sentence: for what is no step, or one with which the session was over; while a reply is due; for a
            server that cannot be copied, without `replay` or when it is not on this machine.
        """
        old = self.client
        self._check_open()
        if _awaits_a_reply(old):
            raise ValueError(text("console.back_due"))
        if self._must_ask_about(old) and not replay:
            raise ValueError(text("console.back_ask_call", host=old.host, step=step))
        try:
            new = old.fork(step, replay=replay)
        except OSError:
            raise ValueError(text("console.no_server")) from None
        copy = server_of(new) if new.forked is not None and new.forked.is_copy else None
        shared = step + 1 if copy is not None else 0
        names = tuple(found for found in self._here.names if found[0] < shared)
        with self.one_change():
            self._keep(self._here)
            self._begin(Branch(new, (*names, (shared, self._next_name())), copy))
        return new

    def switch(self) -> Client:
        """Go on with the future that was left, and leave this one.

        Raises
        ------
        ValueError
            When there is no other.
        """
        self._check_open()
        if (other := self._left) is None:
            raise ValueError(text("console.no_other"))
        with self.one_change():
            other, self._left = self._as_it_was_left(other), None
            self._keep(self._here)
            self._begin(other)
        return other.client

    def _as_it_was_left(self, branch: Branch) -> Branch:
        """A server gives up a client that says nothing for minutes: then a copy of the session goes on in its place."""
        client = branch.client
        was_alive = client.steps[branch.steps - 1].after.state is not State.CLOSED
        if not (was_alive and client.is_over) or self._must_ask_about(client):
            return branch
        new = client.fork(branch.steps - 1)
        branch.close()
        self.notice = text("console.as_left")
        return branch._replace(client=new, copy=server_of(new))

    def _keep(self, branch: Branch) -> None:
        """Keep this one as the future that was left, in place of another."""
        if self._left is not None:
            self._left.close()
        steps = len(branch.client.exchanges)
        self._left, self._asked, self._compares = branch._replace(steps=steps), None, False

    def _begin_anew(self, client: Client) -> None:
        """Begin another session, and close what there is."""
        for branch in self._branches:
            branch.close()
        self._left, self._asked, self._compares = None, None, False
        self._begin(Branch(client, ((0, self._next_name()),)))

    @property
    def _branches(self) -> tuple[Branch, ...]:
        """What the console has: the session that goes on, and the one that was left."""
        return (self._here,) if self._left is None else (self._here, self._left)

    def _next_name(self) -> int:
        self._count += 1
        return self._count

    def _in_order(self) -> tuple[Branch, Branch]:
        """Both, that which was there first before the other."""
        if self._left is None:
            raise ValueError(text("console.no_other"))
        first, second = sorted((self._here, self._left), key=lambda branch: branch.names[-1][1])
        return first, second

    def _must_ask_about(self, client: Client) -> bool:
        """True when its server cannot be copied, so that lines must be said again."""
        return client.keeps is None

    # What the browser draws, and what it asks for

    def _fork_view(self, exchanges: Sequence[Exchange]) -> Data:
        """Which steps can be gone back to, and what is told of the one that the console went back to."""
        return {
            "steps": self._steps_back(exchanges), "question": self._question(), "bar": self._bar(),
            "futures": futures_view.data(self.futures, self._name_here()) if self._compares and self._left else None,
        }

    def _steps_back(self, exchanges: Sequence[Exchange]) -> dict[str, str]:
        """The label of the button, for each step that one can go back to: not the last, and none once all was over."""
        if _awaits_a_reply(self.client):
            return {}
        return {str(number): text("console.back_to", step=number, after=after(step))
                for number, step in enumerate(exchanges[:-1]) if step.after.state is not State.CLOSED}

    def _question(self) -> str:
        if self._asked is None:
            return ""
        return text("console.back_ask", host=f"{self.client.host}:{self.client.port}", step=self._asked)

    def _bar(self) -> Data | None:
        if self._left is None:
            return None
        first, second = (branch.client for branch in self._in_order())
        is_back, forked = second is self.client, second.forked
        at = forked.at if forked is not None else 0
        told = text("console.went_back" if is_back else "console.took_other", step=at, after=after(first.steps[at]))
        return {"told": told, "note": str(forked) if is_back else ""}

    def _name_here(self) -> str:
        return NAMES[self._in_order().index(self._here)]

    def _do_fork(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked about going back."""
        match message:
            case {"do": "back", "step": int(step)}:
                must_ask = self._must_ask_about(self.client)
                if must_ask and is_loopback(self.client.host):
                    self._asked = step
                else:
                    self.go_back(step, replay=must_ask)
            case {"do": "back-yes"} if self._asked is not None:
                step, self._asked = self._asked, None
                self.go_back(step, replay=True)
            case {"do": "back-no"}:
                self._asked = None
            case {"do": "switch"}:
                self.switch()
            case {"do": "compare", "on": bool(on)}:
                self._compares = on
            case _:
                return False
        return True


def _awaits_a_reply(client: Client) -> bool:
    """True while one may still come: once the connection is gone, none will."""
    return not (client.is_quiet or client.is_over)
