"""A record as a capture file (pcapng), as if somebody had listened on the way; Wireshark and tshark open it.

A record holds octets, their segments and their times. What carried them is made up here, and the file says so:
addresses, ports and all of TCP (RFC 9293) and IPv4 (RFC 791). No link layer is made up, since the format needs none.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from smtplab.explain.catalogue import text
from smtplab.protocol.transcript import Transcript

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10  # RFC 9293 section 3.1

SEGMENT_OCTETS = 1460
"""The most octets in one packet: the 1500 of an Ethernet less two headers of 20 (RFC 9293 section 3.7.1)."""

BEGAN = datetime(2001, 4, 1, tzinfo=UTC)
"""When every capture begins, in the month of RFC 2821: no record knows its date, and one record gives one file."""

ACKNOWLEDGED_WITHIN_S = 0.5
"""An acknowledgment waits for something to send, but not for so long (RFC 1122 section 4.2.3.2)."""

LONGEST_S = 1e9
"""Times beyond these thirty years have no meaning, and a few of them no place in the format."""

ADDRESSES = {"C": bytes([192, 0, 2, 1]), "S": bytes([192, 0, 2, 25])}  # for documentation: RFC 5737 section 3
CLIENT_PORT = 49152  # the first that nobody can be assigned: RFC 6335 section 6
SMTP_PORT, SUBMISSIONS_PORT = 25, 465  # RFC 5321 section 4.5.4.2; RFC 8314 section 3.3, TLS from the first octet

End = Literal["C", "S"]


@dataclass(frozen=True, slots=True)
class Packet:
    """One TCP segment of the capture; `seq` and `ack` count from 0, as Wireshark shows them."""

    time_s: float
    sender: End
    flags: int
    seq: int
    ack: int
    octets: bytes


class Connection:
    """Both ends of a made-up TCP connection on a path that loses nothing and keeps the order.

    An end acknowledges with what it sends next; when it sends nothing soon, or the other goes on first, it
    acknowledges alone. So every packet has been taken before its sender sends the next, and no window fills.
    """

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.time_s = 0.0
        self._next = {"C": 0, "S": 0}
        self._unacknowledged: End | None = None

    def open(self) -> None:
        """The three-way handshake (RFC 9293 section 3.5)."""
        self._add(self.time_s, "C", SYN)
        self._put("S", SYN | ACK)
        self.acknowledge()

    def send(self, sender: End, octets: bytes) -> None:
        """One segment as it was handed to TCP, cut where it is longer than a packet; PSH marks its end."""
        for start in range(0, len(octets), SEGMENT_OCTETS):
            piece = octets[start : start + SEGMENT_OCTETS]
            self._put(sender, ACK | (PSH if start + len(piece) == len(octets) else 0), piece)

    def acknowledge(self) -> None:
        """Take what was sent last, if nobody has yet, when it comes."""
        if self._unacknowledged is not None:
            self._add(self.packets[-1].time_s, _other(self._unacknowledged), ACK)

    def close(self) -> None:
        """The server hangs up, and the client does too (RFC 9293 section 3.6)."""
        self._put("S", FIN | ACK)
        self._put("C", FIN | ACK)
        self.acknowledge()

    def lose(self) -> None:
        """The connection breaks (RFC 9293 section 3.5.2)."""
        self._put("S", RST | ACK)

    def _put(self, sender: End, flags: int, octets: bytes = b"") -> None:
        if self._unacknowledged == sender or self.time_s - self.packets[-1].time_s >= ACKNOWLEDGED_WITHIN_S:
            self.acknowledge()
        self._add(self.time_s, sender, flags, octets)

    def _add(self, time_s: float, sender: End, flags: int, octets: bytes = b"") -> None:
        ack = self._next[_other(sender)] if flags & ACK else 0
        self.packets.append(Packet(time_s, sender, flags, self._next[sender], ack, octets))
        counted = len(octets) + bool(flags & (SYN | FIN))  # these two take a sequence number: RFC 9293 section 3.4
        self._next[sender] += counted
        self._unacknowledged = sender if counted else None


def write_pcap(transcript: Transcript, path: str | Path) -> Path:
    """Write a capture of what a listener on the way would have seen.

    Of a session with TLS these are the clear text up to the handshake, and then TLS records. A record from the text
    form holds none of those, so its capture ends where TLS begins. Segments stay as they were sent, but for those
    longer than 1460 octets, which TCP cuts. The addresses (192.0.2.1 and 192.0.2.25, from the range for
    documentation), the ports, the date and all of TCP are made up. The server seems to be the one who hangs up
    or breaks the connection, since the record does not say who did; whatever stands behind that is left out.

    Parameters
    ----------
    transcript : Transcript
        One that was truncated is written as far as it goes, and the capture says so.
    path : str or Path
        Overwritten when it exists. Wireshark knows such files by the ending ``.pcapng`` or ``.pcap``.

    Returns
    -------
    Path
        Where the capture is.

    Raises
    ------
    TypeError
        When `transcript` is none.
    ValueError
        When nothing went over the wire, or a time makes no sense.
    OSError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> transcript = Transcript.parse("S: 220 lab.example\\nC: QUIT\\nS: 221 bye\\n-- closed")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_pcap(transcript, folder + "/quit.pcapng").name
    'quit.pcapng'
    """
    if not isinstance(transcript, Transcript):
        kind = type(transcript).__name__
        raise TypeError(f"write_pcap takes a Transcript, such as client.transcript; this is {kind}.")
    packets = _packets(transcript)
    path = Path(path)
    path.write_bytes(b"".join(_blocks(packets, _server_port(transcript), _remark(transcript))))
    return path


def _packets(transcript: Transcript) -> list[Packet]:
    heard = transcript.overheard().entries
    if not heard:
        raise ValueError("Nothing in this transcript went over the wire, so there is nothing to capture.")
    connection = Connection()
    connection.open()
    passed_s = 0.0
    for entry in heard:
        if not 0 <= entry.time_s <= LONGEST_S:
            raise ValueError(f"An entry has the time {entry.time_s}; it must be seconds from 0 to {LONGEST_S:.0f}.")
        connection.time_s = entry.time_s + passed_s
        if entry.direction != "-":
            connection.send(entry.direction, entry.octets)
        elif entry.event == "closed":
            connection.close()
            break
        elif entry.event == "lost":
            connection.lose()
            break
        else:
            passed_s += float(entry.event.removesuffix(" s"))
    connection.acknowledge()
    return connection.packets


def _blocks(packets: list[Packet], server_port: int, remark: str) -> Iterator[bytes]:
    """The blocks of a pcapng file, all in network order, so that a file is the same wherever it is written."""
    from dpkt import ip, pcap, pcapng, tcp  # only who writes a capture pays for them

    options = [pcapng.PcapngOption(code=pcapng.PCAPNG_OPT_COMMENT, data=remark.encode()), pcapng.PcapngOption()]
    most = struct.pack("!BBH", tcp.TCP_OPT_MSS, 4, SEGMENT_OCTETS)
    ports = {"C": CLIENT_PORT, "S": server_port}
    yield bytes(pcapng.SectionHeaderBlock(opts=options))
    yield bytes(pcapng.InterfaceDescriptionBlock(linktype=pcap.DLT_RAW))
    for packet in packets:
        receiver = _other(packet.sender)
        opts = most if packet.flags & SYN else b""
        segment = tcp.TCP(
            sport=ports[packet.sender], dport=ports[receiver], seq=packet.seq, ack=packet.ack,
            off=(20 + len(opts)) // 4, flags=packet.flags, opts=opts, data=packet.octets,
        )
        whole = ip.IP(src=ADDRESSES[packet.sender], dst=ADDRESSES[receiver], p=ip.IP_PROTO_TCP, df=1, data=segment)
        time_us = round((BEGAN.timestamp() + packet.time_s) * 1_000_000)
        block = pcapng.EnhancedPacketBlock(pkt_data=bytes(whole), ts_high=time_us >> 32, ts_low=time_us & 0xFFFFFFFF)
        yield bytes(block)


def _server_port(transcript: Transcript) -> int:
    """The port tells a listener whether to expect a greeting or TLS."""
    first = next((entry for entry in transcript.entries if entry.octets), None)
    return SUBMISSIONS_PORT if first is not None and first.layer == "outside" else SMTP_PORT


def _remark(transcript: Transcript) -> str:
    return text("capture.made-up") + (" " + text("capture.truncated") if transcript.truncated else "")


def _other(end: End) -> End:
    return "S" if end == "C" else "C"
