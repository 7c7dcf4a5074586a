"""What somebody wants to send, as octets: a line, a message, a counted piece; what is none is told in a sentence."""

import re
from email.message import Message

from smtplab.protocol.wire import CRLF, encode


def line_octets(line: str) -> bytes:
    """A line with its CRLF. Raises TypeError, ValueError for what is no line."""
    if not isinstance(line, str):
        raise TypeError(f"A line is a text such as 'NOOP'; this is {type(line).__name__}. send_octets takes bytes.")
    if "\r" in line or "\n" in line:
        raise ValueError("A line holds no CR or LF, since CRLF ends it; send_octets sends such octets.")
    return encode(line) + CRLF


def given_octets(octets: object) -> bytes:
    """Octets as they are. Raises TypeError for what are none."""
    if not isinstance(octets, (bytes, bytearray, memoryview)):
        raise TypeError(f"Octets are bytes such as b'NOOP\\r\\n'; this is {type(octets).__name__}.")
    return bytes(octets)


def message_octets(message: bytes | str | Message) -> bytes:
    """A message as it is, or with CRLF at each line end of a text. Raises TypeError for what is no message."""
    if isinstance(message, (bytes, bytearray)):
        return bytes(message)
    if isinstance(message, str):
        return encode(re.sub("\r\n|\r|\n", "\r\n", message))
    if isinstance(message, Message):
        return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    raise TypeError(f"A message is bytes, text or an email.message.Message; this is {type(message).__name__}.")


def chunk_octets(data: bytes | str, is_last: bool) -> bytes:
    """A piece of a message behind its BDAT line (RFC 3030 section 2).

    >>> chunk_octets("Hi\\n", True)
    b'BDAT 4 LAST\\r\\nHi\\r\\n'
    """
    octets = message_octets(data)
    return encode(f"BDAT {len(octets)}{' LAST' * is_last}") + CRLF + octets
