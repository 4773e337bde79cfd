"""``drydock stats``: how the tasks of a lab did in a class, so that a bad task shows."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.i18n import _, ngettext


@click.command("stats")
@click.argument("lab")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="As a page with charts, into this file."
)
@click.option("--db", "db_url", default=None, help="The gradebook (default: the course's).")
def command(*, lab: str, as_json: bool, page: Path | None, db_url: str | None) -> None:
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
    if as_json:
        click.echo(json.dumps({"lab": name, "students": len(records), "tasks": [it.to_dict() for it in found]}))
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
    table.add_column(_("failed most"), overflow="fold")
    for task in found:
        table.add_row(
            escape(task.name),
            f"{task.passed}/{task.students}",
            _number(task.median, f"/{task.points:g}"),
            _number(task.difficulty),
            _number(task.discrimination),
            str(task.unchecked or ""),
            escape(f"{task.failing_of} × {task.failing}" if task.failing else ""),
        )
    console.print(table, highlight=False)


def _number(value: float | None, more: str = "") -> str:
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") + more
