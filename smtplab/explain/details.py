"""The folded part of an explanation: what stands in the tables about this reply, and what it was on the wire.

Facts come from `protocol`; only labels and joining words are the catalogue's. The source page is this course's own
page about reply codes: what it says stands beside what the RFCs say, where the two differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from smtplab.explain.catalogue import has, text
from smtplab.explain.ehlo_answer import explain_ehlo
from smtplab.explain.names import short
from smtplab.explain.situation import Situation, keyword_of
from smtplab.protocol.enhanced_codes import read_enhanced_code
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import Listing, Standing, listed
from smtplab.protocol.wire import Reply, decode, encode, show

OCTETS_SHOWN = 240
EXTENSIONS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of the folded part: a label and a text that may hold foreign words."""

    label: str
    text: str


def details_of(situation: Situation) -> tuple[Detail, ...]:
    """All that can be said in this situation, in reading order."""
    parts = (_forced, _code, _enhanced, _standing, _rule, _page, _reply_lines)
    return tuple(Detail(text(f"detail.{label}", **names), words) for part in parts
                 for label, words, names in part(situation))


_Found = Iterator[tuple[str, str, dict[str, object]]]


def _forced(situation: Situation) -> _Found:
    """That somebody made it happen, and by which fault."""
    if situation.forced:
        key = "forced-reply" if situation.is_reply_forced else "forced-way" if situation.reply else "forced-silence"
        yield "forced", text(f"detail.{key}", fault=show(encode(situation.forced))), {}


def _code(situation: Situation) -> _Found:
    code, known = situation.code, REPLY_CODES.get(situation.code)
    if known is None:
        if code:
            yield "code", text("detail.code-unknown", code=code), {}
        return
    if not known.verified:
        yield "code", text("detail.code-unverified", code=code), {}
        return
    yield "code", text("detail.code-known", name=known.name, meaning=known.meaning), {}
    yield "defined", "; ".join(known.defined_in), {}
    if known.note:
        yield "note", known.note, {}


def _enhanced(situation: Situation) -> _Found:
    for code in situation.enhanced_codes:
        reading = read_enhanced_code(code)
        parts = [(str(reading.code.class_), reading.class_.name)]
        parts.append((str(reading.code.subject), reading.subject.name if reading.subject else text("detail.no-rfc")))
        parts.append((str(reading.code.detail), reading.detail.name if reading.detail else text("detail.no-rfc")))
        words = "; ".join(text("detail.enhanced-part", part=part, meaning=meaning) for part, meaning in parts)
        if reading.detail is not None:
            words += f". {reading.detail.meaning}"
        if reading.code.class_ != situation.code // 100:
            words += " " + text("detail.enhanced-clash", digit=situation.code // 100)
        yield "enhanced", f"{code} = {words}", {}


def _standing(situation: Situation) -> _Found:
    """Whether the edition lists this reply for this command; a yes is about the list, not about success."""
    event, asked = situation.event, situation.machine.edition
    if event and 200 <= situation.code < 600:
        editions = sorted(EDITIONS, key=lambda edition: edition != asked)
        found = {edition: listed(edition, event, situation.code) for edition in editions}
        words = [_standing_in(edition, listing) for edition, listing in found.items()]
        is_nowhere = all(listing.standing is Standing.NOT_LISTED for listing in found.values())
        if is_nowhere and (keywords := keyword_of(event)):
            words = [text("detail.listed-extension", verb=short(event), rfc=OFFERED[keywords[0]].rfc)]
        yield "listed", " ".join(words), {"verb": short(event)}


def _standing_in(edition: int, found: Listing) -> str:
    key = {
        Standing.LISTED: "listed-twice" if len(found.entries) > 1 else "listed-yes",
        Standing.GENERAL: "listed-general",
        Standing.ELSEWHERE: "listed-elsewhere",
        Standing.NOT_LISTED: "listed-no",
    }[found.standing]
    return text(f"detail.{key}", edition=edition, section=found.section, count=len(found.entries))


def _rule(situation: Situation) -> _Found:
    """The table's row: the step, its strength and its sections."""
    row, before, after = situation.row, situation.before, situation.after
    if row is None:
        return
    if before is not None and after is not None:
        key = "step-stays" if before.state is after.state else "step-moves"
        kind = text(f"kind.{row.kind}")
        yield "step", text(f"detail.{key}", before=before.state, after=after.state, kind=kind), {}
    guard = situation.guard
    if guard is not None and guard.code == situation.code:
        yield "rule", text("detail.rule-guard", strength=guard.strength, section=guard.section), {}
        return
    sections = dict(row.sections)
    edition = situation.machine.edition if situation.machine.edition in sections else max(sections)
    key = "rule-strength" if row.strength else "rule-describes"
    if keyword_of(situation.event) and sections[edition].startswith("RFC"):  # an extension's RFC is the same in both
        key = "rule-guard" if row.strength else "rule-section"
    yield "rule", text(f"detail.{key}", strength=row.strength, edition=edition, section=sections[edition]), {}


def _page(situation: Situation) -> _Found:
    if has(f"page.{situation.code}"):
        yield "page", text(f"page.{situation.code}"), {}
    if has(f"rfc.{situation.code}"):
        yield "rfc", text(f"rfc.{situation.code}"), {}


def _reply_lines(situation: Situation) -> _Found:
    """How many lines and octets; which lines of an EHLO answer are extensions."""
    reply = situation.reply
    if reply is None or not reply.octets:
        return
    key = "lines-one" if len(reply.lines) == 1 else "lines-many"
    yield "lines", text(f"detail.{key}", count=len(reply.lines), octets=len(reply.octets)), {}
    if _codes_disagree(reply):
        yield "lines", text("detail.lines-disagree"), {}
    if situation.event == "EHLO" and reply.is_positive:
        names = ", ".join(short(line, 60) for line in reply.lines[1 : EXTENSIONS_SHOWN + 1])
        yield "extensions", text("detail.extensions-lines" if names else "detail.extensions-none", names=names), {}
        for line in explain_ehlo(reply)[1 : EXTENSIONS_SHOWN + 1]:
            yield "extension", str(line), {"line": short(line.line) or text("detail.empty-line")}
    shown = show(reply.octets[:OCTETS_SHOWN])
    yield "octets", shown + ("…" if len(reply.octets) > OCTETS_SHOWN else ""), {}


def _codes_disagree(reply: Reply) -> bool:
    return len({line[:3] for line in decode(reply.octets).split("\r\n") if line}) > 1
