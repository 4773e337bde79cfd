"""The IPython shell this code runs in, if any. IPython is not imported for it."""

from __future__ import annotations

import sys
from typing import Any


def shell_of_kernel() -> Any:
    """The IPython shell that has a notebook in front of it, or None elsewhere."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None
