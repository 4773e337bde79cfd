"""How many submissions are graded at once, from what /proc says."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import processes
from grader.autograde import capacity
from grader.autograde.capacity import Capacity


def says(proc: Path, *, idle: int, busy: int, free: int = 8 * capacity.MEMORY) -> None:
    (proc / "stat").write_text(f"cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3\n")
    (proc / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable:    {free // 1024} kB\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Capacity:
    monkeypatch.setattr(capacity, "_APART", 0.0)
    says(tmp_path, idle=0, busy=0)
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    made = Capacity()
    made.processors = 2
    return made


def test_a_processor_each_needs_no_idle_time(machine: Capacity) -> None:
    assert machine.admits(0) and machine.admits(1)


def test_more_than_that_begin_while_processors_are_idle(machine: Capacity, tmp_path: Path) -> None:
    says(tmp_path, idle=70, busy=30)
    assert machine.admits(2)
    says(tmp_path, idle=70, busy=130)
    assert not machine.admits(2), "since the last look nothing was idle"
    says(tmp_path, idle=170, busy=130)
    assert machine.admits(3)
    says(tmp_path, idle=999, busy=130)
    assert not machine.admits(4), "twice as many as processors is enough"


def test_one_look_admits_one(machine: Capacity, tmp_path: Path) -> None:
    says(tmp_path, idle=70, busy=30)
    assert machine.admits(2)
    assert not machine.admits(3)


def test_without_memory_only_one_at_a_time(machine: Capacity, tmp_path: Path) -> None:
    says(tmp_path, idle=100, busy=0, free=capacity.MEMORY // 2)
    assert machine.admits(0) and not machine.admits(1)


def test_where_there_is_no_proc_it_is_one_a_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path / "none")
    machine = Capacity()
    assert machine.admits(machine.processors - 1) and not machine.admits(machine.processors)
