"""What a console offers once an answer to EHLO has announced it, and that nothing of it is there before."""

import base64
import json
from typing import Any

import pytest

from smtplab.lab import World
from smtplab.lab.world import Certificate, Mailbox
from smtplab.network import Client, LoopbackServer, NoReply, memory_server
from smtplab.notebook.console.console import Console
from smtplab.notebook.console.talk import GROUP
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.machine import State

PLAIN = base64.b64encode(b"\0bob\0builder").decode()
BUILDER = base64.b64encode(b"builder").decode()
EXTRAS = ("offers", "parameters", "mechanisms", "passwords", "challenge", "chunk", "group", "facts", "listener")


@pytest.fixture
def console() -> Console:
    """A console on a server in memory that offers everything; EHLO is said."""
    made = Console(memory_server(extensions="all"))
    made.send("EHLO student.example")
    return made


def verbs(view: dict[str, Any]) -> dict[str, list[str]]:
    """The buttons, by group."""
    return {g["id"]: [c["verb"] for c in g["choices"]] for g in view["groups"]}


def sent(console: Console) -> list[str]:
    """What the record shows of the client's side."""
    return [row["lines"][0][1] for row in console.view()["rows"] if row["kind"] == "sent"]


def offered(console: Console) -> dict[str, list[str]]:
    """The parameters to toggle, by verb."""
    return {verb: [said for said, _ in found] for verb, found in console.view()["parameters"].items()}


def in_transaction(console: Console) -> None:
    """Name a sender and a recipient."""
    console.send("MAIL FROM:<alice@student.example>")
    console.send("RCPT TO:<bob@lab.example>")


@pytest.mark.parametrize("extensions", [("SIZE",), ()], ids=["default", "none"])
def test_a_server_that_announces_no_more_than_the_class_room_gets_the_first_view_and_nothing_else(
    extensions: tuple[str, ...],
) -> None:
    console = Console(memory_server(extensions=extensions))
    for line in ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>"):
        console.send(line)
        view = console.view()
        assert {name: view[name] for name in EXTRAS if view[name]} == {}
        assert view["picture"] == "machine-2821" and not view["has_secrets"]
    assert verbs(view) == {
        "next": ["RCPT", "DATA"], "again": ["EHLO", "HELO", "RSET"], "ask": ["VRFY", "EXPN", "HELP", "NOOP"],
        "leave": ["QUIT"], "try": ["MAIL"],
    }
    assert not any("form" in choice for group in view["groups"] for choice in group["choices"])


def test_before_ehlo_a_server_that_offers_everything_looks_like_any_other() -> None:
    plain, rich = (Console(memory_server(extensions=offered)).view() for offered in (("SIZE",), "all"))
    assert rich == plain


def test_the_default_console_has_a_server_of_its_own_with_what_was_asked_for() -> None:
    with Console(edition=5321, extensions="all") as console:
        assert console.server is not None
        assert (console.server.world.edition, console.server.world.extensions) == (5321, tuple(OFFERED))
        assert console.view()["picture"] == "machine-5321"
        assert console.send("EHLO student.example").code == 250
        assert console.view()["picture"] == "machine-5321-extensions"


@pytest.mark.parametrize("option", [{"edition": 5321}, {"extensions": "all"}], ids=str)
def test_edition_and_extensions_beside_a_target_are_told_in_a_sentence(option: dict[str, Any]) -> None:
    for target in (memory_server(), memory_server().connect(), World()):
        with pytest.raises(ValueError, match="this target has its own"):
            Console(target, **option)


def test_starttls_and_auth_are_buttons_that_protect_until_they_are_done(console: Console) -> None:
    assert verbs(console.view())["protect"] == ["STARTTLS", "AUTH"]
    assert console.start_tls().code == 220
    console.send("EHLO student.example")
    assert verbs(console.view())["protect"] == ["AUTH"]
    console.login("bob", "builder")
    assert "protect" not in verbs(console.view())
    facts = console.view()["facts"]
    assert facts[0].startswith("Inside TLS (TLSv1.") and facts[1:] == ["Logged in as bob"]
    console.send("QUIT")
    assert console.view()["facts"] == []


def test_a_handshake_that_fails_is_told_in_a_sentence_and_leaves_a_new_session() -> None:
    console = Console(memory_server(World(extensions="all", certificate=Certificate.EXPIRED)))
    console.send("EHLO student.example")
    outcome = console.send("STARTTLS")
    assert isinstance(outcome, NoReply)
    view = console.view()
    assert view["phase"] == "over" and view["facts"] == []
    assert "expired" in json.dumps(view["explanation"])
    assert [row["lines"][0][1] for row in view["rows"] if row["kind"] == "event"] == ["The TLS handshake failed."]
    console.new_session()
    assert console.state is State.GREETED


def test_a_handshake_that_fails_ahead_of_the_greeting_is_told_with_its_reason() -> None:
    console = Console(memory_server(World(extensions="all", implicit_tls=True, certificate=Certificate.EXPIRED)))
    assert console.view()["phase"] == "over" and "expired" in console.explanation.here
    good = Console(memory_server(World(extensions="all", implicit_tls=True)))
    assert good.view()["facts"] and good.explanation.code == 220


def test_a_new_session_on_a_strangers_server_trusts_whom_the_first_one_trusted() -> None:
    with LoopbackServer(extensions="all") as server:
        stranger = Client(server.host, server.port, authority=server.authority, server_name="lab.example")
        console = Console(stranger)
        assert console.server is None
        console.new_session()
        console.send("EHLO student.example")
        assert console.start_tls() and console.session.tls
        console.close()


def test_the_login_form_has_the_mechanisms_that_were_announced_and_smtplab_knows(console: Console) -> None:
    assert console.view()["mechanisms"] == ("PLAIN", "LOGIN", "CRAM-MD5")
    console.send("MAIL FROM:<alice@student.example>")
    assert console.view()["mechanisms"] == ()
    strict = Console(memory_server(World(extensions="all", login_needs_tls=True)))
    strict.send("EHLO student.example")
    assert strict.view()["mechanisms"] == ("CRAM-MD5",)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_login_by_the_form_leaves_no_secret_in_what_crosses_to_the_browser(console: Console, mechanism: str) -> None:
    console.heard({"do": "login", "mechanism": mechanism, "name": "bob", "password": "builder"})
    assert console.session.identity == "bob" and console.notice == ""
    view = console.view()
    assert view["has_secrets"] and view["mechanisms"] == ()
    assert view.pop("passwords")["bob@lab.example"] == ["bob", "builder"]  # the address book tells it
    secrets = [e.sent.split()[-1].decode() for e in console.exchanges
               if e.event == "AUTH-LINE" or (e.event == "AUTH" and len(e.sent.split()) == 3)]
    assert secrets
    for secret in ("builder", *secrets):
        assert secret not in json.dumps(view)
        assert secret not in console.fragment() and secret not in str(console)
    console.heard({"do": "reveal", "on": True})
    assert secrets[-1] in json.dumps(console.view()["rows"])
    console.heard({"do": "reveal", "on": False})
    assert secrets[-1] not in json.dumps(console.view()["rows"])


@pytest.mark.parametrize("line", [f"AUTH PLAIN {PLAIN}", f"auth plain {PLAIN}", f"AUTH XYZ {PLAIN}"])
def test_a_login_typed_by_hand_is_hidden_in_the_record_and_cut_in_the_history(console: Console, line: str) -> None:
    console.send(line)
    view = console.view()
    assert view["history"][-1] == line.removesuffix(f" {PLAIN}")
    assert view["rows"][-2]["lines"] == [["", line.replace(PLAIN, "*****")]]


def test_lines_that_answer_a_challenge_are_not_in_the_history_nor_when_sent_together(console: Console) -> None:
    console.send("AUTH LOGIN")
    console.send("Ym9i")
    console.send(BUILDER)
    assert console.view()["history"] == ["EHLO student.example", "AUTH LOGIN"]
    console = Console(memory_server(extensions="all"))
    console.send("EHLO student.example")
    console.send_group("AUTH LOGIN", "Ym9i", BUILDER)
    assert BUILDER not in json.dumps(console.view())


def test_a_challenge_is_told_in_words_and_its_answer_goes_out_as_base64(console: Console) -> None:
    console.send("AUTH LOGIN")
    view = console.view()
    assert (view["phase"], view["groups"], view["group"]) == ("login", [], None)
    assert view["challenge"] == {"sentence": "The server asks: Username:", "secret": False, "nul": ""}
    console.heard({"do": "answer", "text": "bob"})
    assert console.view()["challenge"] == {"sentence": "The server asks: Password:", "secret": True, "nul": ""}
    console.heard({"do": "answer", "text": "builder"})
    assert console.session.identity == "bob"
    assert sent(console)[-2:] == ["*****", "*****"]


def test_an_answer_to_plain_may_hold_the_octet_that_nobody_can_type(console: Console) -> None:
    console.send("AUTH PLAIN")
    assert console.view()["challenge"]["nul"] == r"\0"
    console.heard({"do": "answer", "text": r"\0bob\0builder"})
    assert console.session.identity == "bob"


def test_stop_ends_a_login_and_is_no_secret(console: Console) -> None:
    console.send("AUTH CRAM-MD5")
    assert "@lab.example>" in console.view()["challenge"]["sentence"]
    console.heard({"do": "send", "line": "*"})
    assert console.state is State.READY and sent(console)[-1] == "*"


def test_a_long_talk_inside_tls_is_told_to_a_listener_in_few_lines(console: Console) -> None:
    console.start_tls()
    for _ in range(20):
        console.send("NOOP")
    seen = [said for _, said in console.view()["listener"]]
    after = seen[next(at for at, said in enumerate(seen) if "nobody can read" in said):]
    assert len(after) == 8 and "more lines" in after[-3]


def test_the_address_book_tells_passwords_only_while_a_login_is_offered(console: Console) -> None:
    assert console.view()["passwords"]["bob@lab.example"] == ["bob", "builder"]
    assert "carol@lab.example" not in console.view()["passwords"]
    console.send("HELO student.example")
    assert console.view()["passwords"] == {}


def test_a_mailbox_with_letters_outside_ascii_is_in_the_book_only_where_it_can_be_reached(console: Console) -> None:
    plain = Console(memory_server())
    named = [[entry["address"] for entry in c.fixed()["book"]] for c in (console, plain)]
    assert ["björn@lab.example" in addresses for addresses in named] == [True, False]


def test_letters_of_any_alphabet_are_no_surprise_where_smtputf8_is_announced(console: Console) -> None:
    console.send("MAIL FROM:<alice@student.example> SMTPUTF8")
    assert console.send("RCPT TO:<bj\u00f6rn@lab.example>").code == 250 and console.notice == ""
    console.send("RCPT\u00a0TO:<bj\u00f6rn@lab.example>")
    assert console.notice.startswith("Character 5 of your line is U+00A0")


def test_parameters_are_those_of_the_extensions_announced_with_addresses_of_this_session(console: Console) -> None:
    found = offered(console)
    for verb, field in (("MAIL", "mail_parameters"), ("RCPT", "rcpt_parameters")):
        keywords = [parameter.keyword for extension in OFFERED.values() for parameter in getattr(extension, field)]
        assert [said.partition("=")[0] for said in found[verb]] == keywords
    assert "AUTH=alice@student.example" in found["MAIL"]
    console.login("bob", "builder")
    console.send("MAIL FROM:<bob@lab.example>")
    console.send("RCPT TO:<bob@lab.example>")
    assert "AUTH=bob@lab.example" in offered(console)["MAIL"]
    assert console.view()["parameters"]["RCPT"][-1] == ("ORCPT=rfc822;anna@lab.example", "anna@lab.example")


def test_an_address_in_a_parameter_is_written_as_xtext() -> None:
    letters = Mailbox("mia+mail=x", "Mia", password="m")
    console = Console(memory_server(World(extensions="all", mailboxes=(letters, Mailbox("bob", "Bob")))))
    console.send("EHLO student.example")
    console.login("mia+mail=x", "m")
    assert console.session.identity == "mia+mail=x"
    said = next(said for said in offered(console)["MAIL"] if said.startswith("AUTH="))
    assert said == "AUTH=mia+2Bmail+3Dx@lab.example"
    assert console.send(f"MAIL FROM:<alice@student.example> {said}").code == 250
    found = dict(console.view()["parameters"]["RCPT"])
    assert found["ORCPT=rfc822;mia+2Bmail+3Dx@lab.example"] == "mia+2Bmail+3Dx@lab.example"


def test_every_parameter_offered_is_taken_by_the_server(console: Console) -> None:
    console.login("bob", "builder")
    for said in offered(console)["MAIL"]:
        assert console.send(f"MAIL FROM:<bob@lab.example> {said}").code == 250, said
        console.send("RSET")
    console.send("MAIL FROM:<bob@lab.example>")
    for said in offered(console)["RCPT"]:
        assert console.send(f"RCPT TO:<bob@lab.example> {said}").code == 250, said


def test_the_envelope_shows_the_parameters_that_were_taken(console: Console) -> None:
    console.send("MAIL FROM:<alice@student.example> size=900 SMTPUTF8")
    console.send("RCPT TO:<bob@lab.example> NOTIFY=NEVER")
    console.send("RCPT TO:<carol@lab.example> NOTIFY=FAILURE")
    console.send("RCPT TO:<anna@lab.example>")
    said = [said for _, said in console.view()["envelope"]]
    assert said[:2] == ["alice@student.example SIZE=900 SMTPUTF8", "bob@lab.example NOTIFY=NEVER, anna@lab.example"]
    console.send("RSET")
    console.send("MAIL FROM:<> BODY=8BITMIME")
    assert [said for _, said in console.view()["envelope"]][:2] == ["<> BODY=8BITMIME", "none yet"]


def test_a_message_goes_in_counted_pieces(console: Console) -> None:
    assert console.view()["chunk"] is None
    in_transaction(console)
    assert console.view()["chunk"].startswith("From: alice@student.example\nTo: bob@lab.example\n")
    forms = {c["verb"]: c.get("form") for group in console.view()["groups"] for c in group["choices"]}
    assert forms["BDAT"] == "chunk" and forms["DATA"] is None
    console.heard({"do": "chunk", "text": "Subject: hi\n\n", "last": False})
    assert console.state is State.CHUNKS and console.view()["chunk"] == ""
    console.heard({"do": "chunk", "text": ".\n", "last": True})
    assert console.messages[0].mail_data == b"Subject: hi\r\n\r\n.\r\n"
    assert sent(console)[-2:] == ["BDAT 15", "BDAT 3 LAST"]


@pytest.mark.parametrize("line", ["BDAT 10", "bdat 10 last"])
@pytest.mark.parametrize("is_in_transaction", [False, True])
def test_a_typed_line_that_octets_must_follow_is_kept_and_opens_the_form(
    console: Console, line: str, is_in_transaction: bool,
) -> None:
    if is_in_transaction:
        in_transaction(console)
    before = len(console.transcript.entries)
    console.heard({"do": "send", "line": line})
    assert len(console.transcript.entries) == before
    assert console.notice == "The octets that belong to the line come first; the reply comes after them."
    draft = console.view()["draft"]
    assert (draft["line"], draft["form"]) == (line, "chunk")
    console.heard({"do": "send", "line": "RSET"})
    assert console.notice == "" and console.explanation.code == 250


@pytest.mark.parametrize(("line", "code"), [("BDAT 0 LAST", 250), ("BDAT 0", 250), ("BDAT x", 421), ("BDAT", 421)])
def test_a_typed_bdat_that_no_octets_follow_is_sent(console: Console, line: str, code: int) -> None:
    in_transaction(console)
    console.heard({"do": "send", "line": line})
    assert sent(console)[-1] == line and console.explanation.code == code


def test_a_typed_bdat_is_sent_where_nobody_knows_it_or_a_challenge_is_asked(console: Console) -> None:
    stranger = Console(memory_server())
    stranger.heard({"do": "send", "line": "BDAT 10"})
    assert stranger.explanation.code == 500
    console.send("AUTH LOGIN")
    console.heard({"do": "send", "line": "BDAT 10"})
    assert sent(console)[-1] == "*****"


def test_a_group_that_ends_with_a_line_that_octets_must_follow_is_not_sent(console: Console) -> None:
    before = len(console.transcript.entries)
    console.heard({"do": "group", "lines": "MAIL FROM:<>\nRCPT TO:<bob@lab.example>\nBDAT 10"})
    assert len(console.transcript.entries) == before
    assert console.notice == "The octets that belong to the line come first; the reply comes after them."
    console.heard({"do": "group", "lines": "MAIL FROM:<>\nRCPT TO:<bob@lab.example>\nBDAT 6 LAST\nNOOP"})
    assert console.explanation.code == 250 and console.messages[0].mail_data == b"NOOP\r\n"


def test_a_line_of_a_message_that_looks_like_a_login_is_shown(console: Console) -> None:
    in_transaction(console)
    console.send_chunk("AUTH PLAIN x\n")
    assert console.view()["rows"][-2]["lines"][-1] == ["", "AUTH PLAIN x"]
    console.send("RSET")
    in_transaction(console)
    for line in ("DATA", "AUTH PLAIN y"):
        console.send(line)
    assert sent(console)[-1] == "AUTH PLAIN y"
    console.send(".")
    assert console.view()["rows"][-2]["lines"] == [["", "AUTH PLAIN y"], ["", "."]]
    assert not console.view()["has_secrets"]


def test_a_long_piece_is_shown_with_its_middle_left_out(console: Console) -> None:
    in_transaction(console)
    console.send_chunk("line\n" * 500, last=True)
    assert len(console.view()["rows"][-2]["lines"]) < 15


def test_a_group_goes_out_in_one_segment_and_each_command_stands_with_its_reply(console: Console) -> None:
    assert console.view()["group"].splitlines() == [
        "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA",
    ]
    console.heard({"do": "group", "lines": "MAIL FROM:<>\nRCPT TO:<bob@lab.example>\n\nRCPT TO:<carol@lab.example>\n"})
    rows = console.view()["rows"][3:]
    assert [(row["kind"], row["note"]) for row in rows] == [
        ("sent", "sent together, 1 of 3"), ("reply", ""), ("sent", "sent together, 2 of 3"), ("reply", ""),
        ("sent", "sent together, 3 of 3"), ("reply", ""),
    ]
    assert [row["lines"][0][0] for row in rows if row["kind"] == "reply"] == ["250", "250", "450"]
    segments = [e.octets for e in console.transcript.said() if e.direction == "C"]
    assert len(segments) == 2
    console.send("RSET")
    assert console.view()["rows"][-2]["note"] == ""


@pytest.mark.parametrize(("lines", "verb"), [
    (("RSET", "NOOP", "RSET"), "NOOP"), (("ehlo me.example", "MAIL FROM:<>"), "EHLO"),
    (("STARTTLS", "RSET"), "STARTTLS"),
    (("AUTH LOGIN", "Ym9i", BUILDER), "AUTH"), (("RSET", "DATA", "QUIT"), "DATA"),
])
def test_a_command_that_may_only_stand_last_in_a_group_is_told_and_the_group_is_sent(
    console: Console, lines: tuple[str, ...], verb: str
) -> None:
    console.heard({"do": "group", "lines": "\n".join(lines)})
    assert console.notice.startswith(f"{verb} may only stand last in a group (RFC 2920 section 3.1)")
    segments = [e.octets for e in console.transcript.said() if e.direction == "C" and not e.layer]
    assert segments[1] == "".join(f"{line}\r\n" for line in lines).encode()


@pytest.mark.parametrize("last", ["NOOP", "QUIT", "DATA", "STARTTLS", "AUTH LOGIN", "VRFY bob"])
def test_a_group_in_order_leaves_no_notice(console: Console, last: str) -> None:
    console.send_group("RSET", "NOOP", "RSET")
    console.send_group("RSET", "MAIL FROM:<>", "RSET", last)
    assert console.notice == ""


def test_a_group_that_ends_with_starttls_is_followed_by_the_handshake(console: Console) -> None:
    console.send_group("RSET", "STARTTLS")
    assert console.state is State.GREETED and console.session.tls
    console.send("EHLO student.example")
    console.send_group("MAIL FROM:<>", "RSET")
    notes = [row["note"] for row in console.view()["rows"] if row["kind"] == "sent"]
    assert notes == ["", *[f"sent together, {place} of 2" for place in (1, 2)], "",
                     *[f"sent together, {place} of 2" for place in (1, 2)]]


def test_what_is_thrown_away_behind_starttls_is_no_part_of_a_later_group(console: Console) -> None:
    console.client.send_octets(b"STARTTLS\r\nNOOP thrown away\r\n")
    console.start_tls()
    console.send("EHLO student.example")
    console.send_group("MAIL FROM:<>", "RSET")
    notes = [row["note"] for row in console.view()["rows"] if row["kind"] == "sent"]
    assert notes == ["", "", "", "sent together, 1 of 2", "sent together, 2 of 2"]


def test_a_handshake_that_is_due_is_offered_by_itself(console: Console) -> None:
    console.client.send_octets(b"STARTTLS\r\n")
    view = console.view()
    assert (view["phase"], view["groups"], view["group"]) == ("handshake", [], None)
    console.heard({"do": "start-tls"})
    assert console.state is State.GREETED and console.session.tls and console.notice == ""


@pytest.mark.parametrize("lines", ["NOOP\n" * (GROUP + 1), "RSET\nBDAT 10"], ids=["too many", "octets"])
def test_a_group_that_is_not_sent_is_given_back(console: Console, lines: str) -> None:
    console.heard({"do": "group", "lines": "NOOP"})
    assert console.view()["draft"] is None
    serials = []
    for _ in range(2):
        console.heard({"do": "group", "lines": lines})
        draft = console.view()["draft"]
        assert (draft["line"], draft["form"]) == (lines, "group")
        serials.append(draft["serial"])
    assert serials == [1, 2]


def test_a_group_has_at_least_one_command_and_not_too_many(console: Console) -> None:
    for lines in ((), ("NOOP",) * (GROUP + 1)):
        with pytest.raises(ValueError, match="A group has 1 to 200 commands"):
            console.send_group(*lines)


def test_the_answer_to_ehlo_is_explained_line_by_line_while_it_is_the_last_reply(console: Console) -> None:
    offers = dict(console.view()["offers"])
    assert set(offers) >= set(OFFERED)
    assert "RFC 3207" in offers["STARTTLS"]
    console.send("NOOP")
    assert console.view()["offers"] == []


def test_a_listener_sees_clear_text_up_to_the_handshake_and_then_octets_that_nobody_can_read(console: Console) -> None:
    console.send(f"AUTH PLAIN {PLAIN}")
    assert console.view()["listener"] == []
    console.send("STARTTLS")
    console.send("EHLO inside.example")
    seen = console.view()["listener"]
    words = [said for _, said in seen]
    assert "EHLO student.example" in words and "STARTTLS" in words and "AUTH PLAIN *****" in words
    sealed = [said for said in words if "nobody can read" in said]
    assert words[-len(sealed):] == sealed and words[-len(sealed) - 1].startswith("220")
    counted = sum(int(said.split()[1]) for said in sealed)
    assert counted == sum(len(e.octets) for e in console.transcript.entries if e.layer == "outside")
    assert {who for who, said in seen if said in sealed} == {"you C:", "server S:"}
    assert "inside.example" not in json.dumps(seen)
    console.heard({"do": "reveal", "on": True})
    assert f"AUTH PLAIN {PLAIN}" in [said for _, said in console.view()["listener"]]


@pytest.mark.parametrize("message", [
    {"do": "login"}, {"do": "login", "mechanism": "PLAIN", "name": "bob", "password": 5},
    {"do": "login", "mechanism": "XOAUTH2", "name": "bob", "password": "x"},
    {"do": "login", "mechanism": "PLAIN", "name": "\ud83d", "password": "x"},
    {"do": "answer", "text": "bob"}, {"do": "chunk", "text": "x"}, {"do": "chunk", "text": "x", "last": "yes"},
    {"do": "chunk", "text": ["x"], "last": True}, {"do": "group"}, {"do": "group", "lines": ""},
    {"do": "group", "lines": "NOOP\n" * 300}, {"do": "group", "lines": "\ud83d"}, {"do": "reveal", "on": 5},
    {"do": "reveal"}, {"do": "start-tls"}, {"do": "group", "lines": None},
], ids=str)
def test_a_malformed_message_does_nothing_and_is_told_in_a_sentence(console: Console, message: object) -> None:
    before = console.view()
    console.heard(message)
    assert console.notice.endswith(".")
    given_back = console.view()["draft"]  # the text of a group
    assert console.view() == before | {"notice": console.notice, "draft": given_back}


@pytest.mark.parametrize("message", [
    {"do": "login", "mechanism": "PLAIN", "name": "bob", "password": "builder"}, {"do": "answer", "text": "bob"},
    {"do": "chunk", "text": "x", "last": True}, {"do": "group", "lines": "NOOP"}, {"do": "start-tls"},
], ids=lambda message: message["do"])
def test_a_page_that_lags_behind_puts_nothing_into_the_message(console: Console, message: dict[str, Any]) -> None:
    in_transaction(console)
    console.send("DATA")
    count = len(console.transcript.entries)
    console.heard(message)
    assert console.notice and len(console.transcript.entries) == count
