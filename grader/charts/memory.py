"""A container's memory against its limit, until it ends, with the moments when the kernel killed a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.charts import style
from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import NotThere, TooLate, ask, inspect_container, state_word
from grader.charts.recording import Recording
from grader.charts.use import Ending, MemoryCurve, MemorySample, ending_of, kills_of, memory_sample, read_stats
from grader.checks.arguments import human_memory
from grader.docker_api.connection import Connection
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.deadline import Deadline
from grader.docker_api.events import Filters, moment, past_events
from grader.docker_api.words import dig
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 12


def memory_chart(found: MemoryCurve) -> Chart:
    return Chart(
        _("Memory of {container}").format(container=found.container),
        _says(found),
        _table(found),
        lambda: draw_memory(found),
    )


def draw_memory(found: MemoryCurve) -> Figure:
    figure = style.figure(3.0)
    ax = figure.subplots()
    at = [sample.at - found.zero for sample in found.samples]
    used = [sample.used for sample in found.samples]
    ax.plot(at, used, color=style.BLUE, marker=".", label=_("used"))
    ax.fill_between(at, used, color=style.SKY, alpha=0.35)
    # The news of a kill may come after that of the end.
    ended = [found.ending.at] if found.ending else []
    end = max([*at, *(time - found.zero for time in (*found.kills, *ended)), 0.5])
    if found.limit:
        ax.axhline(found.limit, color=style.RED, linestyle="--", label=f"{_('limit')} {human_memory(found.limit)}")
    for number, kill in enumerate(found.kills):
        words = _("killed: out of memory") if number == 0 else ""
        height = found.limit or max(used, default=0)
        ax.scatter(
            [kill - found.zero], [height], marker="X", s=150, c=style.RED, edgecolors=style.INK, zorder=5, label=words
        )
    if found.ending:
        ax.axvline(found.ending.at - found.zero, color=style.INK, linestyle=":", label=_ended(found.ending))
    ax.set_xlim(0, end * 1.02)
    ax.set_ylim(0, 1.15 * max([found.limit or 0, *used, 1_048_576]))
    _memory_scale(ax)
    ax.set_xlabel(_("seconds"), color=style.SOFT)
    ax.grid(axis="y", color=style.PALE)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    return figure


def _memory_scale(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    # Round numbers of a binary unit: 15 MiB, not 14.31 MiB.
    unit = 1024 ** (max(0, int(ax.get_ylim()[1]).bit_length() - 1) // 10)
    ticks = [tick * unit for tick in MaxNLocator(6).tick_values(0, ax.get_ylim()[1] / unit)]
    ax.set_yticks([tick for tick in ticks if tick <= ax.get_ylim()[1]])
    ax.yaxis.set_major_formatter(lambda size, _position: human_memory(round(size)))


def _ended(ending: Ending) -> str:
    return _("ended, exit code {code}").format(code="?" if ending.exit_code is None else ending.exit_code)


def _says(found: MemoryCurve) -> str:
    peak = found.peak
    said = []
    if peak is not None:
        limit = (
            _("of {limit} allowed").format(limit=human_memory(found.limit)) if found.limit else _("without any limit")
        )
        said.append(
            _("{container} used at most {peak} {limit}, {seconds:.1f} s after the first look.").format(
                container=found.container, peak=human_memory(peak.used), limit=limit, seconds=peak.at - found.zero
            )
        )
    if found.kills:
        said.append(
            ngettext(
                "The kernel killed a process in it {count} time for want of memory.",
                "The kernel killed a process in it {count} times for want of memory.",
                len(found.kills),
            ).format(count=len(found.kills))
        )
    if found.ending:
        said.append(
            _("It ended with exit code {code}; OOMKilled: {killed}.").format(
                code="?" if found.ending.exit_code is None else found.ending.exit_code,
                killed=_("unknown") if found.ending.out_of_memory is None else str(found.ending.out_of_memory).lower(),
            )
        )
    if found.trouble:
        said.append(found.trouble)
    return " ".join(said) or _("Nothing is recorded yet.")


def _table(found: MemoryCurve) -> Table:
    rows = [(sample.at, human_memory(sample.used), _share(sample)) for sample in _some(found.samples)]
    rows += [(kill, _("killed: out of memory"), "") for kill in found.kills]
    if found.ending:
        rows.append((found.ending.at, _ended(found.ending), ""))
    shown = ((f"{at - found.zero:.1f}", what, share) for at, what, share in sorted(rows))
    return Table.of((_("seconds"), _("used"), _("of the limit")), shown)


def _share(sample: MemorySample) -> str:
    return f"{100 * sample.used / sample.limit:.0f} %" if sample.limit else ""


def _some(samples: Sequence[MemorySample]) -> list[MemorySample]:
    """At most _ROWS of them, evenly, the highest and the last among them."""
    if len(samples) <= _ROWS:
        return list(samples)
    chosen = {round(index * (len(samples) - 1) / (_ROWS - 2)) for index in range(_ROWS - 1)}
    chosen.add(max(range(len(samples)), key=lambda index: samples[index].used))
    return [samples[index] for index in sorted(chosen)]


# -- A recording of a container's memory against its limit, until it ends.

#: Seconds between two samples. `docker stats` looks once a second, too seldom for a process that wants all memory.
EVERY = 0.1
_SECONDS = 20.0
#: A looked-up container may not have its first figures yet; so often nothing is taken for "it ended".
_PATIENCE = 3


class MemoryRecording(Recording):
    """Made by ``charts.record_memory``."""

    def __init__(self, container: str, host: str, *, start: bool = False) -> None:
        """``start``: start the container, which must exist, once recording. Raises NotThere or NoDaemon."""
        super().__init__(container)
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
        events = past_events(daemon, self._filters, self._since, moment())
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
