"""``drydock values``: keys for values that differ per student (docs/individual-values.md)."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from grader.errors import ExpectedError
from grader.files import atomic
from grader.i18n import _, ngettext
from grader.values import StudentKey, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traitlets.config import Config

KEYS_FILE = "values-keys.csv"


@click.group("values")
def command() -> None:
    """Values that differ per student: keys, and who has which value."""


@command.command("set")
@click.argument("key", nargs=-1, required=True)
def set_key(*, key: tuple[str, ...]) -> None:
    """For students: keep the KEY your instructor gave you, once for all labs."""
    from grader.course.labs import find_course
    from grader.values.keys import write_key
    from grader.workspace import Workspace

    # In one or several words: it may have been copied with spaces.
    file = write_key(Workspace(find_course()).root, StudentKey.parse("".join(key)))
    click.echo(_("Kept in {file}. Run your lab's cells again from the first one.").format(file=file))


@command.command("keys")
@click.option("--student", "students", multiple=True, help="Only this student (may be repeated).")
@click.option(
    "--output", "-o", default=KEYS_FILE, show_default=True, help="The table to write; - writes it to the terminal."
)
def keys(*, students: tuple[str, ...], output: str) -> None:
    """For instructors: a table with every student's key, to hand out. Makes the course secret on first use."""
    from grader.values.keys import make_secret

    course = _course()
    chosen = _chosen(course, students)
    if not course.secret.exists():
        click.echo(
            _("Making the course secret {file}. Back it up with the gradebook.").format(file=course.secret), err=True
        )
    secret = make_secret(course.secret)
    rows = [(student, StudentKey.derive(secret, student).text) for student in chosen]
    with _opened(course.root, output) as file:
        _write(file, ("student", "key"), rows)
    if output != "-":
        text = ngettext("{n} key in {file}.", "{n} keys in {file}.", len(rows))
        click.echo(text.format(n=len(rows), file=output))


@command.command("show")
@click.argument("lab")
@click.option("--student", "students", multiple=True, help="Only this student (may be repeated).")
def show(*, lab: str, students: tuple[str, ...]) -> None:
    """For instructors: every student's values in LAB, as a table."""
    from grader.values.asked import all_asked_for
    from grader.values.keys import key_of

    course = _course()
    asked = all_asked_for(_check_sources(course, lab))
    rows = []
    for student in _chosen(course, students):
        key = key_of(course.secret, student)
        rows.append((student, *(_shown(declaration.value(key)) for declaration in asked.values())))
    _write(sys.stdout, ("student", *asked), rows)


def _shown(value: Value) -> int | str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class _InstructorsCourse:
    root: Path
    config: Config
    db_url: str
    secret: Path


class _NotThere(ExpectedError):
    """A part of the instructor's course is missing."""


def _course() -> _InstructorsCourse:
    from nbgrader.coursedir import CourseDirectory

    from grader.autograde.batch import course_config, course_folder
    from grader.autograde.settings import Drydock

    root = course_folder(Path.cwd())
    config = course_config(root)
    coursedir = CourseDirectory(config=config)
    return _InstructorsCourse(root, config, str(coursedir.db_url), Drydock(config=config).secret_file(coursedir))


def _chosen(course: _InstructorsCourse, students: Sequence[str]) -> list[str]:
    from grader.autograde.database import gradebook

    if students:
        return list(students)
    with gradebook(course.db_url) as book:
        known = sorted(str(student.id) for student in book.students)
    if not known:
        raise _NotThere(
            _("The gradebook knows no students yet."),
            _("nbgrader db student import FILE.csv, or name them: drydock values keys --student ID"),
        )
    return known


def _check_sources(course: _InstructorsCourse, lab: str) -> list[str]:
    from grader.autograde.batch import lab_in_gradebook
    from grader.autograde.database import gradebook

    name = lab_in_gradebook(course.config, lab)
    with gradebook(course.db_url) as book:
        return [str(cell.source or "") for one in book.find_assignment(name).notebooks for cell in one.source_cells]


@contextmanager
def _opened(root: Path, output: str) -> Iterator[TextIO]:
    """The terminal for "-"; else a new file that only its owner may read."""
    if output == "-":
        yield sys.stdout
        return
    with atomic(root / output, mode=0o600) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from grader.autograde.reports import harmless

    table = csv.writer(file, lineterminator="\n")
    table.writerow(header)
    table.writerows(map(harmless, rows))
