"""Sizes, timeouts and retries of RFC 2821 sections 4.5.3 and 4.5.4: each number stands here once.

A size is the least that every receiver must handle and the most that a sender should use. A timeout is the least
time to wait. Extensions raise some sizes; those figures stand with the extension.
"""

from dataclasses import dataclass
from typing import Literal

LOCAL_PART_OCTETS = 64
DOMAIN_OCTETS = 255
PATH_OCTETS = 256
COMMAND_LINE_OCTETS = 512
REPLY_LINE_OCTETS = 512
TEXT_LINE_OCTETS = 1000
MESSAGE_OCTETS = 64 * 1024
RECIPIENTS = 100

GREETING_TIMEOUT_S = 300
MAIL_TIMEOUT_S = 300
RCPT_TIMEOUT_S = 300
DATA_START_TIMEOUT_S = 120
DATA_BLOCK_TIMEOUT_S = 180
DATA_END_TIMEOUT_S = 600
SERVER_TIMEOUT_S = 300

RETRY_INTERVAL_S = 1800
GIVE_UP_DAYS = 4
GIVE_UP_DAYS_MOST = 5

RECEIVED_FIELDS = 100
"""Section 6.2: a count of Received fields at which a server may call it a loop should be 100 or more."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes
    ----------
    kind : {"size", "timeout", "retry"}
    object : str
        What is limited, in the RFC's word.
    value : int
    unit : {"octets", "recipients", "seconds", "days"}
    sense : str
        Whose limit it is, and whether it is a least or a most.
    section_2821, section_5321 : str
    reply : str
        What a server answers beyond the limit; empty when no reply belongs to it.
    note : str
    """

    kind: Literal["size", "timeout", "retry"]
    object: str
    value: int
    unit: Literal["octets", "recipients", "seconds", "days"]
    sense: str
    section_2821: str
    section_5321: str
    reply: str = ""
    note: str = ""


_WAIT = "the least a client waits (SHOULD)"

LIMITS: tuple[Limit, ...] = (
    Limit("size", "local-part", LOCAL_PART_OCTETS, "octets", "every receiver handles at least this",
          "4.5.3.1", "4.5.3.1.1", "501", "RFC 2821 counts characters, RFC 5321 octets"),
    Limit("size", "domain", DOMAIN_OCTETS, "octets", "every receiver handles at least this",
          "4.5.3.1", "4.5.3.1.2", "501", "RFC 821 had 64"),
    Limit("size", "path", PATH_OCTETS, "octets", "the brackets count",
          "4.5.3.1", "4.5.3.1.3", "501", "so an address has at most 254 octets, less than 64 + 1 + 255"),
    Limit("size", "command line", COMMAND_LINE_OCTETS, "octets", "verb and CRLF count",
          "4.5.3.1", "4.5.3.1.4", "500", "extensions may raise it; 500 for a shorter line is a violation (RFC 5321)"),
    Limit("size", "reply line", REPLY_LINE_OCTETS, "octets", "code and CRLF count",
          "4.5.3.1", "4.5.3.1.5", "", "longer answers use several lines"),
    Limit("size", "text line", TEXT_LINE_OCTETS, "octets", "CRLF counts, a doubled dot does not",
          "4.5.3.1", "4.5.3.1.6", "500", "998 without CRLF; extensions may raise it"),
    Limit("size", "message content", MESSAGE_OCTETS, "octets", "every server accepts at least this",
          "4.5.3.1", "4.5.3.1.7", "552", "header and body together; SIZE announces a server's own limit"),
    Limit("size", "recipients per transaction", RECIPIENTS, "recipients", "every server takes at least this many",
          "4.5.3.1", "4.5.3.1.8", "452", "RFC 821 had 552, so a client reads 552 here as temporary"),
    Limit("timeout", "initial 220 greeting", GREETING_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.1"),
    Limit("timeout", "MAIL", MAIL_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.2"),
    Limit("timeout", "RCPT", RCPT_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.3", "",
          "longer when lists are expanded before the reply"),
    Limit("timeout", "DATA initiation", DATA_START_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.4", "",
          "the wait for 354"),
    Limit("timeout", "data block", DATA_BLOCK_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.5", "",
          "the wait for each TCP send"),
    Limit("timeout", "DATA termination", DATA_END_TIMEOUT_S, "seconds", _WAIT, "4.5.3.2", "4.5.3.2.6", "",
          "the wait after the final dot; too short a wait sends the message twice"),
    Limit("timeout", "server, next command", SERVER_TIMEOUT_S, "seconds", "the least a server waits (SHOULD)",
          "4.5.3.2", "4.5.3.2.7", "421", "then it closes"),
    Limit("retry", "retry interval", RETRY_INTERVAL_S, "seconds", "the least between two tries (SHOULD)",
          "4.5.4.1", "4.5.4.1"),
    Limit("retry", "give-up time", GIVE_UP_DAYS, "days", "the least before giving up",
          "4.5.4.1", "4.5.4.1", "", f"usually {GIVE_UP_DAYS} to {GIVE_UP_DAYS_MOST} days"),
)


def limit_rows() -> list[dict[str, str | int]]:
    """The limits as rows for a table, in the RFC's order.

    >>> limit_rows()[0]["object"], limit_rows()[0]["value"]
    ('local-part', 64)
    """
    return [{name: getattr(limit, name) for name in Limit.__slots__} for limit in LIMITS]
