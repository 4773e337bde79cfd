"""``drydock down``: end the lab daemon."""

from __future__ import annotations

import click

from grader.cli.group import Trouble
from grader.engines import detached
from grader.engines.adopted import reset_mark
from grader.engines.folders import is_swept
from grader.i18n import _
from grader.workspace import forget_what_ran


@click.command("down")
@click.option("--forget", is_flag=True, help="Remove its containers, images and volumes from the disk, too.")
def command(*, forget: bool) -> None:
    """Stop the lab daemon. What is in it is kept for the next “drydock up”, unless --forget is given."""
    if reset_mark() is not None:
        raise Trouble(
            _("On a class server your Docker runs as long as your server does, and what is in it is kept."),
            _("File → Hub Control Panel → Stop My Server; a Docker that is as new: drydock reset"),
        )
    stopped = detached.down(forget=forget)
    if forget:
        forget_what_ran()
        click.echo(_("The lab daemon and all that was in it are gone."))
    elif stopped:
        click.echo(_("The lab daemon is stopped; what is in it is kept. Start it again: drydock up"))
        if (folder := detached.lab_folder()).exists() and is_swept(folder):
            click.echo(
                _("It lies in {folder}: there this machine may remove what was not used for 30 days.").format(
                    folder=folder
                )
            )
    else:
        click.echo(_("No lab daemon was running."))
