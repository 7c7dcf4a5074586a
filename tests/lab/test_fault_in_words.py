"""Every fault that can be written can be said in a sentence."""

from itertools import product

import pytest

from smtplab.lab import Way, fault_in_words, read_fault
from smtplab.lab.faults.fault import EVENTS


@pytest.mark.parametrize(("fault", "words"), [
    ("RCPT#2 -> 452 4.5.3 Too many recipients", "The 2nd RCPT of each mail gets 452 4.5.3 Too many recipients."),
    ("CONNECT#1 -> 421 Busy.", "The 1st connection since this was set gets 421 Busy."),
    ("ANY#11 -> silence", "The 11th command of each session gets no reply, and the server falls silent."),
    ("RCPT#3+ to a@b.c -> 450", "From the 3rd RCPT of each mail on, each for a@b.c gets 450 Mailbox unavailable for "
                                "now."),
    ("MAIL from <> in READY 30% -> delay 2.5 s",
     "Each MAIL from <> in state READY (by chance, 30 in 100) gets its usual reply, after 2.5 s."),
    ("NOOP -> drop after, twice, 250 a | b",
     "Each NOOP gets 250-a / 250 b, two times, and then the connection is lost."),
    ("DATA -> drop, 354", "Each DATA is decided as 354 Send the message now, but gets no reply, and the connection is "
                          "lost."),
    ("TLS -> delay 3 s", "Each TLS handshake begins 3 s late."),
    ("EHLO host x.example -> codes differ",
     "Each EHLO of client x.example gets its usual reply, with codes that differ between its lines."),
])
def test_a_fault_in_words(fault: str, words: str) -> None:
    assert fault_in_words(read_fault(fault)) == words


IN_HANDSHAKE = ("silence", "drop before", "delay 1 s")
"""What can happen where no reply can be said."""


@pytest.mark.parametrize(("event", "way"), [
    (event, way) for event, way in product(EVENTS, ("250 x", "delay 1 s", *Way))
    if event != "TLS" or way in IN_HANDSHAKE
])
def test_every_event_and_every_way_has_words(event: str, way: str) -> None:
    said = fault_in_words(read_fault(f"{event}#2 -> {way}"))
    assert said.startswith("The 2nd ") and said.endswith(".") and "event-" not in said
