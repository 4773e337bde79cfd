"""Docker's words for what a container is doing, in the reader's language."""

from __future__ import annotations

from grader.i18n import _


def state_word(state: str) -> str:
    """A state of a container or of its health. One that is not known here stays as Docker says it."""
    words = {
        "created": _("created"),
        "running": _("running"),
        "paused": _("paused"),
        "restarting": _("restarting"),
        "removing": _("removing"),
        "exited": _("exited"),
        "dead": _("dead"),
        "starting": _("starting"),
        "healthy": _("healthy"),
        "unhealthy": _("unhealthy"),
        "no healthcheck": _("no healthcheck"),
        "stopped": _("stopped"),
    }
    return words.get(state, state)
