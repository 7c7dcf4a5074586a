"""What the lab does for somebody at a terminal: go back, make things happen, let time pass, say where all stands."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network import Client, LoopbackServer
from smtplab.network.lab_lines import COMMANDS, Lab, LabLine, read_line
from smtplab.network.talk import talk
from tests.network.waiting import threads

LETTER = ("EHLO me.example", "MAIL FROM:<a@me.example>", "RCPT TO:<bob@lab.example>", "DATA")


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running
        assert running.errors == ()


def typed(*lines: str, target: LoopbackServer | None = None, world: World | None = None) -> str:
    """What is shown when these lines are typed, to an own server or to one that is any server."""
    out = io.StringIO()
    to = f"{target.host}:{target.port}" if target else None
    assert talk(to, world=world, input=io.StringIO("\n".join((*lines, ""))), out=out) == 0
    return " ".join(out.getvalue().split())  # however it was wrapped


def test_steps_are_numbered_and_one_can_be_gone_back_to() -> None:
    shown = typed(*LETTER[:3], "/back 2", "/where", "RCPT TO:<carol@lab.example>")
    assert "RCPT" not in shown.partition("Step 0.")[0] and "Yes. Step 3." in shown
    assert "RECIPIENTS_KNOWN> This session goes on from step 2, on a copy of the server. SENDER_KNOWN> " in shown
    assert "You are at SENDER_KNOWN: sender known, no recipient yet. In sequence now: EHLO, HELO, RCPT, " in shown
    assert shown.count("Step 3.") == 2  # the future that was left, and the new one


def test_where_tells_only_what_no_guard_keeps_back() -> None:
    world = World(extensions="all")  # type: ignore[arg-type]
    lines = ("EHLO me.example", "MAIL FROM:<> BODY=BINARYMIME", "RCPT TO:<bob@lab.example>", "/where")
    told = typed(*lines, world=world).partition("In sequence now: ")[2]
    assert "BDAT" in told and "DATA," not in told.replace("BDAT", "")  # what is binary has no lines to end with a dot


def test_a_connection_that_was_lost_can_be_gone_back_from() -> None:
    shown = typed(*LETTER[:3], "/fault DATA-END -> drop before", "DATA", ".", "NOOP", "/back 3", "/faults", "DATA", ".")
    assert "RECIPIENTS_KNOWN> Each final dot gets no reply, and the connection is lost." in shown
    assert "without a reply. Open a new session. forced by the fault DATA-END -> drop before" in shown
    assert shown.count("The connection is closed. /back N goes on from an earlier step, and Ctrl-D ends.") == 2
    assert shown.count("MAIL_DATA> The server closed the connection") == 1
    assert "RECIPIENTS_KNOWN> No fault is set." in shown  # at step 3 none was
    assert "MAIL_DATA> 250 Message accepted" in shown


def test_going_back_tells_the_faults_that_were_set_there() -> None:
    shown = typed("/fault RCPT -> 452", *LETTER[:3], "/clear", "/back 2", "RCPT TO:<bob@lab.example>")
    assert "No fault is set any more." in shown
    assert "on a copy of the server. This is made to happen: RCPT -> 452 SENDER_KNOWN> 452" in shown
    assert shown.count("forced by the fault RCPT -> 452") == 2


def test_faults_are_listed_with_how_often_they_happened_and_cleared_one_by_one() -> None:
    shown = typed("/faults", "/fault NOOP#1 -> 450", "/fault RSET -> 451", "NOOP", "/faults", "/CLEAR rset->451",
                  "/faults", "/clear VRFY -> 450")
    assert "No fault is set. GREETED> The 1st NOOP of each session gets 450" in shown
    assert "NOOP#1 -> 450 (happened: 1) RSET -> 451 GREETED> The fault is cleared. GREETED> NOOP#1 -> 450" in shown
    assert "VRFY -> 450 is not set, so it cannot be cleared." in shown


def test_a_fault_that_cannot_be_is_told_by_its_column_in_the_line() -> None:
    assert "Column 13: '0' is no count" in typed("/fault RCPT#0 -> 452")
    assert "Column 15: '0' is no count" in typed(*LETTER, "//fault  RCPT#0 -> 452")


def test_time_passes_on_the_servers_clock_and_what_falls_due_is_shown() -> None:
    shown = typed("/wait 299.5", "/wait 1", "NOOP")
    assert "299.5 seconds have passed. GREETED> On the server's clock 1 seconds have passed. 421 lab.example" in shown
    assert "Step 1." in shown and "Step 2." not in shown


@pytest.mark.parametrize(("line", "sentence"), [
    ("/bakc 2", "The lab has no /bakc. Did you mean /back?"), ("/", "The lab has no /. It has /back, "),
    ("/where now", "/where takes nothing behind it."),
    ("/back", "Write the number of a step behind it, such as /back 2."),
    ("/back two", "you wrote two."), ("/back 0 no", "you wrote 0 no."), ("/back \u00b2", "you wrote \u00b2."),
    ("/back 9", "There is no step 9; this session has the steps 0 to 1."), ("/back -1", "you wrote -1."),
    ("/wait", "- is no time; write seconds from 0 to 1000000"), ("/wait 1e9", "1e9 is no time"),
    ("/wait 1000001", "1000001 is no time"), ("/wait nan", "nan is no time"), ("/wait -1", "-1 is no time"),
    ("/fault", "Write the fault behind it"), ("/fault RCPT", "Column 12: '->' and what is to happen are missing"),
    ("/clear RCPT", "Column 12: "), ("/fault XYZZY -> 550", "Column 8: 'XYZZY' is no event."),
])
def test_a_slip_is_told_in_a_sentence_and_nothing_is_lost(line: str, sentence: str) -> None:
    shown = typed("EHLO me.example", line, "MAIL FROM:<>")
    assert sentence in shown.partition("READY> ")[2].partition("READY> ")[0]
    assert shown.endswith("SENDER_KNOWN>") and "READY> 250 Sender accepted" in shown


def test_help_names_every_command() -> None:
    shown = typed("/help")
    for name, command in COMMANDS.items():
        assert f"/{name} {command.form}".strip() + f" {text(f'talk.help-{name}')}" in shown


@pytest.mark.parametrize(("line", "in_text", "sent"), [
    ("//NOOP", False, "/NOOP"), ("///x", False, "//x"), ("NOOP /x", False, "NOOP /x"), (" /x", False, " /x"),
    ("/where", True, "/where"), ("/usr/bin", True, "/usr/bin"), ("// where", True, "// where"), ("//", True, "//"),
    ("//wherever", True, "//wherever"), ("///where", True, "//where"), ("////back 2", True, "///back 2"),
    ("/// x", True, "/// x"),
])
def test_every_line_can_be_sent(line: str, in_text: bool, sent: str) -> None:
    assert read_line(line, in_text) == sent


def test_a_message_holds_lines_with_slashes_and_the_lab_is_asked_with_two() -> None:
    world = World()
    with LoopbackServer(world) as server:
        shown = typed(*LETTER, "/where", "//where", "///where", "// where", "/usr", ".", target=server)
        assert server.messages[0].mail_data == b"/where\r\n//where\r\n// where\r\n/usr\r\n"
    assert shown.count("You are at MAIL_DATA: each line you send is part of the message.") == 1
    assert read_line("//where", True) == LabLine("where", "", 8)


def test_a_slash_in_octets_that_are_counted_is_text() -> None:
    shown = typed(*LETTER[:3], "BDAT 8 LAST", "/where", world=World(extensions="all"))  # type: ignore[arg-type]
    assert "The line waits for the octets that belong to it" in shown
    assert "Message accepted: 8 octets" in shown and "You are at" not in shown


def test_another_server_is_asked_about_first_and_mail_comes_twice(server: LoopbackServer) -> None:
    shown = typed(*LETTER, ".", "/back 9", "/back 5", "NOOP", "/back 5 yes", "NOOP", target=server)
    assert "There is no step 9" in shown
    question = f"The lines up to step 5 are said again to 127.0.0.1:{server.port}, and mail may be delivered twice."
    assert f"READY> {question} /back 5 yes does it. READY> 250 " in shown
    assert "READY> The lines up to step 5 were said again, over a new connection. READY> 250 " in shown
    assert len(server.messages) == 2 and len(server.sessions) == 2


def test_a_reply_that_comes_otherwise_is_told(server: LoopbackServer) -> None:
    server.faults.add("MAIL#2 per server -> 450 Not today")
    shown = typed(*LETTER[:2], "RSET", "/back 3 yes", target=server)
    assert "Step 2 came otherwise. It was: 250 Sender accepted: <a@me.example>. It is now: 450 Not today." in shown


@pytest.mark.parametrize("line", ["/faults", "/fault RCPT -> 452", "/clear", "/wait 10"])
def test_on_another_server_nothing_can_be_forced(server: LoopbackServer, line: str) -> None:
    assert "GREETED> This server is not smtplab's, so nothing can be forced on it." in typed(line, target=server)
    assert len(server.faults) == 0


def test_another_server_that_is_gone_is_told_and_the_session_stays() -> None:
    server = LoopbackServer()
    lines = iter(["EHLO me.example\n", "", "/back 1 yes\n", "/where\n"])

    class Typing(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            line = next(lines, "")
            if not line:
                server.close()
                line = next(lines, "")
            return line

    out = io.StringIO()
    assert talk(str(server.port), input=Typing(), out=out) == 0
    assert f"Nothing listens on 127.0.0.1:{server.port}." in " ".join(out.getvalue().split())
    assert "You are at CLOSED" in out.getvalue()


def test_a_server_that_says_nothing_or_hangs_up_at_once_is_told(server: LoopbackServer) -> None:
    server.faults.add("CONNECT -> drop")
    shown = typed("/where", "NOOP", "/back 0", target=server)
    assert shown.count("The server closed the connection without a reply.") == 1
    assert shown.count("The connection is closed. /back N goes on") == 2  # at the end, and to the line that was typed
    assert "You are at CLOSED: the session is over. CLOSED> " in shown
    assert "With step 0 the session was over." in shown
    server.faults.clear()
    server.faults.add("CONNECT -> silence")
    with Client(server.host, server.port, timeout_s=0.1) as client:
        told = list(Lab(client).do(LabLine("where", "", 7)))
        with pytest.raises(ValueError, match="No step is there yet; the greeting has not come"):
            list(Lab(client).do(LabLine("back", "0", 7)))
    assert told == ["You are at CONNECTED: the greeting has not come yet."]


def test_the_capture_is_of_the_session_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "session.pcap"
    lines = "\n".join((*LETTER[:2], "VRFY left", "/back 2", "VRFY taken", "QUIT", ""))
    assert talk(capture=path, input=io.StringIO(lines), out=io.StringIO()) == 0
    octets = path.read_bytes()
    assert b"VRFY taken" in octets and b"MAIL FROM" in octets and b"VRFY left" not in octets


def test_nothing_is_left_behind() -> None:
    before = threads()
    typed("EHLO me.example", "/back 0", "/back 0", "/fault NOOP -> silence")
    assert threads() == before


def test_what_the_clock_lets_fall_due_is_there_when_advance_returns(server: LoopbackServer) -> None:
    for _ in range(20):
        client = Client(server.host, server.port)
        server.advance(301)
        assert client.is_over and client.exchanges[-1].event == "UNASKED"
    server.close()
    server.advance(1)
