"""Checks that run by themselves: when they look, what they note, and that they sleep while nothing happens."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from resting import rests
from student_desk import Desk, desk, released_course

from grader.course.labs import Course
from grader.panel.auto_checks import AutoChecks, Events
from grader.panel.debounce import LONGEST, LONGEST_REST, QUIET, REST, Debounce
from grader.processes import descendants
from grader.report.progress import ProgressFolder, TaskProgress
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.values import DEFAULT_KEY
from grader.workspace import Workspace

__all__ = ["desk", "released_course"]

LAB = "00-tiny"
_WHO = "{{.Actor.Attributes.name}}"
#: Seconds for what must come; generous, because it is waited for and not measured.
PATIENCE = 120.0


class Clock:
    """Time that goes on when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_while_nothing_happens_nobody_is_woken(clock: Clock) -> None:
    pace = Debounce(clock)
    assert pace.left() is None
    clock.now += 3600
    assert pace.left() is None


def test_it_is_looked_a_moment_after_the_last_event(clock: Clock) -> None:
    pace = Debounce(clock)
    pace.event()
    clock.now += QUIET / 2
    assert pace.left() == pytest.approx(QUIET / 2)
    pace.event()
    assert pace.left() == pytest.approx(QUIET)
    clock.now += QUIET
    assert pace.wait()
    assert pace.left() is None


def test_events_without_end_are_looked_at_all_the_same(clock: Clock) -> None:
    pace = Debounce(clock)
    for _second in range(100):
        pace.event()
        left = pace.left()
        assert left is not None
        if left <= 0:
            break
        clock.now += QUIET / 2
    assert clock.now == pytest.approx(100 + LONGEST)


def test_it_is_not_looked_again_at_once_nor_for_more_than_a_part_of_the_time(clock: Clock) -> None:
    pace = Debounce(clock)
    pace.looked(0.01)
    pace.event()
    assert pace.left() == pytest.approx(REST)
    pace.looked(0.5)
    assert pace.left() == pytest.approx(4.5)
    pace.looked(60)
    assert pace.left() == pytest.approx(LONGEST_REST)


def test_while_a_cell_runs_nobody_looks_and_what_happened_is_looked_at_afterwards(clock: Clock) -> None:
    pace = Debounce(clock)
    pace.event()
    pace.busy(True)
    clock.now += 60
    assert pace.left() is None and pace.is_busy
    pace.busy(False)
    assert pace.wait()
    pace.close()
    assert not pace.wait()


# -- What is noted.


def _report(status: Status, task: str = "web") -> TaskReport:
    return TaskReport(task, task.title(), "Look.", (Verdict(status, "It is there"),))


@pytest.fixture
def notes(tmp_path: Path) -> ProgressFolder:
    return ProgressFolder.in_workspace(tmp_path)


def _web(notes: ProgressFolder) -> TaskProgress | None:
    return notes.of("lab").get("web")


def test_what_fails_by_itself_is_no_attempt(notes: ProgressFolder) -> None:
    for status in (Status.FAILED, Status.BLOCKED, Status.COULD_NOT_CHECK):
        notes.note_seen("lab", _report(status), since=time.time())
        assert _web(notes) is None
    notes.note("lab", _report(Status.FAILED))
    tried = _web(notes)
    notes.note_seen("lab", _report(Status.FAILED), since=time.time())
    assert _web(notes) == tried


def test_a_pass_that_was_seen_counts_and_is_marked_until_somebody_runs_the_check(notes: ProgressFolder) -> None:
    notes.note_seen("lab", _report(Status.PASSED), since=time.time())
    web = _web(notes)
    assert web is not None
    assert (web.status, web.fraction, web.passed, web.by_itself, web.not_now) == (Status.PASSED, 1.0, True, True, False)
    notes.note_seen("lab", _report(Status.FAILED), since=time.time())
    gone = _web(notes)
    assert gone is not None and gone.not_now and gone.passed and gone.status is Status.PASSED
    notes.note_seen("lab", _report(Status.COULD_NOT_CHECK), since=time.time())
    assert _web(notes) == gone
    notes.note_seen("lab", _report(Status.PASSED), since=time.time())
    assert _web(notes) == web
    notes.note("lab", _report(Status.PASSED))
    web = _web(notes)
    assert web is not None and not web.by_itself


def test_a_check_run_by_hand_meanwhile_knows_better(notes: ProgressFolder) -> None:
    began = time.time()
    notes.note("lab", _report(Status.FAILED))
    by_hand = _web(notes)
    notes.note_seen("lab", _report(Status.PASSED), since=began)
    assert _web(notes) == by_hand


def test_a_check_that_a_clock_running_ahead_noted_does_not(notes: ProgressFolder) -> None:
    with pytest.MonkeyPatch.context() as ahead:
        now = time.time()
        ahead.setattr(time, "time", lambda: now + 3600)
        notes.note("lab", _report(Status.FAILED))
    notes.note_seen("lab", _report(Status.PASSED), since=time.time())
    web = _web(notes)
    assert web is not None and web.passes


def test_a_pass_by_hand_stays_by_hand(notes: ProgressFolder) -> None:
    notes.note("lab", _report(Status.PASSED))
    notes.note_seen("lab", _report(Status.FAILED), since=time.time())
    notes.note_seen("lab", _report(Status.PASSED), since=time.time())
    web = _web(notes)
    assert web is not None and not web.by_itself and not web.not_now


def test_notes_of_an_earlier_release_are_read(notes: ProgressFolder) -> None:
    notes.path.mkdir()
    old = {"web": {"status": "passed", "fraction": 1.0, "passed": True, "at": 5.0}}
    (notes.path / "lab.json").write_text(json.dumps(old))
    assert _web(notes) == TaskProgress(Status.PASSED, 1.0, True, 5.0)


# -- Which tasks are looked at.


@pytest.mark.parametrize(
    ("dead", "mend", "ready"),
    [
        (None, Status.PASSED, False),
        (Status.FAILED, None, False),
        (Status.FAILED, Status.FAILED, False),
        (Status.FAILED, Status.PASSED, True),
        (Status.PASSED, Status.PASSED, True),
    ],
)
def test_what_a_task_needs_must_pass_and_what_it_comes_after_be_checked(
    notes: ProgressFolder, tmp_path: Path, dead: Status | None, mend: Status | None, ready: bool
) -> None:
    lab = Course(Path(__file__).parents[2]).lab("08-recovery")
    kept = lab.task("kept")
    assert kept is not None and (set(kept.needs), kept.after) == ({"mend", "dead"}, ("dead",))
    for task, status in (("dead", dead), ("mend", mend)):
        if status is not None:
            notes.note(lab.name, _report(status, task))
    looks = AutoChecks(lab, notes, tmp_path, DEFAULT_KEY, Events(Debounce()))
    assert looks._is_ready(kept) is ready


def test_a_look_into_which_a_short_cell_fell_is_made_again(
    notes: ProgressFolder, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events(Debounce(clock))
    looks = AutoChecks(
        Course(Path(__file__).parents[2]).lab("01-first-container"), notes, tmp_path, DEFAULT_KEY, events
    )

    class Checker:
        def check(self, task: str, *_how: object, **_more: object) -> TaskReport:
            events.pace.busy(True)
            events.pace.busy(False)
            return _report(Status.PASSED, task)

    monkeypatch.setattr(looks, "_asked", Checker)
    monkeypatch.setattr(looks, "_is_ready", lambda _task: True)
    looks._look()
    assert notes.of("01-first-container") == {}
    assert events.pace.left() == pytest.approx(QUIET)


# -- The process itself, on a real daemon.


@pytest.fixture(scope="module")
def lab(desk: Desk) -> Iterator[Workspace]:
    workspace = Workspace(Course(desk.root))
    workspace.prepare(LAB)
    assert desk.drydock("up").returncode == 0
    yield workspace


@contextmanager
def _auto_checks(desk: Desk, lab: Workspace) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "grader.panel.auto_checks", LAB],
        cwd=lab.folder(LAB),
        env=dict(desk.environment),
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def _tell(process: subprocess.Popen[str], what: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{what}\n")
    process.stdin.flush()


def _until(lab: Workspace, task: str, right: Callable[[TaskProgress], bool]) -> Mapping[str, TaskProgress]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        known = lab.progress.of(LAB)
        if task in known and right(known[task]):
            return known
        time.sleep(0.1)
    raise AssertionError(f"{task}: {lab.progress.of(LAB)}")


@pytest.mark.daemon
def test_tasks_turn_green_and_back_without_their_cells(desk: Desk, lab: Workspace) -> None:
    with _auto_checks(desk, lab) as process:
        # Made half by a cell that still runs: nobody looks.
        _tell(process, "busy")
        assert desk.docker("run", "-d", "--name", "hello", "drydock/busybox:1", "sleep", "600").returncode == 0
        _asleep(process)
        assert lab.progress.of(LAB) == {}
        _tell(process, "idle")
        known = _until(lab, "hello", lambda task: task.passed)
        assert known["hello"].by_itself
        # Its setup cell has not run: whatever lies there isn't the student's doing.
        desk.docker("volume", "create", "prepared")
        assert desk.docker("import", "--change", "LABEL course=drydock", "-", "tiny/site:1").returncode == 0
        assert desk.docker("rm", "-f", "hello").returncode == 0
        known = _until(lab, "hello", lambda task: task.not_now)
        assert known["hello"].passed
        assert set(known) == {"hello"}
        assert desk.docker("run", "-d", "--name", "hello", "drydock/busybox:1", "sleep", "600").returncode == 0
        _until(lab, "hello", lambda task: not task.not_now)
    # It looked, and left nothing: all that was ever made is the student's, or the engine's own first container.
    told = desk.docker("events", "--since", "1h", "--until", "0s", "--filter", "type=container", "--format", _WHO)
    assert {name for name in told.stdout.split() if not name.startswith("drydock-check-")} == {"hello"}


@pytest.mark.daemon
def test_it_sleeps_while_nothing_happens_and_while_there_is_no_daemon(desk: Desk, lab: Workspace) -> None:
    with _auto_checks(desk, lab) as process:
        _until(lab, "hello", lambda task: task.passed)
        _asleep(process)
        assert desk.drydock("down").returncode == 0
        _asleep(process)
        assert desk.drydock("up").returncode == 0
        desk.docker("rm", "-f", "hello")
        _until(lab, "hello", lambda task: task.not_now)


def _asleep(process: subprocess.Popen[str]) -> None:
    """Until all of its threads, and its checker, are in a system call that ends by itself at no time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        calls = [rests(thread) for pid in _family(process.pid) for thread in Path(f"/proc/{pid}/task").iterdir()]
        if all(calls):
            return
        time.sleep(0.2)
    raise AssertionError("it never came to rest")


def _family(pid: int) -> list[int]:
    return [pid, *descendants(pid)]
