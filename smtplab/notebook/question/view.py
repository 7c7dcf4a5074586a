"""How a question, a judgement and a count of hands look on a page where nothing is live."""

from collections.abc import Mapping

from smtplab.explain.catalogue import text
from smtplab.notebook.html import Markup, element, join, table
from smtplab.notebook.question.judgement import Answer, Judgement
from smtplab.notebook.question.question import Question
from smtplab.notebook.widget import Data


def asked(line: str, is_told: bool = False) -> Markup:
    """The line that it is about, before or after it was told what came."""
    return element("p", text("predict.was-asked" if is_told else "predict.asked"), " ", element("code", line))


def question(what: Question) -> Markup:
    """The line, and the parts with their options."""
    parts = (
        element("div", element("p", part.label), element("ul", *(
            element("li", element("code", option.value), " ", option.label) for option in part.options)))
        for part in what.parts
    )
    return join((asked(what.line), *parts))


def advice(how: str) -> Markup:
    """How to answer without buttons."""
    return element("p", how, class_="soft")


def judgement(what: Judgement) -> Markup:
    """What was asked, what you said, what the wire said, and why."""
    names = [text(f"predict.{name}") for name in ("asked-column", "you", "wire")]
    rows = [dict(zip(names, row, strict=True)) for row in what.marked]
    line = what.answer.question.line
    return join((asked(line, is_told=True), table(rows, line), wire(what.answer), because(what.because)))


def wire(what: Answer) -> Markup:
    """The reply as it came."""
    return element("pre", *(element("div", line) for line in what.wire.splitlines()))


def because(sentence: str) -> Markup:
    """Why the wire said so."""
    return element("p", element("b", text("predict.because")), " ", sentence)


def hands(parts: list[Data], names: Mapping[str, str]) -> Markup:
    """A table for each part: option, hands, and after the reveal what came and the cure."""
    return join(
        table([{said: option[key] for key, said in names.items()} for option in part["options"]],
              f"{part['label']} {part['verdict']}".rstrip())
        for part in parts
    )
