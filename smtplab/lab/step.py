"""The lab as one pure function: `step(world, session, input)` gives the next world, the next session, and actions.

No socket, thread or clock is here: time comes in with each input. Whoever runs a connection (a loop over sockets, a
call in a test, a browser's kernel) feeds inputs and carries out actions. Octets may come in any split; replies to
one input leave as one segment (RFC 2821 sections 2.3.7, 3, 4.1.1.4, 4.5.3.2; RFC 2920 section 3.2). Inside TLS the
octets are those that were said; whoever runs the connection encrypts them (RFC 3207).
"""

from math import inf

from smtplab.lab.actions import Action
from smtplab.lab.inputs import Input, Lost, Octets, Shutdown, Tick, TlsFailed, TlsUp
from smtplab.lab.outbox import EMPTY
from smtplab.lab.reading import Reading
from smtplab.lab.replies import reply
from smtplab.lab.sending import PIECE
from smtplab.lab.server_session import ServerSession
from smtplab.lab.world import World
from smtplab.protocol.extensions.starttls import TLS_UP
from smtplab.protocol.machine import CLOSED, CONNECT, CONNECTED


def step(world: World, session: ServerSession, given: Input) -> tuple[World, ServerSession, list[Action]]:
    """One step of the server.

    Parameters
    ----------
    world : World
    session : ServerSession
    given : Octets, Tick, Lost, Shutdown, TlsUp or TlsFailed

    Returns
    -------
    (World, ServerSession, list of Action)
        Actions in the order in which they are to be carried out.

    Examples
    --------
    >>> from smtplab.lab.server_session import open_session
    >>> world = World()
    >>> world, session, actions = step(world, open_session(world, now=0.0), Tick(0.0))
    >>> actions
    [Send(octets=b'220 lab.example SMTP service ready\\r\\n', forced='', meant=None)]
    """
    if session.session.state is CLOSED and session.is_over:
        return world, session, []
    run = _Step(world, session, given.now)
    if isinstance(given, Lost):
        run.leave()
    elif session.outbox is not EMPTY and run.keeps_back(given):
        pass
    elif isinstance(given, TlsUp):
        run.go_on_inside_tls()
    elif isinstance(given, TlsFailed):
        run.give_up_tls()
    elif session.in_handshake:
        run.wait_for_tls(given)
    elif isinstance(given, Shutdown):
        run.close_unasked("closing.shutdown")
    elif session.session.state is CONNECTED:
        run.begin(given)
    elif isinstance(given, Octets):
        run.read(given.octets)
    elif given.now >= session.heard_s + world.idle_s:
        run.close_unasked("closing.idle")
    return run.result()


class _Step(Reading):
    """One step: what each input comes to."""

    def keeps_back(self, given: Input) -> bool:
        """See to what a fault keeps back; True when nothing else is to be done now."""
        sending, was = self.sending, self.before.outbox
        if isinstance(given, Shutdown):
            sending.release(inf)
            if sending.is_silent:
                self.leave()
            return self.session.state is CLOSED
        if isinstance(given, Octets):
            if sending.is_busy and not sending.keep(given.octets, self.world.max_message_octets + PIECE):
                self.leave()
            return sending.is_busy or sending.drops
        if isinstance(given, Tick):
            unread = sending.release(self.now)
            if was.held and not sending.is_busy:  # only now the client can be expected to go on
                self.heard_s = self.now
            if was.is_silent and not was.held and self.now >= self.heard_s + self.world.idle_s:
                self.leave()
            elif unread:
                self.read(unread)
            return bool(was.held) or was.is_silent
        return False

    def begin(self, given: Input) -> None:
        """Greet; with implicit TLS ask for the handshake first."""
        if self.world.implicit_tls and not self.session.tls:
            self.start_tls()
            return
        self.greet(self.refusal)
        if isinstance(given, Octets):
            self.read(given.octets)

    def greet(self, refusal: str | None) -> None:
        self.heard_s = self.now
        if refusal is not None:
            self.move(CONNECT, None, reply("greeting.stranger", domain=self.world.domain, reason=refusal))
            return
        name = "greeting"
        if self.world.never_takes_mail and self.world.edition == 5321:  # RFC 7504 came after RFC 2821
            name = "greeting.never"
        elif self.world.never_takes_mail or not self.world.takes_mail:
            name = "greeting.no-mail"
        self.choose_fault(CONNECT, None)
        self.settle(CONNECT, None, self.world, reply(name, domain=self.world.domain))

    def wait_for_tls(self, given: Input) -> None:
        """Inside a handshake no word can be said: too long a wait, and a shutdown, end it without one."""
        if isinstance(given, Shutdown) or (isinstance(given, Tick) and self.now >= self.heard_s + self.world.idle_s):
            self.give_up_tls()

    def go_on_inside_tls(self) -> None:
        self.in_handshake = False
        self.heard_s = self.now
        is_first = self.session.state is CONNECTED
        self.machine = self.session.machine(self.world.edition, "STARTTLS")  # it may come before any announcement
        self.move(TLS_UP, None, None)
        if is_first:
            self.greet(self.refusal)
