"""How smtplab's values look on a page: records, steps, explanations, sessions, messages, tables of replies.

Only structure is here, made by `html` alone, which escapes whatever is foreign. Secrets are hidden unless asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from smtplab.explain import EhloAnswer, Explanation, explain
from smtplab.explain.catalogue import has, text
from smtplab.notebook.html import MARKS, Markup, code, definitions, element, escape, folded, join, readable, table
from smtplab.protocol.dialogue import Dialogue, Exchange
from smtplab.protocol.secrecy import hide_secrets, hide_step
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.protocol.wire import CRLF, Reply, encode, show

if TYPE_CHECKING:
    from smtplab.lab.message import Message
    from smtplab.network.outcome import NoReply
    from smtplab.network.server_faults import ServerFaults
    from smtplab.notebook.editions import Cell, EditionDifferences
    from smtplab.notebook.question.missed import Missed
    from smtplab.protocol.logins import Logins
    from smtplab.setup.doctor import DoctorReport

def reply_lines(reply: Reply) -> Markup:
    """The lines of a reply as they came, code and separator first; mark up only the code."""
    received = reply.octets.removesuffix(CRLF).split(CRLF) if reply.octets else encode(str(reply)).split(b"\n")
    return join(_reply_line(line) for line in received)


def _reply_line(line: bytes) -> Markup:
    has_code = line[:3].isdigit()
    separator, said = (line[3:4], line[4:]) if has_code else (b"", line)
    first = code(int(line[:3])) if has_code else None
    return element("div", element("bdi", first, separator, said), class_="line")


def explanation(what: Explanation) -> Markup:
    """Verdict; Here, Now, Careful; the two digits that mean something; the third and the rest folded below."""
    kind = what.code // 100
    verdict = element("p", code(what.code) if what.code else None, " ", what.verdict, class_="verdict")
    digits = (element("li", element("b", d.digit, class_=f"code-{kind}"), d.meaning) for d in what.digits[:2])
    third = ((text("explorer.third"), f"{d.digit}: {d.meaning}") for d in what.digits[2:])
    rest = (*third, *((d.label, d.text) for d in what.details))
    name = text("html.explanation", code=what.code) if what.code else text("html.no-code")
    return element(
        "div",
        verdict,
        definitions((label, said) for label, said in what.lines if said),
        element("ul", *digits, class_="digits") if what.digits else None,
        folded(text("html.details"), definitions(rest)) if rest else None,
        class_="explanation", role="group", aria_label=name,
    )


def reply(what: Reply) -> Markup:
    """A reply as it came, and what it means in its session."""
    step = hide_step(what.exchange) if what.exchange is not None else None
    meaning = explanation(explain(replace(what, exchange=step)))
    return join((element("div", reply_lines(what), class_="wire"), meaning))


def exchange(what: Exchange) -> Markup:
    """One step: what was sent, what answered, where the session stands, and what it means."""
    what = hide_step(what)
    states = text("html.before-after", before=what.before.state, after=what.after.state)
    lines = [_line("C", line) for line in _lines(what.sent)]
    answer = [_line("S", reply_lines(what.reply), what.reply)] if what.reply else [_event(text("html.lost"))]
    steps = element("ol", *lines, *answer, class_="transcript")
    return join((steps, element("p", states, class_="soft"), explanation(explain(what))))


def transcript(
    what: Transcript, *, edition: int = 2821, explained: bool = False, octets: bool = False, since: int = 0,
    reveal: bool = False,
) -> Markup:
    """What went over a connection, in its order: who, what; a mark and the code in bold for each reply.

    Parameters
    ----------
    what : Transcript
    edition : {2821, 5321}
    explained : bool
        Put the explanation below each reply, folded behind its verdict.
    octets : bool
        Unfold the record of octets and times at the end.
    since : int
        Leave out this many entries of the beginning; what they did is still known.
    reveal : bool
        Show what logs somebody in; else asterisks stand for it.
    """
    what = what if reveal else hide_secrets(what)
    items = list(_transcript_lines(what, edition, explained, since))
    if what.truncated:
        items.append(_event(text("html.truncated")))
    record = (element("div", element("bdi", _octets(entry))) for entry in what.entries[since:])
    sums = {side: sum(f'class="{side}"' in item for item in items) for side in ("client", "server")}
    return join((
        element("ol", *items, class_="transcript", aria_label=text("html.transcript", **sums)),
        element("details", element("summary", text("html.octets")), element("pre", *record, class_="octets"),
                open=octets),
    ))


def _transcript_lines(what: Transcript, edition: int, explained: bool, since: int) -> Iterator[Markup]:
    dialogue = Dialogue(edition)
    unfinished: Markup | None = None
    for entry in Transcript(what.entries[:since]).said():
        dialogue.take(entry.direction, entry.octets, entry.event)
    for entry in replace(what, entries=what.entries[since:]).merged():
        steps = dialogue.take(entry.direction, entry.octets, entry.event, entry.forced)
        if entry.direction == "C":
            yield from (_line("C", line) for line in _lines(entry.octets))
        elif entry.direction == "S":
            came_together = len(steps) > 1 or not dialogue.is_quiet
            for step in steps:
                meaning = _explained(step, edition) if explained else None
                answered = _answered(step) if came_together else None
                forced = _forced(entry) if step is steps[-1] and not dialogue.partial_reply else None
                said = reply_lines(step.reply) if step.reply else ""
                yield _line("S", join((said, answered, forced)), step.reply, meaning)
            if entry.meant and not entry.octets:
                yield _line("S", join((_kept_back(entry.meant), _forced(replace(entry, meant=None)))))
            unfinished = _forced(entry)
        else:
            yield _event(_told_event(entry))
    if dialogue.partial_reply:
        rest = join((readable(dialogue.partial_reply), " ", element("i", text("html.unfinished")), unfinished))
        yield _line("S", rest)


def _forced(entry: Entry) -> Markup | None:
    """That a fault forced it, and what the server had decided where that is something else."""
    if not entry.forced:
        return None
    words = [text("html.forced", fault=entry.forced)]
    if entry.meant is not None:
        words.append(text("html.decided", reply=" / ".join(readable(line) for line in _lines(entry.meant))))
    return element("div", readable("; ".join(words)), class_="soft")


def _kept_back(meant: bytes) -> Markup:
    """A reply that never went out: it must not look like one that was read."""
    lines = (element("div", element("bdi", readable(line)), class_="line") for line in _lines(meant))
    return join((element("i", text("html.kept-back")), *lines))


def _answered(step: Exchange) -> Markup:
    """For one reply of several: which command it belongs to, since replies are counted off in order (RFC 2920)."""
    sent = readable(step.sent.partition(CRLF)[0])
    return element("div", text("html.answers", line=sent or step.event), class_="soft")


def _line(side: str, said: object, answer: Reply | None = None, more: Markup | None = None) -> Markup:
    mark = MARKS.get(answer.code // 100, "?") if answer else ""
    who, css = (text("html.client"), "client") if side == "C" else (text("html.server"), "server")
    content = said if isinstance(said, Markup) else element("div", element("bdi", said), class_="line")
    return element(
        "li",
        element("span", mark, class_=f"mark-{answer.code // 100}" if answer else None, aria_hidden="true"),
        element("span", who, class_="who"), element("div", content, class_="wire"), more, class_=css,
    )


def _lines(octets: bytes) -> list[bytes]:
    """Lines as a person reads them, without CRLF; a last one without it keeps what it has."""
    lines = octets.split(CRLF)
    return lines[:-1] + ([lines[-1]] if lines[-1] else [])


def _octets(entry: Entry) -> str:
    """One segment: when, which way, and every octet."""
    said = f"{entry.direction}| {show(entry.octets)}" if entry.octets else f"-- {entry.event}"
    layer = f" {text(f'html.layer-{entry.layer}')}" if entry.layer else ""
    return f"{entry.time_s:9.3f} s {layer} {said}"


def _event(said: str) -> Markup:
    return element("li", element("span", said, class_="event soft"))


def _told_event(entry: Entry) -> str:
    key = f"html.{entry.event.replace(' ', '-')}"
    return text(key) if has(key) else text("html.passing", seconds=entry.event)


def _explained(step: Exchange, edition: int) -> Markup:
    meaning = explain(step, edition=edition)
    return element("details", element("summary", meaning.verdict, " ", meaning.here), explanation(meaning))


def session(what: Session) -> Markup:
    """State and facts of a session."""
    none, transaction = text("html.session-none"), what.transaction
    recipients = ", ".join(map(str, transaction.forward_paths)) if transaction else ""
    return definitions((
        (text("html.session-state"), what.state),
        (text("html.session-name"), what.client_name or none),
        (text("html.session-sender"), transaction.reverse_path if transaction else none),
        (text("html.session-recipients"), recipients or none),
        *((text("html.session-tls"), text("html.session-tls-up")) for _ in range(what.tls)),
        *((text("html.session-identity"), who or "?") for who in [what.identity] if who is not None),
    ))


def ehlo_answer(what: EhloAnswer) -> Markup:
    """Each line of an answer to EHLO: what it offers, and what the client may now say."""
    rows = [{"line": readable(line.line), "offers": readable(f"{line.offers} {line.note}".rstrip()),
             "for example": readable("; ".join(line.may_say))} for line in what]
    return table(rows, text("html.ehlo-answer"))


def logins(what: "Logins") -> Markup:
    """The lines of the logins in a record, decoded."""
    return table([{k: str(v) for k, v in row.items()} for row in what.to_rows()], text("html.logins"))


def no_reply(what: "NoReply") -> Markup:
    """That no reply came, why, and what to do."""
    return explanation(explain(what))


def message(what: "Message") -> Markup:
    """A message that was taken: envelope beside header, then the mail data as it will be read."""
    part = text("html.message-part")
    none = text("html.session-none")
    rows = [
        {part: row[""], "envelope": row["envelope"], "header": none if row["header"] == "" else row["header"] or ""}
        for row in what.to_rows()
    ]
    lines = join(join((escape(line), Markup("\n"))) for line in _lines(what.mail_data))
    return join((table(rows, text("html.message")), element("pre", lines)))


def faults(what: "ServerFaults") -> Markup:
    """The faults that are set, in words, and how often each has happened."""
    if not len(what):
        return element("p", text("faults.none"))
    rows = [{name: readable(str(value)) for name, value in row.items()} for row in what.to_rows()]
    return table(rows, text("faults.table"))


def doctor_report(what: "DoctorReport") -> Markup:
    """What the doctor found, and the command that cures each trouble."""
    items = (
        element("li", element("b", f"{MARKS[kind]} {found.subject}", class_=f"code-{kind}"), " ", found.sentence,
                element("pre", found.cure) if found.cure else None)
        for found in what.findings for kind in [2 if found.is_well else 5]
    )
    return element("ul", *items, class_="findings")


def missed(what: "Missed") -> Markup:
    """What was missed, by misconception, and that it stays here."""
    names = ("by", "misconception", "belief", "asked", "chosen", "cure")
    heads = {name: text(f"missed.column-{name}") for name in names}
    rows = [
        {said: row[name] for name, said in heads.items()} | {heads["by"]: text(f"missed.by-{row['by']}")}
        for row in what.to_rows()
    ]
    shown = table(rows, what.caption) if rows else element("p", what.caption)
    return join((shown, element("p", what.privacy, class_="soft")))


def matrix(rows: Sequence[Mapping[str, str]], caption: str) -> Markup:
    """Commands by codes; a cell is S, I or E, and coloured by its code."""
    first, *codes = rows[0]
    head = element("tr", element("th", first, scope="col"), *(element("th", code(int(c)), scope="col") for c in codes))
    body = (
        element("tr", element("th", row[first], scope="row"),
                *(element("td", row[c], class_=f"code-{c[0]}" if row[c] else None) for c in codes))
        for row in rows
    )
    parts = element("caption", caption), element("thead", head), element("tbody", *body)
    shown = element("table", *parts, class_="matrix")
    return element("div", shown, class_="wide", tabindex="0", role="region", aria_label=caption)


def edition_differences(what: "EditionDifferences") -> Markup:
    """Commands by codes of two editions; each change in a shape of its own, with its mark, and in words for the ear."""
    changed = {code for _, row in what.cells for code, cell in zip(what.codes, row, strict=True) if cell.change}
    edges = tuple("edge" if now // 100 != before // 100 else "" for before, now in pairwise((0, *what.codes)))
    heads = (
        element("th", number, scope="col", class_=f"{edge} changed" if number in changed else edge)
        for edge, number in zip(edges, what.codes, strict=True)
    )
    body = (
        element("tr", element("th", label, scope="row"), *map(_edition_cell, row, edges),
                class_="changed" if any(cell.change for cell in row) else None)
        for label, row in what.cells
    )
    title = text("editions.title")
    shown = element(
        "table", element("caption", title), element("thead", element("tr", element("th", text("editions.command"),
        scope="col"), *heads)), element("tbody", *body), class_="editions",
    )
    legend = (element("li", element("b", mark, class_=f"change {key}"), said) for key, mark, said in what.legend)
    return join((
        element("div", shown, class_="wide", tabindex="0", role="region", aria_label=title),
        element("ul", *legend, class_="legend"), element("p", what.caption),
    ))


def _edition_cell(cell: "Cell", edge: str) -> Markup:
    if not cell.change:
        return element("td", cell.outcome, class_=edge)
    mark = element("small", cell.mark, aria_hidden="true")
    words = element("span", f" {cell.says}", class_="visually-hidden")
    return element("td", element("b", cell.outcome, mark, class_=f"change {cell.key}"), words, class_=edge)
