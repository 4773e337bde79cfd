"""Students' servers that run on this machine, whether a Hub does or not."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from grader import locks
from grader.classroom import disk
from grader.classroom.places import ClassFolder, StudentFolder
from grader.engines import orphans
from grader.engines.folders import EngineFolder

#: Seconds for all of them to end.
_END_SECONDS = 120.0


def running(place: ClassFolder) -> list[StudentFolder]:
    """The students whose gate lives."""
    return [student for student in all_students(place) if is_running(student)]


def is_running(student: StudentFolder) -> bool:
    """Whether the student's gate lives."""
    return _gate(student) is not None


def all_students(place: ClassFolder) -> list[StudentFolder]:
    """Everybody who ever had a server here, by their names."""
    if not place.students.is_dir():
        return []
    return [StudentFolder(path) for path in sorted(place.students.iterdir()) if path.is_dir()]


def _gate(student: StudentFolder) -> int | None:
    if not student.lock.exists():
        return None
    with locks.unowned(student.lock) as free:
        return None if free else locks.owner(student.lock)


def stop_all(place: ClassFolder) -> int:
    """End every student's server, and clear up after those whose gate was killed; how many ran. Raises EngineError."""
    found = running(place)
    for student in found:
        pid = _gate(student)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _END_SECONDS
    while running(place) and time.monotonic() < deadline:
        time.sleep(0.1)
    for student in all_students(place):
        if _gate(student) is None:
            if orphans.is_owned(EngineFolder(student.engine)):
                orphans.end_supervisor(EngineFolder(student.engine))
            disk.detach(student)
    return len(found)
