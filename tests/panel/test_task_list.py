"""What the panel at a lab's right lists and says, without a browser or a daemon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.course.labs import Course, CourseError
from grader.panel.task_list import TaskList, allowed
from grader.report.progress import TaskProgress
from grader.report.verdicts import Status

COURSE = Course(Path(__file__).parents[2])
LAB = "01-first-container"
PASSED = TaskProgress(Status.PASSED, 1.0, True, time.time())
SEEN = TaskProgress(Status.PASSED, 1.0, True, time.time(), by_itself=True)
GONE = TaskProgress(Status.PASSED, 1.0, True, time.time(), by_itself=True, not_now=True)
FAILED = TaskProgress(Status.FAILED, 0.5, False, time.time())
FAILED_SINCE = TaskProgress(Status.FAILED, 0.5, True, time.time())


@pytest.fixture(scope="module")
def tasks() -> TaskList:
    return TaskList.of(COURSE, LAB)


@pytest.fixture(scope="module")
def looking(tasks: TaskList) -> str:
    return next(task.id for task in tasks.lab.tasks if task.id in tasks.looking)


@pytest.fixture(scope="module")
def acting(tasks: TaskList) -> str:
    return next(task.id for task in tasks.lab.tasks if task.id not in tasks.looking)


def _row(tasks: TaskList, task: str, progress: TaskProgress | None, *, automatic: bool = True) -> tuple[bool, str, str]:
    known = {} if progress is None else {task: progress}
    state = tasks.state(known, automatic=automatic, may=True)
    row = next(row for row in state["tasks"] if row["id"] == task)
    assert row["hint"] and row["part"], row
    return row["passed"], row["mark"], row["note"]


def test_a_task_tells_its_state_and_who_has_to_run_its_check(tasks: TaskList, looking: str, acting: str) -> None:
    by_hand = "Run its check yourself: it does more than look."
    assert _row(tasks, looking, None) == (False, "· not tried", "")
    assert _row(tasks, acting, None) == (False, "· not tried", by_hand)
    assert _row(tasks, acting, None, automatic=False) == (False, "· not tried", "")
    assert _row(tasks, acting, FAILED)[2] == by_hand
    assert _row(tasks, looking, SEEN) == (True, "✓ passed", "Seen by this panel.")
    assert _row(tasks, acting, PASSED) == (True, "✓ passed", "")
    assert _row(tasks, looking, GONE) == (False, "○ open", "Passed before, and not now.")
    assert _row(tasks, looking, FAILED_SINCE) == (False, "✗ failed", "Passed before, and not now.")


def test_what_passed_once_is_done_whatever_became_of_it(tasks: TaskList, looking: str, acting: str) -> None:
    state = tasks.state({looking: GONE, acting: FAILED}, automatic=True, may=True)
    done = {row["id"]: (row["done"], row["passed"]) for row in state["tasks"]}
    assert (done[looking], done[acting]) == ((True, False), (False, False))
    assert state["summary"].startswith("1 of ")


def test_only_what_changed_is_news(tasks: TaskList, looking: str, acting: str) -> None:
    assert tasks.news({}, {}) == ""
    assert tasks.news({}, {looking: FAILED}) == ""
    assert tasks.news({looking: PASSED}, {looking: SEEN}) == ""
    assert tasks.news({looking: FAILED}, {looking: SEEN}).count("passed.") == 1
    assert "passed before, and not now" in tasks.news({looking: SEEN}, {looking: GONE})
    assert tasks.news({}, {looking: SEEN, acting: PASSED}).count("passed.") == 2


def test_every_lab_has_a_list_by_its_parts() -> None:
    for name in COURSE.names("labs"):
        found = TaskList.of(COURSE, name)
        assert list(found.parts) == [task.id for task in found.lab.tasks], name
        parts = list(dict.fromkeys(found.parts.values()))
        assert all(part.startswith("Part ") and not part.endswith(")") for part in parts), (name, parts)
        assert 2 <= len(parts) <= 6, (name, parts)
    assert TaskList.of(COURSE, "07-healthchecks").parts["logkeeper"] == "Part one: does it work?"


def test_a_folder_that_is_no_lab_has_none() -> None:
    with pytest.raises(CourseError):
        TaskList.of(COURSE, "99-nowhere")


def test_an_instructor_can_switch_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRYDOCK_AUTO_CHECKS", raising=False)
    course = Course(tmp_path)
    assert allowed(course)
    (tmp_path / "course.toml").write_text("auto_checks = false\n")
    assert not allowed(course)
    (tmp_path / "course.toml").write_text("auto_checks = true\n")
    assert allowed(course)
    monkeypatch.setenv("DRYDOCK_AUTO_CHECKS", "0")
    assert not allowed(course)
    monkeypatch.delenv("DRYDOCK_AUTO_CHECKS")
    (tmp_path / "course.toml").write_text('auto_checks = "perhaps"\n')
    with pytest.raises(CourseError, match="true or false"):
        allowed(course)
