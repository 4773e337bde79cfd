"""``drydock reset``: the lab as on the first day, and nothing outside the lab touched."""

from __future__ import annotations

import time

import click

from grader.cli import lab_daemon
from grader.cli.docker_option import docker_option
from grader.cli.group import Trouble
from grader.course.labs import RELEASE, find_course
from grader.engines import detached
from grader.engines.adopted import reset_mark
from grader.i18n import _
from grader.workspace import Workspace, forget_what_ran


@click.command("reset")
@click.argument("lab", required=False)
@docker_option
@click.option("--notebook", is_flag=True, help="Bring LAB's notebook back too; yours is kept under a dated name.")
def command(*, lab: str | None, notebook: bool) -> None:
    """A fresh lab daemon: everything in it is gone, the course images are there.

    Only the lab daemon is touched: no other Docker on this machine, and no file of yours.
    """
    if notebook and lab is None:
        raise Trouble(_("Which lab's notebook?"), "drydock reset LAB --notebook")
    images: tuple[str, ...] = ()
    if lab is not None:
        course = find_course()
        name = course.pick(lab, RELEASE)
        images = course.lab(name, RELEASE).images
        if notebook:
            kept = Workspace(course).restore(name)
            click.echo(
                _("The notebook {lab} was as released.").format(lab=name)
                if kept is None
                else _("The notebook {lab} is as released again. Yours is kept: {path}").format(lab=name, path=kept)
            )
    if (mark := reset_mark()) is not None:
        forget_what_ran()
        # Sooner, the Hub does not know yet that it has ended.
        click.echo(_("Your server ends now, and comes back with a Docker that is as new."))
        click.echo(_("In ten seconds, press “Restart” where JupyterLab asks for it."))
        # Last, for this process ends with the server.
        mark.touch()
        return
    started = time.monotonic()
    # Before anything else can fail, the new one's start among it: all that ran is gone.
    fresh = detached.reset(progress=lab_daemon.tell, gone=forget_what_ran)
    lab_daemon.bring_images(fresh, images, lab_daemon.tell)
    click.echo(
        _("The lab daemon is as new ({kind} engine, {seconds:.1f} s).").format(
            kind=fresh.kind, seconds=time.monotonic() - started
        )
    )
    click.echo(_("In an open notebook: run the first cell again, then go on from the task you want."))
