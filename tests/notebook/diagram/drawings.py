"""Sessions whose ways are drawn, the tables, and what is read from a picture: for the tests of the diagram."""

import itertools
from xml.etree import ElementTree

import pytest

from smtplab.notebook.diagram.diagram import StateDiagram
from smtplab.protocol.machine import EDITIONS, machine
from smtplab.protocol.transcript import Transcript

SVG = "{http://www.w3.org/2000/svg}"

PATH = Transcript.parse("""\
S: 220 lab.example
C: RCPT TO:<bob@lab.example>
S: 503 no
C: EHLO me.example
S: 250 lab.example
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C: RCPT TO:<carol@lab.example>
S: 450 busy
C: RCPT TO:<dora@lab.example>
S: 250 ok
C: DATA
S: 354 go on
C: .
S: 552 too much
C: NOOP
S: 250 ok
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RSET
S: 250 ok
""")

TLS_AND_CHUNKS = Transcript.parse("""\
S: 220 lab.example
C: EHLO me.example
S: 250-lab.example
S: 250-STARTTLS
S: 250 CHUNKING
C: STARTTLS
S: 220 go on
-- tls
C: EHLO me.example
S: 250-lab.example
S: 250-CHUNKING
S: 250 AUTH PLAIN LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: Ym9i
S: 334 UGFzc3dvcmQ6
C: YnVpbGRlcg==
S: 235 ok
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C| BDAT 3\\r\\nabc
S: 250 ok
C| BDAT 3 LAST\\r\\nd\\r\\n
S: 250 ok
C: QUIT
S: 221 bye
""")

WHAT_IS_REFUSED = Transcript.parse("""\
S: 220 lab.example
C: EHLO me.example
S: 250-lab.example
S: 250-STARTTLS
S: 250-CHUNKING
S: 250 AUTH PLAIN LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: *
S: 501 cancelled
C: AUTH PLAIN AGJvYgBidWlsZGVy
S: 235 ok
C: AUTH PLAIN AGJvYgBidWlsZGVy
S: 503 twice
C: MAIL FROM:<alice@me.example>
S: 250 ok
C: RCPT TO:<bob@lab.example>
S: 250 ok
C: STARTTLS
S: 503 no
C| BDAT 3\\r\\nabc
S: 250 ok
C: RCPT TO:<carol@lab.example>
S: 503 no
C| BDAT 3\\r\\nabc
S: 552 too much
C: DATA
S: 503 no
C: RSET
S: 250 ok
C: STARTTLS
S: 220 go on
-- tls failed
""")

REFUSED_GREETING = Transcript.parse("S: 554 no\nC: HELO me\nS: 503 no\nC: QUIT\nS: 221 bye\n")

DRAWN_EXTENSIONS = ("STARTTLS", "AUTH", "CHUNKING")
TABLES = [
    pytest.param(machine(edition, frozenset(chosen)), id="-".join((str(edition), *chosen)))
    for edition in EDITIONS
    for count in range(len(DRAWN_EXTENSIONS) + 1)
    for chosen in itertools.combinations(DRAWN_EXTENSIONS, count)
]


def groups(diagram: StateDiagram) -> dict[str, set[str]]:
    """Id and classes of each group of the picture."""
    root = ElementTree.fromstring(diagram.svg())
    return {g.attrib["id"]: set(g.attrib["class"].split()) for g in root.iter(f"{SVG}g")}


def label(diagram: StateDiagram, name: str) -> str:
    group = next(g for g in ElementTree.fromstring(diagram.svg()).iter(f"{SVG}g") if g.get("id") == name)
    return "".join(group.itertext())
