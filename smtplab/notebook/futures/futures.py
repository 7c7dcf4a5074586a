"""Two sessions side by side: what they had in common, the first difference, and where each of them stands.

They may be a session and its fork, two forks, or any two. All is folded from their steps. What the past was, and what
a difference is, say the octets: the same line said, and the same reply to it. Where lines were said again (a replay),
replies up to there may differ in their words; only another code counts then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from textwrap import wrap
from typing import Any

from smtplab.explain.catalogue import text
from smtplab.network import Client
from smtplab.network.fork import Forked
from smtplab.notebook.diagram.marks import step_label
from smtplab.notebook.diagram.two_ways import NAMES, TwoWays, stands, two_ways
from smtplab.notebook.html import readable
from smtplab.protocol.dialogue import Exchange
from smtplab.protocol.extensions.chunking import BDAT_LAST
from smtplab.protocol.machine import CONNECT, DATA_END, LOST
from smtplab.protocol.secrecy import hide_steps
from smtplab.protocol.session import Session
from smtplab.protocol.wire import CRLF

DIFFERS = "≠"
COLUMN = 46
"""Characters that a column of the plain text has."""


@dataclass(frozen=True, slots=True)
class Future:
    """One of the two, from where they parted.

    Attributes
    ----------
    name : {"A", "B"}
    steps : tuple of Exchange
        Without what logs somebody in.
    session : Session
        Where it stands.
    accepted : tuple of Exchange
        The steps, also of the past, with which a server took charge of a message.
    """

    name: str
    steps: tuple[Exchange, ...]
    session: Session
    accepted: tuple[Exchange, ...]

    @property
    def stands(self) -> str:
        """Where it stands, in a sentence."""
        return stands(self.name, self.session)

    @property
    def messages(self) -> str:
        """How many messages were accepted, and from whom to whom, in a sentence."""
        if not self.accepted:
            return text("futures.messages-0", name=self.name)
        found = [t for step in self.accepted if (t := step.before.transaction)]
        ways = "; ".join(f"{t.reverse_path.address or '<>'} → {', '.join(p.address for p in t.forward_paths)}"
                         for t in found)
        key = "futures.messages-1" if len(self.accepted) == 1 else "futures.messages"
        return text(key, name=self.name, count=len(self.accepted), ways=readable(ways))


@dataclass(frozen=True, slots=True, repr=False)
class Futures:
    """Two futures side by side. Make it with `futures`.

    Attributes
    ----------
    past : tuple of Exchange
        What both have, without what logs somebody in.
    both : pair of Future
    first : int or None
        The first step, counted from 0 where they parted, in which they differ; None while they are alike.
    origin : str
        Where a fork comes from, in sentences; empty for sessions that are none.
    edition : {2821, 5321}
    """

    past: tuple[Exchange, ...]
    both: tuple[Future, Future]
    first: int | None
    origin: str
    edition: int

    @property
    def title(self) -> str:
        """At which step they part."""
        if not self.past:
            return text("futures.title-none")
        return text("futures.title", step=len(self.past) - 1, after=after(self.past[-1]))

    @property
    def difference(self) -> str:
        """The first difference, in words."""
        if self.first is None:
            return text("futures.alike")
        names = {"a": NAMES[0], "b": NAMES[1]}
        steps = [future.steps[self.first] if self.first < len(future.steps) else None for future in self.both]
        if steps[0] is None or steps[1] is None:
            longer = 0 if steps[0] else 1
            return text("futures.longer", name=NAMES[longer], other=NAMES[1 - longer],
                        said=said(steps[longer]))  # type: ignore[arg-type]  # one of them is there
        if steps[0].sent != steps[1].sent or steps[0].event != steps[1].event:
            return text("futures.said", **names, first=said(steps[0]), second=said(steps[1]))
        heard = [readable(str(step.reply).partition("\n")[0]) if step and step.reply else text("fork.none")
                 for step in steps]
        return text("futures.heard", **names, said=said(steps[0]), first=heard[0], second=heard[1])

    @property
    def diagram(self) -> TwoWays:
        """Both ways on one picture."""
        return two_ways(self.past, self.both[0].steps, self.both[1].steps, self.edition)

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a step: those of the past, then those of A, then those of B."""
        found = [_row("", str(number), step, False) for number, step in enumerate(self.past)]
        for future in self.both:
            found += [_row(future.name, f"{future.name}{number + 1}", step, number == self.first)
                      for number, step in enumerate(future.steps)]
        return found

    def __str__(self) -> str:
        past = [f"  {line}" for step in self.past for line in lines_of(step)]
        head = [self.title, *filter(None, [self.origin]), "", text("futures.past"), *past, "", self.difference, ""]
        columns = _beside([f"   {NAMES[0]}"], [f"   {NAMES[1]}"])
        for number, steps in enumerate(zip_longest(*(future.steps for future in self.both))):
            mark = DIFFERS if number == self.first else " "
            columns += _beside(*(_column(step, mark) for step in steps))
        ends = [sentence for future in self.both for sentence in (future.stands, future.messages)]
        return "\n".join((*head, *columns, "", *ends))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from smtplab.notebook.futures.view import shown

        return {"text/html": shown(self), "text/plain": str(self)}


def futures(client: Client, other: Client) -> Futures:
    """Put two sessions side by side: a session and its fork, two forks, or any two.

    Parameters
    ----------
    client, other : Client
        They are called A and B.

    Raises
    ------
    TypeError
        For anything else.
    ValueError
        For a session so long that its beginning was let go.

    Examples
    --------
    >>> from smtplab.network import memory_server
    >>> client = memory_server().connect()
    >>> for line in ("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>"):
    ...     _ = client.send(line)
    >>> other = client.fork(at=2)
    >>> _ = other.send("RSET")
    >>> print(futures(client, other).difference)
    First difference: A says RCPT TO:<bob@lab.example>, and B says RSET.
    """
    for given in (client, other):
        if not isinstance(given, Client):
            raise TypeError(text("futures.target", type=type(given).__name__))
    whole = (client.steps, other.steps)
    forked = other.forked or client.forked
    parted = _parted(*whole, forked)
    shown = [hide_steps(steps) for steps in whole]
    lefts = [steps[parted:] for steps in whole]
    same = sum(1 for _ in takewhile(lambda pair: _are_alike(*pair), zip(*lefts, strict=False)))
    both = tuple(
        Future(name, tuple(steps[parted:]), steps[-1].after if steps else Session(),
               tuple(step for step in steps if is_accepted(step)))
        for name, steps in zip(NAMES, shown, strict=True)
    )
    first = None if same == max(map(len, lefts)) else same
    origin = f"{NAMES[1] if other.forked else NAMES[0]}: {forked}" if forked else ""
    return Futures(tuple(shown[0][:parted]), both, first, origin, client.edition)  # type: ignore[arg-type]  # a pair


def _parted(one: Sequence[Exchange], two: Sequence[Exchange], forked: Forked | None) -> int:
    """How many steps belong to the past: those up to the fork, as far as they are alike; without a fork, all alike."""
    until = len(one) + len(two) if forked is None else forked.at + 1
    is_copy = forked is None or forked.is_copy
    alike = takewhile(lambda pair: _are_alike(*pair, in_words=is_copy), zip(one[:until], two[:until], strict=False))
    return sum(1 for _ in alike)


def _are_alike(one: Exchange, two: Exchange, in_words: bool = True) -> bool:
    """True when the same was said, and the same was heard; without `in_words`, when the codes are the same."""
    heard = [(step.reply and (step.reply.octets if in_words else step.reply.code)) for step in (one, two)]
    return (one.event, one.sent, heard[0]) == (two.event, two.sent, heard[1])


def is_accepted(step: Exchange) -> bool:
    """True when the server took charge of a message with this step (RFC 2821 section 6.1)."""
    return step.event in (DATA_END, BDAT_LAST) and step.reply is not None and step.reply.is_positive


def after(step: Exchange) -> str:
    """A step as one names where one goes back to: the command and its code."""
    return text("futures.greeting") if step.event == CONNECT else step_label(step)


def said(step: Exchange) -> str:
    """What was said in a step, in one line: the command, or the name of an event."""
    if step.event in (DATA_END, LOST, CONNECT) or not step.sent:
        return text("futures.message") if step.event == DATA_END else step_label(step)
    return readable(step.sent.partition(CRLF)[0])


def lines_of(step: Exchange) -> list[str]:
    """A step as it went over the wire, a line each; of a message only that it was one."""
    client = [f"C: {said(step)}"] if step.sent else []
    if step.reply is None:
        return [*client, f"-- {step_label(step)}"]
    return [*client, *(f"S: {readable(line)}" for line in str(step.reply).split("\n"))]


def _row(future: str, number: str, step: Exchange, differs: bool) -> dict[str, Any]:
    return {"future": future, "step": number, "said": said(step) if step.sent else "", "reply": str(step.reply or ""),
            "state": str(step.after.state), "first difference": differs}


def _column(step: Exchange | None, mark: str) -> list[str]:
    if step is None:
        return [f" {mark} {text('futures.nothing')}"] if mark == DIFFERS else []
    wrapped = (wrap(line, COLUMN - 3, subsequent_indent="   ") or [""] for line in lines_of(step))
    parts = [part for found in wrapped for part in found]
    return [f" {mark if not at else ' '} {part}" for at, part in enumerate(parts)]


def _beside(left: list[str], right: list[str]) -> list[str]:
    return [f"{one:<{COLUMN}} | {two}".rstrip() for one, two in zip_longest(left, right, fillvalue="")]
