"""A message the server took charge of: the envelope it came in, and the mail data (RFC 2821 sections 2.3.1, 4.4)."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from smtplab.protocol.paths import Path, format_path
from smtplab.protocol.session import Parameters, Session
from smtplab.protocol.wire import encode


@dataclass(frozen=True, slots=True)
class Message:
    """A message answered with 250 after the final dot.

    Attributes
    ----------
    reverse_path : Path
        The sender of the envelope; `NULL_PATH` for a bounce. The header may say otherwise.
    forward_paths : tuple of Path
        The recipients of the envelope.
    mail_data : bytes
        As the client meant it: doubled dots single again, without the final dot.
    client_name : str
        What EHLO or HELO said.
    server_name : str
    parameters, forward_parameters : parameters, tuple of parameters
        What MAIL, and the RCPT of each recipient, said behind the path: for DSN who wants which report.
    protocol : str
        For the Received field: SMTP, ESMTP, ESMTPS (inside TLS), ESMTPA (logged in) and so on (RFC 3848, RFC 6531).
    """

    reverse_path: Path
    forward_paths: tuple[Path, ...]
    mail_data: bytes
    client_name: str
    server_name: str
    parameters: Parameters = ()
    forward_parameters: tuple[Parameters, ...] = ()
    protocol: str = "SMTP"

    @property
    def delivered(self) -> bytes:
        """What a recipient finds: Return-Path and a Received field stand before the mail data (section 4.4).

        The Received field carries no date, so that a lesson's output is the same each time.
        """
        trace = (
            f"Return-Path: {format_path(self.reverse_path)}\r\n"
            f"Received: from {self.client_name} by {self.server_name} with {self.protocol}\r\n"
        )
        return encode(trace) + self.mail_data

    def parsed(self) -> EmailMessage:
        """Header and body of the mail data, read by the standard library's `email`."""
        return message_from_bytes(self.mail_data, policy=SMTP)

    def to_rows(self) -> list[dict[str, object]]:
        """Envelope beside header: who is really the sender, who really gets it, and what the header says.

        None where a header has no place for such a thing; an empty text where this one lacks it.
        """
        header = self.parsed()
        wishes = self._wishes()
        rows: list[dict[str, object]] = [
            {"": "sender", "envelope": format_path(self.reverse_path), "header": str(header.get("From", ""))},
            {"": "recipients", "envelope": " ".join(map(format_path, self.forward_paths)),
             "header": ", ".join(str(header[name]) for name in ("To", "Cc", "Bcc") if header[name])},
        ]
        if wishes:
            rows.append({"": "parameters", "envelope": wishes, "header": None})
        return rows

    def _wishes(self) -> str:
        """What MAIL and each RCPT asked for behind the path, as sent."""
        found = zip(self.forward_paths, self.forward_parameters, strict=False)
        each = [f"{format_path(path)} {_shown(wishes)}" for path, wishes in found if wishes]
        return "; ".join(filter(None, (_shown(self.parameters), *each)))


def _shown(parameters: Parameters) -> str:
    return " ".join(keyword if value is None else f"{keyword}={value}" for keyword, value in parameters)


def protocol_of(session: Session) -> str:
    """The word for the Received field.

    >>> protocol_of(Session(announced=(("SIZE", ""),), tls=True, identity="bob"))
    'ESMTPSA'
    """
    if not session.announced:  # who came with HELO; RFC 3848 has no word for that inside TLS
        return "SMTP"
    utf8 = session.transaction is not None and session.transaction.has("SMTPUTF8")
    return ("UTF8SMTP" if utf8 else "ESMTP") + "S" * session.tls + "A" * (session.identity is not None)
