"""How much CPU time a container gets, measured: a loop of the check's runs in it, and the kernel's counters are read.

What a busy machine takes away is no student's mistake, so no clock is asked. The kernel counts a container's periods,
and those in which it held the container back: there it had its whole quota. And two that compete in the same moments
share whatever CPU time there is. A measurement that tells nothing leaves it to the settings: where these are wrong the
expectation has failed, and where they are right it could not be checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from grader.checks import arguments
from grader.checks.container.limits import Limits
from grader.checks.container.subject import NOT_RUNNING, is_live, state_in_words
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import Refused, Unavailable
from grader.docker_api.words import CPU_PERIOD, cpu_limit, dig, inspect_command
from grader.i18n import _

#: Seconds that a measurement may take. The loop ends by itself where the image has nothing to end it sooner.
_SECONDS = 12
#: Seconds of the check's time that it leaves to what comes after it.
_SPARE = 5
_LOOP = ("timeout", "40", "sh", "-c", "while :; do :; done", "drydock-loop")
#: Not every image has pkill. The brackets: it must not find itself.
_END = ("sh", "-c", "for one in /proc/[0-9]*; do grep -q drydock-loo[p] $one/cmdline && kill -9 ${one#/proc/}; done")
#: A loop that has used so many seconds of CPU time has begun.
_BEGUN = 0.03
#: How often a container is to be held back in a measurement, and in what part of its periods, to tell its quota.
_STOPS, _HELD_BACK = 12, 0.7
#: How far a measured quota may be from what was asked for. The kernel hands out slices of 5 ms.
_QUOTA_OFF = 0.2
#: Seconds of CPU time that two who compete are to have together, and with which they tell nothing; and what the lesser
#: of them is to have, since a busy kernel hands out slices of up to a tenth of a second.
_MUCH, _TOO_LITTLE, _SLICES = 1.0, 0.4, 0.2
#: cgroup v2 turns shares into weights, each runc by a formula of its own: four to one becomes about three to one.
_SHARES_OFF = 1.65
_DEFAULT_SHARES = 1024


@dataclass(frozen=True)
class _Counters:
    """The kernel's counters for one container: seconds of CPU time, and numbers of periods."""

    used: float
    periods: int
    throttled: int

    def since(self, before: _Counters) -> _Counters:
        return _Counters(self.used - before.used, self.periods - before.periods, self.throttled - before.throttled)


class CpuTime(Limits):
    """Expectations about the CPU time that a container gets."""

    @expectation
    def uses_cpus(self, cpus: float, *, period: float | None = None) -> Claim:
        """A loop in it gets this part of a CPU, for the kernel holds it back; in periods of so many seconds."""
        if isinstance(cpus, bool) or not isinstance(cpus, int | float) or not 0.02 <= cpus <= 0.9:
            raise AuthorError(_("cpus must be a number from 0.02 to 0.9, not {value!r}").format(value=cpus))
        every = None if period is None else arguments.seconds(period, "period", high=1)

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return Finding(False, state_in_words(attrs), because=NOT_RUNNING)
            (had,) = self._measured([str(attrs["Id"])], enough=_is_told, in_vain=_had_little)
            length = int(dig(attrs, "HostConfig", "CpuPeriod") or CPU_PERIOD) / 1e6
            found = _(
                "{used:.2f} s of CPU time in {periods} periods of {milliseconds:g} ms, held back in {held}"
            ).format(used=had.used, periods=had.periods, milliseconds=1000 * length, held=had.throttled)
            if had.throttled:
                # Where it was held back it had its quota, and elsewhere at most that.
                low, high = had.used / had.periods / length, had.used / had.throttled / length
                fits = low * (1 - _QUOTA_OFF) <= cpus <= high * (1 + _QUOTA_OFF) and every in (None, length)
                if not fits or had.throttled >= _HELD_BACK * had.periods:
                    return Finding(fits, found)
            self._must_be_able("cpus", cpu_limit(attrs.get("HostConfig") or {}))
            self._must_be_wrong(_has_quota(attrs, cpus) and every in (None, length))
            return Finding(False, found)

        shown = _("{cpus:g} CPUs").format(cpus=cpus)
        if every is not None:
            shown += ", " + _("in periods of {milliseconds:g} ms").format(milliseconds=1000 * every)
        return Claim(
            self._says(_("A loop in container {name} gets {share}"), name=self.name, share=shown),
            shown,
            judge,
            f"docker stats --no-stream {self._shell_name}",
            _("A quota of CPU time is so many microseconds in every period: `docker run --help`, look for CPU."),
        )

    @expectation
    def outruns(self, other: str, times: float) -> Claim:
        """Busy in the same moments, it gets about so many times the CPU time of the other container."""
        if isinstance(times, bool) or not isinstance(times, int | float) or not 2 <= times <= 20:
            raise AuthorError(_("times must be a number from 2 to 20, not {value!r}").format(value=times))

        def compare(attrs: Attrs, theirs: Attrs) -> Finding:
            for one in (attrs, theirs):
                if not is_live(one):
                    found = f"{str(one.get('Name')).removeprefix('/')}: {state_in_words(one)}"
                    return Finding(False, found, because=NOT_RUNNING if one is attrs else "")
            ids = [str(theirs["Id"]), str(attrs["Id"])]
            had = self._measured(ids, enough=_have_competed)
            its, mine = (one.used for one in had)
            found = _("{name}: {seconds:.2f} s of CPU time; {other}: {other_seconds:.2f} s").format(
                name=self.name, seconds=mine, other=other, other_seconds=its
            )
            fits = times / _SHARES_OFF <= mine / max(its, 1e-6) <= times * _SHARES_OFF
            if _have_competed(had) or (fits and mine + its >= _TOO_LITTLE):
                return Finding(fits, found)
            self._must_be_able("cpu_shares", dig(attrs, "HostConfig", "CpuShares"))
            self._must_be_wrong(_has_shares(attrs, theirs, times))
            return Finding(False, found)

        words = _("about {times:g} times as much").format(times=times)
        return Claim(
            self._says(
                _("Both busy, container {name} gets {share} CPU time as container {other}"),
                name=self.name,
                share=words,
                other=other,
            ),
            words,
            self._beside(other, compare),
            inspect_command("container", self.name, ".HostConfig.CpuShares", ".HostConfig.CpusetCpus"),
            _("Shares count between containers that want the same CPU at the same time."),
        )

    def _measured(
        self,
        ids: Sequence[str],
        *,
        enough: Callable[[list[_Counters]], bool],
        in_vain: Callable[[list[_Counters]], bool] = lambda _had: False,
    ) -> list[_Counters]:
        """What a loop in each of these containers, all at once, has had, until it is enough to tell.

        What was in vain is not counted, unless the time is over: then it is all that is known.
        """
        limit = min(_SECONDS * self._daemon.pace(), self._daemon.deadline.remaining() - _SPARE)
        self._daemon.waits_until(_("a loop in {name} is measured").format(name=self.name), limit)
        idle = [self._counters(container) for container in ids]
        for container in ids:
            self._run(container, _LOOP)
        over = Deadline(limit)
        first: list[_Counters] = []
        counted: list[_Counters] = []
        while True:
            now = [self._counters(container) for container in ids]
            if not first and all(had.since(was).used >= _BEGUN for had, was in zip(now, idle, strict=True)):
                first = counted = now
            gone = [had.since(was) for had, was in zip(now, counted or idle, strict=True)]
            if first and enough(gone):
                break
            if over.is_over():
                gone = [had.since(was) for had, was in zip(now, first or idle, strict=True)]
                break
            if first and in_vain(gone):
                counted = now
            time.sleep(0.1)
        with suppress(Refused):
            for container in ids:
                self._run(container, _END)
        return gone

    def _run(self, container: str, command: Sequence[str]) -> None:
        identifier = str(self._daemon.post(f"/containers/{container}/exec", {"Cmd": list(command)})["Id"])
        # Ours, not the student's: event checks leave it out.
        self._context.sightings.add(f"exec:{identifier}")
        self._daemon.ask(lambda client: client.exec_start(identifier, detach=True))

    def _counters(self, container: str) -> _Counters:
        stats = self._daemon.ask(lambda client: client.stats(container, stream=False, one_shot=True))
        throttling = dig(stats, "cpu_stats", "throttling_data") or {}
        return _Counters(
            int(dig(stats, "cpu_stats", "cpu_usage", "total_usage") or 0) / 1e9,
            int(throttling.get("periods") or 0),
            int(throttling.get("throttled_periods") or 0),
        )

    def _must_be_wrong(self, right: bool) -> None:
        """The measurement told nothing: a container whose settings are right may be slow for want of a CPU."""
        if right:
            raise Unavailable(_("this machine had too little CPU time for the container to tell how it is limited"))


def _was_held_back(had: list[_Counters]) -> bool:
    return had[0].throttled >= max(_STOPS, _HELD_BACK * had[0].periods)


def _is_told(had: list[_Counters]) -> bool:
    """Or there is no quota: the kernel counts no periods then, and never will."""
    return _was_held_back(had) or (not had[0].periods and had[0].used >= _MUCH)


def _had_little(had: list[_Counters]) -> bool:
    """Others took the CPU: so many periods have gone by, and it had its quota in too few of them."""
    return had[0].periods > 2 * _STOPS and not _was_held_back(had)


def _have_competed(had: list[_Counters]) -> bool:
    used = [one.used for one in had]
    return sum(used) >= _MUCH and min(used) >= _SLICES


def _has_quota(attrs: Attrs, cpus: float) -> bool:
    return abs((cpu_limit(attrs.get("HostConfig") or {}) or 0) - cpus) <= _QUOTA_OFF * cpus


def _has_shares(attrs: Attrs, theirs: Attrs, times: float) -> bool:
    mine, its = (int(dig(one, "HostConfig", "CpuShares") or _DEFAULT_SHARES) for one in (attrs, theirs))
    one_cpu = dig(attrs, "HostConfig", "CpusetCpus") == dig(theirs, "HostConfig", "CpusetCpus") != ""
    # Another limit on one of them would show in every measurement.
    free = not any(cpu_limit(one.get("HostConfig") or {}) for one in (attrs, theirs))
    return one_cpu and free and times / _SHARES_OFF <= mine / its <= times * _SHARES_OFF
