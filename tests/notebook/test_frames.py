"""Tables as DataFrames: every row of the facts, and pandas only when one is asked for."""

import subprocess
import sys

import pytest

from smtplab.explain import explain
from smtplab.notebook.frames import TABLES, frame, matrix
from smtplab.protocol.extensions import KNOWN, OFFERED
from smtplab.protocol.machine import EDITIONS, machine
from smtplab.protocol.sequences import differences, entries
from smtplab.protocol.transcript import Transcript


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", TABLES)
def test_every_table_becomes_a_frame_with_all_its_rows(name: str, edition: int) -> None:
    assert len(frame(name, edition=edition)) == len(list(TABLES[name](edition))) > 0


def test_editions_differ_where_the_rfcs_do() -> None:
    assert [len(frame("sequences", edition=edition)) for edition in EDITIONS] == [53, 58]
    assert len(frame("transitions", edition=5321)) == len(machine(5321).rows)


@pytest.mark.parametrize("found", [frame("sequences", difference=True), frame("differences")])
def test_the_difference_of_the_editions_has_a_row_a_change(found: object) -> None:
    assert len(found) == len(differences())
    assert set(found["change"]) >= {"added", "removed"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_rows_of_extensions_come_when_they_are_asked_for(edition: int) -> None:
    base, tls, everything = (frame("transitions", edition=edition, extensions=e) for e in ((), "starttls", "all"))
    assert "STARTTLS" not in set(base["event"])
    assert len(base) < len(tls) < len(everything)
    assert len(everything) == len(machine(edition, frozenset(OFFERED)).rows)


def test_the_extensions_are_all_there_and_say_whether_they_are_offered() -> None:
    found = frame("extensions")
    assert set(found["keyword"]) == {*OFFERED, *KNOWN}
    assert set(found[found["offered"]]["keyword"]) == {*OFFERED, "VRFY", "EXPN", "HELP"}


def test_a_guard_has_a_row_with_its_code() -> None:
    assert {503, 530} == set(frame("requirements")["code"])


def test_a_transcript_and_an_explanation_become_frames() -> None:
    record = Transcript.parse("S: 220 a\nC: NOOP\nS: 250 b\n")
    assert list(frame(record)["event"]) == ["CONNECT", "NOOP"]
    assert frame(explain(550))["part"][0] == "verdict"


def test_names_may_be_typed_as_people_type() -> None:
    assert len(frame(" Enhanced_Codes ")) == len(frame("enhanced codes"))


@pytest.mark.parametrize(("what", "options", "error", "said"), [
    ("code", {}, ValueError, 'Did you mean "codes"'),
    ("zzzz", {}, ValueError, "The tables are: codes, commands"),
    (3, {}, TypeError, "A int has no rows"),
    ("codes", {"edition": 822}, ValueError, "2821"),
    ("codes", {"difference": True}, ValueError, 'goes with "sequences" only'),
    ("codes", {"extensions": "all"}, ValueError, 'goes with "transitions" only'),
    ("transitions", {"extensions": ["STARTLS"]}, ValueError, "'STARTLS'; smtplab can offer SIZE"),
])
def test_bad_input_is_told_in_a_sentence(what: object, options: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        frame(what, **options)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_matrix_holds_every_entry_of_the_list_once(edition: int) -> None:
    found = matrix(edition)
    letters = [
        (label, code, letter)
        for label, row in found.cells for code, cell in zip(found.codes, row, strict=True) for letter in cell
    ]
    assert sorted(letters) == sorted((e.label, e.code, e.outcome) for e in entries(edition))


def test_the_rows_of_the_matrix_stand_as_on_the_page() -> None:
    assert [label for label, _ in matrix().cells] == [
        "CONNECT", "EHLO/HELO", "MAIL", "RCPT", "DATA", "DATA-END", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT",
    ]


def test_the_code_that_stands_twice_for_rcpt_is_there_twice() -> None:
    rows = {row["command"]: row for row in matrix(2821).to_rows()}
    assert (rows["RCPT"]["550"], rows["DATA"]["354"], rows["QUIT"]["221"], rows["QUIT"]["250"]) == ("EE", "I", "S", "")
    assert matrix(2821).frame.loc["RCPT", 550] == "EE"


def test_the_matrix_is_a_table_that_can_be_read_aloud_and_reached_by_keys() -> None:
    shown = matrix()._repr_html_()
    assert shown.count('<th scope="row">') == 12
    assert shown.count('<th scope="col">') == 1 + len(matrix().codes)
    assert "<caption>RFC 2821 section 4.3.2" in shown
    assert 'tabindex="0"' in shown
    assert len(str(matrix()).splitlines()) == 13


def test_pandas_is_loaded_when_a_frame_is_asked_for_and_not_before() -> None:
    program = (
        "import sys, smtplab; smtplab.state_diagram().svg()\n"
        "from smtplab.notebook.frames import frame, matrix; matrix()._repr_html_()\n"
        "assert 'pandas' not in sys.modules; frame('digits'); assert 'pandas' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_long_texts_are_shown_whole() -> None:
    digits = frame("digits")
    longest = max(map(str, digits["meaning"]), key=len)
    assert len(longest) > 50
    assert "..." not in digits._repr_html_()
    assert longest in repr(digits[["meaning"]])
