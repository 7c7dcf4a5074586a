"""Where a player stops: the frames of a scenario, and between them the questions that are asked before a reply."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from smtplab.course.scenario_frame import Frame
from smtplab.explain.catalogue import text
from smtplab.notebook.html import readable
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.auth import AUTH_LINE
from smtplab.protocol.machine import CONNECT, DATA_END, NO_COMMANDS
from smtplab.protocol.secrecy import hide_secrets, hide_steps
from smtplab.protocol.transcript import Transcript
from smtplab.protocol.wire import CRLF


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of a player.

    Attributes
    ----------
    frame : Frame
        What is seen.
    guessed : Exchange or None
        The step that is seen next, when a guess about it is asked for here.
    """

    frame: Frame
    guessed: Exchange | None = None

    @property
    def is_asking(self) -> bool:
        """True where a learner commits to something."""
        return self.frame.question is not None or self.guessed is not None


def stops(frames: Sequence[Frame], predict: bool) -> tuple[Stop, ...]:
    """The frames; with `predict` also one before each reply to a command or message that has no question of its own."""
    if not predict:
        return tuple(map(Stop, frames))
    found = [Stop(frame) for frame in frames[:1]]
    for before, frame in pairwise(frames):
        found += [*_asked_before(before, frame), Stop(frame)]
    return tuple(found)


def _asked_before(before: Frame, frame: Frame) -> Iterator[Stop]:
    """The line alone, its reply still hidden; nothing for a group, whose replies come together, or a login's lines."""
    new = frame.exchanges[len(before.exchanges) :]
    has_its_own = before.question is not None and is_waiting(before.transcript)
    if before.client != frame.client or len(new) != 1 or new[0].reply is None or has_its_own:
        return
    if new[0].event == AUTH_LINE or (new[0].event in NO_COMMANDS and new[0].event != DATA_END):
        return
    if not before.seen.octets:
        until = before.seen.whole
        while until < frame.seen.whole and frame.seen.entries[until].direction == "C":
            until += 1
        yield Stop(replace(before, question=None, seen=before.seen.until(until)), new[0])


def is_waiting(record: Transcript) -> bool:
    """True when the client spoke last; a reply that a fault kept back has not been heard.

    >>> from smtplab.protocol.entry import Entry
    >>> is_waiting(Transcript((Entry("S", b"220 x\\r\\n"), Entry("C", b"NOOP\\r\\n"), Entry("S"))))
    True
    """
    heard = [entry for entry in record.said() if entry.octets or entry.event]
    return bool(heard) and heard[-1].direction == "C"


def labels(found: Sequence[Stop], told: bool) -> list[str]:
    """A name for each stop, to jump to: what is sent there, and never what comes back.

    Parameters
    ----------
    found : sequence of Stop
    told : bool
        Name a question by its words, which may tell a reply that came before it.
    """
    named = []
    questions = 0
    for number, (stop, before) in enumerate(zip(found, (None, *found), strict=False), 1):
        if (question := stop.frame.question) is not None:
            questions += 1
            words = f": {readable(question.text)}" if told else ""
            name = text("player.step-question", number=questions, words=words)
        else:
            name = _name(stop, before)
        named.append(text("player.step-label", number=number, name=name))
    return named


def _name(stop: Stop, before: Stop | None) -> str:
    frame = stop.frame
    is_new = before is None or before.frame.client != frame.client
    if is_new and frame.client:
        return text("player.step-session", number=frame.client)
    if before is not None and before.guessed is not None:
        return text("player.step-reply", line=_sent([before.guessed], frame))
    new = frame.exchanges[0 if before is None else len(before.frame.exchanges) :]
    if stop.guessed is not None:
        return text("player.step-guess", line=_sent([stop.guessed], frame))
    if new or (before and len(before.frame.transcript.entries) != len(frame.transcript.entries)):
        return _sent(new, frame) or text("player.step-connection")
    return text("player.step-words")


def _sent(new: Sequence[Exchange], frame: Frame) -> str:
    """The first line sent, without what is secret; a message by its name."""
    first = hide_steps(new)[0] if new else None
    if first is not None and first.event in (CONNECT, DATA_END):
        return text("player.step-message") if first.event == DATA_END else ""
    octets = first.sent if first is not None else hide_secrets(frame.transcript).unanswered()
    return readable(octets.partition(CRLF)[0])[:60]
