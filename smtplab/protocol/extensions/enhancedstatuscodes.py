"""ENHANCEDSTATUSCODES: class.subject.detail in front of a reply's text (RFC 2034; the codes are RFC 3463's)."""

from smtplab.protocol.extensions.extension import Extension


def may_carry(event: str, code: int) -> bool:
    """Whether the reply to this event carries an enhanced code: not the greeting, not EHLO and HELO, never a 3yz.

    >>> [may_carry(*step) for step in (("RCPT", 550), ("DATA", 354), ("CONNECT", 220), ("EHLO", 550))]
    [True, False, False, False]
    """
    return event not in ("CONNECT", "EHLO", "HELO") and code // 100 in (2, 4, 5)


ENHANCEDSTATUSCODES = Extension(
    keyword="ENHANCEDSTATUSCODES",
    rfc="RFC 2034",
    status="Proposed Standard",
    purpose="Put class.subject.detail in front of reply text",
    offers="Replies begin their text with a second code, such as 5.1.1, that says more than the first.",
    note="Class digit must agree with the first reply digit. Code sets: RFC 3463 and the IANA registry (RFC 5248)",
)
