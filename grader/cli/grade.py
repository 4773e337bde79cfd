"""``drydock grade``: nbgrader's autograde in parallel, with progress, reports, and resumable."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape

from grader.cli.docker_option import docker_option
from grader.cli.graded_lines import Lines, meant_alike, report_option, run, sum_up
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from traitlets.config import Config


class _Grade(click.Command):
    """``grade LAB``, and ``grade merge DIR…``, which has a page of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["merge"]:
            from grader.cli.merge import command as merge

            return merge.make_context(f"{info_name} merge", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)


@click.command("grade", cls=_Grade)
@click.argument("lab")
@click.option(
    "--jobs", "-j", type=click.IntRange(1, 64), default=None, help="Submissions at once (default: as many as fit)."
)
@click.option("--student", "students", multiple=True, help="Only this student (may be repeated).")
@click.option("--only-missing", is_flag=True, help="Only submissions that are new or changed since they were graded.")
@click.option(
    "--db", "db_url", default=None, help="The gradebook (default: the course's; sqlite:/// or postgresql://)."
)
@report_option
@click.option("--engine", "kind", default=None, help="The engine to use (default: the course's, or the best one here).")
@docker_option
@click.option("--accept-names", is_flag=True, help="Take a submission's only notebook, whatever its name is.")
@click.option("--i-trust-these-students", "trust", is_flag=True, help="Grade even where no wall holds their code.")
@click.option(
    "--executor", metavar="NAME", help="Workers elsewhere: dask://HOST:PORT, or MODULE:FACTORY of an Executor."
)
@click.option("--shard", metavar="N/M", help="Grade part N of M only, into a folder for `drydock grade merge`.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    help="That folder (default: shards/LAB/N-of-M).",
)
def command(
    *,
    lab: str,
    jobs: int | None,
    students: tuple[str, ...],
    only_missing: bool,
    db_url: str | None,
    reports: tuple[Path, ...],
    kind: str | None,
    accept_names: bool,
    trust: bool,
    executor: str | None,
    shard: str | None,
    results: Path | None,
) -> None:
    """Grade what was handed in for LAB, each submission on a fresh daemon of its own.

    Killed at any moment, the same command continues where it was. Grades are those of `nbgrader autograde`.
    `drydock grade merge DIR…` enters what parts of a class (--shard) were given. Many machines: docs/many-machines.md.
    """
    from grader.autograde.worker_pool import get_ready

    get_ready()
    from grader.autograde.backends import executor_backend
    from grader.autograde.batch import Batch, course_config, course_folder
    from grader.autograde.reports import writer_for

    for report in reports:
        writer_for(report)
    root = course_folder(Path.cwd())
    config = course_config(root, db_url=db_url, engine=kind, trust=trust, accept_names=accept_names)
    console = Console()
    if shard:
        if executor or students or only_missing or reports:
            raise click.UsageError(_("A part (--shard) is for everybody in it, and its reports come from the merge."))
        more = meant_alike(db_url, accept_names=accept_names)
        raise SystemExit(_grade_shard(console, config, lab, more, part=shard, folder=results, jobs=jobs))
    with Batch(config, lab, students=students, only_missing=only_missing) as batch:
        _say_plan(console, len(batch.plan.todo), len(batch.plan.skipped))
        limits = "" if executor else batch.unheld_limits()
        for warning in filter(None, (batch.plan.warning, limits, _without_notebook(batch.plan.empty))):
            _warn(console, warning)
        backend = (
            executor_backend(config, batch.plan.lab, executor, jobs, partial(_warn, console)) if executor else None
        )
        raise SystemExit(run(batch, console, reports, jobs, backend))


def _warn(console: Console, sentence: str) -> None:
    console.print(f"[yellow]![/yellow] {escape(sentence)}", highlight=False)


def _grade_shard(
    console: Console, config: Config, lab: str, more: list[str], *, part: str, folder: Path | None, jobs: int | None
) -> int:
    """The gradebook is only read: parts on other machines may have it, too."""
    from grader.autograde.backends import shard_backend
    from grader.autograde.batch import lab_in_gradebook
    from grader.autograde.shards import Shard
    from grader.autograde.submissions import Submissions

    shard = Shard.parse(part)
    lab = lab_in_gradebook(config, lab)
    students = shard.mine(Submissions(config, lab).students())
    folder = folder or Path("shards", lab, str(shard).replace("/", "-of-"))
    _say_plan(console, len(students), 0)
    started = time.monotonic()
    backend = shard_backend(config, lab, shard, folder, jobs=jobs, say=partial(_warn, console))
    with Lines(console, len(students)) as lines:
        records = []
        for record in backend.work(lab, students):
            records.append(record)
            lines.add(record)
    sum_up(console, records, time.monotonic() - started)
    if not students:  # nor is there a folder
        return 0
    console.print(_("The results are in {folder}. When all parts are done:").format(folder=escape(str(folder))))
    words = ["drydock", "grade", "merge", str(folder.parent), *more]
    console.print(f"    {escape(shlex.join(words))}", highlight=False, soft_wrap=True)
    return 1 if any(record.error for record in records) else 0


def _without_notebook(students: Sequence[str]) -> str:
    from grader.report.plain import one_line

    names = ", ".join(map(one_line, students))
    return _("No notebook in the folder of: {names}. Nothing is graded there.").format(names=names) if names else ""


def _say_plan(console: Console, todo: int, skipped: int) -> None:
    text = ngettext("{n} submission to grade", "{n} submissions to grade", todo).format(n=todo)
    if skipped:
        text += ", " + ngettext("{n} graded already", "{n} graded already", skipped).format(n=skipped)
    console.print(text, highlight=False)
