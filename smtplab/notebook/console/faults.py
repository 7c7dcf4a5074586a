"""What a console shows of faults: which are set, which could be, and where server and client see a session differently.

The data of the folded panel; like all data of a console it is made anew each time, and nothing of it is HTML.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from smtplab.explain.catalogue import text
from smtplab.explain.names import joined
from smtplab.lab.faults import fault_in_words
from smtplab.network.loop import MOST_SECONDS
from smtplab.notebook.html import readable
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.machine import DATA_END
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF

if TYPE_CHECKING:
    from smtplab.network import Client, LoopbackServer, MemoryServer

    Server = LoopbackServer | MemoryServer

PATIENCE_S = 1.5
"""How long a click waits for a reply that a fault may keep back; the reply is shown when it comes."""

QUICK = {
    "too-many": "RCPT#1 per server -> 452 Too many recipients",
    "busy": "RCPT#1 per server -> 450 Mailbox busy, try again later",
    "closing": "ANY#1 per server -> 421 Closing, try again later",
    "silence": "ANY#1 per server -> silence",
    "lost": "DATA-END#1 per server -> drop before",
    "slow": "ANY#1 per server -> delay 10 s",
    "malformed": "ANY#1 per server -> codes differ",
}
"""What an instructor wants now, each for the next time: the line can be edited before it is set."""

UNITS = {"seconds": 1.0, "minutes": 60.0}


def quick() -> list[tuple[str, str]]:
    """Each quick choice: its name, and the fault in its text form."""
    return [(text(f"console.fault_{name}"), said) for name, said in QUICK.items()]


def panel(server: "Server", serial: int) -> Data:
    """The faults that are set, in words and how often each has happened; `serial` tells when one was set here."""
    found = [
        {"text": str(one), "words": readable(fault_in_words(one.fault)), "fired": fired_in_words(one.fired)}
        for one in server.faults
    ]
    summary = text("console.faults_set", count=len(found)) if found else text("console.faults")
    return {"set": found, "serial": serial, "summary": summary}


def fired_in_words(count: int) -> str:
    """How often a fault has happened.

    >>> fired_in_words(0), fired_in_words(2)
    ('has not happened yet', 'has happened 2 times')
    """
    return text(f"faults.fired-{min(count, 2)}", count=count)


def seconds_of(amount: str, unit: str) -> float:
    """What was typed beside "Let time pass"; raises ValueError for what is no time."""
    try:
        number = float(amount)
    except ValueError:
        raise ValueError(text("console.no_time", amount=repr(amount))) from None
    if not 0 <= number <= MOST_SECONDS:
        raise ValueError(text("console.no_time", amount=repr(amount)))
    return number * UNITS.get(unit, 1.0)


def both_sides(server: "Server", client: "Client") -> str:
    """Where the server stands and where the client, as far as a fault made them differ; empty when they agree."""
    if client.is_quiet and not server.faults.have_fired:  # the usual case, told without a look at the record
        return ""
    record = server.record_of(client)
    if record is None or record.transcript.truncated or not (server.faults.have_fired or record.held):
        return ""
    whole = replace(record.transcript, entries=(*record.transcript.entries, *record.held)).decided()
    said = [step for step in whole.exchanges(client.edition) if step.reply is not None]
    steps = client.exchanges
    read = [step for step in steps if step.reply is not None]
    is_missing = len(said) > len(read)
    if not said or not (is_missing or (read and _differ(said[-1], read[-1]))):
        return ""
    servers, clients = said[-1].after, client.session
    told = text(
        "console.both_held" if record.held else "console.both_server", code=_code(said[-1]),
        stands=_stands(servers, clients), stored=_stored(said[-1], len(server.messages)),
    )
    heard = text("console.both_read", code=_code(read[-1])) if not is_missing else text(
        "console.both_part" if _is_cut_short(record.transcript) else "console.both_nothing")
    return readable(f"{told} {heard} {_stands(clients, servers)}.")


def _is_cut_short(record: Transcript) -> bool:
    """True when the last octets that went out are the beginning of a reply."""
    last = next((entry.octets for entry in reversed([*record.merged()]) if entry.direction == "S"), b"")
    return bool(last) and not last.endswith(CRLF)


def _differ(said: Exchange, read: Exchange) -> bool:
    return _code(said) != _code(read) or said.after != read.after


def _code(step: Exchange) -> int:
    return step.reply.code if step.reply is not None else 0


def _stands(here: Session, there: Session) -> str:
    """The state; with the list of recipients where that is the difference."""
    if here.state is not there.state or here.transaction is None:
        return str(here.state)
    names = joined([path.address for path in here.transaction.forward_paths]) or text("console.none")
    return text("console.both_list", state=here.state, list=names)


def _stored(step: Exchange, count: int) -> str:
    """That the message stands in the server's storage, where this step put it there."""
    if step.event not in (DATA_END, BDAT_LAST) or step.reply is None or not step.reply.is_positive:
        return ""
    return text("console.both_stored", count=count) if count != 1 else text("console.both_stored_one")
