"""A chart that is drawn again in its place while more becomes known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.notebook import shell_of_kernel
from grader.widgets.chart import Chart

#: Seconds between two drawings: a picture takes some 0.05 s of CPU, and eyes don't need more.
_PAUSE = 0.5


class Screen:
    """Shows what ``chart`` makes, as often as asked but not oftener than is useful. Any thread may refresh it."""

    def __init__(self, chart: Callable[[], Chart]) -> None:
        self._chart = chart
        self._lock = threading.Lock()
        self._handle: Any = None
        self._cell: Any = None
        self._drawn = 0.0

    def show(self) -> None:
        """Show it below the current cell, or draw it anew where this cell has shown it already."""
        shell = shell_of_kernel()
        if shell is None:
            print(self._chart().text)
            return
        from IPython.display import display

        with self._lock:
            cell = (id(shell), shell.execution_count)
            if self._handle is not None and self._cell == cell:
                self._handle.update(self._chart())
            else:
                self._handle, self._cell = display(self._chart(), display_id=True), cell
            self._drawn = time.monotonic()

    def open(self) -> None:
        """In a notebook, show it below the current cell."""
        if shell_of_kernel() is not None:
            self.show()

    def refresh(self, *, last: bool = False) -> None:
        """Draw it anew where it is shown, if it is. ``last``: nothing comes after this, so draw it in any case."""
        with self._lock:
            if self._handle is None or (not last and time.monotonic() - self._drawn < _PAUSE):
                return
            # A front end that went away must not end a recording.
            with suppress(Exception):
                self._handle.update(self._chart())
            self._drawn = time.monotonic()
