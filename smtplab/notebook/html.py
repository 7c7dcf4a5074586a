"""HTML, and the only module that makes it.

Every octet from the wire, every header, every file name is foreign: it enters a page through `escape`, and there is no
other way in. Children of `element` that are not `Markup` are escaped, so forgetting is harmless. Colours and shapes
stand in ``static/smtplab.css``; here is only structure, in elements that say what they are. How each value of smtplab
looks is in `views`.
"""

import html as _html
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from smtplab.protocol.wire import decode, encode, show

MARKS = {2: "✓", 3: "…", 4: "↻", 5: "✗"}
"""One mark a reply, by its first digit; the code stands beside it, so the mark carries nothing alone."""

_VOID = frozenset({"br", "hr", "img", "meta", "wbr"})


class Markup(str):
    """Text that is HTML already, because this module made it."""

    __slots__ = ()


def readable(foreign: str | bytes) -> str:
    r"""Text that is safe to look at: as it is when all of it is printable, else spelled out by `wire.show`.

    >>> readable("rcpt to:<bob@lab.example>"), readable("admin\u202egpj")
    ('rcpt to:<bob@lab.example>', 'admin\\xe2\\x80\\xaegpj')
    """
    characters = decode(foreign) if isinstance(foreign, bytes) else foreign
    if characters.isprintable():
        return characters
    try:
        return show(encode(characters))
    except ValueError:  # a lone surrogate that stands for no octet
        return show(characters.encode("utf-8", "backslashreplace"))


def escape(foreign: object) -> Markup:
    """The one door for foreign text: made readable, then escaped for content and for attributes.

    >>> escape(b'<img src="x">')
    '&lt;img src=&quot;x&quot;&gt;'
    """
    if isinstance(foreign, Markup):
        return foreign
    said = readable(foreign if isinstance(foreign, bytes) else str(foreign))
    return Markup(_html.escape(said, quote=True))


def element(name: str, *children: object, **attributes: object) -> Markup:
    """An element. Children are escaped unless they are `Markup`; None is left out.

    Parameters
    ----------
    name : str
    *children : Markup, str, bytes, int or None
    **attributes
        A final underscore is dropped and others become hyphens (``class_``, ``aria_label``); None and False leave
        the attribute out, True writes it without a value.

    >>> element("code", "<a>", class_="wire")
    '<code class="wire">&lt;a&gt;</code>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def join(parts: Iterable[object]) -> Markup:
    """Parts in a row, escaped unless they are `Markup`."""
    return Markup("".join(escape(part) for part in parts if part is not None))


@lru_cache
def static(name: str) -> str:
    """The text of a file in ``static/``."""
    return (files("smtplab.notebook") / "static" / name).read_text(encoding="utf-8")


def styled(*fragments: object) -> Markup:
    """A fragment that can stand alone as a cell's output: with its style sheet, in its container."""
    style = Markup(f"<style>{static('smtplab.css')}</style>")
    return element("div", style, *fragments, class_="smtplab")


def table(rows: Sequence[Mapping[str, object]], caption: str) -> Markup:
    """A table with a caption and column headers; the first cell of a row heads it."""
    names = list(rows[0]) if rows else []
    head = element("tr", *(element("th", name.replace("_", " "), scope="col") for name in names))
    body = (
        element("tr", *(
            element("th" if column == 0 else "td", row[name], scope="row" if column == 0 else None)
            for column, name in enumerate(names)
        ))
        for row in rows
    )
    return element("table", element("caption", caption), element("thead", head), element("tbody", *body))


def definitions(pairs: Iterable[tuple[object, object]]) -> Markup:
    """A list of terms, each with what it means."""
    return element("dl", *(part for term, said in pairs for part in (element("dt", term), element("dd", said))))


def folded(summary: object, *content: object) -> Markup:
    """What unfolds by choice."""
    return element("details", element("summary", summary), *content)


def code(number: int) -> Markup:
    """A reply code, coloured by its first digit."""
    return element("b", f"{number:03d}" if number else "???", class_=f"code code-{number // 100}")
