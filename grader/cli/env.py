"""``drydock env``: for  eval "$(drydock env)"."""

from __future__ import annotations

import click

from grader.cli import lab_daemon


@click.command("env")
def command() -> None:
    """Print the lines that point docker at the lab daemon: eval "$(drydock env)"."""
    click.echo(lab_daemon.exports(lab_daemon.running()))
