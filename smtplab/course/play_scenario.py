"""Plays a scenario on a server, and gives what is seen at each "next" as a value.

All is played before the first frame is shown, so going back and jumping are moves of an index. What did not go as
written is told in the frame where it was seen, and the scenario goes on.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from smtplab.course.scenario import Scenario
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
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript

Server = MemoryServer | LoopbackServer

SETTLE_S = 2.0
"""The longest wait for what needs no time: octets to cross a socket, the end of a connection to be seen."""

LOOK_S = 0.002


@dataclass(frozen=True, slots=True)
class Frame:
    """What is seen at one step of a scenario.

    Attributes
    ----------
    index : int
        Its place, from 0.
    line : int
        Of the scenario's file: where it begins.
    narration, note : str
        Told to all, and to the presenter alone. They stay until others come.
    question : Ask or None
        What is asked now; its reply comes with the next frame.
    client : int
        Number of the session, from 1; 0 before any.
    edition : {2821, 5321}
    transcript : Transcript
        The record of that session so far, as its client saw it. A reply that is still hidden is not in it.
    server_session : Session or None
        Where the server stands, which may be elsewhere when a reply was lost.
    messages : tuple of Message
        Accepted so far, from any session.
    faults : tuple of (str, int)
        The faults set now, and how often each has fired.
    waited_s : float
        Seconds that the server's clock has jumped so far.
    mismatch : Mismatch or None
        What did not go as written.
    """

    index: int
    line: int
    narration: str
    note: str
    question: Ask | None
    client: int
    edition: int
    transcript: Transcript
    server_session: Session | None
    messages: tuple[Message, ...]
    faults: tuple[tuple[str, int], ...]
    waited_s: float
    mismatch: Mismatch | None = None

    @property
    def exchanges(self) -> list[Exchange]:
        """The steps of the session so far."""
        return self.transcript.exchanges(self.edition)

    @property
    def session(self) -> Session:
        """Where the client stands."""
        exchanges = self.exchanges
        return exchanges[-1].after if exchanges else Session()


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
        return tuple(_Run(scenario, server).frames())
    with memory_server(scenario.world) as own:
        return tuple(_Run(scenario, own).frames())


class _Run:
    """The variables of one playing."""

    def __init__(self, scenario: Scenario, server: Server) -> None:
        self.scenario = scenario
        self.server: Any = server
        self.sessions_before = len(server.sessions)
        self.client: Client | None = None
        self.number = 0
        self.shown = _Shown()
        self.index = 0
        self.waited_s = 0.0
        self.narration = self.note = ""
        self.question: Ask | None = None
        self.server_session: Session | None = None
        self.messages: tuple[Message, ...] = ()
        self.faults: tuple[tuple[str, int], ...] = ()

    def frames(self) -> Iterator[Frame]:
        """Play on, and give a frame for all words that stand together, and for each deed with what must follow it."""
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
        if self.client is not None:
            self.client.close()

    def frame(self, line: int, mismatch: Mismatch | None) -> Frame:
        self.index += 1
        return Frame(
            self.index - 1, line, self.narration, self.note, self.question, self.number, self.scenario.world.edition,
            self.shown.transcript(), self.server_session, self.messages, self.faults, self.waited_s,
            mismatch,
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
            trouble = self.act(step)
            mismatch = mismatch or trouble
            at += 1
        expected: list[Expect] = []
        while at < len(steps) and isinstance(found := steps[at], Expect):
            expected.append(found)
            at += 1
        for wanted in expected:
            mismatch = self.expect(wanted) or mismatch
        follows = next((step for step in steps[at:] if not isinstance(step, Told)), None)
        if not isinstance(follows, Expect):
            self.look_at_server()
            mismatch = mismatch or self.leftover((*expected, step)[0].line)
        return at, mismatch

    def act(self, step: Step) -> Mismatch | None:
        """Carry out a deed."""
        server = self.server
        if isinstance(step, Connect):
            self.client = server.connect()
            self.number += 1
            self.shown = _Shown()
        elif isinstance(step, Send):
            assert self.client is not None  # the reader put a Connect before it
            if self.client.is_over:
                return self.differs(step.line, Transcript((Entry("C", step.octets),)), "")
            _put(self.client, step.octets)
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
            _hear(client)
            self.wait_until(lambda: self.has_come(step) or client.is_over)
        self.shown.see(client.transcript.entries)
        got = self.shown.unseen()
        wanted = Transcript((_as_entry(step),))
        if got is not None and (got.event == step.event if step.event else got.octets.startswith(step.octets)):
            self.shown.advance(got.direction, len(step.octets))
            return None
        mismatch = self.differs(step.line, wanted, str(self.shown.rest()))
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
            sent = _octets_sent(client.transcript)
            place = self.sessions_before + self.number - 1

            def has_read_all() -> bool:
                record = server.sessions[place]
                return not record.open or (not client.is_over and _octets_sent(record.transcript) >= sent)

            self.wait_until(has_read_all)
            self.server_session = server.sessions[place].session
        self.messages = tuple(server.messages)
        self.faults = tuple((str(each.fault), each.fired) for each in getattr(server, "faults", ()))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for a short time only; what runs in memory is there at once."""
        until = time.monotonic() + (0.0 if isinstance(self.server, MemoryServer) else SETTLE_S)
        while not condition() and time.monotonic() < until:
            time.sleep(LOOK_S)


Unseen = Connect | Wait | Change | SetFault | ClearFaults
"""Deeds that nobody sees before something comes of them."""


class _Shown:
    """How much of a client's record is shown."""

    def __init__(self) -> None:
        self._entries: tuple[Entry, ...] = ()
        self._whole = self._octets = 0  # entries shown whole, and octets of the one behind them

    def see(self, entries: tuple[Entry, ...]) -> None:
        """The record as it is now."""
        self._entries = entries

    def transcript(self) -> Transcript:
        """What is shown."""
        return Transcript((*self._entries[: self._whole], *self._split()[:1]))

    def _split(self) -> tuple[Entry, ...]:
        """The entry of which a part is shown, as that part and the rest; nothing when there is none."""
        if not self._octets:
            return ()
        entry = self._entries[self._whole]
        return replace(entry, octets=entry.octets[: self._octets]), replace(entry, octets=entry.octets[self._octets :])

    def rest(self) -> Transcript:
        """What is not shown."""
        return Transcript((*self._split()[1:], *self._entries[self._whole + bool(self._octets) :]))

    def unseen(self) -> Entry | None:
        """The first thing said that is not shown: an event, or octets of one direction joined."""
        return next(self.rest().merged(), None)

    def advance(self, direction: str, octets: int) -> None:
        """Show so many octets more of a direction; none of an event, and what stands before them."""
        while self._whole < len(self._entries):
            entry = self._entries[self._whole]
            if entry.layer != "outside" and entry.direction == direction:
                left = len(entry.octets) - self._octets
                if direction != "-" and left > octets:
                    self._octets += octets
                    return
                octets -= left
                self._whole, self._octets = self._whole + 1, 0
                if octets <= 0:
                    return
            else:
                self._whole, self._octets = self._whole + 1, 0

    def everything(self) -> None:
        """Show all of it."""
        self._whole, self._octets = len(self._entries), 0


def _as_entry(step: Expect) -> Entry:
    return Entry("-", event=step.event) if step.event else Entry("S", step.octets)


def _octets_sent(transcript: Transcript) -> int:
    return sum(len(entry.octets) for entry in transcript.said() if entry.direction == "C")


def _put(client: Any, octets: bytes) -> None:
    client.put(octets) if hasattr(client, "put") else client.send_octets(octets)


def _hear(client: Any) -> None:
    if hasattr(client, "hear"):
        client.hear()
