"""The live half of a widget: an anywidget that carries data to the browser and messages back.

It is made only when something is shown, so the headless form of a widget never loads ipywidgets. It holds its owner
weakly: what nobody else holds is closed, although ipywidgets itself forgets no widget.
"""

import weakref
from functools import lru_cache
from typing import Any, Protocol

import anywidget
import traitlets

from smtplab.notebook.html import static

PARTS = {
    "console": (
        "console_forms.js", "console_faults.js", "question.js", "console_predict.js", "console_fork.js", "question.css",
    ),
    "hands": ("question.js", "question.css"),
    "player": ("question.js", "player_parts.js", "question.css"),
    "predict": ("question.js", "question.css"),
}
"""Scripts and style sheets that a widget's own ones build on."""

HELD = {"player": ("console",), "desk": ("console", "player", "hands")}
"""The widgets that a widget draws as its parts."""


class Owner(Protocol):
    """Whoever hears what the browser says."""

    def heard(self, message: object) -> None:
        """Take one message; it may be anything."""


class Live(anywidget.AnyWidget):
    """One live widget on a page.

    Attributes
    ----------
    fixed : dict
        Data that never changes: words, the picture, ids.
    view : dict
        Data that does.
    """

    # Any anywidget that the Jupyter server has will do: what is used here has been the same since its 0.9.
    _model_module_version = traitlets.Unicode("*").tag(sync=True)
    _view_module_version = traitlets.Unicode("*").tag(sync=True)
    fixed = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, owner: Owner, **data: Any) -> None:
        super().__init__(**data)
        held = weakref.ref(owner)

        def hear(_widget: object, message: object, _buffers: object) -> None:
            if (listener := held()) is not None:
                listener.heard(message)

        self.on_msg(hear)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@lru_cache
def live_class(name: str) -> type[Live]:
    """The class for ``static/name.js`` and ``name.css``, both put behind what all widgets share and what it holds.

    It is a class of its own, since anywidget keeps one style sheet a class. The script has a function named after it:
    ``console.js`` has ``drawConsole``.
    """
    export = f"\nexport default {{ render: draw{name.capitalize()} }};\n"
    script = _joined("shared.js", *_parts(name, ".js"), f"{name}.js") + export
    style = _joined("smtplab.css", "shared.css", *_parts(name, ".css"), f"{name}.css")
    return type(f"Live{name.capitalize()}", (Live,), {"_esm": script, "_css": style, "__module__": __name__})


def _parts(name: str, ending: str) -> tuple[str, ...]:
    held = (part for other in HELD.get(name, ()) for part in (*PARTS[other], f"{other}.js", f"{other}.css"))
    return tuple(dict.fromkeys(part for part in (*held, *PARTS.get(name, ())) if part.endswith(ending)))


def _joined(*names: str) -> str:
    return "".join(map(static, names))
