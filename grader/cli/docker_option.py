"""``--docker``: which Docker this command's daemons run."""

from __future__ import annotations

from typing import Any

import click

from grader.i18n import _

# As releases.VARIABLE, which is imported only when somebody uses it.
_VARIABLE = "DRYDOCK_DOCKER"


def _use(ctx: click.Context, _option: click.Parameter, name: str | None) -> None:
    if name:
        from grader.engines import releases

        # Also for the processes that this one starts.
        ctx.with_resource(releases.using(releases.normal(name)))


def docker_option[T: Any](command: T) -> T:
    """Adds the option. Its value reaches engines by the environment."""
    option = click.option(
        "--docker",
        metavar="VERSION|DIR",
        envvar=_VARIABLE,
        expose_value=False,
        callback=_use,
        help=_("Run this Docker: a version, a folder with one, or “here”; with +containerd: its image store."),
    )
    return option(command)
