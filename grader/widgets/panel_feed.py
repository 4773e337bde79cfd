"""What the panel is fed with: looks at the daemon, one after each burst of events, and none while nothing happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from grader.checks.daemon import Connection, Daemon
from grader.checks.deadline import Deadline
from grader.checks.errors import Refused, Unavailable
from grader.i18n import _
from grader.notebook import NoDaemon
from grader.widgets.events import EventStream, Filters, moment
from grader.widgets.lab_docker import lab_host
from grader.widgets.reading.overview import Overview, UseMeter, read_overview

#: Events that change what the panel shows. Health checks run commands all the time: those events stay at the daemon.
FILTERS: Filters = {
    "type": ["container", "image", "network", "volume"],
    "event": [
        *("create", "start", "die", "destroy", "rename", "pause", "unpause", "health_status", "oom", "update"),
        *("pull", "tag", "untag", "delete", "import", "load", "remove", "connect", "disconnect", "prune"),
    ],
}
#: Seconds for further events of the same command to come: `docker run` makes five.
_BURST = 0.25
#: Seconds between two tries while there is no daemon. A try fails within a millisecond or so.
_RETRY = 1.0
_SECONDS = 20.0


class PanelFeed:
    """Calls ``show`` with an overview, or ``lost`` with a sentence, from a thread of its own."""

    def __init__(self, show: Callable[[Overview], None], lost: Callable[[str], None]) -> None:
        self._show = show
        self._lost = lost
        self._closing = threading.Event()
        self._dirty = threading.Event()
        self._stream: EventStream | None = None
        self._meter = UseMeter()
        #: Seconds between two looks while nothing happens, or None: no such looks.
        self._every: float | None = None
        self._listener = threading.Thread(target=self._listen, name="drydock-panel-events", daemon=True)
        self._looker = threading.Thread(target=self._look_after_events, name="drydock-panel-looks", daemon=True)

    def start(self) -> None:
        self._listener.start()
        self._looker.start()

    def look_every(self, seconds: float | None) -> None:
        """Look again and again, for the figures of use; None ends that."""
        self._every = seconds
        self._dirty.set()

    def close(self) -> None:
        """End both threads and their connections. Safe to call twice."""
        self._closing.set()
        self._dirty.set()
        stream = self._stream
        if stream is not None:
            stream.close()
        for thread in (self._listener, self._looker):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(5)

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                self._stream = stream = EventStream(lab_host(), FILTERS, moment())
            except (NoDaemon, Unavailable, Refused) as error:
                self._lost(str(error))
                self._closing.wait(_RETRY)
                continue
            # Closing looked for a stream before there was one: the next line's loop must not begin.
            if self._closing.is_set():
                stream.close()
            self._dirty.set()
            with suppress(Unavailable, Refused):
                for _event in stream:
                    self._dirty.set()
            stream.close()
            if not self._closing.is_set():
                self._lost(_("The lab daemon has ended. Start it in a terminal: drydock up"))

    def _look_after_events(self) -> None:
        while not self._closing.is_set():
            self._dirty.wait(self._every)
            self._closing.wait(_BURST if self._dirty.is_set() else 0)
            self._dirty.clear()
            if not self._closing.is_set():
                # A daemon that goes away while we ask is the listener's to tell.
                with suppress(NoDaemon, Unavailable, Refused):
                    self._show(self._look())

    def _look(self) -> Overview:
        connection = Connection(lab_host())
        try:
            daemon = Daemon(connection, Deadline(_SECONDS))
            return self._meter.measured(daemon, read_overview(daemon))
        finally:
            connection.close()
