"""Students' servers that run on this machine, whether a Hub does or not."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from grader import locks
from grader.classroom import disk, handins
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
    return gate_of(student) is not None


def all_students(place: ClassFolder) -> list[StudentFolder]:
    """Everybody who ever had a server here, by their names."""
    if not place.students.is_dir():
        return []
    return [StudentFolder(path) for path in sorted(place.students.iterdir()) if path.is_dir()]


def gate_of(student: StudentFolder) -> int | None:
    """The process of the student's gate, if it lives."""
    return locks.living_owner(student.lock)


def end_gate(student: StudentFolder) -> None:
    """Ask the student's gate to end, if it lives."""
    pid = gate_of(student)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def stop_all(place: ClassFolder) -> int:
    """End every student's server, and clear up after those whose gate was killed; how many ran. Raises EngineError."""
    found = running(place)
    for student in found:
        end_gate(student)
    deadline = time.monotonic() + _END_SECONDS
    while running(place) and time.monotonic() < deadline:
        time.sleep(0.1)
    for student in all_students(place):
        # A gate that starts now waits for this lock, and mounts the student's disk afterwards.
        with locks.unowned(student.lock) as free:
            if free:
                if orphans.is_owned(EngineFolder(student.engine)):
                    orphans.end_supervisor(EngineFolder(student.engine))
                # What a gate that was killed has not carried, for who never comes again; else the next one tries again.
                with contextlib.suppress(Exception):
                    looked = handins.last_look(student)
                    list(handins.collect(place, student, student.path.name, looked=looked, keep_all=True))
                disk.detach(student)
    return len(found)
