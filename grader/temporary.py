"""Temporary folders that say in their names whose they are: so what a killed process left is told from the others'."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.processes import start_time


def owned(prefix: str) -> str:
    """What the names of this process's folders begin with."""
    return f"{prefix}{os.getpid()}-{start_time(os.getpid())}-"


def abandoned(place: Path, prefix: str) -> Iterator[Path]:
    """This user's folders whose processes are gone. Somebody else may remove them at this moment."""
    name = re.compile(rf"{prefix}(?P<pid>[0-9]+)-(?P<start>[0-9]+)-")
    for folder in place.glob(f"{prefix}*"):
        owner = name.match(folder.name)
        if owner is None or owner["start"] == start_time(int(owner["pid"])):
            continue
        with suppress(FileNotFoundError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
                yield folder
