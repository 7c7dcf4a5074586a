"""Whatever comes from the wire is shown and never obeyed; what is shown has structure and contrast."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.explain import explain
from smtplab.network.outcome import no_reply
from smtplab.notebook import html, views
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.protocol.wire import Reply
from smtplab.setup.doctor import DoctorReport, Finding

HOSTILE = '<img src=x onerror=alert(1)> "quoted" \'single\' & </code><script>alert(2)</script>'
VOID = {"meta", "br", "img", "input", "hr", "wbr"}


class Page(HTMLParser):
    """The elements of a fragment, its text, and whether every element is closed in order."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(fragment)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def conversation(*lines: str) -> Transcript:
    return Transcript.parse("\n".join(lines))


@pytest.mark.parametrize("show", [
    lambda t: views.transcript(t, explained=True, octets=True),
    lambda t: views.exchange(t.exchanges()[1]),
    lambda t: views.reply(t.exchanges()[1].reply),
    lambda t: views.explanation(explain(t.exchanges()[1])),
    lambda t: views.session(t.exchanges()[1].after),
], ids=["transcript", "exchange", "reply", "explanation", "session"])
def test_a_hostile_server_and_a_hostile_client_are_shown_and_not_obeyed(show) -> None:
    shown = conversation(f"S: 220 {HOSTILE}", f"C: EHLO {HOSTILE}", f"S: 250-{HOSTILE}", f"S: 250 {HOSTILE}")
    page = Page(html.styled(show(shown)))
    assert not {"img", "script"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "<img" in page.text


def test_attributes_are_escaped_too() -> None:
    assert html.element("p", class_='"><script>') == '<p class="&quot;&gt;&lt;script&gt;"></p>'


def test_children_are_escaped_unless_this_module_made_them() -> None:
    assert html.element("p", "<b>", html.element("b", 1), None) == "<p>&lt;b&gt;<b>1</b></p>"


@pytest.mark.parametrize(("foreign", "shown"), [
    ("plain \\ text", "plain \\ text"),
    ("nul\x00", "nul\\x00"),
    ("evil\u202egpj.exe", "evil\\xe2\\x80\\xaegpj.exe"),
    ("zero\u200bwidth", "zero\\xe2\\x80\\x8bwidth"),
    (b"8-bit \xff", "8-bit \\xff"),
    ("8-bit \udcff", "8-bit \\xff"),
    ("no octet \ud800", "no octet \\\\ud800"),
    ("bell\x07 and \\", "bell\\x07 and \\\\"),
])
def test_controls_bidi_marks_and_odd_octets_are_spelled_out(foreign: str | bytes, shown: str) -> None:
    assert html.readable(foreign) == shown
    assert html.escape(foreign) == shown.replace("'", "&#x27;")


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("CS"), st.binary(max_size=40)), max_size=6))
def test_any_octets_make_a_well_formed_page_of_known_elements(segments: list[tuple[str, bytes]]) -> None:
    greeted = [("S", b"220 hi\r\n"), *segments]
    record = Transcript(tuple(Entry(side, octets) for side, octets in greeted))  # type: ignore[arg-type]
    page = Page(views.transcript(record, explained=True))
    lists = {"ol", "ul", "li", "dl", "dt", "dd"}
    blocks = {"div", "p", "pre", "section", "details", "summary"}
    assert set(page.tags) <= lists | blocks | {"span", "b", "bdi", "i"}
    assert all(character.isprintable() for character in page.text)


def test_a_transcript_keeps_the_order_of_the_wire() -> None:
    page = Page(views.transcript(conversation("S: 220 a", "C: NOOP", "C: RSET", "S: 250 b", "S: 250 c")))
    places = [page.text.index(said) for said in ("220 a", "NOOP", "RSET", "250 b", "250 c")]
    assert places == sorted(places)


def test_nothing_of_a_record_is_lost_when_it_breaks_off() -> None:
    page = Page(views.transcript(conversation("S: 220 a", "C| NOO", "S| 25", "-- lost")))
    for said in ("NOO", "25", "the connection was lost", "unfinished"):
        assert said in page.text


def test_a_reply_has_a_mark_a_code_in_bold_and_a_speaker() -> None:
    shown = views.transcript(conversation("S: 450 later"))
    assert "↻" in shown
    assert '<b class="code code-4">450</b>' in shown
    assert "server S:" in shown


def test_a_transcript_can_begin_later_and_still_know_what_came_before() -> None:
    record = conversation("S: 220 a", "C: EHLO me", "S: 250 a", "C: RCPT TO:<bob@lab.example>", "S: 503 no")
    shown = views.transcript(record, explained=True, since=3)
    assert shown.count("<li class=") == 2
    assert "EHLO me" not in shown
    assert "no sender is known yet" in shown  # so it knows that EHLO was said


def test_octets_are_there_on_request() -> None:
    record = conversation("S: 220 a", "C: NOOP")
    assert "NOOP\\r\\n" in views.transcript(record)
    assert "<details open>" in views.transcript(record, octets=True)
    assert "<details open>" not in views.transcript(record)


def test_a_table_has_a_caption_and_heads() -> None:
    shown = html.table([{"code": 250, "what_it_says": "<yes>"}], "Codes")
    assert "<caption>Codes</caption>" in shown
    assert '<th scope="col">what it says</th>' in shown
    assert '<th scope="row">250</th><td>&lt;yes&gt;</td>' in shown
    assert html.table([], "Nothing").count("<td") == 0


def test_a_reply_without_a_code_and_no_reply_at_all_are_shown_too() -> None:
    assert "???" not in views.reply_lines(Reply(0, ("hello",), b"hello\r\n"))
    assert "No reply." in views.no_reply(no_reply("closed"))


def test_a_doctors_report_names_each_trouble_and_its_cure() -> None:
    report = DoctorReport((Finding("loopback", False, "Nothing <answers>.", "try this"),))
    shown = views.doctor_report(report)
    assert "✗ loopback" in shown
    assert "&lt;answers&gt;" in shown
    assert "<pre>try this</pre>" in shown


def test_a_session_without_a_mail_says_none() -> None:
    assert views.session(Session()).count("none") == 3


# Contrast: the colours of the style sheet on the papers of JupyterLab's two themes.

def colours(theme: str) -> dict[str, str]:
    css = html.static("smtplab.css")
    block = css.split('[data-jp-theme-light="false"]')[1] if theme == "dark" else css
    return dict(re.findall(r"--smtplab-([\w-]+): *(?:var\([^,]*, *)?(#[0-9a-f]{3,6})", block.split("}")[0]))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * d for d in digits)
    parts = (int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "papers"), [("light", ("#ffffff", "#f5f5f5")), ("dark", ("#111111", "#212121"))])
def test_text_has_a_contrast_of_four_and_a_half_and_lines_of_three(theme: str, papers: tuple[str, ...]) -> None:
    found = colours(theme)
    for paper in (*papers, found["shade"], found["lit"]):
        for name in ("ink", "soft", "accent", "2", "3", "4", "5"):
            assert contrast(found[name], paper) >= 4.5, (name, paper)
        assert contrast(found["line"], paper) >= 3, paper
