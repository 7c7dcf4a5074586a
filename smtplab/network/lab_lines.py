"""Lines that are for the lab and not for the server: ``/back 2``, ``/fault RCPT#2 -> 452``, ``/where``.

A line for the lab begins with one slash. Where the line would be part of a message it begins with two, and only with a
command's name behind them; any other line is text, as it stands. One slash more sends the line with one less, so every
line can be sent.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from smtplab.explain.catalogue import text
from smtplab.explain.names import short
from smtplab.explain.standing import comes_now, here, in_sequence
from smtplab.lab.faults import Fault, FaultError, fault_in_words, read_fault
from smtplab.network.client import Client
from smtplab.network.fork import check_step
from smtplab.network.hosting import Hosting
from smtplab.network.loop import MOST_SECONDS
from smtplab.protocol.machine import CONNECT

_LINE = re.compile(r"(/+)(\S*)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LabLine:
    """A line for the lab.

    Attributes
    ----------
    name : str
        Of the command, in lower case, without its slash.
    said : str
        What stands behind it.
    column : int
        Where that begins in the line, from 1.
    """

    name: str
    said: str
    column: int


def read_line(line: str, in_text: bool) -> LabLine | str:
    """A line for the lab, or what is to be sent.

    Parameters
    ----------
    line : str
    in_text : bool
        True where the line would be part of a message.

    Examples
    --------
    >>> read_line("/back 2", in_text=False)
    LabLine(name='back', said='2', column=7)
    >>> read_line("//back 2", in_text=False), read_line("/back 2", in_text=True)
    ('/back 2', '/back 2')
    >>> read_line("//back 2", in_text=True), read_line("// a comment", in_text=True)
    (LabLine(name='back', said='2', column=8), '// a comment')
    >>> read_line("///back 2", in_text=True)
    '//back 2'
    """
    found = _LINE.fullmatch(line)
    if found is None or (in_text and found[2].lower() not in COMMANDS):
        return line
    slashes = len(found[1]) - (1 if in_text else 0)
    if slashes == 1:
        return LabLine(found[2].lower(), found[3].rstrip(), found.start(3) + 1)
    return line if slashes < 1 else line[1:]


class Lab:
    """Carries out the commands of the lab on a session at a terminal.

    Parameters
    ----------
    client : Client

    Attributes
    ----------
    client : Client
        The session that goes on: another one after ``/back``.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def do(self, line: LabLine) -> Iterator[str]:
        """Carry out one command, and give what is to be told, line by line.

        Raises
        ------
        ValueError
            In a sentence, for what cannot be; then nothing has changed.
        OSError
            When lines are to be said again, and the server is gone.
        """
        command = COMMANDS.get(line.name)
        if command is None:
            near, names = get_close_matches(line.name, COMMANDS, 1), ", ".join(f"/{name}" for name in COMMANDS)
            key = "talk.unknown-near" if near else "talk.unknown"
            raise ValueError(text(key, name=short(line.name), near="".join(near), names=names))
        if line.said and not command.form:
            raise ValueError(text("talk.no_words", name=line.name))
        return command.do(self, line)

    def close(self) -> None:
        """Hang up, and close the server when it is one of ours."""
        self.client.close()
        if self.client.keeps is not None:
            self.client.keeps.close()

    @property
    def _server(self) -> Hosting:
        if self.client.keeps is None:
            raise ValueError(text("faults.not_ours"))
        return self.client.keeps

    def _back(self, line: LabLine) -> Iterator[str]:
        number, _, consent = line.said.partition(" ")
        if not number:
            raise ValueError(text("talk.which_step"))
        if not re.fullmatch("[0-9]{1,9}", number) or consent.strip().lower() not in ("", "yes"):
            raise ValueError(text("talk.no_step", said=short(line.said)))
        at, old = int(number), self.client
        check_step(old, at)
        if old.keeps is None and not consent:
            raise ValueError(text("talk.back_ask", host=f"{old.host}:{old.port}", step=at))
        new = old.fork(at, replay=True)
        self.close()
        self.client = new
        yield str(new.forked)
        if new.keeps is not None:
            yield from (text("serve.fault", fault=fault) for fault in new.keeps.faults)

    def _faults(self, line: LabLine) -> Iterator[str]:
        yield str(self._server.faults) or text("faults.none")

    def _fault(self, line: LabLine) -> Iterator[str]:
        faults = self._server.faults
        fault = _read_fault(line)
        faults.add(fault)
        yield fault_in_words(fault)

    def _clear(self, line: LabLine) -> Iterator[str]:
        faults = self._server.faults
        if line.said:
            faults.remove(_read_fault(line))
            yield text("talk.cleared")
        else:
            faults.clear()
            yield text("talk.cleared-all")

    def _wait(self, line: LabLine) -> Iterator[str]:
        server = self._server
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]+)?", line.said) or float(line.said) > MOST_SECONDS:
            raise ValueError(text("talk.no_time", said=short(line.said) or "-", most=MOST_SECONDS))
        server.advance(float(line.said))
        yield text("talk.passed", seconds=line.said)

    def _where(self, line: LabLine) -> Iterator[str]:
        session = self.client.session
        yield here(session.state, session)
        now = comes_now(session.machine(self.client.edition), session.state, session)
        if set(now) - {CONNECT}:
            yield in_sequence(now)

    def _help(self, line: LabLine) -> Iterator[str]:
        yield text("talk.help")
        for name, command in COMMANDS.items():
            yield f"  {f'/{name} {command.form}':<15} {text(f'talk.help-{name}')}"
        yield text("talk.help-text")


def _read_fault(line: LabLine) -> Fault:
    """The fault behind a command; a column is told as it stands in the whole line."""
    if not line.said:
        raise ValueError(text("talk.no_fault"))
    try:
        return read_fault(line.said)
    except FaultError as error:
        raise FaultError(error.column + line.column - 1, error.problem) from None


@dataclass(frozen=True, slots=True)
class LabCommand:
    """One command of the lab.

    Attributes
    ----------
    form : str
        What stands behind its name, in the RFC's way of writing; empty for nothing.
    do : callable
        Carries it out, and gives what is to be told.
    """

    form: str
    do: Callable[[Lab, LabLine], Iterator[str]]


COMMANDS = {
    "back": LabCommand("N", Lab._back),
    "faults": LabCommand("", Lab._faults),
    "fault": LabCommand("FAULT", Lab._fault),
    "clear": LabCommand("[FAULT]", Lab._clear),
    "wait": LabCommand("SECONDS", Lab._wait),
    "where": LabCommand("", Lab._where),
    "help": LabCommand("", Lab._help),
}
