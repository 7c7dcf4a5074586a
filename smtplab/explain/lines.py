"""The four lines of an explanation: verdict, here, now, not this.

*Here* is what the reply says, then what the table's row changed. *Now* is what a client does. Which sentence is taken
is decided by `Situation.keys`; for 503 it is made from what the table misses before this command (section 4.1.4).
"""

from collections.abc import Iterator, Mapping

from smtplab.explain.catalogue import has, text
from smtplab.explain.situation import Situation
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.extensions.starttls import TLS_FAILED
from smtplab.protocol.machine import DATA_END, LOST, Kind, State
from smtplab.protocol.reply_codes import REPLY_CODES

_VERDICTS = {"1yz": "more", "2yz": "yes", "3yz": "more", "4yz": "not-now", "5yz": "no"}


def verdict_id(situation: Situation) -> str:
    """``yes``, ``more``, ``not-now``, ``no``, ``wrong-moment`` or ``no-reply``."""
    if situation.code == 503:
        return "wrong-moment"
    if situation.event == TLS_FAILED:
        return "no"  # of whichever side refused the other
    if situation.reply is None and situation.row is not None and situation.row.kind is Kind.NORMAL:
        return "yes"  # a TLS handshake, which no reply belongs to
    return _VERDICTS.get(situation.reply_class, "no-reply")


def here_line(situation: Situation, names: Mapping[str, str]) -> str:
    """What the reply says and what it changed.

    A reply that a fault forced has no cause in the world: what it says is told as the fault's words, not as a fact.
    """
    says = situation.why or _says(situation, names)
    if situation.is_reply_forced:  # what stands behind a semicolon is an aside about a cause; and 60 words are few
        says = text("says.forced", says=says.partition(";")[0].rstrip(".") + ".")
    effect = "" if situation.why else _effect(situation, names)
    silenced = text("effect.forced") if situation.forced and situation.reply is None else ""
    return " ".join(filter(None, (says, effect, silenced)))


def now_line(situation: Situation, names: Mapping[str, str]) -> str:
    """What a client does."""
    if situation.why:
        return situation.cure or text("no-reply.now", **names)
    if _is_out_of_order(situation):
        special = f"order.now {names['missing_id']}"
        return text(special if has(special) else "order.now", **names)
    return _first("now", situation, names)


def _is_out_of_order(situation: Situation) -> bool:
    """True for a 503 whose reason the table can tell."""
    known = situation.before is not None and situation.command is not None
    return situation.code == 503 and known and situation.event in situation.machine.events


def _says(situation: Situation, names: Mapping[str, str]) -> str:
    if _is_out_of_order(situation):
        return text("order.says", **names)
    return _first("says", situation, names)


def _first(section: str, situation: Situation, names: Mapping[str, str]) -> str:
    """The most telling text a section has; for a code that only the tables know, their own sentence."""
    known = REPLY_CODES.get(situation.code)
    from_table = known is not None and known.verified and section == "says"
    for key in situation.keys(known="meaning" if from_table else None):
        if key == "meaning" and known is not None:
            return known.meaning
        if has(f"{section}.{key}"):
            return text(f"{section}.{key}", **names)
    raise KeyError(f"The catalogue has no {section} for {situation.code} {situation.event}.")


def _effect(situation: Situation, names: Mapping[str, str]) -> str:
    """What the row did to the session, in words; empty where that cannot be known."""
    row, before = situation.row, situation.before
    if row is None:
        return ""
    if before is None and situation.changed_nothing:
        return text("effect.unchanged-anywhere") if situation.reply_class in ("4yz", "5yz") else ""
    if before is None and row.remembers:  # only a session has the names for it
        return ""
    return " ".join(text(f"effect.{key}", **names) for key in (_effect_key(situation), *_kept(situation)))


def _kept(situation: Situation) -> Iterator[str]:
    """What a second EHLO leaves as it is."""
    row, before = situation.row, situation.before
    if row is not None and row.remembers == "client" and before is not None and before.client_name is not None:
        if before.identity:
            yield "kept-identity"
        if before.tls:
            yield "kept-tls"


def _effect_key(situation: Situation) -> str:
    row, before = situation.row, situation.before
    assert row is not None
    open_before = before is not None and before.transaction is not None
    if situation.changed_nothing:
        return _unchanged_key(situation)
    if situation.event == LOST and before is not None and before.state is State.MAIL_DATA:
        return "closed-data"  # whether the final dot went out or not, what the server decided is not known
    if row.next_state is State.CLOSED:
        return "closed-mail" if open_before else "closed"
    if row.remembers == "client":
        return "client-again" if open_before else "client"
    if row.remembers == "tls":
        return "tls" if row.next_state is None else "tls-again"
    if row.remembers == "identity":
        return "identity" if situation.after is not None and situation.after.identity else "identity-unnamed"
    if row.remembers:
        return row.remembers
    if "transaction" in row.forgets:
        return "dropped DATA-END" if situation.event in (DATA_END, BDAT_LAST) else "dropped"
    if "login" in row.forgets:
        return "login-over"
    return f"to {row.next_state}"


def _unchanged_key(situation: Situation) -> str:
    transaction = situation.before.transaction if situation.before is not None else None
    if transaction is None:
        return "unchanged"
    count = len(set(transaction.forward_paths))
    return ("unchanged-sender", "unchanged-one")[count] if count < 2 else "unchanged-many"
