"""8BITMIME: octets over 127 in the text of a message, announced by BODY=8BITMIME (RFC 6152)."""

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter


def parse_body(value: str | None) -> str:
    """What BODY= says, in upper case.

    Raises
    ------
    ProtocolError
        501 without a value; 504 for one that this extension does not define.

    >>> parse_body("8bitmime")
    '8BITMIME'
    """
    if value is None:
        raise ProtocolError(501, "BODY needs a value, as in BODY=8BITMIME.")
    if value.upper() not in ("7BIT", "8BITMIME"):
        raise ProtocolError(504, f"BODY={value} is not implemented; write BODY=7BIT or BODY=8BITMIME.")
    return value.upper()


EIGHTBITMIME = Extension(
    keyword="8BITMIME",
    rfc="RFC 6152",
    status="Internet Standard (STD 71)",
    purpose="Message text with octets above 127",
    offers="You may add BODY=8BITMIME to MAIL; the message may then hold letters outside ASCII.",
    mail_parameters=(Parameter("BODY", "BODY=7BIT / 8BITMIME", parse_body, "BODY=8BITMIME"),),
    replaces="RFC 1652, RFC 1426",
)
