"""``drydock feedback``: nbgrader's generate_feedback for a class, with several processes."""

from __future__ import annotations

import time
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from grader.i18n import _, ngettext
from grader.processes import processors


@click.command("feedback")
@click.argument("lab")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), default=None, help="Pages at once (default: one per CPU).")
@click.option("--student", "students", multiple=True, help="Only this student (may be repeated).")
@click.option(
    "--db", "db_url", default=None, help="The gradebook (default: the course's; sqlite:/// or postgresql://)."
)
def command(*, lab: str, jobs: int | None, students: tuple[str, ...], db_url: str | None) -> None:
    """Make the feedback of LAB for everybody who is graded, as `nbgrader generate_feedback --force` would.

    Killed at any moment, everybody has a whole page, the old one or the new one; the same command makes all of them.
    """
    from grader.autograde.worker_pool import get_ready

    get_ready(["grader.autograde.feedback_run"])
    from grader.autograde.batch import course_config, course_folder
    from grader.autograde.feedback_run import FeedbackRun

    run = FeedbackRun(course_config(course_folder(Path.cwd()), db_url=db_url), lab, students)
    console = Console()
    started, failed = time.monotonic(), []
    work = run.run(jobs or processors())
    quiet = not console.is_terminal
    for record in track(work, _("feedback"), len(run.students), console=console, transient=True, disable=quiet):
        if record.error:
            shown = record.on_screen()
            failed.append(shown.student)
            console.print(f"[red]![/red] {escape(shown.student)}: {escape(shown.error)}", highlight=False)
    made = len(run.students) - len(failed)
    text = ngettext("Feedback for {n} student", "Feedback for {n} students", made).format(n=made)
    console.print(f"{text} ({time.monotonic() - started:.0f} s)", highlight=False)
    if failed:
        console.print(_("No feedback for: {names}").format(names=escape(", ".join(sorted(failed)))), highlight=False)
    raise SystemExit(1 if failed else 0)
