"""What a lab's first cell imports: ``check = connect("01-first-container")``."""

from __future__ import annotations

import os
import sys
from typing import Any

from grader.checks.task import Checks
from grader.checks.verdicts import TaskReport
from grader.i18n import _

#: Seconds for one task while a student waits for it.
LIVE_SECONDS = 60.0


class NoDaemon(Exception):
    """There is no lab daemon to check against; the message says how to get one."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def connect(lab: str) -> Checks:
    """The checks of ``lab`` against the lab daemon ($DOCKER_HOST). Raises NoDaemon when none answers."""
    host = os.environ.get("DOCKER_HOST")
    if not host:
        raise NoDaemon(
            _("No lab daemon is known here (DOCKER_HOST is not set). Start one in a terminal: drydock up")
        )
    version = _version(host)
    show_text(_("Lab {lab}: connected to Docker {version}.").format(lab=lab, version=version))
    return Checks(host, deadline=LIVE_SECONDS, on_report=show)


def _version(host: str) -> str:
    from grader.checks.daemon import Connection, Daemon
    from grader.checks.deadline import Deadline
    from grader.checks.errors import Refused, Unavailable

    try:
        return str(
            Daemon(Connection(host), Deadline(10)).ask(lambda client: client.version()).get("Version", "?")
        )
    except (Unavailable, Refused) as error:
        raise NoDaemon(_("{why} Start the lab daemon in a terminal: drydock up").format(why=error)) from None


def show(report: TaskReport) -> None:
    """One display with both faces in Jupyter; plain text, coloured on a terminal, elsewhere."""
    shell = _jupyter()
    if shell is None:
        print(report.as_text(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
        return
    from IPython.display import publish_display_data

    publish_display_data({"text/plain": report.as_text(), "text/html": report.as_html()})


def show_text(line: str) -> None:
    print(line)


def _jupyter() -> Any:
    """The running IPython shell when it has a notebook in front of it, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and hasattr(shell, "kernel") else None
