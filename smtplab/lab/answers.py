"""What our server answers to each command once it is in order: the base protocol's, and those of the extensions.

The mail transaction's commands are in `mail_transaction` (RFC 2821 sections 3.5, 4.1.1.1, 4.1.1.5-10).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from smtplab.lab.extensions import BEHAVIOURS, offered_by
from smtplab.lab.extensions.behaviour import Answer, Answering
from smtplab.lab.mail_transaction import data, mail, no_mailbox, rcpt
from smtplab.lab.replies import reply
from smtplab.lab.world import ANNOUNCED, Fate, Offer, World
from smtplab.protocol.commands import COMMANDS
from smtplab.protocol.paths import Path, parse_client_name, parse_forward_path
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command


@lru_cache(maxsize=256)
def answers(extensions: tuple[str, ...]) -> Mapping[str, Answering]:
    """What a server answers: the base protocol, and what the extensions it offers bring."""
    brought = (item for keyword in extensions for item in BEHAVIOURS[keyword].answers.items())
    return {**_BASE, **dict(brought)}


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
    return (*filter(None, extensions), *(verb for verb in ANNOUNCED if world.offer_of(verb) is Offer.ON))


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
        return world, no_mailbox(world, "vrfy", name, name)
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
    topics = [verb for verb in answers(world.extensions) if verb in COMMANDS and world.offer_of(verb) is Offer.ON]
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
    "EHLO": _hello, "HELO": _hello, "MAIL": mail, "RCPT": rcpt, "DATA": data, "RSET": _rset,
    "VRFY": _vrfy, "EXPN": _expn, "HELP": _help, "NOOP": _noop, "QUIT": _quit,
}
