"""SMTPUTF8: addresses and header fields in UTF-8, for a mail whose MAIL says SMTPUTF8 (RFC 6531)."""

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter


def parse_smtputf8(value: str | None) -> bool:
    """True: the word stands alone.

    Raises
    ------
    ProtocolError
        501 when it has a value.
    """
    if value is not None:
        raise ProtocolError(501, "SMTPUTF8 takes no value. Write SMTPUTF8 alone.")
    return True


SMTPUTF8 = Extension(
    keyword="SMTPUTF8",
    rfc="RFC 6531",
    status="Proposed Standard",
    purpose="Non-ASCII addresses and headers",
    offers="You may add SMTPUTF8 to MAIL; addresses and header fields may then hold letters outside ASCII.",
    mail_parameters=(Parameter("SMTPUTF8", "SMTPUTF8", parse_smtputf8, "SMTPUTF8"),),
    line_octets={"MAIL": 10},
    needs=("8BITMIME",),
    replaces="RFC 5336 (UTF8SMTP)",
    note="8BITMIME must be offered too. Adds the word SMTPUTF8 to VRFY and EXPN",
)
