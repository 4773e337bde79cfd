"""``drydock grade merge``: enter in the gradebook what parts of a class were given elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from grader.cli.graded_lines import meant_alike, report_option, run
from grader.processes import processors


@click.command("merge")
@click.argument("folders", nargs=-1, required=True, metavar="DIR…", type=click.Path(path_type=Path))
@click.option("--jobs", "-j", type=click.IntRange(1, 64), default=None, help="Submissions entered at once.")
@click.option("--db", "db_url", default=None, help="The gradebook (default: the course's).")
@report_option
@click.option("--accept-names", is_flag=True, help="As it was given to `drydock grade --shard`.")
def command(
    *, folders: tuple[Path, ...], jobs: int | None, db_url: str | None, reports: tuple[Path, ...], accept_names: bool
) -> None:
    """Enter the results of `drydock grade LAB --shard N/M` in the gradebook, when all of them are there.

    Each DIR is the folder of a part, or one that holds such folders. Given twice it changes nothing the second time.
    """
    from grader.autograde.worker_pool import get_ready

    get_ready()
    from grader.autograde.batch import Batch, course_config, course_folder
    from grader.autograde.merging import Merge, MergeBackend
    from grader.autograde.reports import writer_for

    for report in reports:
        writer_for(report)
    merge = Merge.read(folders)
    config = course_config(course_folder(Path.cwd()), db_url=db_url, accept_names=accept_names)
    console = Console()
    with Batch(config, merge.lab) as batch:
        merge.require((*batch.plan.todo, *batch.plan.skipped), meant_alike(db_url, accept_names=accept_names))
        backend = MergeBackend(config, merge, jobs or processors())
        raise SystemExit(run(batch, console, reports, jobs, backend))
