"""CPU time as steps over time, one line for each container, with the limit of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.i18n import _
from grader.widgets.chart import Chart
from grader.widgets.drawing import style
from grader.widgets.reading.use import CpuCurve, CpuUse
from grader.widgets.table import Table

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
