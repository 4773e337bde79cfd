"""What becomes of a run's other submissions when one of them kills its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path

import pytest
from traitlets.config import Config

from grader.autograde.backends import processes
from grader.autograde.records import SubmissionRecord
from grader.autograde.retrying import RetryingPool
from grader.autograde.worker import Job
from grader.autograde.worker_pool import WorkerPool
from grader.processes import state_of


class Begun:
    """Where a process notes whom it grades. By the settings: the fork server's environment is an older one."""

    folder: Path


def begin(config: Config, _kind: str) -> None:
    """Nothing to prepare: it is the pool that is looked at."""
    if "Test" in config:
        Begun.folder = Path(config.Test.begun)


def grade(job: Job) -> SubmissionRecord:
    note = Begun.folder / job.student
    again = note.exists()
    note.touch()
    if job.student == "mallory":
        # When the others have begun beside it.
        while len(list(Begun.folder.iterdir())) < 5:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)
    while not again:  # it is killed, with the pool
        time.sleep(0.02)
    return SubmissionRecord(job.student, job.lab, score=1.0, most=1.0)


@pytest.mark.timeout(120)
def test_who_kills_a_worker_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    """The pool breaks as a whole: who was being graded then is graded again, each alone."""
    names = ["ada", "mallory", "bob", "cyd", "dan"]
    pool = WorkerPool(Config(Test={"begun": str(tmp_path)}), "native", 5, begin=begin, task=grade)
    records = {record.student: record for record in pool.work("00-lab", names)}
    assert sorted(records) == sorted(names)
    assert "killed 2 times" in records.pop("mallory").error
    assert {name: record.score for name, record in records.items()} == dict.fromkeys(records, 1.0)


def grade_for_ever(job: Job) -> SubmissionRecord:
    if job.student != "idle":
        try:
            Path(f"{job.student}.begun").touch()
            time.sleep(3600)
        finally:
            # A sandbox takes a moment to end.
            time.sleep(1)
            Path(f"{job.student}.tidied").touch()
    return SubmissionRecord(job.student, job.lab)


def on_this_machine(students: list[str]) -> Iterator[SubmissionRecord]:
    yield from WorkerPool(Config(), "native", 3, begin=begin, task=grade_for_ever).work("00", students)


def of_one_part(students: list[str]) -> Iterator[SubmissionRecord]:
    """As ``drydock grade --shard`` has them."""
    work = RetryingPool(processes(3), lambda: 3)
    for student in students:
        work.put(student, grade_for_ever, Job(student, "00", more=False))
    try:
        while True:
            done, _rest = wait(work.feed(), return_when=FIRST_COMPLETED)
            for _key, record in work.collect(done):
                yield record
    finally:
        work.close()


#: As ``drydock`` does: a plain kill is like Ctrl-C.
FOR_EVER = """
import signal
from test_worker_pool import {work}
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    for record in {work}(["ada", "bob", "idle"]):
        print(record.student, flush=True)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("work", [on_this_machine, of_one_part])
@pytest.mark.parametrize(
    ("kill", "number"), [(os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT)], ids=["a plain kill", "Ctrl-C"]
)
def test_who_interrupts_a_run_waits_for_no_submission(
    tmp_path: Path,
    kill: Callable[[int, int], None],
    number: int,
    work: Callable[[list[str]], Iterator[SubmissionRecord]],
) -> None:
    """Nor is a worker cut off while it tidies up."""
    with subprocess.Popen(
        [sys.executable, "-c", FOR_EVER.format(work=work.__name__)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True,
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == "idle\n"
            while len(list(tmp_path.glob("*.begun"))) < 2:
                assert parent.poll() is None
                time.sleep(0.02)
            kill(parent.pid, number)
            assert parent.communicate(timeout=300) == ("interrupted\n", "")
        finally:
            if parent.poll() is None:
                os.killpg(parent.pid, signal.SIGKILL)
    assert {path.name for path in tmp_path.glob("*.tidied")} == {"ada.tidied", "bob.tidied"}


#: Its worker has done nothing by which it would have learnt to look for its parent.
DYING = """
import os, signal
from grader.autograde.backends import processes
pool = processes(1)()
print(pool.submit(os.getpid).result(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_without_work_ends_with_its_parent() -> None:
    # Not run(): who lives on would keep our end of the pipe open.
    with subprocess.Popen([sys.executable, "-c", DYING], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
    assert parent.returncode == -signal.SIGKILL
    end = time.monotonic() + 120
    while state_of(worker) not in "ZX" and time.monotonic() < end:
        time.sleep(0.02)
    assert state_of(worker) in "ZX"
