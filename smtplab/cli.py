"""The command line: ``smtplab COMMAND`` or ``python3 -m smtplab COMMAND``.

Only the frame stands here; the work of each command lives in its layer and is imported when it is asked for.
Exit status: 0 all is well, 1 findings (or nothing could be done), 2 wrong usage.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from smtplab.setup.environment import SetupError, enter

PASSED_ON = {"lab": "JupyterLab", "test": "pytest", "bench": "the benchmarks"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 shows \u2192, and goes on
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in PASSED_ON and not {"-h", "--help"} & set(rest[:1]):
        return _COMMANDS_PASSED_ON[command](arguments, rest)
    parser = _parser()
    chosen = parser.parse_args(arguments)
    enter(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def _lab(arguments: list[str], rest: list[str]) -> int:
    enter(arguments, frozenset())
    from smtplab.setup.jupyter import open_lab

    open_lab(rest)
    return 0


def _test(arguments: list[str], rest: list[str]) -> int:
    enter(arguments, frozenset({"dev"}))
    from smtplab.setup.checks import run_tests

    return run_tests(rest)


_COMMANDS_PASSED_ON = {"lab": _lab, "test": _test}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smtplab", description="Learn SMTP by talking it.")
    return parser
