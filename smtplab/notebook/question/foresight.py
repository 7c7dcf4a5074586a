"""What would come if a line were sent now: asked of the lab's responder, so nothing goes over the wire.

A question needs the right sentence among its options before the reply has come. Against another server, or another
world, the forecast may be wrong; whoever uses it compares it with the reply.
"""

from dataclasses import replace

from smtplab.explain import Explanation, explain, misconception
from smtplab.explain.catalogue import text
from smtplab.lab.mail_data import respond_to_data
from smtplab.lab.replies import reply
from smtplab.lab.responder import respond, respond_to_chunk
from smtplab.lab.world import World
from smtplab.protocol.commands import BASE
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.machine import DATA_END, Machine, State
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import entries
from smtplab.protocol.session import Session
from smtplab.protocol.wire import CRLF, MAIL_DATA_START, Command, Reply, cut_mail_data, encode, parse_command

_BELIEFS: dict[str, tuple[str, ...]] = {
    "EHLO first": ("ehlo-is-login", "text-decides"),
    "HELO first": ("ehlo-is-login", "text-decides"),
    "RCPT wrong-moment": ("error-ends-session", "to-header-adds-recipients"),
    "DATA more": ("quit-sends-mail", "to-header-adds-recipients"),
    "EHLO": ("second-ehlo-keeps-mail", "ehlo-only-once", "ehlo-is-login"),
    "HELO": ("second-ehlo-keeps-mail", "ehlo-only-once", "ehlo-is-login"),
    "MAIL": ("from-header-is-sender", "error-ends-session"),
    "RCPT": ("to-header-adds-recipients", "refused-recipient-ends-mail", "vrfy-comes-first"),
    "DATA": ("to-header-adds-recipients", "error-ends-session"),
    DATA_END: ("to-header-adds-recipients", "dot-belongs-to-message", "quit-sends-mail"),
    "RSET": ("error-ends-session", "noop-starts-again"),
    "VRFY": ("vrfy-comes-first", "error-ends-session"),
    "NOOP": ("noop-starts-again", "text-decides"),
    "QUIT": ("quit-sends-mail", "text-decides"),
    "STARTTLS": ("starttls-protects-to-reader", "ehlo-survives-tls", "error-ends-session"),
    "AUTH": ("base64-is-encryption", "auth-proves-from-header", "error-ends-session"),
    AUTH_LINE: ("base64-is-encryption", "auth-proves-from-header", "error-ends-session"),
    "BDAT": ("bdat-needs-dot", "bdat-count-is-a-hint"),
    "": ("error-ends-session", "text-decides", "x0z-is-always-syntax"),
}
"""By event, or event and verdict, or the first hello: beliefs that a question may offer as wrong options."""

FEW_CODES = 4
"""With fewer codes than this a list gives the answer away."""

_SILENCE = {
    "part": ("commands-inside-message", "dot-anywhere-ends-message"),
    "octets": ("bdat-needs-dot", "bdat-count-is-a-hint"),
}
"""Why no reply comes, and what is believed then."""


def foresee(session: Session, line: str, world: World, edition: int, message: bytes = b"") -> Exchange | None:
    """The step that the line would be; None when no reply would come yet.

    So it is for a line of the message, and for a BDAT, whose octets come before the reply (RFC 3030 section 2).

    Parameters
    ----------
    session : Session
        Before the line.
    line : str
    world : World
    edition : {2821, 5321}
    message : bytes
        In mail data: the lines sent so far, as on the wire.

    Examples
    --------
    >>> foresee(Session(State.READY, "me.example"), "RCPT TO:<bob@lab.example>", World(), 2821).reply.code
    503
    """
    world = replace(world, edition=edition)
    octets, table = encode(line) + CRLF, session.machine(edition)
    command: Command | None = None
    answer: Reply | None
    if session.state is State.MAIL_DATA:
        if line != "." or session.transaction is None:
            return None
        mail_data = cut_mail_data(MAIL_DATA_START, message + octets)[0].removeprefix(MAIL_DATA_START)
        event, (_, answer) = DATA_END, respond_to_data(world, session.transaction, mail_data, len(mail_data))
    else:
        in_login = session.state is State.AUTH_EXCHANGE
        command = Command(AUTH_LINE, line, encode(line)) if in_login else parse_command(encode(line))
        event, answer = AUTH_LINE if in_login else table.event_of(command), _answer(world, session, table, command)
        if answer is None:
            return None
    row = table.transition(session.state, event, answer.code)
    return Exchange(event, command, octets, answer, row, session, session.after(row, command, answer), edition)


def _answer(world: World, session: Session, table: Machine, command: Command) -> Reply | None:
    """What our server says to a command line; None while octets that belong to it are still to come."""
    try:
        count = table.octets_behind(command)
    except ProtocolError as error:
        return reply("chunk.unreadable", problem=error.text)
    if count is None:
        return respond(world, session, table, command, 0.0)[1]
    return None if count else respond_to_chunk(world, session, table, command, 0.0, b"", 0)[1]


def may_be_silent(session: Session, line: str, edition: int) -> bool:
    """True for a line that perhaps gets no reply yet: in mail data, and a command that octets may follow.

    >>> may_be_silent(Session(State.READY, "me.example"), "NOOP", 2821)
    False
    """
    if session.state in (State.MAIL_DATA, State.AUTH_EXCHANGE):
        return session.state is State.MAIL_DATA
    try:
        return session.machine(edition).octets_behind(parse_command(encode(line))) is not None
    except ProtocolError:
        return True


def octets_are_due(session: Session, line: str, edition: int) -> bool:
    """True for a command line that gets no reply by itself, since octets belong to it.

    >>> octets_are_due(Session(State.READY, "me.example", (("CHUNKING", ""),)), "BDAT 10", 2821)
    True
    """
    try:
        return bool(session.machine(edition).octets_behind(parse_command(encode(line))))
    except ProtocolError:
        return False


def codes_for(session: Session, line: str, edition: int) -> tuple[int, ...]:
    """Codes that are plausible for a line: those that section 4.3.2 lists for the command, in rising order.

    Where it lists few, those that any command may get stand beside them, so that the list does not give the answer
    away; for a command that it does not have, those that its own RFC gives it.

    >>> codes_for(Session(State.READY, "me.example"), "RCPT TO:<bob@lab.example>", 2821)
    (250, 251, 450, 451, 452, 503, 550, 551, 552, 553)
    """
    event = _event_of(session, line, edition)
    found = {entry.code for entry in entries(edition) if event in entry.events}
    if not found:
        verb = "AUTH" if event == AUTH_LINE else parse_command(encode(line)).verb
        found = {code for code, known in REPLY_CODES.items() if verb in known.commands}
    if len(found) < FEW_CODES or event not in (*BASE, DATA_END):
        found |= {rule.code for rule in GENERAL_REPLIES if rule.any_command}
    return tuple(sorted(found))


def _event_of(session: Session, line: str, edition: int) -> str:
    """What the line would be; in mail data what it looks like, since that is what somebody may take it for."""
    if session.state is State.MAIL_DATA and line == ".":
        return DATA_END
    if session.state is State.AUTH_EXCHANGE:
        return AUTH_LINE
    return session.machine(edition).event_of(parse_command(encode(line)))


def silence(state: State) -> str:
    """The sentence that says why no reply comes."""
    return text(f"predict.{_reason_of_silence(state)}")


def _reason_of_silence(state: State) -> str:
    return "part" if state is State.MAIL_DATA else "octets"


def options_for(step: Exchange | None, state: State) -> tuple[str, tuple[str, ...]]:
    """A sentence that is right about the step, and the ids of misconceptions about it, the most telling first.

    Without a step it is about the silence in this state. Beliefs that name a code come last: they would give the reply
    away.
    """
    if step is None:
        return silence(state), _SILENCE[_reason_of_silence(state)]
    explanation = explain(step)
    first = "first" if step.before.client_name is None else explanation.verdict_id
    keys = (f"{step.event} {first}", step.event, "")
    beliefs = tuple(id for key in keys for id in _BELIEFS.get(key, ()))
    if explanation.misconception:
        beliefs = (explanation.misconception, *beliefs)
    drops = step.event in ("EHLO", "HELO") and step.before.transaction is not None
    right = last_sentence(explanation) if drops else first_sentence(explanation)
    return right, tuple(sorted(dict.fromkeys(beliefs), key=_names_a_code))


def first_sentence(explanation: Explanation) -> str:
    """What the reply says, without what it changed.

    >>> first_sentence(explain(450, "RCPT"))
    "This recipient's mailbox is busy."
    """
    said, dot, _ = explanation.here.partition(". ")
    return said + dot.rstrip()


def last_sentence(explanation: Explanation) -> str:
    """What the reply changed: for a second EHLO in a mail, that the mail is dropped."""
    return explanation.here.rpartition(". ")[2]


def _names_a_code(id: str) -> bool:
    return any(character.isdigit() for character in misconception(id).belief)
