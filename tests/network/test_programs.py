"""Programs of the field as the other side: smtplib and aiosmtplib as clients, aiosmtpd as a server."""

import asyncio
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from smtplab.network import Client, LoopbackServer
from smtplab.protocol.conformance import Fault, check_transcript
from smtplab.protocol.machine import UNASKED, State
from tests.network.waiting import until

aiosmtplib = pytest.importorskip("aiosmtplib")
controller = pytest.importorskip("aiosmtpd.controller")


def letter(text: str = "Hello\n.\n..two\nBob\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "alice@student.example", "bob@lab.example", "Hello"
    message.set_content(text)
    return message


def test_smtplib_delivers_what_was_meant() -> None:
    with LoopbackServer() as server:
        with smtplib.SMTP("127.0.0.1", server.port) as smtp:
            assert smtp.send_message(letter()) == {}
            assert smtp.noop()[0] == 250
            assert smtp.verify("bob")[0] == 250
        assert server.messages[0].parsed().get_content().replace("\r\n", "\n") == "Hello\n.\n..two\nBob\n"


def test_smtplib_sees_refusals_as_refusals() -> None:
    with LoopbackServer() as server, smtplib.SMTP("127.0.0.1", server.port) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("alice@student.example", ["zoe@lab.example"], "Subject: x\r\n\r\n")
        refused = smtp.sendmail("alice@student.example", ["bob@lab.example", "carol@lab.example"], "Subject: x\r\n\r\n")
        assert refused["carol@lab.example"][0] == 450
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.sendmail("nobody@lab.example", ["bob@lab.example"], "Subject: x\r\n\r\n")


def test_smtplib_hears_of_the_end_of_the_server() -> None:
    server = LoopbackServer()
    smtp = smtplib.SMTP("127.0.0.1", server.port)
    server.close()
    assert smtp.docmd("NOOP")[0] == 421
    smtp.close()


def test_aiosmtplib_delivers_many_at_once() -> None:
    async def deliver_all(port: int) -> None:
        await asyncio.gather(*(
            aiosmtplib.send(letter(f"Number {number}\n"), hostname="127.0.0.1", port=port, start_tls=False)
            for number in range(30)
        ))

    with LoopbackServer() as server:
        asyncio.run(deliver_all(server.port))
        found = {message.parsed().get_content().strip() for message in server.messages}
    assert found == {f"Number {number}" for number in range(30)}


class Keep:
    """An aiosmtpd handler that keeps what comes."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.data.append(envelope.original_content)  # type: ignore[attr-defined]
        return "250 kept"


class OnAnyPort(controller.Controller):  # type: ignore[misc]
    """aiosmtpd cannot start on port 0: it asks for the port again. Here it is told which one it got."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def peer() -> Iterator[tuple[int, Keep]]:
    keep = Keep()
    running = OnAnyPort(keep, hostname="127.0.0.1", port=0)
    running.start()
    yield running.port, keep
    running.stop()


def test_the_client_follows_aiosmtpd_through_a_delivery(peer: tuple[int, Keep]) -> None:
    port, keep = peer
    with Client("127.0.0.1", port) as client:
        assert client.send("EHLO student.example").code == 250
        assert client.session.announces("SIZE")
        for line in ("MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>"):
            assert client.send(line).code == 250
        assert client.send("DATA").code == 354
        assert str(client.send_message("Subject: Hello\n\n.dot\n")) == "250 kept"
        assert client.state is State.READY
        assert client.quit().code == 221
    assert keep.data == [b"Subject: Hello\r\n\r\n.dot\r\n"]


def verdicts(client: Client) -> list[tuple[str, Fault, str]]:
    """What there is to say of a server: strength, fault, and the command it is about."""
    found = check_transcript(client.transcript)
    return [(finding.strength, finding.what, client.exchanges[finding.exchange].event) for finding in found]


def test_a_delivery_to_aiosmtpd_raises_no_alarm(peer: tuple[int, Keep]) -> None:
    with Client("127.0.0.1", peer[0]) as client:
        for line in ("NOOP", "RSET", "VRFY bob", "EXPN staff", "MAIL FROM:<>", "EHLO student.example", "DATA",
                     "RCPT TO:<bob@lab.example>", "MAIL FROM:<>", "MAIL FROM:<>", "RCPT TO:<Postmaster>", "RSET now",
                     "DATA now", "DATA", ".", "XYZZY", "QUIT now", "QUIT"):
            client.send(line)
        assert client.state is State.CLOSED
        assert verdicts(client) == []


def test_where_aiosmtpd_departs_from_the_rfc_is_found(peer: tuple[int, Keep]) -> None:
    with Client("127.0.0.1", peer[0]) as client:
        for line in ("EHLO student.example", "HELP", "MAIL FROM:<alice@student.example>", "RCPT TO:<>"):
            assert client.send(line).code == 250
        assert verdicts(client) == [
            ("SHOULD", Fault.NOT_LISTED, "HELP"),  # 4.3.2 lists 211 and 214
            ("MAY", Fault.ARGUMENT, "RCPT"),  # 4.1.1.3 has no null forward-path
        ]


def test_aiosmtpd_is_found_to_take_a_bare_line_feed_for_a_line_end(peer: tuple[int, Keep]) -> None:
    with Client("127.0.0.1", peer[0]) as client:
        client.send_octets(b"NOOP\n")
        until(lambda: len(client.exchanges) == 2)
        assert verdicts(client) == [("MUST", Fault.LINE_END, UNASKED)]
