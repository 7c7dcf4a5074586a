"""The committed pictures are the table: its states and edges, and nothing else."""

import shutil
from xml.etree import ElementTree

import pytest

from smtplab.notebook import html
from smtplab.notebook.diagram import bake
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.edges import edges
from smtplab.protocol.machine import EDITIONS, Machine, State
from tests.notebook.diagram.drawings import SVG, TABLES, groups, label


@pytest.mark.parametrize("table", TABLES)
def test_the_picture_has_exactly_the_tables_states_and_edges(table: Machine) -> None:
    ids = set(groups(state_diagram(edition=table.edition, extensions=table.extensions)))
    assert {i for i in ids if i.startswith("state-")} == {f"state-{state}" for state in table.states}
    assert {i for i in ids if i.startswith("edge-")} == {edge.id for edge in edges(table)}
    assert ids - {e.id for e in edges(table)} - {f"state-{s}" for s in table.states} \
        == {f"refused-{s}" for s in table.states if s is not State.CLOSED}


@pytest.mark.parametrize("table", TABLES)
def test_labels_and_kinds_of_the_picture_are_the_edges(table: Machine) -> None:
    diagram = state_diagram(edition=table.edition, extensions=table.extensions)
    found = groups(diagram)
    for edge in edges(table):
        assert label(diagram, edge.id) == edge.label
        assert {"edge", edge.kind} <= found[edge.id]


@pytest.mark.parametrize("edition", EDITIONS)
def test_extensions_that_draw_nothing_keep_the_simple_picture(edition: int) -> None:
    base = state_diagram(edition=edition)
    assert base.picture == f"machine-{edition}"
    for chosen in ("SIZE", "BINARYMIME"):
        assert state_diagram(edition=edition, extensions=chosen).svg().partition("</desc>")[2] \
            == base.svg().partition("</desc>")[2]
    assert state_diagram(edition=edition, extensions="all").picture == f"machine-{edition}-extensions"


@pytest.mark.parametrize("table", TABLES)
def test_what_the_bigger_picture_holds_too_much_is_off(table: Machine) -> None:
    diagram = state_diagram(edition=table.edition, extensions=table.extensions)
    off = {name for name, how in diagram.classes.items() if how == "off"}
    baked = {g.attrib["id"] for g in ElementTree.fromstring(html.static(f"{diagram.picture}.svg")).iter(f"{SVG}g")}
    assert off == baked - set(groups(diagram))


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on this machine")
@pytest.mark.parametrize("edition", EDITIONS)
def test_baking_again_draws_the_same_picture(edition: int) -> None:
    def shape(svg: str) -> list[tuple[object, ...]]:
        root = ElementTree.fromstring(svg)
        return [(g.get("id"), g.get("class"), "".join(g.itertext())) for g in root.iter(f"{SVG}g")]

    assert shape(bake.draw(edition)) == shape(html.static(f"machine-{edition}.svg"))
    assert bake.draw_all(edition) == html.static(f"machine-{edition}-extensions.svg")
