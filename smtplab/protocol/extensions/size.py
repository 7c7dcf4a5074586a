"""SIZE: the client declares how large a message is, the server says how large one may be (RFC 1870)."""

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter

_DIGITS = 20


def parse_size(value: str | None) -> int:
    """Octets that ``SIZE=`` of a MAIL declares (RFC 1870 section 6); dots that transparency doubles do not count.

    Raises
    ------
    ProtocolError
        501 for anything but 1 to 20 digits.

    >>> parse_size("900")
    900
    """
    if value is None or not _is_number(value):
        raise ProtocolError(501, f"SIZE needs a number of 1 to {_DIGITS} digits, as in SIZE=900.")
    return int(value)


def parse_size_announcement(text: str) -> int | None:
    """Octets of the largest message a server takes (RFC 1870 section 4): 0 is no fixed limit, None is not said.

    Raises
    ------
    ValueError
        For anything but nothing or 1 to 20 digits.

    >>> parse_size_announcement("65536"), parse_size_announcement("")
    (65536, None)
    """
    text = text.strip()
    if text and not _is_number(text):
        raise ValueError(f"SIZE in the answer to EHLO is followed by 1 to {_DIGITS} digits or by nothing.")
    return int(text) if text else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


SIZE = Extension(
    keyword="SIZE",
    rfc="RFC 1870",
    status="Internet Standard (STD 10)",
    purpose="Declare message size, learn the limit",
    offers="You may add SIZE= to MAIL, so that too large a message is refused before it is sent.",
    mail_parameters=(Parameter("SIZE", "SIZE=1*20DIGIT", parse_size, "SIZE=900"),),
    line_octets={"MAIL": 26},
    announcement="optional number; 0 means no fixed limit",
    parse_announcement=parse_size_announcement,
    replaces="RFC 1653, RFC 1427",
)
