"""What an unfinished run has done already, so that the same command continues after a crash or a kill."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another run of the same lab is at work."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, which ends with this process at the latest. Raises Busy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield


class Journal:
    """A file of finished submissions. It exists only while a run is unfinished.

    One line per submission, written and synced after nbgrader has written its grade and its notebook.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """student → fingerprint of what was graded; a last line cut off by a kill is ignored."""
        done: dict[str, str] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    done[str(entry["student"])] = str(entry["fingerprint"])
                except (ValueError, KeyError, TypeError):
                    continue
        return done

    def add(self, student: str, fingerprint: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"student": student, "fingerprint": fingerprint}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        """The run is complete: the next one begins anew."""
        self._path.unlink(missing_ok=True)
