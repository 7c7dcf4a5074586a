"""What each step does to the facts of a session (RFC 2821 sections 3.3, 4.1.1, 4.1.4)."""

from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.machine import State
from smtplab.protocol.paths import NULL_PATH, Path
from smtplab.protocol.session import Session


def session_after(*steps: tuple[str, str]) -> Session:
    """The session after commands and their replies, behind a good greeting."""
    dialogue = Dialogue()
    dialogue.received(b"220 lab.example ready\r\n")
    for command, reply in steps:
        dialogue.sent(command.encode() + b"\r\n")
        dialogue.received(reply.encode() + b"\r\n")
    return dialogue.session


HELLO = ("EHLO me.example", "250-lab.example\r\n250-SIZE 65536\r\n250 HELP")
MAIL = ("MAIL FROM:<alice@student.example>", "250 OK")
RCPT = ("RCPT TO:<bob@lab.example>", "250 OK")


def test_ehlo_tells_the_name_and_collects_what_is_announced() -> None:
    session = session_after(HELLO)
    assert session.client_name == "me.example"
    assert session.announced == (("SIZE", "65536"), ("HELP", ""))
    assert session.announces("SIZE") and not session.announces("STARTTLS")


def test_helo_announces_nothing() -> None:
    assert session_after(("HELO me.example", "250-lab.example\r\n250 SIZE 9")).announced == ()


def test_a_second_ehlo_acts_like_rset_and_keeps_the_connection() -> None:
    session = session_after(HELLO, MAIL, RCPT, ("EHLO other.example", "250 lab.example"))
    assert session == Session(State.READY, "other.example")


def test_a_refused_ehlo_keeps_the_transaction() -> None:
    before = session_after(HELLO, MAIL, RCPT)
    assert session_after(HELLO, MAIL, RCPT, ("EHLO x", "504 no")) == before


def test_mail_opens_a_transaction_and_rcpt_fills_it_in_order() -> None:
    session = session_after(HELLO, MAIL, RCPT, ("RCPT TO:<frank@lab.example>", "251 will forward"))
    assert session.transaction is not None
    assert session.transaction.reverse_path == Path("alice", "student.example")
    assert [path.address for path in session.transaction.forward_paths] == ["bob@lab.example", "frank@lab.example"]


def test_the_null_reverse_path_is_a_value_of_its_own() -> None:
    session = session_after(HELLO, ("MAIL FROM:<>", "250 OK"))
    assert session.transaction is not None and session.transaction.reverse_path == NULL_PATH


def test_a_refused_recipient_is_remembered_and_not_on_the_list() -> None:
    session = session_after(HELLO, MAIL, ("RCPT TO:<zoe@lab.example>", "550 no"))
    assert session.state is State.SENDER_KNOWN and session.transaction is not None
    assert session.transaction.forward_paths == ()
    assert [path.address for path in session.transaction.refused] == ["zoe@lab.example"]


def test_rset_drops_the_transaction_and_keeps_name_and_announcements() -> None:
    session = session_after(HELLO, MAIL, RCPT, ("RSET", "250 OK"))
    assert session == session_after(HELLO)


def test_rset_before_ehlo_changes_nothing() -> None:
    assert session_after(("RSET", "250 OK")) == Session(State.GREETED)


def test_success_and_failure_after_the_dot_both_empty_the_buffers() -> None:
    for reply in ("250 accepted", "451 later", "554 no"):
        assert session_after(HELLO, MAIL, RCPT, ("DATA", "354 go"), ("x\r\n.", reply)) == session_after(HELLO), reply


def test_a_path_that_no_grammar_knows_is_kept_as_typed_when_a_server_takes_it() -> None:
    session = session_after(HELLO, ("MAIL FROM:alice", "250 fine by me"))
    assert session.transaction is not None and session.transaction.reverse_path == Path("FROM:alice", None)


def test_a_recipient_taken_without_a_sender_is_followed() -> None:
    session = session_after(HELLO, RCPT)
    assert session.state is State.RECIPIENTS_KNOWN and session.transaction is not None
    assert session.transaction.reverse_path == NULL_PATH


def test_quit_and_421_leave_nothing_known() -> None:
    assert session_after(HELLO, MAIL, ("QUIT", "221 bye")) == Session(State.CLOSED)
    assert session_after(HELLO, MAIL, ("NOOP", "421 closing")) == Session(State.CLOSED)


def test_of_refused_recipients_the_last_hundred_are_kept() -> None:
    tries = [(f"RCPT TO:<n{number}@lab.example>", "550 no") for number in range(150)]
    session = session_after(HELLO, MAIL, *tries)
    assert session.transaction is not None
    assert [path.local_part for path in session.transaction.refused] == [f"n{number}" for number in range(50, 150)]
