"""The code card: codes, digits, section 4.3.2 and the state diagram on one A4 page, made from the facts.

`card_html` gives a page that needs no other file. `save_card` writes it, or prints it to PDF where a Chromium is found.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from smtplab.explain.catalogue import text
from smtplab.explain.standing import event_label
from smtplab.notebook import html
from smtplab.notebook.diagram.diagram import state_diagram
from smtplab.notebook.html import Markup, element
from smtplab.protocol.digits import DIGITS
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import entries, format_sequences

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMEOUT_S = 60.0


def card_html(edition: int = 2821) -> str:
    """The card as one HTML page, laid out for A4 landscape.

    Parameters
    ----------
    edition : {2821, 5321}

    Examples
    --------
    >>> card_html(5321).startswith("<!doctype html>")
    True
    """
    title = text("card.title", edition=edition)
    diagram = state_diagram(edition=edition, refusals=True)
    picture = element("figure", diagram.svg(), element("figcaption", diagram.caption),
                      class_="smtplab-diagram refusals")
    body = element(
        "main",
        element("h1", title),
        element("section", element("h2", text("card.codes")), _codes(edition), class_="codes"),
        element("section", element("h2", text("card.digits")), *_digits(edition), class_="meaning"),
        element("section", element("h2", text("card.sequences")), _sequences(edition), _general(),
                class_="sequences"),
        picture,
        class_="smtplab",
    )
    style = Markup(f"<style>{html.static('smtplab.css')}{html.static('card.css')}</style>")
    head = element("head", element("meta", charset="utf-8"), element("title", title), style)
    return Markup("<!doctype html>\n") + element("html", head, element("body", body), lang="en") + "\n"


def _codes(edition: int) -> Markup:
    """Each code of the edition, its name, and the commands for which the list or the general rule has it."""
    answers = {rule.code: {text("card.any"): None} for rule in GENERAL_REPLIES if rule.any_command}
    for entry in entries(edition):
        answers.setdefault(entry.code, {})[event_label(entry.label)] = None
    found = (c for c in REPLY_CODES.values() if (c.in_rfc5321 if edition == 5321 else c.in_rfc2821))
    rows = (
        element("tr", element("th", html.code(c.code), scope="row"), element("td", c.name),
                element("td", ", ".join(answers[c.code]), class_="soft"))
        for c in found
    )
    heads = (element("th", text(f"card.{name}"), scope="col") for name in ("code", "name", "answers"))
    return element("table", element("thead", element("tr", *heads)), element("tbody", *rows))


def _digits(edition: int) -> list[Markup]:
    """What the first and the second digit say, and that the third says nothing alone."""
    parts: list[Markup] = []
    for position, word in ((1, "first"), (2, "second")):
        values = (d.digit for d in DIGITS if d.position == position and (d.in_rfc5321 or edition == 2821))
        pairs = ((element("b", v, class_=f"code-{v}" if position == 1 else None), text(f"digit.{word}-{v}"))
                 for v in values if v.isdigit())
        parts += [element("h3", text(f"card.{word}")), html.definitions(pairs)]
    return [*parts, element("h3", text("card.third")), element("p", text("card.third-says")),
            element("h3", text("card.mistakes")), element("p", text("card.http"))]


def _sequences(edition: int) -> Markup:
    return element("pre", Markup("\n".join(map(html.escape, format_sequences(edition).splitlines()))))


def _general() -> Markup:
    """The rule that stands before the list, the same in both editions."""
    return element("p", text("card.general", codes=", ".join(str(r.code) for r in GENERAL_REPLIES if r.any_command)))


def save_card(path: str | Path, *, edition: int = 2821) -> Path:
    """Write the card as ``.html`` or ``.pdf``.

    Raises
    ------
    ValueError
        For any other ending.
    RuntimeError
        For PDF where no Chromium is found or it does not print; with the cure.
    """
    target = Path(path)
    if target.suffix == ".html":
        target.write_text(card_html(edition), encoding="utf-8")
    elif target.suffix == ".pdf":
        _print(card_html(edition), target)
    else:
        raise ValueError(text("card.error-ending", path=target.name))
    return target


def find_browser() -> str | None:
    """The program that prints the page; None when there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _print(page: str, target: Path) -> None:
    browser = find_browser()
    if browser is None:
        raise RuntimeError(text("card.error-no-browser"))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "card.html"
        source.write_text(page, encoding="utf-8")
        printed = Path(folder) / "card.pdf"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}"]
        subprocess.run([browser, *options, f"--print-to-pdf={printed}", source.as_uri()],
                       capture_output=True, check=False, timeout=TIMEOUT_S)
        if not printed.exists():
            raise RuntimeError(text("card.error-print", browser=browser))
        shutil.copyfile(printed, target)
