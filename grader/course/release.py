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

from grader.course.cells import Cell, cells_of
from grader.course.declared import images_of, prepares


@dataclass(frozen=True)
class Release:
    """The named cells of one notebook, in the author's order, and its kernelspec."""

    cells: tuple[Cell, ...]
    kernelspec: dict[str, Any]

    def by_name(self) -> dict[str, Cell]:
        return {cell.grade_id: cell for cell in self.cells}

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the images that the lab declares beside the course's own."""
        return next((images_of(cell.source) for cell in self.cells if cell.is_connect), ())

    @property
    def checks(self) -> list[str]:
        return [cell.grade_id for cell in self.cells if cell.asks_daemon]

    @property
    def tests(self) -> list[str]:
        return [cell.grade_id for cell in self.cells if cell.is_test]

    @property
    def setups(self) -> frozenset[str]:
        """Cells that prepare the daemon for a check: run apart from the student's code. What is named after one of
        nbgrader's own tests is for the student's kernel, as with nbgrader."""
        if not self.checks:
            return frozenset()
        tests = self.tests
        named = (cell for cell in self.cells if cell.is_setup)
        return frozenset(cell.grade_id for cell in named if not any(prepares(cell.grade_id, test) for test in tests))


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
    cells = tuple(cell for cell in cells_of(content) if cell.grade_id)
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


def _cell(source: Any, graded: dict[str, float], tasks: dict[str, float], solutions: Iterable[str]) -> Cell:
    name = str(source.name)
    return Cell(
        grade_id=name,
        cell_type=str(source.cell_type),
        source=str(source.source or ""),
        locked=bool(source.locked),
        grade=name in graded,
        solution=name in solutions,
        task=name in tasks,
        points=graded.get(name, tasks.get(name, 0.0)),
        checksum=source.checksum,
    )
