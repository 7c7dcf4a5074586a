"""Replies that stand under no single command: the rule before the list of RFC 2821 section 4.3.2, and its relatives.

Any command may get 421, 500 or 501. Other sections give 502, 503 and 504 to whole groups of commands, and
extensions add 521, 530 and 554.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class GeneralReply:
    """One rule that gives a code to a group of commands.

    Attributes
    ----------
    code : int
    scope : str
        Which commands.
    condition : str
        When.
    strength : {"MUST", "SHOULD", "MAY", ""}
        Empty where the RFC only describes.
    section_2821, section_5321 : str
        Empty when that edition lacks the rule; an extension's RFC stands in both.
    any_command : bool
        True for the three of section 4.3.2 that every command may get.
    note : str
    """

    code: int
    scope: str
    condition: str
    strength: Literal["MUST", "SHOULD", "MAY", ""]
    section_2821: str
    section_5321: str
    any_command: bool = False
    note: str = ""

    def section(self, edition: int) -> str:
        """The section in one edition."""
        return self.section_5321 if edition == 5321 else self.section_2821


GENERAL_REPLIES: tuple[GeneralReply, ...] = (
    GeneralReply(421, "any command, or unasked", "The server is shutting down and closes the channel.", "MAY",
                 "4.3.2; 4.2.2; 3.9", "4.3.2; 4.2.2; 3.8", True,
                 "Sent unasked, the client meets it after its next command. RFC 5321 allows it after a timeout too"),
    GeneralReply(500, "any command", "The line is too long, or the command name is unknown.", "MAY",
                 "4.3.2; 4.2.4; 4.1.5; 3.9", "4.3.2; 4.2.4; 4.1.5; 3.8", True,
                 "Not recognising a required command is a violation. The connection stays open"),
    GeneralReply(501, "any command", "The command or its argument has a syntax error.", "MAY",
                 "4.3.2; 4.1.1", "4.3.2; 4.1.1", True,
                 "SHOULD for DATA, RSET and QUIT with an argument, unless an announced extension allows one"),
    GeneralReply(501, "any command", "It holds invalid characters and nothing else is wrong.", "MUST",
                 "4.1.2", "4.1.2", False, "An extension may allow more characters (RFC 5321)"),
    GeneralReply(501, "EHLO; MAIL", "The argument is not acceptable.", "MUST", "4.1.4", "4.1.4", False,
                 "The state is kept. EHLO may also get 500 or 502, in RFC 5321 also 550"),
    GeneralReply(502, "any command", "The command is known here but not implemented.", "SHOULD",
                 "4.2.4; 4.2.1; 3.5.3", "4.2.4; 4.2.1; 3.5.3"),
    GeneralReply(503, "mail transaction commands", "The command is out of order.", "MUST", "4.1.4", "4.1.4", False,
                 "The state is kept"),
    GeneralReply(503, "RCPT", "No MAIL came before.", "MUST", "3.3", "3.3"),
    GeneralReply(503, "any command but QUIT", "The greeting was 554.", "SHOULD", "3.1", "3.1"),
    GeneralReply(503, "DATA", "The site's limit of recipients was passed.", "MAY", "", "4.5.3.1.10"),
    GeneralReply(504, "any command", "The command is implemented, this parameter is not.", "", "4.2.1", "4.2.1"),
    GeneralReply(521, "any command but QUIT", "The greeting was 521: this host takes no mail.", "MAY",
                 "RFC 7504 3", "RFC 7504 3", False, "The server may close at once instead"),
    GeneralReply(530, "any command but AUTH, EHLO, HELO, NOOP, RSET, QUIT", "Policy wants a login first.", "SHOULD",
                 "RFC 4954 6", "RFC 4954 6"),
    GeneralReply(530, "any command but NOOP, EHLO, STARTTLS, QUIT", "Policy wants TLS first.", "SHOULD",
                 "RFC 3207 4", "RFC 3207 4"),
    GeneralReply(554, "any command but QUIT", "The TLS handshake was not good enough for the server.", "SHOULD",
                 "RFC 3207 4.1", "RFC 3207 4.1"),
)


def general_reply_rows() -> list[dict[str, str | int | bool]]:
    """The rules as rows for a table, ascending by code.

    >>> [row["code"] for row in general_reply_rows() if row["any_command"]]
    [421, 500, 501]
    """
    return [{name: getattr(row, name) for name in GeneralReply.__slots__} for row in GENERAL_REPLIES]
