"""BINARYMIME: any octets in a message, without lines; only in pieces counted by BDAT (RFC 3030 section 3)."""

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter
from smtplab.protocol.transition import Requirement


def parse_body(value: str | None) -> str:
    """``BINARYMIME``. Raises `ProtocolError` 501 without a value, 504 for one that this extension does not define."""
    if value is None:
        raise ProtocolError(501, "BODY needs a value, as in BODY=BINARYMIME.")
    if value.upper() != "BINARYMIME":
        raise ProtocolError(504, f"BODY={value} is not implemented; write BODY=BINARYMIME.")
    return value.upper()


BINARYMIME = Extension(
    keyword="BINARYMIME",
    rfc="RFC 3030",
    status="Proposed Standard",
    purpose="Message with arbitrary octets, via BDAT",
    offers="You may add BODY=BINARYMIME to MAIL; the message may then hold any octets, sent with BDAT only.",
    mail_parameters=(Parameter("BODY", "BODY=BINARYMIME", parse_body, "BODY=BINARYMIME"),),
    line_octets={"MAIL": 16},
    needs=("CHUNKING",),
    requirements=(Requirement("DATA", "binary-body", False, 503, "RFC 3030 3", "MUST"),),
    replaces="RFC 1830",
    note="Only together with CHUNKING",
)
