"""A rehearsal gives what the next steps would do, and changes neither world nor session."""

import pytest

from smtplab.lab import Abort, Close, Deliver, Octets, Send, ServerSession, World, before_message, rehearse, step
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session

READY = ServerSession(Session(State.READY, "me.example"), 0.0)


@pytest.mark.parametrize(("fault", "octets"), [
    ("NOOP -> delay 86400 s", b"250"), ("NOOP -> split", b"250"), ("NOOP -> glue", b"250"),
    ("NOOP -> silence", b""), ("NOOP -> drop before", b""), ("NOOP 100% -> 452", b"452"),
])
def test_all_that_goes_out_is_there_also_what_is_late(fault: str, octets: bytes) -> None:
    world = World(faults=fault)
    said = [action for action in rehearse(world, READY, b"NOOP\r\n", 0.0) if isinstance(action, Send)]
    assert b"".join(action.octets for action in said)[:3] == octets and said[0].forced == fault
    assert (dict(world.faults.fired), dict(world.faults.met), world.faults.draws) == ({}, {}, 0)
    assert ServerSession(Session(State.READY, "me.example"), 0.0) == READY


def test_a_close_and_a_loss_are_told() -> None:
    assert isinstance(rehearse(World(), READY, b"QUIT\r\n", 0.0)[-1], Close)
    assert isinstance(rehearse(World(faults="NOOP -> drop before"), READY, b"NOOP\r\n", 0.0)[-1], Abort)


def test_a_half_line_brings_nothing() -> None:
    assert rehearse(World(), READY, b"NOO", 0.0) == []


def test_a_message_is_heard_from_its_beginning() -> None:
    told = READY
    for line in (b"MAIL FROM:<a@a.example>\r\n", b"RCPT TO:<bob@lab.example>\r\n", b"DATA\r\n", b"one\r\n"):
        told = _after(told, line)
    (delivered, *_) = rehearse(World(), before_message(told), b"one\r\ntwo\r\n.\r\n", 0.0)
    assert isinstance(delivered, Deliver) and delivered.message.mail_data == b"one\r\ntwo\r\n"


def _after(session: ServerSession, octets: bytes) -> ServerSession:
    return step(World(), session, Octets(octets, 0.0))[1]
