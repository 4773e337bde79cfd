"""A container's life: state, exit code, restarts, and whether it is gone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import NOT_RUNNING, ContainerSubject, is_live, state_in_words
from grader.checks.expectation import MISSING, Claim, Context, Finding, expectation
from grader.checks.history import gone, gone_within, there
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Unavailable
from grader.docker_api.words import dig, inspect_command, moment_of
from grader.i18n import _, ngettext

#: Seconds in which a program that ends by itself may still do so: a check right after ``docker run -d`` isn't early.
_MOMENT = 3.0
#: Seconds that a container must have run to be called running.
_SETTLED = 1.0
#: What programs a machine runs without an emulator, by the name that its daemon has for it.
_RUNS = {"x86_64": ("amd64", "386"), "aarch64": ("arm64",), "arm64": ("arm64",)}


class Life(ContainerSubject):
    """Expectations about a container's state."""

    def __init__(self, context: Context, name: str) -> None:
        super().__init__(context, name)
        #: When each of its starts was first seen here, by the monotonic clock.
        self._first_seen: dict[datetime, float] = {}

    def _state(self, sentence: str, status: str, expected: str, look: str) -> Claim:
        def judge(attrs: Attrs) -> Finding:
            if status == "exited":
                return self._ended(attrs, None)
            return Finding(dig(attrs, "State", "Status") == status, state_in_words(attrs))

        return Claim(self._says(sentence), expected, judge, self._ps_command, look.format(name=self.name))

    def _runs(self, attrs: Attrs, *, or_ends: bool = False) -> Finding:
        """``or_ends``: what neither runs nor has just begun to is not waited for."""
        running = dig(attrs, "State", "Status") == "running"
        # Asked once: between two questions a container comes of age.
        young = self._is_young(attrs)
        words = _("running, for less than a second so far") if running and young else state_in_words(attrs)
        return Finding(running and not young, words, hopeless=or_ends and not young, because=NOT_RUNNING)

    def _is_young(self, attrs: Attrs) -> bool:
        """Whether it has begun to run within the last second, and may be one whose program ends at once.

        By this machine's clock; where the daemon's goes before ours, since we saw it. Whoever only looks is told of
        its end when it comes.
        """
        began = moment_of(dig(attrs, "State", "StartedAt"))
        if not is_live(attrs) or began is None or self._daemon.connection.only_looks:
            return False
        seen = self._first_seen.setdefault(began, time.monotonic())
        return max(time.time() - began.timestamp(), time.monotonic() - seen) < _SETTLED

    @expectation
    def exists(self) -> Claim:
        """A container has this name, in whatever state."""
        return there(self, _("a container with this name"), "docker ps --all", state_in_words)

    @expectation
    def is_running(self) -> Claim:
        """Its main process runs, and ran for a second (a paused one does not count)."""

        def settled(attrs: Attrs) -> Finding:
            return self._runs(attrs, or_ends=True)

        def judge(attrs: Attrs) -> Finding:
            self._must_be_able_to_run(attrs)
            finding = settled(attrs)
            if finding.hopeless or finding.ok:
                return finding
            until = _("{name} has run for a second").format(name=self.name)
            return self._wait(settled, 2 * _SETTLED, until=until, retry=_SETTLED)

        look = _("`docker logs {name}` shows what its main process said; a container lives as long as that.")
        running = self._says(_("{what} is running"))
        return Claim(running, _("running"), judge, self._ps_command, look.format(name=self.name))

    @expectation
    def is_paused(self) -> Claim:
        """Its processes are frozen by ``docker pause``."""
        look = _("`docker container --help` lists what can be done with a running container.")
        return self._state(_("{what} is paused"), "paused", _("paused"), look)

    @expectation
    def is_stopped(self) -> Claim:
        """Its main process has ended and the container is still there."""
        look = _("`docker ps --all` shows containers in every state, `docker container --help` what to do.")
        return self._state(_("{what} is stopped, and still there"), "exited", _("exited"), look)

    @expectation
    def is_created(self) -> Claim:
        """It was created and never started."""
        look = _("`docker run` creates and starts in one; `docker container --help` has the single steps.")
        return self._state(_("{what} is created but was never started"), "created", _("created, never started"), look)

    @expectation
    def is_dead(self) -> Claim:
        """The daemon failed to remove it (the state "dead")."""
        return self._state(_("{what} is dead"), "dead", _("dead"), _("`docker inspect {name}` shows its state."))

    def _exited(self, attrs: Attrs, code: int | None) -> Finding:
        ended = dig(attrs, "State", "Status") == "exited"
        right = code is None or dig(attrs, "State", "ExitCode") == code
        return Finding(ended and right, state_in_words(attrs))

    def _ended(self, attrs: Attrs, code: int | None) -> Finding:
        finding = self._exited(attrs, code)
        if finding.ok or not is_live(attrs):
            return finding
        until = _("{name} has {wanted}").format(name=self.name, wanted=_exit_words(code))
        return self._wait(lambda now: self._exited(now, code), _MOMENT, until=until)

    @expectation
    def has_exited(self, code: int | None = None, *, platform: str = "") -> Claim:
        """Its main process has ended, with this exit code when one is given.

        ``platform``: what its program is for, such as ``linux/386``; a machine that can't run it is *could not check*.
        """
        wanted = _exit_words(code)
        kind = arguments.text(platform, "platform") if platform else ""

        def judge(attrs: Attrs | None) -> Finding:
            finding = replace(self._missing(), because=MISSING) if attrs is None else self._ended(attrs, code)
            if kind and not finding.ok:
                self._must_know_programs_for(kind)
            return finding

        return Claim(
            self._says(_("{what} has {wanted}"), wanted=wanted),
            wanted,
            judge,
            inspect_command("container", self.name, ".State.Status", ".State.ExitCode"),
            _("`docker logs {name}` shows its last words; the exit code is its main process's.").format(name=self.name),
            absent=(lambda: judge(None)) if kind else None,
        )

    def _must_know_programs_for(self, platform: str) -> None:
        machine = str(self._daemon.engine.info().get("Architecture"))
        known = _RUNS.get(machine)
        if known and platform.removeprefix("linux/") not in known:
            why = _("this machine ({machine}) runs no programs for {platform}")
            raise Unavailable(why.format(machine=machine, platform=platform))

    @expectation
    def has_restarted(self, at_least: int = 1, at_most: int | None = None, within: float | None = None) -> Claim:
        """How often the daemon has restarted it by its restart policy (``docker restart`` does not count).

        ``within``: so many seconds it may take until that is so.
        """
        low = arguments.whole(at_least, "at_least", low=0, high=10**6)
        high = 10**6 if at_most is None else arguments.whole(at_most, "at_most", low=low, high=10**6)
        shown = ngettext("at least {count} time", "at least {count} times", low).format(count=low)
        if at_most is not None:
            shown = _times(low) if low == high else _("{low} to {high} times").format(low=low, high=high)
        never = self._says(_("{what} was never restarted by the daemon"))
        limit = None if within is None else arguments.seconds(within, "within")
        claim = self._field(
            self._says(_("{what} was restarted by the daemon {times}"), times=shown) if high else never,
            shown,
            "RestartCount",
            right=lambda count: low <= int(count or 0) <= high,
            show=_times,
            look=_("The restart policy decides when the daemon restarts a container."),
        )
        if limit is None:
            return claim
        until = _("{name} was restarted {times}").format(name=self.name, times=shown)
        return replace(claim, judge=lambda _attrs: self._wait(claim.judge, limit, until=until))

    @expectation
    def has_restart_policy(self, name: str, max_retries: int | None = None) -> Claim:
        """Its restart policy: "no", "on-failure" (perhaps with a maximum), "always", "unless-stopped"."""
        arguments.one_of(name, "name", ("no", "on-failure", "always", "unless-stopped"))
        if max_retries is not None:
            arguments.whole(max_retries, "max_retries", low=0, high=10**6)
        shown = name if max_retries is None else f"{name}:{max_retries}"

        def right(policy: Any) -> bool:
            has = (policy or {}).get("Name") or "no"
            return has == name and max_retries in (None, (policy or {}).get("MaximumRetryCount") or 0)

        return self._field(
            self._says(_("{what} has the restart policy {policy}"), policy=shown),
            shown,
            "HostConfig.RestartPolicy",
            right=right,
            show=_shown_policy,
            look=_("`docker run --help` and `docker update --help` have a line on the restart policy."),
        )

    @expectation
    def failed_to_start(self, because: str | None = None) -> Claim:
        """The daemon could not start it, for a reason that contains this text when one is given."""
        if because is not None:
            arguments.text(because, "because")

        def judge(attrs: Attrs) -> Finding:
            error = str(dig(attrs, "State", "Error") or "")
            right = bool(error) and (because or "").lower() in error.lower()
            return Finding(right, error or state_in_words(attrs))

        return Claim(
            self._says(_("{what} could not be started")),
            because or _("an error at its start"),
            judge,
            inspect_command("container", self.name, ".State.Error"),
            _("When a container does not start, the daemon's reason is kept with its state."),
        )

    @expectation
    def started_after(self, other: str) -> Claim:
        """Its last start was later than that of another container."""

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            mine_at, theirs_at = (moment_of(dig(one, "State", "StartedAt")) for one in (attrs, theirs))
            found = _("{name} started at {time}, {other} at {other_time}").format(
                name=self.name, time=mine_at or "—", other=other, other_time=theirs_at or "—"
            )
            return Finding(bool(mine_at and theirs_at and mine_at > theirs_at), found)

        return Claim(
            self._says(_("{what} was started after {other}"), other=other),
            _("later than {other}").format(other=other),
            self._beside(other, compare),
            inspect_command("container", self.name, ".State.StartedAt"),
            _("The order of starts shows in `docker ps`."),
        )

    @expectation
    def has_never_stopped(self) -> Claim:
        """It runs, and has not ended once since it was first started."""

        def judge(attrs: Attrs) -> Finding:
            # The daemon keeps the time of the latest end through the next start.
            ended = moment_of(dig(attrs, "State", "FinishedAt"))
            if not is_live(attrs) or ended is None:
                return Finding(is_live(attrs), state_in_words(attrs))
            return Finding(False, _("it ended at {time}, and was started again").format(time=ended))

        return Claim(
            self._says(_("{what} has never stopped")),
            _("running since its first start"),
            judge,
            inspect_command("container", self.name, ".State.StartedAt", ".State.FinishedAt"),
            _("Who stops a container, restarts it or the daemon, ends its main process; a new start is a new process."),
        )

    @expectation
    def is_gone(self, after_existing: bool = False, within: float = 0) -> Claim:
        """No container has this name; with ``after_existing`` one had (the daemon's events prove it).

        ``within``: one that removes itself at its end may take so many seconds for it.
        """
        claim = gone(self, after_existing, "docker ps --all", present=state_in_words)
        return gone_within(self, claim, arguments.seconds(within, "within")) if within else claim

    @expectation
    def becomes_running(self, within: float = 10) -> Claim:
        """It runs now or within so many seconds, and ran for a second."""
        sentence = self._says(_("{what} is running within {seconds:g} s"), seconds=within)
        return self._becomes(sentence, _("running"), self._runs, within=within, retry=_SETTLED)

    @expectation
    def exits(self, within: float = 10, code: int | None = None) -> Claim:
        """Its main process has ended or ends within so many seconds, with this code when one is given."""
        wanted = _exit_words(code)
        return self._becomes(
            self._says(_("{what} has {wanted} within {seconds:g} s"), wanted=wanted, seconds=within),
            wanted,
            lambda attrs: self._exited(attrs, code),
            until=_("{name} has {wanted}").format(name=self.name, wanted=wanted),
            within=within,
        )


def _exit_words(code: int | None) -> str:
    if code is None:
        return _("exited")
    return _("exited with code {code}").format(code=arguments.whole(code, "code", low=0, high=255))


def _times(count: Any) -> str:
    number = int(count or 0)
    return ngettext("{count} time", "{count} times", number).format(count=number)


def _shown_policy(policy: Any) -> str:
    name, most = (policy or {}).get("Name") or "no", (policy or {}).get("MaximumRetryCount")
    return f"{name}:{most}" if most else str(name)
