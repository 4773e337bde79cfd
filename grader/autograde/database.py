"""The gradebook's database, looked at before a run: what is wrong with it is said in a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Base, BaseCell, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from grader.errors import ExpectedError
from grader.i18n import _

#: Drivers by module, as a person installs them.
_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}
_EXAMPLE = "postgresql://grader@/drydock?host=/var/run/postgresql"


class NoDatabase(ExpectedError):
    """The gradebook can't be opened. ``str()`` is one sentence; ``remedy`` what to do."""


@contextmanager
def gradebook(db_url: str) -> Iterator[Gradebook]:
    """nbgrader's gradebook at ``db_url``; its tables are made on first use. Raises NoDatabase."""
    try:
        book = Gradebook(db_url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise NoDatabase(
            _("“{url}” is not the address of a database.").format(url=_without_password(db_url)),
            _("Write sqlite:///FILE or, for example, {example}").format(example=_EXAMPLE),
        ) from error
    except ModuleNotFoundError as error:
        raise NoDatabase(
            _("The Python package for this kind of database is not installed: {module}.").format(module=error.name),
            f"pip install {_PACKAGES.get(error.name or '', error.name)}",
        ) from error
    except DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise NoDatabase(
            _("The gradebook {url} can't be opened: {why}.").format(url=_without_password(db_url), why=why.rstrip(".")),
            _("Does the server run, and may you use this database? Try: psql '{url}'").format(
                url=_without_password(db_url)
            )
            if db_url.startswith("postgresql")
            else _("Look at the file and its folder: ls -l"),
        ) from error
    with book:
        yield book


def notebook_names(book: Gradebook, lab: str) -> list[str]:
    """Those of a lab's notebooks. Raises nbgrader's MissingEntry."""
    return [str(notebook.name) for notebook in book.find_assignment(lab).notebooks]


#: nbgrader's tables that say what its labs are, and nothing of students.
_RELEASES = (
    "course", "assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "task_cells", "source_cell",
)  # fmt: skip


def copy_releases(db_url: str, target: Path) -> str:
    """Make ``target`` a gradebook with the labs of another one, and no student; returns its address."""
    address = f"sqlite:///{target}"
    with gradebook(db_url) as book, gradebook(address) as copy:
        tables = [table for table in Base.metadata.sorted_tables if table.name in _RELEASES]
        for table in reversed(tables):
            copy.db.execute(delete(table))  # a new gradebook has a course
        for table in tables:
            if rows := [dict(row) for row in book.db.execute(select(table)).mappings()]:
                copy.db.execute(insert(table), rows)
        copy.db.commit()
    return address


def lab_named(book: Gradebook, start: str) -> str:
    """The only lab of the gradebook whose name begins with ``start`` ("03"), else ``start``."""
    names = [str(assignment.name) for assignment in book.assignments]
    found = [name for name in names if name.startswith(start)]
    return found[0] if len(found) == 1 and start not in names else start


@dataclass(frozen=True)
class Standing:
    """What the gradebook has of one submission.

    ``waiting``: the cells that an instructor has to look at, sorted; ``late``: seconds after the due date; ``graded``:
    not so of who has no grade and has, or had, more time: nbgrader has a row of them, too.
    """

    score: float
    penalty: float
    waiting: tuple[str, ...]
    handed_in: datetime | None
    late: float = 0.0
    extension: timedelta = timedelta()
    graded: bool = True

    @property
    def final(self) -> float:
        """What counts: without what is taken off because it was late."""
        return max(0.0, self.score - self.penalty)

    @property
    def told(self) -> str:
        """Another text where feedback would tell other marks."""
        return repr((self.score, self.penalty, self.late, self.waiting))


def standings(book: Gradebook, lab: str) -> dict[str, Standing]:
    """Student → standing, for everybody who handed the lab in, as far as the gradebook knows.

    In five questions for all: to ask for nbgrader's own properties of one submission is to search all grades of the
    course, so that a class would cost the square of its size.
    """
    student = SubmittedAssignment.student_id
    submitted = (
        book.db.query(student)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == lab)
    )
    notebooks = submitted.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    grades = notebooks.join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    scores = dict(grades.add_columns(func.sum(Grade.score)).group_by(student).all())
    penalties = dict(notebooks.add_columns(func.sum(SubmittedNotebook.late_submission_penalty)).group_by(student).all())
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    cells = grades.join(BaseCell, BaseCell.id == Grade.cell_id).filter(Grade.needs_manual_grade)
    for name, cell in cells.add_columns(BaseCell.name):
        waiting[name].append(str(cell))
    touched = or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None))
    graded = {name for (name,) in grades.filter(touched).distinct()}
    times = submitted.add_columns(SubmittedAssignment.timestamp, Assignment.duedate, SubmittedAssignment.extension)
    return {
        name: Standing(
            float(scores.get(name) or 0),
            float(penalties.get(name) or 0),
            tuple(sorted(waiting[name])),
            handed_in,
            _seconds_late(handed_in, due, extension),
            extension or timedelta(),
            # More time that was taken back is none, and is in the row.
            name in graded or extension is None,
        )
        for name, handed_in, due, extension in times
    }


def _seconds_late(handed_in: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """As nbgrader's SubmittedAssignment.total_seconds_late."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())


def _without_password(db_url: str) -> str:
    try:
        return make_url(db_url).render_as_string(hide_password=True)
    except ArgumentError:
        return db_url
