"""An executor without workers, and one that ends: a sentence each, and nobody waits for ever. Without a daemon."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from grading_course import LAB
from traitlets.config import Config

from grader.autograde import coordinator
from grader.autograde.coordinator import Coordinator, InFlight
from grader.autograde.executors import ExecutorFactory, NoExecutor, executor_factory
from grader.autograde.records import SubmissionRecord
from grader.autograde.remote import GRADED, REFUSED
from grader.autograde.retrying import RetryingPool
from grader.autograde.worker import Job
from grader.autograde.worker_proof import Terms


class Deserted(Executor):
    """Takes work and has nobody to do it, as Dask's scheduler does."""

    workers_now = 0

    def submit(self, *_arguments: Any, **_more: Any) -> Future[Any]:
        return Future()


def test_an_executor_without_workers_is_waited_for_and_then_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "_LOOK", 0.001)
    monkeypatch.setattr(coordinator, "_HOPELESS", 0.02)
    said: list[str] = []
    grading = Coordinator(Config(), ExecutorFactory(Deserted), Terms(), say=said.append)
    with pytest.raises(NoExecutor, match="has had no workers") as caught:
        list(grading.work(LAB, ["ada"]))
    assert caught.value.remedy.startswith("Start some")
    assert said == ["The executor has no workers at the moment; as soon as there are some, it goes on."]


def test_who_is_refused_ends_no_run_in_which_another_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow engine may need most of an hour for one submission."""
    now = 0.0
    monkeypatch.setattr(coordinator, "time", SimpleNamespace(monotonic=lambda: now))
    grading = Coordinator(Config(), ExecutorFactory(Deserted), Terms())
    nobody = RetryingPool(Deserted, lambda: 1)
    ada, bob = (
        InFlight(Job(student, LAB, more=False), SubmissionRecord(student, LAB), {"1": b"", "2": b""})
        for student in ("ada", "bob")
    )
    grading._out = {"ada": ada, "bob": bob}
    for out in (ada, bob):
        grading._send(out, "1", nobody)

    def answered(out: InFlight, *answer: str) -> None:
        list(grading._graded(out, "1", answer, nobody, nobody))

    while now < 3000:
        now += 2
        answered(bob, REFUSED, "it has another Docker", "host:1")
    answered(ada, GRADED, "a result", "host:2")
    with pytest.raises(NoExecutor, match="only workers have answered that get no work"):
        while now < 9000:
            now += 2
            answered(bob, REFUSED, "it has another Docker", "host:1")
    assert 3900 < now < 3910


@pytest.mark.parametrize("comes_at", [750, 9999])
def test_who_is_better_and_came_late_is_at_work_too(monkeypatch: pytest.MonkeyPatch, comes_at: int) -> None:
    """However long the line is in which parcels wait for those who are refused."""
    now = 0.0
    monkeypatch.setattr(coordinator, "time", SimpleNamespace(monotonic=lambda: now))
    grading = Coordinator(Config(), ExecutorFactory(Deserted), Terms())
    nobody = RetryingPool(Deserted, lambda: 1)
    line = [InFlight(Job(f"s{n}", LAB, more=False), SubmissionRecord(f"s{n}", LAB), {"1": b""}) for n in range(130)]
    grading._out = {out.job.student: out for out in line}
    for out in line:
        grading._send(out, "1", nobody)
    with pytest.raises(NoExecutor) if comes_at > 900 else nullcontext():
        while now < 1500:
            now += 2
            if now == comes_at:
                line.pop(0)
            line.append(line.pop(0))
            list(grading._graded(line[-1], "1", (REFUSED, "it has another Docker", "host:1"), nobody, nobody))
    assert now == (902 if comes_at > 900 else 1500)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Dask's own, without workers: its address and its process."""
    where = tmp_path / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(where)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", *words], stdout=log, stderr=log
        )
    try:
        address = ""
        while not address:
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.05)
            try:
                address = json.loads(where.read_text())["address"]
            except (OSError, ValueError):  # not yet, or half
                continue
        yield address.removeprefix("tcp://"), process
    finally:
        process.kill()
        process.wait()


def test_a_scheduler_without_workers_that_is_killed(
    scheduler: tuple[str, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "_LOOK", 0.1)
    address, process = scheduler
    said: list[str] = []

    def kill_it(sentence: str) -> None:
        said.append(sentence)
        process.kill()

    grading = Coordinator(Config(), executor_factory(f"dask://{address}"), Terms(), say=kill_it)
    with pytest.raises(NoExecutor, match="The executor has ended"):
        list(grading.work(LAB, ["ada"]))
    assert len(said) == 1
    assert "no workers at the moment" in said[0]
