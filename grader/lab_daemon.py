"""The lab daemon, as notebooks find it."""

from __future__ import annotations

import os

from grader.docker_api.environment import patience, variables
from grader.i18n import _


class OneSentence(Exception):
    """Something a student can mend; shown without a traceback."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for its own rendering by this name.
        return [str(self)]


class NoDaemon(OneSentence):
    """There is no lab daemon to check against; the message says how to get one."""


def lab_variables() -> dict[str, str]:
    """The environment for docker commands and checks: $DOCKER_HOST's, else for the daemon ``drydock up`` started.

    Raises NoDaemon.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return variables(host, patience())
    from grader.engines import detached

    lab = detached.current()
    if lab is None:
        raise NoDaemon(_("No lab daemon is running. Start one in a terminal, then run this cell again: drydock up"))
    return lab.engine.variables()
