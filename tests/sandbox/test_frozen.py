"""Students' processes that are to be held: each thread of theirs is, and who goes on all the same is noticed.

Without a daemon and its walls: the processes are this test's children.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.course.release import Release
from grader.report.verdicts import TaskReport
from grader.sandbox import CellOutcome, CellStatus
from grader.sandbox.processes import FreezeError, ProcessTree, Restless
from grader.sandbox.session import Session
from grader.values import DEFAULT_KEY
from tests.engines.engine_tests import eventually

TICKING = """
import ctypes, os, platform, sys, threading, time
libc = ctypes.CDLL(None)
EXIT = {"x86_64": 60, "aarch64": 93}[platform.machine()]
def tick():
    while True:
        with open(sys.argv[1], "a") as file:
            file.write("x")
        time.sleep(0.005)
"""
#: The first thread, whose state is the process's, ends while another goes on.
WITHOUT_FIRST = TICKING + "threading.Thread(target=tick).start(); libc.syscall(EXIT, 0)"
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
#: A sibling traces the first thread alone: PTRACE_SEIZE, PTRACE_INTERRUPT.
FIRST_IS_TRACED = (
    TICKING
    + """
libc.ptrace.argtypes = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 2
traced = os.fork()
if not traced:
    libc.prctl(0x59616D61, -1)  # Yama: anybody may
    threading.Thread(target=tick).start()
    time.sleep(600)
while not os.path.exists(sys.argv[1]) or libc.ptrace(0x4206, traced, None, None):
    time.sleep(0.01)
libc.ptrace(0x4207, traced, None, None)
time.sleep(600)
"""
)
#: Threads that only make the next one and end.
COMETS = TICKING + "threading.Thread(target=tick).start()\ndef comet(): threading.Thread(target=comet).start()\ncomet()"
#: Timers that send SIGCONT, one each second.
TIMERS = (
    TICKING
    + """
class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("number", ctypes.c_int), ("how", ctypes.c_int), ("", ctypes.c_char * 48)]
for number in range(5):
    timer, when = ctypes.c_void_p(), (ctypes.c_long * 4)(1, 0, 1, number * 100_000_000)
    assert not libc.timer_create(1, ctypes.byref(Event(None, 18, 0)), ctypes.byref(timer))
    assert not libc.timer_settime(timer, 0, when, None)
tick()
"""
)


@pytest.fixture
def ticks(tmp_path: Path) -> Path:
    return tmp_path / "ticks"


@contextmanager
def running(script: str, ticks: Path) -> Iterator[ProcessTree]:
    process = subprocess.Popen([sys.executable, "-c", script, str(ticks)], start_new_session=True)
    try:
        eventually(ticks.exists)
        yield ProcessTree(process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize(
    "script",
    [
        TICKING + "tick()",
        WITHOUT_FIRST,
        pytest.param(
            FIRST_IS_TRACED,
            marks=pytest.mark.skipif(
                YAMA.exists() and int(YAMA.read_text()) > 1, reason="here nobody may trace (kernel.yama.ptrace_scope)"
            ),
        ),
        COMETS,
    ],
    ids=["one", "without first", "first traced", "comets"],
)
def test_no_thread_of_theirs_runs_and_then_all_go_on(script: str, ticks: Path) -> None:
    with running(script, ticks) as tree:
        if script in (WITHOUT_FIRST, FIRST_IS_TRACED):
            eventually(lambda: state_of(tree.members()[-1]) in "Zt")
        for _turn in range(3):
            with tree.frozen():
                before = ticks.stat().st_size
                time.sleep(0.1)
                assert ticks.stat().st_size == before
            eventually(lambda before=before: ticks.stat().st_size > before)  # type: ignore[misc]


@pytest.mark.parametrize("stops_again", [False, True])
def test_who_was_let_go_meanwhile_is_noticed_and_ended(stops_again: bool, ticks: Path) -> None:
    with running(TICKING + "tick()", ticks) as tree:
        with pytest.raises(Restless), tree.frozen():
            before = ticks.stat().st_size
            (pid,) = tree.members()
            os.kill(pid, signal.SIGCONT)
            eventually(lambda: ticks.stat().st_size > before)
            if stops_again:
                os.kill(pid, signal.SIGSTOP)
                eventually(lambda: state_of(pid) == "T")
        assert not tree.is_alive()
        with tree.frozen():
            pass


def test_a_process_that_wakes_itself_is_held_or_noticed(ticks: Path) -> None:
    with running(TIMERS, ticks) as tree:
        noticed = False
        before = after = 0
        try:
            with tree.frozen():
                before = ticks.stat().st_size
                time.sleep(2.5)
                after = ticks.stat().st_size
        except FreezeError:
            noticed = True
        assert noticed or before == after


def session_with(frozen: Callable[[], AbstractContextManager[None]], check: Callable[..., TaskReport]) -> Session:
    kernel = SimpleNamespace(
        processes=SimpleNamespace(frozen=frozen, is_orphaned=lambda: False),
        wait_ready=lambda: None,
        export=lambda _variables: None,
    )
    sandbox = SimpleNamespace(
        engine=SimpleNamespace(patience=1),
        bounds=SimpleNamespace(notebook_seconds=1, cell_seconds=1, check_seconds=1, kernels=1),
        kernel=kernel,
        kernels=[kernel],
        daemon_lives=lambda: True,
        images=SimpleNamespace(restore=list),
        checker=SimpleNamespace(check=check),
    )
    return Session(cast("Any", sandbox), Release((), {}), DEFAULT_KEY, logging.getLogger())


def test_a_check_that_saw_them_move_is_asked_again_without_them() -> None:
    asked = []

    @contextmanager
    def frozen() -> Iterator[None]:
        yield
        if len(asked) == 1:
            raise Restless("they moved")

    def check(name: str, _source: str, _seconds: float, **_more: Any) -> TaskReport:
        asked.append(name)
        return TaskReport(f"{name} {len(asked)}", (), "", "")

    session = session_with(frozen, check)
    assert session.check("net", "").task == "net 2"


def test_who_moved_while_a_task_was_prepared_keeps_nobody_from_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [True, False]

    @contextmanager
    def frozen() -> Iterator[None]:
        yield
        if moves.pop(0):
            raise Restless("they moved")

    session = session_with(frozen, lambda name, *_words, **_more: TaskReport(name, (), "", ""))
    outcome = CellOutcome([], CellStatus.OK, 1)
    monkeypatch.setattr(session, "_prepare", lambda _source: outcome)
    assert session.set_up("net-setup", "") is outcome
    assert session.check("net", "check.task('net')").task == "net"
