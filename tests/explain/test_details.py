"""The folded part: who defines the code, the list, the rule, the page, the octets."""

import pytest

from smtplab.explain import explain
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import Standing, entries, listed
from tests.explain.product import exchange, sessions


def details(what: object, command: str | None = None, edition: int = 2821) -> dict[str, str]:
    return {detail.label: detail.text for detail in explain(what, command, edition=edition).details}


@pytest.mark.parametrize("code", REPLY_CODES)
def test_every_code_says_who_defines_it(code: int) -> None:
    found = details(code)
    known = REPLY_CODES[code]
    if known.verified:
        assert known.meaning in found["Code"]
        assert found["Defined in"] == "; ".join(known.defined_in)
    else:
        assert "registry" in found["Code"]


@pytest.mark.parametrize("edition", [2821, 5321])
def test_the_list_of_both_editions_is_told_the_asked_one_first(edition: int) -> None:
    for entry in entries(edition):
        for event in entry.events:
            words = details(entry.code, event, edition)[f"On the RFC's list for {event}"]
            assert words.startswith(f"RFC {edition}: yes")
            other = 5321 if edition == 2821 else 2821
            said_yes = f"RFC {other}: yes" in words
            assert said_yes == (listed(other, event, entry.code).standing is Standing.LISTED)


def test_550_at_rcpt_stands_twice_on_the_old_list() -> None:
    found = details(550, "RCPT")["On the RFC's list for RCPT"]
    assert found == "RFC 2821: yes, 2 times (4.3.2). RFC 5321: yes (4.3.2)."


def test_any_command_may_get_421() -> None:
    assert "under the general rule" in details(421, "NOOP")["On the RFC's list for NOOP"]


def test_a_reply_off_the_list_says_no() -> None:
    assert details(354, "NOOP")["On the RFC's list for NOOP"] == "RFC 2821: no. RFC 5321: no."


def test_an_enhanced_status_code_is_read_part_by_part() -> None:
    found = details("550 5.7.1 rejected by policy")["Enhanced status code"]
    assert found.startswith("5.7.1 = 5 Permanent failure; 7 Security or policy; 1 ")
    assert "no RFC names this number" in details("550 5.9.99 what")["Enhanced status code"]
    assert "should be the reply's first digit, 5" in details("550 4.2.2 full")["Enhanced status code"]
    assert "Enhanced status code" not in details("220 192.0.2.1 ready")


def test_the_rule_has_section_and_strength() -> None:
    step = exchange(list(sessions())[2], "RCPT TO:<bob@lab.example>", "RCPT", 503)
    found = details(step)
    assert found["Rule"] == "MUST (RFC 2821, 4.1.4; 3.3; 4.3.2)"
    assert found["Step"] == "READY, unchanged (refused)"
    assert "RFC 5321" in details(step, edition=5321)["Rule"]


def test_a_row_of_one_edition_only_names_that_edition() -> None:
    assert "RFC 5321, RFC 7504 3" in details(exchange(next(sessions()), None, "CONNECT", 521, 5321))["Rule"]


def test_the_source_page_stands_beside_the_rfc() -> None:
    found = details(421)
    assert found["The source page says"]
    assert "leaves 421 out" in found["The RFCs differ"]
    assert "The source page says" not in details(235)


def test_lines_and_octets_are_counted() -> None:
    step = exchange(list(sessions())[1], "EHLO me.example", "EHLO", 250)
    found = details(step)
    assert found["Lines"] == "3 lines, one reply, 41 octets; a hyphen behind the code means that more follows"
    assert found["Extensions"] == "line 1 greets; each line after it names an extension: SIZE 900, HELP"
    assert found["SIZE 900"].endswith("You may say MAIL FROM:<...> SIZE=900. A message may have at most 900 octets. "
                                      "(RFC 1870)")
    assert found["HELP"] == "Asks for help text. You may say HELP. (RFC 821; RFC 1869 5)"
    assert found["Octets"] == r"250-lab.example\r\n250-SIZE 900\r\n250 HELP\r\n"
    assert details("250 lab.example", "EHLO")["Extensions"].startswith("none")


def test_lines_with_different_codes_are_told() -> None:
    labels = [detail.text for detail in explain("250-one\n550 two").details]
    assert any("different codes" in words for words in labels)
