"""The one thread of a server: an event loop over all its sessions (RFC 2821 sections 3.9, 4.5.3.2).

The path of a command is receive, `step`, send. What a client does not read is waited for before any more of its
commands are read, and each turn reads a little of every session. Time limits come from the lab's `deadline`.
"""

import contextlib
import errno
import os
import socket
from collections import deque
from heapq import heappop, heappush
from itertools import count
from math import inf
from queue import SimpleQueue
from time import monotonic

from smtplab.lab import Input, Lost, Shutdown, Tick, deadline
from smtplab.lab.replies import reply
from smtplab.network.host import Host
from smtplab.network.peer import is_stranger
from smtplab.network.poller import IN, OUT, poller
from smtplab.network.record import Hosted
from smtplab.protocol.machine import MAIL_DATA
from smtplab.protocol.wire import format_reply

MAX_SESSIONS = 2000

LINGER_S = 2.0
"""How long a closed session waits for the client's end, so that its last reply is not lost to a reset."""

MOST_SECONDS = 1_000_000
"""The farthest jump of the clock at once: a client gives up within days, and a float must still tell seconds apart."""

PAUSE_S = 0.1
"""How long nobody is accepted when the system has no room for even one socket more."""

COMMAND_PIECE, DATA_PIECE = 4096, 16384
"""Octets read at a time: few enough that a paste of a million commands leaves the other sessions their turn."""

STRANGER = "serves only the user who started it, and you are another user of this machine"


class Connection:
    """A socket and its session."""

    __slots__ = ("due", "fd", "hosted", "receive", "send", "socket", "unsent")

    def __init__(self, accepted: socket.socket, hosted: Hosted) -> None:
        self.socket, self.hosted = accepted, hosted
        self.fd = accepted.fileno()
        self.receive, self.send = accepted.recv, accepted.send
        self.unsent = b""
        self.due = inf


class Loop:
    """Runs the sessions of a host behind a listening socket, until nobody is left who could wake it.

    Parameters
    ----------
    host : Host
    listener : socket
    woken : socket
        A word on it lets the loop look at its time limits; its end lets the loop end, and every open session get a 421.
    """

    def __init__(self, host: Host, listener: socket.socket, woken: socket.socket) -> None:
        self._host, self._listener, self._woken = host, listener, woken
        self._listening = listener.fileno()
        self._poller = poller()
        self._spare = _spare()
        self._connections: dict[int, Connection] = {}
        self._dues: list[tuple[float, int, Connection | None]] = []
        self._order = count()
        self._stopping = False
        self._ahead_s = 0.0
        self._to_serve: deque[SimpleQueue[None]] = deque()
        for end in (listener, woken):
            end.setblocking(False)
            self._poller.register(end.fileno(), IN)

    def now(self) -> float:
        """The server's clock: seconds, from any beginning."""
        return monotonic() + self._ahead_s

    def set_clock(self, now: float) -> None:
        """Let the clock stand there, before there are sessions."""
        self._ahead_s = now - monotonic()

    def advance(self, seconds: float) -> "SimpleQueue[None]":
        """Let the clock jump. What it gives holds an item once the loop was woken and what falls due has happened."""
        self._ahead_s += seconds
        served: SimpleQueue[None] = SimpleQueue()
        self._to_serve.append(served)
        return served

    def run(self) -> None:
        """The thread's body."""
        try:
            while not self._stopping:
                self._turn()
            for connection in list(self._connections.values()):
                self._shut_down(connection)
        finally:
            self.release()

    def release(self) -> None:
        """Give back everything the system lent."""
        for connection in list(self._connections.values()):
            self._drop(connection)
        self._poller.close()
        for end in (self._listener, self._woken):
            end.close()
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _turn(self) -> None:
        dues, now = self._dues, self.now()
        if dues and dues[0][0] <= now:
            self._tick()
            now = self.now()
        patience = max(0.0, dues[0][0] - now) if dues else None
        for fd, mask in self._poller.poll(patience, 64):
            connection = self._connections.get(fd)
            if connection is not None:
                if mask & OUT:
                    self._send(connection, b"")
                else:
                    self._read(connection)
            elif fd == self._listening:
                self._accept()
            else:
                self._wake_up()

    def _read(self, connection: Connection) -> None:
        hosted = connection.hosted
        in_mail_data = hosted.session.session.state is MAIL_DATA
        try:
            octets = connection.receive(DATA_PIECE if in_mail_data else COMMAND_PIECE)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self._lose(connection)
        elif hosted.open:  # else its end has come, and what the client still says is let go
            self._answer(connection, self._host.receive(hosted, octets, self.now()))

    def _give(self, connection: Connection, given: Input) -> None:
        self._answer(connection, self._host.give(connection.hosted, given))

    def _answer(self, connection: Connection, segment: bytes) -> None:
        if segment:
            self._send(connection, segment)
        elif not connection.hosted.open:
            self._linger(connection)
        self._schedule(connection)

    def _send(self, connection: Connection, segment: bytes) -> None:
        was_waiting = connection.unsent
        octets = was_waiting + segment
        try:
            sent = connection.send(octets)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose(connection)
            return
        connection.unsent = octets[sent:]
        if connection.unsent and not was_waiting:
            self._poller.modify(connection.fd, OUT)
        elif was_waiting and not connection.unsent:
            self._poller.modify(connection.fd, IN)
        if not connection.unsent and not connection.hosted.open:
            self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_WR)
        self._remind(connection, self.now() + LINGER_S)

    def _lose(self, connection: Connection) -> None:
        if connection.hosted.open:
            self._host.give(connection.hosted, Lost(self.now()))
        self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        del self._connections[connection.fd]
        self._poller.unregister(connection.fd)
        connection.due = -inf  # what is left of it in the heap is stale
        connection.socket.close()

    def _shut_down(self, connection: Connection) -> None:
        """Say 421 and close; what the client sent meanwhile is read away, for unread octets would reset the 421."""
        with contextlib.suppress(OSError):
            if connection.hosted.open:
                connection.send(connection.unsent + self._host.give(connection.hosted, Shutdown(self.now())))
                connection.socket.shutdown(socket.SHUT_WR)
            for _ in range(16):
                if not connection.receive(DATA_PIECE):
                    break
        self._drop(connection)

    def _accept(self) -> None:
        for _ in range(64):
            try:
                accepted, peer = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ECONNABORTED and not self._accept_without_room():
                    self._poller.unregister(self._listening)
                    heappush(self._dues, (self.now() + PAUSE_S, next(self._order), None))
                return
            if len(self._connections) >= MAX_SESSIONS:
                self._turn_away(accepted)
            else:
                self._welcome(accepted, peer)

    def _welcome(self, accepted: socket.socket, peer: tuple[str, int]) -> None:
        now = self.now()
        accepted.setblocking(False)
        with contextlib.suppress(OSError):  # the client may be gone already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        refusal = STRANGER if is_stranger(accepted) else None
        connection = Connection(accepted, self._host.open(f"{peer[0]}:{peer[1]}", now, refusal))
        self._connections[connection.fd] = connection
        self._poller.register(connection.fd, IN)
        self._answer(connection, self._host.begin(connection.hosted, now))

    def _turn_away(self, accepted: socket.socket) -> None:
        with accepted, contextlib.suppress(OSError):
            accepted.setblocking(False)
            accepted.send(format_reply(reply("greeting.busy", domain=self._host.world.domain)))
            accepted.shutdown(socket.SHUT_WR)

    def _accept_without_room(self) -> bool:
        """No file descriptor is left: give up the spare one to tell one client so."""
        if self._spare is None:
            self._spare = _spare()
            return False
        os.close(self._spare)
        self._spare = None
        with contextlib.suppress(OSError):
            self._turn_away(self._listener.accept()[0])
        self._spare = _spare()
        return True

    def _schedule(self, connection: Connection) -> None:
        due = deadline(self._host.world, connection.hosted.session)
        if due is not None and due < connection.due:
            self._remind(connection, due)

    def _remind(self, connection: Connection, due: float) -> None:
        connection.due = due
        heappush(self._dues, (due, next(self._order), connection))

    def _tick(self) -> None:
        """Serve what is due. A deadline moves on with every command, so one reached is asked for anew."""
        now = self.now()
        while self._dues and self._dues[0][0] <= now:
            time, _, connection = heappop(self._dues)
            if connection is None:
                self._poller.register(self._listening, IN)
            elif connection.due == time:
                connection.due = inf
                if not connection.hosted.open:
                    self._drop(connection)
                    continue
                due = deadline(self._host.world, connection.hosted.session)
                if due is not None and due <= now:
                    self._give(connection, Tick(now))
                else:
                    self._schedule(connection)

    def _wake_up(self) -> None:
        with contextlib.suppress(BlockingIOError):
            # once a turn: who wakes us without end must not keep us from the sessions
            self._stopping = not self._woken.recv(4096)
        asked = [self._to_serve.popleft() for _ in range(len(self._to_serve))]
        for connection in self._connections.values():
            self._schedule(connection)
        self._tick()
        for served in asked:
            served.put(None)


def check_seconds(seconds: object) -> None:
    """Refuse what is no time to go on by."""
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds < inf:
        raise ValueError(f"seconds is {seconds!r}; time goes on by a number of seconds.")
    if seconds > MOST_SECONDS:
        raise ValueError(f"Time goes on by at most {MOST_SECONDS} seconds at once.")


def _spare() -> int | None:
    """A file descriptor held back for the day when there is none left."""
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None
