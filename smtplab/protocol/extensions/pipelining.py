"""PIPELINING: a group of commands in one go, their replies counted off in order (RFC 2920)."""

from smtplab.protocol.extensions.extension import Extension

PIPELINING = Extension(
    keyword="PIPELINING",
    rfc="RFC 2920",
    status="Internet Standard (STD 60)",
    purpose="Send groups of commands without waiting",
    offers="You may send several commands at once; the replies come in the same order, one for each.",
    ends_group=("EHLO", "HELO", "DATA", "VRFY", "EXPN", "TURN", "QUIT", "NOOP"),  # section 3.1; HELO is an EHLO here
    replaces="RFC 2197, RFC 1854",
    note="EHLO, DATA, VRFY, EXPN, TURN, QUIT, NOOP only as last of a group",
)
