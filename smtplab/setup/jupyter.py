"""JupyterLab, opened on the first lesson, for this run only: nothing is written to the user's settings.

JupyterLab would ask the network three times when it opens: for news (after a question that covers a
corner of the page), for a newer version of itself, for a list of extensions. All three are switched off.
"""

import importlib.util
import os
import sys
from pathlib import Path

from smtplab.setup.course_files import course_folder
from smtplab.setup.environment import SetupError, become

QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
CONFIG = Path(__file__).parent / "jupyter_config"  # its labconfig/ holds defaults; the user's own settings win


def open_lab(arguments: list[str]) -> None:
    """Open JupyterLab on lesson 00; the process becomes JupyterLab and ends with it.

    Parameters
    ----------
    arguments
        Passed on to ``jupyter lab``, behind smtplab's own, so that they win.

    Raises
    ------
    SetupError
        When JupyterLab is not installed here, or the lessons cannot be copied.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupError(f'JupyterLab is not installed here: run  "{sys.executable}" -m pip install jupyterlab')
    folder, done = course_folder(Path.cwd())
    print(done, flush=True)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(CONFIG), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    become(lab_command(folder, arguments))


def lab_command(folder: Path, arguments: list[str]) -> list[str]:
    """Return the command line that opens JupyterLab on the first lesson in `folder`."""
    own = [f"--ServerApp.root_dir={folder}", *QUIET]
    if "JUPYTERLAB_WORKSPACES_DIR" not in os.environ:  # or the tabs of another folder would be opened again
        own.append(f"--LabApp.workspaces_dir={folder / '.smtplab' / 'workspaces'}")
    for lesson in sorted((folder / "notebooks").glob("00_*.ipynb")):
        own.append(f"--LabApp.default_url=/lab/tree/notebooks/{lesson.name}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # containers; Jupyter refuses root unless told
        own.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *own, *arguments]
