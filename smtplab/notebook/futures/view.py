"""How two futures look: the past folded, two columns, the first difference marked, both ways on one picture.

`data` is what crosses to the browser, plain and without HTML; `fragment` is the same as a page that needs no script.
Columns stand one above the other where there is no room for two.
"""

from smtplab.explain.catalogue import text
from smtplab.notebook import html
from smtplab.notebook.console.view import exchange_rows
from smtplab.notebook.diagram.marks import step_label
from smtplab.notebook.futures.futures import DIFFERS, Future, Futures
from smtplab.notebook.widget import Data

FIRST_STEPS, LAST_STEPS = 50, 10
"""The most steps of a column that are shown, from its beginning and from its end."""


def data(what: Futures, here: str = "") -> Data:
    """All that is drawn.

    Parameters
    ----------
    what : Futures
    here : {"", "A", "B"}
        The one that goes on in a console.
    """
    diagram = what.diagram
    past = [row for number, step in enumerate(what.past) for row in exchange_rows(f"{number}", step, step.sent)]
    folded = [text("futures.past-folded", count=len(what.past), last=step_label(what.past[-1]))] if what.past else []
    return {
        "title": what.title, "origin": what.origin, "folded": "".join(folded), "past": past[-2 * FIRST_STEPS :],
        "mark": DIFFERS, "difference": what.difference,
        "columns": [_column(future, what.first, here) for future in what.both],
        "picture": diagram.picture, "classes": diagram.classes, "labels": diagram.labels, "caption": diagram.caption,
        "in_words": diagram.text.splitlines(),
    }


def _column(future: Future, first: int | None, here: str) -> Data:
    found: list[Data] = []
    count = len(future.steps)
    for number, step in enumerate(future.steps):
        if count > FIRST_STEPS + LAST_STEPS and FIRST_STEPS <= number < count - LAST_STEPS:
            if number == FIRST_STEPS:
                found.append(_told("more", text("futures.more", count=count - FIRST_STEPS - LAST_STEPS)))
            continue
        rows = list(exchange_rows(f"{future.name}{number + 1}", step, step.sent))
        rows[0] |= {"step": f"{future.name}{number + 1}"}
        rows[0] |= {"differs": DIFFERS + " " + text("futures.differs")} if number == first else {}
        found += rows
    if first == count:
        found.append(_told("nothing", text("futures.nothing")) | {"differs": DIFFERS + " " + text("futures.differs")})
    title = text("futures.here" if future.name == here else "futures.future", name=future.name)
    return {"name": future.name, "title": title, "rows": found, "stands": future.stands, "messages": future.messages}


def _told(name: str, sentence: str) -> Data:
    return {"id": name, "kind": "event", "who": "", "mark": "", "digit": 0, "lines": [["", sentence]]}


def fragment(what: Futures) -> html.Markup:
    """The page's part, without style sheet."""
    drawn = data(what)
    past = html.folded(drawn["folded"], _rows(drawn["past"])) if drawn["past"] else None
    return html.element(
        "div",
        html.element("p", drawn["title"], class_="verdict"),
        html.element("p", drawn["origin"], class_="soft") if drawn["origin"] else None,
        past,
        html.element("p", html.element("b", DIFFERS, aria_hidden="true"), " ", drawn["difference"],
                     class_="difference"),
        html.element("div", *map(_column_fragment, drawn["columns"]), class_="columns"),
        html.element("div", what.diagram.figure(), class_="wide", tabindex="0", role="region",
                     aria_label=text("futures.diagram")),
        class_="futures",
    )


def _column_fragment(column: Data) -> html.Markup:
    return html.element(
        "div", html.element("p", column["title"], class_="name"), _rows(column["rows"]),
        html.element("p", column["stands"]), html.element("p", column["messages"]),
        class_=f"future future-{column['name'].lower()}", role="group", aria_label=column["title"],
    )


def _rows(rows: list[Data]) -> html.Markup:
    return html.element("ol", *map(_row, rows), class_="transcript")


def _row(row: Data) -> html.Markup:
    kind = f"{row['digit']}"
    lines = (
        html.element("div", html.element("bdi", html.element("b", code, class_=f"code code-{kind}") if code else None,
                                         said), class_="line")
        for code, said in row["lines"]
    )
    marked = html.element("span", row["differs"], class_="differs") if row.get("differs") else None
    return html.element(
        "li", html.element("span", row["mark"], class_=f"mark-{kind}", aria_hidden="true"),
        html.element("span", row["who"], class_="who"), html.element("div", marked, *lines, class_="wire"),
        class_=f"{row['kind']}{' first' if marked else ''}",
    )


def shown(what: Futures) -> html.Markup:
    """An output that can stand alone."""
    return html.styled(fragment(what))

