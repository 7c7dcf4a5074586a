"""Limits: the named numbers are the ones in the table."""

from smtplab.protocol import limits


def test_every_named_number_stands_in_the_table_once():
    named = {name: value for name, value in vars(limits).items() if name.endswith(("_OCTETS", "_S"))}
    assert sorted(named.values()) == sorted(
        limit.value for limit in limits.LIMITS if limit.unit in ("octets", "seconds")
    )


def test_no_timeout_is_shorter_than_the_rfc_wants():
    waits = {limit.object: limit.value for limit in limits.LIMITS if limit.kind == "timeout"}
    assert waits["DATA initiation"] == 2 * 60
    assert waits["data block"] == 3 * 60
    assert waits["DATA termination"] == 10 * 60
    assert {waits[o] for o in ("initial 220 greeting", "MAIL", "RCPT", "server, next command")} == {5 * 60}


def test_rows_hold_plain_values():
    rows = limits.limit_rows()
    assert len(rows) == len(limits.LIMITS)
    assert {type(value) for row in rows for value in row.values()} == {str, int}
