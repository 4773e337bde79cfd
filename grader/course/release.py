"""What the release of a lab says about each of its cells: the only source of checks, points and cell types."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from grader.course.declared import has_task, prepares


@dataclass(frozen=True)
class ReleaseCell:
    """One cell nbgrader knows by name, as ``nbgrader generate_assignment`` wrote it to the gradebook."""

    name: str
    cell_type: str
    source: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float
    checksum: str | None

    @property
    def is_autograded(self) -> bool:
        """Scored by running it."""
        return self.grade and not self.solution and self.cell_type == "code"

    @property
    def by_hand(self) -> bool:
        """What a student writes here, or beside it where it is a task, is graded by a person."""
        return (self.grade and self.solution) or self.task

    @property
    def is_check(self) -> bool:
        """Has a ``check.task(…)``: runs outside the walls, by the daemon's state."""
        return self.is_autograded and has_task(self.source)

    @property
    def is_test(self) -> bool:
        """One of nbgrader's own: runs in the student's kernel, by what comes out of it."""
        return self.is_autograded and not has_task(self.source)

    @property
    def is_connect(self) -> bool:
        return self.name == "connect"

    def nbgrader_metadata(self) -> dict[str, Any]:
        """The cell's nbgrader metadata, schema version 3."""
        data: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.name,
            "cell_type": self.cell_type,
            "grade": self.grade,
            "solution": self.solution,
            "task": self.task,
            "locked": self.locked,
            "checksum": self.checksum,
        }
        if self.grade or self.task:
            data["points"] = self.points
        return data


@dataclass(frozen=True)
class Release:
    """The named cells of one notebook, in the author's order, and its kernelspec."""

    cells: tuple[ReleaseCell, ...]
    kernelspec: dict[str, Any]

    def by_name(self) -> dict[str, ReleaseCell]:
        return {cell.name: cell for cell in self.cells}

    @property
    def checks(self) -> list[str]:
        return [cell.name for cell in self.cells if cell.is_check]

    @property
    def tests(self) -> list[str]:
        return [cell.name for cell in self.cells if cell.is_test]

    @property
    def setups(self) -> frozenset[str]:
        """Cells that prepare the daemon for a check: run apart from the student's code. What is named after one of
        nbgrader's own tests is for the student's kernel, as with nbgrader."""
        if not self.checks:
            return frozenset()
        tests = self.tests
        named = (c for c in self.cells if c.locked and not c.grade and c.cell_type == "code" and "-setup" in c.name)
        return frozenset(cell.name for cell in named if not any(prepares(cell.name, test) for test in tests))


def read_release(db_url: str, notebook: str, assignment: str) -> Release:
    """Read it from the gradebook. Raises nbgrader.api.MissingEntry for an unknown notebook."""
    with Gradebook(db_url) as gradebook:
        entry = gradebook.find_notebook(notebook, assignment)
        graded = {cell.name: float(cell.max_score) for cell in entry.grade_cells}
        tasks = {cell.name: float(cell.max_score) for cell in entry.task_cells}
        solutions = {cell.name for cell in entry.solution_cells}
        cells = tuple(_cell(source, graded, tasks, solutions) for source in entry.source_cells)
        spec = json.loads(entry.kernelspec) if entry.kernelspec else {}
    return Release(cells, spec or {"name": "python3", "display_name": "Python 3", "language": "python"})


def release_in(notebook: Path) -> Release:
    """The same from a released notebook, as students have it: without hidden tests. Raises what nbformat raises."""
    content = nbformat.read(notebook, as_version=4)
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in content.cells]
    cells = tuple(
        ReleaseCell(
            name=str(mark["grade_id"]),
            cell_type=str(cell.cell_type),
            source=str(cell.source),
            locked=bool(mark.get("locked")),
            grade=bool(mark.get("grade")),
            solution=bool(mark.get("solution")),
            task=bool(mark.get("task")),
            points=float(mark.get("points") or 0),
            checksum=mark.get("checksum"),
        )
        for cell, mark in marks
        if mark.get("grade_id")
    )
    return Release(cells, dict(content.metadata.get("kernelspec", {})))


def released_files(folder: Path) -> list[Path]:
    """The files beside a released notebook, relative to its folder: grading lays them over what was handed in."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".ipynb")
    return [path.relative_to(folder) for path in files if ".ipynb_checkpoints" not in path.parts]


def released_folders(coursedir: CourseDirectory, assignment: str) -> tuple[Path, Path]:
    """Where a lab's files may lie as the author wrote them: what students are given, and what it is made from."""
    steps = (coursedir.release_directory, coursedir.source_directory)
    release, source = (Path(coursedir.format_path(step, ".", assignment)) for step in steps)
    return release, source


def released_sources(
    coursedir: CourseDirectory, notebook: str, assignment: str, kinds: Collection[str]
) -> frozenset[str]:
    """The cells of a lab, of these types, as the author wrote them; none when neither release nor source is at hand."""
    for folder in released_folders(coursedir, assignment):
        try:
            cells = nbformat.read(folder / f"{notebook}.ipynb", as_version=4).cells
        except Exception:  # missing, or no notebook: nbformat raises whatever the first wrong field leads to
            continue
        return frozenset(str(cell.source) for cell in cells if cell.cell_type in kinds)
    return frozenset()


def _cell(source: Any, graded: dict[str, float], tasks: dict[str, float], solutions: Iterable[str]) -> ReleaseCell:
    name = str(source.name)
    return ReleaseCell(
        name=name,
        cell_type=str(source.cell_type),
        source=str(source.source or ""),
        locked=bool(source.locked),
        grade=name in graded,
        solution=name in solutions,
        task=name in tasks,
        points=graded.get(name, tasks.get(name, 0.0)),
        checksum=source.checksum,
    )
