"""What this machine has for a guest: acceleration, memory and disk, and a time-stamp counter."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.engines.folders import runtime_folder
from grader.engines.microvm import qemu
from grader.engines.protocol import Probe
from grader.files import cache_folder
from grader.i18n import _
from grader.processes import machine_memory

_DEVICE = Path("/dev/kvm")
#: A kernel that says nothing for so long (seconds) does not run.
_SILENCE = 6.0
_MOST_SECONDS = 40.0
#: What early.sh says when the kernel line holds `probe=1`.
_MARK = "drydock: the kernel runs"


def known() -> qemu.Accelerator | None:
    """The fastest accelerator that works here; None if that must be tried first."""
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return qemu.TCG
    try:
        note = json.loads(_note().read_text())
        if note["facts"] == _facts():
            return qemu.KVM if note["works"] else qemu.TCG
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def decide(kernel: Path, initrd: Path) -> qemu.Accelerator:
    """Try KVM with the guest's kernel, and note the answer."""
    works = boots_under_kvm(kernel, initrd)
    note = _note()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"facts": _facts(), "works": works}))
    return qemu.KVM if works else qemu.TCG


def _note() -> Path:
    return cache_folder() / "microvm" / "kvm.json"


def _facts() -> list[str]:
    """What the answer depends on: this boot of this machine, this QEMU, this user."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return [boot, qemu.version_line(), str(os.getuid())]


def boots_under_kvm(kernel: Path, initrd: Path) -> bool:
    """Whether the guest's kernel reaches its first program under KVM."""
    with TemporaryDirectory() as scratch:
        console = Path(scratch) / "console"
        console.touch()
        command = qemu.probe_command(qemu.KVM, kernel, initrd, console)
        try:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            return False
        try:
            _wait(process, console)
        finally:
            process.kill()
            process.wait()
        return _MARK in console.read_text(errors="replace")


def _wait(process: subprocess.Popen[bytes], console: Path) -> None:
    """Return when QEMU ended, or the guest has been silent for too long."""
    began = last = time.monotonic()
    size = 0
    while process.poll() is None and time.monotonic() - began < _MOST_SECONDS:
        if console.stat().st_size != size:
            size, last = console.stat().st_size, time.monotonic()
        if time.monotonic() - last > _SILENCE:
            return
        time.sleep(0.02)


# -- Whether this machine has the memory and the disk that one guest needs.

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
    return lacks_room(runtime_folder())


def lacks_room(folder: Path) -> Probe | None:
    """That this folder has too little room for a guest's disk, if so."""
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
    found = [
        amount
        for amount in (machine_memory().get("MemAvailable"), *left_of_limits(Path("/sys/fs/cgroup")))
        if amount is not None
    ]
    return min(found, default=None)


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


# -- How fast this machine's time-stamp counter runs: under emulation it is the guest's, and its clock goes by it.
#
# A guest that boots on a busy machine measures the counter badly (once by a factor of eight: its clock ran eight
# times too fast), so it is told. A guest restored on another machine than its template's has another counter than it
# knows.

#: rdtsc; shl rdx, 32; or rax, rdx; ret
_READ = bytes.fromhex("0f31 48c1e220 4809d0 c3")
#: Parts of the frequency that two measurements may differ by.
_TOLERANCE = 0.001


@dataclass(frozen=True)
class Stamp:
    """The counter at a time (nanoseconds of the monotonic clock)."""

    nanoseconds: int
    ticks: int

    def kilohertz_until(self, later: Stamp) -> int:
        """The counter's frequency; a tenth of a second between the two is enough."""
        return round((later.ticks - self.ticks) * 1_000_000 / (later.nanoseconds - self.nanoseconds))


def stamp() -> Stamp | None:
    """The counter now; None where programs may not run what they wrote."""
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return None
    page.write(_READ)
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return min((_between(read) for _try in range(5)), key=lambda found: found[0])[1]


def _between(read: ctypes._CFunctionType) -> tuple[int, Stamp]:
    """A stamp, and how long it took: a process that has to wait in between reads the two at different times."""
    before = time.monotonic_ns()
    ticks = int(read())
    after = time.monotonic_ns()
    return after - before, Stamp((before + after) // 2, ticks)


def kilohertz() -> int | None:
    """The counter's frequency, in a tenth of a second."""
    first = stamp()
    time.sleep(0.1)
    second = stamp()
    return None if first is None or second is None else first.kilohertz_until(second)


def differ(one: int, other: int) -> bool:
    return abs(one - other) > _TOLERANCE * one
