"""The three digits of a reply code, each with its own meaning (RFC 2821 section 4.2.1).

Beside the RFC's sense stands what the source page of this course says about the digit, and where the two differ.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digit:
    """One value, or a range of values, of one of the three digits.

    Attributes
    ----------
    position : {1, 2, 3}
    digit : str
        ``"4"``, or a range such as ``"6-9"``.
    name, meaning : str
    sections : tuple of str
        Where the RFCs give the sense.
    seed_says : str
        The sense on the source page.
    seed_agrees : {"yes", "partly"}
    in_rfc2821, in_rfc5321 : bool
        Whether that edition has this value.
    note : str
        Where texts differ, or what is inferred.
    """

    position: int
    digit: str
    name: str
    meaning: str
    sections: tuple[str, ...]
    seed_says: str
    seed_agrees: str
    in_rfc2821: bool
    in_rfc5321: bool
    note: str = ""


def _digit(
    position: int, digit: str, name: str, meaning: str, sections: str, seed_says: str, seed_agrees: str, editions: str,
    note: str = "",
) -> Digit:
    found = ("2821" in editions, "5321" in editions)
    return Digit(position, digit, name, meaning, tuple(sections.split("; ")), seed_says, seed_agrees, *found, note)


DIGITS: tuple[Digit, ...] = (
    _digit(1, "1", "Positive preliminary",
        "Command taken, action held back until the client confirms; no base SMTP command uses it.",
        "RFC 821 App. E; RFC 2821 4.2.1", "Accepted, no action yet, confirmation required; currently not used", "yes",
        "2821",
        "RFC 5321 4.2.1 lists only four values (2-5) and leaves 1yz out; RFC 2821 4.3.2 already forbids sending it "
        "without an extension"),
    _digit(1, "2", "Positive completion", "The action is done; the client may send the next request.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "Task completed successfully", "yes", "2821 5321"),
    _digit(1, "3", "Positive intermediate", "So far fine; the server waits for more input to finish.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "Understood, needs further information", "yes", "2821 5321",
        "Used only inside command groups such as DATA (354) and AUTH (334)"),
    _digit(1, "4", "Transient negative completion", "Not done this time; the very same command may work later.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1",
        "Temporary failure, repeat unchanged may work; used to keep untrusted senders at bay", "yes", "2821 5321",
        "The remark on untrusted senders (greylisting) is the seed author's, not in the RFC"),
    _digit(1, "5", "Permanent negative completion",
        "Not done, and the same request should not be sent again unchanged.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "The server has encountered an error", "partly",
        "2821 5321",
        "The seed drops the point that matters: permanent, do not repeat the same request. RFC 2821 discourages the "
        "repeat, RFC 5321 says SHOULD NOT"),
    _digit(2, "0", "Syntax",
        "Syntax errors, well-formed commands that fit no other group, and commands not implemented or not needed.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "A syntax error has occurred", "partly", "2821 5321",
        "The seed is narrower: 502, 503 and 504 are not syntax errors in the strict sense"),
    _digit(2, "1", "Information", "Answers when the client asked for facts, for example status or help.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "Informational reply, e.g. to HELP", "yes", "2821 5321",
        "RFC also names status"),
    _digit(2, "2", "Connections", "Replies about the transmission channel.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1", "Connection status", "yes", "2821 5321"),
    _digit(2, "3", "Unspecified", "No meaning is given in SMTP.", "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1",
        "Unspecified", "yes", "2821 5321",
        "AUTH/TLS codes 235, 334, 432, 530, 534, 535, 538 all have 3 here; RFC 4954 does not redefine the digit. FTP "
        "(RFC 959 4.2) gives x3z to authentication and accounting, and RFC 5321 4.2.1 says SMTP codes follow the FTP "
        "model. Reading x3z as authentication is an inference"),
    _digit(2, "4", "Unspecified", "No meaning is given in SMTP.", "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1",
        "Unspecified", "yes", "2821 5321", "No code of SMTP has 4 here"),
    _digit(2, "5", "Mail system",
        "State of the receiving mail system with respect to the transfer or other mail action.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1",
        "Status of the mail system as a whole and the mail server in particular", "yes", "2821 5321",
        "Seed wording is close, the RFC ties it to the requested transfer"),
    _digit(2, "6-9", "Not used",
        "Not among the listed categories; the reply grammar of RFC 5321 allows only 0 to 5 here.",
        "RFC 5321 4.2 (ABNF Reply-code)", "Says there are six possible values (0-5)", "yes", "",
        "Same count in RFC and seed"),
    _digit(3, "0-9", "Finest gradation", "Tells replies of one category apart; no fixed meaning of its own.",
        "RFC 821 App. E; RFC 2821 4.2.1; RFC 5321 4.2.1",
        "More specific, more graduations of the mail transfer status", "yes", "2821 5321",
        "Applies to every category, not just mail transfer"),
)

_BY_VALUE = {
    (row.position, value): row
    for row in DIGITS
    for value in range(int(row.digit[0]), int(row.digit[-1]) + 1)
}


def read_digit(position: int, value: int) -> Digit:
    """The meaning of one digit.

    Parameters
    ----------
    position : {1, 2, 3}
        1 for the first digit.
    value : int
        1 to 5 at position 1, otherwise 0 to 9.

    Raises
    ------
    ValueError
        For a position or a value that no reply code has.

    >>> read_digit(1, 4).name
    'Transient negative completion'
    """
    try:
        return _BY_VALUE[position, value]
    except KeyError:
        raise ValueError(
            f"No reply code has {value!r} at position {position!r}: the first digit is 1 to 5, the others 0 to 9."
        ) from None


def digit_rows() -> list[dict[str, str | int | bool]]:
    """The digits as rows for a table: first digit, second digit, third digit.

    >>> [row["digit"] for row in digit_rows() if row["position"] == 1]
    ['1', '2', '3', '4', '5']
    """
    return [
        {name: "; ".join(row.sections) if name == "sections" else getattr(row, name) for name in Digit.__slots__}
        for row in DIGITS
    ]
