"""One step of a session: the lab decides, and its actions are carried out, in the clear or inside TLS.

Nothing about SMTP is decided here: `step` of the lab is the server. What happens goes into the session's record, and
how the session stands then is kept, so that a fork can go back to it.
"""

import threading
from collections import deque
from collections.abc import Sequence

from smtplab.lab import (
    Abort,
    Action,
    Close,
    Deliver,
    Input,
    Lost,
    Message,
    Octets,
    Send,
    StartTls,
    TlsFailed,
    TlsUp,
    World,
    step,
)
from smtplab.lab.outbox import EMPTY
from smtplab.lab.replies import reply
from smtplab.network.certificates import Authority
from smtplab.network.copies import HostedCopy
from smtplab.network.record import Hosted
from smtplab.network.records import Records
from smtplab.network.tls import TlsLayer
from smtplab.protocol.wire import CRLF, format_reply


class Stepping:
    """Takes steps in one world; whoever calls holds the lock of the server.

    Parameters
    ----------
    world : World
    is_told : bool
        True when somebody is told what happens.

    Attributes
    ----------
    errors : deque of Exception
        Faults of the lab itself, the last 100.
    have_fired : bool
        True when a fault has happened.
    """

    def __init__(self, world: World, is_told: bool) -> None:
        self.world = world
        self.errors: deque[Exception] = deque(maxlen=100)
        self.have_fired = False
        self._records = Records(is_told)
        self._note = self._records.note
        self._messages: list[Message] = []
        self._authority: Authority | None = None
        self._making_authority = threading.Lock()

    @property
    def authority(self) -> Authority:
        """Whoever signs this server's certificates; made when TLS is first asked for."""
        with self._making_authority:  # two first clients must not trust two of them
            if self._authority is None:
                self._authority = Authority()
            return self._authority

    def _hear(self, hosted: Hosted, given: Octets) -> bytes:
        """Take octets of the wire, which in a handshake, or inside TLS, are not those that were said."""
        if hosted.tls is not None:
            self._note(hosted, "C", given.octets, given.now, "", "outside")
            return self._receive_tls(hosted, hosted.tls, given.octets, given.now)
        is_readable = not hosted.session.in_handshake  # else a fault keeps the handshake back
        self._note(hosted, "C", given.octets, given.now, "", hosted.layer if is_readable else "outside")
        return self._step(hosted, given)

    def _receive_tls(self, hosted: Hosted, layer: TlsLayer, octets: bytes, now: float) -> bytes:
        was_up = layer.is_up
        said = layer.received(octets)
        segment = self._outside(hosted, layer, now)
        if layer.failure is not None:
            return segment + self._step(hosted, TlsFailed(now))
        if layer.is_up and not was_up:
            self._note(hosted, "-", b"", now, "tls")
            segment += self._step(hosted, TlsUp(now))
        if said:
            self._note(hosted, "C", said, now, "", "inside")
            segment += self._step(hosted, Octets(said, now))
        if layer.is_over and hosted.open:
            segment += self._step(hosted, Lost(now))
        return segment

    def _step(self, hosted: Hosted, given: Input) -> bytes:
        """One step of the lab, its actions carried out; gives the octets for the wire."""
        before: HostedCopy | None = None
        if type(given) is Octets:
            octets = given.octets
            if -1 < octets.find(CRLF) < len(octets) - 2 or hosted.session.outbox is not EMPTY:  # a fork may cut these
                before = self._copy(hosted, given.now, len(hosted.entries) - 1)
            hosted.heard += len(octets)
        elif type(given) is TlsUp:
            hosted.handshakes, hosted.heard, hosted.said = hosted.handshakes + 1, 0, 0
        try:
            self.world, hosted.session, actions = step(self.world, hosted.session, given)
        except Exception as error:
            self.errors.append(error)
            actions = [Send(format_reply(reply("closing.fault", domain=self.world.domain))), Close()]
        segment = self._carry_out(hosted, given, actions)
        if not hosted.truncated:
            if before is not None and (actions or hosted.session.outbox is not EMPTY):
                self._records.keep_copy(hosted, before)
            if actions or type(given) is TlsUp:
                self._records.keep_copy(hosted, self._copy(hosted, given.now, len(hosted.entries)))
        return segment

    def _copy(self, hosted: Hosted, now: float, entries: int) -> HostedCopy:
        return (hosted.handshakes, hosted.heard, hosted.said, self.world, hosted.session, now, entries,
                len(self._messages))

    def _carry_out(self, hosted: Hosted, given: Input, actions: Sequence[Action]) -> bytes:
        segment = b""
        for action in actions:
            if type(action) is Send:
                segment += self._say(hosted, action, given.now)
            elif type(action) is Deliver:
                self._messages.append(action.message)
            elif type(action) is StartTls:
                segment += self._start_tls(hosted, given, action)
            else:
                segment += self._close(hosted, given, is_lost=type(action) is Abort)
        return segment

    def _start_tls(self, hosted: Hosted, given: Input, action: StartTls) -> bytes:
        try:
            hosted.tls = TlsLayer(self.authority.server_context(action.certificate, self.world.domain))
        except Exception as error:  # no certificate can be made here: only this session suffers
            self.errors.append(error)
            return self._close(hosted, given)
        return self._receive_tls(hosted, hosted.tls, action.octets, given.now) if action.octets else b""

    def _say(self, hosted: Hosted, said: Send, now: float) -> bytes:
        """What goes out for what is said: the same in the clear, something else inside TLS."""
        hosted.said += len(said.octets)
        if said.forced:
            self.have_fired = True
        layer = hosted.tls
        if layer is None:
            self._note(hosted, "S", said.octets, now, "", hosted.layer, said.forced, said.meant)
            return said.octets
        if not layer.is_up:  # a fault amid a handshake: no word can be said
            return b""
        layer.say(said.octets)
        outside = self._outside(hosted, layer, now)
        self._note(hosted, "S", said.octets, now, "", "inside", said.forced, said.meant)
        return outside

    def _outside(self, hosted: Hosted, layer: TlsLayer, now: float) -> bytes:
        octets = layer.outgoing()
        if octets:
            self._note(hosted, "S", octets, now, "", "outside")
        return octets

    def _close(self, hosted: Hosted, given: Input, *, is_lost: bool = False) -> bytes:
        hosted.open = False
        layer = hosted.tls
        goodbye = b""
        is_lost = is_lost or type(given) is Lost
        if layer is not None and layer.is_up and not is_lost:
            layer.close()
            goodbye = self._outside(hosted, layer, given.now)
        if type(given) is TlsFailed or (layer is not None and not layer.is_up):
            self._note(hosted, "-", b"", given.now, "tls failed")
        self._note(hosted, "-", b"", given.now, "lost" if is_lost else "closed")
        return goodbye
