"""Health as a band over time, each check as a mark below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.i18n import _, ngettext
from grader.widgets.chart import Chart
from grader.widgets.drawing import style
from grader.widgets.reading.health import HealthTimeline, Probe, Span, State
from grader.widgets.table import Table
from grader.widgets.words import state_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOOKS = {
    State.STARTING: (style.YELLOW, "//"),
    State.HEALTHY: (style.SKY, ""),
    State.UNHEALTHY: (style.RED, "xx"),
    State.UNCHECKED: (style.PALE, ".."),
    State.STOPPED: ("#ffffff", "--"),
}
#: The table keeps the last so many checks: a long recording has hundreds.
_ROWS = 30


def health_chart(found: HealthTimeline) -> Chart:
    return Chart(
        _("Health of {container}").format(container=found.container),
        _says(found),
        _table(found),
        lambda: draw_health(found),
    )


def draw_health(found: HealthTimeline) -> Figure:
    figure = style.figure(2.3)
    ax = figure.subplots()
    length = max(found.now - found.zero, 1.0)
    seen: set[State] = set()
    for span in found.spans:
        _draw_span(ax, found, span, length, seen)
    _draw_probes(ax, found)
    for number, happening in enumerate(found.happenings[-12:]):
        at = happening.at - found.zero
        ax.plot([at, at], [0.9, 2.15 + 0.28 * (number % 2)], color=style.INK, linewidth=1, linestyle=":")
        ax.text(at, 2.18 + 0.28 * (number % 2), style.label(happening.what, 26), fontsize=8, parse_math=False)
    ax.set_xlim(min(0.0, *(span.start - found.zero for span in found.spans), 0.0), length * 1.02)
    ax.set_ylim(0.2, 2.8)
    ax.set_yticks([0.6, 1.5], [_("checks"), _("health")])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(_("seconds"), color=style.SOFT)
    ax.spines[["top", "right", "left"]].set_visible(False)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    return figure


def _draw_span(ax: Axes, found: HealthTimeline, span: Span, length: float, seen: set[State]) -> None:
    colour, hatch = _LOOKS[span.state]
    start = span.start - found.zero
    width = max(0.0, (span.end or found.now) - span.start)
    ax.broken_barh(
        [(start, width)],
        (1.0, 1.0),
        facecolor=colour,
        hatch=hatch,
        edgecolor=style.INK,
        linewidth=0.8,
        label="" if span.state in seen else state_word(span.state),
    )
    seen.add(span.state)
    if width > 0.11 * length:
        box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"}
        ax.text(start + width / 2, 1.5, state_word(span.state), ha="center", va="center", fontsize=9, bbox=box)


def _draw_probes(ax: Axes, found: HealthTimeline) -> None:
    looks = ((True, "o", style.BLUE, _("check: exit 0")), (False, "X", style.RED, _("check: failed")))
    for success, marker, colour, words in looks:
        at = [probe.end - found.zero for probe in found.probes if (probe.exit_code == 0) is success]
        if at:
            ax.plot(at, [0.6] * len(at), marker, color=colour, markeredgecolor=style.INK, markersize=8, label=words)


def _says(found: HealthTimeline) -> str:
    story = ", ".join(
        _("{state} from {at:.1f} s").format(state=state_word(span.state), at=span.start - found.zero)
        for span in found.spans
    )
    failed = sum(probe.exit_code != 0 for probe in found.probes)
    checks = ngettext("{count} check seen", "{count} checks seen", len(found.probes)).format(count=len(found.probes))
    said = _("{container}: {story}. {checks}, {failed} failed.").format(
        container=found.container, story=story, checks=checks, failed=failed
    )
    return f"{said} {found.trouble}".strip()


def _table(found: HealthTimeline) -> Table:
    rows = [(span.start, state_word(span.state), "") for span in found.spans]
    rows += [(happening.at, happening.what, "") for happening in found.happenings]
    rows += [(probe.end, _result(probe), probe.output) for probe in found.probes[-_ROWS:]]
    shown = ((f"{at - found.zero:.1f}", what, output) for at, what, output in sorted(rows))
    return Table.of((_("seconds"), _("what"), _("the check said")), shown)


def _result(probe: Probe) -> str:
    return _("check: exit code {code}").format(code=probe.exit_code)
