"""Which reply belongs to what (RFC 2821 sections 4.2.1, 4.3.2; RFC 2920 section 3.1)."""

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import State

GREETING = b"220 lab.example\r\n"
SENT = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bob@lab.example>\r\nDATA\r\nQUIT is text\r\n..\r\n.\r\nQUIT\r\n"
TAKEN = b"250 hi\r\n250 ok\r\n250 ok\r\n354 go\r\n250 accepted\r\n221 bye\r\n"


def events(dialogue: Dialogue) -> list[tuple[str, int | None]]:
    return [(e.event, e.reply.code if e.reply else None) for e in dialogue.exchanges]


def test_each_reply_goes_to_its_own_command_in_a_group() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    dialogue.sent(SENT)
    dialogue.received(TAKEN)
    assert events(dialogue) == [("CONNECT", 220), ("EHLO", 250), ("MAIL", 250), ("RCPT", 250), ("DATA", 354),
                                ("DATA-END", 250), ("QUIT", 221)]


def test_lines_behind_a_refused_data_are_commands() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    dialogue.sent(b"DATA\r\nNOOP\r\n.\r\n")
    assert dialogue.uncut == b"NOOP\r\n.\r\n"
    dialogue.received(b"503 no\r\n250 ok\r\n500 what?\r\n")
    assert events(dialogue)[1:] == [("DATA", 503), ("NOOP", 250), (".", 500)]


def test_only_replies_tell_whether_octets_follow_a_bdat_that_nobody_announced() -> None:
    for reply, seen in ((b"250 taken\r\n", ["BDAT", "BDAT"]), (b"500 what?\r\n", ["BDAT", "BDAT", "NOOP"])):
        dialogue = Dialogue()
        dialogue.received(GREETING)
        dialogue.sent(b"BDAT 0\r\nBDAT 6\r\nNOOP\r\n")
        assert dialogue.uncut == b"BDAT 6\r\nNOOP\r\n"
        for _ in seen:
            dialogue.received(reply)
        assert [event for event, _ in events(dialogue)[1:]] == seen


@given(st.lists(st.integers(1, 12), max_size=80), st.lists(st.integers(1, 12), max_size=80))
def test_any_split_gives_the_same_exchanges(sent_sizes: list[int], reply_sizes: list[int]) -> None:
    dialogue = Dialogue()
    sent, received = SENT, GREETING + TAKEN
    for size in sent_sizes:
        dialogue.sent(sent[:size])
        sent = sent[size:]
    dialogue.sent(sent)
    for size in reply_sizes:
        dialogue.received(received[:size])
        received = received[size:]
    dialogue.received(received)
    assert [e.event for e in dialogue.exchanges] == ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DATA-END", "QUIT"]
    assert dialogue.session.state is State.CLOSED


def test_mail_data_is_kept_as_it_went_over_the_wire() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    dialogue.sent(SENT)
    dialogue.received(TAKEN)
    assert dialogue.exchanges[5].sent == b"QUIT is text\r\n..\r\n.\r\n"


def test_a_reply_with_nothing_due_is_unasked() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING + b"421 closing\r\n")
    assert events(dialogue)[1] == ("UNASKED", 421)
    assert dialogue.session.state is State.CLOSED


def test_a_lost_connection_closes_without_a_reply() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    exchange = dialogue.lost()
    assert exchange.reply is None and exchange.after.state is State.CLOSED


def test_the_state_moves_on_replies_and_not_on_commands() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    dialogue.sent(b"EHLO me\r\n")
    assert dialogue.session.state is State.GREETED
    assert not dialogue.is_quiet
    dialogue.received(b"250 hi\r\n")
    assert dialogue.session.state is State.READY and dialogue.is_quiet


def test_octets_without_crlf_are_no_command_yet() -> None:
    dialogue = Dialogue()
    dialogue.received(GREETING)
    dialogue.sent(b"NOOP\n")
    assert dialogue.is_quiet and dialogue.uncut == b"NOOP\n"


def test_what_made_no_reply_yet_is_told() -> None:
    dialogue = Dialogue()
    dialogue.received(b"220-lab.example\r\n220 read")
    assert dialogue.exchanges == [] and dialogue.partial_reply == b"220-lab.example\r\n220 read"


@given(st.lists(st.tuples(st.sampled_from("CS"), st.binary(max_size=40))))
def test_any_octets_whatever_are_read(segments: list[tuple[str, bytes]]) -> None:
    dialogue = Dialogue()
    for direction, octets in segments:
        if direction == "C":
            dialogue.sent(octets)
        else:
            dialogue.received(octets)
    assert isinstance(dialogue.session.state, State)


def test_a_reply_in_many_pieces_is_read_once_not_once_a_piece() -> None:
    line, pieces = b"250-more\r\n", 500
    dialogue = Dialogue()
    started = process_time()
    for _ in range(pieces):
        dialogue.received(line * 400)
    assert process_time() - started < 5  # reading all of it again with each piece takes minutes
    (exchange,) = dialogue.received(b"250 end\r\n")
    assert exchange.reply and len(exchange.reply.lines) == 400 * pieces + 1
