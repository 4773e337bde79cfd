"""Whether a container of a check's own was left alone: who has the daemon's socket may change what it says."""

from __future__ import annotations

from collections.abc import Collection

from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import Obstructed
from grader.docker_api.events import REMEMBERED, attributes, past_events
from grader.i18n import _
from grader.report.plain import listed

#: What begins it and what only looks; and its end, where nobody has sent it a signal.
_HARMLESS = frozenset({"create", "attach", "start", "archive-path", "top", "die", "oom"})


def must_be_alone(daemon: Daemon, container: str, execs: Collection[str] | None, *, archives: int = 0) -> bool:
    """Raises Obstructed where the daemon knows of something that was done to it, and not by the check.

    ``execs``: the IDs of the check's own, None where these aren't known; ``archives``: how many it has laid into it.
    Whether the daemon remembers all since it was made, or since the last but one of these execs.
    """
    begun, laid, strange = 0, 0, []
    for event in past_events(daemon, {"type": ["container"], "container": [container]}):
        action = str(event.get("Action"))
        kind = action.partition(":")[0]
        if kind.startswith("exec_"):
            # Labels are written over it, those of a student's image, too: then it is nobody's.
            if execs is not None and attributes(event).get("execID") not in execs:
                strange.append(action)
            begun += kind == "exec_create"
        elif kind == "extract-to-dir":
            laid += 1
        elif kind not in _HARMLESS:
            strange.append(action)
        begun += 2 * (kind == "create")
    strange += ["extract-to-dir"] * max(laid - archives, 0)
    if strange:
        meddled = _("somebody had a hand in a container of the check: {actions}")
        raise Obstructed(meddled.format(actions=listed(strange, empty="")))
    return begun >= 2


def must_be_known_to_be_alone(daemon: Daemon, container: str, execs: Collection[str], *, archives: int = 0) -> None:
    """The same, and Obstructed where so much else has happened that the daemon can't know."""
    if not must_be_alone(daemon, container, execs, archives=archives):
        forgotten = _("The daemon remembers only its last {count} events, and so much happened during this check.")
        raise Obstructed(forgotten.format(count=REMEMBERED))
