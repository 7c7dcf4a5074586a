"""What would come if a line were sent now: asked of the lab, so nothing goes over the wire and no fault is counted.

A question needs the right sentence among its options before the reply has come. A server of ours is asked itself, as it
stands, with the faults that are set. Against another server the forecast may be wrong; whoever uses it compares it
with the reply.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from smtplab.explain import Explanation, explain, misconception
from smtplab.explain.catalogue import text
from smtplab.lab import Abort, Action, Close, Send, ServerSession, World, before_message, rehearse
from smtplab.protocol.commands import BASE
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.machine import DATA_END, State
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import entries
from smtplab.protocol.session import Session
from smtplab.protocol.wire import CRLF, encode, parse_command

Asked = Callable[[bytes], list[Action] | None]
"""What a server would do if it heard these octets; None when it cannot be asked."""

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
    "withheld": _BELIEFS[""][:2],
}
"""Why no reply comes, and what is believed then."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would come of a line.

    Attributes
    ----------
    step : Exchange or None
        The step that it would be; None when no reply would come yet.
    is_due : bool
        True when a reply belongs to the line, and none would come all the same.
    forced : str
        The fault that would keep the reply back; empty for none. What would force a step stands in that step.
    """

    step: Exchange | None
    is_due: bool = False
    forced: str = ""


def foresee(
    session: Session, line: str, world: World, edition: int, message: bytes = b"", would_do: Asked | None = None
) -> Forecast:
    """What would come of the line.

    No reply comes to a line of the message, nor to a BDAT, whose octets come before the reply (RFC 3030 section 2).

    Parameters
    ----------
    session : Session
        Before the line, as the client knows it.
    line : str
    world : World
        What the lab answers from where the server itself cannot be asked.
    edition : {2821, 5321}
    message : bytes
        In mail data: the lines sent so far, as on the wire.
    would_do : function of octets, optional
        Asks the server itself, with its faults as they are counted, and gives the actions or None. A fault with a
        chance is drawn as it would be now; should another session draw first, the reply may be another.

    Examples
    --------
    >>> foresee(Session(State.READY, "me.example"), "RCPT TO:<bob@lab.example>", World(), 2821).step.reply.code
    503
    """
    dialogue, octets = Dialogue.of(session, edition), encode(line) + CRLF
    if dialogue.in_mail_data:
        octets = message + octets
    actions = would_do(octets) if would_do is not None else None
    if actions is None:
        stands = ServerSession(session, 0.0)
        stands = before_message(stands) if dialogue.in_mail_data else stands
        actions = rehearse(replace(world, edition=edition), stands, octets, 0.0)
    dialogue.sent(octets)
    is_due, forced = not dialogue.is_quiet, ""
    for action in actions:
        if isinstance(action, Send):
            forced = forced or action.forced
            dialogue.take("S", action.octets, forced=action.forced)
        elif isinstance(action, Close | Abort) and dialogue.session.state is not State.CLOSED:
            dialogue.lost()
    if dialogue.exchanges:
        return Forecast(dialogue.exchanges[0])
    return Forecast(None, is_due, forced)


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


def silence(state: State, is_due: bool = False) -> str:
    """The sentence that says why no reply comes; where one is due, that it does not come."""
    return text(f"predict.{_reason_of_silence(state, is_due)}")


def _reason_of_silence(state: State, is_due: bool) -> str:
    return "withheld" if is_due else "part" if state is State.MAIL_DATA else "octets"


def options_for(forecast: Forecast, state: State) -> tuple[str, tuple[str, ...]]:
    """A sentence that is right about what would come, and ids of misconceptions about it, the most telling first.

    Without a step it is about the silence in this state. Beliefs that name a code come last: they would give the reply
    away. So would the word of a fault: what it forces is told as if the server had decided it.
    """
    step = forecast.step
    if step is None:
        return silence(state, forecast.is_due), _SILENCE[_reason_of_silence(state, forecast.is_due)]
    explanation = explain(step)
    first = "first" if step.before.client_name is None else explanation.verdict_id
    keys = (f"{step.event} {first}", step.event, "")
    beliefs = tuple(id for key in keys for id in _BELIEFS.get(key, ()))
    if explanation.misconception:
        beliefs = (explanation.misconception, *beliefs)
    if step.after.state is State.CLOSED:  # then a new connection is what is needed
        beliefs = tuple(id for id in beliefs if id != "error-ends-session")
    drops = step.event in ("EHLO", "HELO") and step.before.transaction is not None
    right = last_sentence(explanation) if drops else first_sentence(explanation)
    right = right.removeprefix(text("says.forced", says=""))
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
