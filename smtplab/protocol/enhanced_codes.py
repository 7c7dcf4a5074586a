"""Enhanced status codes: class, subject, detail in front of a reply's text (RFC 3463, RFC 2034, registry RFC 5248).

They say more than a reply code and never something else: the class must be the reply code's first digit (RFC 2034
section 4). The greeting, the answers to EHLO and HELO, and 3yz replies carry none.
"""

import re
from dataclasses import dataclass

_GRAMMAR = re.compile(r"([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})(?![^ \t\r\n])")


@dataclass(frozen=True, slots=True)
class EnhancedCode:
    """An enhanced status code such as 5.7.1.

    Attributes
    ----------
    class_ : {2, 4, 5}
    subject, detail : int
        0 to 999.

    >>> str(EnhancedCode(5, 7, 1))
    '5.7.1'
    """

    class_: int
    subject: int
    detail: int

    def __str__(self) -> str:
        return f"{self.class_}.{self.subject}.{self.detail}"

    def agrees_with(self, reply_code: int) -> bool:
        """True when the class is the reply code's first digit, as RFC 2034 section 4 demands."""
        return self.class_ == reply_code // 100


@dataclass(frozen=True, slots=True)
class Part:
    """A class or a subject: its number, name and meaning (RFC 3463 section 2)."""

    number: int
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A subject and detail that some RFC or the registry defines.

    Attributes
    ----------
    subject, detail : int
    name, meaning : str
    classes : tuple of int
        The classes its text allows; empty where the text names none.
    basic_codes : tuple of str
        Reply codes the registry names with it: digits, ``5XX`` or ``any``.
    reference : str
    note : str
        Where texts clash.
    registry_only : bool
        True when no RFC defines it.
    """

    subject: int
    detail: int
    name: str
    meaning: str
    classes: tuple[int, ...]
    basic_codes: tuple[str, ...]
    reference: str
    note: str = ""
    registry_only: bool = False


def _detail(
    subject: int, detail: int, name: str, meaning: str, classes: str, basic_codes: str, reference: str,
    note: str = "", registry_only: bool = False,
) -> Detail:
    numbers = tuple(map(int, classes.split()))
    return Detail(
        subject, detail, name, meaning, numbers, tuple(basic_codes.split()), reference, note, registry_only
    )


CLASSES: dict[int, Part] = {
    2: Part(2, "Success", "The delivery step worked; the detail may tell what was changed on the way."),
    4: Part(4, "Persistent transient failure",
            "The message is fine but something passing stopped or delayed it; sending later may work."),
    5: Part(5, "Permanent failure",
            "The message will not go through as it stands; it or the destination must change."),
}

SUBJECTS: dict[int, Part] = {
    0: Part(0, "Other", "Nothing more is known than the class."),
    1: Part(1, "Addressing", "About a sender or recipient address, its form or existence."),
    2: Part(2, "Mailbox", "About the mailbox itself, normally in the hands of its owner."),
    3: Part(3, "Mail system", "About the destination system, normally in the hands of its operator."),
    4: Part(4, "Network and routing", "About the path: directory, routing, congestion."),
    5: Part(5, "Mail protocol", "About the SMTP dialogue or another delivery protocol."),
    6: Part(6, "Content or media", "About the message content and its conversion."),
    7: Part(7, "Security or policy", "About authorisation, encryption and filtering rules."),
}

_TABLE: tuple[Detail, ...] = (
    _detail(0, 0, "Unspecified", "Only the class is known.", "", "any", "RFC 3463 3.1"),
    _detail(1, 0, "Other address problem", "Something about an address caused this.", "", "", "RFC 3463 3.2"),
    _detail(1, 1, "No such mailbox", "The part before the at sign does not exist there.", "5", "451 550",
        "RFC 3463 3.2", "Text allows permanent use only, yet 451 is among the basic codes"),
    _detail(1, 2, "No such destination domain", "The part after the at sign cannot take mail.", "5", "",
        "RFC 3463 3.2"),
    _detail(1, 3, "Recipient address malformed", "The recipient address has wrong syntax.", "5", "501",
        "RFC 3463 3.2"),
    _detail(1, 4, "Recipient ambiguous", "The address fits more than one mailbox.", "", "", "RFC 3463 3.2"),
    _detail(1, 5, "Recipient valid", "The recipient address is good.", "2", "250", "RFC 3463 3.2"),
    _detail(1, 6, "Mailbox moved, no new address", "The mailbox once existed and now takes no mail.", "5", "",
        "RFC 3463 3.2"),
    _detail(1, 7, "Sender address malformed", "The sender address has wrong syntax.", "", "", "RFC 3463 3.2"),
    _detail(1, 8, "Sender domain bad", "The sender domain does not exist or takes no return mail.", "", "451 501",
        "RFC 3463 3.2"),
    _detail(1, 9, "Passed to a system without this protocol", "The mail went on to a system that cannot report back.",
        "2", "", "RFC 3886 3.3.4", "2.1.9 only with a relayed action"),
    _detail(1, 10, "Recipient domain takes no mail", "The recipient domain publishes a null MX.", "5", "556",
        "RFC 7505 6; RFC 7504 6"),
    _detail(2, 0, "Other mailbox problem", "The mailbox exists but something about it caused this.", "", "",
        "RFC 3463 3.3"),
    _detail(2, 1, "Mailbox switched off", "The mailbox exists but accepts nothing, for good or for now.", "4 5", "",
        "RFC 3463 3.3"),
    _detail(2, 2, "Mailbox full", "The recipient is over quota.", "4", "552", "RFC 3463 3.3",
        "Text wants 4.2.2 but the only basic code is the permanent 552; RFC 2034 4 demands equal classes"),
    _detail(2, 3, "Message too long for this mailbox", "A size limit of this mailbox was passed.", "5", "552",
        "RFC 3463 3.3"),
    _detail(2, 4, "List could not be expanded", "The address is a list and expanding it failed.", "4 5", "450 452",
        "RFC 3463 3.3"),
    _detail(3, 0, "Other system problem", "The destination system caused this.", "", "221 250 421 451 550 554",
        "RFC 3463 3.4"),
    _detail(3, 1, "System storage full", "The mail system has no room left.", "4", "452", "RFC 3463 3.4"),
    _detail(3, 2, "System takes no messages", "The host refuses mail, for example at shutdown or overload.", "4 5",
        "453 521", "RFC 3463 3.4; RFC 7504 6"),
    _detail(3, 3, "Wanted feature not supported", "The destination cannot do what the message asks.", "", "",
        "RFC 3463 3.4"),
    _detail(3, 4, "Message too large for the system", "A size limit of the whole system was passed.", "5", "552 554",
        "RFC 3463 3.4"),
    _detail(3, 5, "System set up wrongly", "The configuration does not permit accepting this.", "", "",
        "RFC 3463 3.4", "Missing from the summary table in RFC 3463 Appendix"),
    _detail(3, 6, "Priority was changed", "Accepted, but with another transfer priority, given in the text.", "2",
        "250 251", "RFC 6710 10"),
    _detail(4, 0, "Other network problem", "Networking or routing failed in a way not listed.", "", "",
        "RFC 3463 3.5"),
    _detail(4, 1, "Host did not answer", "The outgoing connection was not taken up.", "4", "451", "RFC 3463 3.5"),
    _detail(4, 2, "Connection went bad", "The connection broke or was too poor to finish.", "4", "421",
        "RFC 3463 3.5"),
    _detail(4, 3, "Directory lookup failed", "A directory such as DNS could not be asked.", "4", "451 550",
        "RFC 3463 3.5",
        "Text allows transient use only, yet 550 is among the basic codes. RFC 3463 Appendix names it routing server"),
    _detail(4, 4, "No route", "The next hop could not be found.", "4 5", "", "RFC 3463 3.5"),
    _detail(4, 5, "System congested", "Too much traffic to deliver now.", "4", "451", "RFC 3463 3.5",
        "Called network congestion in the Appendix of RFC 3463"),
    _detail(4, 6, "Loop found", "The message was forwarded too many times.", "4", "", "RFC 3463 3.5"),
    _detail(4, 7, "Delivery time used up", "The message grew too old.", "", "", "RFC 3463 3.5"),
    _detail(5, 0, "Other protocol problem", "The delivery protocol failed in a way not listed.", "",
        "220 250 251 252 253 451 452 454 458 459 501 502 503 554", "RFC 3463 3.6"),
    _detail(5, 1, "Command not valid here", "The command was unsupported or out of order.", "5",
        "430 500 501 503 530 550 554 555", "RFC 3463 3.6"),
    _detail(5, 2, "Command syntax error", "The command could not be read.", "5", "500 501 502 550 555",
        "RFC 3463 3.6"),
    _detail(5, 3, "Too many recipients", "More recipients than can be handled at once.", "", "451", "RFC 3463 3.6",
        "RFC 5321 asks for 452 in this case, which the registry does not list here"),
    _detail(5, 4, "Command arguments not valid", "A proper command with arguments out of range or unknown.", "5",
        "451 501 502 503 504 550 555", "RFC 3463 3.6", "Text allows permanent use only, yet 451 is listed"),
    _detail(5, 5, "Protocol version mismatch", "Both sides could not settle on a version.", "", "", "RFC 3463 3.6"),
    _detail(5, 6, "Login line too long", "The base64 answer exceeds the buffer of the mechanism.", "4 5", "500",
        "RFC 4954 6"),
    _detail(6, 0, "Other content problem", "The content made delivery impossible in a way not listed.", "", "",
        "RFC 3463 3.7"),
    _detail(6, 1, "Media type not supported", "The content kind cannot be carried onward.", "5", "", "RFC 3463 3.7"),
    _detail(6, 2, "Conversion needed but forbidden", "The content must be changed and may not be.", "", "",
        "RFC 3463 3.7"),
    _detail(6, 3, "Conversion needed but impossible", "The content must be changed and no host can do it.", "", "554",
        "RFC 3463 3.7"),
    _detail(6, 4, "Converted with loss", "Delivered, with some data lost in conversion.", "2 5", "250",
        "RFC 3463 3.7"),
    _detail(6, 5, "Conversion failed", "A needed conversion did not work.", "4 5", "", "RFC 3463 3.7"),
    _detail(6, 6, "Content could not be fetched", "Remote message content was not available.", "4 5", "554",
        "RFC 4468 5"),
    _detail(6, 7, "Non-ASCII address not allowed", "MAIL or RCPT has a non-ASCII address that is not permitted.", "",
        "550 553", "RFC 6531 4.2"),
    _detail(6, 8, "UTF-8 reply not allowed", "The answer would need UTF-8 and the client did not permit it.", "",
        "252 550 553", "RFC 6531 4.2"),
    _detail(6, 9, "UTF-8 headers refused", "A recipient cannot take UTF-8 headers; found after the final dot.", "",
        "550", "RFC 6531 4.2", "RFC 6531 3.5 itself uses reply 554 for this, the registry has 550"),
    _detail(6, 10, "(deprecated)", "Copy of X.6.8, not to be used.", "", "", "RFC 6531 4.2", "Deprecated duplicate"),
    _detail(7, 0, "Other security problem", "A security matter not listed, or not to be told.", "",
        "220 235 450 454 500 501 503 504 530 535 550", "RFC 3463 3.8"),
    _detail(7, 1, "Delivery not authorised", "The sender may not send there.", "5", "451 454 502 503 533 550 551",
        "RFC 3463 3.8", "Text allows permanent use only, yet 451 and 454 are listed"),
    _detail(7, 2, "List posting not allowed", "The sender may not write to this list.", "5", "550", "RFC 3463 3.8"),
    _detail(7, 3, "Security conversion impossible",
        "A change of secure message protocol is needed and cannot be done.", "5", "", "RFC 3463 3.8"),
    _detail(7, 4, "Security feature not supported", "The message asks for a security feature the path lacks.", "5",
        "504", "RFC 3463 3.8"),
    _detail(7, 5, "Cryptographic failure", "A key or the like was missing or wrong.", "", "", "RFC 3463 3.8"),
    _detail(7, 6, "Algorithm not supported", "A needed cryptographic algorithm is missing.", "", "", "RFC 3463 3.8"),
    _detail(7, 7, "Message damaged", "Integrity check failed.", "2 4 5", "", "RFC 3463 3.8"),
    _detail(7, 8, "Wrong credentials", "Login failed for bad or insufficient credentials.", "5", "535 554",
        "RFC 4954 6"),
    _detail(7, 9, "Mechanism too weak", "Policy wants a stronger login mechanism for this user.", "5", "534",
        "RFC 4954 6"),
    _detail(7, 10, "Encryption needed", "An outer encryption layer is needed for this login.", "", "523",
        "RFC 5248 2.4; RFC 8689 4.2.1 reuses it", "RFC 8689 reports 5.7.10 when no TLS session could be set up"),
    _detail(7, 11, "Encryption needed for mechanism",
        "This mechanism works only on an encrypted connection (historic).", "5", "524 538", "RFC 4954 6"),
    _detail(7, 12, "Password transition needed", "One plain login is needed before this mechanism works.", "4",
        "422 432", "RFC 4954 6"),
    _detail(7, 13, "Account disabled", "The login was right but the account is closed.", "5", "525", "RFC 5248 2.4"),
    _detail(7, 14, "Trust relationship needed", "The submit server needs a set-up trust with a third server.", "5",
        "535 554", "RFC 5248 2.4", "Replaces X.7.8 as printed in RFC 4468 (errata 895, 896)"),
    _detail(7, 15, "Priority too low", "Below the lowest priority now accepted.", "4 5", "450 550", "RFC 6710 10",
        "Other 4XX or 5XX allowed"),
    _detail(7, 16, "Too large for its priority", "Its size is over what this priority allows.", "4 5", "552",
        "RFC 6710 10",
        "Other 4XX or 5XX allowed. CLASH: RFC 4865 6 defined X.7.16 as per-user future-release quota exceeded; the "
        "registry has the RFC 6710 sense"),
    _detail(7, 17, "Mailbox has a new owner", "The mailbox was not held without break since the given time.", "5",
        "5XX", "RFC 7293 15.3",
        "CLASH: RFC 4865 6 defined X.7.17 as system future-release quota exceeded; the registry has the RFC 7293 "
        "sense"),
    _detail(7, 18, "Domain has a new owner", "The recipient domain changed hands since the given time.", "5", "5XX",
        "RFC 7293 15.3"),
    _detail(7, 19, "Ownership test impossible", "The server has no record for the asked time.", "5", "5XX",
        "RFC 7293 15.3"),
    _detail(7, 20, "No passing DKIM signature", "Every DKIM signature failed or none was there.", "5", "550",
        "RFC 7372 3.1"),
    _detail(7, 21, "No acceptable DKIM signature", "Signatures passed but none is acceptable here.", "5", "550",
        "RFC 7372 3.1"),
    _detail(7, 22, "DKIM does not match author",
        "Passing signatures do not match the From address; special case of X.7.21.", "5", "550", "RFC 7372 3.1"),
    _detail(7, 23, "SPF failed", "The SPF result was fail and policy rejects it.", "5", "550", "RFC 7372 3.2"),
    _detail(7, 24, "SPF error", "SPF could not be evaluated.", "4 5", "451 550", "RFC 7372 3.2"),
    _detail(7, 25, "Reverse DNS failed", "The client address did not pass the reverse DNS check.", "5", "550",
        "RFC 7372 3.3"),
    _detail(7, 26, "Several checks failed", "More than one authentication check failed.", "5", "550", "RFC 7372 3.4"),
    _detail(7, 27, "Sender domain takes no mail", "The sender domain has a null MX.", "5", "550", "RFC 7505 6"),
    _detail(7, 28, "Mail flood", "The message looks like part of a flood.", "", "",
        "IANA registry only (draft-levine-mailbomb-header)", "Seen in a 2017 copy of the IANA registry; no RFC",
        registry_only=True),
    _detail(7, 29, "ARC check failed", "The ARC chain did not validate.", "5", "550", "RFC 8617 10.4"),
    _detail(7, 30, "REQUIRETLS not offered onward", "The next server does not support REQUIRETLS.", "5", "550",
        "RFC 8689 7"),
)

DETAILS: dict[tuple[int, int], Detail] = {(row.subject, row.detail): row for row in _TABLE}
"""Every known pair of subject and detail."""


@dataclass(frozen=True, slots=True)
class EnhancedReading:
    """An enhanced status code, read part by part.

    Attributes
    ----------
    code : EnhancedCode
    class_ : Part
    subject : Part or None
        None for a subject above 7, which no RFC defines.
    detail : Detail or None
        None when nobody defines the pair: then class and subject say all there is.
    """

    code: EnhancedCode
    class_: Part
    subject: Part | None
    detail: Detail | None


def parse_enhanced_code(text: str) -> EnhancedCode | None:
    """Read the enhanced status code at the start of a reply's text; None when there is none.

    >>> parse_enhanced_code("5.7.1 rejected by policy")
    EnhancedCode(class_=5, subject=7, detail=1)
    >>> parse_enhanced_code("192.0.2.1 is busy") is None
    True
    """
    matched = _GRAMMAR.match(text)
    return EnhancedCode(*map(int, matched.groups())) if matched else None


def read_enhanced_code(code: EnhancedCode | str) -> EnhancedReading:
    """Read an enhanced status code part by part, known or not.

    Raises
    ------
    ValueError
        With a sentence that says why a text is no such code.

    >>> reading = read_enhanced_code("4.2.99")
    >>> reading.subject.name, reading.detail is None
    ('Mailbox', True)
    """
    parsed = parse_enhanced_code(code) if isinstance(code, str) else code
    if parsed is None or parsed.class_ not in CLASSES:
        shown = str(code)[:20]
        raise ValueError(f'"{shown}" is no enhanced status code: write three numbers as in 5.7.1, the first 2, 4 or 5.')
    pair = parsed.subject, parsed.detail
    return EnhancedReading(parsed, CLASSES[parsed.class_], SUBJECTS.get(parsed.subject), DETAILS.get(pair))


def enhanced_code_rows() -> list[dict[str, str | bool]]:
    """The known pairs of subject and detail as rows for a table.

    >>> enhanced_code_rows()[1]["code"]
    'X.1.0'
    """
    return [
        {
            "code": f"X.{row.subject}.{row.detail}", "subject": SUBJECTS[row.subject].name, "name": row.name,
            "meaning": row.meaning, "classes": "; ".join(map(str, row.classes)),
            "basic_codes": "; ".join(row.basic_codes), "reference": row.reference, "note": row.note,
            "registry_only": row.registry_only,
        }
        for row in _TABLE
    ]
