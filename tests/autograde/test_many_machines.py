"""Grading by an executor whose workers are killed, and in parts: every field is that of a serial run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from grading_course import LAB, SOLUTIONS, Course
from six_submissions import STUDENTS, Grades, forget_grades, graded_one_by_one, grades

from grader.autograde.backends import processes, terms_of
from grader.autograde.batch import Batch
from grader.autograde.coordinator import Coordinator
from grader.autograde.executors import ExecutorFactory
from grader.autograde.records import SubmissionRecord
from grader.cli.grade import command

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


@pytest.fixture(scope="module")
def serial(course: Course) -> Grades:
    return graded_one_by_one(course)


def test_workers_that_are_killed_change_no_grade(
    course: Course, serial: Grades, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    forget_grades(course)
    pools: list[ProcessPoolExecutor] = []

    def make() -> ProcessPoolExecutor:
        pool = processes(2)()
        assert isinstance(pool, ProcessPoolExecutor)
        pools.append(pool)
        return pool

    def kill_one(record: SubmissionRecord) -> None:
        # eve's was no notebook, so it never left.
        if len(pools) == 1 and record.student != "eve":
            os.kill(next(iter(pools[0]._processes)), signal.SIGKILL)

    with Batch(course.config(), LAB) as batch:
        coordinator = Coordinator(course.config(), ExecutorFactory(make), terms_of(course.config(), LAB), window=2)
        records = batch.run(None, kill_one, coordinator)
        batch.finish()
    assert len(pools) >= 2, "the pool was made anew"
    assert [record.student for record in records] == list(STUDENTS)
    assert [record.error for record in records] == [""] * len(STUDENTS)
    assert grades(course) == serial


def killed_at_a_result(root: Path) -> dict[Path, bytes]:
    """The first part, killed as soon as somebody is graded: its results."""
    words = [sys.executable, "-c", "from grader.cli import main; main()", "grade", LAB, "--shard", "1/2", "--jobs", "1"]
    # One job: nobody else's result comes in the moment before the end.
    part = subprocess.Popen(words, cwd=root, start_new_session=True, stdout=subprocess.DEVNULL)
    results: list[Path] = []
    while not any(json.loads(path.read_text())["results"] for path in results):
        assert part.poll() is None, "it came to its end"
        time.sleep(0.05)
        results = [path for path in (root / "shards" / LAB).rglob("*.json") if path.name != "shard.json"]
    os.killpg(part.pid, signal.SIGKILL)
    part.wait()
    return {path: path.read_bytes() for path in results}


@pytest.mark.weekly
def test_parts_give_the_same_grades_and_a_stopped_one_goes_on(
    course: Course, serial: Grades, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    forget_grades(course)
    before = (course.root / "gradebook.db").read_bytes()
    stopped = killed_at_a_result(course.root)
    assert 0 < len(stopped) < 3
    for part in ("1/2", "2/2"):
        done = CliRunner().invoke(command, [LAB, "--shard", part, "--jobs", "2"])
        assert "The results are in" in done.output, (done.output, done.exception)
    assert (course.root / "gradebook.db").read_bytes() == before, "parts only read it"
    # Each says how long it took: graded again, it would be another one.
    assert {path: path.read_bytes() for path in stopped} == stopped, "what was done is not done again"
    folder = course.root / "shards" / LAB
    # Again: what is there is not graded a second time.
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}
    kept = {path: path.read_bytes() for path in times}
    CliRunner().invoke(command, [LAB, "--shard", "1/2"])
    assert {path: path.read_bytes() for path in times} == kept
    done = CliRunner().invoke(command, ["merge", str(folder)])
    assert "No grade for" not in done.output, (done.output, done.exception)
    assert grades(course) == serial


def test_a_named_factory_grades(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the command line names it."""
    monkeypatch.chdir(course.root)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "our_workers.py").write_text("from grader.autograde.backends import processes\nmake = processes(1)\n")
    course.hand_in("gil", course.answered(SOLUTIONS, "An image."))
    words = [LAB, "--student", "gil", "--executor", "our_workers:make"]
    done = CliRunner().invoke(command, words)
    assert "gil: 9/14" in done.output, (done.output, done.exception)
    sys.modules.pop("our_workers", None)
