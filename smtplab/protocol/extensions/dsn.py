"""DSN: which reports a sender wants, for the whole mail and for each recipient (RFC 3461 sections 4 and 5.4)."""

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.extension import Extension, Parameter
from smtplab.protocol.limits import COMMAND_LINE_OCTETS
from smtplab.protocol.xtext import parse_xtext

LINE_OCTETS = 1036
ENVID_OCTETS = 100
ORCPT_OCTETS = 500


def parse_ret(value: str | None) -> str:
    """How much of the message a report returns: ``FULL`` or ``HDRS``. Raises `ProtocolError` 501 for anything else."""
    if value is None or value.upper() not in ("FULL", "HDRS"):
        raise ProtocolError(501, "RET says FULL or HDRS, as in RET=HDRS.")
    return value.upper()


def parse_envid(value: str | None) -> str:
    """The sender's own name for this mail, given back in reports. Raises `ProtocolError` 501 when it is no xtext."""
    if not value or len(value) > ENVID_OCTETS:
        raise ProtocolError(501, f"ENVID needs a name of 1 to {ENVID_OCTETS} characters, as in ENVID=letter1.")
    return parse_xtext(value)


def parse_notify(value: str | None) -> tuple[str, ...]:
    """When the sender wants a report about this recipient.

    Raises
    ------
    ProtocolError
        501 for another word, a word twice, or NEVER together with others.

    >>> parse_notify("success,delay")
    ('SUCCESS', 'DELAY')
    """
    words = tuple((value or "").upper().split(","))
    if words != ("NEVER",) and (len(set(words)) < len(words) or not {"SUCCESS", "FAILURE", "DELAY"}.issuperset(words)):
        raise ProtocolError(501, "NOTIFY says NEVER, or a list of SUCCESS, FAILURE, DELAY, as in NOTIFY=SUCCESS,DELAY.")
    return words


def parse_orcpt(value: str | None) -> tuple[str, str]:
    """The recipient as the sender first wrote it: type and address.

    Raises
    ------
    ProtocolError
        501 when it is not ``type;xtext``, or longer than 500 characters. With the type utf-8 letters outside ASCII
        stand for themselves (RFC 6533 section 3).

    >>> parse_orcpt("rfc822;Bob@lab.example"), parse_orcpt("utf-8;bj\u00f6rn@lab.example")
    (('rfc822', 'Bob@lab.example'), ('utf-8', 'björn@lab.example'))
    """
    kind, semicolon, address = (value or "").partition(";")
    if not (kind and semicolon and address) or len(value or "") > ORCPT_OCTETS:
        raise ProtocolError(501, "ORCPT needs a type and an address, as in ORCPT=rfc822;bob@lab.example.")
    if kind.lower() == "utf-8":
        parse_xtext("".join(filter(str.isascii, address)))
        return kind, address
    return kind, parse_xtext(address)


DSN = Extension(
    keyword="DSN",
    rfc="RFC 3461",
    status="Draft Standard",
    purpose="Ask for delivery status notifications",
    offers="You may ask for reports: RET= and ENVID= behind MAIL, NOTIFY= and ORCPT= behind RCPT.",
    mail_parameters=(
        Parameter("RET", "RET=FULL / HDRS", parse_ret, "RET=HDRS"),
        Parameter("ENVID", "ENVID=xtext", parse_envid, "ENVID=letter1"),
    ),
    rcpt_parameters=(
        Parameter("NOTIFY", "NOTIFY=NEVER / list of SUCCESS, FAILURE, DELAY", parse_notify, "NOTIFY=SUCCESS,FAILURE"),
        Parameter("ORCPT", "ORCPT=type;xtext", parse_orcpt, "ORCPT=rfc822;bob@lab.example"),
    ),
    line_octets=dict.fromkeys(("MAIL", "RCPT"), LINE_OCTETS - COMMAND_LINE_OCTETS),
    replaces="RFC 1891",
    note="Least sizes a server takes (5.4): 1036 characters a line, ENVID 100, NOTIFY 28, ORCPT 500, RET 8",
)
