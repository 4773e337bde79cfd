"""The native engine: root on Linux. Fast, limits hold, and a container's root is nobody on the host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import ClassVar

from grader.engines import cgroups, namespaces, releases
from grader.engines.folders import SYSTEM_PATH, EngineFolder
from grader.engines.namespaces import DAEMON_TOOLS, NOBODY_INSIDE, WALL_TOOLS, NamespaceEngine
from grader.engines.nsenter import Walls
from grader.engines.protocol import Limits, Probe
from grader.i18n import _
from grader.processes import machine_memory

#: Host ids 300000-365535 stand for ids 0-65535 in an engine; far from what adduser gives out.
FIRST_ID = 300_000
ID_COUNT = 65_536
#: Of the machine's memory, what a lab daemon and all its containers may have. One container of a student's that took
#: 22 of 24 GB held up the machine for 20 minutes; with the ceiling the kernel ends that container.
_LAB_SHARE = 0.85


class NativeEngine(NamespaceEngine):
    """For root on Linux: inside, root is host id ``FIRST_ID``, which has no rights on the machine."""

    kind: ClassVar[str] = "native"
    isolation: ClassVar[str] = _(
        "own user, mount, process, network, IPC and cgroup namespaces on a private root: "
        "a container's root is nobody on this machine"
    )
    _owner: ClassVar[int] = FIRST_ID
    keeper: ClassVar[int] = FIRST_ID + NOBODY_INSIDE

    @classmethod
    def probe(cls) -> Probe:
        return cls._look_around((*DAEMON_TOOLS, *WALL_TOOLS))

    @classmethod
    def _look_around(cls, tools: Sequence[str]) -> Probe:
        if os.uname().sysname != "Linux":
            return Probe(False, _("The native engine needs Linux."))
        if os.geteuid() != 0:
            return Probe(False, _("The native engine needs root."), "sudo drydock up")
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
        return Limits(memory_bytes=memory and int(memory * _LAB_SHARE))

    @classmethod
    def _above_options(cls) -> list[str]:
        span = f"0:{FIRST_ID}:{ID_COUNT}"
        return [f"--map-users={span}", f"--map-groups={span}"]

    @classmethod
    def _outer_command(cls) -> list[str]:
        return ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation", "private"]

    def _spec_details(self) -> dict[str, object]:
        span = f"0:{FIRST_ID}:{ID_COUNT}"
        return {"use_cgroups": True, "idmap": f"u:{span} g:{span}"}

    @classmethod
    def as_owner(cls, argv: Sequence[str]) -> list[str]:
        return list(argv)

    def _give_folder(self, folder: EngineFolder) -> None:
        os.chown(folder.path, 0, FIRST_ID)
        folder.sockets.chmod(0o711)
        os.chown(folder.sockets, FIRST_ID, FIRST_ID)
        os.chown(folder.data, FIRST_ID, FIRST_ID)

    def _close_sockets(self, folder: EngineFolder) -> None:
        os.chown(folder.sockets, 0, 0)

    def walls(self) -> Walls:
        return self._way_in()
