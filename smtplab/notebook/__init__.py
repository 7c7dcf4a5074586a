"""What people see: HTML, SVG, DataFrames, widgets, magics. The only layer that imports Jupyter, pandas, graphviz.

Names are fetched when first used, so that a picture does not load the widgets, nor a widget pandas.
"""

from importlib import import_module
from typing import Any

_HOME_OF = {
    "CodeExplorer": "explorer",
    "Console": "console.console",
    "Player": "player.player",
    "ShowOfHands": "question.hands",
    "StateDiagram": "diagram.diagram",
    "card_html": "card",
    "edition_differences": "editions",
    "frame": "frames",
    "matrix": "frames",
    "save_card": "card",
    "show_of_hands": "question.hands",
    "state_diagram": "diagram.diagram",
}

__all__ = ["load_ipython_extension", "unload_ipython_extension", *sorted(_HOME_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"smtplab.notebook has no {name!r}.")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext smtplab`` does: the magics, and how smtplab's values look."""
    from smtplab.notebook.formatters import register
    from smtplab.notebook.magic import SmtpMagics

    register(shell)
    shell.register_magics(SmtpMagics)


def unload_ipython_extension(shell: Any) -> None:
    """Close the sessions of the magics."""
    magics = shell.magics_manager.registry.get("SmtpMagics")
    if magics is not None:
        magics.close()
