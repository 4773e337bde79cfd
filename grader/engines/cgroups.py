"""The control groups of one engine, on cgroup v1 and v2.

An engine's groups lie below the group its supervisor runs in, so that limits set on us hold for engines too. On v2 a
group that holds processes can't limit its children ("no internal processes"): there they lie below the nearest group
above us that does. Sources: cgroups(7), the kernel's cgroup-v1 and cgroup-v2 documents.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.engines import hung_files

ROOT = Path("/sys/fs/cgroup")
V1_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids")
_PARENT = "drydock"
#: What must be limited so that one engine can't take the machine down.
_VITAL = ("memory", "pids")
_CPU_PERIOD_US = 100_000
#: On v1 a group weighs as much as one busy process outside of it (1024), whatever number of daemons are in it: on a
#: busy machine they would starve, and checks would run out of time. This is for each CPU.
_SHARES = 2048


@dataclass(frozen=True)
class Hierarchy:
    """One mounted hierarchy, and the group below which engines' groups are made."""

    controllers: tuple[str, ...]
    place: Path


def version() -> int:
    """2 where the unified hierarchy is mounted at /sys/fs/cgroup, else 1 (hybrid counts as 1, as for Docker)."""
    return 2 if (ROOT / "cgroup.controllers").exists() else 1


def hierarchies() -> list[Hierarchy]:
    """The hierarchies Docker uses on this machine, with the group this process is in."""
    places = dict(_own_places())
    if version() == 2:
        return [Hierarchy(("unified",), giving_place(ROOT / places.get("", "").lstrip("/")))]
    found = []
    for name in (*V1_CONTROLLERS, "systemd"):
        key = "name=systemd" if name == "systemd" else name
        if key in places and (ROOT / name).is_dir():
            found.append(Hierarchy((name,), ROOT / name / places[key].lstrip("/")))
    return found


def giving_place(own: Path, root: Path = ROOT) -> Path:
    """On v2, the nearest of ``own`` and the groups above it whose children can have limits; ``own`` if there is none.

    Best where they can be given processors, too.
    """
    above = [own, *(group for group in own.parents if group.is_relative_to(root))]
    for wanted in ({*_VITAL, "cpu"}, {*_VITAL}):
        for group in above:
            if wanted <= _gives(group):
                return group
    return own


def _gives(group: Path) -> set[str]:
    """The controllers that the children of a v2 group have, or could have as soon as we say so."""
    # The topmost group of all is free of the rule. Only it has no type; a container's topmost group has one.
    name = "cgroup.subtree_control" if (group / "cgroup.type").exists() else "cgroup.controllers"
    try:
        return set((group / name).read_text().split())
    except OSError:
        return set()


def unheld() -> tuple[str, ...]:
    """Which of the vital limits of an engine would not hold here. Nothing is changed to find out."""
    if version() == 2:
        given = {name for hierarchy in hierarchies() for name in _gives(hierarchy.place)}
    else:
        given = {name for hierarchy in hierarchies() for name in hierarchy.controllers}
    return tuple(name for name in _VITAL if name not in given)


def _own_places() -> Iterator[tuple[str, str]]:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, place = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, place


def groups_of(engine_id: str) -> list[Path]:
    """Where the engine's groups are or would be."""
    return [hierarchy.place / _PARENT / engine_id for hierarchy in hierarchies()]


def writable() -> bool:
    """Whether we may make groups here."""
    return mounted() and all(os.access(hierarchy.place, os.W_OK) for hierarchy in hierarchies())


def mounted() -> bool:
    """Whether control groups are to be seen here: without any, no container starts. Inside `ip netns exec` they aren't,
    for it mounts /sys anew (ip-netns(8))."""
    return bool(hierarchies())


def create(engine_id: str, owner: int, *, memory_bytes: int | None, pids: int | None, cpus: float | None) -> list[Path]:
    """Make the engine's groups, owned by host id ``owner``, with limits the owner can't raise. Returns them.

    The limits lie on the engine's group itself, whose limit files stay ours; its children are the owner's.
    """
    groups = groups_of(engine_id)
    for group in groups:
        _make_group(group)
    _limit(groups, memory_bytes, pids, cpus)
    for group in groups:
        os.chown(group, owner, owner)
        names = (
            ("cgroup.procs", "tasks")
            if version() == 1
            else ("cgroup.procs", "cgroup.threads", "cgroup.subtree_control")
        )
        for name in names:
            if (group / name).exists():
                os.chown(group / name, owner, owner)
    return groups


def open_to_children(groups: list[Path]) -> None:
    """Empty the groups themselves (v2), so that their children, which are the engine's containers, can have limits."""
    for group in groups:
        own = group / "engine"
        own.mkdir(exist_ok=True)
        # Again and again: one that is not moved yet may start another. Children of who is moved begin there.
        while pids := (group / "cgroup.procs").read_text().split():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    (own / "cgroup.procs").write_text(pid)
        _enable_controllers(group)


def _make_group(group: Path) -> None:
    for attempt in range(50):
        try:
            for folder in (group.parent, group):
                folder.mkdir(exist_ok=True)
                if version() == 2:
                    # Each time anew: the parent may have been another engine's, removed at its end.
                    _enable_controllers(folder.parent)
                elif (folder / "cpuset.cpus").exists():
                    _inherit_cpuset(folder)
            if (group.parent / "cpu.shares").exists():
                (group.parent / "cpu.shares").write_text(str(_SHARES * (os.cpu_count() or 1)))
        except OSError as error:
            # Another engine's end removed the empty parent in between: before a file was opened, or before it was used.
            if error.errno not in (errno.ENOENT, errno.ENODEV) or attempt == 49:
                raise
        else:
            return


def _inherit_cpuset(folder: Path) -> None:
    # A v1 cpuset without CPUs and memory nodes refuses every process.
    for name in ("cpuset.cpus", "cpuset.mems"):
        if not (folder / name).read_text().strip():
            (folder / name).write_text((folder.parent / name).read_text())
    (folder / "cgroup.clone_children").write_text("1")


def _enable_controllers(group: Path) -> None:
    for controller in (group / "cgroup.controllers").read_text().split():
        # A controller that can't be delegated here simply isn't limited.
        with contextlib.suppress(OSError):
            (group / "cgroup.subtree_control").write_text(f"+{controller}")


def _limit(groups: list[Path], memory: int | None, pids: int | None, cpus: float | None) -> None:
    quota = None if cpus is None else int(cpus * _CPU_PERIOD_US)
    for name, value in (
        ("memory.limit_in_bytes", memory),
        ("memory.max", memory),
        ("pids.max", pids),
        ("cpu.cfs_quota_us", quota),
        ("cpu.max", None if quota is None else f"{quota} {_CPU_PERIOD_US}"),
    ):
        if value is None:
            continue
        for group in groups:
            if (group / name).exists():
                (group / name).write_text(str(value))


def processes(groups: list[Path]) -> set[int]:
    """Every process in the groups or below (pids of the caller's namespace)."""
    found: set[int] = set()
    for group in groups:
        for file in group.rglob("cgroup.procs"):
            with contextlib.suppress(OSError):
                found.update(int(line) for line in file.read_text().split() if line != "0")
    return found


def kill_containers(groups: list[Path]) -> None:
    """Kill what runs in groups below an engine's own, but for the daemon and what was started by ``nsenter.py``."""
    below = [part for group in groups for part in group.iterdir() if part.is_dir()]
    for pid in processes([part for part in below if part.name not in ("engine", "student")]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def thaw(groups: list[Path]) -> None:
    """Let paused containers go on: a frozen process does not even die (cgroups(7), freezer)."""
    for group in groups:
        for name, value in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
            for file in group.rglob(name):
                with contextlib.suppress(OSError):
                    file.write_text(value)


def remove(groups: list[Path], within: float = 5.0) -> bool:
    """Kill what still runs in the groups and remove them; True when nothing is left after ``within`` seconds."""
    deadline = time.monotonic() + within
    patience = time.monotonic() + within / 4
    while True:
        thaw(groups)
        for pid in processes(groups):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for group in groups:
            _remove_tree(group)
        if not any(group.exists() for group in groups):
            _remove_empty_parents(groups)
            return True
        if time.monotonic() > deadline:
            return False
        if time.monotonic() > patience:
            hung_files.release(groups)
            patience = deadline
        # The kernel empties a group a moment after its last process died, and tells nobody on v1.
        time.sleep(0.005)


def _remove_empty_parents(groups: list[Path]) -> None:
    for group in groups:
        # Fails, as it should, while other engines have groups there.
        with contextlib.suppress(OSError):
            group.parent.rmdir()


def _remove_tree(group: Path) -> None:
    if not group.is_dir():
        return
    for folder, _names, _files in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
