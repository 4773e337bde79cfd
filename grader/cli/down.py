"""``drydock down``: end the lab daemon."""

from __future__ import annotations

import click

from grader.cli import lab_daemon
from grader.engines import detached, engine_class
from grader.i18n import _


@click.command("down")
@click.option("--forget", is_flag=True, help="Remove its containers, images and volumes from the disk, too.")
def command(*, forget: bool) -> None:
    """Stop the lab daemon. What is in it is kept for the next “drydock up”, unless --forget is given."""
    running = detached.current()
    if forget and running is not None:
        lab_daemon.end_at_once(running)
    stopped = detached.down()
    if forget:
        for kind in {running.kind} if running else {"native", "rootless"}:
            engine_class(kind).forget(detached.lab_folder())
        click.echo(_("The lab daemon and all that was in it are gone."))
    elif stopped:
        click.echo(_("The lab daemon is stopped; what is in it is kept. Start it again: drydock up"))
    else:
        click.echo(_("No lab daemon was running."))
