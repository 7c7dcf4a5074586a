"""The table of commands, and arguments that are missing or too many."""

import pytest

from smtplab.protocol.commands import BASE, COMMANDS, NOT_OFFERED, check_argument, command_rows
from smtplab.protocol.errors import ProtocolError
from smtplab.protocol.paths import parse_client_name, parse_mail_argument
from smtplab.protocol.wire import parse_command


@pytest.mark.parametrize("line", [b"DATA now", b"RSET all", b"QUIT please", b"STARTTLS now", b"data x"])
def test_an_argument_where_none_may_stand_is_501(line):
    with pytest.raises(ProtocolError, match="takes no argument") as caught:
        check_argument(parse_command(line))
    assert caught.value.code == 501


@pytest.mark.parametrize("verb", [b"EHLO", b"HELO ", b"MAIL", b"RCPT", b"VRFY", b"EXPN  "])
def test_a_missing_argument_is_501_with_an_example(verb):
    with pytest.raises(ProtocolError, match="needs an argument") as caught:
        check_argument(parse_command(verb))
    assert caught.value.code == 501


@pytest.mark.parametrize(
    "line", [b"DATA", b"DATA  \t", b"NOOP", b"NOOP anything at all", b"HELP", b"HELP MAIL", b"XYZZY", b"", b"EHLO a"]
)
def test_other_lines_pass(line):
    check_argument(parse_command(line))


def test_every_example_is_a_line_its_own_command_takes():
    for spec in COMMANDS.values():
        command = parse_command(spec.example.encode())
        assert command.verb == spec.verb
        check_argument(command)
    for verb in ("EHLO", "HELO", "LHLO"):
        parse_client_name(COMMANDS[verb].example.partition(" ")[2])
    parse_mail_argument(COMMANDS["MAIL"].example.removeprefix("MAIL "), "FROM:")
    parse_mail_argument(COMMANDS["RCPT"].example.removeprefix("RCPT "), "TO:")


def test_base_and_not_offered_stand_first_in_the_table():
    assert tuple(COMMANDS)[: len(BASE) + len(NOT_OFFERED)] == BASE + NOT_OFFERED


def test_expn_and_help_are_the_base_commands_a_server_may_lack():
    for edition in (2821, 5321):
        assert [verb for verb in BASE if not COMMANDS[verb].is_required(edition)] == ["EXPN", "HELP"]


def test_rows_hold_plain_values():
    rows = command_rows()
    assert len(rows) == len(COMMANDS)
    assert {type(value) for row in rows for value in row.values()} == {str, bool}
