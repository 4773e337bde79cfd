"""A recording of a container's memory against its limit, until it ends."""

from __future__ import annotations

from grader.docker_api.daemon import Attrs, Connection, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.events import Filters, moment, remembered
from grader.docker_api.words import dig
from grader.i18n import _
from grader.widgets.chart import Chart
from grader.widgets.drawing.memory import memory_chart
from grader.widgets.lab_docker import NotThere, TooLate, ask, inspect_container
from grader.widgets.reading.use import (
    Ending,
    MemoryCurve,
    MemorySample,
    ending_of,
    kills_of,
    memory_sample,
    read_stats,
)
from grader.widgets.recording import AT_MOST, Recording
from grader.widgets.words import state_word

#: Seconds between two samples. `docker stats` looks once a second, too seldom for a process that wants all memory.
EVERY = 0.1
_SECONDS = 20.0
#: A looked-up container may not have its first figures yet; so often nothing is taken for "it ended".
_PATIENCE = 3


class MemoryRecording(Recording):
    """Made by ``charts.record_memory``."""

    def __init__(self, container: str, host: str, *, start: bool = False, at_most: float = AT_MOST) -> None:
        """``start``: start the container, which must exist, once recording. Raises NotThere or NoDaemon."""
        super().__init__(container, at_most=at_most)
        self._host = host
        self._container = container
        self._start = start
        attrs = ask(lambda daemon: inspect_container(daemon, container), host)
        _must_be_recordable(attrs, container, start)
        self._identifier = str(attrs["Id"])
        self._filters: Filters = {"container": [self._identifier], "event": ["oom", "die"]}
        self._since = moment()
        self._samples: list[MemorySample] = []
        self._kills: tuple[float, ...] = ()
        self._ending: Ending | None = None

    @property
    def chart(self) -> Chart:
        with self._changed:
            return memory_chart(
                MemoryCurve(self._container, tuple(self._samples), self._kills, self._ending, self._trouble)
            )

    def wait_exit(self, *, within: float = 60.0) -> int:
        """Wait until the container has ended; returns its exit code. Raises TooLate. The curve is shown meanwhile."""
        self.show_while_waiting()
        self._until(lambda: self._ending is not None and self.is_over, within)
        if self._ending is None or self._ending.exit_code is None:
            raise TooLate(self._why_no_end(within))
        return self._ending.exit_code

    def _why_no_end(self, within: float) -> str:
        if not self.is_over:
            return _("{container} has not ended within {seconds:g} s.").format(
                container=self._container, seconds=within
            )
        # Of a container that could not even start, the trouble is all there is to say.
        return self._trouble or _("{container} had not ended when the recording ended.").format(
            container=self._container
        )

    def _record(self) -> None:
        connection = Connection(self._host)
        try:
            machine = int(self._ask(connection).info().get("MemTotal") or 0)
            if self._start:
                self._ask(connection).ask(lambda client: client.start(self._identifier))
            self._sample(connection, machine)
            # What ended it is known by now, or never.
            self._look_back(connection)
        finally:
            connection.close()

    def _sample(self, connection: Connection, machine: int) -> None:
        empty = 0
        while not self._stopping.is_set() and not self._too_old():
            stats = read_stats(self._ask(connection), self._identifier)
            sample = memory_sample(stats, machine) if stats is not None else None
            if sample is not None and (not self._samples or sample.at > self._samples[-1].at):
                with self._changed:
                    self._samples.append(sample)
                self._tell()
            empty = 0 if sample is not None else empty + 1
            if stats is None or (empty and self._has_ended(connection, empty)):
                return
            self._stopping.wait(EVERY)

    def _has_ended(self, connection: Connection, empty: int) -> bool:
        attrs = self._ask(connection).find(lambda client: client.inspect_container(self._identifier))
        return attrs is None or (not dig(attrs, "State", "Running") and (empty >= _PATIENCE or _has_run(attrs)))

    def _look_back(self, connection: Connection) -> None:
        daemon = self._ask(connection)
        attrs = daemon.find(lambda client: client.inspect_container(self._identifier))
        events = remembered(daemon, self._filters, self._since, moment())
        with self._changed:
            self._kills = kills_of(events)
            self._ending = ending_of(attrs, events)

    def _ask(self, connection: Connection) -> Daemon:
        return Daemon(connection, Deadline(_SECONDS))


def _has_run(attrs: Attrs) -> bool:
    return str(dig(attrs, "State", "Status")) != "created"


def _must_be_recordable(attrs: Attrs, container: str, start: bool) -> None:
    if dig(attrs, "State", "Running"):
        return
    if not start:
        raise NotThere(
            _(
                "{container} does not run (it is {state}). Record from its first moment: make it with docker create, "
                "then charts.record_memory({container!r}, start=True)"
            ).format(container=container, state=state_word(str(dig(attrs, "State", "Status"))))
        )
