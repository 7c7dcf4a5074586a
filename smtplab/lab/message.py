"""A message the server took charge of: the envelope it came in, and the mail data (RFC 2821 sections 2.3.1, 4.4)."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from smtplab.protocol.paths import Path, format_path
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
    """

    reverse_path: Path
    forward_paths: tuple[Path, ...]
    mail_data: bytes
    client_name: str
    server_name: str

    @property
    def delivered(self) -> bytes:
        """What a recipient finds: Return-Path and a Received field stand before the mail data (section 4.4).

        The Received field carries no date, so that a lesson's output is the same each time.
        """
        trace = (
            f"Return-Path: {format_path(self.reverse_path)}\r\n"
            f"Received: from {self.client_name} by {self.server_name} with SMTP\r\n"
        )
        return encode(trace) + self.mail_data

    def parsed(self) -> EmailMessage:
        """Header and body of the mail data, read by the standard library's `email`."""
        return message_from_bytes(self.mail_data, policy=SMTP)

    def to_rows(self) -> list[dict[str, object]]:
        """Envelope beside header: who is really the sender, who really gets it, and what the header says."""
        header = self.parsed()
        return [
            {"": "sender", "envelope": format_path(self.reverse_path), "header": str(header.get("From", ""))},
            {"": "recipients", "envelope": " ".join(map(format_path, self.forward_paths)),
             "header": ", ".join(str(header[name]) for name in ("To", "Cc", "Bcc") if header[name])},
        ]
