"""Two pretend machines (network namespaces) with Dask workers, no course folder on them; one is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from grading_course import HALF, LAB, SOLUTIONS, Course

from grader.autograde.backends import executor_backend
from grader.autograde.batch import Batch
from grader.autograde.executors import NoExecutor, executor_factory
from grader.autograde.records import SubmissionRecord
from grader.cli.grade import command
from grader.engines import orphans
from grader.sandbox.sandbox import remove_orphans

pytestmark = [pytest.mark.daemon, pytest.mark.weekly, pytest.mark.skipif(os.geteuid() != 0, reason="namespaces")]
PORT = 18790
NET = "10.77.19"


@dataclass(frozen=True)
class Cluster:
    """Where its scheduler listens, and its workers by their machines."""

    address: str
    workers: dict[str, subprocess.Popen[bytes]]


def _run(words: str) -> None:
    subprocess.run(words.split(), check=True)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    # As long as a batch job's: no socket could lie in there.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ExitStack() as stack:
        _run("ip link add ddmany type bridge")
        stack.callback(_run, "ip link del ddmany")
        _run(f"ip addr add {NET}.1/24 dev ddmany")
        _run("ip link set ddmany up")
        words = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", f"{NET}.1", "--port", str(PORT)]
        scheduler = stack.enter_context(_process([*words, "--no-dashboard", "--no-show"], tmp_path))
        assert scheduler.poll() is None
        workers = {}
        for number in (2, 3):
            name = f"ddmany{number}"
            _run(f"ip netns add {name}")
            stack.callback(_run, f"ip netns del {name}")
            _run(f"ip link add {name} type veth peer name eth0 netns {name}")
            _run(f"ip link set {name} master ddmany up")
            for words_inside in ("link set lo up", f"addr add {NET}.{number}/24 dev eth0", "link set eth0 up"):
                _run(f"ip -n {name} {words_inside}")
            place = tmp_path / name
            place.mkdir()
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://{NET}.1:{PORT}", "--nthreads", "1"]
            worker += ["--no-nanny", "--no-dashboard", "--name", name, "--local-directory", str(place)]
            inside = ["nsenter", f"--net=/run/netns/{name}", *worker]
            workers[name] = stack.enter_context(_process(inside, place, TMPDIR=str(place)))
        yield Cluster(f"{NET}.1:{PORT}", workers)
    # What the killed worker left behind; its next run would do so.
    remove_orphans("native")
    orphans.remove_orphans()


class _process:
    """A process that ends with the block."""

    def __init__(self, words: list[str], folder: Path, **environment: str) -> None:
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                words, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log
            )

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self._process

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def test_a_killed_workers_submissions_are_graded_by_the_other(
    course: Course, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    students = [f"s{number}" for number in range(6)]
    for number, student in enumerate(students):
        course.hand_in(student, course.answered(SOLUTIONS if number % 2 else HALF))
    _wait_for_workers(cluster, 2)

    def kill_one(_record: SubmissionRecord) -> None:
        worker = cluster.workers["ddmany2"]
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            worker.wait()

    said: list[str] = []
    with Batch(course.config(), LAB) as batch:
        backend = executor_backend(course.config(), LAB, f"dask://{cluster.address}", None, said.append)
        records = batch.run(None, kill_one, backend)
        batch.finish()
    assert said == []
    assert [record.student for record in records] == students
    assert [record.error for record in records] == [""] * 6
    assert [record.score for record in records] == [3.5, 9] * 3
    assert [course.grades(student)["net"] for student in students] == [2, 4] * 3


def _wait_for_workers(cluster: Cluster, number: int) -> None:
    executor = executor_factory(f"dask://{cluster.address}").make()
    end = time.monotonic() + 300
    while executor.workers_now < 2 * number and time.monotonic() < end:  # type: ignore[attr-defined]
        time.sleep(0.2)
    executor.shutdown()


def test_no_scheduler_is_a_sentence(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("grader.autograde.executors._PATIENCE", 1)
    course.hand_in("s0", course.answered(HALF))
    done = CliRunner().invoke(command, [LAB, "--student", "s0", "--executor", "dask://127.0.0.1:9"])
    assert isinstance(done.exception, NoExecutor), done.output
    assert "No Dask scheduler answers at 127.0.0.1:9" in str(done.exception)
