"""The rootless engine: Linux without root, where user namespaces are allowed.

The same construction as `native`, built by the root of a user namespace (newuidmap(1) with the user's subordinate
ids) instead of the machine's. No RootlessKit and no slirp4netns: an engine has no network beyond itself, so there is
nothing to translate, and the warm template works here too.
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from grader.engines import cgroups, namespaces, releases
from grader.engines.folders import SYSTEM_PATH, EngineFolder
from grader.engines.namespaces import DAEMON_TOOLS, NOBODY_INSIDE, WALL_TOOLS, NamespaceEngine
from grader.engines.protocol import EngineError, Probe
from grader.i18n import _
from grader.processes import refusal_of

_ID_TOOLS = ("newuidmap", "newgidmap")


class RootlessEngine(NamespaceEngine):
    """The same walls for an ordinary user: inside, root is that user or a subordinate id of theirs (subuid(5))."""

    kind: ClassVar[str] = "rootless"
    isolation: ClassVar[str] = _(
        "own user, mount, process, network and IPC namespaces on a private root, all owned by an ordinary user; "
        "memory, CPU and process limits of containers do not hold"
    )
    _owner = 0
    keeper = NOBODY_INSIDE

    @classmethod
    def probe(cls) -> Probe:
        found = cls._look_around((*DAEMON_TOOLS, *WALL_TOOLS))
        return cls._try_walls() if found.works else found

    @classmethod
    def _look_around(cls, tools: Sequence[str]) -> Probe:
        if os.uname().sysname != "Linux":
            return Probe(False, _("The rootless engine needs Linux."))
        if os.geteuid() == 0:
            return Probe(False, _("The rootless engine is for ordinary users; root has the native engine."))
        wanted = [tool for tool in (*tools, *_ID_TOOLS) if not releases.brings(tool)]
        missing = [tool for tool in wanted if shutil.which(tool, path=SYSTEM_PATH) is None]
        if missing:
            return Probe(
                False,
                _("Missing programs: {names}.").format(names=", ".join(missing)),
                "sudo apt-get install docker.io iproute2 iptables uidmap util-linux",
            )
        if DAEMON_TOOLS[0] in tools and not cgroups.mounted():
            return namespaces.NO_GROUPS
        return _trouble_with_ids() or Probe(True, cls.isolation)

    @classmethod
    def unheld_limits(cls) -> tuple[str, ...]:
        return ("memory", "pids", *super().unheld_limits())

    @classmethod
    def _outer_command(cls) -> list[str]:
        return ["setpriv", "--pdeathsig=KILL", *cls.as_owner([]), "--mount", "--propagation", "private", "--"]

    def _spec_details(self) -> dict[str, object]:
        # Without control groups dockerd must be told that it is rootless: it then runs containers without them.
        return {"use_cgroups": False, "dockerd_flags": "--rootless"}

    @classmethod
    def as_owner(cls, argv: Sequence[str]) -> list[str]:
        return ["unshare", "--user", "--map-root-user", "--map-auto", *argv]

    def _give_folder(self, folder: EngineFolder) -> None:
        self._give_sockets(folder, 0)
        folder.sockets.chmod(0o711)
        folder.path.chmod(0o700)

    def _close_sockets(self, folder: EngineFolder) -> None:
        self._give_sockets(folder, NOBODY_INSIDE)

    def _give_sockets(self, folder: EngineFolder, owner: int) -> None:
        argv = self.as_owner(["chown", f"{owner}:{owner}", str(folder.sockets)])
        if (why := refusal_of(argv)) is not None:
            raise EngineError(
                _("The engine's folder can't be prepared: {why}").format(why=why), f"ls -la '{self.folder.path}'"
            )

    def enter(self, argv: Sequence[str]) -> list[str]:
        ours = ["nsenter", f"--target={self._first}", "--user", "--net", "--preserve-credentials", "--"]
        return [*ours, *argv]


def _trouble_with_ids() -> Probe | None:
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container that runs as any number; newuidmap(1) serves no such user
        return Probe(False, _("The user {number} has no name on this machine.").format(number=os.getuid()))
    if _has_ids(Path("/etc/subuid"), user) and _has_ids(Path("/etc/subgid"), user):
        return None
    return Probe(
        False,
        _("The user {user} has no subordinate ids.").format(user=user),
        f"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}",
    )


def _has_ids(file: Path, user: str) -> bool:
    """Whether subuid(5) or subgid(5) gives the user at least 65,536 ids in one range."""
    if not file.exists():
        return False
    for line in file.read_text().splitlines():
        name, _first, count = [*line.split(":"), "", "", "0"][:3]
        if name in (user, str(os.getuid())) and count.isdigit() and int(count) >= 65_536:
            return True
    return False
