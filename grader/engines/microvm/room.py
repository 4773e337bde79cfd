"""Whether this machine has the memory and the disk that one guest needs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from grader.engines.layout import runtime_folder
from grader.engines.microvm import qemu
from grader.engines.protocol import Probe
from grader.i18n import _

_MIB = 2**20
#: What a guest that works hard takes: its memory, QEMU itself and translated code.
MEMORY_NEEDED = (qemu.MEMORY // 2 + 100) * _MIB
DISK_NEEDED = 300 * _MIB


def trouble() -> Probe | None:
    """What is missing, if anything."""
    memory = free_memory()
    if memory is not None and memory < MEMORY_NEEDED:
        return Probe(
            False,
            _("A microVM needs {needed} MiB of free memory, and {free} MiB are free.").format(
                needed=MEMORY_NEEDED // _MIB, free=memory // _MIB
            ),
            "free -m",
        )
    folder = runtime_folder()
    disk = shutil.disk_usage(folder).free
    if disk < DISK_NEEDED:
        return Probe(
            False,
            _("A microVM needs {needed} MiB of room in {folder}, and {free} MiB are free.").format(
                needed=DISK_NEEDED // _MIB, folder=folder, free=disk // _MIB
            ),
            f"df -h '{folder}'",
        )
    return None


def free_memory() -> int | None:
    """Bytes that can be had: of the machine, or of the control group this process is in if that has fewer."""
    found = [amount for amount in (_machine(), *_groups()) if amount is not None]
    return min(found, default=None)


def _machine() -> int | None:
    try:
        match = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(match.group(1)) * 1024 if match else None


def _groups() -> list[int]:
    """What is left of the limits that a container's own view of /sys/fs/cgroup shows, v2 then v1."""
    found = []
    root = Path("/sys/fs/cgroup")
    for most, used, cache in (
        (root / "memory.max", root / "memory.current", root / "memory.stat"),
        (root / "memory/memory.limit_in_bytes", root / "memory/memory.usage_in_bytes", root / "memory/memory.stat"),
    ):
        try:
            limit, usage = int(most.read_text()), int(used.read_text())
            # The cache of files counts as used and is given back when it is needed.
            match = re.search(r"^(?:total_)?inactive_file (\d+)", cache.read_text(), re.MULTILINE)
        except (OSError, ValueError):
            continue
        found.append(limit - usage + (int(match.group(1)) if match else 0))
    return found
