"""An IPython extension: the kernel behind the course's index makes its page by itself, before a cell is run."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Any

from grader.errors import ExpectedError

INDEX = "index.ipynb"
#: The notebook's path, as jupyter_server tells the kernel that it starts for it.
_NOTEBOOK = "JPY_SESSION_NAME"


def load_ipython_extension(_shell: Any) -> None:
    """IPython's own name for this. In every other notebook it does nothing."""
    if PurePosixPath(os.environ.get(_NOTEBOOK, "")).name != INDEX:
        return
    from grader.panel.live_index import open_index

    try:
        open_index()
    except (ExpectedError, ImportError, OSError):
        # The cell says what is wrong when it is run.
        return
