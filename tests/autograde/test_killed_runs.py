"""The parent of a run with an executor is killed, or Dask's scheduler: nothing stays, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from grading_course import LAB, Course
from six_submissions import STUDENTS, Grades, forget_grades, graded_one_by_one, grades

from grader.autograde.submissions import Submissions
from grader.engines.folders import EngineFolder, is_throwaway
from grader.processes import descendants, start_time

pytestmark = [pytest.mark.daemon, pytest.mark.deep]
FACTORY = "from grader.autograde.backends import processes\nmake = processes(2)\n"
#: Whatever a run starts is in the end a child of this process, which ends when there is none left (prctl(2)).
REAPER = """
import ctypes, os, subprocess, sys
assert ctypes.CDLL(None).prctl(36, 1) == 0  # PR_SET_CHILD_SUBREAPER, linux/prctl.h
print(subprocess.Popen(sys.argv[1:], start_new_session=True, stdout=sys.stderr).pid, flush=True)
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
"""


@dataclass
class Machine:
    """Folders of our own, so that whatever is found in them is our run's."""

    root: Path
    folder: Path
    groups: set[Path] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.folder / "t"), "DRYDOCK_RUNTIME": str(self.folder / "r")}

    def engines(self) -> list[Path]:
        """Folders of engines that run or have run. Their groups are kept in mind."""
        found = [path for path in (self.folder / "r").iterdir() if is_throwaway(path)]
        for path in found:
            with suppress(OSError):  # it ends at this moment
                self.groups.update(EngineFolder(path).noted_groups())
        return found

    def in_use(self) -> list[str]:
        """What engines have of this machine, mounts of working folders among it."""
        mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(self.folder) in line]
        groups = [str(group) for group in self.groups if group.exists()]
        return [*map(str, self.engines()), *groups, *mounts]


@pytest.fixture
def machine(course: Course) -> Iterator[Machine]:
    # A short name, or sockets would lie elsewhere.
    with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        made = Machine(course.root, Path(folder))
        # Engines of mapped ids go through it.
        made.folder.chmod(0o711)
        for name in ("t", "r"):
            (made.folder / name).mkdir(mode=0o711)
        yield made
        for work in (made.folder / "t").glob("drydock-grade-*/work"):
            subprocess.run(["umount", "--lazy", work], check=False, stderr=subprocess.DEVNULL)


@dataclass
class Run:
    """A command, and the process that ends when nothing of it is left."""

    pid: int
    reaper: subprocess.Popen[str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, state: Callable[[], bool]) -> None:
        while not state():
            assert start_time(self.pid), self.said
            time.sleep(0.02)

    def all_of_it_ends(self) -> None:
        try:
            self.reaper.wait(400)
        except subprocess.TimeoutExpired:
            left = [f"{pid} {Path(f'/proc/{pid}/cmdline').read_text()}" for pid in descendants(self.reaper.pid)]
            pytest.fail("\n".join([*left, self.said]))


@contextmanager
def grading(machine: Machine, executor: str) -> Iterator[Run]:
    words = ["grade", LAB, "--only-missing", "--executor", executor]
    command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
    log = machine.folder / "log"
    with log.open("wb") as file:
        reaper = subprocess.Popen(
            [sys.executable, "-c", REAPER, *command],
            cwd=machine.root, env=machine.environment, stdout=subprocess.PIPE, stderr=file, text=True,
        )  # fmt: skip
    assert reaper.stdout is not None
    with reaper.stdout:
        pid = int(reaper.stdout.readline())
    try:
        yield Run(pid, reaper, log)
    finally:
        if reaper.poll() is None:
            for left in descendants(reaper.pid):
                with suppress(ProcessLookupError):
                    os.kill(left, signal.SIGKILL)
        reaper.wait()


def done_in(course: Course) -> set[str]:
    """Who is graded: the graded notebook is signed, which is the last that happens."""
    there = Submissions(course.config(), LAB)
    return {student for student in STUDENTS if there.is_graded(student, [LAB])}


def somebody_was_graded(course: Course, machine: Machine) -> bool:
    machine.engines()
    return bool(done_in(course) - {"eve"})


def kept_of(course: Course, students: set[str]) -> dict[str, Any]:
    """All that must stay of them: rows with their numbers, and files with their times."""
    files = [path for student in students for path in (course.root / "autograded" / student).rglob("*")]
    with course.gradebook() as book:
        notebooks = [book.find_submission_notebook(LAB, LAB, student) for student in sorted(students)]
        rows = [(g.id, g.auto_score, g.needs_manual_grade) for notebook in notebooks for g in notebook.grades]
        comments = [(c.id, c.auto_comment) for notebook in notebooks for c in notebook.comments]
    return {
        "rows": (rows, comments),
        **{str(path): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in files},
    }


@pytest.fixture(scope="module")
def serial(course: Course) -> Grades:
    return graded_one_by_one(course)


@pytest.fixture
def ungraded(course: Course, serial: object) -> None:
    forget_grades(course)


def goes_on(course: Course, machine: Machine, executor: str) -> str:
    """The same command grades the rest, and only that; what it said."""
    done = done_in(course)
    assert 0 < len(done) < len(STUDENTS)
    before = kept_of(course, done)
    with grading(machine, executor) as run:
        run.all_of_it_ends()
    rest = len(STUDENTS) - len(done)
    assert f"{rest} submission{'s' * (rest > 1)} to grade, {len(done)} graded already" in run.said, run.said
    assert kept_of(course, done) == before, "what was done is not done again"
    assert not list((course.root / "autograded").glob(".*.journal")), "it came to its end"
    return run.said


@pytest.mark.parametrize("kill", [os.kill, pytest.param(os.killpg, marks=pytest.mark.weekly)])
@pytest.mark.usefixtures("ungraded")
def test_a_killed_parent(course: Course, serial: object, machine: Machine, kill: Callable[[int, int], None]) -> None:
    """By itself, as the kernel kills what takes too much memory; and with its workers, as who closes a terminal."""
    (course.root / "two_processes.py").write_text(FACTORY)
    with grading(machine, "two_processes:make") as run:
        run.wait_for(lambda: somebody_was_graded(course, machine))
        kill(run.pid, signal.SIGKILL)
        run.all_of_it_ends()
    assert machine.groups
    # Mounts and folders of killed workers are left to the next run.
    assert not machine.engines()
    assert not [group for group in machine.groups if group.exists()]
    goes_on(course, machine, "two_processes:make")
    assert grades(course) == serial
    assert not machine.in_use()
    # Python's own server of processes leaves a socket.
    assert not [path for path in (machine.folder / "t").iterdir() if not path.name.startswith("pymp-")]


@contextmanager
def dask(machine: Machine, part: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker, which ends with the block."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *words, "--no-dashboard"]
    place = Path(tempfile.mkdtemp(prefix=part, dir=machine.folder))
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=place, env=machine.environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def scheduler(machine: Machine, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """One that listens, and its port."""
    note = machine.folder / "scheduler.json"
    note.unlink(missing_ok=True)
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-show", "--scheduler-file", str(note)]
    with dask(machine, "scheduler", *words) as process:
        address = ""
        while not address:
            assert process.poll() is None
            time.sleep(0.05)
            with suppress(OSError, ValueError):  # not yet, or half
                address = json.loads(note.read_text())["address"]
        yield process, int(address.rpartition(":")[2])


def worker(machine: Machine, port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return dask(machine, "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1")


@pytest.mark.weekly
@pytest.mark.usefixtures("ungraded")
def test_a_killed_parent_whose_workers_live_on(course: Course, serial: object, machine: Machine) -> None:
    with scheduler(machine) as (_process, port), ExitStack() as workers:
        ours = [workers.enter_context(worker(machine, port)) for _number in range(2)]
        with grading(machine, f"dask://127.0.0.1:{port}") as run:
            run.wait_for(lambda: somebody_was_graded(course, machine))
            os.kill(run.pid, signal.SIGKILL)
            run.all_of_it_ends()
        assert [process.poll() for process in ours] == [None, None]
        goes_on(course, machine, f"dask://127.0.0.1:{port}")
        assert grades(course) == serial
        workers.close()
    assert machine.groups
    assert not machine.in_use()


@pytest.mark.weekly
@pytest.mark.usefixtures("ungraded")
def test_a_killed_scheduler(course: Course, serial: object, machine: Machine) -> None:
    """The parent says it in a sentence, and ends by itself."""
    with scheduler(machine) as (process, port), ExitStack() as workers:
        ours = [workers.enter_context(worker(machine, port)) for _number in range(2)]
        with grading(machine, f"dask://127.0.0.1:{port}") as run:
            run.wait_for(lambda: somebody_was_graded(course, machine))
            process.kill()
            run.all_of_it_ends()
        assert "The executor has ended" in run.said
        assert "Traceback" not in run.said
        for one in ours:
            # Dask's workers end with their scheduler.
            one.wait()
        assert not machine.engines()
        with scheduler(machine, port):
            workers.enter_context(worker(machine, port))
            goes_on(course, machine, f"dask://127.0.0.1:{port}")
            assert grades(course) == serial
            workers.close()
    assert machine.groups
    assert not machine.in_use()
