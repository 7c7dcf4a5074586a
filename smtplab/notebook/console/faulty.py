"""A console on a server that can be made to misbehave: faults to set and clear, time to let pass, both sides shown."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.network.server_faults import ServerFaults
from smtplab.notebook.arguments import tells_slips
from smtplab.notebook.console import faults as console_faults
from smtplab.notebook.console.talk import Server, Talk
from smtplab.notebook.widget import Data


class Faulty(Talk):
    """A widget that talks over a client, on a server whose faults are at hand."""

    _faults_set = 0

    @property
    @abstractmethod
    def server(self) -> Server | None:
        """The server at hand, if it is one of ours."""

    @property
    def faults(self) -> ServerFaults:
        """What is made to happen on the server: ``console.faults.add("RCPT#2 -> 452")``.

        Raises
        ------
        ValueError
            When the console talks to a server that is not smtplab's.
        """
        return self._server_of_ours.faults

    @tells_slips
    def let_pass(self, seconds: float) -> None:
        """Let the server's clock jump: a reply that is late comes, a greylisted sender has waited."""
        with self.one_change():
            self._server_of_ours.advance(seconds)

    @property
    def both_sides(self) -> str:
        """Where server and client stand, when a fault made them differ; empty when they agree."""
        return console_faults.both_sides(self.server, self.client) if self.server is not None else ""

    @property
    def _server_of_ours(self) -> Server:
        if self.server is None:
            raise ValueError(text("faults.not_ours"))
        return self.server

    @contextmanager
    def short_patience(self) -> Iterator[None]:
        """Where faults are set, or were, no click waits long for a reply; it is shown when it comes."""
        client, patience_s = self.client, self.client.timeout_s
        if self.server is not None and (len(self.server.faults) or self.server.faults.have_fired):
            client.timeout_s = min(patience_s, console_faults.PATIENCE_S)
        try:
            yield
        finally:
            client.timeout_s = patience_s

    def _faults_view(self) -> Data | None:
        return console_faults.panel(self.server, self._faults_set) if self.server is not None else None

    def _do_with_faults(self, message: Mapping[str, Any]) -> bool:
        """What is clicked and typed in the panel of faults."""
        match message:
            case {"do": "set-fault", "text": str(said)}:
                self.faults.add(said)
                self._faults_set += 1
                self.notice = text("console.fault_is_set")
            case {"do": "clear-fault", "text": str(said)}:
                self.faults.remove(said)
            case {"do": "clear-faults"}:
                self.faults.clear()
            case {"do": "let-pass", "amount": str(amount), "unit": str(unit)}:
                self.let_pass(console_faults.seconds_of(amount, unit))
                self.notice = text("console.passed", amount=amount, unit=unit)
            case _:
                return False
        return True
