"""ENHANCEDSTATUSCODES at our server: subject and detail for each reply it can give (RFC 2034, RFC 3463).

The class is always the reply's first digit. Where the registry ties a detail to other reply codes than ours, the
detail whose text fits was taken; where its text wants another class (a full mailbox is 4.2.2 there, 552 here), the
rule of RFC 2034 section 4 goes first. A mailbox that has moved is 551 5.7.1, as in RFC 2034 section 6: X.1.6 would say
that there is no new address, and the text gives one.
"""

from dataclasses import replace

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.protocol.extensions.enhancedstatuscodes import ENHANCEDSTATUSCODES as GRAMMAR
from smtplab.protocol.extensions.enhancedstatuscodes import may_carry
from smtplab.protocol.wire import Reply

DETAILS: dict[str, str] = {
    "closing.shutdown": "3.2", "closing.idle": "4.2", "closing.fault": "3.0", "closing.chunk": "5.0",
    "line.too-long": "5.2", "verb.unknown": "5.1", "verb.strange": "5.1", "verb.empty": "5.2", "verb.off": "5.1",
    "order.refused": "5.1", "order.greet-first": "5.1", "order.nested-mail": "5.1", "order.mail-first": "5.1",
    "order.rcpt-first": "5.1", "order.ehlo-first": "5.1", "order.in-mail": "5.1", "order.chunks": "5.1",
    "order.chunk-refused": "5.1", "order.binary-body": "5.1", "order.tls": "5.1", "order.identity": "5.1",
    "needed.tls": "7.0", "needed.identity": "7.0",
    "argument": "5.4", "parameter.unknown": "5.4", "parameter.unknown.5321": "5.4", "parameter.value": "5.4",
    "parameter.value.5321": "5.4", "parameter.reports": "3.0", "parameter.reports.5321": "3.0",
    "mail": "1.0", "mail.domain": "1.7", "mail.unknown-sender": "1.0", "mail.too-large": "3.4",
    "mail.storage": "3.1", "mail.lookup": "1.8", "mail.utf8": "6.7",
    "rcpt": "1.5", "rcpt.forwarded": "1.5", "rcpt.moved": "7.1", "rcpt.unknown": "1.1", "rcpt.relay": "7.1",
    "rcpt.ambiguous": "1.4", "rcpt.full": "2.2", "rcpt.busy": "2.0", "rcpt.greylisted": "7.0", "rcpt.lookup": "4.3",
    "rcpt.too-many": "5.3", "rcpt.utf8": "6.7", "rcpt.no-mail": "1.2", "rcpt.no-mail.5321": "1.10",
    "data.no-recipients": "5.1", "data.scanner": "3.0",
    "end": "0.0", "end.line": "5.2", "end.eight-bit": "6.3", "end.undeclared": "6.3",
    "end.loop": "4.0", "end.too-large": "3.4", "end.storage": "3.1", "end.scanner": "3.0", "end.file": "7.0",
    "end.file.5321": "7.0", "end.greylisted": "7.0", "end.greylisted.5321": "7.0",
    "chunk": "0.0", "chunk.unreadable": "5.4", "tls": "0.0", "tls.unready": "7.0",
    "auth": "7.0", "auth.cancelled": "7.0", "auth.base64": "5.2", "auth.initial": "7.0", "auth.mechanism": "5.4",
    "auth.line": "5.6", "auth.needs-tls": "7.11", "auth.weak": "7.9", "auth.transition": "7.12",
    "auth.unready": "7.0", "auth.wrong": "7.8",
    "reset": "0.0", "vrfy": "1.5", "vrfy.forwarded": "1.5", "vrfy.private": "5.0", "vrfy.moved": "7.1",
    "vrfy.utf8": "6.8", "vrfy.unknown": "1.1", "vrfy.ambiguous": "1.4", "search.person": "5.4", "expn": "1.5",
    "expn.private": "5.0", "expn.unknown": "1.1", "help": "0.0", "help.topic": "0.0", "help.no-topic": "5.4",
    "noop": "0.0", "quit": "0.0",
}
"""Subject and detail by the name of the reply."""


def _dress(event: str, reply: Reply) -> Reply:
    if not may_carry(event, reply.code) or reply.name not in DETAILS:
        return reply
    code = f"{reply.code // 100}.{DETAILS[reply.name]}"
    return replace(reply, lines=tuple(f"{code} {line}" for line in reply.lines))


ENHANCEDSTATUSCODES = Behaviour(GRAMMAR, keyword_alone(GRAMMAR), dress=_dress)
