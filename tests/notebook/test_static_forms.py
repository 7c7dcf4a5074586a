"""A notebook with widgets reads well where nothing is live: executed, exported, opened later."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

CELLS = {
    "from smtplab import *\nconsole = Console()\nconsole.send('EHLO student.example')\nconsole": "250 HELP",
    "console.send('RCPT TO:<bob@lab.example>')\ndisplay(console)": "Wrong moment.",
    "CodeExplorer(450)": "Mailbox unavailable for now",
    "predict('RCPT TO:<bob@lab.example>', console)": "Which sentence is right?",
    "show_of_hands('RCPT TO:<bob@lab.example>', console)": "no hands",
    "Player('greylisting')": "The client says the same again, word for word.",
}


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    """The cells, run by a kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    client: NotebookClient = NotebookClient(notebook, timeout=60, kernel_name="python3")
    done: nbformat.NotebookNode = client.execute()
    return done


def test_the_static_form_is_an_output_of_its_own_before_the_widget(executed: nbformat.NotebookNode) -> None:
    for cell, words in zip(executed.cells, CELLS.values(), strict=True):
        static, live = cell.outputs
        assert words in static["data"]["text/html"] and "Run this cell again" in static["data"]["text/html"]
        assert static["data"]["text/plain"] and "application/vnd.jupyter.widget-view+json" not in static["data"]
        assert "application/vnd.jupyter.widget-view+json" in live["data"]


def test_an_exported_page_holds_the_static_forms_in_order(executed: nbformat.NotebookNode) -> None:
    page, _ = HTMLExporter().from_notebook_node(executed)
    places = [page.index(words) for words in CELLS.values()]
    assert places == sorted(places)
    assert page.count('class="state lit"') == 2


def test_a_static_form_needs_no_script(executed: nbformat.NotebookNode) -> None:
    for cell in executed.cells:
        shown = cell.outputs[0]["data"]["text/html"]
        assert "<script" not in shown and " on" + "click" not in shown and "http://" not in shown.replace(
            "http://www.w3.org", "")
