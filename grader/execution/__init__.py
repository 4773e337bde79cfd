"""Running cells: student code inside an engine's walls, check cells outside them."""

from grader.execution.kernel import (
    CellOutcome,
    CellStatus,
    KernelLost,
    KernelSettings,
    StudentKernel,
    student_kernel,
)
from grader.execution.outputs import OutputLimits
from grader.execution.pinned import PinnedSocket
from grader.execution.processes import FreezeError
from grader.execution.trusted import Checker, checker, could_not_check

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
