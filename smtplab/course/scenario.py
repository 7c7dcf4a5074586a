"""Scenarios: a session to show, with what to say and what to ask, in a text file.

The lines of a session are those of a transcript (see `smtplab.protocol.transcript`):

======================  =====================================================================
``C: line``, ``C| …``   the client sends it; lines that stand together go out in one segment
``S: line``, ``S| …``   what must come back, to the octet
``-- lost``, ``-- closed``  the connection must be gone: without a goodbye, or after one
``-- tls``              the handshake is made now, and must succeed; ``-- tls failed`` must not
``-- 1800 s``           the server's clock jumps by so many seconds
``# remark``            for whoever reads the file
======================  =====================================================================

Between them stand directives. An indented line goes on with the directive above it:

========================================  ===================================================
``@title TEXT``                           one line; every scenario has it
``@minutes N``                            how long it takes in class
``@cures ID ...``                         misconceptions that it is against
``@world option=value ...``               options of `World`: before the first line for the start, later for the
                                          running server. ``extensions=all greylist_s=300 certificate="wrong name"
                                          takes_mail=no``
``@fault EVENT -> WHAT``, ``@clear``      sets a fault of the server; takes all away
``@connect``                              a new session on the same server; the first one is implied
``@hang-up``                              the client leaves without a word
``@say TEXT``                             what is told; a second ``@say`` below it is a new paragraph
``@note TEXT``                            what only the presenter sees
``@ask QUESTION``                         with its options right below, in the order in which they are shown:
``@right OPTION | REASON``
``@wrong OPTION | REASON``                the reason may be the id of a misconception, whose cure it then is
``@wrong ID``                             the option is what that misconception believes
========================================  ===================================================

Words come before the line that they are about. Between a ``C:`` and its ``S:`` they are shown while the reply is still
hidden: the place for a question.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from smtplab.course.scenario_error import ScenarioError, possible, spelled_out
from smtplab.course.scenario_reader import Reader
from smtplab.course.scenario_steps import Ask, Step
from smtplab.explain.catalogue import text
from smtplab.lab import World

__all__ = ["Scenario", "ScenarioError", "find_scenario", "read_scenario", "scenarios"]

FOLDER = Path(__file__).with_name("scenarios")
"""Where those stand that come with smtplab."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A session to show.

    Attributes
    ----------
    title : str
    minutes : int
        0 when the file does not say.
    cures : tuple of str
        Ids of misconceptions.
    world : World
        What the server is at the start.
    steps : tuple of Step
        In the order of the file (see `scenario_steps`).
    file : str
        The name that errors and mismatches tell.

    Examples
    --------
    >>> scenario = Scenario.parse("@title Hello\\nS: 220 lab.example SMTP service ready\\nC: QUIT\\n")
    >>> [type(step).__name__ for step in scenario.steps]
    ['Connect', 'Expect', 'Send']
    """

    title: str
    minutes: int
    cures: tuple[str, ...]
    world: World = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    file: str = ""

    @classmethod
    def parse(cls, source: str, file: str = "scenario") -> "Scenario":
        """Read the text form.

        Raises
        ------
        ScenarioError
            With file, line and column, for the first line that cannot be.
        """
        read = Reader(source, file)
        world = World(**read.options)  # type: ignore[arg-type]  # each option was checked where it stands
        return cls(read.title, read.minutes, tuple(read.cures), world, tuple(read.steps), file)

    @property
    def name(self) -> str:
        """The file's name without folder and ending."""
        return Path(self.file).stem

    @property
    def questions(self) -> tuple[Ask, ...]:
        """Everything it asks, in order."""
        return tuple(step for step in self.steps if isinstance(step, Ask))


def read_scenario(path: str | Path) -> Scenario:
    """The scenario in a file.

    Raises
    ------
    ScenarioError
        With file, line and column, for the first line that cannot be; for a file that is no UTF-8 text.
    OSError
        When the file cannot be read.
    """
    return Scenario.parse(read_source(path), str(path))


def read_source(path: str | Path) -> str:
    """The text of a file, without the mark that some editors put first; raises as `read_scenario`."""
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise ScenarioError(str(path), line, column, text("scenario.not-utf-8")) from None


@lru_cache
def scenarios() -> tuple[Scenario, ...]:
    """Those that come with smtplab, by name."""
    return tuple(read_scenario(path) for path in sorted(FOLDER.glob("*.txt")))


def find_scenario(name: str | Path) -> Scenario:
    """The scenario in a file, or the one of that name that comes with smtplab.

    Raises
    ------
    ScenarioError
        As `read_scenario`.
    ValueError
        For a name that is neither, with the nearest one.
    """
    path = Path(name)
    if path.is_file():
        return read_scenario(path)
    shipped = FOLDER / f"{name}.txt"
    if path.name == str(name) and shipped.is_file():
        return read_scenario(shipped)
    if path.is_dir():
        raise ValueError(text("scenario.folder", said=spelled_out(name)))
    beside = [str(found) for found in path.parent.glob("*.txt")]
    if near := get_close_matches(str(path), beside, n=1, cutoff=0.8):
        raise ValueError(text("scenario.no-file", said=spelled_out(name), possible=possible(near[0], near)))
    names = [found.stem for found in FOLDER.glob("*.txt")]
    raise ValueError(text("scenario.no-file", said=spelled_out(name), possible=possible(path.stem, names)))
