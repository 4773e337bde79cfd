"""Whose the dind engine's containers are, and the removal of those nobody owns. Never anything without our label."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from grader.processes import lives

if TYPE_CHECKING:
    from docker import DockerClient

LABEL = "drydock.engine"
_MACHINE = "drydock.owner_machine"
_OWNER_PID = "drydock.owner_pid"


def owner_labels() -> dict[str, str]:
    """Labels that say which process, on which machine, a throwaway engine is of: one Docker may serve several."""
    space = Path("/proc/self/ns/pid")
    names = [socket.gethostname(), f"{uuid.getnode():x}", str(space.readlink()) if space.exists() else ""]
    with contextlib.suppress(OSError):
        names.append(Path("/etc/machine-id").read_text().strip())
    return {_MACHINE: " ".join(names), _OWNER_PID: str(os.getpid())}


def remove_containers(client: DockerClient, name: str, *, running: bool = True) -> None:
    """Remove the containers of the engine of this name, by its label; with ``running`` also one that runs."""
    from docker.errors import NotFound

    for container in client.containers.list(all=True, filters={"label": f"{LABEL}={name}"}, ignore_removed=True):
        if running or container.status != "running":
            with contextlib.suppress(NotFound):
                container.remove(force=True, v=True)


def remove_orphans(client: DockerClient) -> list[str]:
    """Remove throwaway engines of processes of this machine that are gone. Returns their names."""
    from docker.errors import APIError

    removed = []
    here = f"{_MACHINE}={owner_labels()[_MACHINE]}"
    for container in client.containers.list(all=True, filters={"label": [LABEL, here]}, ignore_removed=True):
        if not _lives(container.labels.get(_OWNER_PID, "")):
            # Another start is at it, or it can't be removed: no reason not to start.
            with contextlib.suppress(APIError):
                container.remove(force=True, v=True)
                removed.append(str(container.name))
    return removed


def _lives(pid: str) -> bool:
    """Whether such a process is there; what can't be told counts as yes."""
    return not pid.isdecimal() or lives(int(pid))
