"""``smtplab talk``: type SMTP commands, and have each reply explained."""

import sys
from pathlib import Path
from textwrap import fill
from typing import TextIO

from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network.address import parse_target
from smtplab.network.client import Client
from smtplab.network.outcome import NoReply
from smtplab.network.pcap import write_pcap
from smtplab.network.server import LoopbackServer
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.starttls import TLS_UP
from smtplab.protocol.wire import Reply, encode, show


def talk(
    target: str | None = None, *, world: World | None = None, capture: Path | None = None,
    input: TextIO | None = None, out: TextIO | None = None,
) -> int:
    """Talk to a server until QUIT, the end of the input, Ctrl-C, or the end of the connection.

    Parameters
    ----------
    target : str, optional
        ``HOST:PORT`` or ``PORT`` on this machine; an own server by default.
    world : World, optional
        Of the own server.
    capture : Path, optional
        Where to write a capture of the session that Wireshark opens.
    input, out : text files, optional
        Standard input and output by default.

    Returns
    -------
    int
        0; 1 when there is no connection, told in a sentence.

    Raises
    ------
    ValueError
        For a target that is none, or not on this machine.
    """
    input = sys.stdin if input is None else input
    out = sys.stdout if out is None else out
    server = None if target else LoopbackServer(world)
    try:
        client = server.connect() if server else Client(*parse_target(target or ""), edition=(world or World()).edition)
    except OSError as error:
        print(error.strerror or error, file=out)
        return 1
    try:
        _talk(client, input, out)
    except KeyboardInterrupt:
        print(file=out)
    finally:
        client.close()
        if server:
            server.close()
    if capture is not None:
        print(text("serve.captured", path=write_pcap(client.transcript, capture)), file=out)
    return 0


def _talk(client: Client, input: TextIO, out: TextIO) -> None:
    print(text("serve.talk"), file=out)
    if not client.greeting:
        print(client.greeting, file=out)
    shown = 0
    outcome: Reply | NoReply | None = None
    while True:
        for exchange in client.exchanges[shown:]:
            _show(exchange, out)
        shown = len(client.exchanges)
        if isinstance(outcome, NoReply) and (outcome.was_due or not client.in_mail_data):
            print(outcome, file=out)
        outcome = None
        if client.is_over:
            print(text("client.closed"), file=out)
            return
        print(f"{client.state}> ", end="", file=out, flush=True)
        line = input.readline()
        if not line:
            print(file=out)
            return
        if line.strip() == "?" and not client.in_mail_data and shown:
            print(explain(client.exchanges[-1]), file=out)
            continue
        try:
            outcome = client.send(line.rstrip("\r\n"))
        except ValueError as error:
            print(error, file=out)


def _show(exchange: Exchange, out: TextIO) -> None:
    if exchange.reply is not None or exchange.event == TLS_UP:
        for line in str(exchange.reply).split("\n") if exchange.reply else ("-- tls",):
            print(show(encode(line)), file=out)
        explanation = explain(exchange)
        print(f"    {explanation.verdict}", file=out)
        for label, words in explanation.lines:
            print(fill(words, 96, initial_indent=f"    {label:<10}", subsequent_indent=" " * 14), file=out)
