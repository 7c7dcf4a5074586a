"""Commands: what each is for, its syntax, and who defines it (RFC 2821 sections 4.1.1, 4.5.1; the extensions' RFCs).

When a command may come is not here: the machine's table says it. Which replies it may get is in `sequences`.
"""

from dataclasses import dataclass
from typing import Literal

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.wire import Command


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """What an RFC says about one verb.

    Attributes
    ----------
    verb : str
    meaning : str
        One plain sentence.
    syntax : str
        The grammar of the line; SP is a blank, square brackets hold what may be left out.
    argument : {"none", "optional", "required"}
    effect : str
        What success does to the buffers of the mail transaction, and to the session.
    required_2821, required_5321 : bool
        Whether every server must have it (section 4.5.1).
    announced_by : str
        The keyword in the answer to EHLO; empty for commands that need none.
    defined_in : tuple of str
    example : str
        A line that parses.
    note : str
    """

    verb: str
    meaning: str
    syntax: str
    argument: Literal["none", "optional", "required"]
    effect: str
    required_2821: bool
    required_5321: bool
    announced_by: str
    defined_in: tuple[str, ...]
    example: str
    note: str = ""

    def is_required(self, edition: int) -> bool:
        """True when every server of that edition must have the command."""
        return self.required_5321 if edition == 5321 else self.required_2821


def _spec(
    verb: str, meaning: str, syntax: str, argument: Literal["none", "optional", "required"], effect: str,
    required_in: str, announced_by: str, defined_in: str, example: str, note: str = "",
) -> CommandSpec:
    return CommandSpec(
        verb, meaning, syntax, argument, effect, "2821" in required_in.split(), "5321" in required_in.split(),
        announced_by, tuple(defined_in.split("; ")), example, note,
    )


_TABLE: tuple[CommandSpec, ...] = (
    _spec("EHLO", "Names the client and asks for the server's extensions.", "EHLO SP (domain / address-literal) CRLF",
        "required",
        "On 250: all buffers cleared, transaction (if any) dropped, extension list sent. On error: state kept.",
        "2821 5321", "", "RFC 1425 4 (first); RFC 1869 4; RFC 2821 4.1.1.1; RFC 5321 4.1.1.1", "EHLO me.example",
        "RFC 2821 let text follow an address literal; RFC 5321 tells clients not to. Reply is the only multi-line "
        "form with keywords"),
    _spec("HELO", "Names the client; the older form, without extensions.", "HELO SP domain CRLF", "required",
        "On 250: all buffers cleared, transaction dropped, no extension list. On error: state kept.", "821 2821 5321",
        "", "RFC 821 4.1.1; RFC 2821 4.1.1.1; RFC 5321 4.1.1.1", "HELO me.example",
        "Server must never answer HELO in the EHLO style (3.2). RFC 5321 grammar gives HELO a domain only, no "
        "literal"),
    _spec("MAIL", "Starts a mail and names its sender.", "MAIL FROM:(\"<>\" / reverse-path) [SP params] CRLF",
        "required", "Clears all three buffers, then stores the reverse-path. Opens a transaction.", "821 2821 5321",
        "", "RFC 821 4.1.1; RFC 2821 4.1.1.2; RFC 5321 4.1.1.2", "MAIL FROM:<bob@lab.example>",
        "Parameters only if an announced extension defines them. Not to be sent while a transaction is open (4.1.4)"),
    _spec("RCPT", "Names one recipient.",
        "RCPT TO:(\"<Postmaster@\" domain \">\" / \"<Postmaster>\" / forward-path) [SP params] CRLF", "required",
        "On 2yz the forward-path is appended to the forward-path buffer; the other buffers stay.", "821 2821 5321",
        "", "RFC 821 4.1.1; RFC 2821 4.1.1.3; RFC 5321 4.1.1.3", "RCPT TO:<bob@lab.example>",
        "Repeat once per recipient; at least 100 must be accepted. Bare Postmaster is case-insensitive (5321)"),
    _spec("DATA", "Asks to send the message itself.", "DATA CRLF", "none",
        "354 starts message input. The final dot makes the server process and then clear all buffers.",
        "821 2821 5321", "", "RFC 821 4.1.1; RFC 2821 4.1.1.4; RFC 5321 4.1.1.4", "DATA",
        "Argument should give 501. Without a valid recipient: 503 or 554 (3.3)"),
    _spec("RSET", "Drops the mail begun so far; the connection stays.", "RSET CRLF", "none",
        "Drops sender, recipients and data; state tables cleared; connection stays open.", "821 2821 5321", "",
        "RFC 821 4.1.1; RFC 2821 4.1.1.5; RFC 5321 4.1.1.5", "RSET",
        "Argument should give 501. No effect when no transaction is open, or before EHLO"),
    _spec("VRFY", "Asks whether a mailbox exists.", "VRFY SP string CRLF", "required", "None on the buffers.",
        "2821 5321", "VRFY", "RFC 821 4.1.1; RFC 1123 5.2.3 (made required); RFC 2821 4.1.1.6; RFC 5321 4.1.1.6",
        "VRFY bob",
        "RFC 2821: must be announced if supported; RFC 5321: may. May be switched off by local policy. RFC 2821 is "
        "uneven: required by 4.5.1, yet SHOULD in 3.5.1 and 3.5.2"),
    _spec("EXPN", "Asks who is on a mailing list.", "EXPN SP string CRLF", "required", "None on the buffers.", "",
        "EXPN", "RFC 821 4.1.1; RFC 2821 4.1.1.7; RFC 5321 4.1.1.7", "EXPN staff",
        "Must be listed in the EHLO answer if supported (3.5.2)"),
    _spec("HELP", "Asks for help text.", "HELP [SP string] CRLF", "optional", "None on the buffers.", "", "HELP",
        "RFC 821 4.1.1; RFC 2821 4.1.1.8; RFC 5321 4.1.1.8", "HELP",
        "Without argument SHOULD be supported, with argument MAY"),
    _spec("NOOP", "Does nothing; the server answers that it is there.", "NOOP [SP string] CRLF", "optional", "None.",
        "821 2821 5321", "", "RFC 821 4.1.1; RFC 2821 4.1.1.9; RFC 5321 4.1.1.9", "NOOP",
        "Argument SHOULD be ignored. RFC 821 allowed none"),
    _spec("QUIT", "Ends the session.", "QUIT CRLF", "none",
        "Server answers 221 and closes. An unfinished transaction is dropped.", "821 2821 5321", "",
        "RFC 821 4.1.1; RFC 2821 4.1.1.10; RFC 5321 4.1.1.10", "QUIT",
        "Argument should give 501. RFC 5321 says openly that a transaction is aborted; RFC 2821 says only that it "
        "may be sent at any time"),
    _spec("SEND", "Old: a mail for the user's terminal.", "SEND FROM:reverse-path CRLF", "required",
        "As MAIL, delivery to a terminal.", "", "SEND", "RFC 821 4.1.1, 3.4", "SEND FROM:<bob@lab.example>",
        "Obsolete: RFC 2821 App. F.6. RFC 821 4.3: 250; 552 451 452; 500 501 502 421"),
    _spec("SOML", "Old: a mail for the terminal, or else the mailbox.", "SOML FROM:reverse-path CRLF", "required",
        "As MAIL, to terminal or else mailbox.", "", "SOML", "RFC 821 4.1.1, 3.4", "SOML FROM:<bob@lab.example>",
        "Obsolete"),
    _spec("SAML", "Old: a mail for the terminal and the mailbox.", "SAML FROM:reverse-path CRLF", "required",
        "As MAIL, to terminal and mailbox.", "", "SAML", "RFC 821 4.1.1, 3.4", "SAML FROM:<bob@lab.example>",
        "Obsolete"),
    _spec("TURN", "Old: client and server swap roles.", "TURN CRLF", "none",
        "On 250 client and server swap roles and start again at the greeting; on 502 nothing changes.", "", "TURN",
        "RFC 821 4.1.1, 3.8", "TURN", "Deprecated for security: RFC 2821 App. F.1. RFC 821 4.3: 250; 502; 500 503"),
    _spec("AUTH", "Logs the client in.", "AUTH SP mechanism [SP initial-response] CRLF", "required",
        "Runs a login exchange of 334 lines; 235 marks the session authenticated. With a security layer the session "
        "returns to the state after the greeting.", "", "AUTH", "RFC 2554 4 (first); RFC 4954 4", "AUTH PLAIN",
        "503 during a transaction or after a successful AUTH"),
    _spec("STARTTLS", "Asks to encrypt the connection.", "STARTTLS CRLF", "none",
        "On 220 a TLS handshake follows; afterwards the session is back at the state after the greeting and both "
        "sides forget what they learned.", "", "STARTTLS", "RFC 2487 5 (first); RFC 3207 4", "STARTTLS",
        "220; 501; 454. RFC 3207 names no forbidden state itself; must be last in a pipelined group"),
    _spec("BDAT", "Sends a counted piece of the message instead of DATA.", "BDAT SP octets [SP LAST] CRLF octets",
        "required", "Adds a counted chunk to the mail data buffer; LAST finishes the message.", "", "CHUNKING",
        "RFC 3030 2", "BDAT 900 LAST",
        "250 per chunk; 503 after LAST or when mixed with DATA; after a failure only RSET helps"),
    _spec("ETRN", "Asks the server to send the mail that waits for a host.", "ETRN SP [@ / #]node CRLF", "required",
        "Asks the server to start its queue for a node; not allowed inside a transaction.", "", "ETRN", "RFC 1985 5",
        "ETRN lab.example",
        "250; 251; 252; 253; 458; 459; 500; 501. RFC 1985 5 says once a session is established, outside a "
        "transaction"),
    _spec("ATRN", "Swaps roles after a login, so that waiting mail comes.", "ATRN [SP domain *(, domain)] CRLF",
        "optional", "On 250 client and server swap roles.", "", "ATRN", "RFC 2645 5.2.1", "ATRN",
        "250; 450; 451; 453; 502; 530. Service port 366"),
    _spec("BURL", "Has the server fetch the message from an IMAP server.", "BURL SP url [SP LAST] CRLF", "required",
        "Server fetches the message from an IMAP URL instead of DATA.", "", "BURL", "RFC 4468 3",
        "BURL imap://imap.example/bob LAST", "Submission only. 250; 451; 503; 552; 554"),
    _spec("LHLO", "EHLO's counterpart in LMTP.", "LHLO SP domain CRLF", "required", "Same as EHLO, for LMTP.", "", "",
        "RFC 2033 4.1", "LHLO me.example",
        "LMTP only: no HELO/EHLO (500 recommended); DATA without recipient must be 503; one reply per accepted "
        "recipient after the dot (4.2)"),
)

COMMANDS: dict[str, CommandSpec] = {spec.verb: spec for spec in _TABLE}
"""Every known command by its verb: first the base protocol in the RFC's order, then obsolete ones, then extensions."""

BASE = ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT")
"""The commands of RFC 2821 section 4.1.1."""

NOT_OFFERED = ("SEND", "SOML", "SAML", "TURN")
"""Known, but too old to offer (RFC 2821 appendix F): 502."""


def check_argument(command: Command) -> None:
    """Raise 501 when a known command lacks its argument, or has one where none may stand (section 4.3.2).

    What the argument must look like is read elsewhere (`paths`). A command nobody knows passes.

    >>> check_argument(Command("DATA", "now", b"DATA now"))
    Traceback (most recent call last):
    smtplab.protocol.errors.ProtocolError: DATA takes no argument. Write DATA alone on the line.
    """
    spec = COMMANDS.get(command.verb)
    if spec is None:
        return
    if spec.argument == "none" and command.argument is not None:
        raise ProtocolError(501, f"{spec.verb} takes no argument. Write {spec.verb} alone on the line.")
    if spec.argument == "required" and command.argument is None:
        raise ProtocolError(501, f"{spec.verb} needs an argument. Write for example {spec.example}.")


def command_rows() -> list[dict[str, str | bool]]:
    """The commands as rows for a table.

    >>> command_rows()[0]["verb"]
    'EHLO'
    """
    return [
        {
            name: "; ".join(spec.defined_in) if name == "defined_in" else getattr(spec, name)
            for name in CommandSpec.__slots__
        }
        for spec in _TABLE
    ]
