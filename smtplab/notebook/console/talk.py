"""What can be said in a console, and what is known of its session: a client, whose answers are remembered."""

import unicodedata
from collections.abc import Iterable, Mapping

from smtplab.explain import Explanation, explain
from smtplab.explain.catalogue import text
from smtplab.network import Client, LoopbackServer, MemoryServer, NoReply
from smtplab.notebook.arguments import tells_slips
from smtplab.notebook.console import offers as console_offers
from smtplab.notebook.console import view as console_view
from smtplab.notebook.widget import Panel
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import first_too_early
from smtplab.protocol.machine import State
from smtplab.protocol.secrecy import HIDDEN, Secrets, hide_steps
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply, decode, encode, parse_command

HISTORY = 50

GROUP = 200
"""The most commands that go out together."""

Server = LoopbackServer | MemoryServer


def server_of(client: Client) -> Server | None:
    """The server at hand that a client holds, if it is one of ours."""
    return client.keeps if isinstance(client.keeps, Server) else None


class Talk(Panel):
    """A widget that talks over a client; parameters are those of `Panel`."""

    client: Client

    def __init__(self, size: str, unknown: Mapping[str, object], options: Iterable[str]) -> None:
        super().__init__(size, unknown, options)
        self._history: list[str] = []

    def _talk_to(self, client: Client) -> None:
        """Talk over this client from now on."""
        self.client = client
        self._silence: tuple[NoReply, int] | None = None
        self._secrets, self._told = Secrets(), 0
        if not any(exchange.reply for exchange in self.exchanges):
            self._heard(client.greeting)  # a handshake ahead of it may have failed, and this says why

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self.client.state

    @property
    def session(self) -> Session:
        """State and facts."""
        return self.client.session

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The steps of this session."""
        return self.client.exchanges

    @property
    def transcript(self) -> Transcript:
        """The record of this session."""
        return self.client.transcript

    @property
    def explanation(self) -> Explanation:
        """What the last reply means, or that none came."""
        exchanges = hide_steps(self.exchanges)
        if self._silence is not None and self._silence[1] == len(exchanges):
            return explain(self._silence[0])
        return explain(exchanges[-1] if exchanges else self.client.greeting, edition=self.client.edition)

    def send(self, line: str) -> Reply | NoReply:
        """Send a line, legal or not, and give what came; after a 354 it is a line of the message.

        Raises
        ------
        TypeError, ValueError
            For what is no line.
        """
        is_command = not self.client.in_mail_data and not self._is_asked
        may_have_letters = self.session.announces("SMTPUTF8")
        self._tell_steps()
        with self.one_change():
            outcome = self._heard(self.client.send(line))
            self.notice = _odd_character(line, may_have_letters) if is_command else ""
            if is_command:
                self._remember(line)
        return outcome

    def send_group(self, *lines: str) -> tuple[Reply, ...]:
        """Send several commands in one segment, as PIPELINING allows, and give the replies in their order.

        A STARTTLS at the end is followed by the handshake. A command that may only stand last in a group is told where
        it stands too early (RFC 2920 section 3.1); the group goes out all the same.

        Raises
        ------
        TypeError, ValueError
            For what is no line, and for too many.
        """
        if not 0 < len(lines) <= GROUP:
            raise ValueError(text("console.group_size", most=GROUP, count=len(lines)))
        self._tell_steps()
        with self.one_change():
            replies = self.client.send_group(*lines)
            self._silence = None
            commands = _before_answers(lines)
            self.notice = _out_of_place(commands, len(lines))
            for line in commands:
                self._remember(line)
            if self.state is State.TLS_HANDSHAKE:
                self.start_tls()
        return replies

    @tells_slips
    def send_chunk(self, data: str | bytes, *, last: bool = False) -> Reply | NoReply:
        """Send a piece of the message with BDAT, which counts its octets; `last` ends the message."""
        with self.one_change():
            return self._heard(self.client.send_chunk(data, last=last))

    def start_tls(self) -> Reply | NoReply:
        """Send STARTTLS and shake hands; gives the reply, or why there is no TLS."""
        with self.one_change():
            return self._heard(self.client.start_tls())

    @tells_slips
    def login(self, name: str, password: str, mechanism: str = "PLAIN") -> Reply | NoReply:
        """Log in with AUTH, and give the last reply of the exchange.

        >>> from smtplab.notebook.console.console import Console
        >>> with Console(extensions=("AUTH",)) as console:
        ...     console.send("EHLO student.example").code, console.login("bob", "builder").code
        (250, 235)
        """
        _check_text(name=name, password=password, mechanism=mechanism)
        encode(name + password)  # half a character is told here, in a sentence
        with self.one_change():
            return self._heard(self.client.login(name, password, mechanism))

    @tells_slips
    def answer(self, said: str) -> Reply | NoReply:
        r"""Answer the server's challenge in a login exchange: the text goes out as base64.

        For PLAIN ``\0`` stands for the octet NUL that parts name and password.
        """
        _check_text(said=said)
        return self.send(console_offers.answer_line(self.session, said))

    @property
    def _is_asked(self) -> bool:
        """True when the next line answers a challenge."""
        exchanges = self.exchanges
        return bool(exchanges) and console_view.waits_for_answer(exchanges[-1])

    def _tell_steps(self) -> None:
        """Note what was said before the next line, which may make a secret of it."""
        exchanges = self.exchanges
        for exchange in exchanges[self._told :]:
            self._secrets.step(exchange)
        self._told = len(exchanges)

    def _remember(self, line: str) -> None:
        """Keep a line to be typed again, without the secret that it may carry."""
        shown = decode(self._secrets.hide(encode(line)))
        kept = line if shown == line else shown.removesuffix(HIDDEN).rstrip()
        if kept and self._history[-1:] != [kept]:
            self._history = [*self._history, kept][-HISTORY:]

    def send_message(self, message: str | bytes) -> Reply | NoReply:
        """Send a whole message after a 354: dots doubled, and the line with a single dot at its end."""
        with self.one_change():
            return self._heard(self.client.send_message(message))

    @tells_slips
    def send_line(self, line: str) -> Reply | NoReply:
        """Send one line of a message after a 354, a leading dot doubled."""
        with self.one_change():
            return self._heard(self.client.send_line(line))

    def _heard(self, outcome: Reply | NoReply) -> Reply | NoReply:
        """Remember that no reply came, until one does."""
        self._silence = None
        if isinstance(outcome, NoReply) and outcome.was_due:
            self._silence = (outcome, len(self.exchanges))
        return outcome


def _check_text(**given: object) -> None:
    for name, value in given.items():
        if not isinstance(value, str):
            raise TypeError(text("console.text", name=name, type=type(value).__name__))


def _before_answers(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines up to an AUTH: what follows in one segment may answer a challenge."""
    at = next((at for at, line in enumerate(lines, 1) if line[:4].upper() == "AUTH"), len(lines))
    return lines[:at]


def _out_of_place(commands: tuple[str, ...], count: int) -> str:
    """Which command of a group stands too early; lines after the commands count as one more."""
    verbs = [parse_command(encode(line)).verb for line in commands]
    verb = first_too_early((*verbs, "") if count > len(verbs) else verbs)
    return text("console.group_order", verb=verb) if verb else ""


def _odd_character(line: str, may_have_letters: bool) -> str:
    """What cannot be seen in a pasted line: the first character that is not plain ASCII, by place and name.

    With SMTPUTF8 a letter of any alphabet is no surprise.
    """
    for place, character in enumerate(line, 1):
        if not (" " <= character <= "~" or (may_have_letters and character.isalpha())):
            name = unicodedata.name(character, "a control character")
            return text("console.character", place=place, number=f"U+{ord(character):04X}", name=name.lower())
    return ""
