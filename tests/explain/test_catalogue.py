"""One file of sentences: plain, short, complete, used; and foreign text in it stays text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import smtplab
from smtplab.explain import catalogue, explain, explain_ehlo, misconceptions
from smtplab.explain.catalogue import text, texts
from smtplab.lab.extensions.enhancedstatuscodes import DETAILS
from smtplab.lab.replies import REPLIES
from smtplab.protocol.machine import DATA_END, State
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.session import Session, Transaction
from tests.explain.conftest import Recording, Told
from tests.explain.product import (
    ALICE,
    BOB,
    CODES,
    EXTENSION_LINES,
    LINES,
    NO_COMMANDS,
    PARAMETER_LINES,
    exchange,
)

OWN_SECTIONS = {
    "verdict", "says", "effect", "now", "order", "missing", "belief", "cure", "no-reply", "step", "event", "stand-in",
    "join", "digit", "detail", "kind", "page", "rfc", "explain", "error", "ehlo",
}
EHLO_LINES = ("lab.example", "SIZE", "SIZE 0", "SIZE 9", "SIZE x", "8BITMIME x", "AUTH PLAIN X", "AUTH", "AUTH=PLAIN",
              "LIMITS MAILMAX=9 RCPTMAX=9 RCPTDOMAINMAX=0 X=1", "LIMITS RCPTDOMAINMAX=9", "ETRN", "REQUIRETLS", "XFOO",
              "FOO", "")
CONDESCENDING = re.compile(r"\b(simply|just|obviously|of course)\b", re.IGNORECASE)


def everything() -> Iterator[tuple[str, str]]:
    for section, strings in catalogue._load(catalogue.LANGUAGE).items():
        for name, string in strings.items():
            yield f"{section}.{name}", string


def sentences(words: str) -> list[str]:
    return re.split(r"(?<=[.!?:;])\s+", words)


@pytest.mark.parametrize(("key", "string"), [pytest.param(*pair, id=pair[0]) for pair in everything()])
def test_every_sentence_is_short_and_never_condescending(key: str, string: str) -> None:
    assert string.strip(" ") == string
    assert string.strip()
    for sentence in re.split(r"(?<=[.!?])\s+", string):
        assert len(sentence.split()) <= 20, sentence
    assert not CONDESCENDING.search(string)


def test_every_string_of_the_explanation_is_shown_somewhere(
    told: dict[int, Told], recorded: dict[str, Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told  # every step of the machine has been explained, and noted
    monkeypatch.setattr(catalogue, "_load", lambda language: recorded)
    explain_extension_texts()
    for code in range(100, 600):
        explain(code)
    for code in filter(lambda code: 100 <= code < 600, CODES):
        for command in (*LINES, *NO_COMMANDS, *PARAMETER_LINES, *EXTENSION_LINES, "BURL x", "ETRN x"):
            explain(code, command)
    explain("250 lab.example", "EHLO")
    explain("\n".join(f"250-{line}" for line in EHLO_LINES), "EHLO")
    str(explain("250-5.9.9 a\r\n550 4.2.0 b", "EHLO"))
    explain(type("Silent", (), {"why": "Nothing came."})())
    misconceptions()
    for wrong in ("250 a\n220 b", 3.5):
        with pytest.raises((ValueError, TypeError)):
            explain(wrong)
    with pytest.raises(TypeError):
        explain(250, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        explain_ehlo(250)  # type: ignore[arg-type]
    unused = {f"{s}.{name}" for s in OWN_SECTIONS for name in set(recorded[s]) - recorded[s].used}
    # Sections read as a whole: texts() copies them, so they note nothing.
    unused -= {key for key in unused if key.split(".")[0] in ("step", "event", "stand-in")}
    assert not unused


def explain_extension_texts() -> None:
    """What only an enhanced status code, the words behind a code, or octets of the message tell."""
    for words in enhanced_replies():
        for event in ("", "MAIL", "RCPT", "VRFY", "DATA-END", "UNASKED"):
            explain(f"{words} no", event or None)
    mail = Session(State.MAIL_DATA, "me.example", (), Transaction(ALICE, forward_paths=(BOB,)))
    explain(replace(exchange(mail, None, DATA_END, 554), sent="Subject: u\r\n\r\n\u00fc\r\n.\r\n".encode()))
    for words in ("Must issue a STARTTLS command first", "Authentication required"):
        explain(f"530 {words}", "MAIL")
    again = Session(State.READY, "me.example", (), tls=True, identity="bob")
    for event in ("MAIL", "RCPT", "DATA"):
        explain(exchange(again, event, event, 530))
    explain(exchange(again, "EHLO me.example", "EHLO", 250))
    for code, event in ((450, "RCPT"), (None, "LOST")):
        explain(replace(exchange(again, None, event, code), forced="RCPT -> 450"))
    explain(replace(exchange(again, "RCPT TO:<a@b>", "RCPT", 450), forced="RCPT -> twice"))


def enhanced_replies() -> Iterator[str]:
    """Each reply of the lab with the enhanced status code that it gives it."""
    for name, detail in DETAILS.items():
        code = REPLIES[name][0]
        yield f"{code} {code // 100}.{detail}"


def test_a_text_for_an_enhanced_status_code_is_one_that_the_lab_gives() -> None:
    given = {f"{words.split()[0]} {words.split()[1].partition('.')[2]}" for words in enhanced_replies()}
    for section in ("says", "now"):
        for key in texts(section):
            if matched := re.fullmatch(r"(\d+) .*?(\d+\.\d+)", key):
                assert " ".join(matched.groups()) in given, key


def test_the_words_that_stand_in_are_those_of_events_and_commands() -> None:
    from smtplab.protocol.commands import COMMANDS
    from smtplab.protocol.machine import NO_COMMANDS as EVENTS

    others = {"anybody", "verb", "example", "state", "next", "connection", "mechanism", "challenge", "parameter"}
    assert set(texts("stand-in")) - others <= set(COMMANDS) | set(EVENTS)
    assert set(texts("step")) | set(texts("event")) <= set(EVENTS) | {"BDAT"}


def test_every_section_belongs_to_somebody() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(smtplab.__file__).parent.rglob("*.py"))
    for section in catalogue._load("en"):
        assert section in OWN_SECTIONS or re.search(rf"""["']{section}[."']""", source), section


def test_every_code_of_the_source_page_has_its_sentence() -> None:
    assert set(texts("page")) == {str(code) for code, row in REPLY_CODES.items() if row.in_rfc2821}
    assert set(texts("rfc")) <= set(texts("page"))


def test_what_is_inserted_is_never_read_as_a_format() -> None:
    assert text("effect.forward-path", list="{here} %s {0} {list}") == "On the list now: {here} %s {0} {list}."


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"verdict\.perhaps"):
        text("verdict.perhaps")
    with pytest.raises(KeyError, match="nosection"):
        texts("nosection")
    with pytest.raises(KeyError, match=r"nodot"):
        text("nodot")


def test_a_placeholder_without_a_value_is_named() -> None:
    with pytest.raises(KeyError, match=r"effect\.forward-path.*list"):
        text("effect.forward-path", who="bob")


def test_a_section_may_be_changed_by_its_reader_without_harm() -> None:
    texts("verdict")["yes"] = "Maybe."
    assert text("verdict.yes") == "Yes."
