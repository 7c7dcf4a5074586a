"""One file of sentences: plain, short, complete, used; and foreign text in it stays text."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import smtplab
from smtplab.explain import catalogue, explain, misconceptions
from smtplab.explain.catalogue import text, texts
from smtplab.protocol.reply_codes import REPLY_CODES
from tests.explain.product import LINES, NO_COMMANDS, exchanges

OWN_SECTIONS = {
    "verdict", "says", "effect", "now", "order", "missing", "belief", "cure", "no-reply", "step", "event", "stand-in",
    "join", "digit", "detail", "kind", "page", "rfc", "explain", "error",
}
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


class Recording(dict[str, str]):
    """A section that notes which of its strings were asked for."""

    def __init__(self, strings: Mapping[str, str]) -> None:
        super().__init__(strings)
        self.used: set[str] = set()

    def get(self, name: str, default: object = None) -> str | None:  # type: ignore[override]
        self.used.add(name)
        return super().get(name)


def test_every_string_of_the_explanation_is_shown_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {name: Recording(strings) for name, strings in catalogue._load("en").items()}
    monkeypatch.setattr(catalogue, "_load", lambda language: recorded)
    for exchange in exchanges():
        explain(exchange)
    for code in range(100, 600):
        for command in (None, *LINES, *NO_COMMANDS, "BURL x", "ETRN x", "STARTTLS"):
            explain(code, command)
    explain("250 lab.example", "EHLO")
    str(explain("250-5.9.9 a\r\n550 4.2.0 b", "EHLO"))
    explain(type("Silent", (), {"why": "Nothing came."})())
    misconceptions()
    for wrong in ("250 a\n220 b", 3.5):
        with pytest.raises((ValueError, TypeError)):
            explain(wrong)
    with pytest.raises(TypeError):
        explain(250, 5)  # type: ignore[arg-type]
    unused = {f"{s}.{name}" for s in OWN_SECTIONS for name in set(recorded[s]) - recorded[s].used}
    # Sections read as a whole: texts() copies them, so they note nothing.
    unused -= {key for key in unused if key.split(".")[0] in ("step", "event", "stand-in")}
    assert not unused


def test_the_words_that_stand_in_are_those_of_events_and_commands() -> None:
    from smtplab.protocol.commands import COMMANDS
    from smtplab.protocol.machine import machine

    others = {"anybody", "verb", "example", "state", "next", "connection"}
    assert set(texts("stand-in")) - others <= set(COMMANDS) | set(machine().events)
    assert set(texts("step")) | set(texts("event")) <= set(machine().events) | {"UNASKED"}


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
