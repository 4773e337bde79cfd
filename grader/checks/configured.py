"""What containers and images both have in their Config: command, environment, user, health check and the like."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from grader.checks import arguments
from grader.checks.arguments import human_duration, nanoseconds
from grader.checks.expectation import Claim, expectation
from grader.checks.labels import Labelled
from grader.docker_api.words import environment, is_healthcheck, shown_words
from grader.i18n import _
from grader.report.plain import listed

#: The engine's own defaults, used where a HEALTHCHECK does not say (Dockerfile reference, HEALTHCHECK).
_HEALTH_DEFAULTS = {"Interval": 30, "Timeout": 30, "StartPeriod": 0, "StartInterval": 5, "Retries": 3}


class Configured(Labelled):
    """Expectations about a Config."""

    label_path: ClassVar[str] = "Config.Labels"

    def _config_look(self, instruction: str, option: str) -> str:
        """Where to look next, for an image or for a container."""
        if self.kind == "image":
            return _(
                "In a Dockerfile the instruction {instruction} decides it. Was it built again after the change?"
            ).format(instruction=instruction)
        return _("It comes from the image, or from `docker run`: its `--help` has a line on {option}.").format(
            option=option
        )

    def _words(self, sentence: str, wanted: list[str], field: str, option: str) -> Claim:
        """A claim about one of the lists that a Dockerfile's exec form writes."""
        return self._field(
            self._says(sentence, words=shown_words(wanted)),
            shown_words(wanted),
            f"Config.{field}",
            right=lambda has: list(has or []) == wanted,
            show=shown_words,
            look=self._config_look(field.upper(), option),
        )

    @expectation
    def has_entrypoint(self, entrypoint: Sequence[str] | str) -> Claim:
        """Its ENTRYPOINT as a list of words; ``[]`` means none."""
        wanted = arguments.words(entrypoint, "entrypoint")
        return self._words(_("{what} has the entrypoint {words}"), wanted, "Entrypoint", "entrypoint")

    @expectation
    def has_command(self, command: Sequence[str] | str) -> Claim:
        """Its command (CMD, or what follows the image in ``docker run``); ``[]`` means none."""
        wanted = arguments.words(command, "command")
        return self._words(_("{what} has the command {words}"), wanted, "Cmd", "command")

    @expectation
    def has_env(self, named: Mapping[str, str] | None = None, /, **variables: str) -> Claim:
        """It sets these environment variables: ``has_env(MODE="dev")``."""
        wanted = arguments.pairs(named, variables, "has_env")
        shown = ", ".join(f"{name}={value}" for name, value in wanted.items())

        def show(entries: Any) -> str:
            return ", ".join(_shown_variable(entries, name) for name in wanted)

        return self._field(
            self._says(_("{what} has {variables} in its environment"), variables=shown),
            shown,
            "Config.Env",
            right=lambda entries: wanted.items() <= environment(entries).items(),
            show=show,
            look=self._config_look("ENV", "environment"),
        )

    @expectation
    def has_env_like(self, name: str, pattern: str) -> Claim:
        """It sets this environment variable, and its value matches this regular expression."""
        arguments.text(name, "name")
        wanted = arguments.pattern(pattern, "pattern")

        def right(entries: Any) -> bool:
            has = environment(entries)
            return name in has and wanted.search(has[name]) is not None

        return self._field(
            self._says(_("{what} has {name} like {pattern} in its environment"), name=name, pattern=pattern),
            f"{name}={pattern}",
            "Config.Env",
            right=right,
            show=lambda entries: _shown_variable(entries, name),
            look=self._config_look("ENV", "environment"),
        )

    @expectation
    def has_no_env(self, name: str) -> Claim:
        """It does not set this environment variable."""
        arguments.text(name, "name")
        return self._field(
            self._says(_("{what} does not have {name} in its environment"), name=name),
            _("no variable {name}").format(name=name),
            "Config.Env",
            right=lambda entries: name not in environment(entries),
            show=lambda entries: _shown_variable(entries, name),
            look=self._config_look("ENV", "environment"),
        )

    @expectation
    def has_workdir(self, path: str) -> Claim:
        """Its working directory."""
        wanted = arguments.path(path, "path")
        return self._field(
            self._says(_("{what} has the working directory {path}"), path=wanted),
            wanted,
            "Config.WorkingDir",
            right=lambda has: (str(has or "/").rstrip("/") or "/") == wanted,
            show=lambda has: str(has or "/"),
            look=self._config_look("WORKDIR", "workdir"),
        )

    @expectation
    def runs_as(self, user: str) -> Claim:
        """Its main process runs as this user, written as in USER or ``--user`` (unset is root).

        Without a group in ``user`` any group will do.
        """
        wanted = arguments.text(user, "user")
        return self._field(
            self._says(_("{what} runs as the user {user}"), user=wanted),
            wanted,
            "Config.User",
            right=lambda has: same_user(has, wanted),
            show=lambda has: str(has) if has else _("root (none is set)"),
            look=self._config_look("USER", "user"),
        )

    @expectation
    def exposes(self, port: int, protocol: str = "tcp") -> Claim:
        """It declares that it listens on this port (that publishes nothing)."""
        wanted = arguments.port_and_protocol(port, protocol)
        return self._field(
            self._says(_("{what} exposes the port {port}"), port=wanted),
            wanted,
            "Config.ExposedPorts",
            right=lambda ports: wanted in (ports or {}),
            show=lambda ports: listed(ports or {}, empty=_("no exposed port")),
            look=self._config_look("EXPOSE", "expose"),
        )

    @expectation
    def does_not_expose(self, port: int, protocol: str = "tcp") -> Claim:
        """It does not declare this port."""
        unwanted = arguments.port_and_protocol(port, protocol)
        return self._field(
            self._says(_("{what} does not expose the port {port}"), port=unwanted),
            _("no port {port}").format(port=unwanted),
            "Config.ExposedPorts",
            right=lambda ports: unwanted not in (ports or {}),
            show=lambda ports: listed(ports or {}, empty=_("no exposed port")),
            look=self._config_look("EXPOSE", "expose"),
        )

    @expectation
    def has_stop_signal(self, signal: str) -> Claim:
        """The signal ``docker stop`` sends first (unset is SIGTERM)."""
        wanted = arguments.text(signal, "signal")
        return self._field(
            self._says(_("{what} is stopped by {signal}"), signal=wanted),
            wanted,
            "Config.StopSignal",
            right=lambda has: str(has or "SIGTERM").removeprefix("SIG") == wanted.removeprefix("SIG"),
            show=lambda has: str(has) if has else _("SIGTERM (none is set)"),
            look=self._config_look("STOPSIGNAL", "stop-signal"),
        )

    @expectation
    def has_healthcheck(
        self,
        command: str | None = None,
        *,
        interval: str | float | None = None,
        timeout: str | float | None = None,
        start_period: str | float | None = None,
        start_interval: str | float | None = None,
        retries: int | None = None,
        at_least: Mapping[str, str | float] | None = None,
        at_most: Mapping[str, str | float] | None = None,
    ) -> Claim:
        """It has a health check; ``command`` is a part of its command, times are seconds or texts like "2s".

        ``at_least``: settings by name that may be larger, such as ``{"start_period": "2s"}``; ``at_most``: smaller.
        """
        exact = _health_settings(
            interval=interval,
            timeout=timeout,
            start_period=start_period,
            start_interval=start_interval,
            retries=retries,
        )
        least, most = _health_settings(**(at_least or {})), _health_settings(**(at_most or {}))
        if command is not None:
            arguments.text(command, "command")
        bounds = [_("{setting} or more").format(setting=_health_part(*item)) for item in least.items()]
        bounds += [_("{setting} or less").format(setting=_health_part(*item)) for item in most.items()]
        shown = ", ".join([*([command] if command else []), *(_health_part(*item) for item in exact.items()), *bounds])

        def right(check: Any) -> bool:
            if "StartInterval" in {*exact, *least, *most}:
                self._daemon.needs_api(1, 44, _("a health check's start interval"))
            if not is_healthcheck(check) or (command or "") not in " ".join(check["Test"][1:]):
                return False
            bounds = ((exact, operator.eq), (least, operator.ge), (most, operator.le))
            return all(
                holds(_health_value(check, name), value)
                for settings, holds in bounds
                for name, value in settings.items()
            )

        return self._field(
            self._says(_("{what} has a health check"))
            if not shown
            else self._says(_("{what} has a health check with {details}"), details=shown),
            shown or _("a health check"),
            "Config.Healthcheck",
            right=right,
            show=_shown_health,
            look=self._config_look("HEALTHCHECK", "health"),
        )

    @expectation
    def has_no_healthcheck(self) -> Claim:
        """It has no health check (none was set, or NONE was)."""
        return self._field(
            self._says(_("{what} has no health check")),
            _("no health check"),
            "Config.Healthcheck",
            right=lambda check: not is_healthcheck(check),
            show=_shown_health,
            look=self._config_look("HEALTHCHECK", "health"),
        )


def _shown_variable(entries: Sequence[str] | None, name: str) -> str:
    has = environment(entries)
    return f"{name}={has[name]}" if name in has else _("{name} is not set").format(name=name)


def same_user(has: object, wanted: str) -> bool:
    """Whether two spellings mean one user; the group counts only when ``wanted`` names one."""
    compared = str(has or "") if ":" in wanted else str(has or "").partition(":")[0]
    return _user(compared) == _user(wanted)


def _user(user: object) -> str:
    """Root has several spellings."""
    text = str(user or "root")
    return "root" if text in ("0", "0:0", "root:root", "root:0", "0:root") else text


def _health_settings(
    *,
    interval: str | float | None = None,
    timeout: str | float | None = None,
    start_period: str | float | None = None,
    start_interval: str | float | None = None,
    retries: str | float | None = None,
) -> dict[str, int]:
    """What is asked for, by the API's names, times in nanoseconds."""
    times = {"Interval": interval, "Timeout": timeout, "StartPeriod": start_period, "StartInterval": start_interval}
    settings = {name: nanoseconds(value, name) for name, value in times.items() if value is not None}
    if retries is not None:
        settings["Retries"] = arguments.whole(retries, "retries", low=1, high=1000)
    return settings


def _health_value(check: Mapping[str, Any], name: str) -> int:
    """A setting in nanoseconds (Retries: a number), the engine's default where 0 or nothing is set."""
    default = _HEALTH_DEFAULTS[name]
    return int(check.get(name) or (default if name == "Retries" else nanoseconds(default)))


def _health_part(name: str, value: int) -> str:
    words = {"StartPeriod": "start-period", "StartInterval": "start-interval"}
    return f"{words.get(name, name.lower())} {value if name == 'Retries' else human_duration(value)}"


def _shown_health(check: Any) -> str:
    if not is_healthcheck(check):
        return _("no health check")
    details = ", ".join(_health_part(name, _health_value(check, name)) for name in _HEALTH_DEFAULTS)
    return f"{' '.join(check['Test'][1:])} ({details})"
