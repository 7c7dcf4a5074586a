"""A capture of a record holds its octets in sound TCP, and tshark names the same commands and codes as the record."""

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from smtplab import write_pcap
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network import memory_server
from smtplab.network.pcap import SEGMENT_OCTETS
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.machine import DATA_END
from smtplab.protocol.transcript import Entry, Transcript

FILES = sorted((Path(__file__).parents[1] / "dialogues").rglob("*.txt"))
GOLDEN = {path.stem: Transcript.parse(path.read_text("utf-8")) for path in FILES}
IN_THE_CLEAR = [name for name, transcript in GOLDEN.items() if transcript.overheard().entries]
FIELDS = (
    "tcp.srcport", "frame.time_epoch", "tcp.flags", "tcp.payload", "smtp.req.command", "smtp.response.code",
    "tls.record.content_type", "tls.record.opaque_type",
    "tcp.analysis.flags", "_ws.malformed", "ip.checksum.status", "tcp.checksum.status",
)
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
GOOD = "1"
HANDSHAKE_RECORD, DATA_RECORD = "22", "23"


@dataclass(frozen=True)
class Frame:
    """One packet, as tshark reads it."""

    sender: str
    time_s: float
    flags: int
    octets: bytes
    commands: list[str]
    codes: list[int]
    tls_records: list[str]


def _frame(line: str) -> Frame:
    port, time, flags, payload, verbs, codes, readable, opaque, *faults = line.split("\t")
    assert faults == ["", "", GOOD, GOOD]  # a remark of the TCP analysis, a malformed packet, two checksums
    return Frame(
        "S" if port in ("25", "465") else "C", float(time), int(flags, 16), bytes.fromhex(payload),
        [verb.upper() for verb in verbs.split(",") if verb], [int(code) for code in codes.split(",") if code],
        [record for record in f"{readable},{opaque}".split(",") if record],
    )


Capture = Callable[[Transcript], list[Frame]]


@pytest.fixture
def capture(tmp_path: Path) -> Capture:
    """Write a record and have tshark read it; whatever tshark finds amiss fails the test."""
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("no tshark on this machine")

    def frames(transcript: Transcript) -> list[Frame]:
        path = write_pcap(transcript, tmp_path / "record.pcapng")
        checks = [word for layer in ("ip", "tcp") for word in ("-o", f"{layer}.check_checksum:TRUE")]
        fields = [word for field in FIELDS for word in ("-e", field)]
        command = [tshark, "-n", "-r", str(path), *checks, "-T", "fields", *fields]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [_frame(line) for line in done.stdout.splitlines()]

    return frames


def commands(frames: list[Frame]) -> list[str]:
    return [command for frame in frames for command in frame.commands]


def codes(frames: list[Frame]) -> list[int]:
    return [code for frame in frames for code in frame.codes]


def said(frames: list[Frame]) -> list[tuple[str, bytes]]:
    """Sender and octets of each packet that carries any."""
    return [(frame.sender, frame.octets) for frame in frames if frame.octets]


def commands_that_tshark_can_know(transcript: Transcript) -> list[str]:
    """The verbs of the record, less what tshark cannot tell.

    It knows a verb by its first four letters (STAR), and no empty line. It takes what follows a DATA for mail data,
    refused or not, up to a line with a dot. It finds a chunk only in segments of its own, with CRLF at its end, so
    nothing is compared from the first BDAT on; nor from a second AUTH, since its reading may fail behind a first. A
    line of a login exchange is no command for either.
    """
    known = []
    in_mail_data = False
    for exchange in transcript.exchanges():
        verb = exchange.command.verb if exchange.command else ""
        if verb == "BDAT" or (verb == "AUTH" and verb in known):
            break
        if verb not in ("", AUTH_LINE) and not in_mail_data:
            known.append(verb[:4])
        in_mail_data = verb == "DATA" or (in_mail_data and exchange.event != DATA_END)
    return known


def codes_of(transcript: Transcript) -> list[int]:
    return [exchange.reply.code for exchange in transcript.exchanges() if exchange.reply]


def clear(*pairs: tuple[str, bytes]) -> list[Entry]:
    return [Entry("C" if direction == "C" else "S", octets) for direction, octets in pairs]


def line_by_line(transcript: Transcript) -> Transcript:
    """The client sends each line in a segment, the server all that it has to say."""
    entries = [
        Entry(entry.direction, piece)
        for entry in transcript.merged() if entry.direction != "-"
        for piece in (entry.octets.splitlines(keepends=True) if entry.direction == "C" else [entry.octets])
    ]
    return Transcript(tuple(entries))


@pytest.mark.parametrize("name", IN_THE_CLEAR)
def test_tshark_names_the_commands_and_codes_of_every_golden_dialogue(name: str, capture: Capture) -> None:
    transcript = line_by_line(GOLDEN[name].overheard())
    frames = capture(transcript)
    known = commands_that_tshark_can_know(transcript)
    assert commands(frames)[: len(known)] == known
    assert codes(frames) == codes_of(transcript)
    assert said(frames) == [(entry.direction, entry.octets) for entry in transcript.entries]


def test_little_is_hidden_from_tshark() -> None:
    assert commands_that_tshark_can_know(GOLDEN["first_mail"]) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert commands_that_tshark_can_know(GOLDEN["nobody_left"]) == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA"]
    assert len([name for name in IN_THE_CLEAR if "QUIT" in commands_that_tshark_can_know(GOLDEN[name])]) >= 9


@pytest.mark.parametrize(
    "lines",
    [
        ["AUTH PLAIN AGJvYgBidWlsZGVy"],  # NUL bob NUL builder
        ["AUTH PLAIN", "AGJvYgB3cm9uZw=="],  # NUL bob NUL wrong
        ["AUTH LOGIN", "Ym9i", "YnVpbGRlcg=="],  # bob, builder
        ["AUTH CRAM-MD5", "*"],
    ],
    ids=" ".join,
)
def test_tshark_names_a_login_by_any_mechanism(lines: list[str], capture: Capture) -> None:
    with memory_server(World(extensions="all")).connect() as client:
        for line in ["EHLO student.example", *lines, "NOOP", "QUIT"]:
            client.send(line)
    frames = capture(client.transcript)
    assert commands(frames) == ["EHLO", "AUTH", "NOOP", "QUIT"]
    assert codes(frames) == codes_of(client.transcript)


def test_tshark_names_a_pipelined_group_and_chunks(capture: Capture) -> None:
    group = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<bob@lab.example>\r\nRCPT TO:<nobody@lab.example>\r\nDATA\r\n"
    chunks = (b"BDAT 16\r\n", b"Subject: chunk\r\n", b"BDAT 8 LAST\r\n", b"\r\nHi!!\r\n")
    with memory_server(World(extensions="all")).connect() as client:
        client.send("EHLO student.example")
        assert [reply.code for reply in client.send_octets(group)] == [250, 250, 550, 354]
        client.send_message("Subject: in a group\r\n\r\nQUIT\r\n")
        for octets in (b"MAIL FROM:<a@b.example>\r\nRCPT TO:<bob@lab.example>\r\n", *chunks):
            client.send_octets(octets)
        client.quit()
    frames = capture(client.transcript)
    named = [frame.commands for frame in frames if frame.commands]
    assert named == [["EHLO"], ["MAIL", "RCPT", "RCPT", "DATA"], ["MAIL", "RCPT"], ["BDAT"], ["BDAT"], ["QUIT"]]
    assert codes(frames) == codes_of(client.transcript) == [220, 250, 250, 250, 550, 354, *[250] * 5, 221]


def test_a_record_split_octet_by_octet_is_captured_so(capture: Capture) -> None:
    whole = GOLDEN["first_mail"]
    entries = [Entry(entry.direction, bytes([octet])) for entry in whole.merged() for octet in entry.octets]
    frames = capture(Transcript(tuple(entries)))
    assert said(frames) == [(entry.direction, entry.octets) for entry in entries]
    assert commands(frames) == commands_that_tshark_can_know(whole)
    # tshark gives a code for each line of a reply that does not come in one segment.
    assert codes(frames) == [e.reply.code for e in whole.exchanges() if e.reply for _ in e.reply.lines]


def test_a_segment_longer_than_a_packet_is_cut_and_comes_whole(capture: Capture) -> None:
    mail_data = b"Subject: long\r\n\r\n" + b"x" * 76 + b"\r\n" + b"0123456789\r\n" * 17_000 + b".\r\n"
    entries = clear(
        ("S", b"220 lab.example\r\n"), ("C", b"HELO me.example\r\n"), ("S", b"250 lab.example\r\n"),
        ("C", b"MAIL FROM:<a@me.example>\r\n"), ("S", b"250 OK\r\n"), ("C", b"RCPT TO:<bob@lab.example>\r\n"),
        ("S", b"250 OK\r\n"), ("C", b"DATA\r\n"), ("S", b"354 Go on\r\n"), ("C", mail_data), ("S", b"250 OK\r\n"),
        ("C", b"QUIT\r\n"), ("S", b"221 bye\r\n"),
    )
    transcript = Transcript(tuple(entries))
    frames = capture(transcript)
    assert commands(frames) == ["HELO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert codes(frames) == codes_of(transcript)
    pieces = [frame.octets for frame in frames if frame.sender == "C"]
    assert max(map(len, pieces)) == SEGMENT_OCTETS
    assert mail_data in b"".join(pieces)
    assert sum(len(piece) > 100 for piece in pieces) == -(-len(mail_data) // SEGMENT_OCTETS)


def test_the_connection_opens_with_three_packets_and_everything_is_acknowledged(capture: Capture) -> None:
    frames = capture(Transcript(tuple(clear(("S", b"220 lab.example\r\n"), ("C", b"QUIT\r\n")))))
    opening = [(frame.sender, frame.flags) for frame in frames[:3]]
    assert opening == [("C", SYN), ("S", SYN | ACK), ("C", ACK)]
    assert [(frame.sender, frame.octets) for frame in frames[3:]] == [
        ("S", b"220 lab.example\r\n"), ("C", b"QUIT\r\n"), ("S", b"")]


@pytest.mark.parametrize(
    ("event", "end"),
    [
        ("closed", [("C", ACK), ("S", FIN | ACK), ("C", FIN | ACK), ("S", ACK)]),
        ("lost", [("C", ACK), ("S", RST | ACK)]),
    ],
)
def test_the_end_of_the_connection_is_captured_and_nothing_behind_it(
    event: str, end: list[tuple[str, int]], capture: Capture
) -> None:
    entries = [*clear(("S", b"220 lab.example\r\n")), Entry("-", event=event), Entry("C", b"QUIT\r\n")]
    frames = capture(Transcript(tuple(entries)))
    assert [(frame.sender, frame.flags) for frame in frames[4:]] == end
    assert commands(frames) == []


def test_times_are_those_of_the_record_and_an_acknowledgment_does_not_wait_for_a_slow_reply(capture: Capture) -> None:
    entries = (
        Entry("S", b"220 lab.example\r\n", 0.25), Entry("C", b"NOOP\r\n", 0.5), Entry("-", event="30 s", time_s=0.5),
        Entry("S", b"250 OK\r\n", 0.75),
    )
    frames = capture(Transcript(entries))
    began = frames[0].time_s
    assert [round(frame.time_s - began, 6) for frame in frames if frame.octets] == [0.25, 0.5, 30.75]
    assert [(frame.sender, round(frame.time_s - began, 6)) for frame in frames[5:]] == [
        ("S", 0.5), ("S", 30.75), ("C", 30.75)]


INSIDE = (
    ("C", b"EHLO secret.example\r\n"), ("S", b"250 lab.example\r\n"), ("C", b"QUIT\r\n"), ("S", b"221 secret bye\r\n"),
)


def tls_session() -> Iterator[Entry]:
    """The octets of a real TLS session: handshake, and the dialogue INSIDE."""
    authority = trustme.CA()
    for_server, for_client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("lab.example").configure_cert(for_server)
    authority.configure_trust(for_client)
    # What each end writes is what the other reads.
    wire = {"C": ssl.MemoryBIO(), "S": ssl.MemoryBIO()}
    to_read = {"C": ssl.MemoryBIO(), "S": ssl.MemoryBIO()}
    ends = {
        "C": for_client.wrap_bio(to_read["C"], wire["C"], server_hostname="lab.example"),
        "S": for_server.wrap_bio(to_read["S"], wire["S"], server_side=True),
    }

    def carried(sender: str) -> Iterator[Entry]:
        octets = wire[sender].read()
        if octets:
            to_read["S" if sender == "C" else "C"].write(octets)
            yield Entry("C" if sender == "C" else "S", octets, layer="outside")

    for sender in ("C", "S", "C", "S"):
        with suppress(ssl.SSLWantReadError):
            ends[sender].do_handshake()
        yield from carried(sender)
    yield Entry("-", event="tls")
    for sender, octets in INSIDE:
        ends[sender].write(octets)
        yield from carried(sender)
        assert ends["S" if sender == "C" else "C"].read() == octets
        yield Entry("C" if sender == "C" else "S", octets, layer="inside")


def test_after_starttls_the_capture_shows_tls_records_and_not_a_word(capture: Capture, tmp_path: Path) -> None:
    start = clear(
        ("S", b"220 lab.example\r\n"), ("C", b"EHLO me.example\r\n"), ("S", b"250-lab.example\r\n250 STARTTLS\r\n"),
        ("C", b"STARTTLS\r\n"), ("S", b"220 Go on\r\n"),
    )
    transcript = Transcript((*start, *tls_session(), Entry("-", event="closed")))
    assert [exchange.event for exchange in transcript.exchanges()][-3:] == ["TLS-UP", "EHLO", "QUIT"]
    frames = capture(transcript)
    assert commands(frames) == ["EHLO", "STAR"]  # four letters are what tshark names
    assert codes(frames) == [220, 250, 220]
    assert said(frames) == [(e.direction, e.octets) for e in transcript.overheard().entries if e.octets]
    records = [record for frame in frames for record in frame.tls_records]
    assert records[0] == HANDSHAKE_RECORD
    assert records.count(DATA_RECORD) >= len(INSIDE)
    octets = (tmp_path / "record.pcapng").read_bytes()
    assert b"STARTTLS" in octets
    assert not any(line.strip() in octets for _, line in INSIDE)


def test_tls_from_the_first_octet_stands_at_the_port_for_it(capture: Capture) -> None:
    frames = capture(Transcript(tuple(tls_session())))
    assert frames[0].flags == SYN
    records = [record for frame in frames for record in frame.tls_records]
    assert records[0] == HANDSHAKE_RECORD
    assert records.count(DATA_RECORD) >= len(INSIDE)
    assert commands(frames) == codes(frames) == []


def test_a_record_gives_the_same_file_each_time_and_the_file_says_what_is_made_up(tmp_path: Path) -> None:
    transcript = Transcript.parse("S: 220 lab.example\nC: QUIT\nS: 221 bye\n-- closed")
    first = write_pcap(transcript, tmp_path / "first.pcapng")
    second = write_pcap(transcript, str(tmp_path / "second.pcapng"))
    assert second == tmp_path / "second.pcapng"
    assert first.read_bytes() == second.read_bytes()
    assert text("capture.made-up").encode() in first.read_bytes()


def test_a_record_that_was_cut_short_is_captured_as_far_as_it_goes_and_the_file_says_so(tmp_path: Path) -> None:
    entries = Transcript.parse("S: 220 lab.example\nC: NOOP").entries
    whole = write_pcap(Transcript(entries), tmp_path / "whole.pcapng").read_bytes()
    cut = write_pcap(Transcript(entries, truncated=True), tmp_path / "cut.pcapng").read_bytes()
    assert b"NOOP\r\n" in cut
    assert text("capture.truncated").encode() in cut
    assert text("capture.truncated").encode() not in whole


def test_what_cannot_be_captured_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "none.pcapng"
    with pytest.raises(TypeError, match=r"takes a Transcript, such as client\.transcript; this is str\."):
        write_pcap("S: 220 lab.example", path)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Nothing in this transcript went over the wire"):
        write_pcap(Transcript(), path)
    with pytest.raises(ValueError, match="Nothing in this transcript went over the wire"):
        write_pcap(Transcript.parse("-- tls\nC: NOOP"), path)
    for time_s in (-1.0, float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match=r"An entry has the time .*; it must be seconds from 0 to 1000000000\."):
            write_pcap(Transcript((Entry("C", b"NOOP\r\n", time_s),)), path)
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        write_pcap(Transcript.parse("C: NOOP"), tmp_path / "nowhere" / "a.pcapng")
    with pytest.raises(IsADirectoryError):
        write_pcap(Transcript.parse("C: NOOP"), tmp_path)


def test_only_who_writes_a_capture_loads_the_library_for_it() -> None:
    code = "import sys, smtplab.network; smtplab.write_pcap; print('dpkt' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "False\n"
