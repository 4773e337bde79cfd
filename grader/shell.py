"""The IPython shell this code runs in, if any. IPython is not imported for it."""

from __future__ import annotations

import os
import sys
from pathlib import PurePosixPath
from typing import Any


def shell_of_kernel() -> Any:
    """The IPython shell that has a notebook in front of it, or None elsewhere."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


def notebook_of_kernel() -> PurePosixPath:
    """The notebook that this kernel was started for, as Jupyter's servers tell it; without a name where none did."""
    return PurePosixPath(os.environ.get("JPY_SESSION_NAME", ""))
