"""``drydock grade``: killed and started again, in parallel, and still the grades of serial nbgrader autograde."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from nbformat import NotebookNode
from rich.console import Console
from traitlets.config import Config

from grader.autograde.batch import Batch, BatchError
from grader.autograde.graders import LocalGrader
from grader.autograde.records import SubmissionRecord
from grader.autograde.settings import Drydock
from grader.autograde.submissions import Journal
from grader.autograde.worker import Job, Worker
from grader.autograde.worker_pool import WorkerPool
from grader.cli import graded_lines
from grader.cli.grade import command
from grader.cli.stats import command as stats

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


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
    # Those who were graded before the kill are in the reports, too, and with all they have.
    reported = {record["student"]: record for record in json.loads((root / "r" / "all.json").read_text())}
    assert list(reported) == sorted(said)
    assert [check["score"] for check in reported["ada"]["checks"]] == [4, 3, 2]
    assert reported["ada"]["needs_instructor"] == [ESSAY]
    assert "dan" in (root / "r" / "all.xml").read_text()


def test_dan_kept_what_was_earned_around_the_kernel_that_quit(course: Course) -> None:
    assert course.grades("dan") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}


@pytest.fixture
def here(course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course.root)
    return course.root


def test_stats_says_of_each_task_what_the_class_was_given(course: Course, here: Path) -> None:
    told = json.loads(CliRunner().invoke(stats, [LAB[:2], "--json"]).output)
    assert (told["lab"], told["students"]) == (LAB, 5)
    net = {task["name"]: task for task in told["tasks"]}["net"]
    assert (net["passed"], net["failed"], net["unchecked"]) == (2, 2, 1)
    assert (net["points"], net["median"], net["difficulty"]) == (4, 3, 0.625)
    assert net["discrimination"] is None, "four students say nothing"
    assert "2 × " in CliRunner().invoke(stats, [LAB]).output
    nothing = CliRunner().invoke(stats, ["99-nothing"])
    assert isinstance(nothing.exception, BatchError)


def test_only_missing_grades_what_is_new(course: Course, here: Path) -> None:
    assert course.graded("ada")
    course.hand_in("bob", course.answered(SOLUTIONS))
    done = CliRunner().invoke(command, [LAB, "--only-missing"])
    assert "1 submission to grade, 4 graded already" in done.output
    assert "bob: 3.5 → 9/14" in done.output
    assert course.grades("bob")["net"] == 4
    # Nobody has graded what could not be checked in an earlier run: it is not forgotten because others come.
    assert "could not be checked for: eve." in done.output
    assert done.exit_code == 1
    with course.gradebook() as book:
        for notebook in book.find_submission(LAB, "eve").notebooks:
            for grade in notebook.grades:
                grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()
    done = CliRunner().invoke(command, [LAB, "--only-missing"])
    assert "5 graded already" in done.output
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", [f"{LAB}.ipynb", "notes.txt"])
def test_only_missing_sees_a_hand_in_that_is_older_than_the_last_grading(course: Course, here: Path, name: str) -> None:
    """As collected, unpacked or brought by rsync, which keep the time of the last change; or by a clock ahead."""
    file = here / "submitted" / "bob" / LAB / name
    for year in (2020, 2100):
        file.write_text(f"{file.read_text() if file.exists() else ''} ")
        os.utime(file, (datetime(year, 1, 1).timestamp(),) * 2)
        with Batch(course.config(), LAB, only_missing=True) as batch:
            assert batch.plan.todo == ("bob",)
        said_by([LAB, "--student", "bob"])
        with Batch(course.config(), LAB, only_missing=True) as batch:
            assert batch.plan.todo == ()


def test_who_handed_in_something_else_is_named(course: Course, here: Path) -> None:
    """As a browser names a second download; and a folder with nothing in it. A lab's number is enough."""
    (course.root / "submitted" / "gil" / LAB).mkdir(parents=True)
    nbformat.write(course.blank(), course.hand_in("fay", course.blank()) / f"{LAB} (1).ipynb")
    (course.root / "submitted" / "fay" / LAB / f"{LAB}.ipynb").unlink()
    done = CliRunner().invoke(command, [LAB[:2], "--only-missing"])
    words = " ".join(done.output.split())
    assert f"fay: not graded: there is no {LAB}.ipynb in submitted/fay/{LAB}, only {LAB} (1).ipynb" in words
    assert "No grade for: fay" in words
    assert "No notebook in the folder of: gil." in words
    assert done.exit_code == 1
    for student in ("fay", "gil"):
        shutil.rmtree(course.root / "submitted" / student)


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


# -- runs that were stopped: what they leave is a journal, made here as `Batch.run` makes it


def unfinished(course: Course, *done: str) -> Path:
    """As if a run for everybody had been killed after these students."""
    with Batch(course.config(), LAB) as batch:
        for student in done:
            batch._journal.add(student, batch._fingerprint(student))
        path: Path = batch._journal._path
        return path


def said_by(words: list[str]) -> str:
    done = CliRunner().invoke(command, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.output


def test_a_check_that_was_mended_meanwhile_counts_for_everybody(course: Course, here: Path) -> None:
    journal = unfinished(course, "ada", "bob", "cyd", "dan", "eve")
    with Batch(course.config(), LAB) as batch:
        assert batch.plan.todo == ()
    with course.gradebook() as book:
        book.find_notebook(LAB, LAB).source_cells[2].source += "\n# mended"
        book.db.commit()
    with Batch(course.config(), LAB) as batch:
        assert batch.plan.skipped == ()
    journal.unlink()


class MendingPool:
    """Grades nothing; meanwhile somebody mends a check."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def work(self, lab: str, students: Sequence[str]) -> Iterator[SubmissionRecord]:
        for student in students:
            with self._course.gradebook() as book:
                book.find_notebook(LAB, LAB).source_cells[2].source += "\n# mended"
                book.db.commit()
            yield SubmissionRecord(student, lab)


def test_a_check_that_was_mended_during_the_run_leaves_it_unfinished(
    course: Course, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who was graded before it and who was after it had two different ones."""
    if not (here / "submitted").exists():
        course.hand_in("ada", course.blank())
    with Batch(course.config(), LAB) as batch:
        assert graded_lines.run(batch, Console(), [], None, MendingPool(course)) == 1
        journal = batch._journal._path
    assert f"released anew meanwhile: some were graded with other checks than others. Next: drydock grade {LAB}" in (
        " ".join(capsys.readouterr().out.split())
    )
    assert journal.exists()
    with Batch(course.config(), LAB) as batch:
        assert batch.plan.skipped == ()
        assert batch.finish()
    assert not journal.exists()


def test_a_named_student_is_graded_anew_and_the_classs_run_goes_on_afterwards(course: Course, here: Path) -> None:
    journal = unfinished(course, "ada", "bob", "cyd")
    before = journal.read_text()
    assert "1 submission to grade\n" in said_by([LAB, "--student", "ada"])
    assert journal.read_text() == before
    with Batch(course.config(), LAB) as batch:
        assert batch.plan.skipped == ("ada", "bob", "cyd")
    # Killed while it graded ada anew: her folder is gone, so she is not "done".
    shutil.move(course.root / "autograded" / "ada", course.root / "ada")
    with Batch(course.config(), LAB) as batch:
        assert batch.plan.skipped == ("bob", "cyd")
    shutil.move(course.root / "ada", course.root / "autograded" / "ada")
    journal.unlink()


def test_two_runs_of_one_lab_do_not_meet(course: Course, here: Path) -> None:
    with Batch(course.config(), LAB), pytest.raises(BatchError, match="another `drydock grade`"):
        Batch(course.config(), LAB)
    with pytest.raises(BatchError, match="no submission of nobody"):
        Batch(course.config(), LAB, students=["nobody"])
    with Batch(course.config(), LAB):
        pass


def test_a_report_that_cannot_be_written_is_written_by_the_same_command_later(course: Course, here: Path) -> None:
    journal = unfinished(course, "ada", "bob", "cyd", "dan", "eve")
    (here / "full").write_text("no folder")
    words = [LAB, "--report", "full/all.csv"]
    failed = CliRunner().invoke(command, words)
    assert "can't be written" in str(failed.exception)
    assert journal.exists()
    (here / "full").unlink()
    assert "0 submissions to grade, 5 graded already" in said_by(words)
    lines = list(csv.DictReader((here / "full" / "all.csv").open()))
    assert {line["student"] for line in lines} == {"ada", "bob", "cyd", "dan", "eve"}
    assert not journal.exists()


def test_one_submissions_trouble_is_its_own(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a locked gradebook: the record says so, and the worker goes on."""
    worker = Worker.with_sandboxes(course.config(), Drydock(config=course.config()).engine_kind())
    with monkeypatch.context() as trouble:
        trouble.setattr("grader.autograde.records.read_record", _no_space)
        record = worker.grade(Job("cyd", LAB, more=True))
    assert "No space left" in record.error
    assert record.seconds > 0
    assert "Traceback" in "\n".join(record.log)
    assert worker.grade(Job("cyd", LAB, more=False)).error == ""
    assert isinstance(worker._grader, LocalGrader)
    worker._grader.supply.close()


def _no_space(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_second_notebook_nobody_asked_for_does_not_make_a_submission_new_for_ever(course: Course, here: Path) -> None:
    nbformat.write(course.blank(), course.root / "submitted" / "cyd" / LAB / "scratch.ipynb")
    assert "1 submission to grade" in said_by([LAB, "--student", "cyd"])
    with Batch(course.config(), LAB, only_missing=True) as batch:
        assert "cyd" in batch.plan.skipped


class BreakingPool:
    """A process pool that is found broken by whoever submits, as one is whose idle worker was just killed."""

    made = 0

    def __init__(self, *_arguments: object, **_more: object) -> None:
        type(self).made += 1
        self._submitted = 0

    def __enter__(self) -> BreakingPool:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def submit(self, _task: object, job: Job) -> Future[SubmissionRecord]:
        self._submitted += 1
        if self._submitted == 2 and self.made == 1:
            raise BrokenProcessPool
        future: Future[SubmissionRecord] = Future()
        future.set_result(SubmissionRecord(job.student, job.lab))
        return future


def test_a_pool_that_breaks_while_work_is_handed_out_costs_nobody_a_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.autograde.worker_pool.Processes", BreakingPool)
    records = list(WorkerPool(Config(), "native", 2).work(LAB, ["ada", "bob", "cyd"]))
    assert sorted(record.student for record in records) == ["ada", "bob", "cyd"]
    assert [record.error for record in records] == ["", "", ""]
    assert BreakingPool.made == 2
