"""Pure parts: what is taken over from a submission, how a score is written, what reports look like."""

from __future__ import annotations

import copy
import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader import utils

from grader.autograde.grading import Grading
from grader.autograde.rebuild import rebuild
from grader.autograde.records import CheckRecord, SubmissionRecord, read_checks
from grader.autograde.reports import (
    UnknownReport,
    UnwritableReport,
    as_csv,
    as_json,
    as_junit,
    write_report_file,
)
from grader.autograde.submission import Unreadable, read_notebook
from grader.autograde.verdict_cells import NOT_RUN_KEY, REPORT_TYPE, read_report, score, sentence, write_report
from grader.course.cells import Cell
from grader.course.release import Release
from grader.report.verdicts import Status, TaskReport, Verdict


def cell(name: str, **more: Any) -> Cell:
    given = {"cell_type": "code", "source": f"# {name}", "locked": True, "grade": False, "solution": False}
    return Cell(**{"grade_id": name, **given, "task": False, "points": 0.0, "checksum": "x", **more})


RELEASE = Release(
    (
        cell("connect"),
        cell("a-answer", locked=False, solution=True),
        cell("a", grade=True, points=2.0, source="with check.task('a') as t: ..."),
        cell("b-answer", locked=False, solution=True),
        cell("b", grade=True, points=3.0),
        cell("essay", cell_type="markdown", locked=False, grade=True, solution=True, points=4.0),
    ),
    {"name": "python3", "display_name": "Python 3"},
)


def named(name: str, source: str = "mine", **grading: Any) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": name, **grading}})


def names(nb: NotebookNode) -> list[str]:
    return [c.metadata.get("nbgrader", {}).get("grade_id", f"own:{c.source}") for c in nb.cells]


def test_deleted_cells_come_back_and_false_ones_lose_their_names() -> None:
    fake = named("a", "print(100)", grade=True, points=1000, locked=False)
    rebuilt = rebuild(new_notebook(cells=[fake, named("bonus", "x", grade=True, points=50), named("essay")]), RELEASE)
    assert names(rebuilt) == ["connect", "a-answer", "a", "own:x", "b-answer", "b", "essay"]
    check = rebuilt.cells[2]
    assert check.source == "with check.task('a') as t: ..."
    assert check.metadata.nbgrader.points == 2.0
    assert rebuilt.metadata.kernelspec.name == "python3"


def test_order_is_the_authors_and_own_cells_stay_beside_the_cell_they_followed() -> None:
    own = new_code_cell("helper")
    essay = named("essay", "An image.")
    nb = new_notebook(cells=[named("b"), named("b-answer", "B"), own, named("a"), named("a-answer", "A"), essay])
    assert names(rebuild(nb, RELEASE)) == [
        "connect", "a-answer", "a", "b-answer", "own:helper", "b", "essay",
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["a+1;", " \n", "я"])
def test_of_a_source_without_end_the_beginning_is_taken_and_not_run(piece: str) -> None:
    long = "%%script true\n" + piece * 300_000
    essay = new_markdown_cell(long, metadata={"nbgrader": {"grade_id": "essay"}})
    nb = new_notebook(cells=[named("a-answer", long), new_code_cell("own"), named("b-answer", "B"), essay])
    rebuilt = rebuild(nb, RELEASE)
    answer, own, other = (c for c in rebuilt.cells if c.source[:5] in ("%%scr", "own", "B"))
    assert answer.source == long[:200_000]
    assert len(rebuilt.cells[-1].source) < 201_000 and f"Of this cell's {len(long)} characters" in str(
        rebuilt.cells[-1]
    )
    assert rebuilt.metadata.drydock.notes == [
        "2 cells were cut and not run: of a cell 200000 characters are taken, of all together 1000000."
    ]
    Grading._run(cast("Any", SimpleNamespace()), answer, "a-answer", None)
    assert [output.ename for output in answer.outputs] == ["NotRun"]
    assert not own.metadata and not other.metadata.get(NOT_RUN_KEY)


def test_all_sources_together_have_a_ceiling_but_the_authors() -> None:
    authors = "# the lab's\n" + "a" * 500_000
    own = [new_code_cell(str(number) * 150_000) for number in range(9)]
    raw = new_raw_cell("r" * 150_000)
    nb = new_notebook(
        cells=[new_code_cell(authors), *own, raw, new_markdown_cell("m" * 150_000), named("b-answer", "B")]
    )
    rebuilt = rebuild(nb, RELEASE, code=[authors])
    assert rebuilt.cells[0].source == authors
    assert sum(len(c.source) for c in rebuilt.cells[1:]) < 1_005_000
    kept = [c for c in rebuilt.cells if c.source[:5] in ("00000", "55555", "66666")]
    assert [len(c.source) for c in kept] == [150_000, 150_000, 100_000]
    assert [bool(c.metadata.get(NOT_RUN_KEY)) for c in kept] == [False, False, True]
    nbformat.validate(rebuilt)


def test_of_two_cells_with_one_name_the_last_counts() -> None:
    nb = new_notebook(cells=[named("a-answer", "first"), named("a-answer", "second")])
    rebuilt = rebuild(nb, RELEASE)
    assert [c.source for c in rebuilt.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "a-answer"] == [
        "second"
    ]
    assert "own:first" in names(rebuilt)


def test_a_retyped_cell_gets_its_type_back() -> None:
    nb = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "evil"}, "drydock": {"problem": "none"}},
            "cells": [
                {
                    "cell_type": "raw",
                    "source": ["!docker ", "ps"],
                    "metadata": {"nbgrader": {"grade_id": "a-answer"}},
                },
                {"cell_type": "markdown", "source": "0/0", "metadata": {"nbgrader": {"grade_id": "a"}}},
                {"cell_type": "code", "source": "An image.", "metadata": {"nbgrader": {"grade_id": "essay"}}},
            ],
        }
    )
    rebuilt = rebuild(nb, RELEASE)
    assert [c.cell_type for c in rebuilt.cells] == ["code"] * 5 + ["markdown"]
    assert rebuilt.cells[1].source == "!docker ps"
    assert "drydock" not in rebuilt.metadata


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
grading_values = st.sampled_from(["a", "b", "a-answer", "essay", "connect", "zzz", "", 5, None, ["a"]])
cells_of_any_kind = st.lists(
    json_values
    | st.fixed_dictionaries(
        {
            "cell_type": st.sampled_from(["code", "markdown", "raw", "evil", 3]),
            "source": json_values,
            "metadata": json_values
            | st.fixed_dictionaries({"nbgrader": json_values | st.fixed_dictionaries({"grade_id": grading_values})}),
        }
    ),
    max_size=6,
)


@settings(deadline=None)
@given(cells_of_any_kind)
def test_whatever_is_handed_in_the_rebuilt_notebook_is_valid_and_has_the_releases_cells(cells: list[Any]) -> None:
    rebuilt = rebuild(nbformat.from_dict({"cells": cells}), RELEASE)
    nbformat.validate(rebuilt)
    graded = [c for c in rebuilt.cells if "nbgrader" in c.metadata]
    assert [c.metadata.nbgrader.grade_id for c in graded] == [wanted.grade_id for wanted in RELEASE.cells]
    assert all(c.source == w.source for c, w in zip(graded, RELEASE.cells, strict=True) if w.locked)
    assert [c.cell_type for c in graded] == [w.cell_type for w in RELEASE.cells]


# -- scores


def report(*statuses: Status) -> TaskReport:
    return TaskReport("a", "A", "hint", tuple(Verdict(s, "It is so", "x", "y") for s in statuses))


P, F, C, B = Status.PASSED, Status.FAILED, Status.COULD_NOT_CHECK, Status.BLOCKED


@settings(deadline=None)
@given(st.lists(st.sampled_from([P, F, B]), min_size=1, max_size=9), st.floats(0, 1e4))
def test_nbgrader_reads_the_score_we_mean(statuses: list[Status], points: float) -> None:
    check = new_code_cell("x", metadata={"nbgrader": {"grade": True, "solution": False, "points": points}})
    given_report = report(*statuses)
    write_report(check, given_report, points)
    read, most = utils.determine_grade(check)
    assert most == points
    assert 0 <= read <= points
    assert read == pytest.approx(score(given_report, points), abs=1e-9)
    assert (read == points) or F in statuses or B in statuses
    assert read_report(check) == given_report


def test_almost_all_is_never_all() -> None:
    assert score(report(*[P] * 999, F), 1) == 0.99
    assert score(report(P), 1 / 3) == 1 / 3


def test_could_not_check_has_no_score_but_a_reason() -> None:
    assert score(report(P, C), 5) is None
    assert "It is so" in sentence(report(P, C), 5)


# -- what a submission may bring


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty file"),
        (b"\xff\xfe\x00", "not a notebook"),
        (b"[]", "not a notebook"),
        (b'{"cells": 5, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": 99}', "not a notebook"),
        (b"x" * 2001, "at most"),
    ],
)
def test_what_is_no_notebook_is_told_in_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "x.ipynb"
    file.write_bytes(content)
    with pytest.raises(Unreadable, match=says):
        read_notebook(file, 2000 if says == "at most" else 1_000_000)


# -- reports


def test_a_report_in_a_students_own_output_is_none() -> None:
    """An answer in code that is graded by hand keeps its outputs, and ``display(…, raw=True)`` makes any."""
    check = new_code_cell("x", metadata={"nbgrader": {"grade_id": "a", "grade": True, "solution": False, "points": 2}})
    write_report(check, report(P), 2)
    grading = {"grade_id": "by-hand", "grade": True, "solution": True, "points": 9}
    forged = new_code_cell("x", metadata={"nbgrader": grading})
    forged.outputs = copy.deepcopy(check.outputs)
    broken = new_code_cell("x", metadata={"nbgrader": {**grading, "grade_id": "broken"}})
    broken.outputs = [new_output("display_data", {REPORT_TYPE: {"verdicts": 5}})]
    assert [found.name for found in read_checks(new_notebook(cells=[check, forged, broken]))] == ["a"]


RECORDS = [
    SubmissionRecord(
        "=cmd()",
        "07",
        2.5,
        5,
        1.0,
        (
            CheckRecord("a", 2, 2, "2 of 2 points", report(P)),
            CheckRecord("b", 3, 0.5, "0.5 of 3 points\x00", report(P, F)),
            CheckRecord("c", 3, None, "Could not", report(C)),
            CheckRecord("d", 3, 0, "0 of 3", report(B)),
        ),
        ("c",),
    ),
    SubmissionRecord("zoe", "07", error="killed"),
]


def test_reports_for_programs(tmp_path: Path) -> None:
    suites = ET.fromstring(as_junit(RECORDS))
    first = suites[0]
    assert [first.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert suites[1].get("errors") == "1"
    rows = list(csv.DictReader(io.StringIO(as_csv(RECORDS))))
    assert [row["status"] for row in rows] == ["passed", "failed", "could_not_check", "blocked", "error"]
    assert rows[0]["student"] == "'=cmd()"
    assert rows[2]["score"] == ""
    assert json.loads(as_json(RECORDS))[0]["needs_instructor"] == ["c"]
    with pytest.raises(UnknownReport, match=r"\.xml"):
        write_report_file(tmp_path / "x.pdf", RECORDS)
    write_report_file(tmp_path / "new" / "x.csv", RECORDS)
    assert (tmp_path / "new" / "x.csv").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableReport, match="can't be written"):
        write_report_file(tmp_path / "file" / "x.csv", RECORDS)
