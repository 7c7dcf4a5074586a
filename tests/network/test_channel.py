"""A channel over a link that plays the other end by itself, on a clock of its own."""

import gc

import pytest

from smtplab.network.channel import CLOSING_S, LOOK_S, Channel
from smtplab.network.conversation import Conversation
from smtplab.network.tls import TlsLayer, client_context

HELLO = b"220 lab.example ready\r\n"


class Line:
    """The end of a connection whose other end says these segments, one whenever it is waited for; then nothing."""

    def __init__(self, *segments: bytes, each_s: float = 0.1, room: int = 1000) -> None:
        self.address: str | int = "line"
        self.now = 0.0
        self.segments, self.each_s, self.room = list(segments), each_s, room
        self.heard: list[bytes] = []
        self.closed = 0

    def clock(self) -> float:
        return self.now

    def send(self, octets: bytes) -> int:
        self.heard.append(octets[: self.room])
        return len(self.heard[-1])

    def receive(self, most: int) -> bytes:
        self.now += self.each_s
        return self.segments.pop(0)

    def wait(self, timeout_s: float, to_send: bool) -> bool:
        if not self.segments and not to_send:
            self.now += timeout_s
        return bool(self.segments) and not to_send

    def watch(self, changed: object) -> None:
        pass

    def close(self) -> None:
        self.closed += 1


def over(line: Line) -> Channel:
    return Channel(line, Conversation(2821, line.clock))


def test_a_reply_is_waited_for_no_longer_than_the_limit() -> None:
    line = Line(HELLO)
    channel = over(line)
    assert [step.event for step in channel.converse(b"", 5.0)] == ["CONNECT"]
    began = line.now
    assert channel.converse(b"NOOP\r\n", 5.0) == []
    assert line.now == began + 5.0


def test_octets_go_out_in_as_many_pieces_as_it_takes() -> None:
    line = Line(HELLO, room=4)
    channel = over(line)
    channel.converse(b"", 5.0)
    channel.converse(b"NOOP\r\n", 5.0, waits=False)
    assert line.heard == [b"NOOP", b"\r\n"]
    assert line.now == pytest.approx(0.1), "nothing is waited for"


def test_after_a_221_the_end_is_waited_for_a_short_time() -> None:
    line = Line(HELLO, b"221 bye\r\n")
    channel = over(line)
    channel.converse(b"", 5.0)
    line.now = 10.0
    assert [step.event for step in channel.converse(b"QUIT\r\n", 5.0)] == ["QUIT"]
    assert line.now == pytest.approx(10.0 + 0.1 + CLOSING_S)


def test_a_look_at_a_server_that_never_stops_ends() -> None:
    line = Line(HELLO, *[b"250 more\r\n"] * 100)
    channel = over(line)
    assert 1 <= len(channel.take()) <= 1 + LOOK_S / line.each_s
    assert line.segments


def test_over_a_connection_that_is_gone_nothing_is_said() -> None:
    line = Line(HELLO, b"")
    channel = over(line)
    channel.converse(b"", 5.0)
    channel.take()
    assert channel.conversation.is_over
    assert channel.converse(b"NOOP\r\n", 5.0) == [] and line.heard == []


def test_a_handshake_that_fails_hangs_up_and_one_that_is_interrupted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for end in (b"500 no TLS here\r\n", KeyboardInterrupt()):
        line = Line(HELLO)
        channel = over(line)
        channel.converse(b"", 5.0)
        layer = TlsLayer(client_context(None, verify=True), "lab.example")
        if isinstance(end, bytes):
            line.segments.append(end)
            assert channel.secure(lambda made=layer: made, "lab.example", 5.0)
        else:
            monkeypatch.setattr(layer, "go_on", lambda error=end: (_ for _ in ()).throw(error))
            with pytest.raises(KeyboardInterrupt):
                channel.secure(lambda made=layer: made, "lab.example", 5.0)
        assert channel.tls is None and line.closed == 1
        assert channel.conversation.is_over
        assert channel.conversation.dialogue.exchanges[-1].event == "TLS-FAILED"


def test_a_channel_that_nobody_holds_any_more_hangs_up() -> None:
    line = Line(HELLO)
    channel = over(line)
    assert line.closed == 0
    del channel
    gc.collect()
    assert line.closed == 1
