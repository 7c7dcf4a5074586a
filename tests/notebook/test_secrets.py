"""What logs somebody in is in no view unless asked, however odd the login and however the octets came."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from smtplab.network import memory_server
from smtplab.network.serve import LiveLog
from smtplab.notebook import formatters, views
from smtplab.notebook.console import offers as console_offers
from smtplab.notebook.console import view as console_view
from smtplab.notebook.console.console import Console
from smtplab.notebook.frames import frame
from smtplab.protocol.extensions.auth import encode_base64
from smtplab.protocol.logins import logins
from smtplab.protocol.secrecy import HIDDEN, hide_secrets
from smtplab.protocol.transcript import Direction, Entry, Transcript
from smtplab.protocol.wire import Reply

WORDS = st.text("qzXJ07ü", min_size=6, max_size=40)
REPLIES = st.sampled_from([b"334 \r\n", b"334-a\r\n334 b\r\n", b"235 in\r\n", b"454 no\r\n", b"500 no\r\n",
                           b"503 no\r\n", b"504 no\r\n", b"535 no\r\n", b""])
MECHANISMS = st.sampled_from(["PLAIN", "plain", "LOGIN", "CRAM-MD5", "XTOKEN", ""])
PLAIN = encode_base64(b"\0bob\0builder")
BUILDER = encode_base64(b"builder")


@st.composite
def records(draw: st.DrawFn) -> tuple[Transcript, list[str]]:
    """A session with logins, and the secrets in it."""
    name, password = f"N{draw(WORDS)}", f"P{draw(WORDS)}"
    mechanism = draw(MECHANISMS)
    coded = [encode_base64(said.encode()) for said in {
        "PLAIN": [f"\0{name}\0{password}"] * 2, "CRAM-MD5": [f"{name} {'0123456789abcdef' * 2}"] * 2,
    }.get(mechanism.upper(), [name, password])]
    is_odd = re.search("[a-z].*[A-Z]|[A-Z].*[a-z]|[=+/]|.{21}", coded[0])  # no mechanism has such a name
    first = f"{draw(st.sampled_from(['AUTH', 'auth', 'Auth']))} {mechanism}".rstrip()
    if (mechanism or is_odd) and draw(st.booleans()):
        first += f" {coded[0]}"
    said = [first, *coded[draw(st.integers(0, 1)) if coded[0] in first else 0 :]]
    if draw(st.booleans()):
        said.insert(0, "NOOP")
    hello = b"250-a\r\n250 AUTH PLAIN LOGIN\r\n" if draw(st.booleans()) else b"250 a\r\n"
    entries = [Entry("S", b"220 a\r\n"), Entry("C", b"EHLO me.example\r\n"), Entry("S", hello)]
    if draw(st.booleans()):  # and a login that was sent ahead of the handshake
        entries += [Entry("C", f"STARTTLS\r\n{first}\r\n{coded[-1]}\r\n".encode()), Entry("S", b"220 go\r\n"),
                    Entry("C", b"\x17\x03", layer="outside"), Entry("-", event="tls"),
                    Entry("C", b"EHLO me.example\r\n", layer="inside"), Entry("S", hello, layer="inside")]
    layer = entries[-1].layer
    late = b""
    for line in said:
        entries.append(Entry("C", f"{line}\r\n".encode(), layer=layer))
        late += b"250 ok\r\n" if line == "NOOP" else draw(REPLIES)
        if late and draw(st.booleans()):
            entries.append(Entry("S", late, layer=layer))
            late = b""
    entries += [Entry("S", late, layer=layer)] if late else []
    if draw(st.booleans()):
        entries += [Entry("C", b"MAIL FROM:<a@b.example>\r\n", layer=layer), Entry("S", b"250 ok\r\n", layer=layer)]
    size = draw(st.sampled_from([1, 7, 9000]))
    return Transcript(tuple(_split(entries, size) if draw(st.booleans()) else _joined(entries))), [password, *coded]


def _split(entries: list[Entry], size: int) -> Iterator[Entry]:
    """The same entries, in segments of so many octets."""
    for entry in entries:
        yield from (replace(entry, octets=entry.octets[at : at + size])
                    for at in range(0, max(len(entry.octets), 1), size))


def _joined(entries: list[Entry]) -> Iterator[Entry]:
    """The same entries, neighbours of one direction in one segment."""
    whole: list[Entry] = []
    for entry in entries:
        if whole and entry.direction == whole[-1].direction and entry.layer == whole[-1].layer:
            whole[-1] = replace(whole[-1], octets=whole[-1].octets + entry.octets)
        else:
            whole.append(entry)
    yield from whole


def live(record: Transcript) -> list[str]:
    """What ``smtplab serve`` prints."""
    log = LiveLog()
    return [line for entry in record.entries for line in log.lines(1, entry)]


def shown(record: Transcript) -> Iterator[tuple[str, str]]:
    """Every view of a record, and of its steps."""
    exchanges = record.exchanges()
    yield "text", str(hide_secrets(record))
    yield "plain", formatters._record(record)
    yield "logins", str(logins(record).to_rows())
    yield "frame", str(frame(record).to_dict("records"))
    yield "serve", "\n".join(live(record))
    yield "html", str(views.transcript(record, explained=True, octets=True))
    yield "console", json.dumps(console_view.rows(exchanges, record, str), ensure_ascii=False)
    yield "listener", str(console_offers.listener(record))
    for exchange in exchanges:
        yield "step", formatters._step(exchange)
        yield "step in html", str(views.exchange(exchange))
        if exchange.reply is not None:
            reply = replace(exchange.reply, exchange=exchange)
            yield "reply", formatters._explained(reply)
            yield "reply in html", str(views.reply(reply))


@given(records())
def test_no_view_shows_what_logs_somebody_in(made: tuple[Transcript, list[str]]) -> None:
    record, secrets = made
    for view, said in shown(record):
        for secret in secrets:
            is_told_name = view == "logins" and secret == secrets[1]
            assert is_told_name or secret.lower() not in said.lower(), view


def spoken(*lines: tuple[Direction, bytes]) -> Transcript:
    opening = (("S", b"220 a\r\n"), ("C", b"HELO me.example\r\n"), ("S", b"250 a\r\n"))
    return Transcript(tuple(Entry(side, octets) for side, octets in (*opening, *lines)))


def test_a_frame_of_a_record_hides_a_login_and_the_record_keeps_it() -> None:
    record = spoken(("C", f"AUTH PLAIN {PLAIN}\r\n".encode()), ("S", b"235 in\r\n"))
    assert list(frame(record)["sent"])[-1] == f"AUTH PLAIN {HIDDEN}\\r\\n"
    assert record.to_rows()[-1]["sent"] == f"AUTH PLAIN {PLAIN}\\r\\n"


def test_a_frame_folds_by_the_edition_asked_for() -> None:
    record = spoken(("C", b"NOOP\r\n"), ("S", b"555 no\r\n"))
    assert [row["kind"] for row in record.to_rows(5321)] == list(frame(record, edition=5321)["kind"])


def test_a_login_that_was_never_offered_is_hidden_in_its_steps_too() -> None:
    asked = (("C", b"AUTH LOGIN\r\n"), ("S", b"334 x\r\n"))
    step = spoken(*asked, ("C", f"{BUILDER}\r\n".encode()), ("S", b"500 no\r\n")).exchanges()[-1]
    for form in (formatters._step(step), str(views.exchange(step))):
        assert BUILDER.lower() not in form.lower() and HIDDEN in form


def test_an_answer_that_comes_when_the_login_is_over_is_hidden_with_its_explanation() -> None:
    step = spoken(("C", f"{BUILDER}\r\n".encode()), ("S", b"500 no\r\n")).exchanges()[-1]
    reply = replace(step.reply, exchange=step)
    texts, pages = (formatters._step(step), formatters._explained(reply)), (views.exchange(step), views.reply(reply))
    for form in map(str, (*texts, *pages)):
        assert BUILDER.lower() not in form.lower() and HIDDEN in form


def test_a_word_that_is_only_an_unknown_command_is_shown_and_explained() -> None:
    step = spoken(("C", b"Hallo\r\n"), ("S", b"500 no\r\n")).exchanges()[-1]
    for form in (formatters._step(step), str(views.exchange(step))):
        assert form.lower().count("hallo") > 1


def test_who_asks_sees_the_login_in_a_group_too() -> None:
    record = spoken(("C", f"NOOP\r\nAUTH PLAIN {PLAIN}\r\n".encode()), ("S", b"250 ok\r\n535 no\r\n"))
    assert str(views.transcript(record, reveal=True)).count(PLAIN) >= 2
    assert str(views.transcript(record)).count(f"AUTH PLAIN {HIDDEN}") >= 2


def test_a_console_keeps_no_line_of_a_login_to_be_typed_again() -> None:
    console = Console(memory_server(extensions=()))
    console.send("HELO me.example")
    for line in (f"AUTH {PLAIN}", "AUTH LOGIN", "Ym9i", BUILDER, "NOOP", "FOO"):
        assert isinstance(console.send(line), Reply)
    view = console.view()
    assert view["history"] == ["HELO me.example", "AUTH", "AUTH LOGIN", "NOOP", "FOO"]
    assert not [secret for secret in (PLAIN, "Ym9i", BUILDER) if secret in json.dumps(view)]
    assert not [secret for secret in (PLAIN, "Ym9i", BUILDER) if secret in str(console) + console.fragment()]


def test_a_console_explains_a_late_answer_without_showing_it() -> None:
    console = Console(memory_server(extensions=()))
    console.send("EHLO me.example")
    console.send_group("AUTH LOGIN", BUILDER)
    assert BUILDER not in str(console.explanation)
    assert HIDDEN in str(console.explanation)
