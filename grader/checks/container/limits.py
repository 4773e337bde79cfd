"""What a container may use of memory, CPU, processes and disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.checks import arguments
from grader.checks.arguments import human_memory, memory_bytes
from grader.checks.container.subject import ContainerSubject
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Unavailable
from grader.docker_api.words import cpu_limit, dig, inspect_command
from grader.i18n import _


@dataclass(frozen=True)
class _Limit:
    """How one limit is written by an author, read from a HostConfig and shown."""

    field: str
    parse: Callable[[Any], Any]
    show: Callable[[Any], str]
    #: The key of ``docker info`` that says whether this daemon can enforce it at all.
    ability: str
    read: Callable[[Attrs], Any] | None = None


def _cpus(value: object) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 4096
    if not good:
        raise AuthorError(_("cpus must be a number of CPUs such as 0.5, not {value!r}").format(value=value))
    return float(value)  # type: ignore[arg-type]


def _swap(value: object) -> int:
    return -1 if value == -1 else memory_bytes(value, "memory_swap")  # type: ignore[arg-type]


def _number(name: str, high: int) -> Callable[[Any], int]:
    return lambda value: arguments.whole(value, name, low=1, high=high)


def _memory(name: str) -> Callable[[Any], int]:
    return lambda value: memory_bytes(value, name)


def _shown_memory(value: Any) -> str:
    return _("unlimited") if value == -1 else human_memory(int(value))


def _shown_number(value: Any) -> str:
    return f"{float(value):g}"


_LIMITS = {
    "memory": _Limit("Memory", _memory("memory"), _shown_memory, "MemoryLimit"),
    "memory_swap": _Limit("MemorySwap", _swap, _shown_memory, "SwapLimit"),
    "memory_reservation": _Limit("MemoryReservation", _memory("memory_reservation"), _shown_memory, "MemoryLimit"),
    "cpus": _Limit("NanoCpus", _cpus, _shown_number, "CpuCfsQuota", cpu_limit),
    "cpu_shares": _Limit("CpuShares", _number("cpu_shares", 262144), _shown_number, "CPUShares"),
    "cpu_quota": _Limit("CpuQuota", _number("cpu_quota", 10**12), _shown_number, "CpuCfsQuota"),
    "cpu_period": _Limit("CpuPeriod", _number("cpu_period", 10**6), _shown_number, "CpuCfsPeriod"),
    "cpuset": _Limit("CpusetCpus", lambda value: arguments.text(value, "cpuset"), str, "CPUSet"),
    "pids": _Limit("PidsLimit", _number("pids", 10**7), _shown_number, "PidsLimit"),
    "shm": _Limit("ShmSize", _memory("shm"), _shown_memory, ""),
    "blkio_weight": _Limit("BlkioWeight", _number("blkio_weight", 1000), _shown_number, ""),
}
#: Written instead of a limit on memory plus swap where the daemon can't count swap.
_NO_SWAP_LIMIT = -1


class Limits(ContainerSubject):
    """Expectations about limits."""

    @expectation
    def limited_to(
        self,
        *,
        memory: str | int | None = None,
        memory_swap: str | int | None = None,
        memory_reservation: str | int | None = None,
        cpus: float | None = None,
        cpu_shares: int | None = None,
        cpu_quota: int | None = None,
        cpu_period: int | None = None,
        cpuset: str | None = None,
        pids: int | None = None,
        shm: str | int | None = None,
        blkio_weight: int | None = None,
    ) -> Claim:
        """These limits are set: memory as "64m", memory_swap -1 for unlimited, cpus 0.5, cpuset "0,1"."""
        given = {name: value for name, value in locals().items() if name in _LIMITS and value is not None}
        if not given:
            raise AuthorError(_("at least one limit is needed"))
        wanted = {name: _LIMITS[name].parse(value) for name, value in given.items()}
        shown = ", ".join(f"{name} {_LIMITS[name].show(value)}" for name, value in wanted.items())

        def judge(attrs: Attrs) -> Finding:
            has = {name: _read(attrs, name) for name in wanted}
            wrong = [name for name in wanted if not _same(has[name], wanted[name])]
            for name in wrong:
                self._must_be_able(name, has[name])
            return Finding(not wrong, ", ".join(f"{name} {_shown(name, has[name])}" for name in wanted))

        return Claim(
            self._says(_("{what} is limited to {limits}"), limits=shown),
            shown,
            judge,
            inspect_command("container", self.name, *(f".HostConfig.{_LIMITS[name].field}" for name in wanted)),
            _("`docker run --help` lists the limits; `docker update` changes some of them later."),
        )

    def _must_be_able(self, name: str, value: Any) -> None:
        """A daemon that can't enforce a limit drops it with a warning: that is not the student's mistake."""
        ability = _LIMITS[name].ability
        dropped = not value or (name == "memory_swap" and value == _NO_SWAP_LIMIT)
        if dropped and ability and not self._daemon.engine.info().get(ability, True):
            raise Unavailable(
                _("this Docker daemon can't limit {name} on this machine (docker info: {ability} false)").format(
                    name=name, ability=ability
                )
            )

    @expectation
    def has_limit_at_most(self, name: str, most: str | float) -> Claim:
        """This limit is set, and is not above ``most``; names as in ``limited_to``, except cpuset."""
        arguments.one_of(name, "name", [known for known in _LIMITS if known != "cpuset"])
        limit = _LIMITS[name]
        highest = limit.parse(most)

        def judge(attrs: Attrs) -> Finding:
            has = _read(attrs, name)
            right = has is not None and 0 <= has <= highest
            if not right:
                self._must_be_able(name, has)
            return Finding(right, f"{name} {_shown(name, has)}")

        shown = limit.show(highest)
        return Claim(
            self._says(_("{what} has a limit of {most} or less on {name}"), most=shown, name=name),
            _("set, {most} or less").format(most=shown),
            judge,
            inspect_command("container", self.name, f".HostConfig.{limit.field}"),
            _("`docker run --help` lists the limits; `docker update` changes some of them later."),
        )

    @expectation
    def has_no_limit(self, name: str) -> Claim:
        """This limit is not set; names as in ``limited_to``."""
        arguments.one_of(name, "name", list(_LIMITS))
        return Claim(
            self._says(_("{what} has no limit on {name}"), name=name),
            _("not set"),
            lambda attrs: Finding(not _read(attrs, name), _shown(name, _read(attrs, name))),
            inspect_command("container", self.name, f".HostConfig.{_LIMITS[name].field}"),
            _("A limit is given when a container is made, or by `docker update`."),
        )

    @expectation
    def has_ulimit(self, name: str, soft: int, hard: int | None = None) -> Claim:
        """This ulimit is set, such as nofile; ``hard`` is the same as ``soft`` unless given."""
        arguments.text(name, "name")
        low = arguments.whole(soft, "soft", low=-1, high=2**62)
        high = low if hard is None else arguments.whole(hard, "hard", low=-1, high=2**62)
        shown = f"{name}={low}:{high}"
        return self._field(
            self._says(_("{what} has the ulimit {ulimit}"), ulimit=shown),
            shown,
            "HostConfig.Ulimits",
            right=lambda limits: shown in _ulimits(limits),
            show=lambda limits: ", ".join(_ulimits(limits)) or _("no ulimits"),
            look=_("`docker run --help` has a line on ulimit."),
        )

    @expectation
    def limits_device(
        self,
        device: str,
        *,
        read_bps: str | int | None = None,
        write_bps: str | int | None = None,
        read_iops: int | None = None,
        write_iops: int | None = None,
    ) -> Claim:
        """Its traffic with this block device is limited: bytes ("5m") or operations a second."""
        path = arguments.path(device, "device")
        wanted = {
            "BlkioDeviceReadBps": None if read_bps is None else memory_bytes(read_bps, "read_bps"),
            "BlkioDeviceWriteBps": None if write_bps is None else memory_bytes(write_bps, "write_bps"),
            "BlkioDeviceReadIOps": read_iops,
            "BlkioDeviceWriteIOps": write_iops,
        }
        asked = {field: value for field, value in wanted.items() if value is not None}
        if not asked:
            raise AuthorError(_("at least one of read_bps, write_bps, read_iops, write_iops is needed"))
        shown = _rates(asked)

        def judge(attrs: Attrs) -> Finding:
            has = {field: _rate_of(attrs, field, path) for field in asked}
            if not any(has.values()):
                self._must_throttle(asked)
            return Finding(has == asked, _rates(has))

        return Claim(
            self._says(_("{what} is limited on {device}: {rates}"), device=path, rates=shown),
            shown,
            judge,
            inspect_command("container", self.name, *(f".HostConfig.{field}" for field in asked)),
            _("`docker run --help` lists the limits on devices."),
        )

    def _must_throttle(self, fields: Iterable[str]) -> None:
        """A daemon that can't slow down a disk drops such a limit, and warns of it in ``docker info``."""
        warnings = " ".join(map(str, self._daemon.engine.info().get("Warnings") or ()))
        missing = [words for field in fields for words in _THROTTLES[field] if words in warnings]
        if missing:
            raise Unavailable(
                _("this Docker daemon can't slow down a disk on this machine (docker info: no {missing})").format(
                    missing=missing[0]
                )
            )


#: What `docker info` warns of when the kernel has no such file, on cgroup v1 and on v2.
_THROTTLES = {
    "BlkioDeviceReadBps": ("blkio throttle.read_bps_device", "io.max (rbps)"),
    "BlkioDeviceWriteBps": ("blkio throttle.write_bps_device", "io.max (wbps)"),
    "BlkioDeviceReadIOps": ("blkio throttle.read_iops_device", "io.max (riops)"),
    "BlkioDeviceWriteIOps": ("blkio throttle.write_iops_device", "io.max (wiops)"),
}


def _read(attrs: Attrs, name: str) -> Any:
    host = attrs.get("HostConfig") or {}
    limit = _LIMITS[name]
    value = limit.read(host) if limit.read else host.get(limit.field)
    # No pids limit is null, 0 or -1, by the daemon's version; -1 memory-swap is a setting of its own.
    return None if not value or (name == "pids" and value < 0) else value


def _same(has: Any, wanted: Any) -> bool:
    return has is not None and (abs(has - wanted) < 1e-6 if isinstance(wanted, float) else has == wanted)


def _shown(name: str, value: Any) -> str:
    return _("not set") if not value else _LIMITS[name].show(value)


def _ulimits(limits: Any) -> list[str]:
    return [f"{limit.get('Name')}={limit.get('Soft')}:{limit.get('Hard')}" for limit in limits or ()]


def _rate_of(attrs: Attrs, field: str, device: str) -> int | None:
    entries = dig(attrs, "HostConfig", field) or ()
    return next((int(entry.get("Rate", 0)) for entry in entries if entry.get("Path") == device), None)


def _rates(rates: Mapping[str, int | None]) -> str:
    unset = _("not set")
    return ", ".join(
        f"{field.removeprefix('BlkioDevice')} {unset if rate is None else rate}" for field, rate in rates.items()
    )
