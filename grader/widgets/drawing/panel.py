"""The panel's parts as HTML: each state is a symbol and a word, never only a colour."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from grader.checks.sizes import human_memory, human_size
from grader.checks.verdicts import Status
from grader.checks.wording import SYMBOLS, status_word
from grader.i18n import _, ngettext
from grader.progress import TaskProgress
from grader.widgets.index_page import bar, how_far
from grader.widgets.reading.course import LabCard
from grader.widgets.reading.overview import ContainerRow, Overview
from grader.widgets.table import Table

#: The panel stands beside a notebook: longer names are cut.
_LONG = 40
_STATES = {"running": "●", "paused": "◐", "created": "◌", "exited": "○", "dead": "✗", "restarting": "↻"}
_HEALTHS = {"healthy": "✓", "unhealthy": "✗", "starting": "…"}
_PARAGRAPH = '<p style="margin:2px 0;line-height:1.4">{text}</p>'


def paragraph(text: str) -> str:
    return _PARAGRAPH.format(text=escape(text))


def status_line(overview: Overview) -> str:
    running = sum(row.state == "running" for row in overview.containers)
    unhealthy = [row.name for row in overview.containers if row.health == "unhealthy"]
    said = ngettext(
        "Docker {version} is up: {running} of {count} container runs.",
        "Docker {version} is up: {running} of {count} containers run.",
        len(overview.containers),
    ).format(version=overview.version, running=running, count=len(overview.containers))
    if unhealthy:
        said += " " + _("Unhealthy: {names}.").format(names=", ".join(unhealthy))
    return paragraph(f"● {said}")


def lost_line(why: str) -> str:
    return paragraph(f"○ {why} " + _("This panel goes on by itself when it is back."))


def containers(overview: Overview) -> str:
    if not overview.containers:
        return paragraph(_("There are none. Make one: docker run …"))
    heads = (_("name"), _("state"), _("health"), _("image"), _("ports"), _("memory"), _("CPUs"))
    return Table.of(heads, [_container(row) for row in overview.containers]).as_html(_("Containers"))


def _container(row: ContainerRow) -> tuple[str, ...]:
    health = f"{_HEALTHS[row.health]} {row.health}" if row.health else "–"
    memory = cpus = ""
    if row.use is not None:
        memory = human_memory(row.use.memory.used)
        if row.use.memory.limit:
            memory += " " + _("of {limit}").format(limit=human_memory(row.use.memory.limit))
        cpus = "–" if row.use.cpus is None else f"{row.use.cpus:.2f}"
    state = f"{_STATES.get(row.state, '?')} {row.state}"
    # "Up 3 minutes" would be wrong a minute later, and nothing asks again: how it ended stays true.
    ended = row.since.split(")")[0] + ")" if row.since.startswith("Exited (") else ""
    state += f" {ended.removeprefix('Exited ')}" if ended else ""
    return (row.name, state, health, _short(row.image), ", ".join(row.ports), memory, cpus)


def images(overview: Overview) -> str:
    rest = ngettext(
        "{count} course image (drydock/…) is there, too.",
        "{count} course images (drydock/…) are there, too.",
        overview.course_images,
    ).format(count=overview.course_images)
    if not overview.images:
        return paragraph(_("None of your own.") + " " + rest)
    rows = [(", ".join(row.names) or _("(no name: dangling)"), row.id, human_size(row.size)) for row in overview.images]
    return Table.of((_("name"), _("ID"), _("size")), rows).as_html(_("Images")) + paragraph(rest)


def networks(overview: Overview) -> str:
    if not overview.networks:
        return paragraph(_("None but Docker's own, and nobody is on those."))
    rows = [(row.name, row.driver, ", ".join(row.members) or _("nobody")) for row in overview.networks]
    return Table.of((_("name"), _("driver"), _("containers")), rows).as_html(_("Networks"))


def volumes(overview: Overview) -> str:
    if not overview.volumes:
        return paragraph(_("There are none."))
    rows = [(_short(row.name), row.driver, ", ".join(row.users) or _("nobody")) for row in overview.volumes]
    return Table.of((_("name"), _("driver"), _("containers")), rows).as_html(_("Volumes"))


def progress(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    rows = [(_mark(known.get(task.id)), task.title, task.id, f"{task.points:g}") for task in card.tasks]
    heads = (_("the check said last"), _("task"), _("name"), _("points"))
    first = f'<span aria-hidden="true">{bar(card, known)}</span> {escape(how_far(card, known))}'
    title = f"{card.number} · {card.title}"
    return _PARAGRAPH.format(text=first) + Table.of(heads, rows).as_html(title)


def _mark(task: TaskProgress | None) -> str:
    if task is None:
        return _("· not tried")
    said = f"{SYMBOLS[task.status]} {status_word(task.status)}"
    if task.status is Status.FAILED and task.fraction:
        said += f" ({100 * task.fraction:.0f} %)"
    if task.passed and task.status is not Status.PASSED:
        said += ", " + _("passed before")
    return said


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
