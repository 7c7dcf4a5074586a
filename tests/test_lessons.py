"""The lessons: they run, also twice and backwards; they are built from their sources; their prose keeps its rules."""

import contextlib
import os
import re
import statistics
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import smtplab
from smtplab.course.build import built_files
from smtplab.course.scenario import scenarios
from smtplab.course.scenario_options import read_options
from smtplab.explain.catalogue import texts
from smtplab.lab import World
from smtplab.network import Client, MemoryServer, memory_server
from smtplab.network.host import OFFERED_BY_DEFAULT, Extensions
from smtplab.protocol.machine import State

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
FIRST, LAST = LESSONS[0], LESSONS[-1]
DEMO = ROOT / "notebooks" / "instructor_demo.ipynb"
LONGEST_CELL_S = 20
WAIT = r"-- ([\d.]+) s$"
"""How a dialogue says that time passes."""

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells_of(path: Path) -> list[nbformat.NotebookNode]:
    return list(nbformat.read(path, as_version=4).cells)


def prose_of(path: Path) -> list[str]:
    return [cell.source for cell in cells_of(path) if cell.cell_type == "markdown"]


def sentences(markdown: str) -> Iterator[str]:
    """The sentences of a cell: no code blocks, no tables; inline code and addresses count as one word."""
    text = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "CODE", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"</?(details|summary)>", "\n\n", text)
    lines = [re.sub(r"^\s*(#+|>|-|\d+\.)\s+", "\n\n", line) for line in text.split("\n") if not line.startswith("|")]
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        yield from filter(None, (part.strip() for part in re.split(r"(?<=[.?!])[*_]*\s+", block.replace("\n", " "))))


# ------------------------------------------------------------------------------------------------------------- form


def test_there_are_four_lessons_to_begin_with() -> None:
    assert [path.stem[:2] for path in LESSONS[:4]] == ["00", "01", "02", "03"]


def test_every_lesson_is_what_its_source_says() -> None:
    built = {path: text for path, text in built_files(ROOT) if path.parent.name == "notebooks"}
    assert sorted(built) == [*LESSONS, DEMO]
    assert [path.name for path in built if path.read_text("utf-8") != built[path]] == []


@each_lesson
def test_no_output_is_stored_and_ids_are_the_lessons(path: Path) -> None:
    cells = cells_of(path)
    assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")
    assert all(cell.id.startswith(path.stem[:2] + "-") for cell in cells)
    assert len({cell.id for cell in cells}) == len(cells)


@each_lesson
def test_there_is_one_title_and_no_heading_skips_a_level(path: Path) -> None:
    prose = [re.sub(r"```.*?```", "", cell, flags=re.DOTALL) for cell in prose_of(path)]
    headings = [len(marks) for cell in prose for marks in re.findall(r"^(#+) ", cell, re.MULTILINE)]
    assert headings[0] == 1 and set(headings[1:]) == {2}


@each_lesson
def test_the_first_cell_says_what_why_where_how_long_and_what_helps(path: Path) -> None:
    first = cells_of(path)[0].source
    title, question = re.findall(r"\S.*", first)[:2]
    assert title.startswith(f"# {path.stem[:2]} ")
    assert question.startswith("**") and "?**" in question
    assert 3 <= len(re.findall(r"^- ", first, re.MULTILINE)) <= 4
    assert re.search(r"RFC 2821.*sections? [\d.]+", first, re.DOTALL)
    assert re.search(r"\*\*Time:\*\* \d+ minutes", first)
    assert "No module named 'smtplab'" in first and "Change Kernel" in first


def test_every_first_cell_has_the_same_box_for_when_it_fails() -> None:
    boxes = {"\n".join(re.findall(r"^>.*", cells_of(path)[0].source, re.MULTILINE)) for path in LESSONS}
    assert len(boxes) == 1
    box = boxes.pop()
    assert "`is not defined` or `not found`" in box and "Run All Above Selected Cell" in box


@each_lesson
def test_the_last_cell_says_what_was_seen_the_words_and_what_is_next(path: Path) -> None:
    cells = cells_of(path)
    last = cells[-1].source
    assert last.startswith("## What you saw")
    assert len(re.findall(r"^- ", last, re.MULTILINE)) == 3
    assert "**Next:**" in last
    words = re.search(r"\*\*Words:\*\*(.*?)\n\n", last, re.DOTALL)
    assert words
    told = "\n".join(cell.source for cell in cells[:-1])
    assert [word for word in re.findall(r"\*([^*]+)\*", words[1]) if f"*{word}*" not in told] == []


@each_lesson
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for cell in prose_of(path) for link in re.findall(r"\]\(([^)]+)\)", cell)]
    assert [link for link in links if not (path.parent / link).exists()] == []
    following = LESSONS[LESSONS.index(path) + 1 :][:1]
    assert all(lesson.name in links for lesson in following)


@each_lesson
def test_a_sentence_stands_before_each_short_code_cell(path: Path) -> None:
    cells = cells_of(path)
    code = [(before, cell) for before, cell in pairwise(cells) if cell.cell_type == "code"]
    assert {before.cell_type for before, _ in code} == {"markdown"}
    assert [before.source for before, _ in code if before.source[-1] not in ".?:!"] == []
    lengths = [len(cell.source.splitlines()) for _, cell in code]
    assert max(lengths) <= 12 and statistics.median(lengths) <= 5


@each_lesson
def test_no_paragraph_is_long(path: Path) -> None:
    for cell in prose_of(path)[1:]:
        for block in re.split(r"\n\s*\n", cell):
            if not block.lstrip().startswith(("-", "1.", "|", "#", "`", "<", "2.", "*")):
                assert len(list(sentences(block))) <= 4, block


@each_lesson
def test_sentences_have_at_most_twenty_words(path: Path) -> None:
    found = [sentence for cell in prose_of(path) for sentence in sentences(cell)]
    assert [sentence for sentence in found if len(sentence.split()) > 20] == []


@each_lesson
def test_no_word_makes_light_of_the_matter_or_keeps_a_score(path: Path) -> None:
    told = "\n".join(prose_of(path))
    banned = r"\b(simply|just|obviously|of course|easy|easily|trivial|score|points?: \d)\b"
    assert re.findall(banned, told, re.IGNORECASE) == []


def test_the_first_lesson_is_read_in_a_few_minutes() -> None:
    read = [re.sub(r"^>.*", "", cell, flags=re.MULTILINE) for cell in prose_of(FIRST)]  # the box is for when it fails
    assert sum(len(re.findall(r"\w[\w'@.]*", cell)) for cell in read) <= 860


def test_the_teachers_map_has_the_lessons_own_questions_and_minutes() -> None:
    plan = (ROOT / "notebooks" / "teacher_plan.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d\d [^|]*) \| ([^|]*\?) \| (\d+) \|$", plan, re.MULTILINE)
    assert len(rows) == len(LESSONS)
    for path, (title, question, minutes) in zip(LESSONS, rows, strict=True):
        first = cells_of(path)[0].source
        number, name = title.split(" ", 1)
        assert path.stem == f"{number}_{name.lower().replace(' ', '_')}"
        assert question.rstrip("?") in first and f"**Time:** {minutes} minutes" in first


def test_the_teachers_plan_fills_its_45_minutes() -> None:
    plan = (ROOT / "notebooks" / "teacher_plan.md").read_text("utf-8")
    spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+) to (\d+) \|", plan, re.MULTILINE)]
    assert spans[0][0] == 0 and spans[-1][1] == 45
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_the_teachers_plan_names_only_controls_and_scenarios_that_there_are() -> None:
    plan = (ROOT / "notebooks" / "teacher_plan.md").read_text("utf-8")
    desk, third = (re.search(rf"^## {title}.*?(?=^## |\Z)", plan, re.MULTILINE | re.DOTALL)
                   for title in ("The desk", "A third class"))
    assert desk and third
    controls = {said.rstrip(":") for part in ("desk", "console", "futures") for said in texts(part).values()}
    named = set(re.findall(r"\*([^*\n]+)\*", desk[0] + third[0]))
    assert len(named) > 10
    assert named - controls - {scenario.title for scenario in scenarios()} == set()
    lesson = (ROOT / "notebooks" / "source" / "07_when_things_go_wrong.py").read_text("utf-8")
    rows = " ".join(re.findall(r"Lesson 07 in pairs, (.*?)[:.]", third[0]))
    parts = re.findall(r'"(.+?)"', rows)
    assert len(parts) == 4 and [part for part in parts if f"## {part}\n" not in lesson] == []


def test_what_the_teachers_plan_has_for_a_cell_can_be_run() -> None:
    plan = (ROOT / "notebooks" / "teacher_plan.md").read_text("utf-8")
    calls = re.findall(r"`(board\.[^`]+)`", plan)
    makers = re.findall(r"smtplab\.desk\([^)]*\)", plan)
    assert len(calls) == 5 and len(makers) == 3
    for maker in makers:
        with contextlib.closing(eval(maker, {"smtplab": smtplab})) as board:
            for call in calls:
                eval(call, {"board": board})


def _dialogues(path: Path) -> list[str]:
    blocks = [block for cell in prose_of(path) for block in re.findall(r"```text\n(.*?)```", cell, re.DOTALL)]
    return [block for block in blocks if re.search(r"^[CS]: ", block, re.MULTILINE)]


@each_lesson
def test_the_dialogues_in_the_prose_are_what_the_server_says(path: Path) -> None:
    """Each command of a folded dialogue is answered there as the lab answers it; ``...`` leaves replies out."""
    assert _dialogues(path)
    for dialogue in _dialogues(path):
        client = _server_of(path, dialogue).connect()
        said = [line[3:] for line in dialogue.splitlines() if line.startswith("C:")]
        for line in [] if said[:1] and said[0].startswith("EHLO") else ["EHLO student.example", *_missing(said)]:
            client.send(line)
        _say(client, dialogue)
        full = _said(str(client.transcript))
        for part in re.split(r"^\.\.\.$\n?", dialogue, flags=re.MULTILINE):
            shown = _said(part)
            assert any(full[i : i + len(shown)] == shown for i in range(len(full))), part


def _said(dialogue: str) -> list[str]:
    """The lines that went over the wire, and how it ended; no remarks, and no time that passes."""
    return [line.rstrip() for line in dialogue.splitlines() if not re.match(rf"#|{WAIT}", line)]


def _server_of(path: Path, dialogue: str) -> MemoryServer:
    """The server that the lesson has: from 04 on that of RFC 5321, unless a remark in the dialogue names the other.

    Other remarks are directives, as a scenario has them: ``# @world greylist_s=300``, ``# @fault MAIL#1 -> silence``.
    """
    edition = 2821 if path.stem < "04" or "# RFC 2821" in dialogue else 5321
    extensions: Extensions = "all" if path.stem[:2] in ("04", "05") else OFFERED_BY_DEFAULT
    options: dict[str, Any] = {"edition": edition, "extensions": extensions}
    for said in re.findall(r"^# @world (.+)", dialogue, re.MULTILINE):
        options |= read_options(said, {})
    server = memory_server(World(**options))
    server.change(takes_mail="takes no mail" not in dialogue)
    server.faults.add(*re.findall(r"^# @fault (.+)", dialogue, re.MULTILINE))
    return server


def _say(client: Client, dialogue: str) -> None:
    """Send the client's lines of a dialogue; those that stand together go in one segment."""
    for speaker, lines in groupby(dialogue.splitlines(), key=lambda line: line[:2]):
        said = [line[3:] for line in lines]
        if speaker == "C:" and len(said) == 1:
            client.send(said[0])
        elif speaker == "C:":
            client.send_group(*said)
        elif speaker == "--" and client.state is State.TLS_HANDSHAKE:
            client.start_tls()
        elif speaker == "--" and (wait := re.match(WAIT, f"-- {said[0]}")) and isinstance(client.keeps, MemoryServer):
            client.keeps.advance(float(wait[1]))


def _missing(said: list[str]) -> list[str]:
    """What stood before a dialogue that begins in the middle."""
    return ["MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>"] if said[:1] == ["DATA"] else []


# -------------------------------------------------------------------------------------------------------- execution


class Run:
    """One notebook in one kernel."""

    def __init__(self, path: Path) -> None:
        self.notebook = nbformat.read(path, as_version=4)
        self.client = NotebookClient(self.notebook, timeout=LONGEST_CELL_S, kernel_name="python3", allow_errors=True,
                                     resources={"metadata": {"path": str(path.parent)}})

    def cells(self, order: Iterator[int] | range, times: int = 1) -> dict[str, list[nbformat.NotebookNode]]:
        """Run code cells, each so many times; gives the last outputs by id. A cell that hangs fails the test."""
        outputs = {}
        for index in order:
            cell = self.notebook.cells[index]
            if cell.cell_type == "code":
                for _ in range(times):
                    self.client.execute_cell(cell, index)
                outputs[cell.id] = list(cell.outputs)
        return outputs

    def forget(self) -> None:
        """Take every name from the kernel, as after a restart."""
        self.notebook.cells.append(nbformat.v4.new_code_cell("%reset -f"))
        self.client.execute_cell(self.notebook.cells[-1], len(self.notebook.cells) - 1)


def _errors(outputs: dict[str, list[nbformat.NotebookNode]], *, most_lines: int = 0) -> list[str]:
    """What went wrong, by cell; with `most_lines` 1 an error that is told in one sentence is no matter."""
    found = [(id, output) for id, each in outputs.items() for output in each if output.output_type == "error"]
    return [f"{id}: {error.ename}: {error.evalue}" for id, error in found if len(error.traceback) > most_lines]


def _readable(outputs: list[nbformat.NotebookNode]) -> list[tuple[str, str]]:
    """What a reader sees; of a live widget only its static form, and not the folded record with segments and times.

    Lines that a kernel sends in two pieces, as it does when it is slow, are one text to the reader.
    """
    seen: list[tuple[str, str]] = []
    for output in outputs:
        if output.output_type == "stream" and seen and seen[-1][0] == output.name:
            seen[-1] = (output.name, seen[-1][1] + output.text)
        elif output.output_type == "stream":
            seen.append((output.name, output.text))
        for kind, data in output.get("data", {}).items():
            if "application/vnd.jupyter.widget-view+json" not in output.data:
                seen.append((kind, re.sub(r'data-smtplab-static="\w+"|<pre class="octets">.*?</pre>', "", str(data))))
    return seen


@pytest.mark.slow
@each_lesson
def test_a_lesson_runs_alike_twice_and_survives_doubled_and_backward_cells(path: Path) -> None:
    run = Run(path)
    count = len(run.notebook.cells)
    with run.client.setup_kernel(env={**os.environ, "PYTHONPATH": str(ROOT)}):
        first, second = run.cells(range(count)), run.cells(range(count))
        assert _errors(first) == [] and _errors(second) == []
        assert {id: _readable(o) for id, o in first.items()} == {id: _readable(o) for id, o in second.items()}
        assert _errors(run.cells(range(count), times=2)) == []
        assert _errors(run.cells(range(count - 1, -1, -1)), most_lines=1) == []
        run.forget()
        backward = _errors(run.cells(range(count - 1, -1, -1)), most_lines=1)
        assert backward and [error for error in backward if "NameError" not in error] == []
    told = "".join(text for id, each in first.items() if "doctor" not in id for _, text in _readable(each))
    assert re.findall(r"127\.0\.0\.1:\d+|\b\d\d:\d\d:\d\d\b|object at 0x", told) == []


def _sections(path: Path) -> list[list[int]]:
    """The places of the code cells under each heading but the title."""
    sections: list[list[int]] = [[]]
    for place, cell in enumerate(cells_of(path)):
        if cell.cell_type == "code":
            sections[-1].append(place)
        elif re.search(r"^## ", cell.source, re.MULTILINE):
            sections.append([])
    return [section for section in sections if section]


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS[4:], ids=lambda path: path.stem)
def test_a_later_lessons_section_runs_alike_behind_the_first_code_cell_alone(path: Path) -> None:
    """So who restarts the kernel need not run all that was above."""
    run = Run(path)
    sections = _sections(path)
    with run.client.setup_kernel(env={**os.environ, "PYTHONPATH": str(ROOT)}):
        whole = run.cells(range(len(run.notebook.cells)))
        for section in sections[1:]:
            run.forget()
            alone = run.cells(iter([sections[0][0], *section]))
            assert _errors(alone) == []
            places = {run.notebook.cells[place].id for place in section}
            assert {id: _readable(alone[id]) for id in places} == {id: _readable(whole[id]) for id in places}
