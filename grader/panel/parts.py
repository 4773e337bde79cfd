"""What each part of the panel says, as HTML and plain text: every state is a symbol and a word, never only a colour."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from grader.charts.chart import Table
from grader.charts.lab_docker import state_word
from grader.checks.arguments import human_memory, human_size
from grader.course.lab_cards import LabCard, TaskCard
from grader.i18n import _, ngettext
from grader.panel.overview import ContainerRow, Overview
from grader.report.plain import printable, shortened
from grader.report.progress import TaskProgress
from grader.report.render import SYMBOLS, status_word
from grader.report.verdicts import Status

_LINE = '<p style="margin:2px 0;overflow-wrap:anywhere">{text}</p>'


@dataclass(frozen=True)
class Part:
    """Text of any origin may be in it.

    ``bar`` is for eyes only, since a screen reader would spell its blocks. ``caption`` is for ears only: for eyes there
    is a heading above.
    """

    before: str = ""
    caption: str = ""
    table: Table | None = None
    after: str = ""
    bar: str = ""

    def as_html(self) -> str:
        table = "" if self.table is None else self.table.as_html(self.caption, heard_only=True)
        # ipywidgets makes lines twice as high as letters.
        style = "line-height:1.4;overflow-x:auto"
        return f'<div style="{style}">{_paragraph(self.before, self.bar)}{table}{_paragraph(self.after)}</div>'

    def as_text(self) -> str:
        table = ("", "") if self.table is None else (self.caption, self.table.as_text())
        before = f"{self.bar} {printable(self.before)}".strip()
        return "\n".join(text for text in (before, *table, printable(self.after)) if text)


def _paragraph(text: str, bar: str = "") -> str:
    shown = f'<span aria-hidden="true">{escape(bar)}</span> ' if bar else ""
    return _LINE.format(text=shown + escape(printable(text))) if text else ""


#: The panel stands beside a notebook: longer names are cut.
_LONG = 40
_STATES = {"running": "●", "paused": "◐", "created": "◌", "exited": "○", "dead": "✗", "restarting": "↻"}
_HEALTHS = {"healthy": "✓", "unhealthy": "✗", "starting": "…"}


def status(overview: Overview) -> Part:
    running = sum(row.state == "running" for row in overview.containers)
    unhealthy = [row.name for row in overview.containers if row.health == "unhealthy"]
    said = ngettext(
        "Docker {version} is up: {running} of {count} container runs.",
        "Docker {version} is up: {running} of {count} containers run.",
        len(overview.containers),
    ).format(version=overview.version, running=running, count=len(overview.containers))
    if unhealthy:
        said += " " + _("Unhealthy: {names}.").format(names=", ".join(unhealthy))
    return Part(f"● {said}", after=" ".join(f"! {warning}" for warning in overview.warnings))


def lost(why: str, *, gone: bool) -> Part:
    again = _("This panel goes on by itself when the daemon answers again.")
    return Part(f"○ {why}", after=f"{_('Start it in a terminal: drydock up.')} {again}" if gone else again)


def containers(overview: Overview) -> Part:
    if not overview.containers:
        return Part(_("There are none. Make one: docker run …"))
    # Five columns: more don't fit beside a lab on a small screen.
    heads = (_("name"), _("state"), _("image"), _("ports"), _("memory, CPUs"))
    table = Table.of(heads, [_container(row) for row in overview.containers])
    return Part("", _("Containers"), table, _measured(overview))


def _container(row: ContainerRow) -> tuple[str, ...]:
    use = "–"
    if row.use is not None:
        use = human_memory(row.use.memory.used)
        if row.use.memory.limit:
            use += " " + _("of {limit}").format(limit=human_memory(row.use.memory.limit))
        use += "" if row.use.cpus is None else f", {row.use.cpus:.2f}"
    state = _marked(_STATES.get(row.state, "?"), state_word(row.state))
    # "Up 3 minutes" would be wrong a minute later, and nothing asks again: how it ended stays true.
    ended = row.since.split(")")[0] + ")" if row.since.startswith("Exited (") else ""
    state += f" {ended.removeprefix('Exited ')}" if ended else ""
    if row.health:
        state += " " + _marked(_HEALTHS[row.health], state_word(row.health))
    return (shortened(row.name, _LONG), state, shortened(row.image, _LONG), ", ".join(row.ports), use)


def _marked(symbol: str, word: str) -> str:
    """Both on one line, however narrow the panel."""
    return f"{symbol}\N{NO-BREAK SPACE}{word}"


def _measured(overview: Overview) -> str:
    """Between two events nobody measures: old figures must not look like new ones."""
    uses = [row.use for row in overview.containers if row.use is not None]
    if not uses:
        return ""
    said = _("Memory as it was at {time}.").format(time=_clock(max(use.memory.at for use in uses)))
    befores = [use.since for use in uses if use.since is not None]
    if befores:
        said += " " + _("CPUs: the average since {time}.").format(time=_clock(min(befores)))
    return said


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def images(overview: Overview) -> Part:
    rest = ngettext(
        "{count} course image (drydock/…) is there, too.",
        "{count} course images (drydock/…) are there, too.",
        overview.course_images,
    ).format(count=overview.course_images)
    if not overview.images:
        return Part(_("None of your own.") + " " + rest)
    rows = [(", ".join(row.names) or _("(no name: dangling)"), row.id, human_size(row.size)) for row in overview.images]
    return Part("", _("Images"), Table.of((_("name"), _("ID"), _("size")), rows), rest)


def networks(overview: Overview) -> Part:
    if not overview.networks:
        return Part(_("None but Docker's own, and nobody is on those."))
    rows = [
        (shortened(row.name, _LONG), row.driver, ", ".join(row.members) or _("nobody")) for row in overview.networks
    ]
    return Part("", _("Networks"), Table.of((_("name"), _("driver"), _("containers")), rows))


def volumes(overview: Overview) -> Part:
    if not overview.volumes:
        return Part(_("There are none."))
    rows = [(shortened(row.name, _LONG), row.driver, ", ".join(row.users) or _("nobody")) for row in overview.volumes]
    return Part("", _("Volumes"), Table.of((_("name"), _("driver"), _("containers")), rows))


def progress(card: LabCard, known: Mapping[str, TaskProgress]) -> Part:
    """What has passed once counts; and when the latest checks found less, that is said, too."""
    said = f"{card.number} · {card.title}: {how_far(card, known)}"
    ever = sum(task.id in known and known[task.id].passed for task in card.tasks)
    now = sum(task.id in known and known[task.id].passes for task in card.tasks)
    if known:
        said += f" ({_('best so far')}"
        said += "; " + _("at the last checks: {count}").format(count=now) if now != ever else ""
        said += ")"
    return Part(said, bar=bar(card, known))


def tasks(card: LabCard, known: Mapping[str, TaskProgress]) -> Part:
    rows = [(_mark(known.get(task.id)), task.title, task.id, f"{task.points:g}") for task in card.tasks]
    heads = (_("last check"), _("task"), _("name"), _("points"))
    return Part("", _("Tasks"), Table.of(heads, rows))


def _mark(task: TaskProgress | None) -> str:
    if task is None:
        return _("· not tried")
    if task.not_now:
        return _("○ open") + ", " + _("passed before")
    said = _marked(SYMBOLS[task.status], status_word(task.status))
    if task.status is Status.FAILED and task.fraction:
        said += f" ({int(100 * task.fraction)} %)"
    if task.passed and task.status is not Status.PASSED:
        said += ", " + _("passed before")
    return said


# -- A lab's progress in a few words, and as a bar of letters for those who see it.

_BLOCKS = 10


def earned(card: LabCard, known: Mapping[str, TaskProgress]) -> float:
    """Points for tasks as the checks said last; what has passed once counts in full."""
    found = ((task.points, known.get(task.id)) for task in card.tasks)
    return sum(points * (1.0 if task.passed else task.fraction) for points, task in found if task is not None)


def next_task(card: LabCard, known: Mapping[str, TaskProgress]) -> TaskCard | None:
    """The first that has never passed."""
    return next((task for task in card.tasks if task.id not in known or not known[task.id].passed), None)


def how_far(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    passed = sum(task.id in known and known[task.id].passed for task in card.tasks)
    if not any(task.id in known for task in card.tasks):
        return _("not begun")
    words = ngettext(
        "{passed} of {count} task passed, {earned:g} of {points:g} points",
        "{passed} of {count} tasks passed, {earned:g} of {points:g} points",
        len(card.tasks),
    ).format(passed=passed, count=len(card.tasks), earned=round(earned(card, known), 1), points=card.points)
    return f"{words} – {_('done')}" if passed == len(card.tasks) else words


def bar(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    # Full only when everything is: never rounded up.
    full = int(_BLOCKS * earned(card, known) / card.points) if card.points else 0
    return "█" * full + "░" * (_BLOCKS - full)
