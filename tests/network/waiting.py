"""Waiting for what another thread or process brings about: on the condition, with a limit."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic


def until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Return as soon as the condition holds; fail when the time is over."""
    turn = threading.Event()
    end = monotonic() + limit_s
    while not condition():
        assert monotonic() < end, "it did not happen in time"
        turn.wait(0.002)


def open_files() -> set[str]:
    """What this process has open, by number and name; sockets and pipes are told apart by their inode."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{link.name} {os.readlink(link)}")
        except FileNotFoundError:
            continue
    return found


def threads() -> set[str]:
    """Names of the running threads that smtplab started."""
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("smtplab")}
