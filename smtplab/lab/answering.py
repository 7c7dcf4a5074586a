"""How an event is answered in one step: the fault that happens with it, the reply, the table's row, the message.

Whatever is decided elsewhere (`responder`, `mail_data`) becomes a reply on the wire here, and moves the session by
the machine's table (RFC 2821 sections 3, 4.2, 4.3.2; RFC 3207 section 4).
"""

from smtplab.lab.actions import Action, Deliver
from smtplab.lab.extensions import dressing
from smtplab.lab.faults import Fault, Way
from smtplab.lab.faults.fault import TLS
from smtplab.lab.message import Message, protocol_of
from smtplab.lab.replies import reply
from smtplab.lab.sending import Sending
from smtplab.lab.server_session import ServerSession
from smtplab.lab.world import World
from smtplab.protocol.extensions.starttls import TLS_FAILED
from smtplab.protocol.machine import CLOSED, CONNECT, CONNECTED, LOST, UNASKED
from smtplab.protocol.wire import Command, Reply, format_reply


class Answering:
    """The variables of one step, and its answers; nothing of it outlives the call.

    Parameters
    ----------
    world : World
    before : ServerSession
    now : float
    """

    def __init__(self, world: World, before: ServerSession, now: float) -> None:
        self.world, self.before, self.now = world, before, now
        (self.session, self.heard_s, self.refusal, self.uncut, self.dropped, self.pieces, self.held, self.size,
         self.chunk, self.chunk_left, self.in_handshake, self.counted, outbox) = before
        self.machine = self.session.machine(world.edition)
        self.sending = Sending(outbox, now)
        self.fault: Fault | None = None
        self.messages: list[Message] = []

    def result(self) -> tuple[World, ServerSession, list[Action]]:
        is_closed = self.session.state is CLOSED
        outbox, actions = self.sending.outbox(is_closed), self.sending.actions(is_closed)
        if self.messages:
            actions = [*map(Deliver, self.messages), *actions]
        after = ServerSession(self.session, self.heard_s, self.refusal, self.uncut, self.dropped, self.pieces,
                              self.held, self.size, self.chunk, self.chunk_left, self.in_handshake, self.counted,
                              outbox)
        return self.world, after, actions

    def choose_fault(self, event: str, command: Command | None) -> None:
        """Count an event, and see which fault happens with it."""
        if event == TLS and command is not None:
            event = ""  # typed by somebody: a verb that nobody knows
        counted = self.counted.with_event(event)
        before = self.world.faults
        if before.set:
            self.fault, faults, counted = before.choose(event, command, self.session, counted)
            if faults is not before:
                self.world = self.world.with_faults(faults)
        self.counted = counted

    def settle(
        self, event: str, command: Command | None, world: World, answer: Reply, mail_data: bytes | None = None
    ) -> None:
        """Answer an event as was decided, or as a fault forces; world and messages follow what is answered."""
        if self.fault is not None and self.fault.what.reply is not None:
            decided, answer = answer, self.fault.what.reply.reply
            world = world if decided.is_positive is answer.is_positive else self.world
        self.world = world
        if mail_data is not None and answer.reply_class == "2yz":
            self.deliver(mail_data)
        self.move(event, command, answer)

    def move(self, event: str, command: Command | None, answer: Reply | None) -> None:
        """Send the reply and follow the table."""
        before, fault, self.fault = self.session, self.fault, None
        table = self.machine if fault is None else before.table_for(self.machine, event, answer)
        row = table.transition(before.state, event, answer.code if answer else None)
        self.session = before.after(row, command, answer)
        if self.session is not before:
            self.machine = self.session.machine(self.world.edition)
        if row.remembers == "reverse-path":
            self.counted = self.counted.with_mail_begun()
        if answer is not None:
            for behaviour in dressing(self.world.extensions):
                if behaviour.dress is not None and before.announces(behaviour.extension.keyword):
                    answer = behaviour.dress(event, answer)
            if fault is None:
                self.sending.say(format_reply(answer))
            else:
                self.sending.say_with(format_reply(answer), fault)
        if fault is not None and not {Way.DROP_BEFORE, Way.DROP_AFTER}.isdisjoint(fault.what.ways):
            self.drop()

    def deliver(self, mail_data: bytes) -> None:
        transaction = self.session.transaction
        if transaction is None or not transaction.forward_paths:
            return  # taken although nobody is to have it, as only a fault can make a server do
        self.messages.append(Message(
            transaction.reverse_path, transaction.forward_paths, mail_data, self.session.client_name or "",
            self.world.domain, transaction.parameters, transaction.forward_parameters, protocol_of(self.session),
        ))

    def start_tls(self) -> None:
        """Ask for a handshake. What came ahead of it is thrown away, since anybody may have written it."""
        self.choose_fault(TLS, None)
        fault, self.fault = self.fault, None
        self.sending.shake_hands(self.world.certificate, fault)
        if fault is not None and Way.DROP_BEFORE in fault.what.ways:
            self.drop()
        self.in_handshake = True
        self.heard_s = self.now
        self.uncut, self.dropped = b"", 0

    def give_up_tls(self) -> None:
        self.machine = self.session.machine(self.world.edition, "STARTTLS")
        self.move(TLS_FAILED, None, None)

    def close_unasked(self, name: str) -> None:
        if self.world.implicit_tls and not self.session.tls:  # nothing is said in the clear
            self.give_up_tls()
            return
        event = CONNECT if self.session.state is CONNECTED else UNASKED
        self.move(event, None, reply(name, domain=self.world.domain))

    def drop(self) -> None:
        """Let the connection be lost once all was sent."""
        self.sending.drops = True
        if self.session.state is not CLOSED:
            self.move(LOST, None, None)

    def leave(self) -> None:
        """Let the connection be lost now."""
        self.sending.forget()
        self.drop()
