"""Whether something existed and is gone: the daemon's memory of events, and what earlier checks saw.

The engine keeps the last 256 events, in memory only (moby: daemon/events/events.go, ``eventsLimit = 256``; the
manual of ``docker system events`` says so too). When older ones were dropped, absence of a trace proves nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.checks.daemon import Attrs, Daemon
from grader.checks.errors import Unavailable
from grader.checks.expectation import Claim, Finding, Subject
from grader.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many events the engine remembers.
REMEMBERED = 256


def past_events(daemon: Daemon, filters: Mapping[str, list[str]] | None = None) -> list[Attrs]:
    """The events the daemon still remembers, oldest first."""
    # A moment ago by the daemon's own clock would be exact; a time in the future would make the daemon wait.
    params = {"since": "0", "until": f"{time.time():.6f}"}
    if filters:
        params["filters"] = json.dumps(filters)
    with daemon.stream("/events", params, patience=5) as response:
        return [json.loads(line) for line in response.iter_lines() if line]


def names_in(event: Attrs) -> set[str]:
    """All names an event gives its object."""
    actor = event.get("Actor") or {}
    return {str(actor.get("ID", "")), str((actor.get("Attributes") or {}).get("name", ""))}


def gone(
    subject: Subject, sentence: str, after_existing: bool, command: str, *, present: Callable[[Attrs], str]
) -> Claim:
    """The claim that an object does not exist (any more)."""

    def absent() -> Finding:
        if not after_existing or existed(subject):
            return Finding(True, _("gone"))
        return Finding(
            False,
            _("there is none, and there never was: the daemon's events don't know {name}").format(
                name=subject.name
            ),
            f"docker events --since 1h --until 0s --filter type={subject.kind}",
            _("Something can only be removed after it was made. Was it made with exactly this name?"),
        )

    return Claim(
        sentence.format(name=subject.name),
        _("made and then removed") if after_existing else _("not there"),
        lambda attrs: Finding(False, _("still there: {state}").format(state=present(attrs))),
        command,
        _("`docker {kind} --help` lists what can be done with it.").format(kind=subject.kind),
        absent=absent,
    )


def existed(subject: Subject) -> bool:
    """Whether the object once existed. Raises Unavailable when the daemon has forgotten too much to say."""
    context = subject._context
    if f"{subject.kind}:{subject.name}" in context.sightings:
        return True
    events = past_events(context.daemon)
    if any(event.get("Type") == subject.kind and subject.name in names_in(event) for event in events):
        return True
    if len(events) >= REMEMBERED:
        raise Unavailable(
            _(
                "The daemon remembers only its last {count} events, and none is about {name}. Do the task again and "
                "run this check right after it."
            ).format(count=REMEMBERED, name=subject.name)
        )
    return False
