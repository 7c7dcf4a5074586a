"""Another user of the host is turned away; the owner never is."""

import os
import socket
import subprocess
import sys

import pytest

from smtplab.network import LoopbackServer
from smtplab.network.peer import is_stranger, owner

IS_ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0
VISITOR = """
import socket, sys
family = socket.AF_INET6 if "::" in sys.argv[1] else socket.AF_INET
with socket.socket(family) as visitor:
    visitor.connect((sys.argv[1], int(sys.argv[2])))
    visitor.sendall(b"EHLO visitor.example\\r\\nQUIT\\r\\n")
    print(visitor.makefile("rb").read().decode())
"""


def visit(port: int, uid: int, address: str = "127.0.0.1") -> list[str]:
    command = ["/usr/bin/env", "python3", "-c", VISITOR, address, str(port)]
    done = subprocess.run(command, user=uid, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(not IS_ROOT_ON_LINUX, reason="Linux only, and only root can be another user")
@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_another_user_gets_a_554_greeting_with_a_reason_and_may_quit(address: str) -> None:
    with LoopbackServer() as server:
        heard = visit(server.port, 54321, address)
    assert heard[0].startswith("554 lab.example serves only the user who started it")
    assert heard[1].startswith("503 ")
    assert heard[2].startswith("221 ")


@pytest.mark.skipif(not IS_ROOT_ON_LINUX, reason="Linux only, and only root can be another user")
@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_the_owner_is_served_from_another_process(address: str) -> None:
    with LoopbackServer() as server:
        assert visit(server.port, os.geteuid(), address)[0].startswith("220 ")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_the_owner_of_a_connection_is_told_and_of_one_that_is_gone_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted = listener.accept()[0]
        ends = client.getsockname(), listener.getsockname()
        assert owner(*ends) == os.geteuid()
        client.close()
        assert owner(*ends) is None
        assert not is_stranger(accepted)
        accepted.close()


def test_what_cannot_be_told_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    assert owner(("127.0.0.1", 1), ("127.0.0.1", 2)) is None


def test_a_kernel_that_refuses_to_answer_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.network.peer._NETLINK_SOCK_DIAG", 31)  # a family of questions that no kernel has
    assert owner(("127.0.0.1", 1), ("127.0.0.1", 2)) is None
