"""The lab daemon as commands see it: started with the student's workspace shared, described in a sentence or two."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.group import Trouble
from grader.cli.no_engine import need_an_engine
from grader.engines import detached
from grader.engines.folders import EngineFolder
from grader.engines.lab_images import bring
from grader.i18n import _

if TYPE_CHECKING:
    from docker import DockerClient

Say = Callable[[str], None]


def tell(line: str) -> None:
    """What a command says while it works; its result alone goes to the standard output."""
    click.echo(line, err=True)


def start(workspace: Path, kind: str | None, say: Say) -> detached.LabEngine:
    """The lab daemon with ``workspace`` shared, started if need be. Raises EngineError."""
    workspace.mkdir(parents=True, exist_ok=True)
    _close(workspace)
    if detached.current() is None and was_lost():
        say(_("The lab daemon had ended without “drydock down” (killed, or a reboot): starting it on its data."))
    if kind is None:
        need_an_engine()
    return detached.up(kind=kind, shares=[workspace], progress=say)


def bring_images(lab: detached.LabEngine, images: Sequence[str], say: Say) -> None:
    """Bring the images that a lab declares into the lab daemon. Raises EngineError."""
    bring(lab.engine.endpoint, images, say)


def _close(workspace: Path) -> None:
    """Let no other user of this machine into it. Where root runs the lab, a container's root is root in that folder: a
    program it leaves there with the setuid bit, or with capabilities, would make its caller root.

    No lab notices: a container gets a folder in there by a mount of its own, whatever lies above it.
    """
    if os.geteuid() == 0:
        # Who typed sudo is root by that, and wants to see the files.
        sudo = os.environ.get("SUDO_UID", "")
        os.chown(workspace, int(sudo) if sudo.isdecimal() else 0, -1)
        workspace.chmod(0o700)


def was_lost() -> bool:
    """Whether the last lab daemon ended without ``down``: that takes its note of running processes away."""
    return EngineFolder(detached.lab_folder()).state.exists()


def running() -> detached.LabEngine:
    """The lab daemon that runs now. Raises Trouble with the command that starts one."""
    lab = detached.current()
    if lab is not None:
        return lab
    if was_lost():
        raise Trouble(_("The lab daemon has ended (killed, or the machine restarted)."), "drydock up")
    raise Trouble(_("No lab daemon is running."), "drydock up")


def exports(lab: detached.LabEngine) -> str:
    """The lines that a shell must evaluate so that ``docker`` talks to the lab daemon."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in lab.engine.variables().items())


def version(lab: detached.LabEngine) -> str:
    """The daemon's own version. Raises Trouble when it doesn't answer."""
    return str(ask(lab, lambda client: client.version()["Version"]))


def ask[T](lab: detached.LabEngine, question: Callable[[DockerClient], T]) -> T:
    """Raises Trouble when the daemon doesn't answer."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        with closing(lab.engine.endpoint.client(timeout=10)) as client:
            return question(client)
    except (DockerException, RequestException, OSError) as error:
        raise Trouble(
            _("The lab daemon runs but does not answer: {why}").format(why=error), "drydock down; drydock up"
        ) from None
