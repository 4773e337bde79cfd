"""A recording of how much CPU time containers get, for some seconds."""

from __future__ import annotations

import time

from grader.docker_api.daemon import Connection, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.words import dig
from grader.i18n import _
from grader.widgets.chart import Chart
from grader.widgets.drawing.cpu import cpu_chart
from grader.widgets.lab_docker import NotThere, ask, inspect_container
from grader.widgets.reading.use import CpuCurve, CpuSample, CpuUse, cpu_limit, cpu_sample, cpu_settings, read_stats
from grader.widgets.recording import Recording
from grader.widgets.words import state_word

#: Seconds between two samples: more than two of the scheduler's periods of 0.1 s, else a quota makes a saw of the line.
EVERY = 0.25
_SECONDS = 20.0
_SLACK = 10.0


class CpuRecording(Recording):
    """Made by ``charts.record_cpu``."""

    def __init__(self, containers: tuple[str, ...], host: str, *, seconds: float) -> None:
        """Raises NotThere for a container that does not run, or NoDaemon."""
        super().__init__(", ".join(containers), at_most=seconds)
        self._host = host
        self._seconds = seconds
        described = ask(lambda daemon: [inspect_container(daemon, name) for name in containers], host)
        self._uses: dict[str, CpuUse] = {}
        for name, attrs in zip(containers, described, strict=True):
            if not dig(attrs, "State", "Running"):
                raise NotThere(
                    _("{container} does not run (it is {state}). Start it first: docker start {container}").format(
                        container=name, state=state_word(str(dig(attrs, "State", "Status")))
                    )
                )
            host_config = attrs.get("HostConfig") or {}
            self._uses[str(attrs["Id"])] = CpuUse(name, (), cpu_limit(host_config), cpu_settings(host_config))

    @property
    def chart(self) -> Chart:
        with self._changed:
            return cpu_chart(CpuCurve(tuple(self._uses.values()), self._trouble))

    @property
    def mean(self) -> dict[str, float]:
        """CPUs each container got, by name: 1.0 is one CPU all the time."""
        with self._changed:
            return {use.container: use.mean for use in self._uses.values() if use.mean is not None}

    def wait(self) -> None:
        """Wait until the seconds asked for are over. The curve is shown meanwhile."""
        self.show_while_waiting()
        self._until(lambda: self.is_over, self._seconds + _SLACK)

    def show(self) -> None:
        """Wait until the recording is over, then show it; in a notebook it is shown, live, while you wait."""
        if not self.is_over:
            self.wait()
        super().show()

    def _record(self) -> None:
        connection = Connection(self._host)
        try:
            end = time.monotonic() + self._seconds
            running = set(self._uses)
            # One look more at the very end, so that the whole time is covered.
            while running and not self._stopping.is_set():
                last = time.monotonic() >= end
                for identifier in tuple(running):
                    stats = read_stats(Daemon(connection, Deadline(_SECONDS)), identifier)
                    sample = cpu_sample(stats) if stats is not None else None
                    if sample is None:
                        running.discard(identifier)
                    else:
                        self._add(identifier, sample)
                self._tell()
                if last:
                    return
                self._stopping.wait(max(0.0, min(EVERY, end - time.monotonic())))
            if not self._stopping.is_set():
                self._trouble = _("The recording ended early: no container runs any more.")
        finally:
            connection.close()

    def _add(self, identifier: str, sample: CpuSample) -> None:
        with self._changed:
            use = self._uses[identifier]
            if not use.samples or sample.at > use.samples[-1].at:
                self._uses[identifier] = CpuUse(use.container, (*use.samples, sample), use.limit, use.settings)
