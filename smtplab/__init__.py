"""Learn SMTP by talking it.

>>> import smtplab
>>> smtplab.Clinet
Traceback (most recent call last):
    ...
AttributeError: smtplab has no 'Clinet'. Did you mean 'Client'?

The public names stand below, each with the module it comes from. They are fetched when first used, so
that ``import smtplab`` costs nothing; layers are described in their own ``__init__``. This file and
``__main__`` are read by whatever Python was typed: they keep to what Python 3.6 understands.
"""

import sys
from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_HOME_OF = {
    "Client": "smtplab.network",
    "CodeExplorer": "smtplab.notebook",
    "Console": "smtplab.notebook",
    "LoopbackServer": "smtplab.network",
    "Player": "smtplab.notebook",
    "Reply": "smtplab.protocol.wire",
    "Transcript": "smtplab.protocol.transcript",
    "World": "smtplab.lab",
    "check": "smtplab.course",
    "desk": "smtplab.notebook.desk",
    "doctor": "smtplab.setup.doctor",
    "edition_differences": "smtplab.notebook",
    "explain": "smtplab.explain",
    "explain_ehlo": "smtplab.explain",
    "frame": "smtplab.notebook",
    "futures": "smtplab.notebook.futures.futures",
    "load_ipython_extension": "smtplab.notebook",
    "logins": "smtplab.protocol.logins",
    "machine": "smtplab.protocol.machine",
    "memory_server": "smtplab.network",
    "missed": "smtplab.notebook.question.missed",
    "predict": "smtplab.notebook.question.predict",
    "show_of_hands": "smtplab.notebook",
    "state_diagram": "smtplab.notebook",
    "unload_ipython_extension": "smtplab.notebook",
    "write_pcap": "smtplab.network",
}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 - all are strings


class _Package(ModuleType):
    """This package: ``smtplab.explain`` stays the function when the import system sets the layer of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in _HOME_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
        setattr(sys.modules[__name__], name, value)  # asked for once
        return value
    if name.startswith("_"):  # the import system and inspectors ask for these
        raise AttributeError(name)
    from difflib import get_close_matches

    near = get_close_matches(name, __all__, n=1, cutoff=0.5)
    hint = "Did you mean %r?" % near[0] if near else "It has: " + ", ".join(sorted(_HOME_OF)) + "."
    raise AttributeError("smtplab has no %r. %s" % (name, hint))


def __dir__() -> "list[str]":
    return sorted(__all__)


def _show_in_notebooks() -> None:
    """Tell IPython, where one runs, how values look: by name, so that nothing else is loaded."""
    shell = sys.modules["IPython"].get_ipython()
    if shell is not None:
        import_module("smtplab.notebook.formatters").register(shell)


if hasattr(sys.modules.get("IPython"), "get_ipython"):
    _show_in_notebooks()
