"""``drydock grade``: killed and started again, in parallel, and still the grades of serial nbgrader autograde."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from nbformat import NotebookNode

from grader.autograde.journal import Journal
from grader.cli.grade import command

pytestmark = pytest.mark.daemon


def submissions(course: Course) -> dict[str, NotebookNode | str]:
    quits = course.answered({**SOLUTIONS, "net": SOLUTIONS["net"] + "\nimport os\nos._exit(0)"}, "quits")
    return {
        "ada": course.answered(SOLUTIONS, "An image."),
        "bob": course.answered(HALF),
        "cyd": course.blank(),
        "dan": quits,
        "eve": "no notebook",
    }


def fields(course: Course) -> list[tuple[Any, ...]]:
    """Everything nbgrader keeps of a grade, for all students."""
    with course.gradebook() as book:
        return sorted(
            (s.student_id, g.cell.name, g.auto_score, g.manual_score, g.needs_manual_grade, g.score, s.score)
            for s in book.assignment_submissions(LAB)
            for n in s.notebooks
            for g in n.grades
        )


def outputs(course: Course, student: str) -> list[Any]:
    """What checks said, without the student's own outputs (they hold times and ids)."""
    return [c.outputs for c in course.graded(student).cells if c.metadata.get("nbgrader", {}).get("grade")
            and c.cell_type == "code"]  # fmt: skip


def drydock(course: Course, *words: str) -> list[str]:
    return [sys.executable, "-c", "from grader.cli import main; main()", "grade", LAB, *words]


def test_killed_resumed_and_parallel_gives_the_grades_of_serial_nbgrader(course: Course) -> None:
    root = course.root
    for student, notebook in submissions(course).items():
        course.hand_in(student, notebook)
    course.autograde()
    serial, said = fields(course), {s: outputs(course, s) for s in submissions(course)}
    assert len(serial) == 5 * 4
    shutil.rmtree(root / "autograded")
    with course.gradebook() as book:
        for student in submissions(course):
            book.remove_submission(LAB, student)

    journal = root / "autograded" / f".grading-{LAB}.journal"
    first = subprocess.Popen(drydock(course, "--jobs", "1"), cwd=root, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not (journal.exists() and journal.read_text().count("\n") >= 1) and time.monotonic() < end:
        assert first.poll() is None
        time.sleep(0.02)
    first.kill()
    first.wait()
    finished = len(Journal(journal).read())
    assert 1 <= finished < 5

    command = drydock(course, "--jobs", "2", "--report", "r/all.xml", "--report", "r/all.json")
    second = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert second.returncode == 1, second.stdout + second.stderr  # eve's could not be checked
    assert f"{finished} graded already" in second.stdout
    assert "could not check: net, vol, last" in second.stdout
    assert fields(course) == serial
    assert {student: outputs(course, student) for student in said} == said
    assert not journal.exists()
    assert len(json.loads((root / "r" / "all.json").read_text())) == 5 - finished
    assert "dan" in (root / "r" / "all.xml").read_text()


def test_dan_kept_what_was_earned_around_the_kernel_that_quit(course: Course) -> None:
    assert course.grades("dan") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}


@pytest.fixture
def here(course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course.root)
    return course.root


def test_only_missing_grades_what_is_new(course: Course, here: Path) -> None:
    assert course.graded("ada")
    course.hand_in("bob", course.answered(SOLUTIONS))
    done = CliRunner().invoke(command, [LAB, "--only-missing"])
    assert "1 submission to grade, 4 graded already" in done.output
    assert "bob: 9/14" in done.output
    assert done.exit_code == 0
    assert course.grades("bob")["net"] == 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["99-none"], "no lab called 99-none"),
        ([LAB, "--student", "nobody"], "no submission of nobody"),
        ([LAB, "--report", "x.pdf"], ".xml (JUnit), .json or .csv"),
    ],
)
def test_mistakes_get_a_sentence(here: Path, words: list[str], says: str) -> None:
    done = CliRunner().invoke(command, words)
    assert says in str(done.exception)
    assert isinstance(getattr(done.exception, "remedy", None), str)
