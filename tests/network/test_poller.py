"""Where there is no epoll and no poll, the same is done by what there is."""

import socket
import sys
from time import perf_counter

import pytest

from smtplab.network import LoopbackServer, loop
from smtplab.network.poller import IN, OUT, SelectorPoller, waiter
from tests.network.waiting import open_files


def test_a_server_runs_without_epoll(monkeypatch: pytest.MonkeyPatch) -> None:
    files = open_files()
    monkeypatch.setattr(loop, "poller", SelectorPoller)
    with LoopbackServer() as server, server.connect(timeout_s=30) as client, server.connect() as other:
        assert len(client.send_octets(b"HELP\r\n" * 50_000)) == 50_000
        assert other.send("NOOP").code == 250
        server.change(idle_s=0.01)
    assert client.is_over
    del server, client, other
    assert open_files() <= files


@pytest.mark.parametrize("platform", [sys.platform, "win32"])
def test_waiting_tells_what_a_socket_is_ready_for(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    near, far = socket.socketpair()
    with near, far:
        assert waiter(near, IN)(0) == 0
        assert waiter(near, IN | OUT)(0) == OUT
        far.send(b"x")
        assert waiter(near, IN)(5) == IN
        assert waiter(near, IN | OUT)(5) == IN | OUT


@pytest.mark.parametrize("platform", [sys.platform, "win32"])
def test_a_wait_ends_in_time(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    near, far = socket.socketpair()
    with near, far:
        began = perf_counter()
        assert waiter(near, IN)(0.15) == 0
        assert 0.14 < perf_counter() - began < 2
