"""More time for a student, and a penalty for each day: by nbgrader's own means, and nothing is graded again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from grading_course import LAB, Course
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Configurable

from grader.autograde.late import DailyPenalty, NoExtension, extend
from grader.autograde.lms import MoodleExport
from grader.cli import main
from grader.lms.marks import State, lab_marks

DAY = 24 * 3600.0


def penalty(seconds: float, score: float = 20.0, **settings: float) -> float:
    plugin = DailyPenalty()
    for name, value in settings.items():
        setattr(plugin, name, value)
    return plugin.late_submission_penalty("ada", score, seconds)


def test_a_day_that_has_begun_counts() -> None:
    assert [penalty(seconds) for seconds in (1, DAY, DAY + 1, 30 * DAY)] == [2, 2, 4, 20]
    assert penalty(30 * DAY, most_percent=50) == 10
    assert [penalty(seconds, grace_minutes=15) for seconds in (900, 901)] == [0, 2]


def handed_in(course: Course, student: str, time: str) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2027-03-01 12:00:00")
        book.update_or_create_student(student)
        book.update_or_create_submission(LAB, student, timestamp=time)
        notebook = book.find_submission_notebook(LAB, LAB, student)
        for grade in notebook.grades:
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = 0, None, False
        notebook.grades[0].manual_score = 10
        notebook.late_submission_penalty = 3
        book.db.commit()


def test_more_time_takes_the_penalty_back(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_in(course, "ada", "2027-03-03 13:00:00")
    config = course.root / "nbgrader_config.py"
    rule = 'c.AssignLatePenalties.plugin_class = "grader.autograde.late.DailyPenalty"\n'
    config.write_text(config.read_text() + rule)
    monkeypatch.chdir(course.root)

    def say(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(main, ["grades", "extend", LAB, *words])
        assert done.exit_code == status, f"{done.output} {done.exception!r}"
        return done.output

    assert "ada: until 2027-03-02 12:00 UTC, 7 → 8" in say("ada", "--days", "1")
    assert "ada: until 2027-03-03 13:00 UTC, 8 → 10" in say("ada", "--until", "2027-03-03 13:00")
    assert "ada: until 2027-03-01 12:00 UTC, 10 → 7" in say("ada", "--days", "0")
    assert "knows no student zoe" in say("zoe", "--days", "1", status=3)
    assert "before the due date" in say("ada", "--until", "2027-01-01", status=3)
    assert "--days or --until" in say("ada", status=2)
    assert "--days or --until" in say("ada", "--days", "nan", status=2)
    for days in ("1e12", "inf", "-1"):
        assert "--days" in say("ada", "--days", days, status=2)


def test_more_time_is_no_mark(course: Course, tmp_path: Path) -> None:
    """nbgrader makes a row with all its cells for it: no zero may come of that."""
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2020-01-01 12:00:00")
        for student in ("bob", "cyd"):
            book.update_or_create_student(student)
    list(extend(course.config(), LAB, ["bob"], days=40_000, until=None))
    with course.gradebook() as book:
        exporter = MoodleExport(to=str(tmp_path / "moodle.csv"), assignment=[LAB], student=["bob", "cyd"])
        exporter.parent = InCourse(course)
        exporter.export(book)
    lines = list(csv.DictReader((tmp_path / "moodle.csv").open()))
    assert {line["username"]: line[LAB] for line in lines} == {"bob": "", "cyd": "0"}


def test_more_time_that_was_taken_back_is_no_mark_either(course: Course) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2999-01-01 12:00:00")
        book.update_or_create_student("dan")
    for days in (3, 0):
        list(extend(course.config(), LAB, ["dan"], days=days, until=None))
    # Or the LMS would hear that a person has to look at it, and no zero would come when the time is over.
    assert lab_marks(course.config(), LAB).marks["dan"].state is State.NOTHING
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2020-01-01 12:00:00")
    assert lab_marks(course.config(), LAB).marks["dan"].state is State.ABSENT


class InCourse(Configurable):  # type: ignore[misc]
    """What `nbgrader export` is to its exporter."""

    def __init__(self, course: Course) -> None:
        super().__init__()
        self.coursedir = CourseDirectory(config=course.config())


def test_without_a_due_date_nothing_is_late(course: Course) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate=None)
    with pytest.raises(NoExtension, match="no due date"):
        list(extend(course.config(), LAB, ["ada"], days=1, until=None))
