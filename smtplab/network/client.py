"""A client to talk with by hand: it sends whatever it is given, and says what came back and where the session stands.

It decides nothing: state and facts are folded from the record (RFC 2821 sections 3.1, 4.1.1.4, 4.2). Every wait has
a limit. The thread that calls reads for itself while it waits; when a callback wants to know of an unasked 421, a
watcher looks while nobody calls.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import Message
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.network.address import LOOPBACK, check_target
from smtplab.network.conversation import Conversation
from smtplab.network.copies import Place
from smtplab.network.fork import Forked, check_step, say_again
from smtplab.network.link import Link, SocketLink
from smtplab.network.outcome import NoReply, ReplyError, no_reply
from smtplab.network.tls import TlsLayer, check_authority, client_context
from smtplab.network.tls_link import TlsLink
from smtplab.network.typed import chunk_octets, line_octets, message_octets
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import auth
from smtplab.protocol.extensions.starttls import TLS_FAILED
from smtplab.protocol.forced import mark_exchanges, mark_transcript
from smtplab.protocol.machine import CONNECT, EDITIONS, UNASKED, Kind, State
from smtplab.protocol.session import Session
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import Reply, double_dots, format_mail_data

TIMEOUT_S = 5.0

CLOSING_S = 0.5
"""How long a client waits for the end of a connection after the 221."""

LOOK_S = 0.2
"""How long a look may take: a server that never stops sending must not hold up whoever only asks for the state."""


class Client:
    """One connection to a mail server; made, it has read the greeting.

    Parameters
    ----------
    host : str
        An address of this machine, unless `allow_remote`.
    port : int
    timeout_s : float
        The longest wait for a reply, in seconds.
    allow_remote : bool
        True: the host may be any. Mail then may leave this machine.
    edition : {2821, 5321}
        Whose table the session is followed by.
    strict : bool
        True: a refusal, a violation of the table or a missing reply raises `ReplyError`.
    link : Link, optional
        An open connection to use instead of `host` and `port`.
    keeps : object, optional
        Kept alive as long as the client: a server that has no other holder.
    implicit_tls : bool
        True: TLS begins with the connection, before the greeting (RFC 8314).
    server_name : str, optional
        The name that the server's certificate must have; `host` by default.
    authority : bytes, optional
        PEM of the only authority whose certificates are trusted; by default those that this system trusts.
    verify : bool
        False: any certificate will do, and anybody may be at the other end.
    continues : Conversation, optional
        A record that this connection goes on with, as a fork does; its greeting has come already.

    Raises
    ------
    TypeError, ValueError
        For an argument that cannot be.
    OSError
        When there is no connection: `ConnectionRefusedError`, `TimeoutError` and others.

    Examples
    --------
    >>> from smtplab.network import memory_server
    >>> client = memory_server().connect()
    >>> print(client.send("EHLO student.example").code, client.state)
    250 READY
    >>> print(client.send("RCPT TO:<bob@lab.example>"))
    503 Send MAIL first
    """

    def __init__(
        self, host: str = LOOPBACK, port: int = 0, *, timeout_s: float = TIMEOUT_S, allow_remote: bool = False,
        edition: int = 2821, strict: bool = False, link: Link | None = None, keeps: object = None,
        implicit_tls: bool = False, server_name: str | None = None, authority: bytes | None = None,
        verify: bool = True, continues: Conversation | None = None,
    ) -> None:
        if not isinstance(timeout_s, (int, float)) or isinstance(timeout_s, bool):
            raise TypeError(f"timeout_s is {timeout_s!r}; it must be a number of seconds.")
        if not 0 < timeout_s <= 86400:
            raise ValueError(f"timeout_s is {timeout_s}; it must be more than 0 and at most a day (86400).")
        if edition not in EDITIONS:
            raise ValueError(f"edition is {edition!r}; it must be 2821 or 5321.")
        if authority is not None:
            check_authority(authority)
        if link is None:
            check_target(host, port, allow_remote)
            link = SocketLink(host, port, timeout_s)
        self.host, self.port, self.timeout_s, self.strict, self.edition = host, port, float(timeout_s), strict, edition
        self._link, self.keeps, self.address = link, keeps, link.address
        self.server_name = server_name or host
        self._authority, self._verify = authority, verify
        self._options: dict[str, Any] = {
            "timeout_s": timeout_s, "allow_remote": allow_remote, "edition": edition, "strict": strict,
            "implicit_tls": implicit_tls, "server_name": server_name, "authority": authority, "verify": verify,
        }
        self.forked: Forked | None = None
        self._conversation = Conversation(edition, link.clock)
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Client], object]] = []
        self._hang_up = weakref.finalize(self, link.close)
        self._watched = False
        if continues is not None:
            self._conversation = continues.on(link.clock)
            greeting = next((step.reply for step in continues.dialogue.exchanges if step.event == CONNECT), None)
            self.greeting: Reply | NoReply = greeting or self._outcome(self._converse(b""))
            return
        failure = self._shake_hands() if implicit_tls else None
        self.greeting = self._outcome(self._converse(b"")) if failure is None else failure
        if strict and _is_bad(self.greeting):
            self.close()
            raise ReplyError(self.greeting)

    def send(self, line: str) -> Reply | NoReply:
        """Send a line, legal or not, and give the reply to it.

        CRLF is added. After a 354 the line is mail data, sent as it is: no reply is due before the line ``"."``.
        After a 220 to STARTTLS the TLS handshake follows at once; when it fails, that is the outcome.

        Parameters
        ----------
        line : str
            Characters outside ASCII go out as UTF-8.

        Returns
        -------
        Reply or NoReply
            With `Reply.exchange`: what was sent, and the session before and after.

        Raises
        ------
        TypeError, ValueError
            For what is no line.
        """
        return self._say(line_octets(line))

    def send_line(self, line: str) -> Reply | NoReply:
        """Send one line of mail data, a leading dot doubled, so that no line ends the message (section 4.5.2)."""
        return self._say(double_dots(line_octets(line)))

    def send_group(self, *lines: str) -> tuple[Reply, ...]:
        """Send several lines in one segment, as PIPELINING allows, and give the replies in their order (RFC 2920)."""
        return self.send_octets(b"".join(map(line_octets, lines)))

    def send_chunk(self, data: bytes | str, *, last: bool = False) -> Reply | NoReply:
        """Send a piece of the message with BDAT, and give the reply (RFC 3030 section 2).

        Parameters
        ----------
        data : bytes or str
            Octets are sent as they are, a dot and a line end too. In a text every line end becomes CRLF.
        last : bool
            True for the last piece; it may be empty.
        """
        return self._say(chunk_octets(data, last))

    def login(self, name: str, password: str, mechanism: str = "PLAIN") -> Reply | NoReply:
        """Log in with AUTH, and give the last reply of the exchange (RFC 4954 section 4).

        A challenge that makes no sense is answered with ``*``, which cancels; whatever comes then is the last reply.

        Parameters
        ----------
        name, password : str
        mechanism : {"PLAIN", "LOGIN", "CRAM-MD5"}
            PLAIN is said in one line, with an initial response.

        Raises
        ------
        ValueError
            For a mechanism that smtplab does not know.
        """
        line, outcome = "", self.send(auth.first_line(mechanism, name, password))
        while isinstance(outcome, Reply) and outcome.code == 334 and line != auth.CANCEL:
            line = auth.next_line(self.session.login, name, password)
            outcome = self.send(line)
        return outcome

    def start_tls(self) -> Reply | NoReply:
        """Send STARTTLS, and after its 220 carry out the handshake; gives the reply, or why there is no TLS.

        When the 220 has come already (to `send_octets`, which leaves the handshake to you), only the handshake.
        """
        if self.state is State.TLS_HANDSHAKE:
            exchange = self.exchanges[-1]
            outcome = self._secured(replace(exchange.reply, exchange=exchange) if exchange.reply else no_reply("lost"))
            self._tell()
            return self._judged(outcome)
        return self.send("STARTTLS")

    def send_message(self, message: bytes | str | Message) -> Reply | NoReply:
        """Send a whole message after a 354, leading dots doubled, and the line with a single dot; give the reply.

        Parameters
        ----------
        message : bytes, str or email.message.Message
            Octets are sent as they are. In a text every line end becomes CRLF. Of an `email` message nothing is
            left out, not even Bcc: that is the business of whoever makes the message.
        """
        octets = format_mail_data(message_octets(message))
        return self._say(octets) if self.in_mail_data or self.is_over else self._judged(no_reply("no-354"))

    def send_octets(self, octets: bytes) -> tuple[Reply, ...]:
        """Send octets, whatever they are, and give the replies that came until none was due or the time was over."""
        _check_octets(octets)
        with self._lock:
            self._look()
            new = [] if self._conversation.is_over else self._converse(bytes(octets))
        self._tell()
        return self._replies(new)

    def _replies(self, new: Sequence[Exchange]) -> tuple[Reply, ...]:
        marked = self._marked(new)
        return tuple(replace(exchange.reply, exchange=exchange) for exchange in marked if exchange.reply is not None)

    def put(self, octets: bytes) -> None:
        """Send octets, whatever they are, and wait for nothing; `hear` gives the replies."""
        _check_octets(octets)
        with self._lock:
            self._look()
            if not self._conversation.is_over:
                self._converse(bytes(octets), waits=False)
        self._tell()

    def hear(self) -> tuple[Reply, ...]:
        """The replies that are due: waits until none is, or the time is over."""
        with self._lock:
            new = [*self._take(), *([] if self._conversation.is_over else self._converse(b""))]
        self._tell()
        return self._replies(new)

    def quit(self) -> Reply | NoReply:
        """Send QUIT, give the reply, and hang up."""
        try:
            return self.send("QUIT")
        finally:
            self.close()

    def close(self) -> None:
        """Hang up without a word. May be called twice."""
        self._looked()
        self._hang_up()
        with self._lock:
            self._conversation.end()
            self._conversation.fold()
        self._tell()

    def again(self, **options: Any) -> "Client":
        """A new connection to the same host and port, with the same options but for those that are given."""
        return Client(self.host, self.port, **{**self._options, "strict": self.strict, **options})

    def fork(self, at: int, *, replay: bool = False) -> "Client":
        """A client whose session stands as this one did after a step, to go on in another way. This one stays as it is.

        A server of ours is copied, world, session and messages, on its own clock; nothing is said again. Inside TLS
        the copy counts as encrypted, but no handshake is made again, and its octets go in the clear.

        Parameters
        ----------
        at : int
            The number of a step in `exchanges`; 0 is the greeting.
        replay : bool
            For any other server on this machine: True says the lines up to the step again over a new connection. Mail
            may be delivered a second time.

        Returns
        -------
        Client
            Its `forked` tells where it comes from, and which replies came otherwise.

        Raises
        ------
        TypeError, ValueError
            In a sentence: for what is no step, or one with which the session was over; for a server that is not ours,
            without `replay` or when it is not on this machine.

        Examples
        --------
        >>> from smtplab.network import memory_server
        >>> client = memory_server().connect()
        >>> for line in ("EHLO me.example", "MAIL FROM:<>", "RSET"):
        ...     _ = client.send(line)
        >>> other = client.fork(at=2)
        >>> print(other.state, client.state)
        SENDER_KNOWN READY
        """
        server: Any = self.keeps
        if hasattr(server, "fork"):
            found: Client = server.fork(self, at, **self._options)
            return found
        steps = check_step(self, at)
        if not replay:
            raise ValueError(text("fork.ask", host=self.host, at=at))
        return say_again(self, steps)

    @property
    def steps(self) -> tuple[Exchange, ...]:
        """Every step from the greeting on, as `exchanges`.

        Raises
        ------
        ValueError
            When the session is so long that its beginning was let go.
        """
        conversation = self._looked()
        if conversation.has_forgotten:
            raise ValueError(text("fork.forgotten"))
        return tuple(conversation.dialogue.exchanges)

    def conversation_after(self, steps: Sequence[Exchange], place: Place) -> Conversation:
        """The record up to some step, for a connection that goes on from there."""
        with self._lock:
            return self._conversation.after(steps, place)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> State:
        """Where the session stands, as the replies tell."""
        return self.session.state

    @property
    def session(self) -> Session:
        """State and facts: client name, extensions announced, transaction."""
        return self._looked().dialogue.session

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every step so far."""
        return self._marked(self._looked().dialogue.exchanges)

    @property
    def transcript(self) -> Transcript:
        """The record of the connection; on a server of ours it tells what was forced, and by which fault."""
        record, servers = self._looked().transcript(), self._servers_record()
        return record if servers is None or record.truncated else mark_transcript(record, servers)

    def _servers_record(self) -> Transcript | None:
        """What the server has recorded of this session, when it is at hand and faults have happened there."""
        server: Any = self.keeps
        if not getattr(getattr(server, "faults", None), "have_fired", False):
            return None
        found = server.record_of(self)
        return None if found is None or found.transcript.truncated else found.transcript

    def _marked(self, exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
        """Steps of this session, each with the fault that forced it, where the server at hand tells so."""
        servers = self._servers_record() if exchanges else None
        every = self._conversation.dialogue.exchanges
        if servers is None or self._conversation.has_forgotten:
            return tuple(exchanges)
        marks = {id(step): marked for step, marked in zip(every, mark_exchanges(every, servers), strict=True)}
        return tuple(marks.get(id(step), step) for step in exchanges)

    @property
    def in_mail_data(self) -> bool:
        """True when the next line is mail data."""
        return self._looked().dialogue.in_mail_data

    @property
    def is_quiet(self) -> bool:
        """True when no reply is due."""
        return self._looked().dialogue.is_quiet

    @property
    def tls(self) -> TlsLayer | None:
        """Inside TLS: its version, cipher, and the names of the server's certificate."""
        return self._link.layer if isinstance(self._link, TlsLink) and self._link.layer.is_up else None

    @property
    def is_over(self) -> bool:
        """True when the connection is gone."""
        return self._looked().is_over

    def on_change(self, callback: Callable[["Client"], object]) -> Callable[[], None]:
        """Have `callback(client)` called after whatever was sent or came, also a 421 while nobody waits.

        It is called in the thread that sent, or in a watcher's for what came unasked.

        Returns
        -------
        callable
            Call it to end this.
        """
        with self._lock:
            self._listeners.append(callback)
            if not self._watched and not self._conversation.is_over:
                self._watched = True
                self._link.watch(self._came_unasked)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def __repr__(self) -> str:
        return f"<Client of {self.host}:{self.port}, {self.state}>"

    def _say(self, octets: bytes) -> Reply | NoReply:
        """Send octets to which at most one reply is due, and give it."""
        with self._lock:
            self._look()
            if self._conversation.is_over:
                return self._judged(no_reply("closed"))
            outcome = self._secured(self._outcome(self._converse(octets)))
        if self._listeners:
            self._tell()
        return self._judged(outcome)

    def _secured(self, outcome: Reply | NoReply) -> Reply | NoReply:
        """The outcome, once the handshake is over that it asks for."""
        if self._conversation.dialogue.session.state is not State.TLS_HANDSHAKE:
            return outcome
        with self._lock:
            failure = self._shake_hands()
        return outcome if failure is None else failure

    def _shake_hands(self) -> NoReply | None:
        """Begin TLS. When that fails the client hangs up: over this connection no word can be said any more."""
        conversation = self._conversation
        layer = TlsLayer(client_context(self._authority, self._verify), self.server_name)
        link = TlsLink(self._link, layer, conversation.overhear)
        why = text("tls.interrupted")
        try:
            why = link.shake_hands(self.timeout_s, self.server_name)
        finally:  # an interrupt leaves half a handshake, over which nothing can be said either
            conversation.shook_hands(not why)
            if why:
                self._hang_up()
                conversation.end()
            conversation.fold()
        if why:
            return self._withheld(NoReply(why, text("tls.cure"), event=TLS_FAILED))
        self._hang_up.detach()
        self._link, self._hang_up = link, weakref.finalize(self, link.close)
        return None

    def _outcome(self, new: list[Exchange]) -> Reply | NoReply:
        """The reply, among new exchanges, to the octets said last; or why there is none."""
        if self._conversation.is_answered:
            for exchange in reversed(new):
                reply = exchange.reply
                if reply is not None and exchange.event != UNASKED:
                    return replace(reply, exchange=self._marked([exchange])[0])
        conversation = self._conversation
        if conversation.is_over:
            return self._withheld(no_reply("endless" if conversation.is_endless else "lost"))
        if conversation.dialogue.in_mail_data and not conversation.has_unsent:
            return no_reply("mail-data", was_due=False)
        if conversation.dialogue.is_quiet and conversation.dialogue.uncut and not conversation.has_unsent:
            return no_reply("unfinished", was_due=False)
        return self._withheld(no_reply("silence", timeout_s=f"{self.timeout_s:g}"))

    def _withheld(self, outcome: NoReply) -> NoReply:
        """That no reply came, with the fault that keeps it back, where the server is at hand and tells."""
        server: Any = self.keeps
        ask = getattr(server, "record_of", None)
        found = ask(self) if ask is not None else None
        return outcome if found is None else replace(outcome, forced=found.withheld_by)

    def _judged(self, outcome: Reply | NoReply) -> Reply | NoReply:
        if self.strict and _is_bad(outcome):
            raise ReplyError(outcome)
        return outcome

    def _converse(self, octets: bytes, *, waits: bool = True) -> list[Exchange]:
        """Send, and read meanwhile, until nothing is due (or all is sent) or the time is over; gives new exchanges."""
        conversation, link = self._conversation, self._link
        conversation.say(octets)
        until = link.clock() + self.timeout_s
        new: list[Exchange] = []
        while True:
            if conversation.has_unsent:
                conversation.send(link.send)
            new += conversation.fold()
            if conversation.is_over:
                return new
            has_unsent = conversation.has_unsent
            if not (waits or has_unsent):
                return new
            if not (has_unsent or conversation.dialogue.due or conversation.cannot_send):
                if conversation.dialogue.session.state is not State.CLOSED:
                    return new
                until = min(until, link.clock() + CLOSING_S)  # after 221 or 421 the end is near: see it
            left = until - link.clock()
            if left <= 0:
                return new
            if link.wait(left, has_unsent):
                conversation.receive(link.receive)

    def _look(self) -> bool:
        """Take what has come since, so that it is not taken for an answer to what is sent next; True if any has."""
        return bool(self._take())

    def _take(self) -> list[Exchange]:
        """Take what has come since; gives the exchanges it completes."""
        conversation = self._conversation
        new = conversation.fold()
        until = self._link.clock() + LOOK_S
        while not conversation.is_over and self._link.wait(0, False) and self._link.clock() < until:
            conversation.receive(self._link.receive)
            new += conversation.fold()
        return new

    def _looked(self) -> Conversation:
        """The conversation as it is now; while another thread waits for a reply, as it was when that one last read."""
        if self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._conversation

    def _came_unasked(self) -> bool:
        with self._lock:
            has_changed = self._look()
            is_over = self._conversation.is_over
        if has_changed:
            self._tell()
        return not is_over

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback(self)


def _check_octets(octets: object) -> None:
    if not isinstance(octets, (bytes, bytearray, memoryview)):
        raise TypeError(f"Octets are bytes such as b'NOOP\\r\\n'; this is {type(octets).__name__}.")


def _is_bad(outcome: Reply | NoReply) -> bool:
    if isinstance(outcome, NoReply):
        return outcome.was_due
    is_violation = outcome.exchange is not None and outcome.exchange.row.kind is Kind.VIOLATION
    return is_violation or not outcome.is_positive
