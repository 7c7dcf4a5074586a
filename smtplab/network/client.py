"""A client to talk with by hand: it sends whatever it is given, and says what came back."""

from collections.abc import Sequence
from email.message import Message
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.network.address import LOOPBACK, check_target
from smtplab.network.channel import Channel
from smtplab.network.conversation import Conversation
from smtplab.network.following import Following
from smtplab.network.forced import withheld
from smtplab.network.fork import Forked, check_step, say_again
from smtplab.network.hosting import Hosting
from smtplab.network.link import Link, SocketLink
from smtplab.network.outcome import NoReply, ReplyError, is_bad, no_reply, reply_with, why_no_reply
from smtplab.network.tls import TlsLayer, check_authority, client_context
from smtplab.network.typed import chunk_octets, given_octets, line_octets, message_octets
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions import auth
from smtplab.protocol.extensions.starttls import TLS_FAILED
from smtplab.protocol.machine import CONNECT, EDITIONS, TLS_HANDSHAKE
from smtplab.protocol.wire import Reply, double_dots, format_mail_data

TIMEOUT_S = 5.0


class Client(Following):
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
    keeps : Hosting, optional
        The server, when it is one of ours: kept alive as long as the client, and asked what a fault forced.
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
        edition: int = 2821, strict: bool = False, link: Link | None = None, keeps: Hosting | None = None,
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
        self.server_name = server_name or host
        self._authority, self._verify = authority, verify
        self._options: dict[str, Any] = {
            "timeout_s": timeout_s, "allow_remote": allow_remote, "edition": edition, "strict": strict,
            "implicit_tls": implicit_tls, "server_name": server_name, "authority": authority, "verify": verify,
        }
        self.forked: Forked | None = None
        record = Conversation(edition, link.clock) if continues is None else continues.on(link.clock)
        super().__init__(Channel(link, record), keeps)
        if continues is not None:
            greeting = next((step.reply for step in continues.dialogue.exchanges if step.event == CONNECT), None)
            self.greeting: Reply | NoReply = greeting or self._converse(b"")
            return
        failure = self._begin_tls() if implicit_tls else None
        self.greeting = self._converse(b"") if failure is None else failure
        if strict and is_bad(self.greeting):
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
        if self.state is TLS_HANDSHAKE:
            exchange = self.exchanges[-1]
            outcome = self._secured(reply_with(exchange.reply, exchange) if exchange.reply else no_reply("lost"))
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
        octets, channel = given_octets(octets), self._channel
        with channel.lock:
            channel.take()
            new = channel.converse(octets, self.timeout_s)
        self._tell()
        return self._replies(new)

    def put(self, octets: bytes) -> None:
        """Send octets, whatever they are, and wait for nothing; `hear` gives the replies."""
        octets, channel = given_octets(octets), self._channel
        with channel.lock:
            channel.take()
            channel.converse(octets, self.timeout_s, waits=False)
        self._tell()

    def hear(self) -> tuple[Reply, ...]:
        """The replies that are due: waits until none is, or the time is over."""
        channel = self._channel
        with channel.lock:
            new = [*channel.take(), *channel.converse(b"", self.timeout_s)]
        self._tell()
        return self._replies(new)

    def quit(self) -> Reply | NoReply:
        """Send QUIT, give the reply, and hang up."""
        try:
            return self.send("QUIT")
        finally:
            self.close()

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
        if self.keeps is not None:
            return self.keeps.fork(self, at, **self._options)
        steps = check_step(self, at)
        if not replay:
            raise ValueError(text("fork.ask", host=self.host, at=at))
        return say_again(self, steps)

    def __repr__(self) -> str:
        return f"<Client of {self.host}:{self.port}, {self.state}>"

    def _say(self, octets: bytes) -> Reply | NoReply:
        """Send octets to which at most one reply is due, and give it."""
        channel = self._channel
        with channel.lock:
            channel.take()
            if channel.conversation.is_over:
                return self._judged(no_reply("closed"))
            outcome = self._secured(self._converse(octets))
        if self._listeners:
            self._tell()
        return self._judged(outcome)

    def _converse(self, octets: bytes) -> Reply | NoReply:
        channel = self._channel
        conversation = channel.conversation
        answer = conversation.answer(channel.converse(octets, self.timeout_s))
        if answer is not None and answer.reply is not None:
            return reply_with(answer.reply, self._marks.steps(self, (answer,), conversation)[0])
        outcome = why_no_reply(conversation, self.timeout_s)
        return withheld(self, outcome) if outcome.was_due else outcome

    def _replies(self, new: Sequence[Exchange]) -> tuple[Reply, ...]:
        marked = self._marks.steps(self, new, self._channel.conversation)
        return tuple(reply_with(step.reply, step) for step in marked if step.reply is not None)

    def _secured(self, outcome: Reply | NoReply) -> Reply | NoReply:
        """The outcome, once the handshake is over that it asks for."""
        channel = self._channel
        if channel.conversation.dialogue.session.state is not TLS_HANDSHAKE:
            return outcome
        with channel.lock:
            failure = self._begin_tls()
        return outcome if failure is None else failure

    def _begin_tls(self) -> NoReply | None:
        """Carry out the handshake; gives what came of it when it failed."""
        def layer() -> TlsLayer:
            return TlsLayer(client_context(self._authority, self._verify), self.server_name)

        why = self._channel.secure(layer, self.server_name, self.timeout_s)
        return withheld(self, NoReply(why, text("tls.cure"), event=TLS_FAILED)) if why else None

    def _judged(self, outcome: Reply | NoReply) -> Reply | NoReply:
        if self.strict and is_bad(outcome):
            raise ReplyError(outcome)
        return outcome
