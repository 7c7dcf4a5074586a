"""Every table of `smtplab.protocol` against the fact base beside the repository, where that is at hand."""

import pytest

from smtplab.protocol.commands import BASE, COMMANDS
from smtplab.protocol.digits import DIGITS
from smtplab.protocol.enhanced_codes import CLASSES, DETAILS, SUBJECTS
from smtplab.protocol.extensions import KNOWN, OFFERED
from smtplab.protocol.general_replies import GENERAL_REPLIES
from smtplab.protocol.limits import LIMITS
from smtplab.protocol.reply_codes import REPLY_CODES
from smtplab.protocol.sequences import differences, entries
from tests.facts import facts


def parts(text):
    return tuple(text.split("; "))


def test_reply_codes():
    rows = facts("reply_codes")
    assert list(REPLY_CODES) == [int(row["code"]) for row in rows]
    for row in rows:
        known = REPLY_CODES[int(row["code"])]
        assert (known.name, known.meaning, known.note) == (row["name"], row["meaning"], row["note"])
        assert known.defined_in == parts(row["defined_in"])
        assert known.commands == parts(row["commands"])
        for edition in ("rfc821", "rfc2821", "rfc5321"):
            assert getattr(known, f"in_{edition}") == (row[edition] == "yes"), (known.code, edition)
        assert known.verified == (row["verified"] == "yes")
        assert known.in_rfc2821 == (row["in_seed"] == "yes")  # the source page has just the codes of RFC 2821


def test_digits():
    for row, digit in zip(facts("digits"), DIGITS, strict=True):
        assert (str(digit.position), digit.digit, digit.name) == (row["position"], row["digit"], row["name"])
        assert (digit.meaning, digit.sections) == (row["meaning"], parts(row["rfc_section"]))
        assert (digit.seed_says, digit.seed_agrees) == (row["seed_says"], row["seed_agrees"])
        assert (digit.in_rfc2821, digit.in_rfc5321) == (row["in_rfc2821"] == "yes", row["in_rfc5321"] == "yes")
        assert digit.note == row["note"].replace("No code in reply_codes.csv", "No code of SMTP")


def test_commands():
    rows = facts("commands")
    assert list(COMMANDS) == [row["verb"] for row in rows]
    for row in rows:
        spec = COMMANDS[row["verb"]]
        assert (spec.syntax, spec.argument, spec.effect) == (row["syntax"], row["argument"], row["effect"])
        assert spec.required_2821 == (row["required_2821"] == "yes")
        assert spec.required_5321 == (row["required_5321"] == "yes")
        assert spec.defined_in == parts(row["defined_in"])
        assert spec.note.endswith(row["note"])
        assert spec.announced_by == ("" if row["announced_by"].startswith("(") else row["announced_by"].split()[0])
    assert set(BASE) == {row["verb"] for row in rows if "RFC 2821 4.1.1." in row["defined_in"]}


@pytest.mark.parametrize("edition", [2821, 5321])
def test_sequences(edition):
    for row, entry in zip(facts(f"sequences_{edition}"), entries(edition), strict=True):
        assert (entry.number, entry.code) == (int(row["seq"]), int(row["code"]))
        assert (entry.command, entry.phase, entry.outcome) == (row["command"], row["phase"], row["outcome"])
        assert (f"RFC {entry.edition}", entry.section) == (row["rfc"], row["section"])


def test_differences_between_the_editions():
    expected = {
        (row["command"], row["phase"], row["outcome"], int(row["code"])):
            (int(row["times_2821"]), int(row["times_5321"]), row["change"])
        for row in facts("sequences_diff") if row["change"] != "same"
    }
    found = {(d.command, d.phase, d.outcome, d.code): (d.times_2821, d.times_5321, d.change) for d in differences()}
    assert found == expected


def test_general_replies():
    by_edition = {"RFC 2821": "section_2821", "RFC 5321": "section_5321"}
    for row in facts("general_replies"):
        if row["rfc"] == "RFC 821":
            continue
        code, level = int(row["code"]), row["level"].split(";")[0].upper().replace("DESCRIBED", "")
        if row["rfc"] in by_edition:
            matches = [r for r in GENERAL_REPLIES if getattr(r, by_edition[row["rfc"]]) == row["section"]]
        else:
            matches = [r for r in GENERAL_REPLIES if r.section_2821 == f"{row['rfc']} {row['section']}"]
        matches = [r for r in matches if r.code == code and r.strength == level]
        assert matches, row
        assert matches[0].any_command == (row["in_any_command_list"] == "yes")


def test_limits():
    known = {(limit.kind, limit.object): limit for limit in LIMITS}
    renamed = {
        "path (reverse or forward)": "path", "DATA initiation (wait for 354)": "DATA initiation",
        "data block (each TCP send)": "data block", "DATA termination (wait after final dot)": "DATA termination",
        "server waiting for next command": "server, next command",
    }
    rows = [row for row in facts("limits") if row["section_2821"] != "n/a"]  # the others stand with their extensions
    assert len(rows) == len(known)
    for row in rows:
        limit = known[row["kind"], renamed.get(row["object"], row["object"])]
        assert str(limit.value) == row["value"].split("-")[0]
        assert (limit.unit, limit.section_2821) == (row["unit"], row["section_2821"])
        assert limit.section_5321 == row["section_5321"].split(";")[0]
        assert limit.reply == row["reply_when_exceeded"][:3]


def test_enhanced_codes():
    rows = facts("enhanced_codes")
    details = [row for row in rows if row["level"] == "detail"]
    assert list(DETAILS) == [(int(row["subject"]), int(row["detail"])) for row in details]
    for row in details:
        known = DETAILS[int(row["subject"]), int(row["detail"])]
        assert (known.name, known.meaning, known.note) == (row["name"], row["meaning"], row["note"])
        assert "; ".join(map(str, known.classes)) == row["classes_by_text"]
        assert "; ".join(known.basic_codes) == row["basic_codes"].replace("not given", "")
        assert (known.reference, known.registry_only) == (row["reference"], row["verified"] == "registry-only")
    for level, column, table in (("class", "class", CLASSES), ("subject", "subject", SUBJECTS)):
        part_rows = [row for row in rows if row["level"] == level]
        assert [(part.number, part.name, part.meaning) for part in table.values()] == [
            (int(row[column]), row["name"], row["meaning"]) for row in part_rows
        ]


def test_extensions():
    rows = {row["ehlo_keyword"]: row for row in facts("extensions")}
    assert rows.keys() | {"LMTP"} == OFFERED.keys() | KNOWN.keys()  # LMTP is no keyword: it stands with LHLO
    assert not OFFERED.keys() & KNOWN.keys()
    for keyword, offered in OFFERED.items():
        row = rows[keyword]
        assert (offered.rfc, offered.purpose, offered.status) == (row["rfc"], row["purpose"], row["status"])
        assert ", ".join(offered.verbs) == row["verbs_added"].partition(" (")[0].replace("none", "")
        assert "; ".join(p.syntax for p in offered.mail_parameters) == row["mail_parameters"].replace("none", "")
        assert "; ".join(p.syntax for p in offered.rcpt_parameters) == row["rcpt_parameters"].replace("none", "")
        assert offered.reply_codes == row["reply_codes_introduced"].replace("none", "")
        assert offered.replaces == row["replaces"]
        assert offered.announcement == row["ehlo_parameters"].partition(" (client")[0].replace("none", "")
        if "+" in row["line_length_increase"]:
            assert row["line_length_increase"] == f"MAIL +{offered.line_octets['MAIL']}"
    assert all(OFFERED["DSN"].line_octets[verb] == 1036 - 512 for verb in ("MAIL", "RCPT"))
    assert OFFERED["AUTH"].line_octets["AUTH"] == int(auth_line_octets()) - 512
    for keyword, row in ((keyword, rows[keyword]) for keyword in KNOWN if keyword in rows):
        known = KNOWN[keyword]
        assert (known.rfc, known.purpose, known.status) == (row["rfc"], row["purpose"], row["status"])
        assert known.mail_parameters == row["mail_parameters"].replace("none", "")
        assert known.rcpt_parameters == row["rcpt_parameters"].replace("none", "")
        assert known.reply_codes == row["reply_codes_introduced"].replace("none", "")
        if "+" in row["line_length_increase"]:
            verbs, _, octets = row["line_length_increase"].partition(" +")
            assert known.mail_line_octets == (int(octets) if "MAIL" in verbs else 0)
            assert known.rcpt_line_octets == (int(octets) if "RCPT" in verbs else 0)


def auth_line_octets():
    return next(row["value"] for row in facts("limits") if row["object"] == "AUTH exchange line")


def test_every_cause_belongs_to_an_entry():
    known = {(entry.label, entry.code) for entry in entries(2821)}
    causes = {(row["entry"], int(row["code"])) for row in facts("causes")}
    assert causes <= known
    assert known - causes == {
        (entry.label, entry.code) for entry in entries(2821)
        if entry.code in (220, 221, 354) or (entry.code == 250 and entry.label not in ("VRFY", "EXPN"))
    }
