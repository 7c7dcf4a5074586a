"""Waiting for sockets: epoll where there is one, else `selectors` behind the same three calls."""

import select
import selectors
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Protocol

IN, OUT = 1, 4
"""Readable and writable, as epoll numbers them; errors and hang-ups come as readable."""


class Poller(Protocol):
    """What a server's loop needs; `select.epoll` is one."""

    def register(self, fd: int, eventmask: int) -> None: ...
    def modify(self, fd: int, eventmask: int) -> None: ...
    def unregister(self, fd: int) -> None: ...
    def poll(self, timeout: float | None = None, maxevents: int = -1) -> list[tuple[int, int]]: ...
    def close(self) -> None: ...


class SelectorPoller:
    """The best that `selectors` offers on this system."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def register(self, fd: int, eventmask: int) -> None:
        """Begin to watch a file descriptor."""
        self._selector.register(fd, _events(eventmask))

    def modify(self, fd: int, eventmask: int) -> None:
        """Watch it for something else."""
        self._selector.modify(fd, _events(eventmask))

    def unregister(self, fd: int) -> None:
        """Watch it no longer."""
        self._selector.unregister(fd)

    def poll(self, timeout: float | None = None, maxevents: int = -1) -> list[tuple[int, int]]:
        """Wait; gives file descriptors and what they are ready for."""
        ready = self._selector.select(timeout)
        return [(key.fd, IN if events & selectors.EVENT_READ else OUT) for key, events in ready]

    def close(self) -> None:
        """Give the system's resources back."""
        self._selector.close()


def _events(mask: int) -> int:
    return (selectors.EVENT_READ if mask & IN else 0) | (selectors.EVENT_WRITE if mask & OUT else 0)


def poller() -> Poller:
    """The quickest poller of this system."""
    return select.epoll() if sys.platform == "linux" else SelectorPoller()


def waiter(connection: socket.socket, mask: int) -> Callable[[float], int]:
    """A function that waits so many seconds for one socket and gives what it is ready for, 0 when the time is over.

    An interrupt ends the wait.
    """
    if sys.platform == "win32":
        return partial(_wait_in_turns, connection, mask)
    one = select.poll()
    one.register(connection, mask)
    poll = one.poll

    def wait(timeout_s: float) -> int:
        found = poll(timeout_s * 1000)
        return found[0][1] if found else 0

    return wait


def _wait_in_turns(connection: socket.socket, mask: int, timeout_s: float) -> int:
    """Where there is no `poll`, nothing interrupts a `select`: so it waits in short turns."""
    readers, writers = ([connection] if mask & bit else [] for bit in (IN, OUT))
    while True:
        turn = min(timeout_s, 0.1)
        timeout_s -= turn
        can_read, can_write, faulty = select.select(readers, writers, [connection], turn)
        if can_read or can_write or faulty or timeout_s <= 0:
            return (IN if can_read or faulty else 0) | (OUT if can_write else 0)
