"""Work that is tried again when its worker is lost: on real processes, which are really killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from grader.autograde.retrying import TRIES, Lost, RetryingPool


def pool(size: int = 2) -> Callable[[], Executor]:
    return lambda: ProcessPoolExecutor(size, mp_context=multiprocessing.get_context("forkserver"))


def run(work: RetryingPool) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    try:
        while len(work):
            done, _rest = wait(work.feed(), return_when=FIRST_COMPLETED)
            for key, result in work.collect(done):
                assert key not in found
                found[key] = result
    finally:
        work.close()
    return found


def noted(folder: str, name: str, times: int = 0) -> str:
    """Notes that it was tried; the first ``times`` times its process is killed."""
    tried = len(list(Path(folder).glob(f"{name}.*")))
    Path(folder, f"{name}.{tried}").touch()
    if tried < times:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def refused(_name: str) -> None:
    raise ValueError("no")


def interrupted(_name: str) -> None:
    raise KeyboardInterrupt


def tries(folder: Path, name: str) -> int:
    return len(list(folder.glob(f"{name}.*")))


def test_who_kills_workers_is_given_up_and_costs_nobody_else_a_result(tmp_path: Path) -> None:
    work = RetryingPool(pool(), lambda: 2)
    for name in ("ada", "bob", "kim", "dan", "eve"):
        work.put(name, noted, str(tmp_path), name, 99 if name == "kim" else 0)
    found = run(work)
    assert found.pop("kim") == Lost(TRIES)
    assert found == {name: name for name in ("ada", "bob", "dan", "eve")}
    assert tries(tmp_path, "kim") <= TRIES
    # Who was beside it when it broke is tried once more, alone, and never suffers from it again.
    assert max(tries(tmp_path, name) for name in found) <= 2


def test_a_worker_that_was_lost_twice_is_no_reason_to_give_up(tmp_path: Path) -> None:
    work = RetryingPool(pool(1), lambda: 1)
    work.put("ada", noted, str(tmp_path), "ada", TRIES - 1)
    assert run(work) == {"ada": "ada"}
    assert tries(tmp_path, "ada") == TRIES


def test_what_the_executor_says_is_kept() -> None:
    work = RetryingPool(pool(1), lambda: 1)
    work.put("ada", refused, "ada")
    lost = run(work)["ada"]
    assert isinstance(lost, Lost)
    assert isinstance(lost.fault, ValueError)
    assert lost.tries == TRIES


def test_an_interrupt_that_a_worker_tells_of_first_ends_the_run() -> None:
    work = RetryingPool(pool(), lambda: 2)
    work.put("ada", interrupted, "ada")
    with pytest.raises(KeyboardInterrupt):
        run(work)


def test_an_executor_that_has_tried_several_workers_is_believed_of_what_was_alone() -> None:
    """Dask gives up all that was on the workers that died, and what only waited there, too."""
    tried: list[str] = []
    both = Barrier(2, timeout=60)

    def given_up_together(name: str) -> str:
        tried.append(name)
        if tried.count(name) == 1:
            both.wait()
        elif name == "ada":
            return name
        raise ValueError("its workers died")

    work = RetryingPool(lambda: ThreadPoolExecutor(2), lambda: 2, hopeless=(ValueError,))
    for name in ("kim", "ada"):
        work.put(name, given_up_together, name)
    assert run(work) == {"ada": "ada", "kim": Lost(TRIES)}
    assert sorted(tried) == ["ada", "ada", "kim", "kim"], "once more, alone, and no more"


def test_no_more_is_out_than_the_window_lets() -> None:
    work = RetryingPool(pool(1), lambda: 2)
    for number in range(5):
        work.put(number, abs, -number)
    assert len(work.feed()) == 2
    assert run(work) == {number: number for number in range(5)}
