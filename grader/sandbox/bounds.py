"""What one notebook may use of time and of the machine: the same when it is graded, rehearsed and proved sound."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.docker_api.deadline import CHECK_SECONDS
from grader.engines import Limits
from grader.processes import machine_memory
from grader.sandbox.kernel_start import KernelSettings

_GIB = 1024**3


@dataclass(frozen=True)
class Bounds:
    """Seconds, bytes, numbers. A slow engine has several times as long (``Engine.patience``)."""

    #: Longest time for one cell of a student, and for all of them.
    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    check_seconds: float = CHECK_SECONDS
    #: A daemon that says nothing for so long counts as ended.
    daemon_seconds: float = 30.0
    #: How many kernels a notebook may use up.
    kernels: int = 5
    #: Space for the files in the student's working folder.
    files_bytes: int = _GIB
    #: For kernel, daemon, containers and their files together.
    limits: Limits = field(default_factory=lambda: Limits(memory_bytes=4 * _GIB, pids=2048, disk_bytes=3 * _GIB))
    kernel: KernelSettings = field(default_factory=KernelSettings)

    def limits_here(self) -> Limits:
        """What holds on this machine. Not noted in a parcel, which is the same wherever it is graded."""
        return self.limits.on_machine(machine_memory().get("MemTotal"))
