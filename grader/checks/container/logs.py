"""What a container wrote to its log."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import ContainerSubject, has_ended
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.streams import read_logs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import excerpt

#: Seconds between two looks at a log that is waited for: no event tells about a new line.
_RETRY = 0.25


class Logs(ContainerSubject):
    """Expectations about a container's log."""

    @expectation
    def logs_contain(self, text: str, within: float | None = None) -> Claim:
        """Its log has this text somewhere, now or within so many seconds."""
        wanted = arguments.text(text, "text")
        sentence = self._says(_("The log of container {name} contains {text!r}"), name=self.name, text=wanted)
        return self._log_claim(sentence, wanted, lambda log: wanted in log, within)

    @expectation
    def logs_match(self, pattern: str, within: float | None = None) -> Claim:
        """A line of its log matches this regular expression, now or within so many seconds."""
        wanted = arguments.pattern(pattern, "pattern")
        sentence = self._says(_("The log of container {name} matches {text!r}"), name=self.name, text=pattern)
        return self._log_claim(sentence, pattern, lambda log: wanted.search(log) is not None, within)

    @expectation
    def logs_lack(self, text: str) -> Claim:
        """Its log has this text nowhere."""
        unwanted = arguments.text(text, "text")
        return self._log_claim(
            self._says(_("The log of container {name} does not contain {text!r}"), name=self.name, text=unwanted),
            _("nowhere in it"),
            lambda log: unwanted not in log,
            None,
        )

    def _log_claim(self, sentence: str, expected: str, right: Callable[[str], bool], within: float | None) -> Claim:
        limit = None if within is None else arguments.seconds(within, "within")

        def look(attrs: Attrs) -> Finding:
            log = read_logs(self._daemon, self.name, tty=dig(attrs, "Config", "Tty") is True)
            return Finding(right(log), excerpt(log) or _("an empty log"))

        def look_or_give_up(attrs: Attrs) -> Finding:
            # Its log is complete when the daemon says so (moby closes the log first, then notes the end).
            return replace(look(attrs), hopeless=has_ended(attrs))

        def judge(attrs: Attrs) -> Finding:
            return look(attrs) if limit is None else self._wait_for_log(look_or_give_up, limit)

        return Claim(
            sentence,
            expected,
            judge,
            f"docker logs {self._shell_name}",
            _("A container's log is what its main process writes to its standard output and error."),
        )

    @expectation
    def logs_at_most(self, times: float, other: str, pattern: str, within: float | None = None) -> Claim:
        """A number in its log is at most so many times the same one in another container's log.

        ``pattern`` has one group, the number. So a machine that is busy slows down both.
        """
        wanted, limit = (
            arguments.pattern(pattern, "pattern"),
            None if within is None else arguments.seconds(within, "within"),
        )
        if wanted.groups != 1:
            raise AuthorError(_("pattern must have one group, the number: {pattern!r}").format(pattern=pattern))
        if isinstance(times, bool) or not isinstance(times, int | float) or not 0 < times < 1e6:
            raise AuthorError(_("times must be a number above 0, not {value!r}").format(value=times))

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            mine, its = self._number(attrs, wanted), self._number(theirs, wanted)
            unknown = _("no such number")
            found = _("{name}: {number}; {other}: {other_number}").format(
                name=self.name,
                number=unknown if mine is None else f"{mine:g}",
                other=other,
                other_number=unknown if its is None else f"{its:g}",
            )
            right = mine is not None and its is not None and mine <= times * its
            # A number stays once it is there, and none comes after the end.
            known = [number is not None or has_ended(of) for number, of in ((mine, attrs), (its, theirs))]
            return Finding(right, found, hopeless=all(known))

        judge = self._beside(other, compare)
        return Claim(
            self._says(
                _("The number in the log of container {name} is at most {times:g} times that of {other}"),
                name=self.name,
                times=times,
                other=other,
            ),
            _("at most {times:g} times as much").format(times=times),
            judge if limit is None else lambda _attrs: self._wait_for_log(judge, limit),
            f"docker logs {self._shell_name}; docker logs {shlex.quote(other)}",
            _("A container's log is what its main process writes to its standard output and error."),
        )

    def _wait_for_log(self, judge: Callable[[Attrs], Finding], seconds: float) -> Finding:
        # Not the text that is wanted: it may be a regular expression.
        until = _("the log of {name} says it").format(name=self.name)
        return self._wait(judge, seconds, until=until, retry=_RETRY)

    def _number(self, attrs: Attrs, pattern: re.Pattern[str]) -> float | None:
        tty = dig(attrs, "Config", "Tty") is True
        found = pattern.search(read_logs(self._daemon, str(attrs["Id"]), tty=tty))
        return float(found[1]) if found and re.fullmatch(r"\d{1,15}(\.\d{1,15})?", found[1] or "") else None

    @expectation
    def has_log_driver(self, driver: str, /, **options: str) -> Claim:
        """Its log driver and options, dashes as underscores: ``has_log_driver("json-file", max_size="10m")``."""
        arguments.text(driver, "driver")
        asked = {name.replace("_", "-"): value for name, value in options.items()}
        if asked:
            arguments.pairs(asked, {}, "the options")
        shown = ", ".join([driver, *(f"{name}={value}" for name, value in asked.items())])

        def right(config: Any) -> bool:
            has = (config or {}).get("Config") or {}
            return (config or {}).get("Type") == driver and asked.items() <= has.items()

        return self._field(
            self._says(_("{what} has the log driver {driver}"), driver=shown),
            shown,
            "HostConfig",
            "LogConfig",
            right=right,
            show=_shown_driver,
            look=_("`docker run --help`, look for log."),
        )


def _shown_driver(config: Any) -> str:
    options = (config or {}).get("Config") or {}
    return ", ".join([str((config or {}).get("Type")), *(f"{key}={value}" for key, value in options.items())])
