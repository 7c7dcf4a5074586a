"""Imports run one way, the pure layers are pure, and ``import smtplab`` costs nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import smtplab

PACKAGE = Path(smtplab.__file__).parent
LAYERS = ("protocol", "explain", "lab", "network", "course", "notebook")
BESIDE = ("setup", "terminal")  # needs none of the layers, and may be asked by any
TOP = ("cli", "__main__", "__init__")
PURE = ("protocol", "explain", "lab")
IMPURE = {"socket", "threading", "asyncio", "time", "ssl", "html", "select", "selectors", "subprocess"}
FOR_NOTEBOOKS = {"IPython", "ipywidgets", "anywidget", "traitlets", "pandas", "graphviz", "pygraphviz", "jupyterlab"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def _place(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, inside functions too."""
    package = ("smtplab", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*origin, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", [p for p in MODULES if _place(p) in LAYERS], ids=_name)
def test_a_layer_imports_only_layers_to_its_left(path: Path) -> None:
    allowed = {*LAYERS[: LAYERS.index(_place(path)) + 1], *BESIDE}
    inside = {name.split(".")[1] for name in _imports(path) if name.startswith("smtplab.")}
    assert inside - {"__version__"} <= allowed


@pytest.mark.parametrize("path", [p for p in MODULES if _place(p) in PURE], ids=_name)
def test_a_pure_layer_needs_the_standard_library_only_and_no_socket_thread_or_clock(path: Path) -> None:
    roots = {name.split(".")[0] for name in _imports(path)}
    assert not roots & IMPURE
    assert roots <= {*sys.stdlib_module_names, "smtplab"}


@pytest.mark.parametrize("path", [p for p in MODULES if _place(p) in BESIDE], ids=_name)
def test_what_stands_beside_the_layers_stands_on_the_standard_library_alone(path: Path) -> None:
    names = set(_imports(path))
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "smtplab"}
    assert {name.split(".")[1] for name in names if name.startswith("smtplab.")} <= {"setup", "__main__", "__version__"}


@pytest.mark.parametrize("path", [p for p in MODULES if _place(p) != "notebook"], ids=_name)
def test_only_the_notebook_layer_imports_jupyter_pandas_and_graphviz(path: Path) -> None:
    assert not {name.split(".")[0] for name in _imports(path)} & FOR_NOTEBOOKS


def test_every_module_belongs_to_a_layer() -> None:
    assert {_place(path) for path in MODULES} <= {*LAYERS, *BESIDE, *TOP}


def test_importing_smtplab_loads_nothing_of_jupyter_and_no_layer() -> None:
    loaded = _loaded_after("import smtplab")
    assert not {name.split(".")[0] for name in loaded} & FOR_NOTEBOOKS
    assert [name for name in loaded if name.startswith("smtplab.")] == []


def test_the_layers_without_notebook_load_nothing_of_jupyter() -> None:
    loaded = _loaded_after("from smtplab import LoopbackServer, Client, explain, machine, Transcript, check, doctor")
    assert not {name.split(".")[0] for name in loaded} & FOR_NOTEBOOKS


def test_the_notebook_layer_leaves_pandas_for_when_a_table_is_asked_for() -> None:
    assert "pandas" not in _loaded_after("from smtplab import Console, state_diagram, frame")


@pytest.mark.parametrize("name", [name for name in smtplab.__all__ if not name.startswith("_")])
def test_a_public_name_is_what_it_says(name: str) -> None:
    assert callable(getattr(smtplab, name))
    assert name in dir(smtplab)


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'LoopbackServer'"):
        _ = smtplab.LoopbackSever
    with pytest.raises(AttributeError, match="It has: Client, "):
        _ = smtplab.zzz


def _loaded_after(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
