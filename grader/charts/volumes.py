"""Where containers keep files: volumes, folders of the host and memory as lanes, the place in each container."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import all_containers, name_of, no_container, state_word
from grader.charts.lanes import Column, Lane, draw_lanes
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig
from grader.i18n import _, ngettext


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


# -- Volumes, folders and memory as lanes, containers as columns, the place in the container where they meet.


def volume_chart(found: VolumeMap) -> Chart:
    lanes = [Lane(_name(store), _detail(store), store.kind is Kind.TMPFS) for store in found.stores]
    using = {mount.container for mount in found.mounts}
    # Containers without any mount stay in the table; in the picture they would only take room.
    names = [name for name in found.states if name in using]
    columns = [
        Column(name, f"({state_word(found.states[name])})", found.states[name] in ("running", "paused"))
        for name in names
    ]
    meetings: dict[tuple[int, int], str] = {}
    for mount in found.mounts:
        where = (found.stores.index(mount.store), names.index(mount.container))
        meetings[where] = "\n".join(filter(None, (meetings.get(where), f"{mount.target} {_access(mount)}")))
    says = " ".join(_sentences(found))
    return Chart(
        _("Where containers keep files"), says, _table(found), lambda: draw_lanes(lanes, columns, meetings, says)
    )


def _name(store: Store) -> str:
    match store.kind:
        case Kind.TMPFS:
            return _("memory of {container}").format(container=store.name)
        case Kind.ANONYMOUS:
            return f"{store.name[:12]}…"
        case _:
            return store.name


def _detail(store: Store) -> str:
    words = {
        Kind.VOLUME: _("volume"),
        Kind.ANONYMOUS: _("volume without a name of its own"),
        Kind.BIND: _("folder or file of the host (bind)"),
        Kind.TMPFS: _("tmpfs: gone when the container stops"),
    }
    driver = _(", driver {driver}").format(driver=store.driver) if store.driver not in ("", "local") else ""
    return words[store.kind] + driver


def _access(mount: Mount) -> str:
    return "" if mount.writable else _("(read-only)")


def _sentences(found: VolumeMap) -> list[str]:
    volumes = [store for store in found.stores if store.kind in (Kind.VOLUME, Kind.ANONYMOUS)]
    said = [
        ngettext("{count} volume", "{count} volumes", len(volumes)).format(count=len(volumes))
        + ", "
        + ngettext("{count} mount in containers.", "{count} mounts in containers.", len(found.mounts)).format(
            count=len(found.mounts)
        )
    ]
    used = {mount.store for mount in found.mounts}
    idle = [_name(store) for store in volumes if store not in used]
    if idle:
        said.append(_("In no container: {names}.").format(names=", ".join(idle)))
    for store in volumes:
        users = sorted({mount.container for mount in found.mounts if mount.store == store})
        if len(users) > 1:
            said.append(_("{name} is shared by {users}.").format(name=_name(store), users=", ".join(users)))
    return said


def _table(found: VolumeMap) -> Table:
    rows = [
        (
            mount.container,
            state_word(found.states[mount.container]),
            _detail(mount.store),
            _name(mount.store),
            mount.target,
            _("read and write") if mount.writable else _("read only"),
        )
        for mount in found.mounts
    ]
    used = {mount.store for mount in found.mounts}
    rows += [("", "", _detail(store), _name(store), "", "") for store in found.stores if store not in used]
    mounting = {mount.container for mount in found.mounts}
    rows += [
        (name, state_word(state), _("(no mounts)"), "", "", "")
        for name, state in found.states.items()
        if name not in mounting
    ]
    return Table.of((_("container"), _("state"), _("kind"), _("what"), _("seen at"), _("access")), rows)
