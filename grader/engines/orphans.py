"""The clean-up of what killed engines left behind: control groups and folders. Never anything else.

What has no owner any more, its lock tells. Standard library only: every engine's supervisor imports it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from grader.engines import cgroups
from grader.engines.folders import EngineFolder, is_throwaway, kept_folder, runtime_folder
from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.locks import living_owner, unowned

#: A folder this young may belong to an engine whose supervisor has not taken its lock yet.
_YOUNG_SECONDS = 60.0


def remove_orphans() -> list[str]:
    """Remove the remains of this user's dead engines; returns their ids."""
    removed = []
    for path in {path for place in (runtime_folder(), kept_folder()) for path in place.iterdir()}:
        folder = EngineFolder(path)
        # Other processes start and end engines meanwhile: what is gone when we look is theirs and done with.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if _is_abandoned(folder) and remove_orphan(folder):
                removed.append(folder.engine_id)
    return removed


def _is_abandoned(folder: EngineFolder) -> bool:
    """Whether the folder is old enough to have got its owner's lock by now. Raises FileNotFoundError."""
    if not folder.path.is_dir():
        return False
    if folder.spec.exists() and folder.lock.exists():
        # Between making its lock file and taking the lock a supervisor must not be taken for dead.
        return time.time() - folder.lock.stat().st_mtime > 1.0
    # Without these it is no engine's, unless one was killed while it was made.
    return is_throwaway(folder.path) and time.time() - folder.path.stat().st_mtime > _YOUNG_SECONDS


def remove_orphan(folder: EngineFolder) -> bool:
    """Remove one engine's remains if nobody owns it any more; True if all of them are gone.

    Whose data stays, the folder's name says: a file may be unreadable, and nobody's work is thrown away for that.
    """
    with unowned(folder.lock) as free:
        # What holds out against SIGKILL does so at each start of an engine.
        kept = not is_throwaway(folder.path)
        return free and remove_remains(folder, folder.noted_groups(), keep_data=kept, within=0.5)


def remove_remains(folder: EngineFolder, groups: list[Path], *, keep_data: bool, within: float = 5.0) -> bool:
    """Remove the control groups and, unless its data is kept, the engine's folder; True when all of it is gone.

    ``within``: seconds that the groups' processes may take to end.
    """
    gone = cgroups.remove(groups, within)
    if keep_data or not gone:
        # Where groups are left, the folder holds the only note of them: the next clean-up tries again.
        folder.state.unlink(missing_ok=True)
        return gone
    shutil.rmtree(folder.path, ignore_errors=True)
    if folder.path.exists():
        # Files of the mapped ids: only a process in such a user namespace may remove them (rootless).
        command = ["unshare", "--user", "--map-root-user", "--map-auto", "rm", "-rf", str(folder.path)]
        subprocess.run(command, check=False, capture_output=True)
    return not folder.path.exists()


def forget(folder: Path, remove_tree: Callable[[Path], None]) -> None:
    """Remove a kept engine's folder with all that is in it, and end it first if it runs. Raises EngineError."""
    if folder.exists():
        end_supervisor(EngineFolder(folder))
    remove_tree(folder)
    if folder.exists():
        raise EngineError(
            _("The engine's data in {folder} can't be removed.").format(folder=folder), f"ls -la '{folder}'"
        )


def is_owned(folder: EngineFolder) -> bool:
    """Whether a supervisor lives for this folder."""
    if not folder.lock.exists():
        return False
    with unowned(folder.lock) as free:
        return not free


def end_supervisor(folder: EngineFolder, within: float = 30.0) -> None:
    """Ask the supervisor of a detached engine to end it, and wait until it did. Raises EngineError.

    One that still starts its engine hears it when it is done.
    """
    asked = None
    deadline = time.monotonic() + within
    while is_owned(folder):
        pid = living_owner(folder.lock)
        if pid is not None and pid != asked:
            asked = pid
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        if time.monotonic() > deadline:
            raise EngineError(_("The engine in {folder} does not end.").format(folder=folder.path))
        time.sleep(0.01)
