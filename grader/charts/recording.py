"""Recordings: something is watched in the background while the notebook goes on."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Self

from grader.charts.chart import Chart, Screen
from grader.docker_api.errors import NoAnswer
from grader.i18n import _
from grader.shell import shell_of_kernel

#: Seconds after which a recording that nobody stopped ends by itself.
AT_MOST = 900.0
_JOIN = 5.0


class Recording(ABC):
    """Runs in a thread of its own from ``begin`` until it is over or stopped. Displays itself, live, in a cell."""

    #: The running ones: a cell that is run again replaces its old recording and leaves no thread behind.
    _running: ClassVar[dict[tuple[type[Recording], str], Recording]] = {}

    def __init__(self, about: str, *, at_most: float = AT_MOST) -> None:
        self._about = about
        self._latest = time.monotonic() + at_most
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._screen = Screen(lambda: self.chart)
        self._trouble = ""
        self._over = False
        #: When it ended (seconds since 1970): later nothing is known.
        self._known_until: float | None = None
        self._thread = threading.Thread(target=self._work, name=f"drydock-{type(self).__name__}", daemon=True)

    @property
    @abstractmethod
    def chart(self) -> Chart:
        """What is known by now."""

    @abstractmethod
    def _record(self) -> None:
        """Record until it is over or ``_stopping`` is set. Runs in the thread; may raise Unavailable or Refused."""

    def _wake(self) -> None:
        """Called when ``_stopping`` was set: end a wait inside ``_record``."""
        return

    def begin(self) -> Self:
        key = (type(self), self._about)
        earlier = self._running.pop(key, None)
        if earlier is not None:
            earlier.stop()
        self._running[key] = self
        self._thread.start()
        return self

    def stop(self) -> Self:
        """End the recording. What was recorded stays. Safe to call at any time."""
        self._ask_to_stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)
        return self

    def _ask_to_stop(self) -> None:
        self._stopping.set()
        self._wake()

    @property
    def is_over(self) -> bool:
        return self._over

    def show(self) -> None:
        """Show the chart. While the recording runs, it is drawn anew in its place as more happens."""
        self._screen.show()

    @property
    def text(self) -> str:
        """The chart in words."""
        return self.chart.text

    def _ipython_display_(self) -> None:
        # IPython asks an object to display itself by this name.
        self.show()

    def _work(self) -> None:
        try:
            self._record()
        except NoAnswer as error:
            # A stop closes connections under the recorder: that is no trouble.
            if not self._stopping.is_set():
                self._trouble = _("The recording ended early: {why}").format(why=error)
        finally:
            if self._running.get((type(self), self._about)) is self:
                del self._running[type(self), self._about]
            self._known_until = time.time()
            self._screen.refresh(last=True)
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _tell(self) -> None:
        """Something new is known."""
        with self._changed:
            self._changed.notify_all()
        self._screen.refresh()

    def _seconds_left(self) -> float:
        return self._latest - time.monotonic()

    def _too_old(self) -> bool:
        return self._seconds_left() < 0

    def show_while_waiting(self) -> None:
        """Open the live chart in a notebook; print nothing elsewhere."""
        if shell_of_kernel() is not None:
            self._screen.show()

    def _until(self, happened: Callable[[], bool], within: float) -> bool:
        """Wait for it, at most ``within`` seconds; live on the screen. Interrupting the cell ends the recording."""
        try:
            with self._changed:
                return self._changed.wait_for(lambda: happened() or self._over, within) and happened()
        except BaseException:
            self.stop()
            raise
