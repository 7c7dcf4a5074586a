"""The console: talk to a mail server, see what each reply means and where the session stands.

One class in three forms. In JupyterLab it is live; where that cannot be, its static form stays; and everything works
by methods alone, without a browser. All logic is here: the browser draws data (`console_view`, and `console_offers`
for what a server announced) and tells clicks.
"""

import unicodedata
import weakref
from collections.abc import Mapping
from typing import Any

from smtplab.explain import Explanation, explain
from smtplab.explain.catalogue import text
from smtplab.lab import Message, World
from smtplab.network import Client, LoopbackServer, MemoryServer, NoReply
from smtplab.network.host import OFFERED_BY_DEFAULT, Extensions
from smtplab.notebook import console_offers, console_view, html
from smtplab.notebook.cells import replaces_earlier
from smtplab.notebook.choices import choice
from smtplab.notebook.diagram import StateDiagram, state_diagram
from smtplab.notebook.widget import Data, Panel
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.logins import HIDDEN, hide_line, hide_secrets
from smtplab.protocol.machine import State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply, decode, encode

HISTORY = 50
GROUP = 200
"""The most commands that one click sends."""

Server = LoopbackServer | MemoryServer


class Console(Panel):
    """Talk SMTP by hand.

    Parameters
    ----------
    target : None, LoopbackServer, MemoryServer, World or Client
        None: a server of its own, in the class-room world, closed with the console. A World: a server of its own in
        that world. A server: a session on it. A client: that session.
    size : {"normal", "projector"}
        ``"projector"`` is for the front of a class room.
    edition : {2821, 5321}
        The RFC that the console's own server follows.
    extensions : tuple of str, or "all"
        What the console's own server offers. The controls for it come with the answer to EHLO.

    Raises
    ------
    TypeError, ValueError
        For another target, size or keyword, in a sentence; also for an edition or extensions beside a target.

    Examples
    --------
    >>> with Console() as console:
    ...     print(console.send("EHLO student.example").code, console.state)
    ...     print(console.send("RCPT TO:<bob@lab.example>"), console.state)
    ...     print(console.explanation.verdict)
    250 READY
    503 Send MAIL first READY
    Wrong moment.
    """

    name = "console"

    def __init__(
        self, target: object = None, *, size: str = "normal", edition: int = 2821,
        extensions: Extensions = OFFERED_BY_DEFAULT, **unknown: object,
    ) -> None:
        super().__init__(size, unknown, ("target", "size", "edition", "extensions"))
        if target is not None and (edition, extensions) != (2821, OFFERED_BY_DEFAULT):
            raise ValueError(text("console.has_its_own"))
        self.server: Server | None = None
        self._own = target is None or isinstance(target, World)
        if self._own:
            world = target if isinstance(target, World) else None
            self.server = LoopbackServer(world, edition=edition, extensions=extensions)
            replaces_earlier(self)
        elif isinstance(target, Server):
            self.server = target
        elif isinstance(target, Client):
            self.server = target.keeps if isinstance(target.keeps, Server) else None
        else:
            raise TypeError(text("console.target", type=type(target).__name__))
        self._session_number = 0
        self._history: list[str] = []
        self._reveal = False
        self._draft: Data | None = None
        self._begin(target if isinstance(target, Client) else self._connect())

    def _connect(self) -> Client:
        if self.server is not None:
            return self.server.connect()
        old = self.client
        return Client(old.host, old.port, timeout_s=old.timeout_s, allow_remote=True, edition=old.edition)

    def _begin(self, client: Client) -> None:
        """Take a client over: show it, and be told when it changes. The client does not keep the console alive."""
        self._reveal = False
        self.client = client
        self._session_number += 1
        self._silence: tuple[NoReply, int] | None = None
        held = weakref.ref(self)

        def tell(_client: object) -> None:
            if (console := held()) is not None:
                console.changed()

        stop_listening = client.on_change(tell)
        self._leave = weakref.finalize(self, _leave, client, stop_listening, self.server if self._own else None)

    # What is said

    def send(self, line: str) -> Reply | NoReply:
        """Send a line, legal or not, and give what came; after a 354 it is a line of the message.

        Raises
        ------
        TypeError, ValueError
            For what is no line.
        """
        is_command = not self.client.in_mail_data and not self._is_asked
        with self.one_change():
            outcome = self._heard(self.client.send(line))
            self.notice = _odd_character(line) if is_command else ""
            if is_command:
                self._remember(line)
        return outcome

    def send_group(self, *lines: str) -> tuple[Reply, ...]:
        """Send several commands in one segment, as PIPELINING allows, and give the replies in their order.

        A STARTTLS at the end is followed by the handshake.

        Raises
        ------
        TypeError, ValueError
            For what is no line, and for too many.
        """
        if not 0 < len(lines) <= GROUP:
            raise ValueError(text("console.group_size", most=GROUP, count=len(lines)))
        with self.one_change():
            replies = self.client.send_group(*lines)
            self._silence = None
            for line in _before_answers(lines):
                self._remember(line)
            if self.state is State.TLS_HANDSHAKE:
                self.start_tls()
        return replies

    def send_chunk(self, data: str | bytes, *, last: bool = False) -> Reply | NoReply:
        """Send a piece of the message with BDAT, which counts its octets; `last` ends the message."""
        with self.one_change():
            return self._heard(self.client.send_chunk(data, last=last))

    def start_tls(self) -> Reply | NoReply:
        """Send STARTTLS and shake hands; gives the reply, or why there is no TLS."""
        with self.one_change():
            return self._heard(self.client.start_tls())

    def login(self, name: str, password: str, mechanism: str = "PLAIN") -> Reply | NoReply:
        """Log in with AUTH, and give the last reply of the exchange.

        >>> with Console(extensions=("AUTH",)) as console:
        ...     console.send("EHLO student.example").code, console.login("bob", "builder").code
        (250, 235)
        """
        encode(name + password)  # half a character is told here, in a sentence
        with self.one_change():
            return self._heard(self.client.login(name, password, mechanism))

    def answer(self, said: str) -> Reply | NoReply:
        r"""Answer the server's challenge in a login exchange: the text goes out as base64.

        For PLAIN ``\0`` stands for the octet NUL that parts name and password.
        """
        return self.send(console_offers.answer_line(self.session, said))

    @property
    def _is_asked(self) -> bool:
        """True when the next line answers a challenge."""
        exchanges = self.exchanges
        return bool(exchanges) and console_view.waits_for_answer(exchanges[-1])

    def _remember(self, line: str) -> None:
        """Keep a line to be typed again, without the secret that an AUTH may carry."""
        shown = decode(hide_line(encode(line), False))
        kept = line if shown == line else shown.removesuffix(HIDDEN).rstrip()
        if kept and self._history[-1:] != [kept]:
            self._history = [*self._history, kept][-HISTORY:]

    def send_message(self, message: str | bytes) -> Reply | NoReply:
        """Send a whole message after a 354: dots doubled, and the line with a single dot at its end."""
        with self.one_change():
            return self._heard(self.client.send_message(message))

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

    def fill(self, verb: str) -> str:
        """Put a line for this command into the input line, as its button does, and give it; nothing is sent.

        >>> with Console() as console:
        ...     console.fill("MAIL")
        'MAIL FROM:<alice@student.example>'
        """
        if not isinstance(verb, str):
            raise TypeError(text("console.verb", type=type(verb).__name__))
        filled = choice(verb.strip().upper(), self.session, self._world)
        serial = self._draft["serial"] + 1 if self._draft else 1
        self._draft = {"serial": serial, "line": filled.line, "start": filled.start, "end": filled.end}
        self.changed()
        return filled.line

    def new_session(self) -> None:
        """Hang up and connect again.

        Raises
        ------
        ValueError
            When the console is closed, or its server is.
        """
        if not self._leave.alive:
            raise ValueError(text("console.closed"))
        try:
            client = self._connect()
        except (OSError, ValueError):
            raise ValueError(text("console.no_server")) from None
        with self.one_change():
            self._leave.detach()
            self.client.close()
            self._begin(client)

    # What is seen

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
    def messages(self) -> tuple[Message, ...]:
        """The messages that the server has accepted, when the console has one to ask."""
        return self.server.messages if self.server is not None else ()

    @property
    def explanation(self) -> Explanation:
        """What the last reply means, or that none came."""
        exchanges = self.exchanges
        if self._silence is not None and self._silence[1] == len(exchanges):
            return explain(self._silence[0])
        return explain(exchanges[-1] if exchanges else self.client.greeting, edition=self.client.edition)

    @property
    def diagram(self) -> StateDiagram:
        """The picture: where the session stands, and its last step."""
        return state_diagram(self.client, edition=self.client.edition)

    @property
    def _world(self) -> World | None:
        return self.server.world if self.server is not None else None

    # Its forms

    def view(self) -> Data:
        """All that the browser draws, as plain data."""
        session, exchanges, diagram = self.session, self.exchanges, self.diagram
        explanation, details = console_view.explained(self.explanation)
        phase, world, record = console_view.phase_of(session), self._world, self.transcript
        table = session.machine(self.client.edition)
        layer = self.client.tls
        rows = console_view.rows(exchanges, record, self._session_number, self._reveal)
        return {
            "phase": phase, "state": str(session.state), "caption": console_view.caption(diagram),
            "classes": diagram.classes, "labels": diagram.labels,
            "picture": diagram.picture,
            "groups": console_view.groups(session, world, self.client.edition), "rows": rows,
            "explanation": explanation, "details": details, "envelope": console_view.envelope(session),
            "message": console_view.first_message(session) if phase == "message" else "",
            "history": self._history, "draft": self._draft, "notice": self.notice,
            "offers": console_offers.ehlo_lines(exchanges),
            "parameters": console_offers.parameters(session, world),
            "mechanisms": console_offers.mechanisms(session, table),
            "passwords": console_offers.passwords(session, world),
            "challenge": console_offers.challenge(session) if phase == "login" else None,
            "chunk": console_view.first_chunk(session, table), "group": console_offers.group(session, table, world),
            "facts": console_offers.facts(session, layer.version if layer else "") if phase != "over" else [],
            "listener": console_offers.listener(record, self._reveal),
            "has_secrets": any(row["secret"] for row in rows), "reveal": self._reveal,
        }

    def fixed(self) -> Data:
        """The words, the pictures and the address book."""
        world = self._world
        book = [{"address": f"{m.name}@{world.domain}", "story": m.story} for m in world.address_book] if world else []
        pictures = {name: html.static(f"{name}.svg") for name in console_view.pictures(self.client.edition)}
        return {**super().fixed(), "pictures": pictures, "book": book}

    def fragment(self) -> html.Markup:
        """The static form: picture, record, and what the last reply means."""
        record = html.transcript(self.transcript, edition=self.client.edition)
        return html.join((self.diagram.figure(), record, html.explanation(self.explanation)))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked or typed."""
        phase = console_view.phase_of(self.session)
        match message:
            case {"do": "send", "line": str(line)} if phase not in ("message", "handshake"):
                self.send(line)
            case {"do": "group", "lines": str(lines)} if phase == "commands":
                self.send_group(*filter(None, lines.splitlines()))
            case {"do": "chunk", "text": str(piece), "last": bool(last)} if phase == "commands":
                self.send_chunk(piece, last=last)
            case {"do": "login", "mechanism": str(how), "name": str(name), "password": str(password)} if (
                phase == "commands"
            ):
                self.login(name, password, how)
            case {"do": "answer", "text": str(said)} if phase == "login":
                self.answer(said)
            case {"do": "start-tls"} if phase == "handshake":
                self.start_tls()
            case {"do": "reveal", "on": bool(on)}:
                self._reveal = on
            case {"do": "line", "line": str(line)}:
                self.send(line)
            case {"do": "message", "text": str(message_text)}:
                self.send_message(message_text)
            case {"do": "new-session"}:
                self.new_session()
            case _:
                return False
        return True

    def __str__(self) -> str:
        return f"{hide_secrets(self.transcript)}\n{self.diagram.caption}\n\n{self.explanation}"

    def __repr__(self) -> str:
        return f"<Console, {self.state}, {len(self.exchanges)} replies>"

    # Its end

    def close(self) -> None:
        """Hang up, and close the server if it is the console's own. May be called twice."""
        self._leave()

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _leave(client: Client, stop_listening: Any, own_server: Server | None) -> None:
    stop_listening()
    client.close()
    if own_server is not None:
        own_server.close()


def _before_answers(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines up to an AUTH: what follows in one segment may answer a challenge."""
    at = next((at for at, line in enumerate(lines, 1) if line[:4].upper() == "AUTH"), len(lines))
    return lines[:at]


def _odd_character(line: str) -> str:
    """What cannot be seen in a pasted line: the first character that is not plain ASCII, by place and name."""
    for place, character in enumerate(line, 1):
        if not " " <= character <= "~":
            name = unicodedata.name(character, "a control character")
            return text("console.character", place=place, number=f"U+{ord(character):04X}", name=name.lower())
    return ""
