"""KVM where it really works, else emulation.

A /dev/kvm that is there and opens proves nothing: some hosts have one that runs only kernels made for it
(docs/microvm.md). So the guest's own kernel is booted once, and what came of it is noted until the machine reboots.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.engines.layout import cache_folder
from grader.engines.microvm import qemu

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
