"""What our server says to MAIL, RCPT and DATA once they are in order (RFC 2821 sections 3.3, 3.4, 4.1.1.2-4, 4.5.3)."""

from collections.abc import Iterable

from smtplab.lab.extensions import in_use
from smtplab.lab.extensions.behaviour import Answer
from smtplab.lab.greylist import must_wait
from smtplab.lab.replies import reply, reply_by_edition
from smtplab.lab.world import Fate, Mailbox, Scanner, World
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions import Parameter
from smtplab.protocol.paths import Path, PathArgument, format_path, parse_mail_argument
from smtplab.protocol.session import Session
from smtplab.protocol.wire import Command, Reply


def mail(world: World, session: Session, command: Command, now: float) -> Answer:
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
            there_is = "; ".join(parameter.syntax for parameter in defined)
            return values, reply_by_edition("parameter.value", world.edition, keyword=keyword, known=there_is)
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


def rcpt(world: World, session: Session, command: Command, now: float) -> Answer:
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
            return world, no_mailbox(world, "rcpt", recipient.local_part, path)
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
        world, waits = must_wait(world, transaction.reverse_path, recipient, now)
        if waits:
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


def no_mailbox(world: World, command: str, name: str, shown: str) -> Reply:
    namesakes = world.namesakes(name)
    if len(namesakes) > 1:
        names = " and ".join(mailbox.name for mailbox in namesakes)
        return reply(f"{command}.ambiguous", path=shown, name=shown, names=names)
    return reply(f"{command}.unknown", path=shown, name=shown)


def data(world: World, session: Session, command: Command, now: float) -> Answer:
    transaction = session.transaction
    if transaction is not None and not transaction.forward_paths:
        return world, reply("data.no-recipients")
    # RFC 5321 lists no 451 before the data, so there the same scanner is missed after it.
    if world.scanner is Scanner.UNREACHABLE and world.edition == 2821:
        return world, reply("data.scanner")
    return world, reply("data")
