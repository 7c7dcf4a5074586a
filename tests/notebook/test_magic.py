"""``%%smtp`` sends what was typed, checks what was expected, and never buries a sentence in a traceback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from smtplab.network import memory_server
from smtplab.notebook.dialogue_cell import ExpectationFailed, check_lines, pasted_characters, play
from smtplab.notebook.magic import CellOptions, CellView, read_options
from smtplab.protocol.machine import State
from smtplab.protocol.wire import Reply

HELLO = "EHLO me.example\nMAIL FROM:<alice@me.example>\nRCPT TO:<bob@lab.example>\n"


@dataclass
class Ran:
    """What a cell did in the shell: its error, what it displayed, what it printed."""

    error: BaseException | None
    shown: str
    html: str
    printed: str
    result: object


class Notebook:
    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.run("%load_ext smtplab")

    def run(self, source: str) -> Ran:
        with capture_output() as captured:
            done = self.shell.run_cell(source)
        outputs = [output.data for output in captured.outputs]
        return Ran(
            done.error_before_exec or done.error_in_exec,
            "\n".join(data.get("text/plain", "") for data in outputs),
            "\n".join(data.get("text/html", "") for data in outputs),
            captured.stdout + captured.stderr, done.result,
        )


@pytest.fixture
def notebook(shell: InteractiveShell) -> Iterator[Notebook]:
    made = Notebook(shell)
    yield made
    made.run("%unload_ext smtplab")


def test_a_cell_delivers_a_mail_and_explains_every_reply(notebook: Notebook) -> None:
    message = "DATA\nS: 354\nSubject: hi\n\n# not a remark\n.\nS: 250\n"
    ran = notebook.run(f"%%smtp\nS: 220\n{HELLO}S: 250\n{message}QUIT\nS: 221\n")
    assert ran.error is None
    assert "has taken charge of the message for bob" in ran.shown
    assert "C: # not a remark" in ran.shown
    assert "has taken charge of the message for bob" in ran.html


def test_a_whole_transcript_can_be_pasted_as_a_cell(notebook: Notebook) -> None:
    first = notebook.run("%%smtp\nEHLO me.example\nNOOP\nQUIT")
    said = [line for line in first.shown.splitlines() if not line.startswith("#")]
    again = notebook.run("%%smtp\n" + "\n".join(said) + "\n")
    assert again.error is None
    assert again.shown == first.shown


@pytest.mark.parametrize(("expected", "said"), [
    ("S: 250", "Line 3 expected 250, but the server said 503 Send MAIL first"),
    ("S: 2yz", "Line 3 expected 2yz, but the server said 503 Send MAIL first"),
    ("S: 503 Send RCPT", "Line 3 expected 503 Send RCPT, but the server said 503 Send MAIL first"),
    ("S: 503\nS: 503", "Line 4 expected 503, but no further reply came."),
    ("-- closed", "Line 3 expected the end of the session, but it is still open."),
])
def test_an_expectation_that_is_not_met_fails_the_cell_with_one_sentence(
    notebook: Notebook, expected: str, said: str,
) -> None:
    ran = notebook.run(f"%%smtp\nEHLO me.example\nRCPT TO:<bob@lab.example>\n{expected}\nNOOP\n")
    assert isinstance(ran.error, ExpectationFailed)
    assert str(ran.error) == said
    assert ran.printed.strip() == said  # and no traceback
    assert "Wrong moment." in ran.shown  # what happened is shown all the same
    assert "NOOP" not in ran.shown  # nothing is sent after it


@pytest.mark.parametrize("expected", ["S: 503", "S: 5yz", "S: 503 send mail", "S: 503 Send MAIL first"])
def test_an_expectation_is_a_code_a_class_or_the_beginning_of_a_line(notebook: Notebook, expected: str) -> None:
    assert notebook.run(f"%%smtp\nEHLO me.example\nRCPT TO:<bob@lab.example>\n{expected}").error is None


def test_a_code_alone_stands_for_all_lines_of_a_reply(notebook: Notebook) -> None:
    assert notebook.run("%%smtp\nS: 220\nEHLO me.example\nS: 250\nNOOP\nS: 250").error is None
    ran = notebook.run("%%smtp\nEHLO me.example\nS: 250-lab.example\nS: 250-SIZE\nS: 250\nS: 250")
    assert "no further reply" in str(ran.error)


def test_without_a_name_each_cell_has_a_session_of_its_own(notebook: Notebook) -> None:
    notebook.run(f"%%smtp\n{HELLO}")
    assert "503" in notebook.run("%%smtp\nDATA").shown


def test_a_named_session_goes_on_and_shows_only_what_is_new(notebook: Notebook) -> None:
    notebook.run(f"%%smtp mine\n{HELLO}")
    ran = notebook.run("%%smtp mine\nRCPT TO:<carol@lab.example>\nDATA\nS: 354\n")
    assert ran.error is None
    assert "MAIL FROM" not in ran.shown + ran.html
    assert "a line with a single dot ends it" in ran.shown


def test_a_named_session_that_is_over_begins_anew(notebook: Notebook) -> None:
    notebook.run("%%smtp mine\nQUIT")
    assert "220" in notebook.run("%%smtp mine\nNOOP").shown


def test_a_cell_run_twice_does_the_same(notebook: Notebook) -> None:
    cell = f"%%smtp\n{HELLO}S: 250\n"
    assert notebook.run(cell).shown == notebook.run(cell).shown


def test_lines_behind_the_end_are_told_and_not_sent(notebook: Notebook) -> None:
    ran = notebook.run("%%smtp\nQUIT\nNOOP\nHELP\n")
    assert "Line 2 was not sent: the session is over." in ran.shown
    assert ran.error is None


def test_characters_of_a_pdf_are_named_and_sent_as_they_are(notebook: Notebook) -> None:
    ran = notebook.run(f"%%smtp\n{HELLO}RCPT TO:\u00a0<carol@lab.example>\nS: 5yz\n")
    assert "Line 4: character 9 is U+00A0, no-break space. It was sent as you typed it." in ran.shown
    assert "Line 4: character 9" in ran.html
    assert "RCPT TO:\\xc2\\xa0<carol@lab.example>" in ran.shown
    assert list(pasted_characters("VRFY “bob”")) == [
        "character 6 is U+201C, left double quotation mark", "character 10 is U+201D, right double quotation mark",
    ]
    assert list(pasted_characters("VRFY josé")) == []


def test_exact_octets_can_be_sent(notebook: Notebook) -> None:
    ran = notebook.run("%%smtp\nC| NO\nC| OP\\r\\n\nS: 250\n")
    assert ran.error is None
    assert "C| NO\nC: OP" in ran.shown  # each segment by itself


def test_the_edition_and_the_octets_are_options(notebook: Notebook) -> None:
    ran = notebook.run("%%smtp --edition 5321 --octets\nNOOP\n")
    assert ran.error is None
    assert "<details open>" in ran.html
    assert read_options("") == CellOptions()


@pytest.mark.parametrize(("line", "cell", "said"), [
    ("--foo", "NOOP", "does not know '--foo'"),
    ("one two", "NOOP", "does not know 'two'"),
    ("--edition 822", "NOOP", "write 2821 or 5321"),
    ("--edition", "NOOP", "write 2821 or 5321"),
    ("--extensions LIMITS", "NOOP", "smtplab can offer SIZE"),
    ("'open", "NOOP", "quotation"),
    ("", "NOOP\nS: ok", "Line 2 reads S: ok"),
    ("", "C| \\q", "Line 1: character 1 is a backslash"),
])
def test_bad_input_is_told_in_one_sentence_before_anything_is_sent(
    notebook: Notebook, line: str, cell: str, said: str,
) -> None:
    ran = notebook.run(f"%%smtp {line}\n{cell}")
    assert isinstance(ran.error, UsageError)
    assert said in ran.printed
    assert len(ran.printed.strip().splitlines()) == 1
    assert ran.shown == ""


def test_a_cell_goes_on_inside_tls_and_shows_no_secret(notebook: Notebook) -> None:
    ran = notebook.run("%%smtp --extensions all\nEHLO me.example\nS: 250\nSTARTTLS\nS: 220\n-- tls\nEHLO me.example\n"
                       "S: 250\nAUTH PLAIN AGJvYgBidWlsZGVy\nS: 235\nQUIT\n-- closed")
    assert ran.error is None
    assert "TLS is up" in ran.html and "AUTH PLAIN *****" in ran.html
    assert "AGJvYgBidWlsZGVy" not in ran.html + ran.shown
    assert "AUTH PLAIN *****" in ran.shown


def test_a_cell_that_expects_tls_in_the_clear_fails(notebook: Notebook) -> None:
    ran = notebook.run("%%smtp\nNOOP\n-- tls")
    assert isinstance(ran.error, ExpectationFailed)
    assert "Line 2 expected the session inside TLS" in ran.printed


def test_other_extensions_for_a_running_session_are_told(notebook: Notebook) -> None:
    notebook.run("%%smtp esmtp --extensions all\nNOOP")
    ran = notebook.run("%%smtp esmtp --extensions SIZE\nNOOP")
    assert "runs with other extensions" in ran.printed
    assert notebook.run("%%smtp esmtp\nEHLO me.example\nS: 250-lab").error is None


def test_another_edition_for_a_running_session_is_told(notebook: Notebook) -> None:
    notebook.run("%%smtp mine\nNOOP")
    assert "runs with RFC 2821" in notebook.run("%%smtp mine --edition 5321\nNOOP").printed


def test_one_line_is_sent_on_a_session_that_stays(notebook: Notebook) -> None:
    assert isinstance(notebook.run("%smtp EHLO me.example").result, Reply)
    reply = notebook.run("%smtp MAIL FROM:<alice@me.example>").result
    assert isinstance(reply, Reply)
    assert reply.exchange is not None
    assert reply.exchange.after.state is State.SENDER_KNOWN
    assert isinstance(notebook.run("%smtp").error, UsageError)
    assert "U+2019" in notebook.run("%smtp VRFY d\u2019Arc").printed


def test_braces_and_dollars_are_sent_as_typed(notebook: Notebook) -> None:
    notebook.shell.user_ns["x"] = "changed"
    reply = notebook.run("%smtp VRFY {x}$x").result
    assert isinstance(reply, Reply)
    assert reply.exchange is not None
    assert reply.exchange.sent == b"VRFY {x}$x\r\n"


def test_nothing_is_left_running_when_the_magics_are_unloaded(notebook: Notebook) -> None:
    before = threading.active_count()
    notebook.run("%%smtp mine\nNOOP")
    notebook.run("%unload_ext smtplab")
    assert threading.active_count() <= before


def test_a_dialogue_plays_without_a_socket_too() -> None:
    run = play(memory_server().connect(), check_lines("EHLO me.example\nS: 250\nVRFY bob\nS: 2yz\n"))
    assert run.failure == ""
    assert repr(CellView(run)).count("# Yes.") == 3


def test_lines_pasted_with_crlf_are_the_same_lines() -> None:
    assert check_lines("NOOP\r\nS: 250\r\n") == check_lines("NOOP\nS: 250\n")
