"""All that is on the daemon, in four questions: what the panel shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.charts.networks import PREDEFINED
from grader.charts.use import CpuSample, MemorySample, cpu_sample, memory_sample, read_stats
from grader.checks.answer import LABEL as ANSWER_LABEL
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import OWN_LABEL, dig, listed_name, short_id

_COURSE_LABEL = "drydock.course"
_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")


@dataclass(frozen=True)
class Use:
    """Memory now, and CPUs on average since the look before (None at the first look)."""

    memory: MemorySample
    cpus: float | None = None
    #: When the look before was, in seconds since 1970.
    since: float | None = None


@dataclass(frozen=True)
class ContainerRow:
    """A container's line in the panel. ``ports``: those published, as "8080 → 80/tcp"; ``use``: None unless it runs."""

    id: str
    name: str
    image: str
    state: str
    #: starting, healthy, unhealthy, or "" without a health check.
    health: str
    #: In Docker's words: "Up 3 minutes".
    since: str
    ports: tuple[str, ...] = ()
    use: Use | None = None


@dataclass(frozen=True)
class ImageRow:
    """An image's line in the panel: all its names (none: dangling), its short id, its size in bytes."""

    names: tuple[str, ...]
    id: str
    size: int


@dataclass(frozen=True)
class NetworkRow:
    """A network's line in the panel; ``members`` are container names, sorted."""

    name: str
    driver: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class VolumeRow:
    """A volume's line in the panel; ``users`` are names of containers that mount it, sorted."""

    name: str
    driver: str
    users: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """``course_images``: how many images belong to the course, which nobody needs to see listed."""

    version: str
    containers: tuple[ContainerRow, ...] = ()
    images: tuple[ImageRow, ...] = ()
    course_images: int = 0
    networks: tuple[NetworkRow, ...] = ()
    volumes: tuple[VolumeRow, ...] = ()
    #: Sentences about published ports that are not where one looks for them.
    warnings: tuple[str, ...] = ()

    @property
    def published(self) -> frozenset[int]:
        """The TCP ports that containers publish now."""
        ports = [port for row in self.containers for port in row.ports if port.endswith("/tcp")]
        return frozenset(int(port.split()[0]) for port in ports)


def read_overview(daemon: Daemon) -> Overview:
    """Raises Unavailable or Refused."""
    listed = [entry for entry in daemon.ask(lambda client: client.containers(all=True)) if not _is_ours(entry)]
    images = daemon.ask(lambda client: client.images())
    networks = daemon.ask(lambda client: client.networks())
    volumes = daemon.ask(lambda client: client.volumes())["Volumes"] or []
    mine = [entry for entry in images if not _is_course(entry)]
    return Overview(
        str(daemon.ask(lambda client: client.version()).get("Version", "?")),
        tuple(sorted((_container(entry) for entry in listed), key=lambda row: row.name)),
        tuple(sorted((_image(entry) for entry in mine), key=lambda row: (not row.names, row.names))),
        len(images) - len(mine),
        tuple(_networks(networks, listed)),
        tuple(_volumes(volumes, listed)),
    )


def _is_ours(entry: Attrs) -> bool:
    return OWN_LABEL in (entry.get("Labels") or {})


def _is_course(entry: Attrs) -> bool:
    """Images that students build on a course image inherit its label, but not its name."""
    names = entry.get("RepoTags") or ()
    return (
        _COURSE_LABEL in (entry.get("Labels") or {})
        and bool(names)
        and all(str(name).startswith("drydock/") for name in names)
    )


def _container(entry: Attrs) -> ContainerRow:
    status = str(entry.get("Status") or "")
    health = _HEALTH.search(status)
    return ContainerRow(
        str(entry.get("Id") or ""),
        listed_name(entry),
        str(entry.get("Image") or "?"),
        str(entry.get("State") or "?"),
        health[1] if health else "",
        _HEALTH.sub("", status).strip(),
        tuple(sorted({_port(port) for port in entry.get("Ports") or () if port.get("PublicPort")})),
    )


def _port(port: Attrs) -> str:
    return f"{port['PublicPort']} → {port['PrivatePort']}/{port.get('Type', 'tcp')}"


def _image(entry: Attrs) -> ImageRow:
    names = [str(name) for name in entry.get("RepoTags") or () if name != "<none>:<none>"]
    return ImageRow(tuple(sorted(names)), short_id(str(entry["Id"])), int(entry.get("Size") or 0))


def _networks(networks: list[Attrs], containers: list[Attrs]) -> list[NetworkRow]:
    members: dict[str, list[str]] = {}
    for entry in containers:
        for name in dig(entry, "NetworkSettings", "Networks") or {}:
            members.setdefault(str(name), []).append(listed_name(entry))
    rows = [
        NetworkRow(str(attrs["Name"]), str(attrs.get("Driver") or ""), tuple(sorted(members.get(attrs["Name"], ()))))
        for attrs in networks
    ]
    return sorted(
        (row for row in rows if row.members or row.name not in PREDEFINED),
        key=lambda row: (row.name in PREDEFINED, row.name),
    )


def _volumes(volumes: list[Attrs], containers: list[Attrs]) -> list[VolumeRow]:
    users: dict[str, set[str]] = {}
    for entry in containers:
        for mount in entry.get("Mounts") or ():
            if mount.get("Type") == "volume":
                users.setdefault(str(mount.get("Name")), set()).add(listed_name(entry))
    return sorted(
        (
            VolumeRow(str(attrs["Name"]), str(attrs.get("Driver") or ""), tuple(sorted(users.get(attrs["Name"], ()))))
            for attrs in volumes
            if ANSWER_LABEL not in (attrs.get("Labels") or {})
        ),
        key=lambda row: row.name,
    )


class UseMeter:
    """Adds what running containers use. Remembers the last look at each, for CPUs since then."""

    #: Each container measured is one more question to the daemon.
    MOST = 40

    def __init__(self) -> None:
        self._before: dict[str, CpuSample] = {}
        self._machine = 0

    def measured(self, daemon: Daemon, overview: Overview) -> Overview:
        """Raises Unavailable or Refused."""
        self._machine = self._machine or int(daemon.info().get("MemTotal") or 0)
        looked: dict[str, CpuSample] = {}
        rows = []
        for row in overview.containers:
            measure = row.state == "running" and len(looked) < self.MOST
            stats = read_stats(daemon, row.id) if measure else None
            rows.append(replace(row, use=self._use(row.id, stats, looked)) if stats is not None else row)
        self._before = looked
        return replace(overview, containers=tuple(rows))

    def _use(self, identifier: str, stats: Attrs, looked: dict[str, CpuSample]) -> Use | None:
        memory, cpu = memory_sample(stats, self._machine), cpu_sample(stats)
        if cpu is not None:
            looked[identifier] = cpu
        if memory is None:
            return None
        before = self._before.get(identifier)
        # A container that was started anew counts from zero.
        if before is None or cpu is None or cpu.at <= before.at or cpu.used < before.used:
            return Use(memory)
        return Use(memory, (cpu.used - before.used) / (cpu.at - before.at), before.at)
