"""A fault as a sentence, made from its fields: what happens, when, and how the reply then comes."""

from smtplab.explain.catalogue import has, text
from smtplab.lab.faults.fault import INSTEAD, TLS, Fault, Way, What, When


def fault_in_words(fault: Fault) -> str:
    """The sentence.

    >>> from smtplab.lab import read_fault
    >>> fault_in_words(read_fault("RCPT#2 -> 452 4.5.3 Too many recipients"))
    'The 2nd RCPT of each mail gets 452 4.5.3 Too many recipients.'
    >>> fault_in_words(read_fault("DATA-END#1 per server -> drop before"))
    'The 1st final dot since this was set gets no reply, and the connection is lost.'
    """
    return text("fault.sentence", when=_when(fault.when), what=_what(fault.what, fault.when.event))


def _when(when: When) -> str:
    event = text(f"fault.event-{when.event}") if has(f"fault.event-{when.event}") else when.event
    if when.nth is not None:
        event = text(f"fault.per-{when.counted_in}", event=event)
    key = "each" if when.nth is None else "onwards" if when.onwards else "nth"
    given = (("from", when.sender), ("to", when.recipient), ("host", when.host), ("in", when.state))
    said = [text(f"fault.{word}", said=value) for word, value in given if value]
    chance = [text("fault.chance", percent=f"{when.percent:g}")] if when.percent is not None else []
    return " ".join((text(f"fault.{key}", event=event, nth=_ordinal(when.nth or 1)), *said, *chance))


def _ordinal(number: int) -> str:
    """In English: 1st, 2nd, 3rd, 4th, 11th."""
    last = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last}"


def _what(what: What, event: str) -> str:
    seconds = f"{what.delay_s:g}"
    if event == TLS:
        return text("fault.tls-" + (what.ways[0].replace(" ", "-") if what.ways else "delay"), seconds=seconds)
    reply = " / ".join(str(what.reply.reply).splitlines()).rstrip(".") if what.reply is not None else ""
    if any(way in INSTEAD for way in what.ways):
        parts = [text("fault.decided", reply=reply) if reply else text("fault.no-reply")]
    else:
        parts = [text("fault.reply", reply=reply) if reply else text("fault.usual")]
    if what.delay_s:
        parts.append(text("fault.delay", seconds=seconds))
    ends = (*INSTEAD, Way.DROP_AFTER)
    ways = sorted(what.ways, key=ends.__contains__)  # how the reply comes, then what follows
    return ", ".join((*parts, *(text("fault." + way.replace(" ", "-")) for way in ways)))
