"""Pictures that are laid out when they are asked for, with Graphviz or without."""

import shutil
from pathlib import Path

import pytest

from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.diagram.picture import lay_out


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on this machine")
def test_png_is_laid_out_once_and_then_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_diagram().save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    monkeypatch.setenv("PATH", "")
    assert state_diagram().save(tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def test_pygraphviz_stands_in_for_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygraphviz")
    monkeypatch.setenv("PATH", "")
    lay_out.cache_clear()
    try:
        assert b"<svg" in lay_out(state_diagram().source, "svg")
    finally:
        lay_out.cache_clear()


def test_png_without_graphviz_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("smtplab.notebook.diagram.picture.find_spec", lambda name: None)
    lay_out.cache_clear()
    with pytest.raises(RuntimeError, match="pip install pygraphviz"):
        state_diagram().save(tmp_path / "a.png")


def test_a_graph_that_cannot_be_read_is_told() -> None:
    if shutil.which("dot") is None:
        pytest.skip("no dot on this machine")
    with pytest.raises(RuntimeError, match="syntax error"):
        lay_out("digraph {", "svg")
