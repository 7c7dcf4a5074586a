"""What goes out in one step, and what stays back: replies in their order, each in the way a fault may force on it."""

from smtplab.lab.actions import Abort, Action, Close, Send, StartTls
from smtplab.lab.faults import Fault, Way
from smtplab.lab.faults.delivery import GLUE_S, pieces
from smtplab.lab.outbox import EMPTY, Held, Outbox
from smtplab.lab.world import Certificate

PIECE = 4096
"""Octets up to which what arrives is joined to the piece before, so that tiny segments do not pile up."""


class Sending:
    """The outgoing side of one step; nothing of it outlives the call but the `outbox`."""

    _held: tuple[Held, ...] = ()
    _glued: tuple[Send, ...] = ()
    _glued_until_s = 0.0
    _unread: tuple[bytes, ...] = ()
    is_silent = is_busy = drops = False

    def __init__(self, before: Outbox, now: float) -> None:
        self._now = now
        self._out: list[Action] = []
        self._plain: list[bytes] = []  # replies that nothing forced, not put among the others yet
        if before is not EMPTY:
            self._held, self._unread = before.held, before.unread
            self._glued, self._glued_until_s = before.glued, before.glued_until_s
            self.is_silent, self.drops = before.is_silent, before.drops
            self._look_whether_busy()

    def _look_whether_busy(self) -> None:
        """The server is busy, and reads nothing, while what it said has not gone out, and when it has fallen silent.

        It is asked for each line, so the answer is kept.
        """
        self.is_busy = self.is_silent or bool(self._held)

    def say(self, octets: bytes) -> None:
        """Send a reply, after all that was said before it."""
        if self._held:
            self._put(Send(octets), 0.0)
        elif not self.is_silent:
            if self._glued:
                self._unglue()
            self._plain.append(octets)

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
        self._look_whether_busy()

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
        self._look_whether_busy()

    def _put(self, action: Send | StartTls, after_s: float) -> None:
        """Send this now, or hold it until what stands before it has gone and the time has come."""
        self._unglue()
        if after_s or self._held:
            last_s = self._held[-1].due_s if self._held else self._now
            self._held = (*self._held, Held(last_s + after_s, action))
        else:
            self._go(action)

    def _go(self, action: Send | StartTls) -> None:
        self._end_segment()
        self._out.append(action)

    def _end_segment(self) -> None:
        """Neighbours that nothing forced leave as one segment."""
        if self._plain:
            self._out.append(Send(self._plain[0] if len(self._plain) == 1 else b"".join(self._plain)))
            self._plain = []

    def _unglue(self) -> None:
        if self._glued:
            for action in self._glued:
                self._go(action)
            self._glued = ()

    def keep(self, octets: bytes, most: int) -> bool:
        """Keep what the client says while the server is busy; False when that is too much by now."""
        if not self.is_silent:
            last = self._unread[-1] if self._unread else b""
            joined = self._unread and len(last) + len(octets) <= PIECE
            self._unread = (*self._unread[:-1], last + octets) if joined else (*self._unread, octets)
        return sum(map(len, self._unread)) <= most

    def forget(self) -> None:
        """Let go all that is kept back."""
        self._held, self._glued, self._unread, self.is_silent = (), (), (), False
        self._look_whether_busy()

    def release(self, now: float) -> bytes:
        """Send what is due; gives what the client has said meanwhile, once all has gone."""
        if self._glued and now >= self._glued_until_s:
            self._unglue()
        while self._held and self._held[0].due_s <= now:
            action, self._held = self._held[0].action, self._held[1:]
            if isinstance(action, StartTls):
                action = StartTls(action.certificate, self._take_unread())
            self._go(action)
        self._look_whether_busy()
        return b"" if self._held else self._take_unread()

    def _take_unread(self) -> bytes:
        octets, self._unread = b"".join(self._unread), ()
        return octets

    def outbox(self, is_closed: bool) -> Outbox:
        """What stays back for the next step."""
        if not self.is_busy and (is_closed or not self._glued):
            return EMPTY
        return Outbox(self._held, self._glued, self._glued_until_s, self.is_silent, self.drops, self._unread)

    def actions(self, is_closed: bool) -> list[Action]:
        """What is to be done now; and the end, once all has gone."""
        if is_closed:
            self._unglue()
        self._end_segment()
        if is_closed and not self.is_busy:
            return [*self._out, Abort() if self.drops else Close()]
        return self._out
