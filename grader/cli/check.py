"""``drydock check``: a lab's checks against the running lab daemon, in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from grader.cli import lab_daemon
from grader.cli.group import EXIT_COULD_NOT
from grader.cli.workspace import Workspace
from grader.course.labs import RELEASE, Lab, find_course
from grader.docker_api.deadline import CHECK_SECONDS
from grader.i18n import _
from grader.report.verdicts import Status, TaskReport
from grader.values import StudentKey, own_key

#: Seconds for one task.


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
        # A second of imports that a plain check has no need of.
        from grader.cli.rehearsal import rehearse

        raise SystemExit(_exit_code(rehearse(workspace, chosen, tasks, as_json=as_json, colour=sys.stdout.isatty())))
    reports = _check(chosen, tasks, own_key(workspace.folder(chosen.name)))
    for report in reports.values():
        workspace.progress.note(chosen.name, report)
    _sum_up(chosen, reports)
    raise SystemExit(_exit_code([report.status for report in reports.values()]))


def _must_be_tasks(lab: Lab, tasks: Sequence[str]) -> None:
    unknown = set(tasks) - {task.id for task in lab.tasks}
    if unknown:
        raise click.BadParameter(
            _("{lab} has no task {task}; it has: {tasks}").format(
                lab=lab.name, task=", ".join(sorted(unknown)), tasks=", ".join(task.id for task in lab.tasks)
            )
        )


def _check(lab: Lab, tasks: Sequence[str], key: StudentKey) -> dict[str, TaskReport]:
    """Run the checks in order, showing each report at once. What a chosen task needs is checked too, silently."""
    reports: dict[str, TaskReport] = {}
    colour = sys.stdout.isatty()
    engine = lab_daemon.running().engine
    # Takes a second to import: only now, when there is something to check.
    from grader.sandbox import checker

    chosen = [task for task in lab.tasks if not tasks or task.id in tasks]
    needed = {other.id for task in chosen for other in lab.needed_by(task)}
    with checker(engine) as checks:
        for task in (task for task in lab.tasks if task in chosen or task.id in needed):
            report = checks.check(task.id, task.check.source, CHECK_SECONDS, key=key)
            if task in chosen:
                reports[task.id] = report
                click.echo(report.as_text(colour=colour))
    return reports


def _sum_up(lab: Lab, reports: dict[str, TaskReport]) -> None:
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


def _exit_code(statuses: Sequence[Status]) -> int:
    if Status.COULD_NOT_CHECK in statuses:
        return EXIT_COULD_NOT
    return 0 if all(status is Status.PASSED for status in statuses) else 1
