"""Where containers keep files: volumes, folders of the host, and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig
from grader.widgets.lab_docker import no_container
from grader.widgets.reading.containers import all_containers, name_of


class Kind(StrEnum):
    """Where a mount's files lie: the value is what the chart calls it."""

    VOLUME = "volume"
    ANONYMOUS = "anonymous volume"
    BIND = "bind"
    TMPFS = "tmpfs"


@dataclass(frozen=True)
class Store:
    """A place that containers can mount. A tmpfs is one container's own: its ``name`` is that container's."""

    kind: Kind
    name: str
    driver: str = ""


@dataclass(frozen=True)
class Mount:
    """One container's mount: ``target`` is the path inside of it, ``writable`` is false for ``:ro``."""

    container: str
    store: Store
    target: str
    writable: bool = True


@dataclass(frozen=True)
class VolumeMap:
    """``states``: all containers by name, also those without any mount."""

    stores: tuple[Store, ...]
    states: dict[str, str]
    mounts: tuple[Mount, ...]


def read_volumes(daemon: Daemon, only: Sequence[str] = ()) -> VolumeMap:
    """All volumes and what containers mount. With ``only`` these containers and their mounts. Raises NotThere."""
    containers = all_containers(daemon)
    there = {name_of(attrs) for attrs in containers}
    for name in only:
        if name not in there:
            raise no_container(name)
    containers = [attrs for attrs in containers if not only or name_of(attrs) in only]
    listed = daemon.ask(lambda client: client.volumes())["Volumes"] or ()
    volumes = {str(attrs["Name"]): _volume(attrs) for attrs in listed}
    mounts = tuple(mount for attrs in containers for mount in _mounts(attrs, volumes))
    order = list(Kind)
    stores = {*(() if only else volumes.values()), *(mount.store for mount in mounts)}
    return VolumeMap(
        tuple(sorted(stores, key=lambda store: (order.index(store.kind), store.name))),
        {name_of(attrs): str(dig(attrs, "State", "Status") or "?") for attrs in containers},
        mounts,
    )


def _volume(attrs: Attrs) -> Store:
    name = str(attrs["Name"])
    # Docker itself marks the volumes it named (since 23.0); before, such a name is 64 hexadecimal digits.
    marked = "com.docker.volume.anonymous" in (attrs.get("Labels") or {})
    anonymous = marked or (len(name) == 64 and set(name) <= set("0123456789abcdef"))
    return Store(Kind.ANONYMOUS if anonymous else Kind.VOLUME, name, str(attrs.get("Driver") or ""))


def _mounts(attrs: Attrs, volumes: dict[str, Store]) -> list[Mount]:
    container = name_of(attrs)
    found = []
    for mount in attrs.get("Mounts") or ():
        store = _store(container, mount, volumes)
        if store is not None:
            found.append(Mount(container, store, str(mount.get("Destination") or "?"), bool(mount.get("RW", True))))
    # --tmpfs is told only here, --mount type=tmpfs only above.
    for target, options in (dig(attrs, "HostConfig", "Tmpfs") or {}).items():
        found.append(Mount(container, Store(Kind.TMPFS, container), str(target), "ro" not in str(options).split(",")))
    return found


def _store(container: str, mount: Attrs, volumes: dict[str, Store]) -> Store | None:
    match mount.get("Type"):
        case "volume":
            name = str(mount.get("Name") or "?")
            return volumes.get(name) or Store(Kind.VOLUME, name, str(mount.get("Driver") or ""))
        case "bind":
            return Store(Kind.BIND, str(mount.get("Source") or "?"))
        case "tmpfs":
            return Store(Kind.TMPFS, container)
        case _:
            return None
