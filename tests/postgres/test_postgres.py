"""A real PostgreSQL as the gradebook: the same grades as sqlite, field by field, from two workers at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course, fields
from nbgrader.api import Gradebook
from own_server import programs, server

from grader.autograde.database import NoDatabase, gradebook

pytestmark = [pytest.mark.daemon, pytest.mark.postgres]


@pytest.fixture(scope="module")
def db_url() -> Iterator[str]:
    found = programs()
    if found is None:
        missing = "No PostgreSQL here: apt-get install postgresql (make test does it as root)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with server(found) as address:
        yield address


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Released and graded with sqlite, the default, by serial nbgrader."""
    course = Course(tmp_path_factory.mktemp("postgres"))
    course.release()
    course.hand_in("ada", course.answered(SOLUTIONS, "An image."))
    course.hand_in("bob", course.answered(HALF))
    folder = course.hand_in("eve", "no notebook")
    (folder / "timestamp.txt").write_text("2026-11-24 10:00:00 UTC")
    course.autograde()
    return course


def run(course: Course, code: int, program: str, *words: str) -> str:
    start = {"drydock": ["-c", "from grader.cli import main; main()"], "nbgrader": ["-m", "nbgrader"]}[program]
    argv = [sys.executable, *start, *words]
    done = subprocess.run(argv, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def everything(db_url: str) -> list[tuple[Any, ...]]:
    """All that nbgrader keeps of the lab's grades and comments."""
    with Gradebook(db_url) as book:
        submissions = [
            (s.student_id, s.timestamp, s.score, s.max_score, s.needs_manual_grade, s.total_seconds_late)
            for s in book.assignment_submissions(LAB)
        ]
        return [*sorted(submissions, key=repr), *fields(book, LAB)]


def test_the_same_grades_as_with_sqlite(course: Course, db_url: str) -> None:
    with_sqlite = everything(f"sqlite:///{course.root}/gradebook.db")
    assert len(with_sqlite) == 3 * (1 + 4 + 4)
    shutil.rmtree(course.root / "labs" / LAB)
    course.db_url = db_url
    course.release()
    # The graded files are there already, but this gradebook has no grade: they are not "graded".
    said = run(course, 1, "drydock", "grade", LAB, "--jobs", "2", "--only-missing", "--db", db_url)  # 1: eve's
    assert "3 submissions to grade" in said
    assert everything(db_url) == with_sqlite


def test_nbgraders_own_command_goes_on_with_it_by_configuration(course: Course, db_url: str) -> None:
    with Gradebook(db_url) as book:
        book.find_grade(ESSAY, LAB, LAB, "ada").manual_score = 4.5
        book.db.commit()
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {db_url!r}\n")
    run(course, 0, "nbgrader", "autograde", LAB, "--student", "ada", "--force")
    with Gradebook(db_url) as book:
        assert book.find_submission(LAB, "ada").score == 13.5
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_grade(ESSAY, LAB, LAB, "ada").manual_score is None


@pytest.mark.parametrize(
    ("address", "says", "next_step"),
    [
        ("postgresql://grader:sesame@/x?host=/nowhere", "can't be opened", "psql"),
        ("nonsense", "is not the address of a database", "postgresql://"),
        ("mysql+nonsense://x/y", "is not the address of a database", "postgresql://"),
        ("sqlite:////nowhere/gradebook.db", "can't be opened", "ls -l"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told(address: str, says: str, next_step: str) -> None:
    with pytest.raises(NoDatabase, match=says) as trouble, gradebook(address):
        pass
    assert next_step in trouble.value.remedy
    assert "sesame" not in str(trouble.value) + trouble.value.remedy
