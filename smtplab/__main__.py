"""``python3 -m smtplab COMMAND``: refuses a Python that cannot run smtplab in a sentence, else hands on to the CLI.

Nothing but the standard library is imported here, and nothing newer than Python 3.6 is written here:
an old Python must be able to read this file to be told so.
"""

import os
import signal
import sys
from typing import Optional, Tuple

FIRST, LAST = (3, 11), (3, 14)  # pyproject.toml's requires-python, held against it by a test


def python_refused(version: Tuple[int, ...]) -> Optional[str]:
    """Say in a sentence why this Python cannot run smtplab, and the cure; None when it can.

    >>> python_refused((3, 12, 1)) is None
    True
    >>> python_refused((3, 8, 18)).partition(":")[0]
    'smtplab needs Python 3.11 to 3.14, but this is Python 3.8, which is too old'
    """
    if FIRST <= tuple(version[:2]) <= LAST:
        return None
    age = "too old" if tuple(version[:2]) < FIRST else "too new"
    again = "py -3.13 -m smtplab lab" if os.name == "nt" else "python3.13 -m smtplab lab"
    return (
        "smtplab needs Python {}.{} to {}.{}, but this is Python {}.{}, which is {}: "
        "install Python 3.13 from https://www.python.org/downloads/ and run  {}"
    ).format(*FIRST, *LAST, version[0], version[1], age, again)


def main() -> int:
    """Run the command line; the exit status is 0 when all is well, 1 on findings, 2 on wrong usage."""
    refusal = python_refused(sys.version_info[:3])
    if refusal:
        sys.stderr.write(refusal + "\n")
        return 1
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # while all is loaded, Ctrl-C ends it without a word
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from smtplab.cli import main as run

    signal.signal(signal.SIGINT, handler)
    return run()


if __name__ == "__main__":
    sys.exit(main())
