"""Where a server may listen and a client may go: this machine, unless told otherwise (RFC 2821 section 4.5.4.2)."""

from ipaddress import ip_address

LOOPBACK = "127.0.0.1"


def check_listening(host: str, port: int) -> None:
    """Refuse every address but 127.0.0.1, and every port that is none or needs a privilege.

    Raises
    ------
    TypeError, ValueError
        In one sentence.

    >>> check_listening("0.0.0.0", 0)
    Traceback (most recent call last):
        ...
    ValueError: host is '0.0.0.0', but a lab server listens on '127.0.0.1' only, so that nobody outside can reach it.
    """
    if not isinstance(host, str):
        raise TypeError(f"host is {host!r}; it must be the text '{LOOPBACK}'.")
    if host != LOOPBACK:
        raise ValueError(
            f"host is {host!r}, but a lab server listens on '{LOOPBACK}' only, so that nobody outside can reach it."
        )
    _check_port(port)
    if port and port < 1024:
        raise ValueError(f"port is {port}; those under 1024 belong to the system: take 0 (any free one) or more.")


def check_target(host: str, port: int, allow_remote: bool) -> None:
    """Refuse a host that is not this machine, unless `allow_remote`; nothing is looked up to find out.

    Raises
    ------
    TypeError, ValueError
        In one sentence.
    """
    if not isinstance(host, str):
        raise TypeError(f"host is {host!r}; it must be a text such as '{LOOPBACK}'.")
    _check_port(port)
    if not port:
        raise ValueError("port is 0; a client needs the port that a server listens on.")
    if not (allow_remote or is_loopback(host)):
        raise ValueError(f"{host!r} is not this machine. Say allow_remote=True if you may really talk to that server.")


def is_loopback(host: str) -> bool:
    """True for loopback addresses and the name localhost.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("mail.example")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().removesuffix(".") == "localhost"


def parse_target(target: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT`` alone.

    Raises
    ------
    ValueError
        In one sentence.

    >>> parse_target("2525"), parse_target("[::1]:2525")
    (('127.0.0.1', 2525), ('::1', 2525))
    """
    host, colon, port = target.rpartition(":")
    if not port.isdecimal():
        raise ValueError(f"{target!r} is no HOST:PORT, such as {LOOPBACK}:2525.")
    return host.removeprefix("[").removesuffix("]") if colon and host else LOOPBACK, int(port)


def _check_port(port: int) -> None:
    if not isinstance(port, int) or isinstance(port, bool):
        raise TypeError(f"port is {port!r}; it must be a whole number.")
    if not 0 <= port <= 65535:
        raise ValueError(f"port is {port}; ports go from 0 to 65535.")
