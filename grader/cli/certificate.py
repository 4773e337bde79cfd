"""``drydock certificate``: a page to print for a stage of the course that is done."""

from __future__ import annotations

import click

from grader.cli.group import Trouble
from grader.i18n import _


@click.command("certificate")
@click.argument("stage")
@click.option("--name", default="", help="Who did it (default: a line to write on).")
def command(*, stage: str, name: str) -> None:
    """Make a page to print for STAGE of the course (its course.toml names the stages)."""
    from grader.course.labs import find_course
    from grader.course.settings import settings_in
    from grader.files import atomic_write
    from grader.panel.certificate import earned_in, page
    from grader.report.progress import progress_folder

    course = find_course()
    found = settings_in(course.root)
    stages = {each.name: each for each in found.stages}
    wanted = stages.get(stage.casefold())
    if wanted is None:
        known = ", ".join(stages) or _("none")
        raise Trouble(
            _("This course has no stage {name}. It has: {known}.").format(name=stage, known=known),
            f"drydock certificate {next(iter(stages))}" if stages else "",
        )
    earned = earned_in(wanted, course, progress_folder(course))
    file = course.workspace / f"certificate-{wanted.name}.html"
    atomic_write(file, page(wanted, earned, course=found.title or _("Drydock: the course"), name=name.strip()))
    click.echo(
        _("{stage}: {file} (open it in a browser, and print it from there)").format(stage=wanted.title, file=file)
    )
