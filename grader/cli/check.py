"""``drydock check``: a lab's checks against the running lab daemon, in the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import lab_daemon
from grader.cli.group import EXIT_COULD_NOT, Trouble
from grader.cli.no_engine import need_an_engine
from grader.course.answers import known_wrong
from grader.course.labs import RELEASE, Lab, find_course
from grader.docker_api.deadline import CHECK_SECONDS
from grader.engines import best_kind, detached, engine_class
from grader.engines.adopted import reset_mark
from grader.i18n import _
from grader.report.cell_runs import runs_of
from grader.report.render import report_as_text
from grader.report.verdicts import Status, TaskReport, explained
from grader.values import own_key
from grader.workspace import Workspace

if TYPE_CHECKING:
    from grader.rehearsal.render import Outcome


def rehearse(workspace: Workspace, lab: Lab, tasks: Sequence[str], *, as_json: bool, colour: bool) -> list[Status]:
    """Rehearse the grading of the student's copy of ``lab`` and print what came of it; the statuses of ``tasks``, or of
    all. Raises Trouble where that can't be done."""
    notebook = workspace.notebook(lab.name)
    if not notebook.is_file():
        raise Trouble(_("You have no copy of {lab} yet.").format(lab=lab.name), f"drydock lab {lab.name}")
    kind = _kind(lab.name)
    if not as_json:
        click.echo(_("Rehearsing the grading of {notebook} …").format(notebook=notebook), err=True)
    outcome = _outcome(workspace, lab, notebook, kind)
    chosen = replace(outcome, tasks=tuple(one for one in outcome.tasks if not tasks or one.task in tasks))
    from grader.rehearsal.render import as_html, as_text

    shown = as_text(chosen, colour=colour)
    if as_json:
        shown = json.dumps({**asdict(chosen), "text": shown, "html": as_html(chosen)}, ensure_ascii=False)
    click.echo(shown)
    return [task.rehearsed for task in chosen.tasks]


def _kind(lab: str) -> str:
    """The engine that the student's lab has, or else the best: a Docker of somebody's own is no fresh one.

    Raises Trouble where a fresh daemon can't be had beside the one that runs.
    """
    if reset_mark() is not None:
        raise Trouble(
            _("On a class server there is no room for the second Docker on which the grading is rehearsed."),
            _("drydock reset {lab}, then in the notebook: Run → Run All Cells").format(lab=lab),
        )
    running = detached.current()
    if running is not None and running.kind != "host":
        kind = running.kind
    else:
        need_an_engine()
        kind = best_kind()
    if running is not None and not engine_class(kind).offers_walls():
        # Without walls both daemons would publish ports on one localhost, and a check might ask the wrong one.
        raise Trouble(
            _("Here a second daemon would share its ports with your lab daemon ({kind} engine).").format(kind=kind),
            _("Stop it, which keeps what is in it: {commands}").format(
                commands=f"drydock down; drydock check {lab} --fresh; drydock up"
            ),
        )
    return kind


def _outcome(workspace: Workspace, lab: Lab, notebook: Path, kind: str) -> Outcome:
    from grader.autograde.settings import Drydock
    from grader.autograde.submission import Unreadable
    from grader.rehearsal.compare import compare, unsaved
    from grader.rehearsal.conduct import rehearse as rehearsed
    from grader.rehearsal.render import Outcome
    from grader.sandbox import KernelLost

    released = workspace.course.root / RELEASE / lab.name / notebook.name
    # As they were when it began: a check that runs meanwhile belongs to the next rehearsal.
    live, runs = workspace.progress.of(lab.name), runs_of(workspace.progress, lab.name)
    try:
        settings = Drydock.of_course(workspace.course.root)
        found = rehearsed(notebook, released, kind=kind, key=own_key(notebook.parent), settings=settings)
    except Unreadable as problem:
        raise Trouble(str(problem), f"drydock reset {lab.name} --notebook") from None
    except KernelLost as trouble:
        raise Trouble(str(trouble), "drydock doctor") from None
    by_hand = tuple(cell.grade_id for cell in lab.cells if cell.grade and not cell.is_check)
    return Outcome(
        lab.name,
        found.saved,
        kind,
        tuple(compare(found, live, runs)),
        found.replaced,
        unsaved(found, runs),
        by_hand,
    )


@click.command("check")
@click.argument("lab")
@click.option("--task", "tasks", multiple=True, help="Only this task (may be repeated).")
@click.option("--fresh", is_flag=True, help="Rehearse grading: your saved notebook, from the top, on a fresh daemon.")
@click.option("--json", "as_json", is_flag=True, help="With --fresh: as data, text and HTML, for programs.")
def command(*, lab: str, tasks: Sequence[str], fresh: bool, as_json: bool) -> None:
    """Check LAB (a name or a number) as the lab daemon is now; with --fresh, as grading will find it.

    Exit code 0: all passed; 1: not yet; 3: something could not be checked.
    """
    if as_json and not fresh:
        raise click.UsageError(_("--json goes with --fresh only."))
    course = find_course()
    chosen = course.lab(course.pick(lab, RELEASE), RELEASE)
    workspace = Workspace(course)
    _must_be_tasks(chosen, tasks)
    if fresh:
        raise SystemExit(_exit_code(rehearse(workspace, chosen, tasks, as_json=as_json, colour=sys.stdout.isatty())))
    known = workspace.progress.of(chosen.name)
    before = [task for task, progress in known.items() if progress.passed]
    reports = _check(chosen, tasks, workspace.folder(chosen.name))
    for report in reports.values():
        workspace.progress.note(chosen.name, report)
    _sum_up(chosen, reports, before)
    raise SystemExit(_exit_code([report.status for report in reports.values()]))


def _must_be_tasks(lab: Lab, tasks: Sequence[str]) -> None:
    unknown = set(tasks) - {task.id for task in lab.tasks}
    if unknown:
        raise click.BadParameter(
            _("{lab} has no task {task}; it has: {tasks}").format(
                lab=lab.name, task=", ".join(sorted(unknown)), tasks=", ".join(task.id for task in lab.tasks)
            )
        )


def _check(lab: Lab, tasks: Sequence[str], folder: Path) -> dict[str, TaskReport]:
    """Run the checks in order, showing each report at once. What a chosen task needs is checked too, silently.

    ``folder``: the student's copy of the lab, which need not be there."""
    reports: dict[str, TaskReport] = {}
    key, colour = own_key(folder), sys.stdout.isatty()
    running = lab_daemon.running()
    lab_daemon.bring_images(running, lab.images, lab_daemon.tell)
    # Takes a second to import: only now, when there is something to check.
    from grader.sandbox import checker

    chosen = [task for task in lab.tasks if not tasks or task.id in tasks]
    needed = {other.id for task in chosen for other in lab.needed_by(task)}
    known = known_wrong(lab.folder)
    with checker(running.engine, folder=folder if folder.is_dir() else None) as checks:
        for task in (task for task in lab.tasks if task in chosen or task.id in needed):
            report = checks.check(task.id, task.check.source, CHECK_SECONDS, key=key)
            if task in chosen:
                reports[task.id] = report
                click.echo(report_as_text(explained(report, known), colour=colour))
    return reports


def _sum_up(lab: Lab, reports: dict[str, TaskReport], before: Sequence[str]) -> None:
    """``before``: tasks that have passed at some time."""
    points = {task.id: task.points for task in lab.tasks}
    earned = sum(points[task] * report.fraction for task, report in reports.items())
    passed = sum(report.status is Status.PASSED for report in reports.values())
    click.echo(
        _("{lab}: {passed} of {tasks} tasks passed, {earned:g} of {points:g} points.").format(
            lab=lab.name,
            passed=passed,
            tasks=len(reports),
            earned=round(earned, 2),
            points=sum(points[task] for task in reports),
        )
    )
    no_more = [task for task, report in reports.items() if report.status is not Status.PASSED and task in before]
    if no_more:
        # Its containers may be gone since, as later tasks wanted it; and the daemon remembers its last events only.
        click.echo(
            _("Passed before, and not now: {tasks}. What grading finds: drydock check {lab} --fresh").format(
                tasks=", ".join(no_more), lab=lab.name
            )
        )


def _exit_code(statuses: Sequence[Status]) -> int:
    if Status.COULD_NOT_CHECK in statuses:
        return EXIT_COULD_NOT
    return 0 if all(status is Status.PASSED for status in statuses) else 1
