"""Plays a scenario on a server, and gives what is seen at each "next" as a value.

All is played before the first frame is shown, so going back and jumping are moves of an index. What did not go as
written is told in the frame where it was seen, and the scenario goes on.
"""

import time
from collections.abc import Callable, Iterator

from smtplab.course.scenario import Scenario
from smtplab.course.scenario_frame import Frame
from smtplab.course.scenario_shown import Shown
from smtplab.course.scenario_steps import (
    Ask,
    Change,
    ClearFaults,
    Connect,
    Expect,
    HangUp,
    Mismatch,
    Note,
    Say,
    Send,
    SetFault,
    Step,
    Told,
    Wait,
)
from smtplab.lab import Message
from smtplab.network import Client, LoopbackServer, memory_server
from smtplab.network.memory import MemoryServer
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript

Server = MemoryServer | LoopbackServer

SETTLE_S = 2.0
"""The longest wait for what needs no time: octets to cross a socket, the end of a connection to be seen."""

LOOK_S = 0.002

IMPATIENT_S = 0.1
"""How long each further reply is waited for in a session where one did not come: a silent server stays silent."""


def play(scenario: Scenario, server: Server | None = None) -> tuple[Frame, ...]:
    """Play a scenario.

    Parameters
    ----------
    scenario : Scenario
    server : MemoryServer or LoopbackServer, optional
        A new one of ``scenario.world``; by default one in memory.

    Examples
    --------
    >>> scenario = Scenario.parse("@title Hello\\n@say It greets.\\nS: 220 lab.example SMTP service ready\\n")
    >>> [str(frame.transcript) for frame in play(scenario)]
    ['', 'S: 220 lab.example SMTP service ready\\n']
    """
    if server is not None:
        return Playing(scenario, server).all()
    with memory_server(scenario.world) as own:
        return Playing(scenario, own).all()


class Playing:
    """The variables of one playing."""

    def __init__(self, scenario: Scenario, server: Server) -> None:
        self.scenario, self.server = scenario, server
        self.clients: list[Client] = []
        self.shown = Shown()
        self.index = 0
        self.waited_s = 0.0
        self.narration = self.note = ""
        self.question: Ask | None = None
        self.server_session: Session | None = None
        self.messages: tuple[Message, ...] = ()
        self.faults: tuple[tuple[str, int], ...] = ()

    @property
    def client(self) -> Client | None:
        """The one that the scenario speaks of now."""
        return self.clients[-1] if self.clients else None

    def all(self) -> tuple[Frame, ...]:
        """Play to the end, and leave no connection open."""
        try:
            return tuple(self.frames())
        finally:
            for client in self.clients:
                client.close()

    def frames(self) -> Iterator[Frame]:
        """A frame for all words that stand together, and for each deed with what must follow it."""
        steps = self.scenario.steps
        at = 0
        while at < len(steps):
            first, begin, mismatch = steps[at], at, None
            if isinstance(first, Told):
                at = self.tell(at)
            else:
                self.question = None
                at, mismatch = self.do(at)
            is_alone = at == begin + 1 and not mismatch
            if is_alone and isinstance(first, Unseen):
                continue  # there is nothing to see yet
            if is_alone and isinstance(first, Send) and isinstance(steps[min(at, len(steps) - 1)], Told):
                continue  # it is seen together with what is told about it
            yield self.frame(first.line, mismatch)

    def frame(self, line: int, mismatch: Mismatch | None) -> Frame:
        edition = self.client.edition if self.client is not None else self.scenario.world.edition
        self.index += 1
        return Frame(
            self.index - 1, line, self.narration, self.note, self.question, len(self.clients), edition,
            self.shown.seen(), self.server_session, self.messages, self.faults, self.waited_s, mismatch,
        )

    def tell(self, at: int) -> int:
        """Words that stand together, up to a question; gives the place behind them."""
        steps = self.scenario.steps
        self.question = None
        has_said = has_noted = False
        while at < len(steps) and isinstance(step := steps[at], Told):
            if isinstance(step, Say):
                self.narration = f"{self.narration}\n{step.text}" if has_said else step.text
                has_said = True
                if not has_noted:
                    self.note = ""
            elif isinstance(step, Note):
                self.note = f"{self.note}\n{step.text}" if has_noted else step.text
                has_noted = True
            else:
                self.question = step
                return at + 1
            at += 1
        return at

    def do(self, at: int) -> tuple[int, Mismatch | None]:
        """One deed, and what must follow right behind it; gives the place behind both."""
        steps = self.scenario.steps
        step = steps[at]
        mismatch = None
        if not isinstance(step, Expect):
            mismatch = self.leftover(step.line)
            mismatch = self.act(step) or mismatch
            at += 1
        expected: list[Expect] = []
        while at < len(steps) and isinstance(found := steps[at], Expect):
            expected.append(found)
            at += 1
        for wanted in expected:
            mismatch = mismatch or self.expect(wanted)  # behind the first that differs, nothing can be compared
        follows = next((found for place in range(at, len(steps)) if not isinstance(found := steps[place], Told)), None)
        if not isinstance(follows, Expect):
            self.look_at_server()
            mismatch = mismatch or self.leftover((*expected, step)[0].line)
        return at, mismatch

    def act(self, step: Step) -> Mismatch | None:
        """Carry out a deed."""
        server = self.server
        if isinstance(step, Connect):
            client = server.connect()
            self.clients.append(client)
            self.shown, self.server_session = Shown(client.edition), None
        elif isinstance(step, Send):
            assert self.client is not None  # the reader put a Connect before it
            if self.client.is_over:
                return self.differs(step.line, Transcript((Entry("C", step.octets),)), "")
            self.client.put(step.octets)
            self.shown.see(self.client.transcript.entries)
            self.shown.advance("C", len(step.octets))
        elif isinstance(step, HangUp):
            assert self.client is not None
            self.client.close()
            self.shown.see(self.client.transcript.entries)
            self.shown.everything()
        elif isinstance(step, Wait):
            server.advance(step.seconds)
            self.waited_s += step.seconds
        elif isinstance(step, Change):
            server.change(**dict(step.options))
        elif isinstance(step, SetFault):
            server.faults.add(step.fault)
        elif isinstance(step, ClearFaults):
            server.faults.clear()
        return None

    def expect(self, step: Expect) -> Mismatch | None:
        """Hear what must come now; whatever came instead is shown."""
        client = self.client
        assert client is not None  # the reader put a Connect before it
        if step.event.startswith("tls") and client.state is State.TLS_HANDSHAKE:
            client.start_tls()
        elif not self.has_come(step):
            client.hear()
            self.wait_until(lambda: self.has_come(step) or client.is_over, client.timeout_s)
        self.shown.see(client.transcript.entries)
        got = self.shown.unseen()
        if got is not None and (got.event == step.event if step.event else got.octets.startswith(step.octets)):
            self.shown.advance(got.direction, len(step.octets))
            return None
        if got is None:
            client.timeout_s = min(client.timeout_s, IMPATIENT_S)
        mismatch = self.differs(step.line, Transcript((_as_entry(step),)), str(self.shown.rest()))
        self.shown.everything()
        return mismatch

    def has_come(self, step: Expect) -> bool:
        """True when as much has come as is expected, whatever it is."""
        assert self.client is not None
        self.shown.see(self.client.transcript.entries)
        got = self.shown.unseen()
        return got is not None and (bool(got.event) or len(got.octets) >= max(1, len(step.octets)))

    def leftover(self, line: int) -> Mismatch | None:
        """What came though nothing more was expected; the end behind a goodbye need not be written."""
        client = self.client
        if client is None:
            return None
        if client.state is State.CLOSED:
            self.wait_until(lambda: client.is_over)
        self.shown.see(client.transcript.entries)
        rest = str(self.shown.rest())
        self.shown.everything()
        return self.differs(line, Transcript(), rest) if rest not in ("", "-- closed\n") else None

    def differs(self, line: int, expected: Transcript, got: str) -> Mismatch:
        return Mismatch(self.scenario.file, line, str(expected).rstrip("\n"), got.rstrip("\n"))

    def look_at_server(self) -> None:
        """What the server decided, once it has read all that the client sent."""
        server, client = self.server, self.client
        if client is not None:
            self.shown.see(client.transcript.entries)

            def has_read_all() -> bool:
                progress = server.progress_of(client)
                return progress is None or not progress.open or (not client.is_over and progress[:2] >= self.shown.sent)

            self.wait_until(has_read_all)
            progress = server.progress_of(client)
            self.server_session = progress.session if progress is not None else None
        if len(messages := server.messages) != len(self.messages):
            self.messages = tuple(messages)
        self.faults = tuple((str(each.fault), each.fired) for each in server.faults)

    def wait_until(self, condition: Callable[[], bool], most_s: float = SETTLE_S) -> None:
        """Wait for a short time only; what runs in memory is there at once."""
        until = time.monotonic() + (0.0 if isinstance(self.server, MemoryServer) else min(SETTLE_S, most_s))
        while not condition() and time.monotonic() < until:
            time.sleep(LOOK_S)


Unseen = Connect | Wait | Change | SetFault | ClearFaults
"""Deeds that nobody sees before something comes of them."""


def _as_entry(step: Expect) -> Entry:
    return Entry("-", event=step.event) if step.event else Entry("S", step.octets)
