"""What /proc says of processes: their descendants, which one is inside, and what tells one from all others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from grader import processes


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    script = "sleep 600 & echo $!; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True) as started:
        yield started
        os.killpg(started.pid, 9)


def test_descendants_are_found_with_and_without_the_kernels_list(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert processes.descendants(parent.pid) == [parent.pid, child]
    assert processes._children_by_scan(parent.pid) == [child]
    assert processes.first_inside(parent.pid) is None
    assert processes.command_line(child).split(b"\0")[:2] in ([b"sleep", b"600"], [b"sh", b"-c"])


def test_nothing_is_said_of_a_process_that_is_gone() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert processes.start_time(ended.pid) is None
    assert processes.state_of(ended.pid) == "X"
    assert processes.command_line(ended.pid) == b""
    assert processes.pid_namespace(ended.pid) is None
    assert processes.descendants(ended.pid) == [ended.pid]


def test_memory_is_in_bytes() -> None:
    known = processes.machine_memory()
    assert 0 < known["MemAvailable"] < known["MemTotal"] and known["MemTotal"] > 2**26


def test_a_core_may_have_one_byte_or_none_where_that_is_forbidden_already() -> None:
    script = "import resource; from grader.processes import core_limit; print(core_limit())"
    for hard, most in ((0, 0), (1, 1), (4096, 1)):
        ask = ["prlimit", f"--core={hard}:{hard}", "--", sys.executable, "-c", script]
        assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == f"{most}\n"


@pytest.mark.parametrize("release", ["6.18+deb14-amd64", "6.18.0-rc1", "6.18", "6.18.3+deb13-amd64"])
def test_a_kernels_version_is_read_whatever_follows_it(monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    system = os.uname_result(("Linux", "here", release, "#1", "x86_64"))
    monkeypatch.setattr("os.uname", lambda: system)
    assert processes.kernel_at_least(6, 18) and not processes.kernel_at_least(6, 19)
