"""What goes out in one step, and what stays back: replies in their order, each in the way a fault may force on it."""

from smtplab.lab.actions import Abort, Action, Close, Send, StartTls
from smtplab.lab.faults import Fault, Way
from smtplab.lab.faults.delivery import GLUE_S, pieces
from smtplab.lab.outbox import EMPTY, Held, Outbox
from smtplab.lab.world import Certificate


class Sending:
    """The outgoing side of one step; nothing of it outlives the call but the `outbox`."""

    def __init__(self, before: Outbox, now: float) -> None:
        self._now = now
        self._out: list[Send | StartTls] = []
        self._held = before.held
        self._glued, self._glued_until_s = before.glued, before.glued_until_s
        self._unread = before.unread
        self.is_silent, self.drops = before.is_silent, before.drops

    @property
    def is_busy(self) -> bool:
        """True while the server reads nothing: something it said has not gone out, or it has fallen silent."""
        return bool(self._held) or self.is_silent

    def say(self, octets: bytes) -> None:
        """Send a reply, after all that was said before it."""
        if not self._held and not self.is_silent and not self._glued:
            self._out.append(Send(octets))
        elif not self.is_silent:
            self._put(Send(octets), 0.0)

    def say_with(self, octets: bytes, fault: Fault) -> None:
        """Send a reply in the way that a fault forces."""
        what = fault.what
        if self.is_silent:
            return
        if Way.GLUE in what.ways:
            self._glued += tuple(Send(piece.octets, str(fault), piece.meant) for piece in pieces(octets, what))
            self._glued_until_s = self._now + GLUE_S
            return
        for piece in pieces(octets, what):
            self._put(Send(piece.octets, str(fault), piece.meant), piece.after_s)
        self.is_silent = Way.SILENCE in what.ways

    def shake_hands(self, certificate: Certificate, fault: Fault | None) -> None:
        """Ask for a TLS handshake, unless what happens is that there comes none."""
        if self.is_silent:
            return
        if fault is None:
            self._put(StartTls(certificate), 0.0)
            return
        self._put(Send(b"", str(fault)), fault.what.delay_s)
        if fault.what.ways:
            self.is_silent = Way.SILENCE in fault.what.ways
        else:
            self._put(StartTls(certificate), 0.0)

    def _put(self, action: Send | StartTls, after_s: float) -> None:
        """Send this now, or hold it until what stands before it has gone and the time has come."""
        self._unglue()
        if after_s or self._held:
            last_s = self._held[-1].due_s if self._held else self._now
            self._held = (*self._held, Held(last_s + after_s, action))
        else:
            self._out.append(action)

    def _unglue(self) -> None:
        if self._glued:
            self._out += self._glued
            self._glued = ()

    def keep(self, octets: bytes, most: int) -> bool:
        """Keep what the client says while the server is busy; False when that is too much by now."""
        if not self.is_silent:
            self._unread = (*self._unread, octets)
        return sum(map(len, self._unread)) <= most

    def forget(self) -> None:
        """Let go all that is kept back."""
        self._held, self._glued, self._unread, self.is_silent = (), (), (), False

    def release(self, now: float) -> bytes:
        """Send what is due; gives what the client has said meanwhile, once all has gone."""
        if self._glued and now >= self._glued_until_s:
            self._unglue()
        while self._held and self._held[0].due_s <= now:
            action, self._held = self._held[0].action, self._held[1:]
            if isinstance(action, StartTls):
                action = StartTls(action.certificate, self._take_unread())
            self._out.append(action)
        return b"" if self._held else self._take_unread()

    def _take_unread(self) -> bytes:
        octets, self._unread = b"".join(self._unread), ()
        return octets

    def outbox(self, is_closed: bool) -> Outbox:
        """What stays back for the next step."""
        if not (self._held or self._glued or self.is_silent) or (is_closed and not self.is_busy):
            return EMPTY
        return Outbox(self._held, self._glued, self._glued_until_s, self.is_silent, self.drops, self._unread)

    def actions(self, is_closed: bool) -> list[Action]:
        """What is to be done now, neighbours that nothing forced as one segment; and the end, once all has gone."""
        if is_closed:
            self._unglue()
        actions: list[Action] = []
        plain: list[bytes] = []
        for action in self._out:
            if type(action) is Send and not action.forced:
                plain.append(action.octets)
                continue
            if plain:
                actions.append(Send(b"".join(plain)))
                plain = []
            actions.append(action)
        if plain:
            actions.append(Send(b"".join(plain)))
        if is_closed and not self.is_busy:
            actions.append(Abort() if self.drops else Close())
        return actions
