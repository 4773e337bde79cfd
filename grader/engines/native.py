"""The native engine: root on Linux. Fast, limits hold, and a container's root is nobody on the host."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar

from grader.engines import cgroups, namespaces, releases
from grader.engines.folders import SYSTEM_PATH, EngineFolder
from grader.engines.namespaces import DAEMON_TOOLS, NOBODY_INSIDE, WALL_TOOLS, NamespaceEngine
from grader.engines.nsenter import Walls
from grader.engines.protocol import MACHINE_SHARE, Limits, Probe
from grader.errors import sudo_drydock
from grader.i18n import _
from grader.processes import machine_memory, refusal_of

#: Host ids 300000-365535 stand for ids 0-65535 in an engine that is kept, and on the disk; far from what adduser gives
#: out.
FIRST_ID = 300_000
ID_COUNT = 65_536
#: Where throwaway engines have theirs. Much of the kernel's is counted for a user: keys, epoll watches, files under way
#: between processes, pages of pipes. One engine that took all there is would leave none to the others. (systemd-nspawn
#: takes from the same range by chance; who met would share the counters and no right.)
_OWN_IDS = range(0x10000000, 0x70000000, ID_COUNT)


class NativeEngine(NamespaceEngine):
    """For root on Linux: inside, root is host id ``FIRST_ID``, which has no rights on the machine."""

    kind: ClassVar[str] = "native"
    isolation: ClassVar[str] = _(
        "own user, mount, process, network, IPC and cgroup namespaces on a private root: "
        "a container's root is nobody on this machine"
    )
    _owner = FIRST_ID
    keeper = FIRST_ID + NOBODY_INSIDE

    @classmethod
    def probe(cls) -> Probe:
        return cls._look_around((*DAEMON_TOOLS, *WALL_TOOLS))

    @classmethod
    def _look_around(cls, tools: Sequence[str]) -> Probe:
        if os.uname().sysname != "Linux":
            return Probe(False, _("The native engine needs Linux."))
        if os.geteuid() != 0:
            return Probe(False, _("The native engine needs root."), sudo_drydock("up"))
        missing = [tool for tool in tools if not (releases.brings(tool) or shutil.which(tool, path=SYSTEM_PATH))]
        if missing:
            return Probe(
                False,
                _("Missing programs: {names}.").format(names=", ".join(missing)),
                "apt-get install docker.io iproute2 iptables util-linux",
            )
        if not cgroups.mounted():
            return namespaces.NO_GROUPS
        if not cgroups.writable():
            reason = _("Control groups can't be made here (a container without privileges?).")
            return Probe(False, reason, "findmnt -R /sys/fs/cgroup")
        return Probe(True, cls.isolation)

    @classmethod
    def unheld_limits(cls) -> tuple[str, ...]:
        return (*cgroups.unheld(), *super().unheld_limits())

    @classmethod
    def _kept_limits(cls) -> Limits:
        memory = machine_memory().get("MemTotal")
        return Limits(memory_bytes=memory and int(memory * MACHINE_SHARE))

    def _choose_ids(self, template: str) -> None:
        if self._kept is None and _has_own_ids() and (not template or _can_be_shifted(template)):
            # By chance: that two that live at the same time have the same is one in many thousands, and does no harm.
            self._owner = secrets.choice(_OWN_IDS)
            self.keeper = self._owner + NOBODY_INSIDE

    @classmethod
    def _above_options(cls, owner: int) -> list[str]:
        span = f"0:{owner}:{ID_COUNT}"
        return [f"--map-users={span}", f"--map-groups={span}"]

    @classmethod
    def _outer_command(cls) -> list[str]:
        return ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation", "private"]

    def _spec_details(self) -> dict[str, object]:
        shifted = "" if self._owner == FIRST_ID else _id_map(FIRST_ID, self._owner)
        return {"use_cgroups": True, "idmap": _id_map(0, self._owner), "template_idmap": shifted}

    @classmethod
    def as_owner(cls, argv: Sequence[str]) -> list[str]:
        return list(argv)

    def _give_folder(self, folder: EngineFolder) -> None:
        os.chown(folder.path, 0, self._owner)
        folder.sockets.chmod(0o711)
        os.chown(folder.sockets, self._owner, self._owner)
        os.chown(folder.data, self._owner, self._owner)

    def _close_sockets(self, folder: EngineFolder) -> None:
        os.chown(folder.sockets, 0, 0)

    def walls(self) -> Walls:
        return self._way_in()


def _id_map(there: int, here: int) -> str:
    """mount(8)'s X-mount.idmap: who has the ids from ``there`` on the disk has those from ``here`` in the mount."""
    return " ".join(f"{kind}:{there}:{here}:{ID_COUNT}" for kind in "ug")


@cache
def _has_own_ids() -> bool:
    """Whether this machine's root has the ids of throwaway engines: in a container it may have fewer."""
    for name in ("uid_map", "gid_map"):
        spans = [tuple(map(int, line.split())) for line in Path("/proc/self", name).read_text().splitlines()]
        if not any(first <= _OWN_IDS[0] and first + count >= _OWN_IDS.stop for first, _outside, count in spans):
            return False
    return True


#: mount(8) before util-linux 2.39 takes the option for a comment, and overlays before Linux 5.19 take no such layers.
_SHIFT = """
cd "$0" && mount --bind -o "X-mount.idmap=$1" layers layers && test "$(stat -c %u layers)" = "$2" &&
    mount -t overlay -o ro,lowerdir=layers:meta overlay meta && test "$(stat -c %u meta)" = "$2"
"""


@cache
def _can_be_shifted(template: str) -> bool:
    """Whether a template's files can be shown as another engine's own: on ext4 and xfs, not on an overlay."""
    there, here = FIRST_ID, _OWN_IDS[0]
    command = ["sh", "-ec", _SHIFT, template, _id_map(there, here), str(here)]
    return refusal_of(["unshare", "--mount", "--propagation", "private", *command]) is None
