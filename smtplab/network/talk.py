"""``smtplab talk``: type SMTP commands, and have each reply explained."""

import sys
from textwrap import fill
from typing import TextIO

from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.network.address import parse_target
from smtplab.network.client import Client
from smtplab.network.server import LoopbackServer
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.wire import encode, show


def talk(target: str | None = None, *, input: TextIO | None = None, out: TextIO | None = None) -> int:
    """Talk to a server until QUIT, the end of the input, Ctrl-C, or the end of the connection.

    Parameters
    ----------
    target : str, optional
        ``HOST:PORT`` or ``PORT`` on this machine; an own server by default.
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
    server = None if target else LoopbackServer()
    try:
        client = server.connect() if server else Client(*parse_target(target or ""))
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
    return 0


def _talk(client: Client, input: TextIO, out: TextIO) -> None:
    print(text("serve.talk"), file=out)
    if not client.greeting:
        print(client.greeting, file=out)
    shown = 0
    while True:
        for exchange in client.exchanges[shown:]:
            _show(exchange, out)
        shown = len(client.exchanges)
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
            continue
        if not outcome and len(client.exchanges) == shown and not client.in_mail_data:
            print(outcome, file=out)


def _show(exchange: Exchange, out: TextIO) -> None:
    if exchange.reply is not None:
        for line in str(exchange.reply).split("\n"):
            print(show(encode(line)), file=out)
        explanation = explain(exchange)
        print(f"    {explanation.verdict}", file=out)
        for label, words in explanation.lines:
            print(fill(words, 96, initial_indent=f"    {label:<10}", subsequent_indent=" " * 14), file=out)
