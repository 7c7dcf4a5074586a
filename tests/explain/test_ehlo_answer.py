"""The answer to EHLO, line by line: offered, known, base, unknown, broken."""

import json

import pytest

from smtplab.explain import EhloLine, explain_ehlo
from smtplab.lab import World
from smtplab.network.outcome import NoReply
from smtplab.protocol.extensions import KNOWN, OFFERED
from smtplab.protocol.wire import Reply
from tests.lab.talk import Talk


def line(said: str) -> EhloLine:
    return explain_ehlo(Reply(250, ("lab.example", said)))[1]


def test_every_line_of_the_lab_with_all_extensions_is_explained() -> None:
    lines = explain_ehlo(Talk(World(extensions="all")).say("EHLO me.example"))
    assert [found.known for found in lines[1:]] == ["offered"] * len(OFFERED) + ["base"] * 3
    assert all(found.offers and found.rfc for found in lines)
    assert {found.keyword for found in lines[1:]} >= set(OFFERED)
    assert not any("cannot be read" in found.note for found in lines)


def test_the_first_line_greets_and_names_no_extension() -> None:
    [first] = explain_ehlo(Reply(250, ("SIZE.example greets you",)))
    assert (first.keyword, first.known, first.may_say) == ("", "base", ())


def test_a_refusal_offers_nothing() -> None:
    assert explain_ehlo(Reply(502, ("EHLO is not offered",))) == explain_ehlo(Reply(250, ())) == ()


def test_an_answer_may_be_copied_and_what_is_none_is_told() -> None:
    copied = "250-lab.example greets you\n250-SIZE 900\n250 HELP"
    assert [found.keyword for found in explain_ehlo(copied)] == ["", "SIZE", "HELP"]
    assert explain_ehlo(NoReply("Nothing came.")) == ()  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"An answer to EHLO is a reply, or .* not int"):
        explain_ehlo(250)  # type: ignore[arg-type]


@pytest.mark.parametrize(("said", "value", "note"), [
    ("SIZE 65536", 65536, "A message may have at most 65536 octets."), ("size 0", 0, "There is no fixed limit."),
    ("SIZE", None, "The limit is not told."), ("SIZE many", None, "The line cannot be read."),
    ("AUTH plain CRAM-MD5", ("PLAIN", "CRAM-MD5"), "so use them inside TLS."),
    ("AUTH", (), "It names no mechanism"), ("AUTH XOAUTH2", ("XOAUTH2",), "smtplab cannot speak XOAUTH2."),
    ("8BITMIME", None, ""), ("8BITMIME now", "now", 'Nothing should stand behind 8BITMIME; pass over "now".'),
    ("LIMITS RCPTMAX=100 MAILMAX=0 FOO=1", "RCPTMAX=100 MAILMAX=0 FOO=1", "At most 100 recipients in one mail. The"),
])
def test_what_stands_behind_a_keyword_is_read_or_said_to_be_unreadable(said: str, value: object, note: str) -> None:
    found = line(said)
    assert found.value == value
    assert note in found.note


@pytest.mark.parametrize(("said", "may_say"), [
    ("STARTTLS", ("STARTTLS",)), ("AUTH PLAIN LOGIN", ("AUTH PLAIN", "AUTH LOGIN")), ("CHUNKING", ("BDAT 900 LAST",)),
    ("DSN", ("MAIL FROM:<...> RET=HDRS", "RCPT TO:<...> ORCPT=rfc822;bob@lab.example")), ("PIPELINING", ()),
    ("ETRN", ("ETRN lab.example",)), ("REQUIRETLS", ("MAIL FROM:<...> REQUIRETLS",)), ("VRFY", ("VRFY bob",)),
])
def test_each_says_what_the_client_may_now_type(said: str, may_say: tuple[str, ...]) -> None:
    assert set(may_say) <= set(line(said).may_say)
    assert bool(may_say) == bool(line(said).may_say)


def test_the_old_form_with_an_equals_sign_is_the_same_extension() -> None:
    old = line("AUTH=PLAIN LOGIN")
    assert (old.keyword, old.value, old.known) == ("AUTH", ("PLAIN", "LOGIN"), "offered")
    assert "old form" in old.note


@pytest.mark.parametrize("keyword", KNOWN)
def test_what_smtplab_only_knows_has_its_rfc_and_says_that_it_is_not_offered(keyword: str) -> None:
    found = line(keyword)
    assert found.rfc == KNOWN[keyword].rfc
    assert (found.known == "base") == (keyword in ("VRFY", "EXPN", "HELP"))
    assert ("does not have it" in found.note) == (found.known == "known")


@pytest.mark.parametrize(("said", "offers"), [
    ("FOO 1", "No extension of this name is known here"), ("X-FOO", "this server's own"), ("", "names nothing"),
    ("\x00\udcff", "No extension of this name"),
])
def test_a_line_that_nobody_knows_is_passed_over(said: str, offers: str) -> None:
    found = line(said)
    assert (found.known, found.may_say, found.rfc) == ("unknown", (), "")
    assert offers in found.offers


def test_every_sentence_is_short_and_the_rows_are_plain_data() -> None:
    said = ("lab.example", *OFFERED, *KNOWN, "SIZE 9", "AUTH PLAIN X Y Z W", "LIMITS MAILMAX=9", "FOO", "X", "")
    reply = Reply(250, said)
    for found in explain_ehlo(reply):
        for sentence in (found.offers, *found.note.split(". ")):
            assert len(sentence.split()) <= 20, sentence
    rows = explain_ehlo(reply).to_rows()
    assert json.loads(json.dumps(rows)) == rows
    assert len(rows) == len(said)
