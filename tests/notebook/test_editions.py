"""The figure of the differences between the editions: each change once, with a mark and in words."""

import pytest

import smtplab
from smtplab.notebook.editions import MARKS, Cell, edition_differences
from smtplab.protocol.sequences import RFC_7504, differences, entries

FOUND = edition_differences()
SHOWN = FOUND._repr_html_()


def cells() -> list[tuple[str, int, Cell]]:
    return [
        (label, code, cell) for label, row in FOUND.cells for code, cell in zip(FOUND.codes, row, strict=True)
        if cell.outcome
    ]


def test_each_difference_has_its_cell_and_nothing_else_is_marked() -> None:
    marked = {(label, code, cell.change) for label, code, cell in cells() if cell.change}
    assert marked == {(found.label, found.code, found.change) for found in differences()}
    assert len(marked) == 11


def test_the_cells_without_a_mark_are_what_both_editions_list() -> None:
    lists = [{(entry.label, entry.code) for entry in entries(edition)} for edition in (2821, 5321)]
    plain = {(label, code) for label, code, cell in cells() if not cell.change}
    assert plain == lists[0] & lists[1] - {("RCPT", 550)}


def test_the_letters_are_the_rfcs() -> None:
    letters = {(label, code): cell.outcome for label, code, cell in cells()}
    for entry in (*entries(2821), *entries(5321), *RFC_7504):
        assert letters[entry.label, entry.code] == entry.outcome


@pytest.mark.parametrize(("command", "code", "said"), [
    ("EHLO/HELO", "502", "E+"), ("DATA", "451", "E\u2212"), ("RCPT", "550", "E2\u21921"), ("RCPT", "556", "E*"),
    ("CONNECT", "521", "E*"), ("DATA-END", "451", "E"), ("QUIT", "250", ""),
])
def test_a_row_says_each_change_with_its_mark(command: str, code: str, said: str) -> None:
    rows = {row["command"]: row for row in FOUND.to_rows()}
    assert rows[command][code] == said


def test_the_counts_add_up() -> None:
    assert FOUND.caption == (
        "RFC 2821 lists 53 replies, RFC 5321 lists 58: 7 added, 1 removed, 1 no longer listed twice. "
        "RFC 7504 adds 2 more."
    )
    assert 53 + 7 - 1 - 1 == 58


def test_the_figure_is_a_table_with_headers_that_can_be_reached_by_keys() -> None:
    assert SHOWN.count('<th scope="row"') == len(FOUND.cells) == 12
    assert SHOWN.count('<th scope="col"') == 1 + len(FOUND.codes)
    assert "<caption>Section 4.3.2 in two editions" in SHOWN
    assert 'tabindex="0"' in SHOWN


def test_every_change_is_told_in_words_beside_its_mark() -> None:
    for change, mark in MARKS.items():
        words = Cell("E", change).says
        count = sum(found.change == change for found in differences())
        assert SHOWN.count(words) == count + 1, "once in the legend, once in each cell"
        assert SHOWN.count(f">{mark}<") == count + 1


def test_the_text_twin_holds_the_same() -> None:
    lines = str(FOUND).splitlines()
    assert [line.split()[0] for line in lines[3:15]] == [label for label, _ in FOUND.cells]
    assert sum(line.count("E+") for line in lines) == 7
    assert FOUND.caption in lines
    for _, mark, words in FOUND.legend:
        assert any(line.startswith(mark) and line.endswith(words) for line in lines)


def test_it_is_a_public_name() -> None:
    assert str(smtplab.edition_differences()) == str(FOUND)
