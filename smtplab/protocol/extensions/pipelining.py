"""PIPELINING: a group of commands in one go, their replies counted off in order (RFC 2920)."""

from collections.abc import Iterable

from smtplab.protocol.extensions.extension import Extension

ENDS_GROUP = ("EHLO", "HELO", "DATA", "VRFY", "EXPN", "TURN", "QUIT", "NOOP")
"""Commands that may only stand last in a group (section 3.1); HELO counts as EHLO. Other extensions name their own."""


def first_too_early(verbs: Iterable[str], ends_group: Iterable[str] = ENDS_GROUP) -> int | None:
    """Index of the first command of a group that should have been its last; None for a group that is in order.

    >>> first_too_early(["MAIL", "RCPT", "DATA"]), first_too_early(["NOOP", "QUIT"])
    (None, 0)
    """
    said = tuple(verbs)
    last = frozenset(ends_group)
    return next((at for at, verb in enumerate(said[:-1]) if verb.upper() in last), None)


PIPELINING = Extension(
    keyword="PIPELINING",
    rfc="RFC 2920",
    status="Internet Standard (STD 60)",
    purpose="Send groups of commands without waiting",
    offers="You may send several commands at once; the replies come in the same order, one for each.",
    ends_group=ENDS_GROUP,
    replaces="RFC 2197, RFC 1854",
    note="EHLO, DATA, VRFY, EXPN, TURN, QUIT, NOOP only as last of a group",
)
