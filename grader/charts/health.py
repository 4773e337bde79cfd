"""A container's health over time: from its events and what the daemon keeps of its last checks, drawn as a band."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from grader.charts import style
from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import state_word
from grader.docker_api.daemon import Attrs
from grader.docker_api.events import attributes, event_time
from grader.docker_api.words import dig, is_healthcheck, moment_of
from grader.i18n import _, ngettext

_STATUS = "health_status"


class State(StrEnum):
    """What Docker says of a container's health, and the two states in which it says nothing."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNCHECKED = "no healthcheck"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Span:
    """From ``start`` to ``end`` (seconds since 1970), or until now."""

    state: State
    start: float
    end: float | None = None


@dataclass(frozen=True)
class Probe:
    """One run of the health check. Exit code 0 is a success."""

    start: float
    end: float
    exit_code: int
    output: str = ""


@dataclass(frozen=True)
class Happening:
    """Something else that happened to the container."""

    at: float
    what: str


@dataclass(frozen=True)
class HealthTimeline:
    """All that is known of one container's health, oldest first; times are seconds since 1970 by the daemon's clock.

    ``trouble``: a sentence for the student about what could not be read, or "".
    """

    container: str
    #: Where the clock of the picture begins, and the last moment known.
    zero: float
    now: float
    spans: tuple[Span, ...] = ()
    probes: tuple[Probe, ...] = ()
    happenings: tuple[Happening, ...] = ()
    trouble: str = ""

    @property
    def state(self) -> State | None:
        return self.spans[-1].state if self.spans else None


@dataclass
class HealthNotes:
    """Collects what comes in. Knows no daemon."""

    container: str
    zero: float
    checked: bool
    spans: list[Span] = field(default_factory=list)
    probes: dict[float, Probe] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)

    def enter(self, state: State, at: float) -> None:
        """From now on it is in this state."""
        if self.spans and self.spans[-1].state is state and self.spans[-1].end is None:
            return
        if self.spans:
            last = self.spans.pop()
            self.spans.append(Span(last.state, last.start, at if last.end is None else last.end))
        self.spans.append(Span(state, at))

    def hear(self, event: Attrs) -> None:
        """Note one event of the container."""
        at = event_time(event)
        action, _colon, rest = str(event.get("Action") or event.get("status") or "").partition(": ")
        match action:
            case "start":
                self.happenings.append(Happening(at, _("started")))
                self.enter(State.STARTING if self.checked else State.UNCHECKED, at)
            case "die":
                code = attributes(event).get("exitCode", "?")
                self.happenings.append(Happening(at, _("ended, exit code {code}").format(code=code)))
                self.enter(State.STOPPED, at)
            case "destroy":
                self.happenings.append(Happening(at, _("removed")))
                self.enter(State.STOPPED, at)
            case "pause" | "unpause":
                words = {"pause": _("paused"), "unpause": _("goes on")}
                self.happenings.append(Happening(at, words[action]))
            case "oom":
                self.happenings.append(Happening(at, _("out of memory")))
            case action if action == _STATUS and rest in ("starting", "healthy", "unhealthy"):
                self.enter(State(rest), at)

    def look(self, attrs: Attrs) -> None:
        """Note what `docker inspect` says: the last five checks are kept there."""
        self.checked = is_healthcheck(dig(attrs, "Config", "Healthcheck"))
        for entry in dig(attrs, "State", "Health", "Log") or ():
            start = seconds(str(entry.get("Start") or ""))
            if start is not None:
                self.probes[start] = Probe(
                    start,
                    seconds(str(entry.get("End") or "")) or start,
                    int(entry.get("ExitCode") or 0),
                    str(entry.get("Output") or "").strip(),
                )

    def timeline(self, now: float, trouble: str = "") -> HealthTimeline:
        return HealthTimeline(
            self.container,
            self.zero,
            max(now, self.zero, *(span.start for span in self.spans), *(probe.end for probe in self.probes.values())),
            tuple(self.spans),
            tuple(self.probes[start] for start in sorted(self.probes)),
            tuple(self.happenings),
            trouble,
        )


def state_of(attrs: Attrs) -> State:
    """The state that `docker inspect` tells."""
    if not dig(attrs, "State", "Running"):
        return State.STOPPED
    status = str(dig(attrs, "State", "Health", "Status") or "")
    return State(status) if status in ("starting", "healthy", "unhealthy") else State.UNCHECKED


def seconds(text: str) -> float | None:
    """Seconds since 1970 of a time as Docker writes it, or None for "never"."""
    when = moment_of(text)
    return None if when is None else when.timestamp()


# -- Health as a band over time, each check as a mark below it.

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
