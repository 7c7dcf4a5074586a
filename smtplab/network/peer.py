"""Whose connection is it? On a shared host loopback is shared too, so a server asks the kernel at accept.

Linux answers through its socket diagnostics (``NETLINK_SOCK_DIAG``): one exact question for the client's end of the
connection, some 20 microseconds. Everywhere else, and whenever the answer is in doubt, the owner is unknown: no
check may lock out the user whose server it is.
"""

import os
import socket
import struct
import sys

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ANY_STATE = 0xFFFFFFFF
_NO_COOKIE = b"\xff" * 8

_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_REQUEST = struct.Struct("=BBBBI")  # family, protocol, extensions, padding, states
_PORTS = struct.Struct("!HH")
_MESSAGE = struct.Struct("=4x48x4x4x4xII")  # 4 octets of states, the socket's id, three counters; then uid and inode


def owner(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """The user id that owns the client's end of an IPv4 connection on this machine.

    Parameters
    ----------
    client, server : (str, int)
        Address and port of both ends, as the accepting socket tells them.

    Returns
    -------
    int or None
        None when it cannot be told: another system, no leave to ask, or the client is gone already.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as kernel:
            kernel.setblocking(False)  # the kernel answers inside send, or not at all
            kernel.send(_question(client, server))
            return _read_answer(kernel.recv(1024))
    except (OSError, struct.error):
        return None


def _question(client: tuple[str, int], server: tuple[str, int]) -> bytes:
    ends = socket.inet_aton(client[0]).ljust(16, b"\0") + socket.inet_aton(server[0]).ljust(16, b"\0")
    request = (
        _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
        + _PORTS.pack(client[1], server[1]) + ends + bytes(4) + _NO_COOKIE
    )
    return _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0) + request


def _read_answer(answer: bytes) -> int | None:
    kind = _HEADER.unpack_from(answer)[1]
    if kind != _SOCK_DIAG_BY_FAMILY:  # an error: nothing was found
        return None
    uid, inode = _MESSAGE.unpack_from(answer, _HEADER.size)
    return int(uid) if inode else None  # without an inode no process holds that end any more, and the uid means nothing


def is_stranger(connection: socket.socket) -> bool:
    """True when the other end of an accepted connection is proved to belong to another user."""
    try:
        found = owner(connection.getpeername(), connection.getsockname())
        return found is not None and found != os.fstat(connection.fileno()).st_uid
    except OSError:
        return False
