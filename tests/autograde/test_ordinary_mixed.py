"""A notebook with our checks and nbgrader's own tests: each kind is scored in its own way."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from grading_course import LAB, Course, grading_marks
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grader.autograde.records import GradedSubmissions
from grader.autograde.verdict_cells import read_graded
from grader.report.verdicts import Status

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(600)]

SECRET = "secret-of-the-test"
TEST = f"assert count == 1, 'count it'\n### BEGIN HIDDEN TESTS\nassert real == 1, '{SECRET}'\n### END HIDDEN TESTS"
#: A student who looks for the hidden test in whatever their code can read, and says how often it was there.
LOOK = """
import gc, os
def seen():
    word = "secret-of" + "-the-test"
    found = [cell for cell in In if word in cell]
    for folder in (".", "/tmp", "/proc/self"):
        for parent, _folders, names in os.walk(folder) if folder != "/proc/self" else [(folder, [], ["environ"])]:
            for name in names:
                path = os.path.join(parent, name)
                if os.path.isfile(path):
                    found += [path] if word.encode() in open(path, "rb").read() else []
    found += [text for text in gc.get_objects() if type(text) is str and word in text]
    return len(found)
print("seen before:", seen())
count = real = 1
"""
FORGED = """
import IPython.core.interactiveshell as shell
async def run_code(self, *args, **kwargs):
    return False
shell.InteractiveShell.run_code = run_code
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("mixed"), {"cell_seconds": 20.0, "kernels": 2})
    path = made.root / "solutions" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answer = new_code_cell(
        "count = 1", id="count-answer", metadata=grading_marks("count-answer", "code", solution=True)
    )
    marks = grading_marks("count", "code", locked=True, grade=True, points=6)
    after = new_code_cell("", id="after-answer", metadata=grading_marks("after-answer", "code", solution=True))
    notebook.cells[2:2] = [answer, new_code_cell(TEST, id="count", metadata=marks), after]
    nbformat.write(notebook, path)
    made.release()
    for student, source in {
        "right": LOOK,
        "hidden": "count, real = 1, 2",
        "blank": "# Type your commands here",
        "forger": FORGED,
        "killer": "import os\nos._exit(0)",
    }.items():
        net = "!docker network create --subnet 10.77.0.0/24 front"
        handed_in = made.answered({"count": source, "net": "" if student == "forger" else net})
        if student == "right":
            for cell in handed_in.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") == "after-answer":
                    cell.source = "print('seen after:', seen())"
        if student == "killer":
            # One kernel is left, and ends as well before the test.
            handed_in.cells.insert(3, new_code_cell(source))
        made.hand_in(student, handed_in)
    made.autograde()
    return made


def cell(course: Course, student: str, name: str) -> NotebookNode:
    return next(c for c in course.graded(student).cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.mark.parametrize(
    ("student", "count", "net"),
    [("right", 6, 4), ("hidden", 0, 4), ("blank", 0, 4), ("forger", 6, 0), ("killer", 0, None)],
)
def test_each_kind_is_scored_in_its_own_way(course: Course, student: str, count: float, net: float | None) -> None:
    grades = course.grades(student)
    assert grades["count"] == count
    if net is not None:
        assert grades["net"] == net
    assert "count" not in course.flagged(student)


def test_who_ended_their_kernels_reads_it_and_it_is_no_fault_of_ours(course: Course) -> None:
    graded = read_graded(cell(course, "killer", "count"))
    assert graded is not None and graded.report.status is Status.FAILED
    assert graded.report.verdicts[0].found == "There is no kernel any more."


def test_a_hidden_test_is_seen_by_the_students_code_only_once_it_ran(course: Course) -> None:
    texts = [str(c.outputs) for c in course.graded("right").cells if c.cell_type == "code"]
    before, after = (next(t for t in texts if word in t) for word in ("seen before: ", "seen after: "))
    assert "seen before: 0" in before
    assert "seen after: 0" not in after  # documented: docs/security.md


def test_the_feedback_of_a_hidden_test_has_the_reason_and_not_the_source(course: Course) -> None:
    course.feedback()
    page = (course.root / "feedback" / "hidden" / LAB / f"{LAB}.html").read_text()
    assert f"AssertionError: {SECRET}" in page
    assert "assert real" not in page and "real == 1" not in page
    assert "by a test in the student's own kernel: its result can be forged" in page.replace("&#39;", "'").replace(
        "&#x27;", "'"
    )


def test_records_and_reports_have_both_kinds(course: Course) -> None:
    submissions = GradedSubmissions(course.db_url, course.root / ".drydock" / "secret", LAB)
    record = submissions.record("hidden", course.root / "autograded" / "hidden" / LAB)
    (count,) = (check for check in record.checks if check.name == "count")
    assert (count.points, count.score, count.status) == (6, 0, Status.FAILED)
    assert count.sentence.startswith("0 of 6 points, by a test in the student's own kernel")
    assert {"net", "vol", "last"} <= {check.name for check in record.checks}


def test_the_blank_release_has_no_hidden_test(course: Course) -> None:
    text = Path(course.root / "labs" / LAB / f"{LAB}.ipynb").read_text()
    assert SECRET not in text and "count it" in text
