"""What our server answers: one function a command, each a plain decision about world, session and command.

Order of checks, which decides 501 against 503: length and unknown verb (500), switched off (502), order (503), syntax
(501), parameter (504, 555), policy (550, 553, 554), storage (452, 552), own fault (451). The order of commands itself
is not decided here: the machine's table says what is in sequence (RFC 2821 sections 3, 4.1, 4.2.4, 4.5).
"""

import re
from collections.abc import Callable

from smtplab.lab.extensions import BEHAVIOURS
from smtplab.lab.replies import reply
from smtplab.lab.world import Fate, Mailbox, Offer, Scanner, World
from smtplab.protocol.commands import COMMANDS, NOT_OFFERED, check_argument
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import Parameter
from smtplab.protocol.limits import TEXT_LINE_OCTETS
from smtplab.protocol.machine import machine
from smtplab.protocol.paths import (
    Path,
    PathArgument,
    format_path,
    parse_client_name,
    parse_forward_path,
    parse_mail_argument,
)
from smtplab.protocol.scanner import require_printable_ascii
from smtplab.protocol.session import Session, Transaction
from smtplab.protocol.wire import CRLF, Command, Reply

Answer = tuple[World, Reply]

_OPTIONAL = ("VRFY", "EXPN", "HELP")
"""Commands that can be switched off; a world has an option of the same name for each."""


def respond(world: World, session: Session, command: Command, now: float) -> Answer:
    """The reply to one command line, and the world after it.

    Parameters
    ----------
    world : World
    session : Session
        Before the command; the caller moves it by the machine's row for the reply.
    command : Command
    now : float
        Seconds on the caller's clock.
    """
    is_in_sequence = machine(world.edition).in_sequence(session.state, command.verb)
    if not is_in_sequence and machine(world.edition).refuses_all(session.state):
        return world, reply("order.refused")
    answer = _ANSWERS.get(command.verb)
    if answer is None or (command.verb == "EXPN" and world.expn is Offer.UNKNOWN):
        return world, _unknown(command)
    if _is_off(world, command.verb):
        return world, reply("verb.off", verb=command.verb)
    if not is_in_sequence:
        out_of_order = _out_of_order(session, command.verb)
        if out_of_order is not None:
            return world, out_of_order
    try:
        check_argument(command)
        if command.argument:
            require_printable_ascii(command.argument)
        return answer(world, session, command, now)
    except ProtocolError as error:
        return world, reply("argument", problem=error.text)


def _unknown(command: Command) -> Reply:
    if command.verb in NOT_OFFERED:
        return reply("verb.off", verb=command.verb)
    if not command.octets:
        return reply("verb.empty")
    return reply("verb.unknown", verb=command.verb)


def _is_off(world: World, verb: str) -> bool:
    return verb in _OPTIONAL and getattr(world, verb.lower()) is not Offer.ON


def _out_of_order(session: Session, verb: str) -> Reply | None:
    """Why the table does not let this command come now; None for DATA with recipients tried, which DATA answers."""
    if session.client_name is None:
        return reply("order.greet-first")
    if verb == "MAIL":
        return reply("order.nested-mail")
    if session.transaction is None:
        return reply("order.mail-first")
    return None if session.transaction.refused else reply("order.rcpt-first")


def _hello(world: World, session: Session, command: Command, now: float) -> Answer:
    client = parse_client_name(command.argument or "")
    if world.wants_full_names and "." not in client:
        return world, reply("hello.short", client=client)
    if client.lower() in world.refused_hosts:
        return world, reply("hello.refused", client=client)
    greeting = reply("hello", domain=world.domain, client=client)
    return world, Reply(250, (*greeting.lines, *_offers(world))) if command.verb == "EHLO" else greeting


def _offers(world: World) -> tuple[str, ...]:
    """Lines of the EHLO answer; VRFY and EXPN must be listed when they work (3.5.2)."""
    extensions = (BEHAVIOURS[keyword].announce(world) for keyword in world.extensions)
    return (*extensions, *(verb for verb in _OPTIONAL if not _is_off(world, verb)))


def _mail(world: World, session: Session, command: Command, now: float) -> Answer:
    said = parse_mail_argument(command.argument or "", "FROM:")
    path = format_path(said.path)
    in_use = [BEHAVIOURS[keyword] for keyword in world.extensions if session.announces(keyword)]
    values, refusal = _parameters(world, said, [p for behaviour in in_use for p in behaviour.extension.mail_parameters])
    if refusal is not None:
        return world, refusal
    domain = said.path.domain
    if not said.path.is_null and domain is None:
        return world, reply("mail.domain", path=path)
    if domain is not None and world.is_ours(domain) and world.mailbox(said.path.local_part) is None:
        return world, reply("mail.unknown-sender", path=path)
    for behaviour in in_use:
        refusal = behaviour.check_mail(world, values)
        if refusal is not None:
            return world, refusal
    if world.storage_octets < world.reserve_octets:
        return world, reply("mail.storage")
    if domain is not None and domain.lower() in world.unreachable_domains:
        return world, reply("mail.lookup", path=path)
    return world, reply("mail", path=path)


def _parameters(
    world: World, said: PathArgument, known: list[Parameter]
) -> tuple[dict[str, object], Reply | None]:
    """Values by keyword; a parameter is good only when an announced extension defines it (RFC 2821 section 4.1.1)."""
    by_keyword = {parameter.keyword: parameter for parameter in known}
    values: dict[str, object] = {}
    for keyword, value in said.parameters:
        if keyword not in by_keyword:
            name = "parameter.unknown" if world.edition == 2821 else "parameter.unknown.5321"
            return values, reply(name, keyword=keyword)
        values[keyword] = by_keyword[keyword].parse(value)
    return values, None


def _rcpt(world: World, session: Session, command: Command, now: float) -> Answer:
    said = parse_mail_argument(command.argument or "", "TO:")
    in_use = (BEHAVIOURS[keyword] for keyword in world.extensions if session.announces(keyword))
    _, refusal = _parameters(world, said, [p for behaviour in in_use for p in behaviour.extension.rcpt_parameters])
    if refusal is not None:
        return world, refusal
    recipient, path = said.path, format_path(said.path)
    transaction = session.transaction
    assert transaction is not None  # the table put RCPT in sequence
    if not world.is_ours(recipient.domain):
        return world, reply("rcpt.relay", path=path, domain=world.domain)
    mailbox = world.mailbox(recipient.local_part)
    if mailbox is None:
        if world.mailing_list(recipient.local_part) is None:
            return world, _no_mailbox(world, "rcpt", recipient.local_part, path)
        mailbox = Mailbox(recipient.local_part, recipient.local_part)
    if mailbox.fate is Fate.MOVED:
        return world, reply("rcpt.moved", elsewhere=mailbox.elsewhere)
    if len(transaction.forward_paths) >= world.max_recipients:
        return world, reply("rcpt.too-many", limit=world.max_recipients)
    if mailbox.fate is Fate.FULL:
        return world, reply("rcpt.full", path=path)
    if mailbox.fate is Fate.UNREADABLE:
        return world, reply("rcpt.lookup", path=path)
    if mailbox.fate is Fate.BUSY:
        return world, reply("rcpt.busy", path=path)
    if world.greylist_s is not None:
        first = world.first_seen(transaction.reverse_path, recipient)
        if first is None or now - first < world.greylist_s:
            known = world if first is not None else world.with_seen(transaction.reverse_path, recipient, now)
            return known, reply("rcpt.greylisted", path=path, wait=f"{world.greylist_s:g}")
    if mailbox.fate is Fate.FORWARDED:
        return world, reply("rcpt.forwarded", elsewhere=mailbox.elsewhere)
    return world, reply("rcpt", path=path)


def _no_mailbox(world: World, command: str, name: str, shown: str) -> Reply:
    namesakes = world.namesakes(name)
    if len(namesakes) > 1:
        names = " and ".join(mailbox.name for mailbox in namesakes)
        return reply(f"{command}.ambiguous", path=shown, name=shown, names=names)
    return reply(f"{command}.unknown", path=shown, name=shown)


def _data(world: World, session: Session, command: Command, now: float) -> Answer:
    transaction = session.transaction
    if transaction is not None and not transaction.forward_paths:
        return world, reply("data.no-recipients")
    # RFC 5321 lists no 451 before the data, so there the same scanner is missed after it.
    if world.scanner is Scanner.UNREACHABLE and world.edition == 2821:
        return world, reply("data.scanner")
    return world, reply("data")


def respond_to_data(world: World, transaction: Transaction, mail_data: bytes, octets: int) -> Answer:
    """The reply after the final dot, and the world with the message stored when it is 250.

    Parameters
    ----------
    world : World
    transaction : Transaction
    mail_data : bytes
        With dots removed; cut short when it is over the limit.
    octets : int
        Its whole size, dots removed.
    """
    if octets > world.max_message_octets:
        return world, reply("end.too-large", size=octets, limit=world.max_message_octets)
    if max(map(len, mail_data.split(CRLF))) > TEXT_LINE_OCTETS - len(CRLF):
        return world, reply("end.line", limit=TEXT_LINE_OCTETS)
    if not mail_data.isascii():
        return world, reply("end.eight-bit")
    if _received_fields(mail_data) > world.max_received_fields:
        return world, reply("end.loop", limit=world.max_received_fields)
    if octets > world.storage_octets:
        return world, reply("end.storage", size=octets)
    if world.scanner is not Scanner.WORKING:
        return world, reply("end.scanner")
    count = len(transaction.forward_paths)
    whom = "1 recipient" if count == 1 else f"{count} recipients"
    return world.with_stored(octets), reply("end", size=octets, count=whom)


_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


def _received_fields(mail_data: bytes) -> int:
    header = mail_data.partition(b"\r\n\r\n")[0]
    return len(_RECEIVED.findall(header))


def _rset(world: World, session: Session, command: Command, now: float) -> Answer:
    return world, reply("reset")


def _vrfy(world: World, session: Session, command: Command, now: float) -> Answer:
    name = _local_part(world, command.argument or "")
    if name is None:
        return world, reply("vrfy.unknown", name=command.argument)
    if " " in name:
        return world, reply("search.person")
    mailbox = world.mailbox(name)
    if mailbox is None:
        return world, _no_mailbox(world, "vrfy", name, name)
    if mailbox.fate is Fate.MOVED:
        return world, reply("vrfy.moved", elsewhere=mailbox.elsewhere)
    if mailbox.fate is Fate.FORWARDED:
        return world, reply("vrfy.forwarded", elsewhere=mailbox.elsewhere)
    if mailbox.fate is Fate.PRIVATE:
        return world, reply("vrfy.private", name=name)
    return world, reply("vrfy", person=mailbox.person, address=f"{mailbox.name}@{world.domain}")


def _expn(world: World, session: Session, command: Command, now: float) -> Answer:
    name = _local_part(world, command.argument or "")
    if name is not None and " " in name:
        return world, reply("search.person")
    found = world.mailing_list(name) if name is not None else None
    if found is None:
        return world, reply("expn.unknown", name=name or command.argument)
    if found.private:
        return world, reply("expn.private", name=found.name)
    members = (world.mailbox(member) for member in found.members)
    lines = (f"{member.person} <{member.name}@{world.domain}>" for member in members if member)
    return world, Reply(250, tuple(lines))


def _local_part(world: World, argument: str) -> str | None:
    """The name asked for: a local-part alone, in quotes, or an address of ours; None for somebody else's address."""
    asked = argument.strip()
    if "@" in asked or asked.startswith("<"):
        path: Path = parse_forward_path(asked if asked.startswith("<") else f"<{asked}>")
        return path.local_part if world.is_ours(path.domain) else None
    return asked[1:-1] if len(asked) > 1 and asked[0] == asked[-1] == '"' else asked


def _help(world: World, session: Session, command: Command, now: float) -> Answer:
    topics = [verb for verb in _ANSWERS if not _is_off(world, verb) and (verb, world.expn) != ("EXPN", Offer.UNKNOWN)]
    if not command.argument:
        return world, reply("help", domain=world.domain, topics=" ".join(topics))
    topic = command.argument.strip().upper()
    if topic not in topics:
        return world, reply("help.no-topic", topic=topic)
    spec = COMMANDS[topic]
    return world, reply("help.topic", verb=topic, syntax=spec.syntax, meaning=spec.meaning)


def _noop(world: World, session: Session, command: Command, now: float) -> Answer:
    return world, reply("noop")


def _quit(world: World, session: Session, command: Command, now: float) -> Answer:
    return world, reply("quit", domain=world.domain)


_ANSWERS: dict[str, Callable[[World, Session, Command, float], Answer]] = {
    "EHLO": _hello, "HELO": _hello, "MAIL": _mail, "RCPT": _rcpt, "DATA": _data, "RSET": _rset,
    "VRFY": _vrfy, "EXPN": _expn, "HELP": _help, "NOOP": _noop, "QUIT": _quit,
}
