"""``drydock stats``: how the tasks of a lab did in a class, so that a bad task shows."""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.errors import sudo_drydock
from grader.i18n import _, ngettext
from grader.report.plain import listed, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.autograde.item_analysis import TaskFigures
    from grader.autograde.records import SubmissionRecord

#: A log, say, may have been found: its beginning and its end tell enough.
_LONGEST_FOUND = 160
#: So many names tell whom to talk to; --json has all.
_MOST_NAMES = 20


@click.command("stats")
@click.argument("lab")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="As a page with charts, into this file."
)
@click.option(
    "--class",
    "class_folder",
    # Root alone may list it: who is not is told so below.
    type=click.Path(path_type=Path, readable=False),
    default=None,
    metavar="FOLDER",
    help="Where a class server's students lie: how often they ran each check, and minutes at it (as root).",
)
@click.option("--db", "db_url", default=None, help="The gradebook (default: the course's).")
def command(*, lab: str, as_json: bool, page: Path | None, class_folder: Path | None, db_url: str | None) -> None:
    """Say how the tasks of LAB did: who passed, median points, difficulty, discrimination, what failed most.

    Difficulty is the mean share of a task's points (1: everybody had all). Discrimination says how its points go with
    those of the other tasks: near 0 or below, the task doesn't tell who can do the rest.
    """
    from grader.autograde.batch import course_config, course_folder, lab_in_gradebook
    from grader.autograde.item_analysis import figures, graded_records

    config = course_config(course_folder(Path.cwd()), db_url=db_url)
    name = lab_in_gradebook(config, lab)
    records = graded_records(config, name)
    found = figures(records)
    if class_folder is not None:
        found = _with_efforts(found, name, records, class_folder)
    if as_json:
        click.echo(json.dumps({"lab": name, "students": len(records), "tasks": [asdict(it) for it in found]}))
        return
    console = Console()
    if page is not None:
        from grader.autograde.stats_page import stats_page
        from grader.files import atomic_write

        atomic_write(page, stats_page(name, records, found))
        console.print(_("The page is in {file}").format(file=escape(str(page))), highlight=False, soft_wrap=True)
        return
    if not found:
        console.print(_("Nobody has a grade for {lab} yet: drydock grade {lab}").format(lab=name), highlight=False)
        return
    console.print(ngettext("{n} graded submission", "{n} graded submissions", len(records)).format(n=len(records)))
    table = Table(box=None, pad_edge=False)
    for title in (_("task"), _("passed"), _("median"), _("difficulty"), _("discrimination"), _("not checked")):
        table.add_column(title, justify="left" if not table.columns else "right")
    for task in found:
        table.add_row(
            escape(task.name),
            f"{task.passed}/{task.students}",
            _number(task.median, f"/{task.points:g}"),
            _number(task.difficulty),
            _number(task.discrimination),
            str(task.unchecked or ""),
        )
    console.print(table, highlight=False)
    if class_folder is not None:
        _show_efforts(console, found)
    # Names and sentences are too long for a column of a terminal.
    for title, told in ((_("Who did not pass"), _who_did_not), (_("What failed most"), _failed_most)):
        if lines := [line for task in found for line in told(task)]:
            console.print(title, style="bold")
            console.print("\n".join(lines), highlight=False, soft_wrap=True)


def _with_efforts(
    found: Sequence[TaskFigures], lab: str, records: Sequence[SubmissionRecord], folder: Path
) -> list[TaskFigures]:
    """With what the notebooks of those who are graded noted on a class server. Raises ClassError."""
    from grader.autograde.time_on_task import efforts, with_efforts
    from grader.classroom.places import ClassError, ClassFolder
    from grader.classroom.running import all_students
    from grader.report.cell_runs import runs_of
    from grader.report.progress import ProgressFolder

    place = ClassFolder(folder)
    try:
        place.must_exist()
        students = all_students(place)
    except PermissionError:
        again = sudo_drydock(f"stats {lab} --class {shlex.quote(str(folder))}")
        raise ClassError(_("The notes of a class are root's."), again) from None
    graded, tasks = {record.student for record in records}, {task.name for task in found}
    folders = [ProgressFolder(student.progress) for student in students if student.path.name in graded]
    return with_efforts(found, [efforts(runs_of(one, lab), tasks, time.time()) for one in folders])


def _show_efforts(console: Console, found: Sequence[TaskFigures]) -> None:
    from grader.autograde import time_on_task

    if not any(task.noted for task in found):
        console.print(_("No notebook of these students has noted a check of this lab."), highlight=False)
        return
    # More columns than 80 characters have room for.
    table = Table(box=None, pad_edge=False)
    for title in (_("task"), _("checks run"), _("minutes")):
        table.add_column(title, justify="left" if not table.columns else "right")
    for task in found:
        table.add_row(escape(task.name), *time_on_task.cells(task))
    console.print(time_on_task.ABOUT, highlight=False, soft_wrap=True)
    console.print(table, highlight=False)


def _who_did_not(task: TaskFigures) -> Iterator[str]:
    if task.not_passed:
        names = listed(map(one_line, task.not_passed), limit=_MOST_NAMES, empty="")
        yield f"{escape(task.name)}: {escape(names)}"


def _failed_most(task: TaskFigures) -> Iterator[str]:
    if task.failing:
        yield f"{escape(task.name)}: {task.failing_of} × {escape(task.failing)}"
    if task.wrong:
        wrong = _("found most often ({n} ×): {text}").format(n=task.wrong_of, text=one_line(task.wrong, _LONGEST_FOUND))
        yield f"  {escape(wrong)}"


def _number(value: float | None, more: str = "") -> str:
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") + more
