"""An IPython extension: the kernel behind the course's index makes its page by itself, before a cell is run."""

from __future__ import annotations

from typing import Any

from grader.errors import ExpectedError
from grader.shell import notebook_of_kernel

INDEX = "index.ipynb"


def load_ipython_extension(_shell: Any) -> None:
    """IPython's own name for this. In every other notebook it does nothing."""
    if notebook_of_kernel().name != INDEX:
        return
    from grader.panel.live_index import open_index

    try:
        open_index()
    except (ExpectedError, ImportError, OSError):
        # The cell says what is wrong when it is run.
        return
