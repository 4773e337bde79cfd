"""Walls around a guest for the programs of strangers: one enclosure for QEMU, another for the students' own programs.

Both are made as the native engine's (as root) or the rootless engine's, with no daemon in them. A student's program is
on this machine, in walls that hold nothing but the shared folder and the guest's Docker API; QEMU is in walls of its
own, so who takes it over has what a student has already. docs/security.md tells the whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.engines.microvm import hardware, qemu
from grader.engines.microvm.place import Enclosure
from grader.engines.namespaces import NamespaceEngine
from grader.engines.native import NativeEngine
from grader.engines.protocol import Limits, Probe
from grader.engines.rootless import RootlessEngine
from grader.i18n import _

#: What a guest takes at most, with QEMU and the code it translates.
_GUEST_BYTES = (qemu.MEMORY + qemu.TRANSLATIONS + 400) * 2**20
_GUEST_PIDS = 300
_KVM = Path("/dev/kvm")


def builder() -> type[NamespaceEngine]:
    """What makes walls for this user."""
    return NativeEngine if os.geteuid() == 0 else RootlessEngine


def probe() -> Probe:
    """Whether there can be walls here, found out by trying."""
    found = builder().walls_probe()
    if found.works and hardware.known() is qemu.KVM and _KVM.stat().st_mode & 0o006 != 0o006:
        reason = _("Behind walls QEMU is a user of its own, who may not use {device}.").format(device=_KVM)
        return Probe(False, reason, f"ls -l {_KVM}")
    return found


class Walls:
    """The two enclosures of one guest."""

    def __init__(self, shares: Sequence[Path], limits: Limits) -> None:
        self._shares = shares
        self._limits = limits
        own = Limits(memory_bytes=limits.memory_bytes, pids=limits.pids, cpus=limits.cpus)
        #: Where students' programs run, and where ports appear.
        self.students = builder()(shares=shares, limits=own, daemon=False)
        self._machine: NamespaceEngine | None = None

    def raise_around(self, files: Path, template: Path) -> Enclosure:
        """Make both; QEMU will see ``files`` at the same path. Raises EngineError: then ``tear_down`` all the same."""
        files.mkdir(mode=0o711)
        memory, cpus = self._limits.memory_bytes, self._limits.cpus
        self._machine = machine = builder()(
            shares=[files, *self._shares],
            limits=Limits(None if memory is None else max(memory, _GUEST_BYTES), _GUEST_PIDS, cpus),
            daemon=False,
            python=False,
            readonly=[template],
            devices=["kvm"] if hardware.known() is qemu.KVM else [],
        )
        with ThreadPoolExecutor(2) as both:
            for start in [both.submit(one.start) for one in (self.students, machine)]:
                start.result()
        return Enclosure(
            files=str(files),
            qemu=machine.inhabit([]),
            agent_network=machine.enter([]),
            student_network=self.students.enter([]),
            socket=str(self.students.folder.socket),
        )

    def stand(self) -> bool:
        return self._machine is not None and self._machine.is_alive() and self.students.is_alive()

    def tear_down(self) -> None:
        """Safe to call twice."""
        if self._machine is not None:
            self._machine.stop()
        self.students.stop()
