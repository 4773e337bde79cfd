"""Late work, regrades and notebooks by other names: what is printed, reported and exported is the same, and exact."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import nbformat
import pytest
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from rich.console import Console

from grader.autograde.batch import Batch
from grader.autograde.records import SubmissionRecord
from grader.autograde.reports import as_csv, as_json, as_junit, in_order
from grader.autograde.submissions import Misnamed, by_lab_name, shell_word
from grader.cli.graded_lines import _line, sum_up

DAY = 24 * 3600.0


def run(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=course.root, capture_output=True, text=True, check=False)


def drydock_grade(course: Course, *words: str) -> str:
    done = run(course, "-c", "from grader.cli import main; main()", "grade", LAB, *words)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def exported(course: Course, kind: str, student: str, column: str) -> str:
    done = run(course, "-m", "nbgrader", "export", f"--exporter=grader.autograde.lms.{kind}", "--to", "out.csv")
    assert done.returncode == 0, done.stderr
    (line,) = (row for row in csv.DictReader((course.root / "out.csv").open()) if student in row.values())
    return line[column]


@pytest.fixture
def late(course: Course) -> Course:
    """A course whose late work counts for nothing; ada was two days late, bob in time."""
    config = course.root / "nbgrader_config.py"
    if "penalty_method" not in config.read_text():
        config.write_text(config.read_text() + 'c.LateSubmissionPlugin.penalty_method = "zero"\n')
    with course.gradebook() as book:
        book.update_or_create_assignment(LAB, duedate="2027-03-01 12:00:00")
    for student, day in (("ada", 3), ("bob", 1)):
        if not (course.root / "submitted" / student).exists():
            folder = course.hand_in(student, course.answered(SOLUTIONS))
            (folder / "timestamp.txt").write_text(f"2027-03-0{day} 12:00:00 UTC")
    return course


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_line_reports_and_exports_have_one_final_score(late: Course) -> None:
    said = drydock_grade(late, "--report", "r/all.json", "--report", "r/all.csv", "--report", "r/all.xml")
    assert "ada: 0/14, late by 2 d: 9 − 9" in said
    assert "bob: 9/14  (" in said
    records = {record["student"]: record for record in json.loads((late.root / "r" / "all.json").read_text())}
    of_all = ("score", "late_seconds", "penalty", "final_score", "score_before")
    assert [records["ada"][name] for name in of_all] == [9, 2 * DAY, 9, 0, None]
    assert [records["bob"][name] for name in of_all] == [9, 0, 0, 9, None]
    rows = list(csv.DictReader((late.root / "r" / "all.csv").open()))
    assert {(row["student"], row["late_seconds"], row["penalty"], row["final_score"]) for row in rows} == {
        ("ada", "172800", "9", "0"), ("bob", "0", "0", "9"),
    }  # fmt: skip
    # In the order of the lab, not of the alphabet.
    assert [row["check"] for row in rows if row["student"] == "ada"] == ["net", "vol", "last"]
    suites = {suite.get("name"): suite for suite in ET.parse(late.root / "r" / "all.xml").getroot()}
    properties = {one.get("name"): one.get("value") for one in suites[f"{LAB}/ada"].iter("property")}
    assert (properties["late_seconds"], properties["penalty"], properties["final_score"]) == ("172800", "9", "0")
    for kind, column in (("CanvasExport", LAB), ("MoodleExport", LAB)):
        assert [exported(late, kind, student, column) for student in ("ada", "bob")] == ["0", "9"]
    late.hand_in("bob", late.answered(HALF))
    (late.root / "submitted" / "bob" / LAB / "timestamp.txt").write_text("2027-03-01 11:00:00 UTC")
    again = drydock_grade(late, "--student", "bob", "--report", "r/bob.json")
    assert "bob: 9 → 3.5/14  (" in again
    assert json.loads((late.root / "r" / "bob.json").read_text())[0]["score_before"] == 9


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_a_renamed_notebook_leaves_no_row_and_is_graded_with_the_mv_or_as_it_is(course: Course) -> None:
    """As a browser names a second download."""
    for student in ("gil", "hal"):
        folder = course.hand_in(student, course.answered(SOLUTIONS, "An image."))
        (folder / f"{LAB}.ipynb").rename(folder / f"{LAB} (1).ipynb")
    done = run(course, "-m", "nbgrader", "autograde", LAB, "--student", "gil")
    assert done.returncode != 0
    assert f"mv 'submitted/gil/{LAB}/{LAB} (1).ipynb' submitted/gil/{LAB}/{LAB}.ipynb" in done.stderr
    assert students(course) == set()

    said = drydock_grade(course, "--student", "gil", "--student", "hal")
    assert "Nothing was graded." in said
    assert "a minute" not in said
    assert students(course) == set()
    commands = [line.strip() for line in said.splitlines() if line.strip().startswith("mv ")]
    assert len(commands) == 2
    subprocess.run(["bash", "-c", next(line for line in commands if "/hal/" in line)], cwd=course.root, check=True)
    before = listing(course.root / "submitted")

    said = drydock_grade(course, "--student", "gil", "--student", "hal", "--accept-names")
    assert "gil: 9/14" in said
    assert "hal: 9/14" in said
    assert course.grades("gil") == course.grades("hal") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}
    assert course.flagged("gil") == course.flagged("hal") == {ESSAY}
    assert listing(course.root / "submitted") == before
    assert nbformat.read(course.root / "autograded" / "gil" / LAB / f"{LAB}.ipynb", as_version=4)
    with Batch(course.config(), LAB, students=["gil"], only_missing=True) as batch:
        assert batch.plan.skipped == ("gil",)

    with course.gradebook() as book:
        book.remove_submission(LAB, "gil")
    done = run(course, "-m", "nbgrader", "autograde", LAB, "--student", "gil", "--force", "--Drydock.accept_names=True")
    assert done.returncode == 0, done.stderr
    assert course.grades("gil") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}
    for student in ("gil", "hal"):
        shutil.rmtree(course.root / "submitted" / student)


def students(course: Course) -> set[str]:
    with course.gradebook() as book:
        return {s.student_id for s in book.assignment_submissions(LAB)} & {"gil", "hal"}


def listing(folder: Path) -> list[tuple[str, int, int]]:
    stats = [(path, path.lstat()) for path in sorted(folder.rglob("*"))]
    return [(str(path), status.st_size, status.st_mtime_ns) for path, status in stats]


# -- without a daemon


def paths(*names: str) -> list[Path]:
    return [Path("submitted", "ada", "l", f"{name}.ipynb") for name in names]


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (["l"], ["l"], {"l": "l"}),
        (["l", "l (1)", "scratch"], ["l"], {"l": "l"}),
        (["a", "scratch"], ["a", "b"], {"a": "a"}),
        (["l (1)"], ["l"], {"l": "l (1)"}),
        (["a", "b-Copy1"], ["a", "b"], {"a": "a", "b": "b-Copy1"}),
    ],
)
def test_the_only_notebook_stands_for_the_only_one_missing(
    there: list[str], wanted: list[str], found: dict[str, str]
) -> None:
    named = by_lab_name(paths(*there), wanted, accept=True)
    assert {name: path.stem for name, path in named.items()} == found


@pytest.mark.parametrize(
    ("there", "wanted"), [(["x", "y"], ["l"]), (["x", "y"], ["a", "b"]), (["a", "b1", "b2"], ["a", "b"])]
)
def test_nobody_guesses_among_several(there: list[str], wanted: list[str]) -> None:
    with pytest.raises(Misnamed) as trouble:
        by_lab_name(paths(*there), wanted, accept=True)
    assert trouble.value.remedy == ""


@pytest.mark.parametrize(
    "name", ["l (1)", "it's", "-rf", "a;touch pwned", "$(touch pwned)", "new\nline", "tab\t`x`", "\udcff\udc80", "l\\x"]
)
def test_the_command_that_is_offered_does_what_it_says(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{name}.ipynb").write_text("mine")
    with pytest.raises(Misnamed) as trouble:
        by_lab_name([Path(f"{name}.ipynb")], ["l"], accept=False)
    assert trouble.value.remedy.isprintable()
    subprocess.run(["bash", "-c", trouble.value.remedy], check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["l.ipynb"]
    assert shell_word(Path("a b")) == "'a b'"


RECORDS = [
    SubmissionRecord("ada", "07", 9, 14, late=90, penalty=2.5, before=4),
    SubmissionRecord("bob", "07", 9, 14, late=3 * DAY + 7200),
    SubmissionRecord("cyd", "07", 3, 14, late=60, penalty=5),
    SubmissionRecord("dan", "07", error="none", remedy="mv a b"),
]


def test_what_late_work_costs_is_said() -> None:
    lines = [_line(record) for record in RECORDS]
    assert "ada: 4 → 6.5/14, late by 2 min: 9 − 2.5" in lines[0]
    assert "bob: 9/14, late by 3 d 2 h  (" in lines[1]
    assert "cyd: 0/14" in lines[2]
    assert [row["final_score"] for row in json.loads(as_json(RECORDS))] == [6.5, 9, 0, 0]
    assert json.loads(as_json(RECORDS))[3]["remedy"] == "mv a b"
    assert "late_seconds" in as_csv(RECORDS)
    assert len(ET.fromstring(as_junit(RECORDS)).findall("testsuite/properties")) == 3


@pytest.mark.parametrize(("records", "says"), [(RECORDS[:3], "3 graded in 1 s (180 a minute)."), (RECORDS[3:], "Noth")])
def test_a_rate_is_of_what_was_graded(records: list[SubmissionRecord], says: str) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        sum_up(console, records, 1.0)
    assert says in captured.get()
    with console.capture() as captured:
        sum_up(console, [], 0.0)
    assert captured.get() == ""


def test_lab_two_stands_before_lab_ten() -> None:
    assert sorted(["10-x", "2-y", "b", "2-a", "a10", "a9"], key=in_order) == ["2-a", "2-y", "10-x", "a9", "a10", "b"]
