"""What `explain` takes, what it refuses and how, and the forms of its answer."""

import json
import subprocess
import sys
from time import process_time

import pytest

import smtplab
from smtplab.explain import Explanation, explain
from smtplab.network import memory_server
from smtplab.protocol.dialogue import Dialogue
from smtplab.protocol.wire import Command, Reply, parse_command


def test_a_number_its_text_and_its_line_mean_the_same() -> None:
    number, digits, line = explain(550), explain("550"), explain(" 550 no such mailbox\r\n")
    assert number.here == digits.here == line.here
    assert line.reply_lines == ("no such mailbox",)
    command = parse_command(b"rcpt to:<bob@lab.example>")
    assert explain(550, "rcpt to:<bob@lab.example>") == explain(550, command)


def test_several_lines_are_one_reply_also_when_the_end_was_not_copied() -> None:
    assert explain("250-lab.example\n250-SIZE 900\n250 HELP", "EHLO").reply_lines == ("lab.example", "SIZE 900", "HELP")
    assert explain("250-lab.example\n250-SIZE 900").reply_lines == ("lab.example", "SIZE 900")


@pytest.mark.parametrize("wrong", [
    "999", 999, "abc", "25", 2500, "2500", "", " ", "-", "5.7.1", "000", -250, "٤٥٠", "550x", "S: 550 no",
])
def test_what_is_no_reply_code_is_told_in_a_sentence(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"is no reply code: .*\.$"):
        explain(wrong)


@pytest.mark.parametrize("wrong", [None, True, False, 5.5, b"550", [550], object()])
def test_another_kind_of_value_is_told_in_a_sentence(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"A reply code is a whole number or a text, such as 550"):
        explain(wrong)


def test_two_replies_at_once_are_told_apart() -> None:
    with pytest.raises(ValueError, match="more than one reply: the first one is 220"):
        explain("220 hello\n250 yes")


def test_a_command_must_be_a_text() -> None:
    with pytest.raises(TypeError, match="A command is a text such as 'RCPT'"):
        explain(550, 5)  # type: ignore[arg-type]


def test_an_unknown_edition_is_told() -> None:
    with pytest.raises(ValueError, match="2821 or 5321"):
        explain(550, edition=822)


def test_a_code_for_one_command_only_is_read_as_its_answer() -> None:
    assert {code: explain(code).event for code in (354, 221, 220, 450, 250, 500, 421)} == {
        354: "DATA", 221: "QUIT", 220: "CONNECT", 450: "RCPT", 250: "", 500: "", 421: ""}


def test_a_code_that_no_rfc_names_is_read_by_its_digits() -> None:
    explanation = explain(457)
    assert explanation.verdict == "Not now."
    assert "No RFC names 457" in str(explanation)
    assert explanation.misconception == "unknown-code-is-nonsense"


def test_a_reply_of_a_session_is_explained_in_it() -> None:
    dialogue = Dialogue()
    [exchange] = dialogue.received(b"220 lab.example\r\n")
    assert exchange.reply is not None
    reply = Reply(220, ("lab.example",), b"220 lab.example\r\n", exchange)
    assert (explain(reply).state_before, explain(reply).state_after) == ("CONNECTED", "GREETED")
    assert explain(exchange.reply).state_before == ""


@pytest.mark.parametrize("code", [0, 7, 99, 600, 999])
def test_octets_that_are_no_reply_are_explained_not_refused(code: int) -> None:
    explanation = explain(Reply(code, ("HTTP/1.1 400 Bad Request",), b"HTTP/1.1 400 Bad Request\r\n"))
    assert (explanation.verdict, explanation.digits) == ("No reply.", ())
    assert "HTTP/1.1 400" in str(explanation)


def test_no_reply_says_why_and_what_to_do() -> None:
    silent = type("NoReply", (), {"why": "Nothing came within 5 s."})()
    explanation = explain(silent)
    assert (explanation.code, explanation.verdict_id) == (0, "no-reply")
    assert explanation.here == "Nothing came within 5 s."
    assert "open a new connection" in explanation.now
    in_message = explain(type("NoReply", (), {"why": "It is mail data.", "cure": "End it.", "was_due": False})())
    assert (in_message.now, in_message.misconception) == ("End it.", "commands-inside-message")


def test_it_reads_well_in_a_terminal() -> None:
    assert str(explain(450)).splitlines()[:8] == [
        "450 Not now.",
        "Here      This recipient's mailbox is busy. Nothing changed.",
        "Now       Go on with the next recipient, if there is one. Keep this",
        "          recipient's copy; try again in 30 minutes or more.",
        "Careful   You made no mistake; SMTP's 4 is not HTTP's 4.",
        "",
        "  4  not now, try later",
        "  5  the mail system",
    ]
    assert max(len(line) for code in range(200, 600) for line in str(explain(code)).splitlines()) <= 80


def test_rows_and_json_hold_all_of_it() -> None:
    explanation = explain("550 5.7.1 no", "RCPT TO:<bob@lab.example>")
    rows = explanation.to_rows()
    assert [row["text"] for row in rows[:4]] == [explanation.verdict, explanation.here, explanation.now,
                                                 explanation.not_this]
    assert len(rows) == 4 + 3 + len(explanation.details)
    data = json.loads(json.dumps(explanation.to_json()))
    assert set(data) == set(Explanation.__slots__)
    assert data["digits"][0] == {"digit": "5", "meaning": "no, do not repeat the same", "kind": "verdict"}


def test_an_explanation_is_a_value() -> None:
    assert explain(550) == explain("550")
    with pytest.raises(AttributeError):
        explain(550).here = "x"  # type: ignore[misc]


def test_the_package_offers_it() -> None:
    assert smtplab.explain(550).code == 550  # type: ignore[operator]


def test_importing_it_reads_no_catalogue_and_loads_nothing_heavy() -> None:
    script = "import sys, smtplab.explain; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"tomllib", "difflib", "pandas", "IPython", "ipywidgets", "graphviz", "socket", "ssl", "asyncio", "html"}
    assert not heavy & set(run.stdout.split())


def test_a_command_line_of_a_megabyte_is_explained_at_once() -> None:
    dialogue = Dialogue()
    dialogue.received(b"220 x\r\n")
    dialogue.sent(b"A" * 1_000_000 + b"\r\n")
    [exchange] = dialogue.received(b"500 " + b"y" * 1_000_000 + b"\r\n")
    start = process_time()
    explanation = explain(exchange)
    assert process_time() - start < 1  # of the processor's time, so a busy machine changes nothing
    assert len(str(explanation)) < 4000


def test_once_warm_it_takes_less_than_a_millisecond() -> None:
    dialogue = Dialogue()
    dialogue.received(b"220 x\r\n")
    dialogue.sent(b"RCPT TO:<bob@lab.example>\r\n")
    [exchange] = dialogue.received(b"503 no\r\n")
    explain(exchange)
    times = []
    for _ in range(50):
        start = process_time()
        explain(exchange)
        times.append(process_time() - start)
    assert min(times) < 0.001


def test_a_typed_command_is_the_same_as_its_text() -> None:
    assert explain(250, Command("NOOP", None, b"NOOP")) == explain(250, "noop")
    assert explain(250, ".").event == "DATA-END"


def test_a_step_is_explained_by_the_edition_of_its_session() -> None:
    for edition in (2821, 5321):
        reply = memory_server(edition=edition).connect().send("NOOP")
        rule = next(detail.text for detail in explain(reply).details if detail.label == "Rule")
        assert f"RFC {edition}" in rule
        other = next(detail.text for detail in explain(reply, edition=5321).details if detail.label == "Rule")
        assert "RFC 5321" in other
