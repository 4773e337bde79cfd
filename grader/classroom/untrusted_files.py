"""Reading in folders where a student writes, as root.

What is in there is theirs in every way (links, pipes, files without an end), so it is opened name by name below a
descriptor, and never through a link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from grader.files import atomic

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def closing(descriptor: int) -> Iterator[int]:
    """Close it at the end."""
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def names_in(folder: int, most: int | None = None) -> list[str]:
    """The names in a folder that is open as ``folder``; of those only the first ``most``."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in islice(entries, most)]


def open_below(folder: Path, path: Path) -> int:
    """A descriptor of ``path``, a folder below ``folder`` to which no link leads from there. Raises OSError."""
    here = os.open(folder, FOLDER)
    for part in path.relative_to(folder).parts:
        try:
            below = os.open(part, FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


def plain(folder: int, name: str, most: int, there: os.stat_result | None = None) -> tuple[bytes, int]:
    """A plain file's content and the time of its last change (nanoseconds); nothing and 0 where ``there`` is as new,
    and not shorter: a power cut may have left the copy of that time empty.

    Raises OSError for a link, and for what is larger than ``most`` bytes.
    """
    with os.fdopen(os.open(name, FILE, dir_fd=folder), "rb") as file:
        told = os.fstat(file.fileno())
        if not stat.S_ISREG(told.st_mode) or told.st_size > most:
            raise OSError(f"{name} is no plain file of a bearable size")
        if there and told.st_mtime_ns <= there.st_mtime_ns and told.st_size <= there.st_size:
            return b"", 0
        return file.read(most), told.st_mtime_ns


def bring(folder: int, name: str, target: Path, most: int) -> bool:
    """Copy a plain file of at most ``most`` bytes to ``target`` where it is newer or longer; whether it was."""
    try:
        content, at = plain(folder, name, most, there=target.stat() if target.is_file() else None)
    except OSError:
        return False
    if at:
        with atomic(target) as draft:
            draft.write_bytes(content)
            draft.chmod(0o644)
            # What is changed while we copy is newer than the copy.
            os.utime(draft, ns=(at, at))
    return bool(at)
