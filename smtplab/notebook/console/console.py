"""The console: talk to a mail server, see what each reply means and where the session stands.

One class in three forms. In JupyterLab it is live; where that cannot be, its static form stays; and everything works
by methods alone, without a browser. All logic is here: the browser draws data (`view`, and `offers` for what a server
announced) and tells clicks. What can be said in it is in `talk`, questions before a reply are in `asking`, faults in
`faulty`, and going back in `fork`.
"""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.lab import Message, World
from smtplab.network import Client, LoopbackServer
from smtplab.network.host import OFFERED_BY_DEFAULT, Extensions
from smtplab.notebook import html, views
from smtplab.notebook.arguments import tells_slips
from smtplab.notebook.cells import replaces_earlier
from smtplab.notebook.console import faults as console_faults
from smtplab.notebook.console import offers as console_offers
from smtplab.notebook.console import view as console_view
from smtplab.notebook.console.asking import Asking
from smtplab.notebook.console.choices import choice
from smtplab.notebook.console.faulty import Faulty
from smtplab.notebook.console.fork import Branch, Rewind
from smtplab.notebook.console.talk import Server, server_of
from smtplab.notebook.diagram.diagram import StateDiagram, state_diagram
from smtplab.notebook.futures import view as futures_view
from smtplab.notebook.question.foresight import octets_are_due, silence
from smtplab.notebook.question.question import words
from smtplab.notebook.widget import Data
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.secrecy import hide_secrets
from smtplab.protocol.wire import encode

VIEWS = 5
"""How often what is shown is made anew because a reply came meanwhile; a server may never stop talking."""

SENDING = ("send", "line", "message", "group", "chunk", "login", "answer", "start-tls")
"""Which messages of the browser send something to the server."""


class Console(Asking, Rewind, Faulty):
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
    predict : bool or "code"
        Ask before a reply: the learner commits, then the line goes out. ``"code"`` asks for the code too. Asked is
        about commands and the end of a message; lines of it, pieces of it, answers in a login and groups just go.

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
    _stops: list[Callable[[], None]]

    def __init__(
        self, target: object = None, *, size: str = "normal", edition: int = 2821,
        extensions: Extensions = OFFERED_BY_DEFAULT, predict: bool | str = False, **unknown: object,
    ) -> None:
        super().__init__(size, unknown, ("target", "size", "edition", "extensions", "predict"), predict)
        if target is not None and (edition, extensions) != (2821, OFFERED_BY_DEFAULT):
            raise ValueError(text("console.has_its_own"))
        self._home: Server | None = None
        self._own = target is None or isinstance(target, World)
        if self._own:
            world = target if isinstance(target, World) else None
            self._home = LoopbackServer(world, edition=edition, extensions=extensions)
            replaces_earlier(self)
        elif isinstance(target, Server):
            self._home = target
        elif isinstance(target, Client):
            self._home = server_of(target)
        else:
            raise TypeError(text("console.target", type=type(target).__name__))
        self._draft: Data | None = None
        self._leave: Any = None
        client = target if isinstance(target, Client) else self._connect()
        self._begin(Branch(client, ((0, self._next_name()),)))

    def _connect(self) -> Client:
        return self.client.again() if self._home is None else self._home.connect()

    def _begin(self, branch: Branch) -> None:
        """Take a client over: show it, and be told when it changes. The client does not keep the console alive."""
        left, stops = self._leave, getattr(self, "_stops", [])
        client, self._here = branch.client, branch
        self._talk_to(client)
        self._reveal = False
        held = weakref.ref(self)

        def tell(_client: object = None) -> None:
            if (console := held()) is not None:
                console.changed()

        self._stops = [client.on_change(tell)]
        if self.server is not None:
            self._stops.append(self.server.faults.on_change(tell))
        home = self._home if self._own else None
        self._leave = weakref.finalize(self, _leave, self._branches, self._stops, home)
        if left is not None:  # only now: an interrupt leaves a console that is closed in the end
            left.detach()
            _stop(stops)

    # What is asked for

    @tells_slips
    def fill(self, verb: str) -> str:
        """Put a line for this command into the input line, as its button does, and give it; nothing is sent.

        >>> with Console() as console:
        ...     console.fill("MAIL")
        'MAIL FROM:<alice@student.example>'
        """
        if not isinstance(verb, str):
            raise TypeError(text("console.verb", type=type(verb).__name__))
        filled = choice(verb.strip().upper(), self.session, self._world)
        self._put(filled.line, filled.start, filled.end)
        return filled.line

    def give_back(self, line: str) -> None:
        """Put a line that was not sent back into the input line."""
        self._put(line, len(line), len(line))

    def _put(self, line: str, start: int, end: int, form: str = "") -> None:
        """Put a line into the browser's input, and open the form that belongs to it, if any."""
        serial = self._draft["serial"] + 1 if self._draft else 1
        self._draft = {"serial": serial, "line": line, "start": start, "end": end, "form": form}
        self.changed()

    def new_session(self) -> None:
        """Hang up and connect again.

        Raises
        ------
        ValueError
            When the console is closed, or its server is.
        """
        self._check_open()
        try:
            client = self._connect()
        except (OSError, ValueError):
            raise ValueError(text("console.no_server")) from None
        with self.one_change():
            self._begin_anew(client)

    def _check_open(self) -> None:
        if not self._leave.alive:
            raise ValueError(text("console.closed"))

    # What is seen

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that the server has accepted, when the console has one to ask."""
        return self.server.messages if self.server is not None else ()

    @property
    def diagram(self) -> StateDiagram:
        """The picture: where the session stands, and its last step."""
        return state_diagram(self.client, edition=self.client.edition)

    @property
    def _world(self) -> World | None:
        return self.server.world if self.server is not None else None

    # Its forms

    def view(self) -> Data:
        """All that the browser draws, as plain data. A reply that comes meanwhile is in all of it, or in none."""
        for _ in range(VIEWS):
            exchanges = self.exchanges
            found = self._view(exchanges)
            if len(self.exchanges) == len(exchanges):
                break
        return found

    def _view(self, exchanges: Sequence[Exchange]) -> Data:
        session, diagram = self.session, self.diagram
        explanation, details = console_view.explained(self.explanation)
        phase, world, record = console_view.phase_of(session), self._world, self.transcript
        table = session.machine(self.client.edition)
        layer = self.client.tls
        rows = console_view.rows(exchanges, record, self._here.name_of, self._reveal)
        return {
            "phase": phase, "state": str(session.state), "caption": console_view.here(diagram),
            "ending": console_view.ending(diagram), "classes": diagram.classes, "labels": diagram.labels,
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
            "faults": self._faults_view(), "both": self.both_sides,
            "has_secrets": any(row["secret"] for row in rows), "reveal": self._reveal, **self._asking_view(),
            "fork": self._fork_view(exchanges),
        }

    def fixed(self) -> Data:
        """The words, the pictures and the address book."""
        world = self._world
        book = [{"address": f"{m.name}@{world.domain}", "story": m.story} for m in world.address_book] if world else []
        pictures = {name: html.static(f"{name}.svg") for name in console_view.pictures(self.client.edition)}
        return {**super().fixed(), "pictures": pictures, "book": book, "question": words(),
                "faults": console_faults.quick()}

    def fragment(self) -> html.Markup:
        """The static form: picture, record, and what the last reply means."""
        record = views.transcript(self.transcript, edition=self.client.edition)
        both = html.element("p", self.both_sides) if self.both_sides else None
        ways = None if self.other is None else futures_view.fragment(self.futures)
        return html.join((self.diagram.figure(), both, record, self._asking_fragment(),
                          views.explanation(self.explanation), ways))

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out what was clicked or typed."""
        if self._do_fork(message):  # ahead of the rest: a fork would inherit the short patience
            return True
        with self.short_patience():
            return self._do_with_faults(message) or self._do(message)

    def _do(self, message: Mapping[str, Any]) -> bool:
        phase = console_view.phase_of(self.session)
        match message:
            case {"do": "send", "line": str(line)} if phase not in ("message", "handshake"):
                if phase == "commands" and octets_are_due(self.session, line, self.client.edition):
                    self._put(line, len(line), len(line), "chunk")
                    self.notice = silence(self.state)
                else:
                    self.send(line)
            case {"do": "group", "lines": str(lines)} if phase == "commands":
                self._send_typed_group(lines)
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
                return self._do_asking(message)
        return True

    def _send_typed_group(self, typed: str) -> None:
        """Send a group, unless its last line would wait for octets; what is not sent goes back into its box."""
        encode(typed)  # half a character is told here, since it cannot go back
        lines = [line for line in typed.splitlines() if line]
        try:
            if lines and octets_are_due(self.session, lines[-1], self.client.edition):
                raise ValueError(silence(self.state))
            self.send_group(*lines)
        except ValueError:
            self._put(typed, len(typed), len(typed), "group")
            raise

    def __str__(self) -> str:
        standing = "\n".join(filter(None, (self.diagram.caption, self.both_sides)))
        return f"{hide_secrets(self.transcript)}\n{standing}\n\n{self._asking_text()}{self.explanation}"

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


def _leave(
    branches: Iterable[Branch], stops: Iterable[Callable[[], None]], own_server: Server | None
) -> None:
    _stop(stops)
    for branch in branches:
        branch.close()
    if own_server is not None:
        own_server.close()


def _stop(listening: Iterable[Callable[[], None]]) -> None:
    for stop in listening:
        stop()
