"""Memory as a line against its limit, with the moments when the kernel killed a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.checks.sizes import human_memory
from grader.i18n import _, ngettext
from grader.widgets.chart import Chart
from grader.widgets.drawing import style
from grader.widgets.reading.use import Ending, MemoryCurve, MemorySample
from grader.widgets.table import Table

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
    end = max([*at, *([found.ending.at - found.zero] if found.ending else []), 0.5])
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
