"""The frame of the command line: exit statuses, terminals that are not UTF-8, pipes that close, Ctrl-C."""

import csv
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smtplab import cli

ROOT = Path(__file__).resolve().parents[1]


def smtplab(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smtplab", *arguments],
        input=typed,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["table", "nonsense"], ["serve", "--port", "x"], ["wheels"]])
def test_wrong_usage_is_status_2_and_says_what_is_possible(arguments: list[str]) -> None:
    done = smtplab(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: smtplab")
    assert done.stdout == ""


def test_help_names_every_command() -> None:
    shown = smtplab("--help").stdout
    for command in (
        "lab",
        "course",
        "doctor",
        "serve",
        "talk",
        "explain",
        "table",
        "diagram",
        "card",
        "causes",
        "scenario",
        "wheels",
        "test",
        "bench",
    ):
        assert f"\n    {command} " in shown


@pytest.mark.parametrize("command", ["lab", "test", "bench"])
def test_help_on_a_command_starts_nothing(command: str) -> None:
    done = smtplab(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: smtplab {command}")


@pytest.mark.parametrize("name", list(cli.TABLES))
def test_a_table_as_csv_reads_back_with_all_its_columns(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(smtplab("table", name, "--csv").stdout)))
    assert len(rows) >= 5
    assert set(cli.TABLES[name]) <= set(rows[0])


@pytest.mark.parametrize("name", list(cli.TABLES))
def test_a_table_prints_in_a_terminal_that_knows_only_ascii(name: str) -> None:
    done = smtplab("table", name, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5


def test_the_editions_differ_in_their_sequences() -> None:
    old, new = (smtplab("table", "sequences", "--csv", "--edition", edition).stdout for edition in ("2821", "5321"))
    assert (len(old.splitlines()), len(new.splitlines())) == (1 + 53, 1 + 58)


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
def test_a_closed_pipe_ends_quietly() -> None:
    command = f'"{sys.executable}" -m smtplab table codes --csv | head -n 1'
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
def test_ctrl_c_ends_quietly() -> None:
    command = [sys.executable, "-m", "smtplab", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()  # it has said where it listens
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=20)
    assert "Traceback" not in said
    assert server.returncode in (0, 130)


def test_explain_says_what_a_reply_means() -> None:
    done = smtplab("explain", "550", "--command", "RCPT")
    assert done.returncode == 0
    assert "550" in done.stdout


def test_explain_takes_a_whole_reply_quoted_or_not() -> None:
    words = smtplab("explain", "550", "5.7.1", "rejected by policy")
    assert words.stdout == smtplab("explain", "550 5.7.1 rejected by policy").stdout
    assert words.returncode == 0


@pytest.mark.parametrize("word", ["999", "abc", "25", "-1"])
def test_what_is_no_reply_is_wrong_usage_told_in_a_sentence(word: str) -> None:
    done = smtplab("explain", word)
    assert done.returncode == 2
    assert f'"{word}" is no reply code' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dialogue_typed_by_hand_is_explained() -> None:
    done = smtplab("talk", typed="EHLO student.example\nRCPT TO:<bob@lab.example>\nQUIT\n")
    assert done.returncode == 0
    assert "Wrong moment." in done.stdout


def test_talk_goes_to_no_other_machine() -> None:
    done = smtplab("talk", "mail.example.com:25")
    assert done.returncode == 2
    assert "not this machine" in done.stderr


def test_every_entry_of_the_rfcs_list_is_seen() -> None:
    done = smtplab("causes")
    assert done.returncode == 0
    assert done.stdout.endswith("\n53 of 53 seen on the wire\n")


@pytest.mark.parametrize("suffix", [".svg", ".dot"])
def test_the_diagram_is_written_as_its_name_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"states{suffix}"
    assert smtplab("diagram", "-o", str(path)).returncode == 0
    text = path.read_text("utf-8")
    assert "RECIPIENTS_KNOWN" in text
    assert ("<svg" in text) == (suffix == ".svg")


def test_the_diagram_has_the_extensions_asked_for() -> None:
    assert "AUTH_EXCHANGE" not in smtplab("diagram").stdout
    some = smtplab("diagram", "--extensions", "auth,CHUNKING").stdout
    assert "AUTH_EXCHANGE" in some and "CHUNKS" in some and "TLS_HANDSHAKE" not in some
    assert "TLS_HANDSHAKE" in smtplab("diagram", "--extensions", "all").stdout
    wrong = smtplab("diagram", "--extensions", "TLS")
    assert wrong.returncode == 2 and "smtplab can offer SIZE" in wrong.stderr


@pytest.mark.parametrize(("command", "name", "known"), [
    (("diagram", "-o"), "states.gif", ".svg"), (("card",), "card.doc", ".html")])
def test_a_file_of_an_unknown_kind_is_wrong_usage(
    tmp_path: Path, command: tuple[str, ...], name: str, known: str
) -> None:
    done = smtplab(*command, str(tmp_path / name))
    assert done.returncode == 2
    assert known in done.stderr


def test_the_card_is_written(tmp_path: Path) -> None:
    path = tmp_path / "card.html"
    assert smtplab("card", str(path)).returncode == 0
    assert "Which reply answers which command" in path.read_text("utf-8")


def test_doctor_tells_findings_by_its_status() -> None:
    done = smtplab("doctor")
    assert done.returncode == (0 if "All is well." in done.stdout else 1)
    assert "loopback" in done.stdout


@pytest.mark.parametrize("arguments", [["diagram", "-o"], ["card"]])
def test_a_file_that_cannot_be_written_is_told_in_a_line(arguments: list[str], tmp_path: Path) -> None:
    done = smtplab(*arguments, str(tmp_path / "nowhere" / ("x.svg" if "-o" in arguments else "x.html")))
    assert done.returncode == 1
    assert done.stderr.endswith(": No such file or directory\n") and done.stderr.count("\n") == 1


def test_octets_that_are_no_text_are_sent_as_they_came() -> None:
    command = [sys.executable, "-m", "smtplab", "talk"]
    done = subprocess.run(command, input=b"NOOP \xff\nQUIT\n", cwd=ROOT, capture_output=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"})
    assert done.returncode == 0 and b"221 lab.example" in done.stdout and not done.stderr


def test_the_course_is_copied_where_it_is_wanted(tmp_path: Path) -> None:
    done = smtplab("course", str(tmp_path / "mine"))
    assert done.returncode == 0 and "new." in done.stdout
    assert (tmp_path / "mine" / "notebooks" / "00_first_mail.ipynb").is_file()
    assert not (tmp_path / "mine" / "notebooks" / "teacher_plan.md").exists()
    assert smtplab("course", "--teacher", str(tmp_path / "teacher")).returncode == 0
    assert (tmp_path / "teacher" / "notebooks" / "teacher_plan.md").is_file()


def test_a_session_with_all_extensions_can_be_typed_and_captured(tmp_path: Path) -> None:
    capture = tmp_path / "session.pcapng"
    done = smtplab("talk", "--extensions", "all", "--edition", "5321", "--pcap", str(capture), typed="EHLO x\nQUIT\n")
    assert done.returncode == 0
    assert "250-AUTH PLAIN LOGIN CRAM-MD5" in done.stdout
    assert capture.stat().st_size > 500


@pytest.mark.parametrize(("option", "value", "sentence"), [
    ("--extensions", "SIZE,LIMITS", "smtplab can offer SIZE"), ("--certificate", "broken", "'self-signed'"),
])
def test_an_option_of_a_server_that_cannot_be_is_told(option: str, value: str, sentence: str) -> None:
    done = smtplab("talk", option, value, typed="QUIT\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_a_scenario_is_listed_played_and_checked_by_name() -> None:
    listed = smtplab("scenario", "list")
    assert listed.returncode == 0
    assert "greylisting  " in listed.stdout
    played = smtplab("scenario", "run", "greylisting", "--notes")
    assert played.returncode == 0
    assert "S: 450 <bob@lab.example>" in played.stdout
    assert played.stdout.endswith("It played as written.\n")
    assert "Note: " in played.stdout
    assert smtplab("scenario", "check", "greylisting").returncode == 0


def test_a_scenario_that_differs_is_status_1_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("@title Mine\nS: 220 other\n")
    assert smtplab("scenario", "run", str(path)).returncode == 1
    assert smtplab("scenario", "check", str(path)).returncode == 1
    path.write_text("@title Mine\n@wrold takes_mail=no\n")
    for kind, status in (("run", 2), ("check", 1)):
        done = smtplab("scenario", kind, str(path))
        assert done.returncode == status
        assert f"{path}, line 2, column 2: There is no directive @wrold. Did you mean 'world'?" in (
            done.stdout + done.stderr)
        assert "Traceback" not in done.stderr


def test_a_scenario_is_begun_from_a_transcript(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    begun = smtplab("scenario", "new", str(ROOT / "tests" / "dialogues" / "first_mail.txt"), "-o", str(path))
    assert begun.returncode == 0
    assert smtplab("scenario", "check", str(path)).returncode == 0
    again = smtplab("scenario", "new", str(ROOT / "tests" / "dialogues" / "first_mail.txt"), "-o", str(path))
    assert again.returncode == 1  # what somebody filled in is never overwritten
    assert "Traceback" not in again.stderr
    missing = smtplab("scenario", "new", str(tmp_path / "none.txt"))
    assert missing.returncode == 1
    assert "Traceback" not in missing.stderr


@pytest.mark.parametrize("arguments", [["scenario"], ["scenario", "nonsense"], ["scenario", "run"]])
def test_scenario_says_what_is_possible(arguments: list[str]) -> None:
    done = smtplab(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: smtplab scenario")


@pytest.mark.parametrize("command", ["talk", "serve"])
def test_a_fault_that_cannot_be_is_told_with_its_column(command: str) -> None:
    done = smtplab(command, "--fault", "MAIL -> 451", "--fault", "RCPT#2 -> 777", typed="QUIT\n")
    assert (done.returncode, done.stdout) == (2, "")
    shown, pointer, said = done.stderr.splitlines()
    assert shown == "--fault RCPT#2 -> 777" and pointer.index("^") == shown.index("777")
    assert said.startswith("Column 11: '777' is no reply code")


def test_a_seed_that_cannot_be_is_told() -> None:
    assert smtplab("talk", "--seed", "x").returncode == 2
    done = smtplab("talk", "--seed", "-1", typed="QUIT\n")
    assert done.returncode == 2 and "seed is -1" in done.stderr


def test_faults_happen_while_one_talks_by_hand() -> None:
    done = smtplab("talk", "--fault", "NOOP#1 -> 450 Later", "--fault", "NOOP#2 -> drop", typed="NOOP\nNOOP\n")
    assert done.returncode == 0
    assert "450 Later" in done.stdout and "closed the connection without a reply" in done.stdout


def test_faults_are_for_an_own_server_only() -> None:
    done = smtplab("talk", "127.0.0.1:25", "--fault", "NOOP -> 450")
    assert done.returncode == 2 and "leave HOST:PORT out" in done.stderr
