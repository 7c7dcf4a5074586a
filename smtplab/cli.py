"""The command line: ``smtplab COMMAND`` or ``python3 -m smtplab COMMAND``.

Only the frame stands here; the work of each command lives in its layer and is imported when it is asked for.
Exit status: 0 all is well, 1 findings (or it could not be done), 2 wrong usage.
"""

import argparse
import codecs
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smtplab import __version__
from smtplab.setup.environment import SetupError, enter

if TYPE_CHECKING:
    from smtplab.lab import Fault, World

PASSED_ON = {"lab": "jupyter lab", "test": "pytest", "bench": "the benchmarks"}
"""Commands that make the environment when need be, and hand all their arguments on."""

TABLES = {
    "codes": ("code", "name", "commands"),
    "commands": ("verb", "syntax", "meaning"),
    "differences": ("command", "code", "phase", "times_2821", "times_5321", "change"),
    "digits": ("position", "digit", "name", "meaning"),
    "enhanced": ("code", "name", "basic_codes", "meaning"),
    "extensions": ("keyword", "offered", "rfc", "purpose"),
    "limits": ("kind", "object", "value", "unit", "reply", "sense"),
    "requirements": ("event", "fact", "wanted", "code", "policy", "section", "exempt"),
    "sequences": (),  # laid out as on the RFC's page instead
    "transitions": ("state", "event", "reply", "next_state", "kind", "sections"),
}
"""The tables, and which of their columns fit a terminal; ``--csv`` writes them all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    try:
        _prepare_streams()
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a file that cannot be written, and the like
        print(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


def _prepare_streams() -> None:
    """Have three streams that take, and give, whatever comes; one that is closed is as empty as /dev/null."""
    codecs.register_error("smtplab.spelled-out", _spelled_out)
    for name, mode, errors in (
        ("stdin", "r", "surrogateescape"),  # octets that are no text go out as they came
        ("stdout", "w", "smtplab.spelled-out"), ("stderr", "w", "smtplab.spelled-out"),  # \u2192 for an arrow
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # for as long as the process lives
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=errors)


def _spelled_out(error: UnicodeError) -> tuple[str, int]:
    """Characters that a terminal lacks, by number: Python's own way would show a letter as an octet is shown."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = map(ord, error.object[error.start : error.end])
    return "".join(f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}" for number in missing), error.end


def _run(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in PASSED_ON and rest[:1] not in (["-h"], ["--help"]):
        return _pass_on(command, rest)
    chosen = _parser().parse_args(arguments)
    enter(arguments)
    try:
        return _COMMANDS[chosen.command](chosen)
    except ValueError as error:  # an argument that parses but cannot be: told in the layer's own sentence
        print(error, file=sys.stderr)
        return 2


def _pass_on(command: str, rest: list[str]) -> int:
    enter([command, *rest], frozenset() if command == "lab" else frozenset({"dev"}))
    if command == "lab":
        from smtplab.setup.jupyter import open_lab

        open_lab(rest)
    from smtplab.setup.checks import run_benchmarks, run_tests

    return run_tests(rest) if command == "test" else run_benchmarks(rest)


def _path(name: str) -> Path:
    """A file or folder that was named; an empty name would be the folder where all this happens."""
    if not name:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smtplab", description="Learn SMTP by talking it.")
    parser.add_argument("--version", action="version", version=f"smtplab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, purpose: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")

    command("lab", "open JupyterLab on the first lesson; further arguments go to jupyter lab")
    course = command("course", "copy the lessons and exercises without opening them; a copy you changed stays")
    course.add_argument("folder", metavar="DIR", nargs="?", type=_path, help="(default: smtplab-course, here)")
    course.add_argument("--teacher", action="store_true", help="with the teacher's plan and the solutions")
    command("doctor", "look whether all is here that the lessons need")
    serve = command("serve", "run a mail server on 127.0.0.1 and show every dialogue live")
    serve.add_argument("--port", type=int, default=2525, help="0 takes any free port (default: 2525)")
    serve.add_argument("--authority", metavar="FILE", type=_path, help="write the certificate for clients to trust")
    talk = command("talk", "talk SMTP by hand and have each reply explained")
    talk.epilog = ("A line that begins with / is for the lab: it goes back to a step, sets a fault, lets time pass. "
                   "/help lists what there is.")
    talk.add_argument("target", metavar="HOST:PORT", nargs="?", help="a server on this machine (default: an own one)")
    talk.add_argument("--pcap", metavar="FILE", type=_path, help="write a capture of the session for Wireshark")
    for with_server in (serve, talk):
        with_server.add_argument("--extensions", metavar="LIST", default=argparse.SUPPRESS,
                                 help='EHLO keywords with commas, or "all" (default: SIZE)')
        with_server.add_argument("--certificate", metavar="KIND", default=argparse.SUPPRESS,
                                 help='for TLS: also "expired", "wrong name", "self-signed" (default: valid)')
        with_server.add_argument("--implicit-tls", action="store_true", default=argparse.SUPPRESS,
                                 help="TLS from the first octet on")
        with_server.add_argument("--fault", metavar="FAULT", action="append", default=argparse.SUPPRESS,
                                 help='make something happen: "RCPT#2 -> 452 Too many"; may be given several times')
        with_server.add_argument("--seed", metavar="N", type=int, default=argparse.SUPPRESS,
                                 help="for faults with a chance: the same number, the same session (default: 0)")
    explain = command("explain", "say what a reply means, digit by digit")
    explain.add_argument("reply", nargs="+", help='a code such as 550, or a whole reply: "550 5.7.1 rejected"')
    explain.add_argument("--command", dest="verb", metavar="RCPT", help="the command that it answers")
    table = command("table", "print a table of the protocol")
    table.add_argument("name", choices=TABLES)
    table.add_argument("--csv", action="store_true", help="all columns, as CSV")
    diagram = command("diagram", "draw the states of a session")
    diagram.add_argument("-o", dest="path", metavar="FILE", type=_path, help=".svg, .png or .dot (default: DOT, here)")
    diagram.add_argument("--extensions", metavar="NAMES", default="",
                         help="'all', or some with commas between: AUTH,STARTTLS (default: none)")
    card = command("card", "write the one-page card of codes, digits, replies by command, and states")
    card.add_argument("path", metavar="FILE", type=_path, help=".html or .pdf")
    causes = command("causes", "play a dialogue for every reply that the RFC lists")
    for by_edition in (serve, talk, table, diagram, card, causes):
        by_edition.add_argument("--edition", type=int, choices=(2821, 5321), default=2821, help="(default: 2821)")
    scenario = command("scenario", "play a session that comes with words and questions, or make one")
    kinds = scenario.add_subparsers(dest="kind", metavar="KIND", required=True)
    for kind, purpose in (
        ("run", "play one, step by step at a terminal"), ("list", "name those that come with smtplab"),
        ("check", "say whether a file plays as written"), ("new", "begin one from a recorded transcript"),
    ):
        chosen = kinds.add_parser(kind, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if kind in ("run", "check"):
            chosen.add_argument("name", metavar="FILE", help="a file, or a name that list names")
        if kind == "run":
            chosen.add_argument("--notes", action="store_true", help="show the presenter's notes too")
        if kind == "new":
            chosen.add_argument("transcript", metavar="TRANSCRIPT", type=_path, help="as text or JSON")
            chosen.add_argument("-o", dest="path", metavar="FILE", type=_path, help="(default: write it here)")
    wheels = command("wheels", "make a folder from which smtplab installs without a network")
    wheels.add_argument("folder", metavar="DIR", type=_path)
    command("test", "run ruff, mypy and all tests; further arguments go to pytest")
    command("bench", "measure speed and memory; further arguments go to the benchmarks")
    return parser


def _course(chosen: argparse.Namespace) -> int:
    from smtplab.setup.course_files import COPIES, copy_course

    print(copy_course((chosen.folder or Path(COPIES)).absolute(), for_teacher=chosen.teacher))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from smtplab.setup.doctor import doctor

    report = doctor()
    print(report)
    return 0 if report.is_well else 1


def _serve(chosen: argparse.Namespace) -> int:
    from smtplab.network.serve import serve

    return serve(chosen.port, world=_world(chosen), authority=chosen.authority)


def _talk(chosen: argparse.Namespace) -> int:
    from smtplab.network.talk import talk

    if chosen.target is not None:
        for name in _given(chosen):
            option = name.replace("_", "-")
            raise ValueError(f"--{option} is for the own server of this command; leave HOST:PORT out.")
    return talk(chosen.target, world=_world(chosen), capture=chosen.pcap)


def _world(chosen: argparse.Namespace) -> "World":
    """The world that the options of a server describe."""
    from smtplab.lab import Faults, World

    given = _given(chosen)
    faults = Faults.of(map(_fault, given.pop("fault", ())))
    world = World(edition=chosen.edition, faults=faults, **given)
    if "certificate" in given and not (world.implicit_tls or "STARTTLS" in world.extensions):
        raise ValueError("--certificate is for TLS; add --implicit-tls, or --extensions STARTTLS.")
    return world


def _given(chosen: argparse.Namespace) -> dict[str, Any]:
    """What was said of the own server; whatever was not is as a `World` has it by itself."""
    names = ("extensions", "certificate", "implicit_tls", "fault", "seed")
    return {name: getattr(chosen, name) for name in names if hasattr(chosen, name)}


def _fault(text: str) -> "Fault":
    """One of several faults; an error shows which of them, and where in it."""
    from smtplab.lab.faults import FaultError, read_fault

    try:
        return read_fault(text)
    except FaultError as error:
        raise ValueError(f"--fault {text}\n{' ' * (len('--fault ') + error.column - 1)}^\n{error}") from None


def _explain(chosen: argparse.Namespace) -> int:
    from smtplab.explain import explain

    print(explain(" ".join(chosen.reply), command=chosen.verb))
    return 0


def _table(chosen: argparse.Namespace) -> int:
    from smtplab.notebook.frames import table
    from smtplab.terminal import format_csv, format_rows, width_of

    rows = list(table({"enhanced": "enhanced codes"}.get(chosen.name, chosen.name))(chosen.edition))
    if chosen.csv:
        print(format_csv(rows), end="")
    elif chosen.name == "sequences":
        from smtplab.protocol.sequences import format_sequences

        print(format_sequences(chosen.edition))
    else:
        print(format_rows(rows, TABLES[chosen.name], width_of(sys.stdout)))
    return 0


def _diagram(chosen: argparse.Namespace) -> int:
    from smtplab.notebook.diagram.diagram import state_diagram

    diagram = state_diagram(edition=chosen.edition, extensions=chosen.extensions)
    if chosen.path is None:
        print(diagram.source)
        return 0
    try:
        print(f"Wrote {diagram.save(chosen.path)}.")
    except RuntimeError as error:  # a PNG without Graphviz
        raise SetupError(str(error)) from None
    return 0


def _card(chosen: argparse.Namespace) -> int:
    from smtplab.notebook.card import save_card

    try:
        print(f"Wrote {save_card(chosen.path, edition=chosen.edition)}.")
    except RuntimeError as error:  # a PDF without Chromium
        raise SetupError(str(error)) from None
    return 0


def _causes(chosen: argparse.Namespace) -> int:
    from smtplab.network.play_causes import play_causes

    return play_causes(sys.stdout, edition=chosen.edition)


def _scenario(chosen: argparse.Namespace) -> int:
    if chosen.kind == "list":
        return _list_scenarios()
    if chosen.kind == "new":
        from smtplab.course.new_scenario import begin_scenario

        return begin_scenario(chosen.transcript, chosen.path)
    from smtplab.course.show_scenario import check_scenario, run_scenario

    return run_scenario(chosen.name, with_notes=chosen.notes) if chosen.kind == "run" else check_scenario(chosen.name)


def _list_scenarios() -> int:
    from smtplab.course.scenario import scenarios
    from smtplab.terminal import format_rows, width_of

    rows = [{"name": each.name, "minutes": each.minutes, "title": each.title} for each in scenarios()]
    print(format_rows(rows, ("name", "minutes", "title"), width_of(sys.stdout)))
    return 0


def _wheels(chosen: argparse.Namespace) -> int:
    from smtplab.setup.wheels import make_wheels

    print(make_wheels(chosen.folder))
    return 0


_COMMANDS = {
    "course": _course,
    "doctor": _doctor,
    "serve": _serve,
    "talk": _talk,
    "explain": _explain,
    "table": _table,
    "diagram": _diagram,
    "card": _card,
    "causes": _causes,
    "scenario": _scenario,
    "wheels": _wheels,
}
