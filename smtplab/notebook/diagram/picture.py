"""Pictures laid out at run time, for graphs that were not laid out when smtplab was built, and for PNG.

The program ``dot`` is used when it is there, else pygraphviz, whose wheels bring Graphviz; without either the caller
shows the baked SVG or a table in text.
"""

import shutil
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from typing import Literal

from smtplab.explain.catalogue import text

TIMEOUT_S = 20.0


@lru_cache(maxsize=32)
def lay_out(source: str, form: Literal["svg", "png"]) -> bytes:
    """Draw a graph.

    Parameters
    ----------
    source : str
        In Graphviz's language.
    form : {"svg", "png"}

    Raises
    ------
    RuntimeError
        When no Graphviz is there, or when it cannot draw the graph; one line of advice.
    """
    if dot := shutil.which("dot"):
        resolution = ["-Gdpi=144"] if form == "png" else []
        done = subprocess.run([dot, f"-T{form}", *resolution], input=source.encode(), capture_output=True,
                              check=False, timeout=TIMEOUT_S)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout
    if find_spec("pygraphviz") is None:
        raise RuntimeError(text("diagram.error-png"))
    import pygraphviz  # slow to load, and only one in many needs it

    drawn: bytes = pygraphviz.AGraph(string=source).draw(format=form, prog="dot")
    return drawn
