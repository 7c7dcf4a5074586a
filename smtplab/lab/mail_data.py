"""What our server says to a whole message: after the final dot, or to the last BDAT (RFC 2821 4.1.1.4, 6.2)."""

import re

from smtplab.lab.extensions.behaviour import Answer
from smtplab.lab.greylist import must_wait
from smtplab.lab.replies import reply, reply_by_edition
from smtplab.lab.world import Scanner, World
from smtplab.protocol.limits import TEXT_LINE_OCTETS
from smtplab.protocol.paths import NULL_PATH
from smtplab.protocol.session import Transaction
from smtplab.protocol.wire import CRLF, Reply


def respond_to_data(
    world: World, transaction: Transaction, mail_data: bytes, octets: int, now: float = 0.0
) -> Answer:
    """The reply after the final dot, or to the last BDAT, and the world with the message stored when it is 250.

    Parameters
    ----------
    world : World
    transaction : Transaction
    mail_data : bytes
        With dots removed; cut short when it is over the limit.
    octets : int
        Its whole size, dots removed.
    now : float
        Seconds on the caller's clock.
    """
    if octets > world.max_message_octets:
        return world, reply("end.too-large", size=octets, limit=world.max_message_octets)
    refusal = _malformed(world, transaction, mail_data)
    if refusal is not None:
        return world, refusal
    if _received_fields(mail_data) > world.max_received_fields:
        return world, reply("end.loop", limit=world.max_received_fields)
    ending = _refused_file(world, mail_data)
    if ending:
        return world, reply_by_edition("end.file", world.edition, ending=ending)
    if octets > world.storage_octets:
        return world, reply("end.storage", size=octets)
    if world.scanner is not Scanner.WORKING:
        return world, reply("end.scanner")
    if world.greylist_s is not None and world.greylist_after_data:
        recipient = (*transaction.forward_paths, NULL_PATH)[0]
        world, waits = must_wait(world, transaction.reverse_path, recipient, now)
        if waits:
            return world, reply_by_edition("end.greylisted", world.edition, wait=f"{world.greylist_s:g}")
    count = len(transaction.forward_paths)
    whom = "1 recipient" if count == 1 else f"{count} recipients"
    return world.with_stored(octets), reply("end", size=octets, count=whom)


def _malformed(world: World, transaction: Transaction, mail_data: bytes) -> Reply | None:
    """Whether the octets are none that this mail may have: a line too long, octets over 127 not declared at MAIL."""
    if transaction.has("BODY", "BINARYMIME"):  # octets without lines
        return None
    if max(map(len, mail_data.split(CRLF))) > TEXT_LINE_OCTETS - len(CRLF):
        return reply("end.line", limit=TEXT_LINE_OCTETS)
    # With SMTPUTF8 the header may be UTF-8; the body needs BODY=8BITMIME all the same (RFC 6531 section 3.6).
    in_question = mail_data.partition(b"\r\n\r\n")[2] if transaction.has("SMTPUTF8") else mail_data
    if in_question.isascii() or transaction.has("BODY", "8BITMIME"):
        return None
    return reply("end.undeclared" if "8BITMIME" in world.extensions else "end.eight-bit")


_FILE_NAME = re.compile(rb"^content-(?:type|disposition)[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*name=\"?([^\";\r\n]+)",
                        re.IGNORECASE | re.MULTILINE)


def _refused_file(world: World, mail_data: bytes) -> str:
    """The ending of the first file in the message that this site refuses; empty when there is none."""
    if b"name=" not in mail_data.lower():  # a tenth of the time that the whole pattern takes to find nothing
        return ""
    names = (found.decode("utf-8", "replace").strip().lower() for found in _FILE_NAME.findall(mail_data))
    return next((ending for name in names for ending in sorted(world.refused_files) if name.endswith(ending)), "")


_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


def _received_fields(mail_data: bytes) -> int:
    header = mail_data.partition(b"\r\n\r\n")[0]
    return len(_RECEIVED.findall(header))
