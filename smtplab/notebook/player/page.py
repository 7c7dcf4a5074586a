"""A scenario as it stands on a page where nothing is live: what is told, asked, sent and answered, in order."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from smtplab.course.scenario import Scenario
from smtplab.course.scenario_frame import later
from smtplab.course.scenario_steps import (
    Ask,
    Change,
    ClearFaults,
    Connect,
    Expect,
    HangUp,
    Note,
    Say,
    Send,
    SetFault,
    Step,
    Wait,
)
from smtplab.explain import misconception
from smtplab.explain.catalogue import text
from smtplab.notebook import html
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.transcript import Entry, Transcript

Row = tuple[str, str]
"""Who (C, S; empty for what just happens) and what."""


def heading(scenario: Scenario) -> str:
    """Title and minutes."""
    title = html.readable(scenario.title)
    if not scenario.minutes:
        return title
    return text("scenario.heading", title=title, minutes=scenario.minutes)


def page(scenario: Scenario, notes: bool) -> html.Markup:
    """The scenario as a fragment."""
    parts = (_part(name, steps) for name, steps in _grouped(scenario, notes))
    return html.join((html.element("h3", heading(scenario)), *parts))


def plain(scenario: Scenario, notes: bool) -> str:
    """The scenario as plain text."""
    lines = [heading(scenario)]
    for name, steps in _grouped(scenario, notes):
        lines.append("")
        for step in steps:
            if name == "lines":
                lines += [f"  {who + ': ' if who else ''}{said}" for who, said in _lines(step)]
            elif isinstance(step, Ask):
                options = (f"  {n}  {html.readable(each.text)}" for n, each in enumerate(step.options, 1))
                lines += [html.readable(step.text), *options]
            elif isinstance(step, Note):
                lines.append(text("scenario.note", note=html.readable(step.text.replace("\n", " "))))
            elif isinstance(step, Say):
                lines += map(html.readable, step.text.splitlines())
    return "\n".join(lines)


def _grouped(scenario: Scenario, notes: bool) -> Iterator[tuple[str, list[Step]]]:
    """Steps that belong together: words one by one, and what happens as one record."""
    steps = [step for step in _without_secrets(scenario.steps) if notes or not isinstance(step, Note)]
    for name, members in groupby(steps, lambda step: _WORDS.get(type(step), "lines")):
        found = list(members)
        if name == "lines":
            yield name, found
        else:
            yield from ((name, [step]) for step in found)


_WORDS = {Say: "say", Note: "note", Ask: "ask"}


def _without_secrets(steps: Sequence[Step]) -> Iterator[Step]:
    """What logs somebody in stands as asterisks; one record of all lines tells which it is."""
    said = [step for step in steps if isinstance(step, Send | Expect) and (not isinstance(step, Expect) or step.octets)]
    record = Transcript(tuple(Entry("C" if isinstance(s, Send) else "S", s.octets) for s in said))
    hidden = iter(hide_secrets(record).entries)
    for step in steps:
        if isinstance(step, Send):
            yield Send(step.line, next(hidden).octets)
        elif isinstance(step, Expect) and step.octets:
            yield Expect(step.line, next(hidden).octets)
        else:
            yield step


def _part(name: str, steps: list[Step]) -> html.Markup:
    first = steps[0]
    if isinstance(first, Ask):
        return _question(first)
    if isinstance(first, Note):
        return html.element("p", text("scenario.note", note=first.text.replace("\n", " ")), class_="soft")
    if isinstance(first, Say):
        return html.join(html.element("p", paragraph) for paragraph in first.text.splitlines())
    rows = (row for step in steps for row in _lines(step))
    return html.element("ol", *(_row(who, said) for who, said in rows), class_="transcript")


def _row(who: str, said: str) -> html.Markup:
    if not who:
        return html.element("li", html.element("span", said, class_="event soft"))
    side = text("html.client" if who == "C" else "html.server")
    line = html.element("div", html.element("bdi", said), class_="line")
    return html.element("li", html.element("span"), html.element("span", side, class_="who"),
                        html.element("div", line, class_="wire"))


def _question(asked: Ask) -> html.Markup:
    """The options; what is right is folded, so that a reader can think first."""
    options = html.element("ol", *(html.element("li", option.text) for option in asked.options))
    answers = (html.element("p", html.element("b", option.text), " ", option.reason) for option in asked.right)
    return html.join((html.element("p", html.element("b", asked.text)), options,
                      html.folded(text("player.answer"), *answers)))


def _lines(step: Step) -> Iterator[Row]:
    """What is seen of a deed."""
    if isinstance(step, Send | Expect) and not (isinstance(step, Expect) and step.event):
        who = "C" if isinstance(step, Send) else "S"
        for line in step.octets.removesuffix(b"\r\n").split(b"\r\n"):
            yield who, html.readable(line)
        return
    said = _event(step)
    if said:
        yield "", said


def _event(step: Step) -> str:
    if isinstance(step, Expect):
        return text(f"html.{step.event.replace(' ', '-')}")
    if isinstance(step, Wait):
        return later(step.seconds)
    if isinstance(step, SetFault):
        return text("player.set-fault", fault=html.readable(step.fault))
    if isinstance(step, Change):
        return text("player.change", options=", ".join(f"{name}={value}" for name, value in step.options))
    keys: dict[type, str] = {Connect: "connect", HangUp: "hang-up", ClearFaults: "clear"}
    return text(f"player.{keys[type(step)]}") if type(step) in keys else ""


def shelf(scenarios: Sequence[Scenario]) -> html.Markup:
    """The scenarios that come with smtplab, and how to open one."""
    rows = [
        {text("player.name"): s.name, text("player.title"): s.title, text("player.minutes"): s.minutes or "",
         text("player.cures"): " ".join(beliefs(s))}
        for s in scenarios
    ]
    how = html.element("p", text("player.how-open"), class_="soft")
    return html.join((html.table(rows, text("player.shelf")), how))


def shelf_text(scenarios: Sequence[Scenario]) -> str:
    """The same as plain text."""
    names = (f"  {s.name:28} {heading(s)}" for s in scenarios)
    return "\n".join([text("player.shelf"), *names, "", text("player.how-open")])


def beliefs(scenario: Scenario) -> list[str]:
    """What the misconceptions that a scenario is against believe."""
    return [misconception(id).belief for id in scenario.cures]
