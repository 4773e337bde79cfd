"""How much CPU time containers get: recorded for some seconds, drawn as steps over time with each one's limit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grader.charts import style
from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import NotThere, ask, inspect_container, state_word
from grader.charts.recording import Recording
from grader.charts.use import CpuCurve, CpuSample, CpuUse, cpu_sample, cpu_settings, read_stats
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.words import cpu_limit, dig
from grader.i18n import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def cpu_chart(found: CpuCurve) -> Chart:
    names = ", ".join(use.container for use in found.uses)
    return Chart(
        _("CPU time of {containers}").format(containers=names),
        " ".join(filter(None, [*(_sentence(use) for use in found.uses), found.trouble])),
        _table(found),
        lambda: draw_cpu(found),
    )


def draw_cpu(found: CpuCurve) -> Figure:
    figure = style.figure(2.8)
    ax = figure.subplots()
    highest = [0.1]
    for number, use in enumerate(found.uses):
        colour, dashes = style.LINES[number % len(style.LINES)]
        values = [cpus for _start, _end, cpus in use.steps]
        edges = [use.steps[0][0], *(end for _start, end, _cpus in use.steps)] if use.steps else []
        if values:
            ax.stairs(
                values, [edge - found.zero for edge in edges], baseline=None, color=colour, linestyle=dashes,
                linewidth=2.5, label=style.label(use.container, 30),
            )  # fmt: skip
            highest += values
        if use.limit:
            words = _("limit of {container}: {cpus:g} CPU").format(container=use.container, cpus=use.limit)
            ax.axhline(use.limit, color=colour, linestyle="--", linewidth=1, label=style.label(words, 40))
            highest.append(use.limit)
    ax.set_ylim(0, 1.15 * max(highest))
    ax.set_xlim(left=0)
    ax.set_ylabel(_("CPUs"))
    ax.set_xlabel(_("seconds"), color=style.SOFT)
    ax.grid(axis="y", color=style.PALE)
    ax.spines[["top", "right"]].set_visible(False)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    return figure


def _sentence(use: CpuUse) -> str:
    if use.mean is None:
        return _("{container}: nothing is recorded yet.").format(container=use.container)
    said = _("{container} had {cpus:.2f} CPUs on average").format(container=use.container, cpus=use.mean)
    if use.limit:
        said += " " + _("(its limit is {limit:g})").format(limit=use.limit)
    throttled, periods = use.throttled
    if throttled:
        said += ", " + _("held back in {throttled} of {periods} periods").format(throttled=throttled, periods=periods)
    return f"{said}."


def _table(found: CpuCurve) -> Table:
    total = sum(use.mean or 0.0 for use in found.uses)
    rows = []
    for use in found.uses:
        throttled, periods = use.throttled
        rows.append(
            (
                use.container,
                " ".join(use.settings) or _("(nothing set)"),
                "" if use.mean is None else f"{use.mean:.2f}",
                "" if use.mean is None or not total else f"{100 * use.mean / total:.0f} %",
                f"{throttled}/{periods}" if periods else "",
            )
        )
    return Table.of((_("container"), _("asked for"), _("CPUs"), _("share of all here"), _("periods held back")), rows)


# -- A recording of how much CPU time containers get, for some seconds.

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
