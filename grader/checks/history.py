"""What happened on the daemon: its memory of events, and what earlier checks saw.

The engine keeps the last 256 events, in memory only (measured on 26.1; ``docker events --help`` pages said 1000
until docker/cli#5537 corrected it). When older ones were dropped, the absence of a trace proves nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from grader.checks.expectation import Claim, Context, Finding, Subject
from grader.checks.throwaway import OWN_LABEL
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed
from grader.docker_api.words import full_reference
from grader.i18n import _

#: How many events the engine remembers.
REMEMBERED = 256
#: Bytes and seconds for reading them all.
_READ_LIMIT = 32 * 1024 * 1024
_READ_SECONDS = 5.0


def past_events(daemon: Daemon) -> list[Attrs]:
    """The events the daemon still remembers, oldest first."""
    # "until" a moment that is over by any clock: else the daemon would wait for it and keep the stream open.
    params = {"since": "0", "until": f"{time.time() - 0.001:.6f}"}
    data, limit = bytearray(), Deadline(_READ_SECONDS)
    with daemon.stream("/events", params, patience=_READ_SECONDS) as response:
        for piece in response.iter_content(64 * 1024):
            data += piece
            if len(data) > _READ_LIMIT or limit.is_over():
                # An event carries all labels of its object.
                raise Obstructed(_("The daemon's events are too large to be read: something has very large labels."))
    events = [json.loads(line) for line in data.splitlines() if line]
    # A network's event tells which container, but not its labels.
    ours = {_actor(event).get("ID") for event in events if OWN_LABEL in _attributes(event)}
    for event in events:
        if _attributes(event).get("container") in ours:
            _attributes(event)[OWN_LABEL] = "1"
    return events


def is_ours(event: Attrs, sightings: set[str]) -> bool:
    """Whether a check of ours caused the event, by a throwaway container or by an exec."""
    attributes = _attributes(event)
    return OWN_LABEL in attributes or f"exec:{attributes.get('execID')}" in sightings


def _actor(event: Attrs) -> Attrs:
    actor: Attrs = event.get("Actor") or {}
    return actor


def _attributes(event: Attrs) -> Attrs:
    attributes: Attrs = _actor(event).get("Attributes") or {}
    return attributes


def names_in(event: Attrs) -> set[str]:
    """All names an event gives its object."""
    actor, attributes = _actor(event), _attributes(event)
    old = str(attributes.get("oldName", "")).removeprefix("/")
    names = {str(actor.get("ID", "")), str(attributes.get("name", "")), old}
    return {full_reference(name) for name in names if name} if event.get("Type") == "image" else names


def gone(subject: Subject, after_existing: bool, command: str, *, present: Callable[[Attrs], str]) -> Claim:
    """The claim that an object does not exist (any more)."""

    def absent() -> Finding:
        if not after_existing or existed(subject._context, subject.kind, subject.name):
            return Finding(True, _("gone"))
        return Finding(
            False,
            _("there is none, and there never was: the daemon's events don't know {name}").format(name=subject.name),
            f"docker events --since 1h --until 0s --filter type={subject.kind}",
            _("Something can only be removed after it was made. Was it made with exactly this name?"),
        )

    return Claim(
        subject._says(_("{what} is removed")),
        _("made and then removed") if after_existing else _("not there"),
        lambda attrs: Finding(False, _("still there: {state}").format(state=present(attrs))),
        command,
        _("`docker {kind} --help` lists what can be done with it.").format(kind=subject.kind),
        absent=absent,
    )


def existed(context: Context, kind: str, name: str) -> bool:
    """Whether the object once existed. Raises Obstructed when the daemon has forgotten too much to say."""
    if f"{kind}:{name}" in context.sightings:
        return True
    wanted = full_reference(name) if kind == "image" else name
    events = past_events(context.daemon)
    if any(event.get("Type") == kind and wanted in names_in(event) for event in events):
        return True
    if len(events) >= REMEMBERED:
        # Whoever makes so much happen could make it forget on purpose.
        raise Obstructed(
            _(
                "The daemon remembers only its last {count} events, and none is about {name}. Do the task "
                "again and run this check right after it."
            ).format(count=REMEMBERED, name=name)
        )
    return False
