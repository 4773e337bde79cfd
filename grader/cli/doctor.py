"""``drydock doctor``: what works on this machine, why the rest doesn't, and the command that mends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import plugins
from grader.cli import places
from grader.cli.machine import Fact, Level, cgroup_version, facts
from grader.cli.no_engine import three_ways
from grader.course.lab_cards import LabCard, read_labs
from grader.course.labs import CourseError, find_course
from grader.engines.choice import kinds, probed, tried_out, unasked
from grader.engines.protocol import Probe
from grader.i18n import _

if TYPE_CHECKING:
    from grader.images import Need

_MARKS = {Level.OK: ("✓", "green"), Level.NOTE: ("•", "yellow"), Level.BAD: ("✗", "red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(*, as_json: bool) -> None:
    """Explain this machine. Exit code 0: a lab can run here; 1: it can't, or something is amiss."""
    engines = {kind: probed(kind) for kind in kinds()}
    best = _best(engines)
    found = [*facts(places.worth_watching()), *_images(), *_plugins()]
    healthy = best is not None and all(fact.level is not Level.BAD for fact in found)
    if as_json:
        click.echo(json.dumps(_as_json(found, engines, best, healthy=healthy), ensure_ascii=False, indent=1))
    else:
        _show(found, engines, best)
    raise SystemExit(0 if healthy else 1)


def _images() -> Iterator[Fact]:
    """The course's own images, and what its labs declare besides: what is made, and what is still to be."""
    from grader import images
    from grader.images import ensuring

    topic, make = _("course images"), "python -m grader.images"
    try:
        base = images.needs([recipe.name for recipe in ensuring.wanted()])
        lacking = [need for need in base if not need.is_made]
        what = (
            _("Not made yet, which the first start does: {images}.").format(images=_listed(lacking))
            if lacking
            else _("All {count} are made.").format(count=len(base))
        )
        yield Fact(topic, Level.NOTE if lacking else Level.OK, what, make if lacking else "")
        course = find_course()
        for card in read_labs(course):
            yield from _images_of(card)
    except images.ImagesError as error:
        yield Fact(topic, Level.BAD, str(error), error.remedy)
    except CourseError:
        return


def _images_of(card: LabCard) -> Iterator[Fact]:
    from grader import images

    topic = _("lab {number}").format(number=card.number)
    try:
        needed = images.needs(card.images) if card.images else ()
    except images.ImagesError as error:
        yield Fact(topic, Level.NOTE, str(error), error.remedy)
        return
    lacking = [need for need in needed if not need.is_made]
    if lacking:
        what = _("It still needs, and makes when it is opened: {images}.").format(images=_listed(lacking))
        yield Fact(topic, Level.NOTE, what, f"drydock up --lab {card.number}")
    elif needed:
        yield Fact(topic, Level.OK, _("The images it needs are made: {images}.").format(images=_listed(needed)))


def _listed(needs: Sequence[Need]) -> str:
    return ", ".join(need.text for need in needs)


def _plugins() -> Iterator[Fact]:
    """What other packages add and can't be used; engines stand in a table of their own."""
    from grader.checks import kinds as kinds_to_check
    from grader.images import ImagesError, recipes

    troubles = [*plugins.unreadable()]
    try:
        kinds_to_check.registered(troubles.append)
        recipes.registered(troubles.append)
    except (plugins.PluginError, ImagesError) as error:
        troubles.append(str(error))
    yield from (Fact(_("plug-ins"), Level.NOTE, trouble) for trouble in troubles)


def _best(engines: dict[str, Probe]) -> str | None:
    """The best that containers really run on; those that only seemed to work are put right in ``engines``."""
    for kind in unasked():
        if engines[kind].works:
            tried = tried_out(kind)
            if tried.works:
                return kind
            engines[kind] = replace(tried, remedy="" if tried.remedy == "drydock doctor" else tried.remedy)
    return None


def _as_json(found: list[Fact], engines: dict[str, Probe], best: str | None, *, healthy: bool) -> dict[str, object]:
    return {
        "healthy": healthy,
        "best_engine": best,
        "cgroup_version": cgroup_version(),
        "engines": [{"kind": kind, **asdict(probe)} for kind, probe in engines.items()],
        "facts": [asdict(fact) for fact in found],
    }


def _show(found: list[Fact], engines: dict[str, Probe], best: str | None) -> None:
    console = Console()
    console.print(_rows([(_mark(fact.level), fact.topic, fact.what, fact.remedy) for fact in found]))
    console.print()
    console.print(Text(_("Engines: where a lab's Docker daemon can come from"), style="bold"))
    console.print(
        _rows(
            [
                (
                    _mark(Level.OK if probe.works else Level.NOTE),
                    kind + (" ★" if kind == best else ""),
                    probe.reason,
                    probe.remedy,
                )
                for kind, probe in engines.items()
            ]
        )
    )
    console.print()
    if best is None:
        for line in (_("No lab can run here yet. Three ways forward:"), *three_ways()):
            console.print(line, markup=False, highlight=False)
    else:
        console.print(_("drydock up will use the engine “{kind}”.").format(kind=best), highlight=False)


def _mark(level: Level) -> Text:
    sign, colour = _MARKS[level]
    return Text(sign, style=colour)


def _rows(rows: list[tuple[Text, str, str, str]]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    shown = ""
    for mark, topic, what, remedy in rows:
        text = Text(what)
        # Several facts may share one command: once is enough.
        if remedy and remedy != shown:
            text.append(f"\n→ {remedy}", style="cyan")
            shown = remedy
        table.add_row(mark, topic, text)
    return table
