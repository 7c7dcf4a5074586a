"""Certificates made on the spot by an authority of the lab's own: a good one, or one with a fault to choose.

Nothing is written to disk but for the moment that `ssl` needs a file. Nobody trusts this authority unless told to.
"""

import datetime
import ssl
from typing import TYPE_CHECKING

from smtplab.lab import Certificate

if TYPE_CHECKING:
    import trustme

NAMES = ("127.0.0.1", "localhost")
"""What a good certificate names besides the server's domain, for programs that connect by address."""

WRONG_NAME = "other.example"

_LONG_AGO = datetime.datetime(2001, 4, 1, tzinfo=datetime.UTC)
"""The month of RFC 2821."""


class Authority:
    """Makes certificates; a new authority has a key that nobody has seen."""

    def __init__(self) -> None:
        import trustme  # it loads `cryptography`, which only TLS needs

        self._authority: trustme.CA = trustme.CA()
        self._contexts: dict[tuple[Certificate, str], ssl.SSLContext] = {}

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, for whoever is to trust it."""
        return self._authority.cert_pem.bytes()

    def server_context(self, kind: Certificate, domain: str) -> ssl.SSLContext:
        """What a server of this domain shows in its handshakes; made once."""
        found = self._contexts.get((kind, domain))
        if found is None:
            found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._issue(kind, domain).configure_cert(found)
            self._contexts[kind, domain] = found
        return found

    def _issue(self, kind: Certificate, domain: str) -> "trustme.LeafCert":
        import trustme

        if kind is Certificate.SELF_SIGNED:  # signed by itself and by nobody else, as an authority's own is
            itself = trustme.CA()
            return trustme.LeafCert(itself.private_key_pem.bytes(), itself.cert_pem.bytes(), [])
        if kind is Certificate.EXPIRED:
            until = _LONG_AGO + datetime.timedelta(days=30)
            return self._authority.issue_cert(domain, *NAMES, not_before=_LONG_AGO, not_after=until)
        names = (WRONG_NAME,) if kind is Certificate.WRONG_NAME else (domain, *NAMES)
        return self._authority.issue_cert(*names)
