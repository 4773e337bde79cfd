"""What containers use of memory and CPU: one look at the daemon's figures takes it a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.charts.health import seconds
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.events import event_time
from grader.docker_api.words import cpu_limit, dig


@dataclass(frozen=True)
class MemorySample:
    """Bytes at one moment (seconds since 1970)."""

    at: float
    used: int
    limit: int | None


@dataclass(frozen=True)
class Ending:
    """How a container ended. ``out_of_memory``: the daemon's own note; None if it is gone with the container."""

    at: float
    exit_code: int | None
    out_of_memory: bool | None


@dataclass(frozen=True)
class MemoryCurve:
    """One container's memory over time; times are seconds since 1970. ``trouble``: why it is not whole, or ""."""

    container: str
    samples: tuple[MemorySample, ...]
    #: When the kernel killed a process of the container for want of memory.
    kills: tuple[float, ...] = ()
    ending: Ending | None = None
    trouble: str = ""

    @property
    def zero(self) -> float:
        return self.samples[0].at if self.samples else self.ending.at if self.ending else 0.0

    @property
    def limit(self) -> int | None:
        return next((sample.limit for sample in reversed(self.samples) if sample.limit), None)

    @property
    def peak(self) -> MemorySample | None:
        return max(self.samples, key=lambda sample: sample.used, default=None)


@dataclass(frozen=True)
class CpuSample:
    """CPU time used so far, in seconds, and how many of the scheduler's periods passed, with and without throttling."""

    at: float
    used: float
    periods: int = 0
    throttled: int = 0


@dataclass(frozen=True)
class CpuUse:
    """One container's CPU time. ``settings``: what was asked for (--cpus, --cpu-shares …), as a student writes it."""

    container: str
    samples: tuple[CpuSample, ...]
    limit: float | None = None
    settings: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        """CPUs over the whole recording, or None while there is only one sample."""
        if len(self.samples) < 2 or self.samples[-1].at <= self.samples[0].at:
            return None
        first, last = self.samples[0], self.samples[-1]
        return (last.used - first.used) / (last.at - first.at)

    @property
    def steps(self) -> tuple[tuple[float, float, float], ...]:
        """(from, until, CPUs) for each pair of neighbouring samples."""
        pairs = zip(self.samples, self.samples[1:], strict=False)
        return tuple((a.at, b.at, (b.used - a.used) / (b.at - a.at)) for a, b in pairs if b.at > a.at)

    @property
    def throttled(self) -> tuple[int, int]:
        """In how many of how many periods it had to wait."""
        if not self.samples:
            return 0, 0
        first, last = self.samples[0], self.samples[-1]
        return last.throttled - first.throttled, last.periods - first.periods


@dataclass(frozen=True)
class CpuCurve:
    """CPU time of the containers that were watched together. ``trouble``: why it is not whole, or ""."""

    uses: tuple[CpuUse, ...]
    trouble: str = ""

    @property
    def zero(self) -> float:
        return min((use.samples[0].at for use in self.uses if use.samples), default=0.0)


def read_stats(daemon: Daemon, identifier: str) -> Attrs | None:
    """The daemon's figures now; None when the container is gone."""
    return daemon.find(lambda client: client.stats(identifier, stream=False, one_shot=True))


def memory_sample(stats: Attrs, machine_memory: int) -> MemorySample | None:
    """None when the figures are those of a container that does not run."""
    at, usage = seconds(str(stats.get("read") or "")), dig(stats, "memory_stats", "usage")
    if at is None or not usage:
        return None
    # As `docker stats` counts: without files that the kernel can drop at once (cgroup v1 and v2 name them differently).
    inside = dig(stats, "memory_stats", "stats") or {}
    droppable = int(inside.get("total_inactive_file", inside.get("inactive_file", 0)) or 0)
    limit = int(dig(stats, "memory_stats", "limit") or 0)
    return MemorySample(at, max(0, int(usage) - droppable), limit if 0 < limit < machine_memory else None)


def cpu_sample(stats: Attrs) -> CpuSample | None:
    at, used = seconds(str(stats.get("read") or "")), dig(stats, "cpu_stats", "cpu_usage", "total_usage")
    if at is None or not used:
        return None
    throttling = dig(stats, "cpu_stats", "throttling_data") or {}
    return CpuSample(
        at, int(used) / 1e9, int(throttling.get("periods") or 0), int(throttling.get("throttled_periods") or 0)
    )


def cpu_settings(host: Attrs) -> tuple[str, ...]:
    limit = cpu_limit(host)
    found = {
        "--cpus": f"{limit:g}" if limit else "",
        "--cpu-shares": host.get("CpuShares") or "",
        "--cpuset-cpus": host.get("CpusetCpus") or "",
    }
    return tuple(f"{option} {value}" for option, value in found.items() if value)


def ending_of(attrs: Attrs | None, events: Iterable[Attrs]) -> Ending | None:
    """How the container ended, from its description if it still exists, else from its last `die` event."""
    if attrs is not None and not dig(attrs, "State", "Running"):
        at = seconds(str(dig(attrs, "State", "FinishedAt") or ""))
        if at is not None:
            return Ending(at, int(dig(attrs, "State", "ExitCode") or 0), bool(dig(attrs, "State", "OOMKilled")))
    deaths = [event for event in events if event.get("Action") == "die"]
    if not deaths:
        return None
    code = str(dig(deaths[-1], "Actor", "Attributes", "exitCode") or "")
    return Ending(event_time(deaths[-1]), int(code) if code.isdigit() else None, None)


def kills_of(events: Iterable[Attrs]) -> tuple[float, ...]:
    return tuple(event_time(event) for event in events if event.get("Action") == "oom")
