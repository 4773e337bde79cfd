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
#: What a guest that works hard takes: its memory, QEMU itself and translated code (590 to 680 MiB with the labs).
MEMORY_NEEDED = (qemu.MEMORY // 2 + 250) * _MIB
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
    found = [amount for amount in (_machine(), *left_of_limits(Path("/sys/fs/cgroup"))) if amount is not None]
    return min(found, default=None)


def _machine() -> int | None:
    try:
        match = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(match.group(1)) * 1024 if match else None


def left_of_limits(root: Path) -> list[int]:
    """What is left of the memory limits in a container's own view of /sys/fs/cgroup, v2 then v1."""
    found = []
    for most, used, cache in (
        (root / "memory.max", root / "memory.current", root / "memory.stat"),
        (root / "memory/memory.limit_in_bytes", root / "memory/memory.usage_in_bytes", root / "memory/memory.stat"),
    ):
        try:
            limit, usage = int(most.read_text()), int(used.read_text())
            # The cache of files counts as used and is given back when it is needed. The first hierarchy's own
            # numbers are without groups below, unlike its "total" ones.
            amounts = dict(line.split() for line in cache.read_text().splitlines())
            total = "total_" if "total_cache" in amounts else ""
            files = sum(int(amounts.get(f"{total}{which}_file", 0)) for which in ("active", "inactive"))
        except (OSError, ValueError):
            continue
        found.append(limit - usage + files)
    return found
