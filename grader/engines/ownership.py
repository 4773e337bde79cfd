"""Who owns an engine's folder: its supervisor, by a lock (flock(2)) that it holds for as long as it lives.

The kernel drops the lock when the supervisor dies, so an unlocked folder has no owner any more. The lock's file names
the supervisor's process, for whoever must end it. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from grader.i18n import _


def take(lock_file: Path, within: float = 10.0) -> None:
    """Become the owner, for as long as this process lives. Raises RuntimeError when somebody else is and stays it."""
    lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + within
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if time.monotonic() > deadline:
                os.close(lock)
                raise RuntimeError(
                    _("process {pid} runs an engine in this folder already").format(pid=owner(lock_file))
                ) from None
            # Who only asks whether the folder has an owner holds the lock for a moment.
            time.sleep(0.01)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def owner(lock_file: Path) -> int | None:
    """The process that took the lock last; whether it still lives, only the lock itself tells."""
    try:
        return int(lock_file.read_text())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def trying(lock_file: Path) -> Iterator[bool]:
    """Yield whether the folder has no owner; nobody can become it meanwhile."""
    try:
        lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
