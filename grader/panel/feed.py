"""What the panel is fed with: looks at the daemon, one after each burst of events, and none while nothing happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from grader.charts.lab_docker import lab_host
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.errors import NoAnswer
from grader.docker_api.events import EventStream, Filters, moment
from grader.engines import detached
from grader.engines.local_ports import LocalPorts
from grader.i18n import _
from grader.lab_daemon import NoDaemon
from grader.panel.overview import Overview, UseMeter, read_overview

#: Events that change what the panel shows. Health checks run commands all the time: those events stay at the daemon.
#: (Of a build that gives its image no name, dockerd 26 tells nothing: such an image is shown with the next event.)
FILTERS: Filters = {
    "type": ["container", "image", "network", "volume"],
    "event": [
        *("create", "start", "die", "destroy", "rename", "pause", "unpause", "health_status", "oom", "update"),
        *("pull", "tag", "untag", "delete", "import", "load", "remove", "connect", "disconnect", "prune"),
    ],
}
#: Seconds for further events of the same command to come: `docker run` makes five.
_BURST = 0.25
#: While events come without end, looking takes at most one part in so many of a CPU.
_SHARE = 10
#: Seconds between two tries while there is no daemon. A try fails within a millisecond or so.
_RETRY = 1.0
#: Glances at the relay's note, one each _BURST, until it says where a new port is: it hears of it when we do.
_GLANCES = 40
#: Seconds for one answer of the daemon, and for all of one look.
_ANSWER, _LOOK = 10.0, 60.0


class PanelFeed:
    """Calls ``show`` with an overview, or ``lost`` with a sentence and whether the daemon is gone or just silent.

    From threads of its own, never two at a time.
    """

    def __init__(self, show: Callable[[Overview], None], lost: Callable[[str, bool], None]) -> None:
        self._show = show
        self._lost = lost
        self._closing = threading.Event()
        self._dirty = threading.Event()
        #: Guards the stream: what a look found counts only if the daemon it looked at is still there.
        self._telling = threading.Lock()
        self._stream: EventStream | None = None
        self._away = False
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
        with self._telling:
            stream = self._stream
        if stream is not None:
            stream.close()
        for thread in (self._listener, self._looker):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(5)

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                stream = EventStream(lab_host(), FILTERS, moment())
            except NoDaemon:
                self._gone(_("No lab daemon is running."))
            except NoAnswer as error:
                self._gone(str(error))
            else:
                self._follow(stream)
                self._gone(_("The lab daemon has ended."))
            self._closing.wait(_RETRY)

    def _follow(self, stream: EventStream) -> None:
        try:
            with self._telling:
                self._stream, self._away = stream, False
            # Closing may have looked for a stream before there was one: then the loop must not begin.
            if self._closing.is_set():
                return
            self._dirty.set()
            for _event in stream:
                self._dirty.set()
        finally:
            stream.close()

    def _gone(self, why: str) -> None:
        with self._telling:
            self._stream = None
            # Said once: what the next tries find is only that it is still not there.
            if not self._away and not self._closing.is_set():
                self._lost(why, True)
            self._away = True

    def _look_after_events(self) -> None:
        rested = 0.0
        while not self._closing.is_set():
            if self._dirty.wait(self._every):
                self._closing.wait(max(_BURST, rested - time.monotonic()))
            self._dirty.clear()
            used = time.thread_time()
            if not self._closing.is_set():
                self._look_once()
            # By CPU time, not by the clock: on a busy machine a look takes long, but a longer rest would help nobody.
            rested = time.monotonic() + (_SHARE - 1) * (time.thread_time() - used)

    def _look_once(self) -> None:
        with self._telling:
            stream = self._stream
        if stream is None:
            # The listener tells what became of the daemon, and wakes us when it is back.
            return
        try:
            overview = self._look()
        except (NoDaemon, NoAnswer) as error:
            # Gone: the listener says so, too, and better. Too busy to answer: no event will tell when it no longer is.
            with self._telling:
                if stream is self._stream and not self._closing.is_set():
                    self._lost(str(error), False)
            self._closing.wait(_RETRY)
            self._dirty.set()
            return
        overview = replace(overview, warnings=_warnings())
        self._tell(overview, stream)
        for _glance in range(_GLANCES):
            if _settled(overview) or self._dirty.is_set() or self._closing.wait(_BURST):
                break
        if (warnings := _warnings()) != overview.warnings:
            self._tell(replace(overview, warnings=warnings), stream)

    def _tell(self, overview: Overview, stream: EventStream) -> None:
        with self._telling:
            if stream is self._stream and not self._closing.is_set():
                self._show(overview)

    def _look(self) -> Overview:
        connection = Connection(lab_host())
        try:
            daemon = Daemon(connection, Deadline(_LOOK), request_seconds=_ANSWER)
            return self._meter.measured(daemon, read_overview(daemon))
        finally:
            with suppress(OSError):
                connection.close()


def _warnings() -> tuple[str, ...]:
    ports = _local_ports()
    return tuple(ports.warnings()) if ports is not None else ()


def _settled(overview: Overview) -> bool:
    """Whether it is known where all published ports are; where there is no relay nobody will say more."""
    ports = _local_ports()
    return ports is None or overview.published <= ports.known


def _local_ports() -> LocalPorts | None:
    try:
        return detached.local_ports_at(lab_host())
    except NoDaemon:
        return None
