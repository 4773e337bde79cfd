"""Which cells are nbgrader's own tests, and what score their outputs give: no daemon."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import nbformat
import pytest
from grading_course import CONNECT, grading_marks, locked_cell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.config import configure
from grader.autograde.ordinary import NbgraderTests, foreign_language
from grader.course.cells import Cell
from grader.course.declared import has_task
from grader.course.release import Release
from grader.report.verdicts import Status
from grader.sandbox import CellOutcome, CellStatus, OutputLimits
from grader.sandbox.outputs import OutputCollector

LOG = logging.getLogger("test")
TASK = 'with check.task("web", hint="Look.") as t:\n    t.container("web").is_running()'


@pytest.mark.parametrize(
    ("source", "ours"),
    [
        (TASK, True),
        ("with check.task('web') as t:\n    t.container(", True),  # an author's slip is no test of another kind
        ("t = check.task('web')", True),
        ("assert f(2) == 4", False),
        ("# with check.task\nassert f(2) == 4", False),
        ("assert scheduler.task('web').check", False),
        ("print('check.task(1)')", False),
        ("%%bash\ntest -f x", False),
        ("", False),
    ],
)
def test_a_check_is_what_has_a_task(source: str, ours: bool) -> None:
    assert has_task(source) is ours


def cell(name: str, source: str = "1", *, grade: bool = False, points: float = 2) -> Cell:
    return Cell("code", source, name, grade, locked=True, points=points if grade else 0.0)


def release(*cells: Cell, **spec: str) -> Release:
    return Release(cells, spec or {"name": "python3", "language": "python"})


def test_setup_cells_are_for_checks_only() -> None:
    check, test = cell("web", TASK, grade=True), cell("plot", "assert x", grade=True)
    setups = cell("web-setup"), cell("plot-setup"), cell("all-setup")
    assert release(*setups, check, test).setups == {"web-setup", "all-setup"}
    assert release(*setups, test).setups == frozenset()


@pytest.mark.parametrize(
    ("spec", "language"),
    [
        ({"name": "python3"}, ""),
        ({"name": "conda-env-x-py", "language": "python"}, ""),
        ({"name": "ir", "language": "R"}, "R"),
        ({"name": "bash"}, "bash"),
    ],
)
def test_a_notebook_of_another_language_is_known(spec: dict[str, str], language: str) -> None:
    assert foreign_language(release(cell("x"), **spec)) == language


def result(text: str) -> NotebookNode:
    return new_output("execute_result", {"text/plain": text})


def stderr(text: str) -> NotebookNode:
    return new_output("stream", name="stderr", text=text)


ERROR = new_output("error", ename="AssertionError", evalue="no")


@pytest.mark.parametrize(
    ("deciding", "status", "score", "found"),
    [
        ([], CellStatus.OK, 2.0, ""),
        ([result("0.5")], CellStatus.OK, 0.5, "0.5"),
        ([result("0.5"), ERROR], CellStatus.ERROR, 0.5, "0.5"),
        ([result("nan")], CellStatus.OK, 2.0, ""),
        ([ERROR], CellStatus.ERROR, 0.0, "AssertionError: no"),
        ([], CellStatus.ERROR, 0.0, ""),  # what a student's hook did not show
        ([stderr("one\ntwo\n")], CellStatus.OK, 0.0, "it wrote to stderr: two"),
        ([stderr("ignore me")], CellStatus.OK, 2.0, ""),
        ([stderr("ignore me"), result("1")], CellStatus.OK, 1.0, "1"),
        ([], CellStatus.DEAD, 0.0, "gone"),
    ],
)
def test_the_score_is_nbgraders(deciding: list[NotebookNode], status: CellStatus, score: float, found: str) -> None:
    outcome = CellOutcome([], status, 1.0, "gone" if status is CellStatus.DEAD else "", deciding)
    graded = NbgraderTests(LOG, "ignore").graded(cell("x", grade=True), outcome)
    assert graded.score == score
    (verdict,) = graded.report.verdicts
    assert verdict.found == found
    assert (verdict.status is Status.PASSED) is (score == 2.0)


def test_an_error_in_a_test_for_no_points_is_no_success() -> None:
    graded = NbgraderTests(LOG).graded(
        cell("x", grade=True, points=0), CellOutcome([], CellStatus.ERROR, 1, "", [ERROR])
    )
    assert graded.score == 0.0 and graded.report.status is Status.FAILED


@pytest.mark.parametrize("output", [result("7"), result("inf"), new_output("execute_result", {})])
def test_what_stock_nbgrader_stumbles_over_waits_for_the_instructor(output: NotebookNode) -> None:
    graded = NbgraderTests(LOG).graded(cell("x", grade=True), CellOutcome([], CellStatus.OK, 1, "", [output]))
    assert graded.score is None and graded.report.status is Status.COULD_NOT_CHECK


def say(collector: OutputCollector, kind: str, **content: Any) -> None:
    collector.add({"msg_type": kind, "content": content})


def test_what_decides_is_kept_beyond_the_ceilings_and_in_order() -> None:
    collector = OutputCollector(OutputLimits(cell=10), 10)
    say(collector, "stream", name="stdout", text="x" * 50)
    say(collector, "stream", name="stderr", text="one ")
    say(collector, "stream", name="stderr", text="word")
    say(collector, "stream", name="stdout", text="x")
    say(collector, "stream", name="stderr", text="more")
    say(collector, "execute_result", data={"text/plain": "0.5", "text/html": "<b>"}, metadata={}, execution_count=1)
    say(collector, "execute_result", data="nothing")
    say(collector, "error", ename="ValueError", evalue="v" * 100_000, traceback=["t"])
    kinds = [(output.output_type, output.get("text")) for output in collector.deciding]
    expected = [("stream", "one word"), ("stream", "more"), ("execute_result", None), ("execute_result", None)]
    assert kinds == [*expected, ("error", None)]
    assert collector.deciding[2].data == {"text/plain": "0.5"}
    assert len(collector.deciding[-1].evalue) < 30_000
    say(collector, "clear_output", wait=True)
    assert collector.deciding
    say(collector, "stream", name="stdout", text="x")
    assert collector.deciding == []


def source(*tests: str, connect: bool = False) -> NotebookNode:
    answer = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    cells = [locked_cell("connect", CONNECT)] if connect else []
    cells.append(new_code_cell(answer, metadata=grading_marks("f", "code", solution=True)))
    for number, test in enumerate(tests):
        marks = grading_marks(f"test-{number}", "code", locked=True, grade=True, points=1)
        cells.append(new_code_cell(test, metadata=marks))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def generate(root: Path, notebooks: dict[str, NotebookNode], config: Config) -> dict[str, str]:
    """notebook → the released source of the answer cell."""
    folder = root / "solutions" / "a"
    folder.mkdir(parents=True)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    config.CourseDirectory.assignment_id = "a"
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
    found = {}
    for name in notebooks:
        cells = nbformat.read(root / "labs" / "a" / f"{name}.ipynb", as_version=4).cells
        found[name] = next(c.source for c in cells if c.metadata.nbgrader.grade_id == "f")
    return found


def test_an_ordinary_notebook_is_released_as_by_stock_nbgrader(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = Config()
    configure(config)
    caplog.set_level(logging.INFO)
    released = generate(
        tmp_path,
        {"docker": source(TASK), "mixed": source(TASK, "assert f(2)"), "ordinary": source("assert f(2)", "f(2) / 2")},
        config,
    )
    docker = "def f(x):\n    # Type your commands here: Python, or a shell's with ! in front"
    assert released["docker"] == released["mixed"] == docker
    assert released["ordinary"] == "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    said = [record.getMessage() for record in caplog.records if "No check.task in" in record.getMessage()]
    assert [words.partition(":")[0] for words in said] == ["No check.task in test-1", "No check.task in test-0, test-1"]


def test_a_stub_of_the_instructors_own_wins(tmp_path: Path) -> None:
    config = Config()
    configure(config)
    config.ClearSolutions.code_stub = {"python": "..."}
    assert generate(tmp_path, {"docker": source(TASK)}, config) == {"docker": "def f(x):\n    ..."}


@pytest.mark.parametrize(("kind", "field"), [("stream", "text"), ("error", "evalue")])
def test_half_a_character_in_an_output_is_none(kind: str, field: str) -> None:
    """A student's cell can send one, and no notebook with it could be written."""
    content = {"name": "stderr", "ename": "E", "evalue": "", "traceback": [], field: "half \ud83d and whole \U0001f600"}
    collector = OutputCollector(OutputLimits(), 10_000)
    collector.add({"msg_type": kind, "content": content})
    for output in (*collector.outputs, *collector.deciding):
        assert output[field] == "half \ufffd and whole \U0001f600"
