"""Reply codes: every one that RFC 2821, RFC 5321 or an extension defines, and how to read any other by its digits.

RFC 2821 sections 4.2.1 to 4.2.3 and 4.3.2; the extension RFCs stand with each code. A code marked unverified has a
number in a registry but no RFC that says when a server sends it.
"""

from dataclasses import dataclass

from smtplab.protocol.digits import Digit, read_digit


@dataclass(frozen=True, slots=True)
class ReplyCode:
    """A reply code that some RFC or registry names.

    Attributes
    ----------
    code : int
    name, meaning : str
        A few words, and one sentence.
    defined_in : tuple of str
        RFC and sections, one RFC an entry.
    commands : tuple of str
        What it may answer, over all RFCs; which reply one edition lists for one command is in `sequences`.
    in_rfc821, in_rfc2821, in_rfc5321 : bool
    note : str
        Other uses, and where texts differ.
    verified : bool
        False when no RFC was found that defines the reply.
    """

    code: int
    name: str
    meaning: str
    defined_in: tuple[str, ...]
    commands: tuple[str, ...]
    in_rfc821: bool
    in_rfc2821: bool
    in_rfc5321: bool
    note: str = ""
    verified: bool = True


def _code(
    code: int, name: str, meaning: str, defined_in: str, commands: str, editions: str, note: str = "",
    verified: bool = True,
) -> ReplyCode:
    listed = editions.split()
    return ReplyCode(
        code, name, meaning, tuple(defined_in.split("; ")), tuple(commands.split("; ")),
        "821" in listed, "2821" in listed, "5321" in listed, note, verified,
    )


_TABLE: tuple[ReplyCode, ...] = (
    _code(211, "System status report",
        "The server answers with information about its own state or with general help.",
        "RFC 821 4.2.1/4.2.2; RFC 2821 4.2.2-4.2.3; RFC 5321 4.2.2-4.2.3", "HELP", "821 2821 5321"),
    _code(214, "Help text for a person",
        "The lines that follow explain how to use the server or one of its commands; only a human profits from them.",
        "RFC 821 4.2.1/4.2.2; RFC 2821 4.2.2-4.2.3; RFC 5321 4.2.2-4.2.3", "HELP", "821 2821 5321"),
    _code(220, "Service ready",
        "The server greets the new connection and will take commands; after STARTTLS the same number means the TLS "
        "handshake may begin.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.3.1; RFC 5321 4.2.2, 4.3.1; STARTTLS use: RFC 3207 4", "CONNECT; STARTTLS",
        "821 2821 5321",
        "One of the replies whose text machines may read (server name is the first word): RFC 2821 4.2, 4.3.1"),
    _code(221, "Closing the channel", "The server agrees to end the session and will now close the connection.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.1.1.10, 3.9; RFC 5321 4.2.2, 4.1.1.10, 3.8", "QUIT", "821 2821 5321"),
    _code(235, "Authentication succeeded",
        "The login exchange started by AUTH ended well and the session is now authenticated.",
        "RFC 2554 4; RFC 4954 4, 6", "AUTH", "", "Enhanced code 2.7.0 (RFC 4954 6)"),
    _code(250, "Requested action completed", "The command was carried out in full and the client may go on.",
        "RFC 821 4.2.1; RFC 2821 4.2.2; RFC 5321 4.2.2",
        "EHLO; HELO; MAIL; RCPT; DATA-END; RSET; VRFY; EXPN; NOOP; SEND; SOML; SAML; TURN; BDAT; BURL; ETRN; ATRN; "
        "LHLO", "821 2821 5321",
        "After the final dot a 250 moves responsibility for the message to the server: RFC 2821 4.2.5; RFC 5321 "
        "4.2.5"),
    _code(251, "Not local, will forward",
        "The mailbox lives elsewhere but this server takes the mail and passes it on to the named address.",
        "RFC 821 4.2.1, 3.2; RFC 2821 4.2.2, 3.4; RFC 5321 4.2.2, 3.4", "RCPT; VRFY; ETRN", "821 2821 5321",
        "Text carries an address a client may read. ETRN reuses the number with another sense: nothing is waiting "
        "for that node (RFC 1985 5.1). RFC 1123 5.2.4 also lets it answer RCPT after SEND"),
    _code(252, "Cannot verify, will try",
        "The server does not confirm the mailbox now but would accept mail for it and attempt delivery.",
        "RFC 1123 5.2.3 (first); RFC 2821 4.2.2, 3.5.3; RFC 5321 4.2.2, 3.5.3", "VRFY; EXPN; ETRN", "2821 5321",
        "Not in RFC 821. ETRN reuses the number: queued mail for the node is being started (RFC 1985 5.1). RFC 6531 "
        "3.7.4.2 uses it when a reply would need UTF-8 the client did not ask for"),
    _code(253, "Queue started, count given",
        "The queue run for the named node has begun and the text says how many messages wait.", "RFC 1985 5.1",
        "ETRN", "", "ETRN only"),
    _code(334, "Authentication challenge",
        "The server sends the next base64 challenge of the login exchange and waits for the answer line.",
        "RFC 2554 4; RFC 4954 4", "AUTH", "",
        "An empty challenge is the number and one space. Carries no enhanced code (3xx never does: RFC 2034 4)"),
    _code(354, "Send the message now",
        "The server is ready for the message lines, which end with a line that holds a single dot.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 3.3, 4.1.1.4; RFC 5321 4.2.2, 3.3, 4.1.1.4", "DATA", "821 2821 5321",
        "The only 3yz code of the base protocol"),
    _code(355, "Restart offset given",
        "The server knows this interrupted transaction and tells from which octet the client should resume.",
        "RFC 1845 3", "MAIL", "", "CHECKPOINT (Experimental), answer to MAIL with TRANSID"),
    _code(421, "Service unavailable, closing",
        "The server must stop and will close the channel; it may say so in answer to anything.",
        "RFC 821 4.2.1, 4.3; RFC 2821 4.2.2, 4.3.2, 3.9; RFC 5321 4.2.2, 4.3.2, 3.8", "ANY; CONNECT", "821 2821 5321",
        "RFC 821 4.3 lists it for connection establishment; RFC 2821/5321 list only 554 there and 421 under any "
        "command"),
    _code(422, "Password transition (registry only)",
        "Named only as a basic code that may go with enhanced code X.7.12.",
        "listed in RFC 5248 2.4 table 1; no RFC found that defines the reply", "AUTH (inferred)", "",
        "Appears only as associated basic code; RFC 4954 defines 432 for this condition", verified=False),
    _code(430, "Command trouble (registry only)", "Named only as a basic code that may go with enhanced code X.5.1.",
        "listed in RFC 5248 2.4 table 1; no RFC found that defines the reply", "unknown", "",
        "Appears only as associated basic code", verified=False),
    _code(432, "Password transition needed",
        "The account must first be moved to the chosen login mechanism, usually by one plain login.",
        "RFC 2554 6; RFC 4954 6", "AUTH", "", "Enhanced code 4.7.12 (RFC 4954 6)"),
    _code(450, "Mailbox unavailable for now",
        "The request was not done because the mailbox cannot be used at this moment.",
        "RFC 821 4.2.1; RFC 2821 4.2.2; RFC 5321 4.2.2", "RCPT; DATA-END (5321); ATRN", "821 2821 5321",
        "RFC 5321 adds temporary policy blocking to the examples. ATRN refusal: RFC 2645 5.2.1, 7. MT-PRIORITY "
        "refusal: RFC 6710 4.1"),
    _code(451, "Aborted, local processing error", "The server gave up the action because of a fault on its own side.",
        "RFC 821 4.2.1; RFC 2821 4.2.2; RFC 5321 4.2.2", "MAIL; RCPT; DATA (2821 only); DATA-END; ATRN; BURL",
        "821 2821 5321",
        "Clients treat an unexpected connection loss as if 451 had come: RFC 2821 3.9; RFC 5321 3.8"),
    _code(452, "Insufficient system storage", "The server lacks the space, or the recipient room, to do this now.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.5.3.1; RFC 5321 4.2.2, 4.5.3.1.10; RFC 1870 6.1, 6.4",
        "MAIL; RCPT; DATA-END", "821 2821 5321",
        "Also the right code for too many recipients (RFC 821 wrongly had 552)"),
    _code(453, "No mail waiting", "The customer may ask for these domains but nothing is queued for them.",
        "RFC 2645 5.2.1, 7", "ATRN", "", "RFC 5248 and IANA tie it to X.3.2"),
    _code(454, "Temporary TLS or login failure",
        "STARTTLS or AUTH cannot be served now because of a passing server problem.",
        "RFC 3207 4 (STARTTLS; first RFC 2487); RFC 4954 6 (AUTH; first RFC 2554)", "STARTTLS; AUTH", "",
        "Two extensions share the number. Enhanced 4.7.0 for AUTH"),
    _code(455, "Parameters cannot be met now",
        "The server understands the MAIL or RCPT parameters but cannot honour them at present.",
        "RFC 1425 6.1 (first); RFC 1869 6.1; RFC 5321 4.1.1.11, 4.2.2", "MAIL; RCPT", "5321",
        "Absent from RFC 821 and RFC 2821 lists although RFC 1869, which 2821 replaced, had it"),
    _code(458, "Unable to queue messages", "The server could not start the queue for the named node.", "RFC 1985 5.1",
        "ETRN", "", "ETRN only"),
    _code(459, "Node not allowed", "The server will not run the queue for the named node and gives the reason.",
        "RFC 1985 5.1", "ETRN", "", "ETRN only"),
    _code(500, "Command not recognised", "The line could not be understood as a command, or was too long.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.2.4, 4.3.2; RFC 5321 4.2.2, 4.2.4, 4.3.2", "ANY; EXPN; EHLO; AUTH; ETRN",
        "821 2821 5321",
        "LMTP recommends it for HELO/EHLO (RFC 2033 4.1); AUTH line too long: RFC 4954 4, 6 (5.5.6)"),
    _code(501, "Bad parameter or argument",
        "The command is known but what follows it is wrong, or should not be there.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.1.4, 4.3.2; RFC 5321 4.2.2, 4.1.4, 4.3.2",
        "ANY; EHLO; MAIL; DATA; RSET; QUIT; AUTH; STARTTLS; ETRN", "821 2821 5321",
        "Arguments after DATA, RSET or QUIT should get it; AUTH cancelled or bad base64: RFC 4954 4"),
    _code(502, "Command not implemented", "The server knows the command but does not offer it.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.2.4; RFC 5321 4.2.2, 4.2.4", "VRFY; EXPN; HELP; EHLO; TURN; ATRN",
        "821 2821 5321", "An extension announced in EHLO must never be answered with 502 or 500: RFC 2821 4.2.4"),
    _code(503, "Bad sequence of commands", "The command is fine but came at the wrong moment.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 4.1.4, 3.1, 3.3; RFC 5321 4.2.2, 4.1.4, 3.1, 3.3",
        "MAIL; RCPT; DATA; TURN; AUTH; BDAT; BURL; any command after a 554 greeting", "821 2821 5321",
        "Server stays in the same state (4.1.4)"),
    _code(504, "Parameter not implemented", "The command exists but this parameter or variant is not supported.",
        "RFC 821 4.2.1; RFC 2821 4.2.1-4.2.2; RFC 5321 4.2.1-4.2.2; RFC 4954 4 (AUTH mechanism); RFC 4141 4.2, 5.2",
        "EHLO; HELO; VRFY; EXPN; HELP; AUTH; MAIL (CONPERM); RCPT (CONNEG)", "821 2821 5321"),
    _code(521, "Host never accepts mail", "This machine takes no mail at all; the greeting says so at once.",
        "RFC 1846 4.1 (Experimental, first); RFC 7504 3, 5.1", "CONNECT; any later command except QUIT", "",
        "RFC 7504 5.1 inserts it before 554 in the connection list of RFC 5321 4.3.2. RFC 1846 3 also let an MX "
        "relay use it at RCPT"),
    _code(523, "Encryption needed (registry only)",
        "Named only as the basic code that goes with enhanced code X.7.10, a login that needs an outer encryption "
        "layer.", "listed in RFC 5248 2.4 (entry X.7.10); no RFC found that defines the reply", "AUTH (inferred)", "",
        "RFC 5248 says such entries were in industry use without a specification", verified=False),
    _code(524, "Encryption needed for mechanism (registry only)",
        "Named only as a basic code that may go with enhanced code X.7.11.",
        "listed in RFC 5248 2.4 table 1; no RFC found that defines the reply", "AUTH (inferred)", "",
        "RFC 4954 defines 538 for this condition", verified=False),
    _code(525, "Account disabled (registry only)",
        "Named only as the basic code that goes with enhanced code X.7.13, a login to a disabled account.",
        "listed in RFC 5248 2.4 (entry X.7.13); no RFC found that defines the reply", "AUTH (inferred)", "",
        "RFC 5248 says such entries were in industry use without a specification", verified=False),
    _code(530, "Authentication or TLS required", "The server wants a login, or STARTTLS, before it does this.",
        "RFC 2554 6; RFC 4954 6; RFC 3207 4; RFC 2645 5.2.1; RFC 6409 4.3",
        "any command except AUTH, EHLO, HELO, NOOP, RSET, QUIT (RFC 4954); any except NOOP, EHLO, STARTTLS, QUIT "
        "(RFC 3207); ATRN", "",
        "The two exception lists differ: HELO and RSET are exempt only in RFC 4954, STARTTLS only in RFC 3207. "
        "Enhanced 5.7.0 in both"),
    _code(533, "Not authorised (registry only)", "Named only as a basic code that may go with enhanced code X.7.1.",
        "listed in RFC 5248 2.4 table 1; no RFC found that defines the reply", "unknown", "",
        "Appears only as associated basic code", verified=False),
    _code(534, "Mechanism too weak", "The chosen login mechanism is weaker than policy allows for this user.",
        "RFC 2554 6; RFC 4954 6", "AUTH", "", "Enhanced code 5.7.9"),
    _code(535, "Credentials invalid", "The login failed because the credentials were wrong or not enough.",
        "RFC 2554 4; RFC 4954 4, 6", "AUTH", "", "Enhanced code 5.7.8"),
    _code(538, "Encryption required for mechanism",
        "The chosen login mechanism may only be used on an encrypted connection.",
        "RFC 2554 6; RFC 4954 6 (kept for history)", "AUTH", "",
        "Enhanced code 5.7.11; modern servers should not offer such a mechanism without encryption"),
    _code(550, "Mailbox unavailable or refused",
        "The request was not done because the mailbox does not exist, may not be used, or policy forbids it.",
        "RFC 821 4.2.1; RFC 2821 4.2.2; RFC 5321 4.2.2", "EHLO; HELO; MAIL; RCPT; VRFY; EXPN; DATA-END (5321)",
        "821 2821 5321", "RFC 821 examples have not found / no access; RFC 2821 adds policy"),
    _code(551, "Not local, try elsewhere",
        "The mailbox lives elsewhere, this server will not forward, and it names the address to try.",
        "RFC 821 4.2.1, 3.2; RFC 2821 4.2.2, 3.4; RFC 5321 4.2.2, 3.4", "RCPT; VRFY", "821 2821 5321",
        "Text carries an address a client may read"),
    _code(552, "Storage allocation exceeded",
        "The action was dropped because it would go over a size or quota limit.",
        "RFC 821 4.2.1; RFC 2821 4.2.2; RFC 5321 4.2.2; RFC 1870 4, 6.1, 6.4", "MAIL; RCPT; DATA-END; BURL",
        "821 2821 5321",
        "For too many recipients clients should read a 552 as temporary (RFC 2821 4.5.3.1). Note the odd mix: "
        "permanent number, often temporary cause"),
    _code(553, "Mailbox name not allowed", "The address is badly formed, ambiguous or not acceptable here.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 3.5.1; RFC 5321 4.2.2, 3.5.1", "MAIL; RCPT; VRFY", "821 2821 5321",
        "Ambiguous VRFY name: 3.5.1. Non-ASCII recipient refused: RFC 6531 3.5"),
    _code(554, "Transaction failed",
        "The transaction could not be completed; as a greeting it means there is no mail service here.",
        "RFC 821 4.2.1; RFC 2821 4.2.2, 3.1, 3.3; RFC 5321 4.2.2, 3.1, 3.3; RFC 3207 4.1; RFC 6409 4.1",
        "CONNECT; DATA; DATA-END; BURL; any command except QUIT after unsatisfactory TLS", "821 2821 5321",
        "RFC 821 has only the transaction sense; the greeting sense came with RFC 2821. DATA without a valid "
        "recipient: 3.3"),
    _code(555, "Parameters not recognised", "One of the MAIL or RCPT parameters is unknown or not implemented.",
        "RFC 1425 6.1 (first); RFC 1869 6.1; RFC 5321 4.1.1.11, 4.2.2", "MAIL; RCPT", "5321",
        "Absent from RFC 821 and RFC 2821 lists although RFC 1869, which 2821 replaced, had it"),
    _code(556, "Domain accepts no mail",
        "The server knows, without trying to connect, that the recipient domain takes no mail.",
        "RFC 7504 4, 5.1; RFC 7505 4.1 (null MX)", "RCPT", "", "Updates RFC 5321 4.3.2 RCPT list. Enhanced 5.1.10"),
    _code(557, "No meaning found", "No RFC text was found that gives this number a sense in SMTP.", "none found",
        "unknown", "", "Searched the RFC texts up to January 2023; keep out of teaching material", verified=False),
)

REPLY_CODES: dict[int, ReplyCode] = {row.code: row for row in _TABLE}
"""Every known reply code by its number, ascending."""


@dataclass(frozen=True, slots=True)
class CodeReading:
    """Any three digits, read.

    Attributes
    ----------
    code : int
    digits : tuple of three Digit
    known : ReplyCode or None
        None when no RFC and no registry names the code: then the digits say all there is to say.
    siblings : tuple of int
        The codes that share the first two digits, this one included if it is known. Only among these does the
        third digit tell anything.
    """

    code: int
    digits: tuple[Digit, Digit, Digit]
    known: ReplyCode | None
    siblings: tuple[int, ...]


def read_code(code: int | str) -> CodeReading:
    """Read a reply code by its digits, known or not (RFC 2821 section 4.2.1).

    Raises
    ------
    ValueError
        With a sentence that says why this is no reply code.
    TypeError
        For anything but a whole number or a text.

    Examples
    --------
    >>> reading = read_code(457)
    >>> reading.known is None, reading.digits[0].name
    (True, 'Transient negative completion')
    >>> read_code("25")
    Traceback (most recent call last):
    ValueError: "25" is no reply code: a reply code has three digits, this has 2.
    """
    text = _digits_of(code)
    number = int(text)
    first, second, third = (read_digit(position, int(value)) for position, value in enumerate(text, 1))
    return CodeReading(number, (first, second, third), REPLY_CODES.get(number), siblings(number))


def _digits_of(code: int | str) -> str:
    if isinstance(code, bool) or not (isinstance(code, str) or hasattr(code, "__index__")):
        raise TypeError(f"A reply code is a whole number or a text, such as 550 or '550', not {type(code).__name__}.")
    text = str(code).strip()
    shown = f'"{text[:20]}" is no reply code'
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{shown}: a reply code is three digits and nothing else, for example 250.")
    if len(text) != 3:
        raise ValueError(f"{shown}: a reply code has three digits, this has {len(text)}.")
    if text[0] not in "12345":
        raise ValueError(f"{shown}: the first digit says yes or no and is 1 to 5, never {text[0]}.")
    return text


def siblings(code: int) -> tuple[int, ...]:
    """Codes that share the first two digits, among the codes of RFC 2821 if this is one of them.

    >>> siblings(451), siblings(454)
    ((450, 451, 452), (450, 451, 452, 453, 454, 455, 458, 459))
    """
    known = REPLY_CODES.get(code)
    base = known is not None and known.in_rfc2821
    return tuple(
        row.code for row in _TABLE
        if row.code // 10 == code // 10 and (row.in_rfc2821 if base else row.verified or row is known)
    )


def reply_code_rows() -> list[dict[str, str | int | bool]]:
    """The reply codes as rows for a table, ascending.

    >>> reply_code_rows()[0]["code"], reply_code_rows()[0]["commands"]
    (211, 'HELP')
    """
    return [
        {
            name: "; ".join(getattr(row, name)) if name in ("defined_in", "commands") else getattr(row, name)
            for name in ReplyCode.__slots__
        }
        for row in _TABLE
    ]
