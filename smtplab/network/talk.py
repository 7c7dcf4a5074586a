"""``smtplab talk``: type SMTP commands, and have each reply explained; lines with a slash are for the lab."""

import sys
from pathlib import Path
from textwrap import fill
from typing import TextIO

from smtplab.explain import explain
from smtplab.explain.catalogue import text
from smtplab.lab import World
from smtplab.network.address import is_loopback, parse_target
from smtplab.network.client import Client
from smtplab.network.lab_lines import Lab, LabLine, read_line
from smtplab.network.outcome import NoReply
from smtplab.network.pcap import write_pcap
from smtplab.network.server import LoopbackServer
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.starttls import TLS_UP
from smtplab.protocol.wire import encode, show
from smtplab.terminal import width_of

WIDTH = 96
INDENT = "    "


def talk(
    target: str | None = None, *, world: World | None = None, capture: Path | None = None,
    input: TextIO | None = None, out: TextIO | None = None,
) -> int:
    """Talk to a server until QUIT, the end of the input, or Ctrl-C.

    A connection that ends in another way can be gone back from.

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
    OSError
        When the capture cannot be written.
    """
    input = sys.stdin if input is None else input
    out = sys.stdout if out is None else out
    host, port = parse_target(target) if target is not None else ("", 0)
    if host and not is_loopback(host):
        raise ValueError(text("talk.remote", host=host))
    if capture is not None:  # better told now than when all has been said
        capture.open("ab").close()
    server = LoopbackServer(world) if target is None else None
    try:
        client = server.connect() if server else Client(host, port, edition=(world or World()).edition)
    except OSError as error:
        print(error.strerror or error, file=out)
        return 1
    lab = Lab(client)
    try:
        _Terminal(lab, input, out).talk()
    except KeyboardInterrupt:
        print(file=out)
    finally:
        lab.close()
    if capture is not None:
        print(text("serve.captured", path=write_pcap(lab.client.transcript, capture)), file=out)
    return 0


class _Terminal:
    """A session at a terminal: shows what has come, reads a line, and does what it says."""

    def __init__(self, lab: Lab, input: TextIO, out: TextIO) -> None:
        self.lab, self.input, self.out = lab, input, out
        self.shown = 0
        self.missing: NoReply | None = lab.client.greeting if isinstance(lab.client.greeting, NoReply) else None
        self.waits_for_octets = self.has_told_end = False

    def talk(self) -> None:
        """Until QUIT is taken, or the input ends."""
        self.say(text("talk.begin"))
        while not self.is_at_end() and self.take_line():
            pass

    def is_at_end(self) -> bool:
        """Show what is new; True when the session has ended as it should."""
        client = self.lab.client
        steps = client.exchanges
        if len(steps) < self.shown:  # of a very long session the first are let go
            self.shown = len(steps) - 1
        for number, step in enumerate(steps[self.shown :], self.shown):
            self.show(number, step)
        self.shown = len(steps)
        if self.missing is not None:
            self.say(str(self.missing))
            if self.missing.forced:
                self.say(text("serve.forced", fault=self.missing.forced), INDENT)
            self.missing = None
        has_quit = client.is_over and steps[-1].event == "QUIT"
        if client.is_over and not self.has_told_end:
            self.say(text("client.closed" if has_quit else "talk.over"))
        self.has_told_end = client.is_over
        return has_quit

    def take_line(self) -> bool:
        """Read a line and do what it says; False when there is none."""
        client = self.lab.client
        print(f"{client.state}> ", end="", file=self.out, flush=True)
        line = self.input.readline()
        if not line:
            print(file=self.out)
            return False
        in_text = client.in_mail_data or self.waits_for_octets
        try:
            said = read_line(line.rstrip("\r\n"), in_text)
            if isinstance(said, LabLine):
                self.ask_lab(said)
            elif said.strip() == "?" and not in_text and self.shown:
                print(explain(client.exchanges[-1]), file=self.out)
            elif client.is_over:
                self.say(text("talk.over"))
            else:
                self.send(said)
        except (ValueError, OSError) as error:
            self.say(str(error))
        return True

    def ask_lab(self, line: LabLine) -> None:
        """Have the lab do something, and tell what."""
        client = self.lab.client
        for told in self.lab.do(line):
            self.say(told)
        if self.lab.client is not client and (forked := self.lab.client.forked) is not None:
            self.shown, self.waits_for_octets = forked.at + 1, False

    def send(self, line: str) -> None:
        """Send a line; the reply will be among the steps, and why there is none is kept to be told behind them."""
        outcome = self.lab.client.send(line)
        self.waits_for_octets = False
        if isinstance(outcome, NoReply):
            in_data = self.lab.client.in_mail_data
            self.waits_for_octets = not (outcome.was_due or in_data)
            self.missing = outcome if outcome.was_due or not in_data else None  # within a message none is missed

    def show(self, number: int, step: Exchange) -> None:
        """A reply, or a handshake, and what it means; with the number by which it can be gone back to."""
        if step.reply is None and step.event != TLS_UP:
            return
        for line in str(step.reply).split("\n") if step.reply else ("-- tls",):
            print(show(encode(line)), file=self.out)
        meaning = explain(step)
        print(f"{INDENT}{meaning.verdict} {text('talk.step', step=number)}", file=self.out)
        if step.forced:
            self.say(text("serve.forced", fault=step.forced), INDENT)
        for label, words in meaning.lines:
            self.say(words, f"{INDENT}{label:<10}", " " * 14)

    def say(self, words: str, indent: str = "", behind: str | None = None) -> None:
        """A paragraph, within the width of the terminal."""
        behind = indent if behind is None else behind
        for line in words.split("\n"):
            told = fill(line, width_of(self.out, WIDTH), initial_indent=indent, subsequent_indent=behind)
            print(told, file=self.out)
