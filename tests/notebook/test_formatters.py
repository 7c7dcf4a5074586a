"""What IPython shows: each value as text and as HTML, without the pure layers knowing."""

import re
import subprocess
import sys
from base64 import b64encode

import pytest
from IPython.core.interactiveshell import InteractiveShell

from smtplab.explain import explain, explain_ehlo
from smtplab.lab.message import Message
from smtplab.network import Client, memory_server
from smtplab.notebook.formatters import SHOWN, register
from smtplab.notebook.question.missed import missed
from smtplab.notebook.question.predict import predict
from smtplab.protocol.logins import logins
from smtplab.protocol.paths import NULL_PATH, parse_forward_path
from smtplab.protocol.wire import Reply
from smtplab.setup.doctor import DoctorReport, Finding


@pytest.fixture(autouse=True)
def _registered(shell: InteractiveShell) -> None:
    register(shell)


def values() -> dict[str, object]:
    client = memory_server().connect()
    reply = client.send("RCPT TO:<bob@lab.example>")
    session, exchange, transcript = client.session, client.exchanges[-1], client.transcript
    client.close()
    bob = parse_forward_path("<bob@lab.example>")
    server = memory_server()
    server.faults.add("RCPT#2 -> 452 4.5.3 Too many recipients", "NOOP -> 250 <b>")
    return {
        "ServerFaults": server.faults, "Reply": reply, "Exchange": exchange,
        "Session": session, "Transcript": transcript,
        "Explanation": explain(reply), "NoReply": client.send("NOOP"),
        "EhloAnswer": explain_ehlo(Reply(250, ("lab.example", "SIZE 900"))),
        "Message": Message(NULL_PATH, (bob,), b"Hi\r\n", "me.example", "lab.example"),
        "Logins": logins(logged_in().transcript), "DoctorReport": DoctorReport((Finding("loopback", True, "Well."),)),
        "Missed": missed(predict("NOOP", memory_server().connect(), send=True).answer("no", moves=False)),
    }


def logged_in() -> Client:
    client = memory_server(extensions="all").connect()
    client.send("EHLO student.example")
    for mechanism in ("LOGIN", "PLAIN"):
        client.login("otto", "orange-secret", mechanism)
    return client


def test_no_view_shows_what_logs_somebody_in(shell: InteractiveShell) -> None:
    client = logged_in()
    secrets = ("orange-secret", "b3JhbmdlLXNlY3JldA==", b64encode(b"\0otto\0orange-secret").decode())
    views = (client.transcript, logins(client.transcript), *client.exchanges, client.session)
    for view in views:
        for shown in shell.display_formatter.format(view)[0].values():
            assert not [secret for secret in secrets if secret in shown]
    assert secrets[0] in str(logins(client.transcript, reveal=True))
    assert secrets[1] in str(client.transcript)  # the record itself keeps every octet


def test_an_answer_to_ehlo_is_a_table_in_which_every_line_is_escaped(shell: InteractiveShell) -> None:
    answer = explain_ehlo(Reply(250, ("<b>mx</b>.example", "SIZE 900", "X<i>", "AUTH PLAIN <script>")))
    shown = shell.display_formatter.format(answer)[0]
    assert shown["text/plain"] == str(answer) and shown["text/html"].count("<tr>") == 5
    assert "MAIL FROM:&lt;...&gt; SIZE=900" in shown["text/html"]
    assert not re.search("<b>mx|<i>|<script>", shown["text/html"])


def test_in_a_group_each_reply_says_what_it_answers(shell: InteractiveShell) -> None:
    client = memory_server(extensions="all").connect()
    client.send("EHLO student.example")
    client.send_group("MAIL FROM:<a@b.example>", "RCPT TO:<zoe@lab.example>", "NOOP")
    page = shell.display_formatter.format(client.transcript)[0]["text/html"]
    answers = re.findall(r"answers ([^<]*)<", page)
    assert answers == ["MAIL FROM:&lt;a@b.example&gt;", "RCPT TO:&lt;zoe@lab.example&gt;", "NOOP"]


def test_faults_are_a_table_with_what_each_says_and_how_often_it_happened(shell: InteractiveShell) -> None:
    server = memory_server()
    assert shell.display_formatter.format(server.faults)[0]["text/plain"] == "No fault is set."
    server.faults.add("NOOP -> 250 <b>")
    server.connect().send("NOOP")
    shown = shell.display_formatter.format(server.faults)[0]
    assert shown["text/plain"] == "NOOP -> 250 <b>  (has happened once)\n    Each NOOP gets 250 <b>."
    assert "<td>Each NOOP gets 250 &lt;b&gt;.</td><td>1</td>" in shown["text/html"]


def test_all_registered_types_are_tried_here() -> None:
    found = values()
    assert set(found) == {name for _, name, _, _ in SHOWN}
    for module, name, _, _ in SHOWN:
        assert (type(found[name]).__module__, type(found[name]).__name__) == (module, name)


@pytest.mark.parametrize("name", [name for _, name, _, _ in SHOWN])
def test_each_value_has_text_beside_html(shell: InteractiveShell, name: str) -> None:
    shown, _ = shell.display_formatter.format(values()[name])
    assert shown["text/plain"].strip()
    assert shown["text/html"].startswith('<div class="smtplab"><style>')


def test_a_reply_is_explained_in_its_session(shell: InteractiveShell) -> None:
    shown, _ = shell.display_formatter.format(values()["Reply"])
    for form in shown.values():
        assert "503" in form
        assert "Wrong moment." in form
        assert "you have not said EHLO" in form


def test_controls_are_spelled_out_in_plain_text_too(shell: InteractiveShell) -> None:
    shown, _ = shell.display_formatter.format(Reply(250, ("ok \x1b[31m\u202e",)))
    assert "\x1b" not in shown["text/plain"] + shown["text/html"]
    assert "\u202e" not in shown["text/plain"] + shown["text/html"]


def test_registering_twice_changes_nothing(shell: InteractiveShell) -> None:
    before, _ = shell.display_formatter.format(explain(250))
    register(shell)
    assert shell.display_formatter.format(explain(250))[0] == before


FRESH = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("import smtplab")
shown, _ = shell.display_formatter.format(shell.run_cell("smtplab.explain(550)").result)
assert "text/html" in shown, list(shown)
import sys
assert not {"pandas", "ipywidgets", "graphviz"} & set(sys.modules)
"""


def test_importing_smtplab_in_ipython_is_enough() -> None:
    subprocess.run([sys.executable, "-c", FRESH], check=True, stdout=subprocess.DEVNULL)


def test_importing_smtplab_outside_ipython_loads_none_of_it() -> None:
    program = "import sys, smtplab; sys.exit('IPython' in sys.modules or 'smtplab.notebook' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
