"""The source for Graphviz shows the edges of the picture, and what is marked on it."""

import os
import re
import subprocess
import sys

import pytest

from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.edges import edges
from smtplab.protocol.machine import Machine, machine
from tests.notebook.diagram.drawings import TABLES, WHAT_IS_REFUSED


@pytest.mark.parametrize("table", TABLES)
def test_the_source_has_the_same_edges(table: Machine) -> None:
    source = state_diagram(edition=table.edition, extensions=table.extensions, refusals=True).source
    found = re.findall(r'^  (\w+) -> (\w+) \[id="(edge-[^"]+)"', source, re.M)
    assert found == [(e.tail, e.head, e.id) for e in edges(table)]
    assert set(re.findall(r"^  (\w+) \[id=", source, re.M)) == set(map(str, table.states))


def test_without_refusals_the_source_holds_no_refusal_and_no_state_that_needs_one() -> None:
    source = state_diagram().source
    assert "REFUSED" not in source
    assert "violation" not in source
    assert set(re.findall(r"^  (\w+) \[id=", source, re.M)) == {*map(str, machine().states)} - {"REFUSED"}
    assert "CHUNK_REFUSED" not in state_diagram(extensions="all").source


def test_the_source_is_the_same_in_every_run() -> None:
    program = "from smtplab import state_diagram as d; print(d(refusals=True).source, d('READY').svg())"
    runs = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed},
                       capture_output=True, check=True).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1


def test_the_source_shows_a_refused_step_that_moves() -> None:
    steps = WHAT_IS_REFUSED.exchanges()
    assert "edge-CHUNKS-BDAT-BDAT-LAST-CHUNK_REFUSED" in state_diagram(steps[11]).source
    assert "edge-TLS_HANDSHAKE-TLS-FAILED-CLOSED" in state_diagram(steps[15]).source
    assert "TLS-FAILED" not in state_diagram(steps[2]).source


def test_the_digraph_is_graphviz_own_value_and_can_be_changed() -> None:
    import graphviz

    digraph = state_diagram().digraph
    assert isinstance(digraph, graphviz.Digraph)
    assert digraph.source.split() == state_diagram().source.split()
    digraph.edge("CLOSED", "CONNECTED")
    assert "CLOSED -> CONNECTED" in digraph.source
