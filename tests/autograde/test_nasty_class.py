"""One real run over a class in which many hand in something nasty: all have a record, and the honest their marks."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from grading_course import ESSAY, LAB, SOLUTIONS, Course
from nbformat.v4 import new_code_cell

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(900)]

FORGED = "\r\n\x1b[2K✓ mallory: 100 of 100"
NO_UTF8 = os.fsdecode(b"\xcf\xe8\xf0")
SETTINGS = {"most_cells": 100, "most_files": 200, "all_files_bytes": 20_000_000, "largest_file": 5_000_000}
#: As no honest kernel sends it.
HALF_PRINTED = """import json
get_ipython().kernel.session.pack = lambda content: json.dumps(content, default=str).encode()
print("half \\ud83d printed")"""
FULL = {"net": 4, "vol": 3, "last": 2}


def files(*names: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for name in names:
            (folder / name).write_text("x")

    return make


def _file_in_a_folders_place(folder: Path) -> None:
    (folder / "site" / "index.html").unlink()
    (folder / "site").rmdir()
    (folder / "site").write_text("x")


def _folder_in_a_files_place(folder: Path) -> None:
    (folder / "site" / "index.html").unlink()
    (folder / "site" / "index.html").mkdir()
    (folder / "site" / "index.html" / "x").write_text("x")


def _sparse(folder: Path) -> None:
    for number in range(28):
        with (folder / f"{number}.bin").open("wb") as file:
            file.truncate(SETTINGS["largest_file"])


def _deep(folder: Path) -> None:
    """Deeper than any path may be long."""
    here = os.open(folder, os.O_RDONLY)
    for _level in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)


def _links(folder: Path) -> None:
    for number in range(1500):
        (folder / f"link{number}").symlink_to("/dev/zero")


#: What is beside a notebook that is all right.
BESIDE: dict[str, Callable[[Path], None]] = {
    "a-file-names": files("*", "[1].txt", "-rf", "a\nb", FORGED, "x" * 255, f"{NO_UTF8}.txt", "=1+1"),
    "a-notebook-names": files(f"{NO_UTF8}.ipynb", "*.ipynb", "[1].ipynb", f"{FORGED}.ipynb", "-.ipynb"),
    "a-file-for-a-folder": _file_in_a_folders_place,
    "a-folder-for-a-file": _folder_in_a_files_place,
    "a-sparse": _sparse,
    "a-many-files": files(*map(str, range(5000))),
    "a-many-links": _links,
    "a-deep": _deep,
}
#: Folders of students that have such names; all that is in them is honest.
FOLDERS = ["*", "[ab]*", "-x", "=1+1", "a b"]
#: Who can't be graded, and why.
REFUSED: dict[str, str] = {
    f"eve{FORGED}": "Rename it",
    f"{NO_UTF8}": "Rename it",
    "b-no-time": "has no time in it",
    "b-misnamed": "only ",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), SETTINGS)
    made.release()
    honest = made.answered(SOLUTIONS, "An image.")
    for student in ("ada", "zoe", *FOLDERS, *BESIDE, *REFUSED):
        folder = made.hand_in(student, honest)
        BESIDE.get(student, lambda _folder: None)(folder)
    submitted = made.root / "submitted"
    (submitted / "b-no-time" / LAB / "timestamp.txt").write_text("yesterday")
    notebook = submitted / "b-misnamed" / LAB / f"{LAB}.ipynb"
    notebook.rename(notebook.with_name(f"{LAB}{FORGED}{NO_UTF8}.ipynb"))
    crowd = made.answered(SOLUTIONS, "An image.")
    crowd.cells[:0] = [new_code_cell("") for _number in range(20_000)]
    made.hand_in("a-many-cells", crowd)
    half = made.answered({**SOLUTIONS, "net": f"{SOLUTIONS['net']}\n{HALF_PRINTED}"}, "An image. \ud800")
    half.cells.insert(0, new_code_cell("# \udc00"))
    made.hand_in("a-half-an-emoji", half)
    made.hand_in("c-nested", "[" * 100_000)
    (made.hand_in("c-folder", honest) / f"{LAB}.ipynb").unlink()
    (submitted / "c-folder" / LAB / f"{LAB}.ipynb").mkdir()
    (submitted / "c-folder" / LAB / f"{LAB}.ipynb" / "x").write_text("x")
    return made


@pytest.fixture(scope="module")
def run(course: Course) -> subprocess.CompletedProcess[str]:
    code = "from grader.cli import main; main()"
    reports = [word for ending in ("json", "csv", "xml") for word in ("--report", f"all.{ending}")]
    return subprocess.run(
        [sys.executable, "-c", code, "grade", LAB, "--jobs", "2", *reports],
        cwd=course.root,
        env={**os.environ, "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def records(course: Course, run: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert "graded in" in run.stdout, run.stdout + run.stderr
    return {record["student"]: record for record in json.loads((course.root / "all.json").read_text())}


@pytest.mark.parametrize("student", ["ada", "zoe", *FOLDERS, *BESIDE, "a-many-cells", "a-half-an-emoji"])
def test_who_did_the_work_has_the_marks(course: Course, records: dict[str, dict[str, Any]], student: str) -> None:
    assert records[student]["error"] == ""
    assert records[student]["score"] == 9
    grades = course.grades(student)
    grades.pop(ESSAY)
    assert grades == FULL


def test_everybody_has_one_record(course: Course, records: dict[str, dict[str, Any]]) -> None:
    assert set(records) == {folder.name for folder in (course.root / "submitted").iterdir()}


@pytest.mark.parametrize("student", REFUSED)
def test_who_can_not_be_graded_is_told_why(records: dict[str, dict[str, Any]], student: str) -> None:
    assert REFUSED[student] in records[student]["error"]


@pytest.mark.parametrize("student", ["c-nested", "c-folder"])
def test_what_is_no_notebook_waits_for_the_instructor(records: dict[str, dict[str, Any]], student: str) -> None:
    assert [check["score"] for check in records[student]["checks"]] == [None, None, None]


def test_half_a_character_is_shown_as_one_that_is_unknown(course: Course, records: dict[str, dict[str, Any]]) -> None:
    """In a source, a text and an output: no UTF-8 can be made of it, so no graded notebook could be written."""
    graded = course.graded("a-half-an-emoji")
    assert "half \ufffd printed" in str(graded.cells)
    assert {"# \ufffd", "An image. \ufffd"} <= {cell.source for cell in graded.cells}


def test_what_was_left_out_is_said(course: Course, records: dict[str, dict[str, Any]]) -> None:
    for student in ("a-sparse", "a-many-files", "a-many-links", "a-deep", "a-file-for-a-folder", "a-folder-for-a-file"):
        assert "Some of the files" in str(records[student]["remarks"]), student
    assert "cells have been left out: at most 100" in str(records["a-many-cells"]["remarks"])
    for student in ("ada", "a-file-names"):
        assert records[student]["remarks"] == []
    for student in ("a-sparse", "a-many-files"):
        taken = [path for path in (course.root / "autograded" / student).rglob("*") if path.is_file()]
        assert len(taken) <= SETTINGS["most_files"] + 2
        assert sum(path.stat().st_size for path in taken) < SETTINGS["all_files_bytes"] + 1_000_000


def test_no_line_is_forged_and_every_report_can_be_read(
    course: Course, run: subprocess.CompletedProcess[str], records: dict[str, dict[str, Any]]
) -> None:
    assert not [line for line in run.stdout.splitlines() if line.startswith("✓ mallory")]
    assert "\x1b" not in run.stdout
    assert len(ET.parse(course.root / "all.xml").getroot()) == len(records)
    with (course.root / "all.csv").open(newline="") as file:
        assert {row["student"] for row in csv.DictReader(file)} >= {"ada", "'-x", "'=1+1"}


def test_feedback_and_a_second_run_hold_for_all_of_them(course: Course, records: dict[str, dict[str, Any]]) -> None:
    code = "from grader.cli import main; main()"
    again = subprocess.run(
        [sys.executable, "-c", code, "grade", LAB, "--only-missing"],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(REFUSED)} submissions to grade, {len(records) - len(REFUSED)} graded already" in again.stdout
