"""Where things of one user lie. All of them can be moved with the usual XDG variables."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from grader.engines.folders import kept_folder, runtime_folder
from grader.files import cache_folder
from grader.i18n import _


def state_folder() -> Path:
    """What must survive this command: which JupyterLab runs. Made on first use.

    ``DRYDOCK_STATE`` moves it, so that two labs of one user can run side by side (tests do).
    """
    given = os.environ.get("DRYDOCK_STATE")
    folder = Path(given) if given else platformdirs.user_state_path("drydock")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def jupyter_folder() -> Path:
    """What the running JupyterLab says about itself, and its log."""
    return state_folder() / "jupyter"


def worth_watching() -> dict[str, Path]:
    """Folders whose free space decides whether a lab can go on, by what lies there."""
    watched = {_("course images"): cache_folder(), _("running daemons"): runtime_folder()}
    if kept_folder() != runtime_folder():
        watched[_("the lab daemon")] = kept_folder()
    # One line for each disk, not for each folder.
    disks: dict[int, tuple[str, Path]] = {}
    for purpose, path in watched.items():
        there = next(folder for folder in (path, *path.parents) if folder.exists())
        device = there.stat().st_dev
        if device in disks:
            disks[device] = (f"{disks[device][0]}, {purpose}", disks[device][1])
        else:
            disks[device] = (purpose, path)
    return dict(disks.values())
