"""Answers that a person grades: whatever became of their cell, they wait for the instructor and can be found."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from grading_course import ESSAY, LAB, Course
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grader.autograde.config import configure
from grader.autograde.rebuild import rebuild
from grader.course.cells import Cell
from grader.course.release import Release

TEXT = "An image is a stack of layers, zymurgy."
#: Of the release.
BLANK = "*Write your answer here.*"


def place(nb: NotebookNode, name: str = ESSAY) -> int:
    (index,) = [i for i, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    return index


def stripped(nb: NotebookNode) -> None:
    """As Colab, old editors and converters save it: no metadata of anybody's."""
    for cell in nb.cells:
        cell.metadata = {}
        del cell["id"]
    nb.nbformat_minor = 4


def renamed_by_an_editor(nb: NotebookNode) -> None:
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            del cell.metadata.nbgrader["grade_id"]


def deleted(nb: NotebookNode) -> None:
    del nb.cells[place(nb)]


def deleted_and_written_elsewhere(nb: NotebookNode) -> None:
    nb.cells[place(nb)] = new_markdown_cell(TEXT)


def retyped(nb: NotebookNode) -> None:
    nb.cells[place(nb)] = new_code_cell(TEXT, metadata=nb.cells[place(nb)].metadata)


def retyped_and_stripped(nb: NotebookNode) -> None:
    nb.cells[place(nb)] = new_code_cell(TEXT)


def duplicated_and_the_last_left_blank(nb: NotebookNode) -> None:
    blank = copy.deepcopy(nb.cells[place(nb)])
    blank.source, blank.id = BLANK, "twin"
    nb.cells.append(blank)


def duplicated_and_both_written(nb: NotebookNode) -> None:
    twin = copy.deepcopy(nb.cells[place(nb)])
    twin.source, twin.id = "Something else.", "twin"
    nb.cells.append(twin)


def moved(nb: NotebookNode) -> None:
    nb.cells.insert(0, nb.cells.pop(place(nb)))


def written_below(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = BLANK
    nb.cells.append(new_markdown_cell(TEXT))


def written_above(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = BLANK
    nb.cells.insert(0, new_markdown_cell(TEXT))


def written_into_a_code_cell_below(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = BLANK
    nb.cells.append(new_code_cell(TEXT))


def written_into_the_title(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = BLANK
    nb.cells[0].source += f"\n{TEXT}"


def emptied(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = ""


def unreadable(nb: NotebookNode) -> None:
    nb.cells = "none"


def untouched(nb: NotebookNode) -> None:
    nb.cells[place(nb)].source = BLANK


def untouched_beside_scratch_cells(nb: NotebookNode) -> None:
    untouched(nb)
    nb.cells.insert(2, new_code_cell("!docker ps"))
    nb.cells.insert(0, new_markdown_cell("  \n"))


CHANGES: list[Callable[[NotebookNode], None]] = [
    stripped, renamed_by_an_editor, deleted, deleted_and_written_elsewhere, retyped, retyped_and_stripped,
    duplicated_and_the_last_left_blank, duplicated_and_both_written, moved, written_below, written_above,
    written_into_a_code_cell_below, written_into_the_title, emptied, unreadable,
]  # fmt: skip
NO_ANSWER = [untouched, untouched_beside_scratch_cells]
#: Changes after which the answer is nowhere.
LOST = {deleted, emptied, unreadable}
#: Changes after which it stands in its cell.
IN_PLACE = {retyped, duplicated_and_the_last_left_blank, duplicated_and_both_written, moved, emptied}


def name(change: Callable[[NotebookNode], None]) -> str:
    return change.__name__.replace("_", "-")


def rows(course: Course) -> dict[str, tuple[Any, ...]]:
    """Student → everything nbgrader keeps of the essay."""
    with course.gradebook() as book:
        found = {}
        for submission in book.assignment_submissions(LAB):
            grade = book.find_grade(ESSAY, LAB, LAB, submission.student_id)
            comment = book.find_comment(ESSAY, LAB, LAB, submission.student_id)
            found[submission.student_id] = (
                grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade, grade.score,
                comment.auto_comment, comment.manual_comment, submission.needs_manual_grade,
            )  # fmt: skip
        return found


WAITS = (None, None, None, True, 0, None, None, True)
ZERO = (0, None, None, False, 0, "No response.", None, False)


def run(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=course.root, capture_output=True, text=True, check=False)


def drydock_grade(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    return run(course, "-c", "from grader.cli import main; main()", "grade", LAB, *words)


@pytest.fixture(scope="module")
def handed_in(course: Course) -> Course:
    for change in [*CHANGES, *NO_ANSWER]:
        nb = course.answered({}, TEXT)
        change(nb)
        course.hand_in(name(change), nb)
    return course


@pytest.fixture(scope="module")
def graded(handed_in: Course) -> Course:
    done = drydock_grade(handed_in, "--jobs", "2")
    assert "graded in" in done.stdout, done.stdout + done.stderr
    handed_in.feedback()
    (handed_in.root / "said.txt").write_text(done.stdout)
    return handed_in


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_no_answer_becomes_a_silent_zero_with_drydock_grade_nor_with_nbgrader(graded: Course) -> None:
    expected = {name(change): WAITS for change in CHANGES} | {name(change): ZERO for change in NO_ANSWER}
    assert {s: r for s, r in rows(graded).items() if r != expected[s]} == {}
    again = {student: row for student, row in expected.items() if student.endswith(("d", "w"))}
    assert len(again) > 6
    with graded.gradebook() as book:
        for student in again:
            book.remove_submission(LAB, student)
    done = run(graded, "-m", "nbgrader", "autograde", LAB, "--force", "--student", "*[dw]")
    assert rows(graded) == expected, done.stderr


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_the_text_is_there_and_pointed_to_wherever_somebody_looks(graded: Course) -> None:
    for change in CHANGES:
        nb = graded.graded(name(change))
        nbformat.validate(nb)
        text = (graded.root / "feedback" / name(change) / LAB / f"{LAB}.html").read_text()
        for page in (BeautifulSoup(text, "html.parser"), formgrader(nb)):
            shown = page.get_text(" ")
            assert ("zymurgy" in shown) == (change not in LOST), change
            links = [str(a["href"])[1:] for a in page.select("a[href^='#drydock-own']")]
            assert bool(links) == (change not in LOST | IN_PLACE), change
            if links:
                behind = [page.select(f"[id='{link}']") for link in links]
                assert all(len(found) == 1 for found in behind), change
                assert "zymurgy" in " ".join(el.get_text(" ") for el in behind[0][0].find_all_next()), change
    said = " ".join((graded.root / "said.txt").read_text().split())
    assert f"{ESSAY}: no answer in its cell" in said
    assert f"waits for you: {ESSAY}" in said


def formgrader(nb: NotebookNode) -> BeautifulSoup:
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {"base_url": "", "submission_id": "s", "notebook_id": "n", "assignment_id": "a", "index": 0, "total": 1}
    return BeautifulSoup(HTMLExporter(config=config).from_notebook_node(nb, resources=resources)[0], "html.parser")


@pytest.mark.daemon
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_a_mark_given_by_hand_stays_when_the_answer_was_handed_in_anew_without_its_cell(graded: Course) -> None:
    with graded.gradebook() as book:
        grade = book.find_grade(ESSAY, LAB, LAB, "moved")
        grade.manual_score, grade.needs_manual_grade = 4.5, False
        book.db.commit()
    nb = graded.answered({}, TEXT)
    stripped(nb)
    graded.hand_in("moved", nb)
    done = drydock_grade(graded, "--student", "moved")
    assert rows(graded)["moved"] == (None, 4.5, None, True, 4.5, None, None, True), done.stdout


@pytest.mark.daemon
@pytest.mark.deep
def test_where_nbgrader_itself_waits_for_the_instructor_we_do(handed_in: Course) -> None:
    """Its own preprocessors, but for the one that executes."""
    import nbgrader.converters
    from nbgrader.coursedir import CourseDirectory

    config = handed_in.config()
    del config.Autograde, config.CourseDirectory.assignment_id
    config.CourseDirectory.assignment_id = LAB
    config.CourseDirectory.autograded_directory = "stock"
    config.Autograde.autograde_preprocessors = [
        f"nbgrader.preprocessors.{one}" for one in ("SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")
    ]
    for change in {*CHANGES, *NO_ANSWER} - {unreadable}:
        config.CourseDirectory.student_id = name(change)
        with handed_in.gradebook() as book:
            if name(change) in rows(handed_in):
                book.remove_submission(LAB, name(change))
        with suppress(NbGraderException):  # two cells of one name are too much for it
            nbgrader.converters.Autograde(coursedir=CourseDirectory(config=config), config=config).start()
    stock = rows(handed_in)
    assert len(stock) == len(CHANGES) + len(NO_ANSWER)
    # Where stock gives a zero of its own, the answer is in another cell: this is what differs.
    assert {s for s, row in stock.items() if not row[3]} - {name(c) for c in NO_ANSWER} == {
        name(change)
        for change in (
            written_below, written_above, written_into_a_code_cell_below,
            written_into_the_title,
        )
    }  # fmt: skip
    for change in NO_ANSWER:
        assert stock[name(change)] == ZERO
    with handed_in.gradebook() as book:
        for student in stock:
            book.remove_submission(LAB, student)


# -- other kinds of cells that a person grades


def cell(name: str, kind: str, source: str, **more: Any) -> Cell:
    given = {"locked": False, "grade": False, "solution": False, "task": False, "points": 0.0, "checksum": "x"}
    return Cell(**{"grade_id": name, "cell_type": kind, "source": source, **given, **more})


RELEASE = Release(
    (
        cell("asked", "markdown", "Read this.", locked=True),
        cell("script", "code", "# your code", grade=True, solution=True, points=2.0),
        cell("task", "markdown", "Do something.", locked=True, task=True, points=3.0),
    ),
    {"name": "python3", "display_name": "Python 3"},
)


def named(name: str, source: str) -> NotebookNode:
    made = new_code_cell if name == "script" else new_markdown_cell
    return made(source, metadata={"nbgrader": {"grade_id": name}})


def rebuilt(*cells: NotebookNode) -> NotebookNode:
    made = rebuild(json_copy(new_notebook(cells=list(cells))), RELEASE, ["# Title"], ["print('hello')"])
    nbformat.validate(made)
    return made


def json_copy(nb: NotebookNode) -> NotebookNode:
    return nbformat.from_dict(json.loads(json.dumps(nb)))


def waits(nb: NotebookNode, task: str) -> bool:
    (found,) = (c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == task)
    grading = found.metadata.nbgrader
    blank = copy.deepcopy(found)
    blank.source = RELEASE.by_name()[task].source
    grading["checksum"] = utils.compute_checksum(blank)
    score: float | None = utils.determine_grade(found)[0]
    return score is None


def marked(nb: NotebookNode) -> list[str]:
    """The cells behind a mark."""
    pairs = zip(nb.cells, nb.cells[1:], strict=False)
    return [after.source for before, after in pairs if before.source.startswith('<a id="drydock-own-')]


def test_an_answer_in_code_that_is_missing_has_a_note_that_runs_as_a_comment() -> None:
    nb = rebuilt(named("asked", "Read this."), named("task", "Do something."), new_code_cell("x = 1"))
    assert waits(nb, "script")
    (script,) = (c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "script")
    compile(script.source, "script", "exec")
    assert script.source.startswith("# ")
    assert script.source.endswith("\n# your code")
    assert marked(nb) == ["x = 1"]
    assert nb.metadata.drydock.misplaced == ["script"]


def test_a_missing_task_says_where_its_answer_may_be() -> None:
    nb = rebuilt(named("asked", "Read this."), named("script", "y = 2"), new_code_cell("print('hello')"),
                 new_markdown_cell("# Title"), new_markdown_cell("My answer"))  # fmt: skip
    assert marked(nb) == ["My answer"]
    assert nb.metadata.drydock.misplaced == ["task"]
    assert "Do something." in nb.cells[-1].source or any("Do something." in c.source for c in nb.cells)


def test_what_was_written_into_the_authors_text_stays_behind_it() -> None:
    nb = rebuilt(named("asked", "Read this. I did."), named("script", "# your code"), named("task", "Do. Done: 42."))
    assert [c.source for c in nb.cells if "<a id" not in c.source] == [
        "Read this.", "Read this. I did.",
        next(c.source for c in nb.cells if c.source.endswith("# your code")), "Do something.", "Do. Done: 42.",
    ]  # fmt: skip
    assert waits(nb, "script")


def test_an_answered_submission_is_as_it_was() -> None:
    cells = [named("asked", "Read this."), named("script", "y = 2"), new_code_cell("z"), named("task", "Do something."),
             new_markdown_cell("Done")]  # fmt: skip
    nb = rebuilt(*cells)
    assert [c.source for c in nb.cells] == [c.source for c in cells]
    assert "drydock" not in nb.metadata
    assert not marked(nb)


def test_nobody_has_to_look_where_nothing_was_written() -> None:
    nb = rebuilt(named("asked", "Read this."), new_code_cell("print('hello')"), new_code_cell("z = 5"),
                 named("script", "# your code"), named("task", "Do something."))  # fmt: skip
    assert not waits(nb, "script")
    assert [c.source for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "script"] == ["# your code"]
