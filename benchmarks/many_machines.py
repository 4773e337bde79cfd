"""Grading by an executor: what it costs beside a serial run, and what more workers bring; the same grades, in one run.

    .venv/bin/python benchmarks/many_machines.py [--lab 00] [--submissions 40] [--workers 1 2] [--share 0.4]
    .venv/bin/python benchmarks/many_machines.py --kill [--submissions 500] [--workers 2] [--seed 7]

The same submissions (in turns all answers, some, none) are graded by ``drydock grade --jobs 1`` and then by Dask: a
scheduler and so many worker processes of this machine, with one thread each. After each run everything that the
gradebook has of grades and comments must be that of the serial run, and nobody may have been graded twice. Of a large
class ``--serial 30`` grades so many serially, and the others' must be as those of their like.

A worker's overhead is what lies between two submissions of one worker, less what lies between two of the serial run.
Throughput counts from when the workers have proved themselves. ``--share`` lets each worker, its daemon included, have
so much of a processor (cgroup v1, root): the machine is then no bottleneck as long as all of them and the parent, which
packs and enters, get theirs. ``--kill`` kills a worker after some grades now and then, and starts another one.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grading_lab
from cpu_time import CpuClock, counted, own_group

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

from grading_course import HALF, LAB, SOLUTIONS, Course, fields  # noqa: E402
from nbgrader.api import Gradebook  # noqa: E402

from grader.autograde.backends import terms_of  # noqa: E402
from grader.autograde.batch import Batch, course_config  # noqa: E402
from grader.autograde.coordinator import Coordinator  # noqa: E402
from grader.autograde.executors import executor_factory, size_of  # noqa: E402
from grader.autograde.records import SubmissionRecord  # noqa: E402
from grader.autograde.worker_pool import get_ready  # noqa: E402
from grader.autograde.worker_proof import Proof  # noqa: E402
from grader.engines import cgroups, orphans  # noqa: E402
from grader.sandbox.sandbox import remove_orphans  # noqa: E402

#: Of linear: two workers with a fixed share of CPU each should grade 1.8 times as much as one.
GOAL = 0.9
_PERIOD_US = 100_000
#: A worker dies after so many grades, at least and at most.
_BETWEEN_KILLS = (2, 6)
_PATIENCE_SECONDS = 120

Fields = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Run:
    """``start``: seconds until workers had proved themselves; ``seconds``: from then to the last grade; ``between``:
    from one grade to the next. ``cpu_seconds`` are of all that took part."""

    name: str
    workers: int
    submissions: int
    start: float
    seconds: float
    between: float
    cpu_seconds: float
    killed: int = 0

    @property
    def a_minute(self) -> float:
        return 60 * self.submissions / self.seconds


@dataclass(frozen=True)
class Class:
    """A course folder in which everybody has handed in."""

    root: Path
    lab: str
    students: list[str]

    def kept(self) -> Fields:
        """What the gradebook has of it."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as book:
            return sorted(fields(book, self.lab), key=repr)

    def like(self, few: Class) -> Fields:
        """What it must have when ``few``, the same class with fewer students, is graded: a third each is alike."""
        of_third = [[field for field in few.kept() if field[0] == student] for student in few.students[:3]]
        found = [
            (student, *field[1:]) for number, student in enumerate(self.students) for field in of_third[number % 3]
        ]
        return sorted(found, key=repr)

    def forget(self) -> None:
        shutil.rmtree(self.root / "autograded", ignore_errors=True)
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as book:
            for submission in book.assignment_submissions(self.lab):
                book.remove_submission(self.lab, submission.student_id)


def tiny(root: Path, submissions: int) -> Class:
    made = Course(root)
    made.release()
    students = grading_lab.students(submissions)
    for number, student in enumerate(students):
        made.hand_in(student, made.answered((SOLUTIONS, HALF, {})[number % 3], "An image."))
    return Class(root, LAB, students)


def of_lab(root: Path, submissions: int, lab: str) -> Class:
    """Every third one hands in what was released."""
    name = next(path.parent.name for path in sorted((REPO / "solutions").glob(f"{lab}*/*.ipynb")))
    root.mkdir()
    grading_lab.make_course(root, name, submissions)
    students = grading_lab.students(submissions)
    for student in students[2::3]:
        shutil.copy(root / "labs" / name / f"{name}.ipynb", root / "submitted" / student / name)
    return Class(root, name, students)


class Timed(Coordinator):
    """Notes when its workers have proved themselves."""

    began = 0.0

    def _begin(self, lab: str, proof: Proof) -> None:
        self.began = time.monotonic()


class Cluster:
    """Dask's scheduler, and workers, each of which may have a share of a processor; all end with the block.

    ``chance`` says when a worker is to be killed, and which; without one none is.
    """

    address = ""
    killed = 0

    def __init__(self, folder: Path, number: int, share: float | None, chance: random.Random | None) -> None:
        self.number = number
        self._folder = folder
        self._share = share
        self._chance = chance
        self._left = 1
        self._groups: list[Path] = []
        self._scheduler: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        where = self._folder / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(where)]
        self._scheduler.append(self._start("scheduler", "distributed.cli.dask_scheduler", *words))
        _until(lambda: where.exists() and where.read_text().endswith("}"), "Dask's scheduler does not start")
        self.address = str(json.loads(where.read_text())["address"]).removeprefix("tcp://")
        for number in range(self.number):
            if self._share:
                self._groups.append(_group(number, self._share))
            self._workers.append(self._worker(number))
        executor = executor_factory(f"dask://{self.address}").make()
        _until(lambda: size_of(executor) == 2 * self.number, "Dask's workers do not start")
        executor.shutdown()

    def __exit__(self, *_error: object) -> None:
        for process in (*self._workers, *self._scheduler):
            process.terminate()
            try:
                process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        cgroups.remove(self._groups)

    def one_more_graded(self) -> None:
        """Now and then a worker dies in the midst of what it does, and another one takes its place."""
        self._left -= 1
        if self._chance and self._left <= 0:
            self._left = self._chance.randint(*_BETWEEN_KILLS)
            number = self._chance.randrange(self.number)
            self._workers[number].kill()
            self._workers[number].wait()
            self._workers[number] = self._worker(number)
            self.killed += 1

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        words = [f"tcp://{self.address}", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--local-directory", str(self._folder / f"worker-{number}")]
        return self._start(f"worker-{number}", "distributed.cli.dask_worker", *words, group=self._groups[number:][:1])

    def _start(self, name: str, module: str, *words: str, group: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *words]
        if group:
            command = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(group[0]), *command]
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)


def _group(number: int, share: float) -> Path:
    """A control group with this share of a processor; engines' groups lie below the one that their worker is in."""
    own = own_group("cpu")
    if own is None:
        raise SystemExit("--share needs the cpu controller of cgroup v1, which isn't here")
    group = own / f"drydock-bench-{os.getpid()}-{number}"
    group.mkdir()
    (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(int(share * _PERIOD_US)))
    return group


def _until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            raise SystemExit(otherwise)
        time.sleep(0.1)


def graded(made: Class, name: str, cpu: CpuClock, cluster: Cluster | None = None) -> Run:
    """One run over the class, from nothing. Everybody has a grade, once."""
    made.forget()
    os.chdir(made.root)
    config = course_config(made.root)
    times: list[float] = []

    def note(_record: SubmissionRecord) -> None:
        times.append(time.monotonic())
        if cluster and len(times) < len(made.students):
            cluster.one_more_graded()

    used, started = cpu.seconds(), time.monotonic()
    with Batch(config, made.lab) as batch:
        backend = None
        if cluster:
            factory = executor_factory(f"dask://{cluster.address}")
            backend = Timed(config, factory, terms_of(config, made.lab), say=print)
        records = batch.run(1, note, backend)
        batch.finish()
    began = backend.began if backend else started
    if [record.student for record in records] != made.students or any(record.error for record in records):
        raise SystemExit(f"{name}: not everybody was graded, and once:\n{records}")
    run = Run(
        name,
        cluster.number if cluster else 1,
        len(times),
        start=began - started,
        seconds=times[-1] - began,
        between=(times[-1] - times[0]) / (len(times) - 1),
        cpu_seconds=cpu.seconds() - used,
        killed=cluster.killed if cluster else 0,
    )
    print(
        f"{name:16} {run.seconds / run.submissions:5.2f} s each  {run.a_minute:5.1f} a minute  "
        f"{run.cpu_seconds / run.submissions:5.2f} CPU s each  {run.start:4.1f} s before"
        + (f"  {run.killed} workers killed" if run.killed else ""),
        flush=True,
    )
    return run


def compared(
    make: Callable[[Path, int], Class], folder: Path, given: argparse.Namespace, cpu: CpuClock
) -> Iterator[Run]:
    """The serial run, and one for each number of workers. Raises SystemExit where a field differs."""
    few = make(folder / "few", given.serial or given.submissions)
    yield graded(few, "serial", cpu)
    made = make(folder / "course", given.submissions) if given.serial else few
    wanted = made.like(few) if given.serial else few.kept()
    for workers in given.workers:
        place = folder / f"dask-{workers}"
        place.mkdir()
        chance = random.Random(given.seed) if given.kill else None
        with Cluster(place, workers, given.share, chance) as cluster:
            yield graded(made, f"Dask, {workers} worker{'s' * (workers > 1)}", cpu, cluster)
        found = made.kept()
        if found != wanted:
            differ = sorted({*map(repr, wanted)} ^ {*map(repr, found)})
            raise SystemExit(f"{workers} workers: other grades than the serial run's:\n" + "\n".join(differ))
        print(f"  all {len(found)} grades and comments of {len(made.students)} submissions are the serial run's")


def ratios(runs: list[Run], share: float | None) -> Iterator[str]:
    serial, *dask = runs
    for run in dask:
        if run.workers == 1:
            more, cpu = run.between - serial.between, (run.cpu_seconds - serial.cpu_seconds) / run.submissions
            yield f"overhead: {more:+.2f} s by the clock and {cpu:+.2f} CPU s a submission"
    one = next((run for run in dask if run.workers == 1), None)
    for run in dask:
        if one and run.workers > 1:
            times = run.a_minute / one.a_minute
            each = f" (with {share:g} of a processor each; goal: at least {GOAL})" if share else ""
            yield f"{run.workers} workers: {times:.2f} x one's throughput, {times / run.workers:.2f} of linear{each}"


@contextmanager
def folder_for_all() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="drydock-bench-", dir="/var/tmp") as folder:
        try:
            yield Path(folder)
        finally:
            os.chdir("/")
            # What killed workers left; their next run would do so.
            remove_orphans("native")
            orphans.remove_orphans()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--serial", type=int, metavar="N", help="the serial run grades only so many (default: all)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="one run for each number of them")
    parser.add_argument("--lab", metavar="NN", help="a lab of the course (default: a tiny one of the tests)")
    parser.add_argument("--share", type=float, help="of a processor, for each worker")
    parser.add_argument("--kill", action="store_true", help="kill a worker now and then")
    parser.add_argument("--seed", type=int, default=0, help="for the kills")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if min(given.submissions, given.serial or 3) < 3:
        parser.error("three submissions at least: with all answers, some, and none")
    json_file = given.json and given.json.absolute()
    # Or workers would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with counted(f"drydock-bench-many-{os.getpid()}") as cpu, folder_for_all() as folder:
        get_ready()
        make = partial(of_lab, lab=given.lab) if given.lab else tiny
        runs = list(compared(make, folder, given, cpu))
    for line in ratios(runs, given.share):
        print(line)
    if json_file:
        json_file.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n")


if __name__ == "__main__":
    main()
