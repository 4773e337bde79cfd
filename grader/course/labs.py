"""The course as its authors wrote it: which labs there are, and what each notebook's cells are for.

Reading is forgiving on purpose: a cell that breaks a rule is kept and left to ``grader.author.rules`` to
name, so that one run of ``drydock author check`` can tell an author everything at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.cells import Cell, cells_of
from grader.course.declared import declared, images_of, prepares
from grader.errors import ExpectedError
from grader.i18n import _

SOURCE = "solutions"
RELEASE = "labs"
#: Where students' own copies lie.
WORKSPACE = "workspace"
#: An environment variable that names the course's folder, for those who work elsewhere.
COURSE_VARIABLE = "DRYDOCK_COURSE"


class CourseError(ExpectedError):
    """The course or one of its notebooks can't be used. ``str()`` is a sentence, ``remedy`` the next command."""


@dataclass(frozen=True)
class Task:
    """One graded task: its check, its answer cell and the cells that prepare the daemon for it."""

    check: Cell
    answer: Cell | None
    setups: tuple[Cell, ...]
    declared_id: str
    hint: str
    #: All tasks that it builds on; the failure of those in ``after`` doesn't block it.
    needs: tuple[str, ...]
    after: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.check.grade_id

    @property
    def points(self) -> float:
        return self.check.points


@dataclass(frozen=True)
class Lab:
    """A lab's notebook, taken apart."""

    name: str
    notebook: Path
    cells: tuple[Cell, ...]
    tasks: tuple[Task, ...]

    @property
    def folder(self) -> Path:
        return self.notebook.parent

    @property
    def connect(self) -> Cell | None:
        return next((cell for cell in self.cells if cell.is_connect), None)

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the images that it declares beside the course's own."""
        return images_of(self.connect.source) if self.connect else ()

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def needed_by(self, task: Task) -> list[Task]:
        """All tasks that ``task`` builds on, transitively, in the notebook's order."""
        wanted: set[str] = set()
        queue = list(task.needs)
        while queue:
            name = queue.pop()
            needed = self.task(name)
            if name not in wanted and needed is not None:
                wanted.add(name)
                queue.extend(needed.needs)
        return [other for other in self.tasks if other.id in wanted]


@dataclass(frozen=True)
class Course:
    """The folder that holds ``solutions/`` (authors) and ``labs/`` (students)."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / SOURCE

    @property
    def release(self) -> Path:
        return self.root / RELEASE

    @property
    def workspace(self) -> Path:
        return self.root / WORKSPACE

    def names(self, part: str = SOURCE) -> list[str]:
        """The names of all labs in ``solutions`` or ``labs``, in the order they are taught."""
        notebooks = sorted((self.root / part).glob("*/*.ipynb"))
        return [path.stem for path in notebooks if path.stem == path.parent.name]

    def pick(self, wanted: str, part: str = SOURCE) -> str:
        """The lab that ``wanted`` means: its name, its number, or a part of the name that fits only one.

        Raises CourseError for a name that fits none or several.
        """
        names = self.names(part)
        tidy = wanted.strip("/").removeprefix(f"{part}/")
        if tidy in names:
            return tidy
        fits = [name for name in names if tidy and name.split("-")[0] == tidy.zfill(2)] or [
            name for name in names if tidy and tidy in name
        ]
        if len(fits) == 1:
            return fits[0]
        if not names:
            raise CourseError(
                _("There are no labs in {folder}.").format(folder=self.root / part), "drydock author release"
            )
        offer = fits or names
        raise CourseError(
            _("“{name}” names several labs.").format(name=wanted)
            if fits
            else _("There is no lab “{name}”.").format(name=wanted),
            _("Name one of: {labs}").format(labs=", ".join(offer)),
        )

    def lab(self, name: str, part: str = SOURCE) -> Lab:
        """Read a lab's notebook. Raises CourseError when it isn't a notebook."""
        return read_lab(self.root / part / name / f"{name}.ipynb")


def own_copy(lab: str) -> str:
    """Where a student's own copy of a lab lies, below the course's folder."""
    return f"{WORKSPACE}/{RELEASE}/{lab}"


def is_own_copy(folder: Path, lab: str) -> bool:
    """Whether the folder is a student's own copy: never so in grading, in CI and in the author's proof."""
    return folder.parts[-3:] == (WORKSPACE, RELEASE, lab)


def find_course(start: Path | None = None) -> Course:
    """The course around ``start`` (default: the current folder), or the one this package was installed from.

    Raises CourseError when there is none.
    """
    here = (start or Path.cwd()).resolve()
    named = os.environ.get(COURSE_VARIABLE)
    installed_from = Path(__file__).resolve().parents[2]
    places = [Path(named).resolve()] if named else [here, *here.parents, installed_from]
    for place in places:
        if (place / "nbgrader_config.py").is_file() and any((place / part).is_dir() for part in (SOURCE, RELEASE)):
            return Course(place)
    raise CourseError(
        _("There is no Drydock course in {folder}.").format(folder=named or here),
        _("Go to the folder of a course, or set {variable} to it.").format(variable=COURSE_VARIABLE),
    )


def read_notebook(path: Path, remedy: str = "") -> dict[str, Any]:
    """The notebook as JSON, checked only for being one of format 4.

    Raises CourseError with the reason and ``remedy`` (default: how an author gets it back).
    """
    remedy = remedy or _("git checkout -- '{path}' brings the last good version back.").format(path=path)
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            _("There is no notebook {path}.").format(path=path), _("Run: drydock author release")
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CourseError(_("{path} is not a notebook: {reason}.").format(path=path, reason=error), remedy) from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or content.get("nbformat") != 4:
        raise CourseError(_("{path} is not a notebook of format 4.").format(path=path), remedy)
    if not cells:
        raise CourseError(_("The notebook {path} has no cells.").format(path=path), remedy)
    return dict(content)


def read_lab(path: Path) -> Lab:
    """Take a lab's notebook apart. Raises CourseError when it isn't a notebook."""
    cells = tuple(cells_of(read_notebook(path)))
    return Lab(path.stem, path, cells, tuple(tasks_of(cells)))


def tasks_of(cells: tuple[Cell, ...]) -> Iterator[Task]:
    """The tasks of a notebook with these cells, in its order."""
    by_grade_id = {cell.grade_id: cell for cell in cells if cell.grade_id}
    for cell in cells:
        if not cell.is_check:
            continue
        said = declared(cell.source)
        setups = tuple(other for other in cells if other.is_code and prepares(other.grade_id, cell.grade_id))
        yield Task(cell, by_grade_id.get(f"{cell.grade_id}-answer"), setups, said.id, said.hint, said.needs, said.after)
