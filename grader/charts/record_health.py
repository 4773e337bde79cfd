"""A recording of a container's health, fed by the daemon's events: nothing is asked while nothing happens."""

from __future__ import annotations

import threading
import time

from grader.charts.chart import Chart
from grader.charts.health import HealthNotes, HealthTimeline, State, health_chart, seconds, state_of
from grader.charts.lab_docker import TooLate, ask, inspect_container, state_word
from grader.charts.recording import AT_MOST, Recording
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.events import EventStream, Filters, container_of, event_time, moment, past_events
from grader.docker_api.words import dig
from grader.i18n import _
from grader.lab_daemon import OneSentence

#: Seconds between the end of a check's process and its entry in the daemon's log of checks.
_BOOKING = 0.05
#: After these events the daemon's log of checks may have a new entry.
_WORTH_A_LOOK = ("exec_die", "health_status", "start", "die")
_SECONDS = 20.0


class HealthRecording(Recording):
    """Made by ``charts.record_health``."""

    def __init__(self, container: str, host: str, *, at_most: float = AT_MOST) -> None:
        """Reads what the daemon still knows of the container's past. Raises NotThere or NoDaemon."""
        super().__init__(container, at_most=at_most)
        self._host = host
        self._name = self._identifier = ""
        self._filters: Filters = {}
        self._since = moment()
        self._notes = ask(lambda daemon: self._past(daemon, container), host)
        self._stream: EventStream | None = None

    def _past(self, daemon: Daemon, container: str) -> HealthNotes:
        attrs = inspect_container(daemon, container)
        self._name, self._identifier = container.removeprefix("/"), str(attrs["Id"])
        # The daemon takes each as the beginning of an ID or of a name; _is_ours looks closer.
        self._filters = {"container": [self._identifier, self._name], "type": ["container"]}
        began = str(dig(attrs, "State", "StartedAt") or "")
        zero = seconds(began) or seconds(str(attrs.get("Created") or "")) or float(self._since)
        notes = HealthNotes(container, zero, checked=False)
        notes.look(attrs)
        past = past_events(daemon, self._filters, f"{zero - 0.001:.9f}", self._since)
        past = [event for event in past if container_of(event) == self._identifier]
        if any(event.get("Action") == "start" for event in past):
            for event in past:
                notes.hear(event)
        else:
            # Never started, or so long ago that the daemon has forgotten: the story begins now.
            notes.zero = float(self._since)
            notes.enter(state_of(attrs), notes.zero)
        return notes

    @property
    def chart(self) -> Chart:
        with self._changed:
            return health_chart(self._timeline())

    def _timeline(self) -> HealthTimeline:
        return self._notes.timeline(self._known_until or time.time(), self._trouble)

    def wait(self, state: str, *, within: float = 30.0) -> None:
        """Wait until the container is "starting", "healthy", "unhealthy" or "stopped". Raises TooLate.

        The chart is shown, live, while you wait.
        """
        if state not in list(State):
            raise OneSentence(_("Wait for one of these: {states}").format(states=", ".join(State)))
        wanted = State(state)
        self.show_while_waiting()
        if not self._until(lambda: self._notes.spans[-1].state is wanted, within):
            said = (
                _("{container} was not {wanted} when the recording ended. Its last state: {state}. {trouble}")
                if self.is_over
                else _("{container} was not {wanted} within {seconds:g} s. Its state now: {state}. {trouble}")
            )
            raise TooLate(
                said.format(
                    container=self._notes.container,
                    wanted=state_word(wanted),
                    seconds=within,
                    state=state_word(self._notes.spans[-1].state),
                    trouble=self._trouble,
                ).strip()
            )

    def _record(self) -> None:
        # Nothing comes of a quiet container that could be asked whether the time is up.
        latest = threading.Timer(self._seconds_left(), self._ask_to_stop)
        latest.daemon = True
        latest.start()
        try:
            self._listen()
        finally:
            latest.cancel()
            latest.join()

    def _listen(self) -> None:
        connection = Connection(self._host)
        self._stream = EventStream(self._host, self._filters, self._since)
        # Whoever stopped us before there was a stream could not close it.
        if self._stopping.is_set():
            self._stream.close()
        try:
            for event in self._stream:
                # An event at the very edge of the past may come twice.
                if event_time(event) > float(self._since) and self._is_ours(event):
                    self._hear(connection, event)
                if self._stopping.is_set():
                    return
            if not self._stopping.is_set():
                self._trouble = _("The recording ended early: the lab daemon went away.")
        finally:
            self._stream.close()
            connection.close()

    def _is_ours(self, event: Attrs) -> bool:
        """Whether it is of the container. One that has got the name since is the one to go on with."""
        if dig(event, "Actor", "Attributes", "name") == self._name:
            self._identifier = container_of(event)
        return container_of(event) == self._identifier

    def _hear(self, connection: Connection, event: Attrs) -> None:
        action = str(event.get("Action") or "").partition(":")[0]
        attrs = None
        if action in _WORTH_A_LOOK:
            self._stopping.wait(_BOOKING if action == "exec_die" else 0)
            daemon = Daemon(connection, Deadline(_SECONDS))
            attrs = daemon.find(lambda client: client.inspect_container(self._identifier))
        with self._changed:
            if attrs is not None:
                self._notes.look(attrs)
            self._notes.hear(event)
        self._tell()

    def _wake(self) -> None:
        if self._stream is not None:
            self._stream.close()
