"""Paths, parameters and client names: what parses, what does not, and where it goes wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.paths import (
    NULL_PATH,
    Path,
    format_path,
    parse_client_name,
    parse_forward_path,
    parse_mail_argument,
    parse_parameters,
    parse_reverse_path,
)


def refusal(parse, *arguments):
    with pytest.raises(ProtocolError) as caught:
        parse(*arguments)
    assert caught.value.code == 501
    return caught.value


def error_of(parse, text):
    try:
        parse(text)
    except ProtocolError as error:
        return error
    return None


def test_the_null_reverse_path_is_a_value_of_its_own():
    path = parse_reverse_path("<>")
    assert path == NULL_PATH
    assert path.is_null
    assert path.address == ""
    assert format_path(path) == "<>"


def test_the_null_path_is_no_recipient():
    error = refusal(parse_forward_path, "<>")
    assert error.at == 1
    assert "recipient" in error.text


@pytest.mark.parametrize("name", ["Postmaster", "postmaster", "POSTMASTER"])
def test_postmaster_stands_without_a_domain_in_any_case(name):
    path = parse_forward_path(f"<{name}>")
    assert path.is_postmaster
    assert path.domain is None
    assert path.address == name


def test_postmaster_with_a_domain_is_an_ordinary_path():
    assert not parse_forward_path("<Postmaster@lab.example>").is_postmaster


def test_a_sender_without_domain_parses_and_a_recipient_without_one_does_not():
    assert parse_reverse_path("<bob>") == Path("bob", None)
    assert refusal(parse_forward_path, "<bob>").at == 4


def test_a_source_route_is_read_kept_and_left_out_of_the_address():
    path = parse_forward_path("<@relay.example,@hub.example:bob@lab.example>")
    assert path.route == ("relay.example", "hub.example")
    assert path.address == "bob@lab.example"
    assert format_path(path) == "<@relay.example,@hub.example:bob@lab.example>"


@pytest.mark.parametrize(
    ("text", "local_part"),
    [
        ('<"anna schmidt"@lab.example>', "anna schmidt"),
        ('<"a\\"b"@lab.example>', 'a"b'),
        ('<"a\\\\b"@lab.example>', "a\\b"),
        ('<"a\\@b"@lab.example>', "a@b"),
        ('<"a>b"@lab.example>', "a>b"),
        ('<"bob"@lab.example>', "bob"),
        ('<""@lab.example>', ""),
        ("<a.b+c/d=e~@lab.example>", "a.b+c/d=e~"),
    ],
)
def test_local_parts_are_stored_without_their_quoting(text, local_part):
    assert parse_forward_path(text).local_part == local_part


def test_needless_quotes_are_dropped_and_needed_ones_written():
    assert parse_forward_path('<"bob"@lab.example>').address == "bob@lab.example"
    assert parse_forward_path('<"a b"@lab.example>').address == '"a b"@lab.example'


@pytest.mark.parametrize("domain", ["[127.000.0.255]", "[IPv6:::1]", "[ipv6:2001:db8::2]", "[x-tag:any]", "lab", "1.2"])
def test_address_literals_and_short_domains_parse(domain):
    assert parse_forward_path(f"<bob@{domain}>").domain == domain


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("bob@lab.example", 0),
        ("<bob@lab.example", 16),
        ("<bob@lab.example>x", 17),
        ("<bob@>", 5),
        ("<@lab.example>", 13),
        ("<@relay.example:>", 16),
        ("<@relay.example,bob@lab.example>", 16),
        ("<bob@lab..example>", 9),
        ("<bob@lab.example.>", 17),
        ("<bob@-lab.example>", 5),
        ("<bob@lab-.example>", 9),
        ("<bob@lab_1.example>", 8),
        ("<.bob@lab.example>", 1),
        ("<bob.@lab.example>", 5),
        ("<bob smith@lab.example>", 4),
        ('<"bob@lab.example>', 18),
        ('<"bob\\', 6),
        ('<"">', 3),
        ("<bob@[127.0.0.1>", 16),
        ("<bob@[127.0.0.256]>", 6),
        ("<bob@[IPv6:1::2::3]>", 6),
        ("<bob@[IPv6:fe80::1%lo]>", 6),
        ("<bob@[]>", 6),
    ],
)
def test_bad_syntax_is_501_at_the_character_that_does_not_fit(text, at):
    assert refusal(parse_reverse_path, text).at == at


@pytest.mark.parametrize(
    ("character", "says"),
    [
        ("\r", "U+000D"), ("\n", "U+000A"), ("\0", "U+0000"), ("\t", "U+0009"), ("\x7f", "U+007F"),
        ("\xa0", "no-break space"), ("é", "e with acute"), ("\udca0", "octet A0"), ("\udcff", "octet FF"),
    ],
)
def test_a_character_outside_printable_ascii_is_named(character, says):
    error = refusal(parse_forward_path, f"<bob{character}@lab.example>")
    assert error.at == 4
    assert says in error.text
    assert error.text.isascii()
    assert error.text.isprintable()


def test_sizes_are_accepted_up_to_the_limit_and_refused_beyond():
    assert parse_forward_path(f"<{'a' * 64}@lab.example>").domain == "lab.example"
    assert refusal(parse_forward_path, f"<{'a' * 65}@lab.example>").at == 65
    assert parse_forward_path(f"<{'a' * 10}@{'b' * 243}>").local_part == "a" * 10
    assert "256" in refusal(parse_forward_path, f"<{'a' * 10}@{'b' * 244}>").text
    assert "255" in refusal(parse_reverse_path, f"<a@{'b' * 256}>").text


def test_a_path_made_in_python_may_not_smuggle_a_line_end():
    with pytest.raises(ValueError, match="no path may hold"):
        format_path(Path("bob>\r\nRCPT TO:<eve", "lab.example"))


def test_a_mail_argument_gives_path_and_parameters():
    read = parse_mail_argument("From:<bob@lab.example> SIZE=900 X-Flag", "FROM:")
    assert read.path.address == "bob@lab.example"
    assert read.parameters == (("SIZE", "900"), ("X-FLAG", None))


@pytest.mark.parametrize("blanks", ["", " ", "   "])
def test_blanks_at_the_end_are_tolerated(blanks):
    assert parse_mail_argument("TO:<bob@lab.example>" + blanks, "TO:").parameters == ()


def test_a_blank_after_the_colon_is_refused_with_the_line_to_write():
    error = refusal(parse_mail_argument, "FROM: <bob@lab.example>", "FROM:")
    assert error.at == 5
    assert error.text == "No blank may stand after the colon. Write FROM:<bob@lab.example>."


@pytest.mark.parametrize(("rest", "advice"), [("eve@lab.example", "<eve@lab.example>"), ("eve", "<bob@lab.example>")])
def test_missing_brackets_are_refused_with_the_form_to_write(rest, advice):
    error = refusal(parse_mail_argument, "TO:" + rest, "TO:")
    assert error.at == 3
    assert f"Write {advice}." in error.text


def test_advice_never_makes_a_reply_line_too_long():
    assert len(refusal(parse_mail_argument, "TO:" + "a@" * 200, "TO:").text) < 200


@pytest.mark.parametrize(("argument", "at"), [("", 0), ("TO:<b@x>", 0), ("FROM <b@x>", 4), (" FROM:<>", 0), ("FRO", 3)])
def test_another_word_than_from_is_refused_where_it_differs(argument, at):
    error = refusal(parse_mail_argument, argument, "FROM:")
    assert error.at == at
    assert "FROM:<bob@lab.example>" in error.text


@pytest.mark.parametrize(
    ("text", "at"),
    [("SIZE=", 5), ("SIZE=1=2", 6), ("=1", 0), ("-A", 0), ("A  B", 2), ("A=1 a=2", 4), ("A_B", 1)],
)
def test_bad_parameters_are_501_at_the_character_that_does_not_fit(text, at):
    assert refusal(parse_parameters, text).at == at


def test_a_parameter_must_be_parted_from_the_path_by_a_blank():
    assert refusal(parse_mail_argument, "FROM:<b@x>SIZE=1", "FROM:").at == 10


@pytest.mark.parametrize("name", ["lab.example", "0391926cb167", "[127.0.0.1]", "[IPv6:::1]"])
def test_a_client_name_is_a_domain_or_an_address_literal(name):
    assert parse_client_name(name) == name


def test_words_after_a_literal_are_allowed_and_ignored():
    assert parse_client_name("[127.0.0.1] a laptop") == "[127.0.0.1]"


@pytest.mark.parametrize(("text", "at"), [("", 0), ("a b", 1), ("a_b", 1), ("[127.0.0.1]x", 11), ("<a>", 0), ("a.", 2)])
def test_a_bad_client_name_is_501_at_the_character_that_does_not_fit(text, at):
    assert refusal(parse_client_name, text).at == at


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=25)
domains = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z0-9]{1,5}){0,2}", fullmatch=True)


@given(printable, domains, st.lists(domains, max_size=2))
def test_what_is_written_reads_back_the_same(local_part, domain, route):
    path = Path(local_part, domain, tuple(route))
    assert parse_forward_path(format_path(path)) == path
    assert parse_reverse_path(format_path(path)) == path


@given(st.text(max_size=60))
def test_any_text_either_parses_or_is_501_with_a_place_in_it(text):
    for parse in (parse_reverse_path, parse_forward_path, parse_parameters, parse_client_name):
        for candidate in (text, f"<{text}>"):
            error = error_of(parse, candidate)
            assert error is None or (error.code == 501 and 0 <= error.at <= len(candidate))
