"""``drydock similar``: which submissions of a lab are alike, for a person who then reads both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from grader.i18n import _, ngettext
from grader.report.plain import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.autograde.similarity import Likeness, Pair

_NO_VERDICT = _(
    "This is evidence for a person who reads both submissions, never a verdict: two may have worked side by side, or"
    " learnt from one book. No mark was changed."
)


@click.command("similar")
@click.argument("lab")
@click.option("--most", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many pairs to show.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--db", "db_url", default=None, help="The gradebook (default: the course's).")
def command(*, lab: str, most: int, as_json: bool, db_url: str | None) -> None:
    """Say which submissions of LAB are alike: those with a value that was drawn for another student first.

    Nothing is written, to the gradebook or elsewhere.
    """
    from grader.autograde.batch import course_config, course_folder, lab_in_gradebook
    from grader.autograde.handed_in import LabTexts
    from grader.autograde.similarity import likeness

    config = course_config(course_folder(Path.cwd()), db_url=db_url)
    name = lab_in_gradebook(config, lab)
    given = LabTexts(config, name)
    drawn, there = given.drawn(), given.handed_in()
    found = likeness(there.answers, given.texts, drawn, most)
    if as_json:
        pairs = [pair.to_dict() for pair in found.pairs]
        usual = {"half": round(found.half, 3), "99_of_100": round(found.most, 3)}
        about = {"lab": name, "compared": found.compared, "usual": usual, "note": _NO_VERDICT}
        click.echo(json.dumps({**about, "pairs": pairs, "left_out": there.notes}))
        return
    console = Console()
    for line in _said(found, there.notes):
        console.print(line, highlight=False, soft_wrap=True)


def _said(found: Likeness, notes: Mapping[str, str]) -> Iterator[str]:
    for student, why in sorted(notes.items()):
        yield f"[yellow]![/yellow] {escape(one_line(student))}: {escape(one_line(why))}"
    yield ngettext("{n} submission compared.", "{n} submissions compared.", found.compared).format(n=found.compared)
    for pair in found.pairs:
        yield from _pair(pair)
    if found.pairs:
        usual = _("Of all pairs half are below {half:.2f}, and 99 of 100 below {most:.2f}.")
        yield usual.format(half=found.half, most=found.most)
    yield _NO_VERDICT


def _pair(pair: Pair) -> Iterator[str]:
    first, second = (escape(one_line(student)) for student in pair.students)
    yield f"[bold]{first} – {second}: {pair.similarity:.2f}[/bold]"
    for one in pair.foreign:
        said = _("{holder} has the {name} of {owner}: {value} (in {cell})").format(
            holder=one.holder, owner=one.owner, name=one.name, value=one.value, cell=one.cell or _("an own cell")
        )
        yield f"  [red]≠[/red] {escape(one_line(said))}"
    for cell, line in pair.lines:
        yield f"  = {escape(one_line(cell or _('an own cell')))}: {escape(line)}"
