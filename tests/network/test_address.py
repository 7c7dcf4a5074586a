"""Servers stay on 127.0.0.1; clients stay on this machine unless told."""

import pytest

from smtplab.network import Client, LoopbackServer
from smtplab.network.address import is_loopback, parse_target


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0", "::1", "127.0.0.2", "", "192.0.2.1", "mail.example"])
def test_a_server_refuses_every_address_but_127_0_0_1(host: str) -> None:
    with pytest.raises(ValueError, match=r"listens on '127\.0\.0\.1' only"):
        LoopbackServer(host=host)


@pytest.mark.parametrize("port", [25, 1023, -1, 65536])
def test_a_server_refuses_a_port_of_the_system_or_none(port: int) -> None:
    with pytest.raises(ValueError, match="port is"):
        LoopbackServer(port=port)


@pytest.mark.parametrize("port", ["2525", None, 25.0, True])
def test_a_port_of_the_wrong_type_is_told(port: object) -> None:
    with pytest.raises(TypeError, match="whole number"):
        LoopbackServer(port=port)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["192.0.2.1", "mail.example", "10.0.0.1", "localhost.example", "::"])
def test_a_client_goes_to_no_other_machine_and_looks_no_name_up(host: str) -> None:
    with pytest.raises(ValueError, match="allow_remote=True"):
        Client(host, 25)


def test_a_client_reaches_this_machine_by_its_other_names() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST."]))
    with LoopbackServer() as server, Client("localhost", server.port) as client:
        assert client.greeting.code == 220


@pytest.mark.parametrize("target", ["", ":", "127.0.0.1", "mail.example:smtp", "127.0.0.1:-1"])
def test_a_target_without_a_port_is_told(target: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_target(target)
