"""TLS through memory: octets in, octets out, so that what was said and what a listener saw are both known (RFC 3207).

No socket is here. A `TlsLayer` stands between a connection and whoever talks over it, at either end; the same one
serves sockets and the connection in memory.
"""

import ssl
from contextlib import suppress
from typing import Any

from smtplab.explain.catalogue import has, text

_READ = 65536


class TlsLayer:
    """One end of a TLS session.

    Parameters
    ----------
    context : ssl.SSLContext
    server_name : str or None
        Client only: the name that the certificate must have; None for the server's end.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str | None = None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_name is None, server_hostname=server_name
        )
        self.is_up = False
        self.is_over = self._is_closed = False
        self.failure: ssl.SSLError | None = None

    def go_on(self) -> None:
        """Take the handshake as far as it goes; then `is_up` or `failure` may be set, and octets be `outgoing`."""
        try:
            self._session.do_handshake()
            self.is_up = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.failure = error

    def received(self, octets: bytes) -> bytes:
        """Take octets from the wire; gives what was said in them. No octets: the other end is gone."""
        if octets:
            self._incoming.write(octets)
        else:
            self._incoming.write_eof()
        if not self.is_up:
            self.go_on()
        return self._read() if self.is_up else b""

    def _read(self) -> bytes:
        said = b""
        while not self.is_over:
            try:
                piece = self._session.read(_READ)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:  # damaged, or cut off without a goodbye: nothing more can be believed
                self.is_over = True
                break
            said += piece
            self.is_over = not piece
        return said

    def say(self, octets: bytes) -> None:
        """Encrypt octets; they are `outgoing` then. The other end's goodbye ends its own words only."""
        if octets and not self._is_closed:
            with suppress(ssl.SSLError):  # damaged beyond words
                self._session.write(octets)

    def close(self) -> None:
        """Say goodbye, so that the other end knows that nothing was cut off."""
        self._is_closed = True
        with suppress(ssl.SSLError):  # the answer has not come yet, and need not
            self._session.unwrap()

    def outgoing(self) -> bytes:
        """Octets for the wire, each given once."""
        return self._outgoing.read()

    @property
    def version(self) -> str:
        """Such as ``TLSv1.3``; empty before the handshake."""
        return self._session.version() or ""

    @property
    def cipher(self) -> str:
        """Name of the cipher; empty before the handshake."""
        found = self._session.cipher()
        return found[0] if found else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the other end's certificate, when it was verified."""
        found: Any = self._session.getpeercert() or {}
        return tuple(str(value) for _, value in found.get("subjectAltName", ()))


def client_context(authority: bytes | None, verify: bool) -> ssl.SSLContext:
    """How a client judges certificates.

    Parameters
    ----------
    authority : bytes or None
        PEM of the authority to trust; None: those that this system trusts.
    verify : bool
        False: any certificate will do, and anybody may be at the other end.
    """
    context = ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def check_authority(authority: bytes) -> None:
    """Refuse what is no certificate in PEM form, in a sentence. Raises TypeError, ValueError."""
    if not isinstance(authority, bytes):
        raise TypeError(f"authority is {authority!r:.60}; it must be bytes, such as server.authority.")
    try:
        client_context(authority, verify=True)
    except (ValueError, ssl.SSLError):
        raise ValueError("authority is no certificate in PEM form, such as server.authority.") from None


def why_failed(error: ssl.SSLError, server_name: str) -> str:
    """What was wrong in a handshake, in a sentence."""
    code = getattr(error, "verify_code", None)
    if code is not None:
        key = f"tls.verify-{code}"
        return text(key if has(key) else "tls.verify", name=server_name, reason=getattr(error, "verify_message", ""))
    if isinstance(error, ssl.SSLEOFError):
        return text("tls.cut-off")
    reason = (error.reason or "").lower().replace("_", " ")
    if "alert" in reason:
        return text("tls.alert", reason=reason.partition("alert ")[2] or reason)
    return text("tls.broken", reason=reason or "no reason given")
