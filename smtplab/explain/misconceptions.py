"""What people believe about replies and what cures it. Lessons, hints and questions point here by id.

Many learners come from HTTP, where 4 blames the client, 5 the server, and 503 means "unavailable". What is believed and
the cure stand in the catalogue (sections ``belief`` and ``cure``); here stands which reply shows which.
"""

from dataclasses import dataclass

from smtplab.explain.catalogue import text, texts
from smtplab.explain.situation import Situation
from smtplab.protocol.reply_codes import REPLY_CODES


@dataclass(frozen=True, slots=True)
class Misconception:
    """One belief that is not so.

    Attributes
    ----------
    id : str
        Stable; what lessons, hints and questions refer to.
    belief : str
        As a learner would say it: a wrong option of a question.
    cure : str
        The sentence against it.
    """

    id: str
    belief: str
    cure: str


def misconception(id: str) -> Misconception:
    """The record of an id.

    Raises
    ------
    KeyError
        For an id that nobody defined.

    >>> misconception("http-503").belief
    '503 means that the service is unavailable.'
    """
    return Misconception(id, text(f"belief.{id}"), text(f"cure.{id}"))


def misconceptions() -> tuple[Misconception, ...]:
    """All of them, in the catalogue's order."""
    return tuple(misconception(id) for id in texts("cure"))


# By code and event, code, class and event, or class; a mark behind holds in a special case (see `Situation.marks`).
_SHOWN_AT: dict[str, str] = {
    "220 CONNECT": "text-decides",
    "4yz CONNECT": "http-4xx-means-me",
    "5yz CONNECT": "554-greeting-hangs-up",
    "250 EHLO": "ehlo-is-login",
    "250 EHLO lines": "four-250-lines-are-four-replies",
    "250 EHLO again": "ehlo-only-once",
    "250 EHLO open": "second-ehlo-keeps-mail",
    "250 EHLO login": "auth-needs-new-ehlo",
    "250 HELO": "ehlo-is-login",
    "250 HELO again": "ehlo-only-once",
    "250 HELO open": "second-ehlo-keeps-mail",
    "250 MAIL": "from-header-is-sender",
    "250 MAIL null": "null-sender-is-mistake",
    "250 MAIL BODY=8BITMIME": "8bitmime-converts",
    "250 MAIL RET": "dsn-is-read-receipt",
    "250 MAIL ENVID": "dsn-is-read-receipt",
    "250 RCPT": "250-after-rcpt-is-delivered",
    "250 RCPT others": "to-header-adds-recipients",
    "250 RCPT NOTIFY": "dsn-is-read-receipt",
    "250 RCPT ORCPT": "dsn-is-read-receipt",
    "251": "251-is-refusal",
    "252": "252-is-error",
    "354 DATA discouraged": "dot-anywhere-ends-message",
    "354 DATA pipelining": "pipelining-is-one-reply",
    "354": "354-is-error",
    "334": "354-is-error",
    "250 DATA-END": "250-is-delivered",
    "500 DATA-END": "dot-belongs-to-message",
    "4yz DATA-END": "server-tries-again",
    "5yz DATA-END": "refused-mail-stays-open",
    "554 DATA-END eight-bit": "8bitmime-converts",
    "554 DATA-END 6.3": "8bitmime-converts",
    "250 BDAT": "bdat-needs-dot",
    "501 BDAT": "bdat-count-is-a-hint",
    "4yz BDAT": "bdat-repeats-piece",
    "5yz BDAT": "bdat-repeats-piece",
    "5yz BDAT-LAST": "bdat-repeats-piece",
    "503 BDAT-LAST": "http-503",
    "235 AUTH": "auth-proves-from-header",
    "334 AUTH": "base64-is-encryption",
    "334 AUTH CRAM-MD5": "354-is-error",  # no password is in its line
    "454 AUTH": "454-is-wrong-password",
    "220 STARTTLS": "starttls-protects-to-reader",
    "454 STARTTLS": "tls-failed-go-on-in-clear",
    "none TLS-UP": "ehlo-survives-tls",
    "none TLS-FAILED": "tls-failed-go-on-in-clear",
    "250 RSET": "rset-disconnects",
    "250 VRFY": "vrfy-comes-first",
    "250 NOOP": "noop-starts-again",
    "221": "221-is-error",
    "221 QUIT open": "quit-sends-mail",
    "421 CONNECT": "421-is-my-fault",
    "421 UNASKED": "421-is-my-fault",
    "421 UNASKED 5.0": "bdat-count-is-a-hint",
    "421 UNASKED chunking": "reply-is-for-last-command",
    "2yz UNASKED": "reply-is-for-last-command",
    "3yz UNASKED": "reply-is-for-last-command",
    "4yz UNASKED": "reply-is-for-last-command",
    "5yz UNASKED": "reply-is-for-last-command",
    "421": "421-is-my-fault",
    "451 RCPT others": "refused-recipient-ends-mail",
    "550 RCPT others": "refused-recipient-ends-mail",
    "552 RCPT others": "refused-recipient-ends-mail",
    "553 RCPT others": "refused-recipient-ends-mail",
    "556 RCPT others": "refused-recipient-ends-mail",
    "452 RCPT": "452-is-full-mailbox",
    "452": "4-is-final",
    "500": "error-ends-session",
    "501": "error-ends-session",
    "502": "x0z-is-always-syntax",
    "503": "http-503",
    "504": "x0z-is-always-syntax",
    "530": "530-is-wrong-password",
    "534": "534-is-wrong-password",
    "535": "535-try-again",
    "538": "base64-is-encryption",
    "550": "550-try-again",
    "551": "551-is-forwarded",
    "552 RCPT": "552-is-server-full",
    "553": "550-try-again",
    "554": "5-is-server-error",
    "unknown": "unknown-code-is-nonsense",
    "2yz": "text-decides",
    "3yz": "354-is-error",
    "4yz": "http-4xx-means-me",
    "5yz": "5-is-server-error",
    "none not-due": "commands-inside-message",
    "none": "silence-is-no",
}


def shown_by(situation: Situation) -> str:
    """The id of the misconception that this reply cures best; empty when none fits."""
    unknown = situation.reply_class != "none" and situation.code not in REPLY_CODES
    for key in situation.keys(known="unknown" if unknown else None):
        if key in _SHOWN_AT:
            is_news = bool(situation.enhanced_codes) and not situation.announces_enhanced_codes and " " not in key
            return "enhanced-code-is-ip" if is_news else _SHOWN_AT[key]
    return ""
