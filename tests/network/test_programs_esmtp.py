"""Programs of the field use the extensions: smtplib, aiosmtplib, swaks, and Node's nodemailer where npm is there."""

import asyncio
import json
import os
import shutil
import smtplib
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from smtplab.lab import Message, World
from smtplab.network import LoopbackServer
from smtplab.protocol.conformance import check_transcript
from tests.network.waiting import until

aiosmtplib = pytest.importorskip("aiosmtplib")

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
LOGIN = ("--auth-user", "bob", "--auth-password", "builder")
BJORN = "bj\u00f6rn@lab.example"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A server that offers all; what it said must be sound, whatever was asked of it."""
    with LoopbackServer(extensions="all") as running:
        yield running
        until(lambda: not any(record.open for record in running.sessions))
        for record in running.sessions:
            assert not [found for found in check_transcript(record.transcript) if found.is_departure]
        assert not running.errors


@pytest.fixture
def authority(server: LoopbackServer, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    path.write_bytes(server.authority)
    return path


def letter(to: str = "bob@lab.example") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "alice@student.example", to, "Hello"
    message.set_content("Hello\n.\n")
    return message


def only(server: LoopbackServer) -> Message:
    assert len(server.messages) == 1
    return server.messages[0]


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_smtplib_logs_in_by_each_mechanism_inside_tls(server: LoopbackServer, mechanism: str) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        smtp.starttls(context=server.trust())
        smtp.ehlo()
        smtp.user, smtp.password = "bob", "builder"
        authenticate = getattr(smtp, f"auth_{mechanism.lower().replace('-', '_')}")
        assert smtp.auth(mechanism, authenticate)[0] == 235
        smtp.send_message(letter())
    assert only(server).protocol == "ESMTPSA"


def test_smtplib_hears_a_wrong_password(server: LoopbackServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as smtp, pytest.raises(smtplib.SMTPAuthenticationError) as told:
        smtp.login("bob", "wrong")
    assert told.value.smtp_code == 535


def test_smtplib_sends_letters_outside_ascii(server: LoopbackServer) -> None:
    message = letter(BJORN)
    message.replace_header("Subject", "Gr\u00fc\u00dfe")
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        smtp.send_message(message)
    kept = only(server)
    assert kept.protocol == "UTF8SMTP" and kept.forward_paths[0].address == BJORN
    assert "Gr\u00fc\u00dfe".encode() in kept.mail_data


def test_smtplib_asks_for_reports(server: LoopbackServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        smtp.sendmail("alice@student.example", ["bob@lab.example"], "Subject: x\r\n\r\n",
                      mail_options=["RET=HDRS", "BODY=8BITMIME"], rcpt_options=["NOTIFY=SUCCESS"])
    kept = only(server)
    assert ("RET", "HDRS") in kept.parameters
    assert kept.forward_parameters == ((("NOTIFY", "SUCCESS"),),)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_aiosmtplib_encrypts_and_logs_in(server: LoopbackServer, mechanism: str) -> None:
    async def deliver() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port, tls_context=server.trust()) as smtp:
            assert smtp.get_transport_info("sslcontext")  # it has seen STARTTLS announced, and used it
            await smtp.ehlo()
            await getattr(smtp, f"auth_{mechanism.lower().replace('-', '')}")("bob", "builder")
            await smtp.send_message(letter())

    asyncio.run(deliver())
    assert only(server).protocol == "ESMTPSA"


def test_aiosmtplib_connects_with_implicit_tls() -> None:
    with LoopbackServer(World(extensions="all", implicit_tls=True)) as server:  # type: ignore[arg-type]
        asyncio.run(aiosmtplib.send(letter(), hostname="127.0.0.1", port=server.port, use_tls=True,
                                    tls_context=server.trust()))
        assert only(server).protocol == "ESMTPS"


@pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")
@pytest.mark.parametrize(("options", "protocol"), [
    (["--tls"], "ESMTPS"),
    (["--pipeline"], "ESMTP"),
    *((["--auth", mechanism, *LOGIN], "ESMTPA") for mechanism in MECHANISMS),
    *((["--tls", "--pipeline", "--auth", mechanism, *LOGIN], "ESMTPSA") for mechanism in MECHANISMS),
], ids=lambda value: " ".join(value) if isinstance(value, list) else value)
def test_swaks_delivers(server: LoopbackServer, authority: Path, options: list[str], protocol: str) -> None:
    verified = ["--tls-verify", "--tls-ca-path", str(authority)] if "--tls" in options else []
    done = swaks(server, *options, *verified)
    assert done.returncode == 0, done.stdout + done.stderr
    assert only(server).protocol == protocol


@pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")
def test_swaks_hears_that_a_login_failed(server: LoopbackServer) -> None:
    done = swaks(server, "--auth", "PLAIN", "--auth-user", "bob", "--auth-password", "wrong")
    assert done.returncode == 28
    assert "<** 535 5.7.8" in done.stdout


def swaks(server: LoopbackServer, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["swaks", "--server", "127.0.0.1", "--port", str(server.port), "--ehlo", "student.example",
               "--from", "alice@student.example", "--to", "bob@lab.example", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


SCRIPT = """
const [options, mail] = JSON.parse(process.argv[1]);
const transport = require("nodemailer").createTransport(options);
transport.sendMail(mail).then(
  (info) => { console.log(JSON.stringify({accepted: info.accepted, rejected: info.rejected})); transport.close(); },
  (error) => { console.log(JSON.stringify({error: error.code})); transport.close(); });
"""


Said = dict[str, object]


def nodemailer(server: LoopbackServer, authority: Path, mail: Said, **options: object) -> Said:
    """What nodemailer says of one mail."""
    if not shutil.which("npm"):
        pytest.skip("npm is not on this machine")
    folder = os.environ.get("SMTPLAB_NODE_MODULES", "")
    if not (Path(folder) / "nodemailer").is_dir():
        pytest.skip("nodemailer is not installed: put it into a folder, named by SMTPLAB_NODE_MODULES")
    tls = {"ca": authority.read_text(), "servername": "lab.example"}
    reached = {"host": "127.0.0.1", "port": server.port, "tls": tls, "requireTLS": True, **options}
    written = {"from": "alice@student.example", "to": "bob@lab.example", "text": "Hello\n.\n", **mail}
    done = subprocess.run(["node", "-e", SCRIPT, json.dumps([reached, written])], capture_output=True, text=True,
                          timeout=60, check=True, env=os.environ | {"NODE_PATH": folder})
    said: Said = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_nodemailer_encrypts_and_logs_in(server: LoopbackServer, authority: Path, mechanism: str) -> None:
    auth = {"user": "bob", "pass": "builder"}
    said = nodemailer(server, authority, {}, auth=auth, authMethod=mechanism)
    assert said == {"accepted": ["bob@lab.example"], "rejected": []}
    assert only(server).protocol == "ESMTPSA"


def test_nodemailer_asks_for_reports_and_writes_beyond_ascii(server: LoopbackServer, authority: Path) -> None:
    dsn = {"id": "letter 1", "return": "headers", "notify": ["failure", "delay"], "recipient": "alice@student.example"}
    said = nodemailer(server, authority, {"to": BJORN, "dsn": dsn})
    assert said["accepted"] == [BJORN]
    kept = only(server)
    assert {"RET", "ENVID", "SMTPUTF8"} <= {keyword for keyword, _ in kept.parameters}
    assert {"NOTIFY", "ORCPT"} <= {keyword for keyword, _ in kept.forward_parameters[0]}


def test_nodemailer_refuses_an_authority_it_does_not_know(server: LoopbackServer, tmp_path: Path) -> None:
    with LoopbackServer(extensions="all") as other:
        unknown = tmp_path / "other.pem"
        unknown.write_bytes(other.authority)
    assert nodemailer(server, unknown, {})["error"] in ("ESOCKET", "ETLS", "ECONNECTION")
    assert not server.messages
