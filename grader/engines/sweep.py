"""Removes what killed engines left behind: control groups and folders. Never anything else.

An engine's supervisor holds a lock (flock(2)) on its folder for as long as it lives, and the kernel drops the lock
when it dies, so an unlocked folder has no owner any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from grader.engines import cgroups
from grader.engines.layout import EngineFolder, runtime_folder
from grader.engines.protocol import EngineError
from grader.engines.supervisor import remove_remains
from grader.i18n import _

#: A folder this young may belong to an engine whose supervisor has not taken its lock yet.
_YOUNG_SECONDS = 60.0


def sweep() -> list[str]:
    """Remove the remains of this user's dead engines; returns their ids."""
    removed = []
    for path in runtime_folder().iterdir():
        folder = EngineFolder(path)
        # Other processes start and end engines meanwhile: what is gone when we look is theirs and done with.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if _is_abandoned(folder) and sweep_one(folder):
                removed.append(folder.engine_id)
    return removed


def _is_abandoned(folder: EngineFolder) -> bool:
    """Whether the folder is old enough to have got its owner's lock by now. Raises FileNotFoundError."""
    if not folder.path.is_dir():
        return False
    if folder.spec.exists() and folder.lock.exists():
        # Between making its lock file and taking the lock a supervisor must not be taken for dead.
        return time.time() - folder.lock.stat().st_mtime > 1.0
    return time.time() - folder.path.stat().st_mtime > _YOUNG_SECONDS


def sweep_one(folder: EngineFolder) -> bool:
    """Remove one engine's remains if nobody owns it any more; True if it did."""
    with _trying_lock(folder) as free:
        if free:
            remove_remains(folder, _groups(folder), keep_data=_keeps_data(folder))
        return free


def _keeps_data(folder: EngineFolder) -> bool:
    """Whether the engine's data outlives it. Engines of different kinds have different specs; all say this."""
    try:
        return bool(json.loads(folder.spec.read_text())["keep_data"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _groups(folder: EngineFolder) -> list[Path]:
    try:
        noted = [Path(line) for line in folder.groups_note.read_text().splitlines() if line]
    except OSError:
        return []
    # Only groups of this engine, whatever the note says.
    return [group for group in noted if group.is_relative_to(cgroups.ROOT) and group.name == folder.engine_id]


def is_owned(folder: EngineFolder) -> bool:
    """Whether a supervisor lives for this folder."""
    if not folder.lock.exists():
        return False
    with _trying_lock(folder) as free:
        return not free


def end_supervisor(folder: EngineFolder, within: float = 30.0) -> None:
    """Ask the supervisor of a detached engine to end it, and wait until it did. Raises EngineError."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        if is_owned(folder):
            os.kill(int(json.loads(folder.state.read_text())["supervisor"]), signal.SIGTERM)
    deadline = time.monotonic() + within
    while is_owned(folder):
        if time.monotonic() > deadline:
            raise EngineError(_("The engine in {folder} does not end.").format(folder=folder.path), "drydock doctor")
        time.sleep(0.01)


@contextlib.contextmanager
def _trying_lock(folder: EngineFolder) -> Iterator[bool]:
    """Yield whether nobody holds the folder's lock; holds it meanwhile if so."""
    try:
        lock = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except OSError:
        free = False
    try:
        yield free
    finally:
        os.close(lock)
