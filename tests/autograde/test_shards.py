"""Parts of a class: who is in which, what a folder of results holds, and what a merge makes of it, without a daemon."""

from __future__ import annotations

import json
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from grading_course import HALF, LAB, SOLUTIONS, Course
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde import backends
from grader.autograde.backends import processes
from grader.autograde.coordinator import InFlight
from grader.autograde.executors import ExecutorFactory
from grader.autograde.graders import Collector
from grader.autograde.packing import scratch_config
from grader.autograde.parcel import GradedParcel, Parcel
from grader.autograde.records import GradedSubmissions, SubmissionRecord
from grader.autograde.retrying import Lost, RetryingPool
from grader.autograde.shards import BadShards, Results, Shard, ShardCoordinator
from grader.autograde.verdict_cells import write_report
from grader.autograde.worker import Job, Worker
from grader.autograde.worker_proof import Proof, Terms
from grader.cli.grade import command as grade
from grader.report.verdicts import Status, TaskReport, Verdict

PROOF = Proof("0.1.0", "native", "26.1.5", ())
STUDENTS = ("ada", "bob", "cyd")


@pytest.mark.parametrize("of", [1, 3, 8])
def test_each_student_is_in_one_part_and_parts_are_even(of: int) -> None:
    students = [f"s{number}" for number in range(30)]
    parts = [Shard(number, of).mine(students) for number in range(1, of + 1)]
    assert Counter(student for part in parts for student in part) == Counter(students)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert Shard(1, of).mine(reversed(students)) == parts[0]


@pytest.mark.parametrize("text", ["0/8", "9/8", "3", "3/", "a/b", "-1/8", "1/99999", "1/0"])
def test_what_is_no_part_gets_a_sentence(text: str) -> None:
    with pytest.raises(BadShards, match="is no part of a class"):
        Shard.parse(text)
    assert str(Shard.parse(" 3/8")) == "3/8"


#: Course folder → the configuration with which its submissions are packed.
_SCRATCH: dict[Path, Config] = {}


@pytest.fixture(scope="module", autouse=True)
def scratch(course: Course) -> Iterator[None]:
    with scratch_config(course.config()) as made:
        assert str(course.root) not in str(CourseDirectory(config=made).autograded_directory)
        _SCRATCH[course.root] = made
        yield


def parcel_of(course: Course, student: str) -> Parcel:
    """As a part packs it."""
    collector = Collector("native")
    record = Worker(_SCRATCH[course.root], collector).pack(Job(student, LAB, more=False))
    assert record.error == ""
    (parcel,) = collector.parcels
    return parcel


def graded(parcel: Parcel, status: Status = Status.PASSED) -> GradedParcel:
    """A result that no daemon was needed for: its reports say what this test wants."""
    result = GradedParcel(parcel.digest, parcel.notebook, engine="native", machine="elsewhere:1")
    notebook = result.as_notebook()
    for cell in notebook.cells:
        if parcel.release.by_name().get(cell.metadata.get("nbgrader", {}).get("grade_id", "")) in (
            cell for cell in parcel.release.cells if cell.asks_daemon
        ):
            name = cell.metadata.nbgrader.grade_id
            report = TaskReport(name, name, "", (Verdict(status, "It is there."),))
            write_report(cell, report, parcel.release.by_name()[name].points)
    return replace(result, notebook=json.dumps(notebook))


@pytest.fixture
def class_of_three(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(course.root)
    shutil.rmtree(course.root / "shards", ignore_errors=True)
    for student, answers in zip(STUDENTS, (SOLUTIONS, HALF, {}), strict=True):
        course.hand_in(student, course.answered(answers))
    return course


def part(course: Course, number: int, *students: str, of: int = 2, proof: Proof = PROOF) -> Path:
    results = Results(course.root / "shards" / f"{number}-of-{of}")
    results.begin(LAB, Shard(number, of), proof)
    for student in students:
        results.write(student, [graded(parcel_of(course, student))])
    return results.folder


def merged(*words: str | Path) -> Result:
    return CliRunner().invoke(grade, ["merge", *map(str, words)])


def whole_gradebook(course: Course) -> dict[str, list[Any]]:
    from sqlalchemy import text

    with course.gradebook() as book:
        return {
            table: [tuple(row) for row in book.db.execute(text(f"select * from {table}"))]
            for table in ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
        }


def test_a_parcel_has_no_solution_no_secret_and_no_gradebook(class_of_three: Course) -> None:
    (class_of_three.root / "solutions" / LAB / "up.sh").write_text("echo the author's own\n")
    secret = "ab" * 32
    (class_of_three.root / "values.secret").write_text(secret)
    (class_of_three.root / "values.secret").chmod(0o600)
    before = whole_gradebook(class_of_three)
    data = parcel_of(class_of_three, "cyd").to_bytes()
    (class_of_three.root / "values.secret").unlink()
    (class_of_three.root / "solutions" / LAB / "up.sh").unlink()
    for lost in (SOLUTIONS["net"], "BEGIN SOLUTION", secret, "gradebook.db", "wrong-subnet"):
        assert lost.encode() not in data, lost
    assert b"<h1>hello</h1>" in data
    assert whole_gradebook(class_of_three) == before, "packing writes to no gradebook"
    assert not (class_of_three.root / "autograded").exists()


def test_merging_twice_enters_everything_once(class_of_three: Course) -> None:
    course = class_of_three
    first, second = part(course, 1, "ada", "cyd"), part(course, 2, "bob")
    # The same student in two folders, as after a job that was started again.
    shutil.copy(next(path for path in second.glob("*.json") if path.name != "shard.json"), first)
    done = merged(first.parent)
    assert "3 graded" in done.output, done.output + str(done.exception)
    assert [course.grades(student)["net"] for student in STUDENTS] == [4, 4, 4]
    with course.gradebook() as book:
        book.find_grade("net", LAB, LAB, "ada").manual_score = 1
        book.find_grade("net", LAB, LAB, "ada").needs_manual_grade = False
        book.db.commit()
    before = whole_gradebook(course)
    times = {path: path.stat().st_mtime_ns for path in (course.root / "autograded").rglob("*.ipynb")}
    again = merged(first, second)
    assert "ada" in again.output
    assert whole_gradebook(course) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    known = GradedSubmissions(course.db_url, course.root / "values.secret", LAB)
    assert known.record("ada", course.root / "autograded" / "ada" / LAB).score == 6


def test_what_is_missing_is_named_with_the_next_command(class_of_three: Course) -> None:
    course = class_of_three
    before = whole_gradebook(course)
    one = part(course, 1, "ada")
    done = merged(one)
    words = str(done.exception)
    assert "2 submissions have no result yet (bob, cyd); missing or unfinished parts: 1/2, 2/2." in words
    assert done.exception.remedy == f"drydock grade {LAB} --shard 1/2"  # type: ignore[union-attr]
    assert whole_gradebook(course) == before
    broken = next(path for path in one.glob("*.json") if path.name != "shard.json")
    broken.write_text(broken.read_text()[:-20])
    assert "3 submissions have no result" in str(merged(one).exception)


def test_a_part_and_the_merge_name_each_other_with_the_same_gradebook(
    class_of_three: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = ["--db", class_of_three.db_url, "--accept-names"]
    done = SimpleNamespace(work=lambda lab, students: (SubmissionRecord(student, lab) for student in students))
    monkeypatch.setattr(backends, "shard_backend", lambda *_arguments, **_more: done)
    said = CliRunner().invoke(grade, [LAB, "--shard", "1/2", *more])
    assert shlex.join(["drydock", "grade", "merge", f"shards/{LAB}", *more]) in said.output, said.exception
    remedy = merged(part(class_of_three, 1, "ada"), *more).exception.remedy  # type: ignore[union-attr]
    assert remedy == shlex.join(["drydock", "grade", LAB, "--shard", "1/2", *more])


def test_what_does_not_belong_together_is_refused(class_of_three: Course) -> None:
    course = class_of_three
    one = part(course, 1, "ada")
    other = part(course, 2, "bob", "cyd", proof=replace(PROOF, docker="28.5.2"))
    assert "it has Docker 28.5.2, and the others have 26.1.5" in str(merged(one, other).exception)
    assert "is part 1/2" in str(merged(one, part(course, 1, of=3)).exception)
    assert "has no results" in str(merged(course.root / "labs").exception)
    with pytest.raises(BadShards, match="can't stand beside"):
        Results(one).begin("08-another", Shard(1, 2), PROOF)


def test_who_has_handed_in_something_else_since_then_has_no_grade(class_of_three: Course) -> None:
    course = class_of_three
    both = part(course, 1, "ada", "cyd").parent
    part(course, 2, "bob")
    course.hand_in("bob", course.answered(SOLUTIONS))
    done = merged(both)
    words = " ".join(done.output.split())
    assert "bob: not graded" in words
    assert "have changed since it was graded" in words
    assert "No grade for: bob" in words
    assert done.exit_code == 1


def test_a_machines_language_is_no_change(class_of_three: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set on a desktop, and not in a pod; courses need not say one."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("LANGUAGE", "en_US:en:C")
        both = part(class_of_three, 1, "ada", "cyd").parent
        part(class_of_three, 2, "bob")
    done = merged(both)
    assert "3 graded" in done.output, done.output + str(done.exception)


def lost(parcel: Parcel) -> GradedParcel:
    return GradedParcel.lost(parcel, "The process that graded this submission was killed 3 times.", "native")


def test_a_whole_result_counts_before_one_that_was_lost(class_of_three: Course) -> None:
    course = class_of_three
    good = part(course, 1, *STUDENTS, of=1)
    bad = Results(course.root / "shards" / "again")
    bad.begin(LAB, Shard(1, 1), PROOF)
    for student in STUDENTS:
        bad.write(student, [lost(parcel_of(course, student))])
    assert merged(bad.folder).exit_code == 1
    assert [course.grades(student)["net"] for student in STUDENTS] == [None] * 3
    assert merged(good, bad.folder).exit_code == 0
    assert [course.grades(student)["net"] for student in STUDENTS] == [4] * 3
    before = whole_gradebook(course)
    merged(bad.folder, good)
    assert whole_gradebook(course) == before


def grading_into(course: Course, results: Results) -> ShardCoordinator:
    return ShardCoordinator(
        course.config(), ExecutorFactory(processes(1)), Terms(), results=results, shard=results.about().shard
    )


def test_a_part_tries_again_what_was_lost(class_of_three: Course) -> None:
    parcel = parcel_of(class_of_three, "ada")
    results = Results(part(class_of_three, 1))
    grading = grading_into(class_of_three, results)
    out = InFlight(Job("ada", LAB, more=False), SubmissionRecord("ada", LAB), {parcel.digest: parcel.to_bytes()})
    results.write("ada", [lost(parcel)])
    assert grading._known(out) == {}
    results.write("ada", [graded(parcel)])
    assert grading._known(out) == {parcel.digest: graded(parcel).to_bytes()}


def test_a_submission_that_could_not_be_packed_keeps_nobody_waiting(class_of_three: Course) -> None:
    course = class_of_three
    both = part(course, 1, "ada", "cyd").parent
    Results(part(course, 2)).write("bob", (), "The folder can't be read.")
    done = merged(both)
    assert "bob: not graded: The folder can't be read." in " ".join(done.output.split())
    assert "No grade for: bob" in done.output


def test_nor_does_one_that_killed_who_packed_it(class_of_three: Course) -> None:
    course = class_of_three
    both = part(course, 1, "ada", "cyd").parent
    results = Results(part(course, 2))
    nobody = RetryingPool(processes(1), lambda: 1)

    def packing_is_lost(student: str) -> str:
        job = Job(student, LAB, more=False)
        (record,) = grading_into(course, results)._packed(job, Lost(3), nobody, nobody)
        return record.error

    assert "killed 3 times" in packing_is_lost("bob")
    done = merged(both)
    assert "bob: not graded" in " ".join(done.output.split()), done.exception
    assert "2 graded" in done.output
    # What was graded before is not lost by it.
    results.write("bob", [graded(parcel_of(course, "bob"))])
    packing_is_lost("bob")
    assert "3 graded" in merged(both).output


def test_a_part_with_nobody_in_it_names_no_folder(class_of_three: Course) -> None:
    done = CliRunner().invoke(grade, [LAB, "--shard", "4/4"])
    assert done.exit_code == 0, done.output + str(done.exception)
    assert "0 submissions to grade" in done.output
    assert "The results are in" not in done.output
    assert not (class_of_three.root / "shards").exists()
