"""What happened on the daemon: its memory of events, and what earlier checks saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from grader.checks.expectation import Claim, Context, Finding, Subject
from grader.checks.waiting import Awaited, wait_for
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Obstructed
from grader.docker_api.events import REMEMBERED, actor, attributes, container_of, past_events
from grader.docker_api.words import OWN_LABEL, OWN_NAME, dig, full_reference
from grader.i18n import _
from grader.report.plain import listed

#: What the daemon tells of single events; a label of that name would tell it in its place (moby, daemon/events.go).
_OF_EVENTS = frozenset({"exitCode", "execDuration", "execID", "oldName", "signal"})


def daemons_memory(daemon: Daemon) -> list[Attrs]:
    """The events the daemon still remembers, oldest first; those that a check of ours caused are marked.

    A container's labels are in each of its events, in the place of what the daemon itself would say there: what a label
    says of an event's own matters is taken out.
    """
    events = past_events(daemon)
    labels = {container_of(event): set(attributes(event)) for event in events if _tells_labels_only(event)}
    for event in events:
        told, container = attributes(event), container_of(event)
        if event.get("Type") != "container" or not _OF_EVENTS & told.keys():
            continue
        if container not in labels:
            labels[container] = _labels_now(daemon, container)
        for forged in _OF_EVENTS & labels[container]:
            told.pop(forged, None)
    _say_what_ended(events)
    # A network's event tells which container, but not its labels.
    ours = {actor(event).get("ID") for event in events if _is_a_helpers(event)}
    # None of ours was ever called otherwise.
    ours -= {actor(event).get("ID") for event in events if not _has_own_name(event)}
    for event in events:
        told = attributes(event)
        if container_of(event) in ours:
            told[OWN_LABEL] = "1"
        elif event.get("Type") == "container":
            told.pop(OWN_LABEL, None)
    return events


def _say_what_ended(events: list[Attrs]) -> None:
    """The end of an exec has its exit code, and only its start what it ran: the command is told at both."""
    ran: dict[object, str] = {}
    for event in events:
        told = attributes(event)
        action, _colon, command = str(event.get("Action")).partition(": ")
        if action == "exec_start" and "execID" in told:
            ran[told["execID"]] = command.strip()
        if action in ("exec_start", "exec_die"):
            # In the place of a label of that name, too.
            told["command"] = ran.get(told.get("execID"), "")


def _tells_labels_only(event: Attrs) -> bool:
    """Whether all it says beside the name and the image are labels."""
    return event.get("Type") == "container" and event.get("Action") in ("create", "start", "destroy")


def _labels_now(daemon: Daemon, container: str) -> set[str]:
    """Of one whose beginning the daemon has forgotten. Where it is gone, too, nobody knows: then any may be a label."""
    found = daemon.find(lambda client: client.inspect_container(container))
    return set(_OF_EVENTS if found is None else dig(found, "Config", "Labels") or ())


def _is_a_helpers(event: Attrs) -> bool:
    """By its label and by its name: the label alone anybody can give."""
    return OWN_LABEL in attributes(event) and _has_own_name(event)


def _has_own_name(event: Attrs) -> bool:
    return str(attributes(event).get("name")).startswith(OWN_NAME)


def is_ours(event: Attrs, sightings: set[str]) -> bool:
    """Whether a check of ours caused the event, by a throwaway container or by an exec."""
    told = attributes(event)
    return OWN_LABEL in told or f"exec:{told.get('execID')}" in sightings


def names_in(event: Attrs) -> set[str]:
    """All names an event gives its object."""
    told = attributes(event)
    old = str(told.get("oldName", "")).removeprefix("/")
    names = {str(actor(event).get("ID", "")), str(told.get("name", "")), old}
    return {full_reference(name) for name in names if name} if event.get("Type") == "image" else names


def there(subject: Subject, expected: str, command: str, present: Callable[[Attrs], str]) -> Claim:
    """The claim that an object exists."""
    sentence = subject._says(_("{what} exists"))
    return Claim(sentence, expected, lambda attrs: Finding(True, present(attrs)), command, "")


def none_here(subject: Subject, sentence: str, names: Iterable[object], command: str) -> Finding:
    """That there is no object of this {name}; ``sentence`` tells the {names} of those that there are."""
    found = sentence.format(name=subject.name, names=listed(names, empty=_("none")))
    return Finding(False, found, command, subject._where_to_begin())


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


def gone_within(subject: Awaited, claim: Claim, seconds: float) -> Claim:
    """The claim of ``gone``, for what may still be removing itself."""

    def look() -> Finding:
        subject._look_again()
        attrs = subject._seen()
        return (claim.absent or subject._missing)() if attrs is None else claim.judge(attrs)

    def judge(attrs: Attrs) -> Finding:
        if subject._daemon.connection.only_looks:
            return claim.judge(attrs)
        until = _("{name} is gone").format(name=subject.name)
        return wait_for(subject._daemon, subject.events, subject.name, look, until=until, seconds=seconds, retry=0.25)

    return replace(claim, judge=judge)


def existed(context: Context, kind: str, name: str) -> bool:
    """Whether the object once existed. Raises Obstructed when the daemon has forgotten too much to say."""
    wanted = full_reference(name) if kind == "image" else name
    return remembered(context, kind, name, lambda event: event.get("Type") == kind and wanted in names_in(event))


def remembered(context: Context, kind: str, name: str, about: Callable[[Attrs], bool]) -> bool:
    """Whether an earlier check saw the object, or an event is ``about`` it. Raises Obstructed as ``existed`` does."""
    if f"{kind}:{name}" in context.sightings:
        return True
    events = daemons_memory(context.daemon)
    if any(map(about, events)):
        # The daemon forgets; the same check, run once more at the end of a long lab, is not to fail for that.
        context.sightings.add(f"{kind}:{name}")
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
