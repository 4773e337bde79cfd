"""Expectations about what happened on the daemon, by its events."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from typing import Self

from grader.checks import arguments
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.checks.history import daemons_memory, is_ours, names_in
from grader.docker_api.daemon import Attrs
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Obstructed
from grader.docker_api.events import REMEMBERED
from grader.docker_api.words import full_reference
from grader.i18n import _, ngettext
from grader.report.plain import listed

#: Seconds in which the news of what has happened may still come.
_NEWS_SECONDS = 2.0
_KINDS = ("container", "image", "network", "volume", "builder", "daemon", "service", "node", "secret", "config")


class Event(Subject):
    """``t.event("container", "die", "web", exitCode="137")``: what a task expects of the past.

    Events that the checks themselves caused are left out. The daemon remembers the last 256 only.
    """

    kind = "event"

    @classmethod
    def stated(  # type: ignore[override]
        cls, context: Context, kind: str, action: str, name: str | None = None, /, **attributes: str
    ) -> Self:
        return cls(context, kind, action, name, attributes)

    def __init__(
        self, context: Context, kind: str, action: str, name: str | None, attributes: Mapping[str, str]
    ) -> None:
        arguments.one_of(kind, "kind", _KINDS)
        arguments.text(action, "action")
        if name is not None:
            arguments.text(name, "name")
        if attributes:
            arguments.pairs(attributes, {}, "attributes")
        super().__init__(context, " ".join([kind, action, *([name] if name else [])]))
        self._kind, self._action, self._object, self._attributes = kind, action, name, dict(attributes)

    @property
    def what(self) -> str:
        details = "".join(f", {key} {value}" for key, value in self._attributes.items())
        return _("The event “{name}{details}”").format(name=self.name, details=details)

    def _fetch(self) -> Attrs:
        return {"events": daemons_memory(self._daemon)}

    def _hits(self, attrs: Attrs) -> list[Attrs]:
        return [event for event in attrs["events"] if self._fits(event)]

    @property
    def _wanted_name(self) -> str | None:
        """The object's name as events write it; None: any object."""
        return full_reference(self._object) if self._object and self._kind == "image" else self._object

    def _fits(self, event: Attrs) -> bool:
        action = str(event.get("Action", ""))
        attributes = (event.get("Actor") or {}).get("Attributes") or {}
        wanted = self._wanted_name
        return (
            event.get("Type") == self._kind
            # "exec_start: sh -c …" and "health_status: healthy" carry details after the action.
            and (action == self._action or action.startswith(f"{self._action}:"))
            and (wanted is None or wanted in names_in(event))
            and all(str(attributes.get(key)) == value for key, value in self._attributes.items())
            and not is_ours(event, self._context.sightings)
        )

    @expectation
    def happened(self, at_least: int = 1) -> Claim:
        """It happened, at least so many times."""
        least = arguments.whole(at_least, "at_least", low=1, high=REMEMBERED)
        seen = f"happened:{self.what}:{least}"

        def judge(attrs: Attrs) -> Finding:
            # As with what is gone: run once more at the end of a long lab, it is not to fail for a short memory.
            if seen in self._context.sightings:
                return Finding(True, _("seen by an earlier check"))
            # The daemon tells who waits for a container's end before it writes down that it happened
            # (moby, daemon/monitor.go: SetStopped, and after a file is written, the event).
            seconds = 0 if self._daemon.connection.only_looks else _NEWS_SECONDS * self._daemon.pace()
            over = Deadline(min(seconds, max(0.0, self._daemon.deadline.remaining() - 1)))
            while (count := len(self._hits(attrs))) < least and not over.is_over():
                time.sleep(0.2)
                attrs = self._fetch()
            if count < least:
                self._must_remember(attrs)
            else:
                self._context.sightings.add(seen)
            return Finding(count >= least, f"{_times(count)}; {self._told(attrs)}")

        return self._claim(self._says(_("{what} happened")), _("at least {n} times").format(n=least), judge)

    @expectation
    def never_happened(self) -> Claim:
        """It did not happen, as far as the daemon can remember."""

        def judge(attrs: Attrs) -> Finding:
            count = len(self._hits(attrs))
            if not count:
                self._must_remember(attrs)
            return Finding(count == 0, _times(count))

        return self._claim(self._says(_("{what} never happened")), _("never"), judge)

    def _claim(self, sentence: str, expected: str, judge: Callable[[Attrs], Finding]) -> Claim:
        name = f" --filter {shlex.quote(f'{self._kind}={self._object}')}" if self._object else ""
        return Claim(
            sentence,
            expected,
            judge,
            f"docker events --since 1h --until 0s --filter type={self._kind}{name}",
            _("`docker events` tells what happened on the daemon."),
        )

    def _must_remember(self, attrs: Attrs) -> None:
        if len(attrs["events"]) >= REMEMBERED:
            # Whoever makes so much happen could make it forget on purpose.
            raise Obstructed(
                _(
                    "The daemon remembers only its last {count} events. Do the task again and run this check "
                    "right after it."
                ).format(count=REMEMBERED)
            )

    def _told(self, attrs: Attrs) -> str:
        """What else happened to the object, oldest first, to compare with."""
        wanted = self._wanted_name
        actions = [
            str(event.get("Action", ""))
            for event in attrs["events"]
            if event.get("Type") == self._kind
            and (wanted is None or wanted in names_in(event))
            and not is_ours(event, self._context.sightings)
        ]
        if not actions:
            nothing = _("the daemon knows nothing that happened to {name}")
            anything = _("the daemon knows of no event of the kind {kind}")
            return nothing.format(name=self._object) if self._object else anything.format(kind=self._kind)
        return _("what happened: {actions}").format(actions=listed(actions[-8:], empty=""))


def _times(count: int) -> str:
    return ngettext("{count} time", "{count} times", count).format(count=count)
