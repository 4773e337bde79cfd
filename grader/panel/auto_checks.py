"""``python -m grader.panel.auto_checks LAB``: runs the checks that only look by themselves, while a lab is open.

A process of its own, which never runs a line of a student's; the notebook's kernel starts it. It looks after events on
the lab daemon and sleeps in between. What it sees goes into the student's progress, where the panel reads it.

Stdin has a line for each change: "busy" when a cell begins to run, "idle" when it has ended; its end is our end.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from grader.charts.lab_docker import lab_host
from grader.checks.looking import tasks_that_only_look
from grader.course.labs import RELEASE, Lab, Task, find_course
from grader.docker_api.deadline import CHECK_SECONDS
from grader.docker_api.errors import NoAnswer
from grader.docker_api.events import EventStream, attributes, moment
from grader.docker_api.words import OWN_LABEL
from grader.engines import detached
from grader.engines.folders import kept_folder
from grader.engines.protocol import EngineError
from grader.lab_daemon import NoDaemon
from grader.panel.debounce import Debounce
from grader.panel.feed import FILTERS
from grader.panel.folder_watch import follow
from grader.report.cell_runs import runs_of
from grader.report.progress import ProgressFolder, progress_folder
from grader.sandbox.checker import Checker
from grader.values import StudentKey, own_key

#: Somebody works on this machine: they come first.
_NICENESS = 10


class AutoChecks:
    """Looks at one lab's tasks. ``folder`` is the student's copy of the lab."""

    def __init__(self, lab: Lab, progress: ProgressFolder, folder: Path, key: StudentKey, events: Events) -> None:
        self._lab, self._progress, self._folder, self._key = lab, progress, folder, key
        self._events, self._pace = events, events.pace
        self._tasks = tasks_that_only_look(lab)
        self._checker: Checker | None = None
        #: Which of the daemons since the beginning the checker asks: a new one may have the old one's address.
        self._asks = 0

    def run(self) -> None:
        """Until the pace is closed."""
        try:
            while self._pace.wait():
                began = time.monotonic()
                with suppress(EngineError, NoDaemon):
                    self._look()
                self._pace.looked(time.monotonic() - began)
        finally:
            self._end()

    def _look(self) -> None:
        for task in self._tasks:
            if self._pace.is_busy:
                # What it does is an event, or changes nothing.
                self._pace.event()
                return
            if not self._is_ready(task):
                continue
            began, cells = time.time(), self._pace.cells
            report = self._asked().check(task.id, task.check.source, CHECK_SECONDS, key=self._key, only_looks=True)
            if not self._pace.is_busy and cells == self._pace.cells:
                self._progress.note_seen(self._lab.name, report, since=began)
            else:
                # The events of what the cell did may all have come already.
                self._pace.event()

    def _is_ready(self, task: Task) -> bool:
        """Whether what it needs has passed, what it comes after was checked, and its own setup cells ran.

        Before that nothing is the student's doing.
        """
        known = self._progress.of(self._lab.name)
        for name in task.needs:
            before = known.get(name)
            if before is None or not (before.passes or name in task.after):
                return False
        setups = {cell.id for cell in task.setups}
        return not setups or setups <= {run.cell for run in runs_of(self._progress, self._lab.name)}

    def _asked(self) -> Checker:
        """The process that runs check cells: one for each daemon. Raises EngineError or NoDaemon."""
        daemons = self._events.daemons
        if self._checker is None or self._asks != daemons:
            self._end()
            host, running = lab_host(), detached.current()
            if running is None or running.host != host:
                raise NoDaemon(host)
            self._checker, self._asks = Checker(running.engine, folder=self._folder), daemons
            self._checker.launch()
        return self._checker

    def _end(self) -> None:
        if self._checker is not None:
            self._checker.close()
            self._checker = None


class Events:
    """Tells the pace of the daemon's events; while there is no daemon, waits until somebody may have started one."""

    def __init__(self, pace: Debounce) -> None:
        self.pace = pace
        #: How many daemons have answered so far.
        self.daemons = 0
        self._maybe = threading.Event()

    def maybe(self) -> None:
        """There may be a daemon now."""
        self._maybe.set()

    def listen(self) -> None:
        """Without end."""
        while True:
            self._maybe.clear()
            with suppress(NoDaemon, NoAnswer), ExitStack() as open_now:
                stream = EventStream(lab_host(), FILTERS, moment())
                open_now.callback(stream.close)
                self.daemons += 1
                self.pace.event()
                for event in stream:
                    # What a check of the student's makes and removes again is nobody's work.
                    if OWN_LABEL not in attributes(event):
                        self.pace.event()
            self._maybe.wait()


def _obey(events: Events) -> None:
    for line in sys.stdin:
        events.pace.busy(line.strip() == "busy")
        events.maybe()
    events.pace.close()


def main() -> int:
    os.nice(_NICENESS)
    course = find_course()
    lab = course.lab(sys.argv[1], RELEASE)
    folder = Path.cwd()
    events = Events(Debounce())
    # `drydock up` writes down there what runs.
    follow(kept_folder(), events.maybe, "drydock-auto-checks-daemon")
    threading.Thread(target=events.listen, name="drydock-auto-checks-events", daemon=True).start()
    threading.Thread(target=_obey, args=[events], name="drydock-auto-checks-orders", daemon=True).start()
    AutoChecks(lab, progress_folder(course), folder, own_key(folder), events).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
