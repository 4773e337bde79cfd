"""How each student of a class is getting on: for the teacher's eyes, never a mark.

What is known of their tasks is what their own notebooks noted in a folder that is theirs: it is read with care, and
never quoted.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.classroom.places import ClassFolder, StudentFolder
from grader.classroom.running import all_students, is_running
from grader.classroom.untrusted_files import bring, closing, open_below
from grader.course.lab_cards import LabCard
from grader.course.labs import RELEASE, Course
from grader.engines.folders import EngineFolder
from grader.processes import machine_memory
from grader.report.cell_runs import ENDING, LARGEST, CellRun, can_be_past, runs_of
from grader.report.progress import ProgressFolder, TaskProgress

#: Whoever ran the same check so often and for so long, and passed nothing meanwhile, may want help.
STUCK_CHECKS, STUCK_SECONDS = 3, 600.0
#: Who ran no cell for so long is not at work.
IDLE_SECONDS = 1200.0
#: Bytes of memory that a student at work takes: 487 MiB, and 61 for the checks that run by themselves (measured:
#: docs/class-server.md). Of disk: what the one with most has, and at least this. And what a machine keeps for itself.
_AT_WORK, _LEAST_DISK, _SPARE = 548 * 1024**2, 512 * 1024**2, 1024**3


@dataclass(frozen=True)
class Stuck:
    """A student may want help: with this task, after so many runs of its check since then (seconds since 1970)."""

    task: str
    checks: int
    since: float


@dataclass(frozen=True)
class Standing:
    """One student. ``lab``: the one they worked on last, or ""; times are seconds since 1970, 0 for never; bytes.

    ``memory``: of all that is theirs on the machine, None while nothing runs; ``disk``: taken of their own.
    """

    name: str
    runs: bool
    lab: str = ""
    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)
    last: float = 0.0
    stuck: Stuck | None = None
    memory: int | None = None
    disk: int = 0


@dataclass(frozen=True)
class Machine:
    """What the machine has left, in bytes, and for how many students more that is enough."""

    memory: int
    disk: int
    room: int


def bring_progress(place: ClassFolder, student: StudentFolder) -> None:
    """Copy what is new in the student's own notes on the course's labs into ours. Raises OSError."""
    student.progress.mkdir(mode=0o700, exist_ok=True)
    wanted = [f"{lab}{ending}" for lab in Course(place.shown).names(RELEASE) for ending in (".json", ENDING)]
    with closing(open_below(student.disk, student.own_progress)) as folder:
        for name in wanted:
            bring(folder, name, student.progress / name, LARGEST + 10_000)
    for file in list(student.progress.iterdir()):
        if file.name not in wanted:
            file.unlink()


def standings(place: ClassFolder, labs: Sequence[LabCard], now: float | None = None) -> list[Standing]:
    """All students of a class, by their names. ``labs``: the course's, whose tasks alone are looked for."""
    at = time.time() if now is None else now
    return [_standing(student, labs, at) for student in all_students(place)]


def machine(place: ClassFolder, students: Sequence[Standing]) -> Machine:
    """What this machine has left, when ``students`` are there: who rests now will work."""
    told = os.statvfs(place.path)
    memory, disk = machine_memory().get("MemAvailable", 0), told.f_bavail * told.f_frsize
    promised = sum(max(0, _AT_WORK - student.memory) for student in students if student.memory is not None)
    each = max([_LEAST_DISK, *(student.disk for student in students)])
    room = min((memory - promised - _SPARE) // _AT_WORK, (disk - _SPARE) // each)
    return Machine(memory, disk, max(0, room))


def _standing(student: StudentFolder, labs: Sequence[LabCard], now: float) -> Standing:
    folder = ProgressFolder(student.progress)
    runs = is_running(student)
    found = Standing(student.path.name, runs, memory=_memory(student) if runs else None, disk=_disk(student))
    # Of a class in the middle of its course all notes are many: only those of the lab at work are read.
    lab = max(labs, key=lambda one: _noted_at(student, one.name), default=None)
    if lab is None:
        return found
    tasks = {id_: entry for id_, entry in folder.of(lab.name).items() if any(id_ == it.id for it in lab.tasks)}
    ran = [run for run in runs_of(folder, lab.name) if can_be_past(run.at, now)]
    last = max([0.0, *(run.at for run in ran), *(it.at for it in tasks.values() if can_be_past(it.at, now))])
    if not last:
        return found
    return replace(found, lab=lab.name, tasks=tasks, last=last, stuck=_stuck(tasks, ran, now) if runs else None)


def _noted_at(student: StudentFolder, lab: str) -> float:
    """When something was noted of a lab last; the copies have the times of the student's own files."""
    files = (student.progress / f"{lab}{ending}" for ending in (".json", ENDING))
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


def _stuck(tasks: Mapping[str, TaskProgress], runs: Sequence[CellRun], now: float) -> Stuck | None:
    if not runs or now - max(run.at for run in runs) > IDLE_SECONDS:
        return None
    passed = max((entry.at for entry in tasks.values() if entry.passed and can_be_past(entry.at, now)), default=0.0)
    checks = [(run.task, run.at) for run in runs if run.at > passed and run.task]
    if not checks:
        return None
    task = checks[-1][0]
    times = [at for name, at in checks if name == task]
    # The name is the course's, or nobody's: a page shows it.
    known = tasks.get(task)
    if known is None or known.passed or len(times) < STUCK_CHECKS or now - times[0] < STUCK_SECONDS:
        return None
    return Stuck(task, len(times), times[0])


def _memory(student: StudentFolder) -> int | None:
    """Without the cache of files, which the machine takes back when it needs it (memory.stat of cgroup v1 and v2)."""
    for group in EngineFolder(student.engine).noted_groups():
        with contextlib.suppress(OSError, ValueError):
            amounts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
            names = ("total_rss", "total_shmem") if "total_rss" in amounts else ("anon", "shmem")
            return sum(int(amounts.get(name, 0)) for name in names)
    return None


def _disk(student: StudentFolder) -> int:
    with contextlib.suppress(OSError):
        if student.disk.is_mount():
            told = os.statvfs(student.disk)
            return (told.f_blocks - told.f_bfree) * told.f_frsize
        if student.image.exists():
            return student.image.stat().st_blocks * 512
    return 0
