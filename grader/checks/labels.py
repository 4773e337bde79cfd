"""Expectations about labels and driver options: the same for containers, images, networks and volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from grader.checks import arguments
from grader.checks.expectation import Claim, Subject, expectation
from grader.checks.throwaway import is_own
from grader.docker_api.words import listed_name
from grader.i18n import _
from grader.report.plain import listed


def shown_pairs(values: Mapping[str, Any] | None, empty: str) -> str:
    """``a=1, b=2``, or ``empty``."""
    return listed((f"{key}={value}" for key, value in sorted((values or {}).items())), empty=empty)


def has_pair(values: Mapping[str, Any] | None, key: str, value: str | None) -> bool:
    """Whether ``key`` is there, with ``value`` unless that is None."""
    return key in (values or {}) and value in (None, (values or {})[key])


class Labelled(Subject):
    """Something that carries labels, somewhere in its description."""

    label_path: ClassVar[str] = "Labels"

    @expectation
    def has_label(self, key: str, value: str | None = None) -> Claim:
        """It carries this label, with this value when one is given."""
        shown = arguments.pair(key, value)
        return self._field(
            self._says(_("{what} has the label {label}"), label=shown),
            shown,
            self.label_path,
            right=lambda labels: has_pair(labels, key, value),
            show=lambda labels: shown_pairs(labels, _("no labels")),
            look=_("Labels are metadata, given when something is made: the `--help` of that command lists them."),
        )

    @expectation
    def has_label_like(self, key: str, pattern: str) -> Claim:
        """It carries this label, and its value matches this regular expression."""
        arguments.text(key, "key")
        wanted = arguments.pattern(pattern, "pattern")
        return self._field(
            self._says(_("{what} has a label {key} like {pattern}"), key=key, pattern=pattern),
            f"{key}={pattern}",
            self.label_path,
            right=lambda labels: key in (labels or {}) and wanted.search(str(labels[key] or "")) is not None,
            show=lambda labels: shown_pairs(labels, _("no labels")),
            look=_("Labels are metadata, given when something is made: the `--help` of that command lists them."),
        )

    @expectation
    def has_no_label(self, key: str) -> Claim:
        """It does not carry this label."""
        arguments.text(key, "key")
        return self._field(
            self._says(_("{what} does not have the label {label}"), label=key),
            _("no label {label}").format(label=key),
            self.label_path,
            right=lambda labels: key not in (labels or {}),
            show=lambda labels: shown_pairs(labels, _("no labels")),
            look=_("Labels are fixed when something is made."),
        )

    def _switch(self, sentence: str, opposite: str, yes: bool, path: str) -> Claim:
        """A claim about something of a container or a network that is on or off."""
        wanted = arguments.yes(yes, "yes")
        words = {True: _("yes"), False: _("no")}
        look = _("It is decided when a container is made: `docker run --help` has a line on it.")
        if self.kind == "network":
            look = _("It is decided when a network is made: `docker network create --help`.")
        return self._field(
            self._says(sentence if wanted else opposite),
            words[wanted],
            path,
            right=lambda has: (has is True) is wanted,
            show=lambda has: words[has is True],
            look=look,
        )


class Driven(Subject):
    """Something that has a driver with options: a network or a volume."""

    @expectation
    def has_driver(self, driver: str) -> Claim:
        """Its driver, such as bridge or local."""
        wanted = arguments.text(driver, "driver")
        if self.kind == "network":
            self._context.wanted_drivers[self.name] = wanted
        return self._field(
            self._says(_("{what} uses the driver {driver}"), driver=wanted),
            wanted,
            "Driver",
            right=lambda has: has == wanted,
            look=_("The driver is chosen when it is made."),
        )

    @expectation
    def has_option(self, key: str, value: str | None = None) -> Claim:
        """Its driver got this option (``--opt``), with this value when one is given."""
        shown = arguments.pair(key, value)
        return self._field(
            self._says(_("{what} has the driver option {option}"), option=shown),
            shown,
            "Options",
            right=lambda options: has_pair(options, key, value),
            show=lambda options: shown_pairs(options, _("no options")),
            look=_("Driver options are given when it is made: its `create --help` shows how."),
        )

    def _users(self) -> list[str]:
        """Names of the containers that use it, running or not: `docker network inspect` shows running ones only."""
        found = self._daemon.ask(lambda client: client.containers(all=True, filters={self.kind: self.name}))
        return sorted(listed_name(container) for container in found if not is_own(container))
