"""Volumes, folders and memory as lanes, containers as columns, the place in the container where they meet."""

from __future__ import annotations

from grader.i18n import _, ngettext
from grader.widgets.chart import Chart
from grader.widgets.drawing.lanes import Column, Lane, draw_lanes
from grader.widgets.reading.volumes import Kind, Mount, Store, VolumeMap
from grader.widgets.table import Table
from grader.widgets.words import state_word


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
