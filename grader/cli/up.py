"""``drydock up``: start the lab daemon in the background."""

from __future__ import annotations

import time

import click

from grader.cli import lab_daemon
from grader.cli.docker_option import docker_option
from grader.course.labs import RELEASE, find_course
from grader.i18n import _
from grader.workspace import Workspace


@click.command("up")
@click.option("--engine", "kind", default=None, help="The engine to use (default: the best one here).")
@docker_option
@click.option("--lab", "name", default=None, help="With the images that this lab declares, too.")
def command(*, kind: str | None, name: str | None) -> None:
    """Start the lab daemon; it goes on until “drydock down”. Doing it twice is fine."""
    course = find_course()
    workspace = Workspace(course)
    images = () if name is None else course.lab(course.pick(name, RELEASE), RELEASE).images
    started = time.monotonic()
    lab = lab_daemon.start(workspace.root, kind, lab_daemon.tell)
    lab_daemon.bring_images(lab, images, lab_daemon.tell)
    click.echo(
        _("Docker {version} is up ({kind} engine, {seconds:.1f} s). To use it in this terminal:").format(
            version=lab_daemon.version(lab), kind=lab.kind, seconds=time.monotonic() - started
        ),
        err=True,
    )
    # Alone on standard output, so that  eval "$(drydock up)"  works too.
    click.echo(lab_daemon.exports(lab))
