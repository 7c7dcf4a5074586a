"""What our server answers: one function a command, each a plain decision about world, session and command.

Order of checks, which decides 501 against 503: length and unknown verb (500), switched off (502), order (503), syntax
(501), parameter (504, 555), policy (550, 553, 554), storage (452, 552), own fault (451). The order of commands itself
is not decided here: the machine's table says what is in sequence (RFC 2821 sections 3, 4.1, 4.2.4, 4.5).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from smtplab.lab.extensions import BEHAVIOURS, in_use, offered_by
from smtplab.lab.extensions.behaviour import Answer, Answering
from smtplab.lab.replies import reply, reply_by_edition
from smtplab.lab.world import Fate, Mailbox, Offer, Scanner, World
from smtplab.protocol.commands import COMMANDS, NOT_OFFERED, check_argument
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import Parameter
from smtplab.protocol.limits import TEXT_LINE_OCTETS
from smtplab.protocol.machine import Machine, State, machine
from smtplab.protocol.paths import (
    NULL_PATH,
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

_OPTIONAL = ("VRFY", "EXPN", "HELP")
_SWITCHED = ("EHLO", *_OPTIONAL)
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
    table = session.machine(world.edition)
    event = table.event_of(command)
    is_in_sequence = table.in_sequence(session.state, event)
    if not is_in_sequence and table.refuses_all(session.state):
        return world, reply("order.refused")
    answer = _answers(world.extensions).get(command.verb)
    if answer is None or _offer(world, command.verb) is Offer.UNKNOWN:
        return world, _unknown(command)
    if _is_off(world, command.verb):
        return world, reply("verb.off", verb=command.verb)
    if not is_in_sequence:
        out_of_order = _out_of_order(world, session, command.verb)
        if out_of_order is not None:
            return world, out_of_order
    guarded = _guarded(world.edition, world.extensions)
    needed = session.unmet(guarded, command.verb, world.policies) if guarded.requirements else None
    if needed is not None:
        return world, reply(f"{'needed' if needed.wanted else 'order'}.{needed.fact}")
    try:
        check_argument(command)
        if command.argument and not session.announces("SMTPUTF8"):
            require_printable_ascii(command.argument)
        return answer(world, session, command, now)
    except ProtocolError as error:
        return world, reply("argument", problem=error.text)


@lru_cache(maxsize=256)
def _answers(extensions: tuple[str, ...]) -> Mapping[str, Answering]:
    """What a server answers: the base protocol, and what the extensions it offers bring."""
    brought = (item for keyword in extensions for item in BEHAVIOURS[keyword].answers.items())
    return {**_BASE, **dict(brought)}


@lru_cache(maxsize=256)
def _guarded(edition: int, extensions: tuple[str, ...]) -> Machine:
    """The machine whose guards hold: of all that is offered, since policies hold before anything was announced."""
    return machine(edition, frozenset(extensions))


def _unknown(command: Command) -> Reply:
    if command.verb in NOT_OFFERED:
        return reply("verb.off", verb=command.verb)
    if not command.octets:
        return reply("verb.empty")
    return reply("verb.unknown", verb=command.verb)


def _offer(world: World, verb: str) -> Offer:
    return Offer(getattr(world, verb.lower())) if verb in _SWITCHED else Offer.ON


def _is_off(world: World, verb: str) -> bool:
    return _offer(world, verb) is not Offer.ON


def _out_of_order(world: World, session: Session, verb: str) -> Reply | None:
    """Why the table does not let this command come now; None for DATA with recipients tried, which DATA answers."""
    if session.client_name is None:
        return reply("order.greet-first")
    if session.state is State.CHUNK_REFUSED:
        return reply("order.chunk-refused")
    if session.state is State.CHUNKS:
        return reply("order.chunks")
    extension = next((behaviour.extension for behaviour in offered_by(world) if verb in behaviour.answers), None)
    if extension is not None and verb not in session.machine(world.edition).events:
        return reply("order.ehlo-first", verb=verb)
    if extension is not None and verb != "BDAT" and session.transaction is not None:
        return reply("order.in-mail", verb=verb)
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
    if command.verb == "EHLO":
        greeting = replace(greeting, lines=(*greeting.lines, *_offers(world, session)))
    return world, greeting


def _offers(world: World, session: Session) -> tuple[str, ...]:
    """Lines of the EHLO answer; VRFY and EXPN must be listed when they work (3.5.2)."""
    extensions = (behaviour.announce(world, session) for behaviour in offered_by(world))
    return (*filter(None, extensions), *(verb for verb in _OPTIONAL if not _is_off(world, verb)))


def _mail(world: World, session: Session, command: Command, now: float) -> Answer:
    said = parse_mail_argument(command.argument or "", "FROM:", session.announces("SMTPUTF8"))
    path, used = format_path(said.path), in_use(world, session)
    values, refusal = _parameters(world, said, [p for behaviour in used for p in behaviour.extension.mail_parameters])
    if refusal is not None:
        return world, refusal
    domain = said.path.domain
    if not said.path.is_null and domain is None:
        return world, reply("mail.domain", path=path)
    if domain is not None and world.is_ours(domain) and world.mailbox(said.path.local_part) is None:
        return world, reply("mail.unknown-sender", path=path)
    for behaviour in used:
        refusal = behaviour.check_mail(world, session, said.path, values)
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
    """Values by keyword; a parameter is good only when an announced extension defines it (RFC 2821 section 4.1.1).

    Two extensions may define values of one keyword, as 8BITMIME and BINARYMIME do for BODY.
    """
    values: dict[str, object] = {}
    for keyword, value in said.parameters:
        defined = [parameter for parameter in known if parameter.keyword == keyword]
        if not defined:
            return values, reply_by_edition("parameter.unknown", world.edition, keyword=keyword)
        try:
            values[keyword] = _value(defined, value)
        except ProtocolError as error:
            if error.code != 504:
                raise
            return values, reply_by_edition("parameter.value", world.edition, problem=error.text)
    return values, None


def _value(defined: Iterable[Parameter], value: str | None) -> object:
    """The value as the first that can read it; otherwise the first one's complaint."""
    complaints: list[ProtocolError] = []
    for parameter in defined:
        try:
            return parameter.parse(value)
        except ProtocolError as error:
            complaints.append(error)
    raise complaints[0]


def _rcpt(world: World, session: Session, command: Command, now: float) -> Answer:
    said = parse_mail_argument(command.argument or "", "TO:", session.announces("SMTPUTF8"))
    used = in_use(world, session)
    values, refusal = _parameters(world, said, [p for behaviour in used for p in behaviour.extension.rcpt_parameters])
    if refusal is not None:
        return world, refusal
    for behaviour in used:
        refusal = behaviour.check_rcpt(world, session, said.path, values)
        if refusal is not None:
            return world, refusal
    recipient, path = said.path, format_path(said.path)
    transaction = session.transaction
    assert transaction is not None  # the table put RCPT in sequence
    if not world.is_ours(recipient.domain):
        return world, _elsewhere(world, session, recipient, path)
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
    if world.greylist_s is not None and not world.greylist_after_data:
        world, must_wait = _greylist(world, transaction.reverse_path, recipient, now)
        if must_wait:
            return world, reply("rcpt.greylisted", path=path, wait=f"{world.greylist_s:g}")
    if mailbox.fate is Fate.FORWARDED:
        return world, reply("rcpt.forwarded", elsewhere=mailbox.elsewhere)
    return world, reply("rcpt", path=path)


def _elsewhere(world: World, session: Session, recipient: Path, path: str) -> Reply:
    """A recipient of another domain: only who has logged in may have mail passed on."""
    if (recipient.domain or "").lower() in world.null_mx_domains:
        return reply_by_edition("rcpt.no-mail", world.edition, path=path)
    if session.identity is None:
        return reply("rcpt.relay", path=path, domain=world.domain)
    return reply("rcpt", path=path)


def _greylist(world: World, sender: Path, recipient: Path, now: float) -> tuple[World, bool]:
    """Whether these two must wait, and the world that remembers them."""
    first = world.first_seen(sender, recipient)
    if first is None:
        return world.with_seen(sender, recipient, now), True
    return world, now - first < (world.greylist_s or 0.0)


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


def respond_to_chunk(
    world: World, session: Session, command: Command, now: float, mail_data: bytes, octets: int
) -> Answer:
    """The reply to a BDAT whose octets have come; a last one is answered as the final dot is.

    Parameters
    ----------
    world : World
    session : Session
        Before the command.
    command : Command
    now : float
    mail_data : bytes
        The message so far, this piece included; cut short when it is over the limit.
    octets : int
        Its whole size.
    """
    world, answer = respond(world, session, command, now)
    if not answer.is_positive or session.transaction is None:
        return world, answer
    if octets > world.max_message_octets:
        return world, reply("end.too-large", size=octets, limit=world.max_message_octets)
    if session.machine(world.edition).event_of(command) == command.verb:
        return world, answer
    return respond_to_data(world, session.transaction, mail_data, octets, now)


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
        world, must_wait = _greylist(world, transaction.reverse_path, recipient, now)
        if must_wait:
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
    names = (found.decode("utf-8", "replace").strip().lower() for found in _FILE_NAME.findall(mail_data))
    return next((ending for name in names for ending in sorted(world.refused_files) if name.endswith(ending)), "")


_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


def _received_fields(mail_data: bytes) -> int:
    header = mail_data.partition(b"\r\n\r\n")[0]
    return len(_RECEIVED.findall(header))


def _rset(world: World, session: Session, command: Command, now: float) -> Answer:
    return world, reply("reset")


def _vrfy(world: World, session: Session, command: Command, now: float) -> Answer:
    asked, utf8 = _asked_in_utf8(session, command.argument or "")
    name = _local_part(world, asked)
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
    address = f"{mailbox.name}@{world.domain}"
    if not (utf8 or (mailbox.person.isascii() and address.isascii())):
        return world, reply("vrfy.utf8")
    return world, reply("vrfy", person=mailbox.person, address=address, utf8=utf8)


def _asked_in_utf8(session: Session, argument: str) -> tuple[str, bool]:
    """What VRFY or EXPN asks for; whether SMTPUTF8 behind it allows UTF-8 in the reply (RFC 6531 section 3.7.4.2)."""
    asked, blank, word = argument.rstrip().rpartition(" ")
    if session.announces("SMTPUTF8") and blank and word.upper() == "SMTPUTF8":
        return asked, True
    return argument, False


def _expn(world: World, session: Session, command: Command, now: float) -> Answer:
    asked, utf8 = _asked_in_utf8(session, command.argument or "")
    name = _local_part(world, asked)
    if name is not None and " " in name:
        return world, reply("search.person")
    found = world.mailing_list(name) if name is not None else None
    if found is None:
        return world, reply("expn.unknown", name=name or command.argument)
    if found.private:
        return world, reply("expn.private", name=found.name)
    members = (world.mailbox(member) for member in found.members)
    lines = (f"{member.person} <{member.name}@{world.domain}>" for member in members if member)
    return world, reply("expn", members=tuple(lines), utf8=utf8)


def _local_part(world: World, argument: str) -> str | None:
    """The name asked for: a local-part alone, in quotes, or an address of ours; None for somebody else's address."""
    asked = argument.strip()
    if "@" in asked or asked.startswith("<"):
        path: Path = parse_forward_path(asked if asked.startswith("<") else f"<{asked}>")
        return path.local_part if world.is_ours(path.domain) else None
    return asked[1:-1] if len(asked) > 1 and asked[0] == asked[-1] == '"' else asked


def _help(world: World, session: Session, command: Command, now: float) -> Answer:
    topics = [verb for verb in _answers(world.extensions) if verb in COMMANDS and not _is_off(world, verb)]
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


_BASE: dict[str, Answering] = {
    "EHLO": _hello, "HELO": _hello, "MAIL": _mail, "RCPT": _rcpt, "DATA": _data, "RSET": _rset,
    "VRFY": _vrfy, "EXPN": _expn, "HELP": _help, "NOOP": _noop, "QUIT": _quit,
}
