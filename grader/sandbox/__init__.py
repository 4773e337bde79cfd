"""Where a notebook's cells run: student code inside an engine's walls, check cells outside them."""

from grader.sandbox.checker import Checker, PinnedSocket, checker, could_not_check
from grader.sandbox.kernel import (
    CellOutcome,
    CellStatus,
    KernelLost,
    StudentKernel,
    student_kernel,
)
from grader.sandbox.kernel_start import KernelSettings
from grader.sandbox.outputs import OutputLimits
from grader.sandbox.processes import FreezeError

__all__ = [
    "CellOutcome",
    "CellStatus",
    "Checker",
    "FreezeError",
    "KernelLost",
    "KernelSettings",
    "OutputLimits",
    "PinnedSocket",
    "StudentKernel",
    "checker",
    "could_not_check",
    "student_kernel",
]
